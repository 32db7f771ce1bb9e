"""Allocation policies to compare: rules of thumb, regimes, optima, and the table that compares them.

The package itself can be called: `planner.policies(instance)` is the table, whether the name
is looked up before or after this package was imported.
"""

import sys
from types import ModuleType

from planner.policies.handing import CannotApply
from planner.policies.regimes import REGIMES, apply
from planner.policies.rules import RULES
from planner.policies.tournament import POLICIES, policies, policy_plan

__all__ = ["POLICIES", "REGIMES", "RULES", "CannotApply", "apply", "policies", "policy_plan"]


class _Package(ModuleType):
    def __call__(self, *args, **options):
        return policies(*args, **options)


sys.modules[__name__].__class__ = _Package
