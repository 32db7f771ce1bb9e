"""Says why: clauses that cannot hold together, wishes that arithmetic rules out, what was not funded.

The package itself can be called: `planner.explain(instance)` explains an instance without a plan,
whether the name is looked up before or after this package was imported.
"""

import sys
from types import ModuleType

from planner.explain.infeasible import Explanation, explain
from planner.explain.why import Why, why

__all__ = ["Explanation", "Why", "explain", "why"]


class _Package(ModuleType):
    def __call__(self, *args, **options):
        return explain(*args, **options)


sys.modules[__name__].__class__ = _Package
