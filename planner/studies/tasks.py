"""What can be done with a case. A task takes (session, case) and gives tables; it raises NoPlan where there is none.

Every task gives a table `outcome` of one row (status, objective, bound, gap, ...: columns of the study's table
`cases`), and whatever tables it is for.
"""

from __future__ import annotations

from importlib import import_module

TASKS = {"plan": "planner.studies.plans:plan",
         "hindsight": "planner.studies.hindsight:hindsight_task",
         "label": "planner.studies.labels:label_task", "label_proof": "planner.studies.labels:prove_task",
         "policy": "planner.policies.tournament:policy_task"}
"""Name of a task -> where it stands, as module:function."""


def task(name: str):
    """The function of a task. Raises KeyError for an unknown one."""
    module, function = TASKS[name].split(":")
    return getattr(import_module(module), function)
