"""What can be done with a case. A task takes (session, case) and gives tables; it raises NoPlan where there is none.

Every task gives a table `outcome` of one row (status, objective, bound, gap, ...: columns of the study's table
`cases`), and whatever tables it is for. What it makes must follow from the session's instance and options and from
the case: that is what a kept result is known by.
"""

from __future__ import annotations

from planner.studies.work import function

TASKS = {"plan": "planner.studies.plans:plan",
         "goals": "planner.studies.plans:goals",
         "prices": "planner.studies.pricing:prices",
         "frontier_end": "planner.studies.tracing:end",
         "frontier_point": "planner.studies.tracing:point",
         "hindsight": "planner.studies.hindsight:hindsight_task",
         "label": "planner.studies.labels:label_task", "label_proof": "planner.studies.labels:prove_task",
         "policy": "planner.policies.tournament:policy_task"}
"""Name of a task -> where it stands, as module:function."""


def task(name: str):
    """The function of a task. Raises KeyError for an unknown one."""
    return function(TASKS[name])
