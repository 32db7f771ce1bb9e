"""One case, solved by whatever process has it; whatever happens to it becomes an answer with a reason."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from importlib import import_module

import numpy as np
import pyarrow as pa

from planner.instance import InvalidInstance
from planner.solving import NoPlan
from planner.studies.case import Case
from planner.studies.session import Session
from planner.vocabulary import Problem
from planner.words import say, say_all
from solvers.outcome import Stop

ANSWERS = (Stop.INFEASIBLE, Stop.UNBOUNDED, Stop.TIME_LIMIT)
"""How a solve without a plan may end so that solving again would say the same."""


@dataclass(frozen=True)
class Job:
    """What a process needs to know of a case.

    key    hash of all that shapes its result (`planner.studies.store.key`)
    where  the function of its task as module:function, so that a process that starts fresh finds it
    """

    case: Case
    key: str
    where: str


@dataclass(frozen=True)
class Done:
    """How a case ended.

    told    its row of the table `cases`, without name and settings: status, message, seconds, objective ...
    tables  name -> Arrow table
    final   an answer, which is kept; False for an accident or an interruption, which is tried again next time
    """

    told: dict
    tables: dict[str, pa.Table] = field(default_factory=dict)
    final: bool = True


def attempt(session: Session, job: Job) -> Done:
    """Does a case's task. Raises nothing but SystemExit; Ctrl-C makes it `interrupted`."""
    begin, tables, final = time.perf_counter(), {}, True
    try:
        made = dict(function(job.where)(session, job.case))
        told = made.pop("outcome").iloc[0].to_dict() | {"message": ""}
        tables = {name: arrow(frame) for name, frame in made.items() if len(frame)}
        if str(told.get("stop")) == "interrupted":  # a plan cut short is not the case's answer
            told, tables, final = not_tried().told, {}, False
    except NoPlan as error:
        stop = error.outcome.stop
        told = {"status": "interrupted" if stop is Stop.INTERRUPTED else error.outcome.status,
                "stop": str(stop), "message": error.args[0]}
        final = stop in ANSWERS
    except InvalidInstance as error:
        told = not_valid(error).told
    except KeyboardInterrupt:
        told, final = not_tried().told, False
    except MemoryError:
        told, final = failed(say("cli.memory")).told, False
    except Exception as error:  # noqa: BLE001 (one case must not stop the others; the row says what happened)
        told, tables, final = failed(mistake(error)).told, {}, False
    return Done({name: plain(value) for name, value in told.items()} | {"seconds": time.perf_counter() - begin},
                tables, final)


def function(where: str) -> Callable:
    module, name = where.split(":")
    return getattr(import_module(module), name)


# --- how cases end without a plan ---------------------------------------------------


def not_valid(error: InvalidInstance) -> Done:
    problems = [problem for problem in error.problems if problem.severity == "error"] or error.problems
    return Done({"status": "not valid", "message": say_all(map(told_of, problems)), "seconds": 0.0})


def told_of(problem: Problem) -> str:
    """A problem on one line, in words that can be said in another language."""
    what, found = problem.what, problem.value
    if found is not None:
        what = say("problems.found", what=what, value=plain(found))
    spot = {"cell": problem.cell} if problem.cell else {"row": problem.row} if problem.row else {}
    where = [say(f"problems.{name}", **{name: value}) for name, value in spot.items()]
    if problem.column:
        where.append(say("problems.column", column=problem.column) if where else problem.column)
    place = reduce(lambda one, two: say("problems.and", first=one, second=two), [problem.place, *where])
    return say("problems.at", where=place, text=say("problems.line", what=what, mend=problem.mend))


def not_tried() -> Done:
    return Done({"status": "interrupted", "message": say("study.interrupted")}, final=False)


def failed(message: str) -> Done:
    return Done({"status": "failed", "message": message}, final=False)


def mistake(error: Exception) -> str:
    """A mistake of a task's own: what, and where in the code."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    file = "/".join(at.filename.split("/")[-3:])
    return say("study.mistake", kind=type(error).__name__, error=str(error)[:300], file=file, row=at.lineno)


# --- plain values and tables --------------------------------------------------------


def plain(value):
    """A figure as JSON knows it; None where there is none."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value


def arrow(frame) -> pa.Table:
    """A frame in Arrow's types: the same table whether it stays in memory or goes through a file."""
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
