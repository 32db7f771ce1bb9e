"""Innovation planner: allocates money, talent and platforms under policy mechanisms.

    import planner
    instance = planner.load("instances/china-2022")
    plan = planner.solve(instance, scenario="west-first")
    plan.allocations, plan.goals, plan.compliance      # tidy DataFrames
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_WHERE = {"load": "planner.solving", "solve": "planner.solving", "NoPlan": "planner.solving",
          "Plan": "planner.plan", "Instance": "planner.instance",
          "InvalidInstance": "planner.instance", "MECHANISMS": "planner.mechanisms",
          "policies": "planner.policies", "explain": "planner.explain",
          "compare": "planner.comparison"}

__all__ = ["__version__", *_WHERE]


def __getattr__(name: str):
    # Words are fetched when used: reading tables or auditing loads no solver.
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'planner' has no attribute {name!r}")
