"""What a job can do: kind -> function (asked, progress, stop, tell) -> result.

`tell` keeps what is found so far, for pages that show it while the job runs.
"""

from __future__ import annotations

from pathlib import Path

from planner.jobs.asking import explain_instance, explain_why
from planner.jobs.making import make
from planner.jobs.workspace import Workspace, plan_id


def solve(asked: dict, progress, stop, tell) -> dict:
    """A plan, as `planner solve` makes it."""
    workspace = Workspace(Path(asked["root"]))
    made = make(workspace.instance_paths()[asked["instance"]], workspace.outputs, scenario=asked["scenario"],
                overrides=asked["overrides"], lang=asked["lang"], progress=progress, stop=stop, gap=asked["gap"],
                time_limit=asked["time_limit"], profile=asked["profile"])
    return {"state": "done", "plan": plan_id(made.folder.parent.name, made.folder.name), "fate": made.fate,
            "status": made.plan.passport.get("status"), "stop": made.plan.passport.get("stop"), "text": {}}


KINDS = {"solve": solve, "explain": explain_instance, "why": explain_why}
