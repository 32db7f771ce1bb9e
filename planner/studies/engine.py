"""Solves the cases of a study."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from planner.instance import Instance, InvalidInstance
from planner.solving import NoPlan
from planner.studies.case import Case, Options
from planner.studies.results import Results
from planner.studies.session import Session
from planner.studies.tasks import task


def run(instance: Instance, cases: list[Case], *, options: Options = Options(), folder: Path | None = None,
        jobs: int | None = None, cluster: str | None = None, progress: Callable[[dict], None] | None = None,
        stop: Callable[[], bool] | None = None) -> Results:
    """Solves every case and gives the tables.

    folder    where each case is kept when it is done; what it holds is not solved again. None: nothing is kept
    jobs      processes at once (None: by cores and memory)
    cluster   address of a Dask scheduler whose workers solve the cases
    progress  called with {phase, done, cases, left (seconds), incumbent, bound, gap}
    stop      asked now and then; True ends the study, what is done is kept
    A case that has no plan, or is not valid, does not stop the others: its row says why.
    """
    session, rows, parts = Session(instance, options, stop), [], {}
    for case in cases:
        begin, told, tables = time.perf_counter(), {}, {}
        try:
            tables = task(case.task)(session, case)
            told = tables.pop("outcome").iloc[0].to_dict() | {"message": ""}
        except NoPlan as error:
            told = {"status": error.outcome.status, "message": str(error)}
        except InvalidInstance as error:
            told = {"status": "not valid", "message": str(error)}
        rows.append({"case": case.name, "scenario": case.scenario or "", **case.settings} | told
                    | {"seconds": time.perf_counter() - begin})
        for name, frame in tables.items():
            if len(frame):
                parts.setdefault(name, []).append(frame.assign(case=case.name))
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    tables = {name: frame[["case", *(c for c in frame if c != "case")]] for name, frame in tables.items()}
    return Results(pd.DataFrame(rows), tables)
