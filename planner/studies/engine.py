"""Solves the cases of a study: those that are done already are not solved again, one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pandas as pd

from planner.instance import Instance, InvalidInstance
from planner.instance.raw import suggestion
from planner.solving import code_hash
from planner.studies.case import Case, Options
from planner.studies.processes import Here, Processes, sized
from planner.studies.results import Results, Tables
from planner.studies.session import Session
from planner.studies.store import Store, StudyError, key, opened
from planner.studies.study import Study
from planner.studies.tally import Tally
from planner.studies.tasks import TASKS
from planner.studies.work import Done, Job, not_tried, not_valid
from planner.words import say
from solvers.profiles import load_profile

MISNAMED = {f"problem.{what}" for what in (
    "nothing_called", "no_entry", "no_row_with", "no_row_key", "no_scenario_here", "no_override", "key_count",
    "is_key", "no_table_here")}
"""Problems of an override's key: the same in every case that has it, so they end the study before it begins."""


USUAL = Options()


def run(instance: Instance, cases: list[Case], *, options: Options = USUAL, folder: Path | None = None,
        jobs: int | None = None, cluster: str | None = None, progress: Callable[[dict], None] | None = None,
        stop: Callable[[], bool] | None = None, study: Study | None = None, force: bool = False) -> Results:
    """Solves every case and gives the tables, in the order of the cases whoever solved them.

    folder    where each case is kept when it is done; what it holds is not solved again. None: nothing is kept
    jobs      processes at once (None: by cores and memory; 1: this process)
    cluster   address of a Dask scheduler whose workers solve the cases
    progress  called with {phase, done, cases, left (seconds), incumbent, bound, gap}
    stop      asked now and then; True ends the study, what is done is kept
    study     what study.toml of the folder says; None: these cases, one by one
    force     the folder may hold another study, which gives way
    A case that has no plan, or is not valid, does not stop the others: its row says why. Infeasible, not valid
    and out of time are answers and kept; failed (an accident) and interrupted are tried again next time.

    Raises InvalidInstance, before anything is solved, for an override or scenario that names nothing;
    ProfileError; StudyError for an unknown task, a name given twice, or a folder that another run or study has; NoCluster; OSError.
    """
    work, known = prepared(instance, cases, options)
    with nullcontext() if folder is None else opened(Path(folder)) as store:
        if store is not None:
            store.define(study or Study.of("cases", instance, options, jobs, cases=[c.plain() for c in cases]), force)
            known |= {job.case.name: done for job in work if (done := store.kept(job)) is not None}
        tally = Tally(len(cases), len(known), progress, stop)
        left = route([job for job in work if job.case.name not in known])
        done = dict(known)
        if left:
            for job, made in crew(instance, options, left, jobs, cluster).solve(left, tally):
                if made.final and store is not None:
                    store.keep(job, made)
                    made = Done(made.told)  # its tables are in their files
                done[job.case.name] = made
                if made.told["status"] != "interrupted":
                    tally.count()
        return gathered(instance, cases, work, done, store, options)


def cases(instance: Instance, cases: list[dict], **engine) -> Results:
    """The kind `cases` of study.toml: every case written out."""
    return run(instance, [Case(**case | {"overrides": tuple(case.get("overrides", ()))}) for case in cases], **engine)


def prepared(instance: Instance, cases: list[Case], options: Options) -> tuple[list[Job], dict[str, Done]]:
    """The cases that can be solved, each with its key, and what is known of the others. Raises as `run`."""
    names = [case.name for case in cases]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise StudyError(say("study.twice", name=twice))
    session, work, known, wrong = Session(instance, options), [], {}, {}
    code = f"{code_hash()} {load_profile(options.profile)}"  # a profile may be a file of the user's
    for case in cases:
        if case.task not in TASKS:
            raise StudyError(say("study.no_task", name=case.task, case=case.name,
                                 hint=suggestion(case.task, TASKS, "")))
        try:
            own = session.of(case).hash
        except InvalidInstance as error:
            wrong |= {str(problem): problem for problem in error.problems
                      if getattr(problem.what, "key", "") in MISNAMED}
            known[case.name] = not_valid(error)
            continue
        where = TASKS[case.task]
        work.append(Job(case, key(case, options, instance.hash, own, where, code), where))
    if wrong:
        raise InvalidInstance(wrong.values(), instance.name)
    return work, known


def crew(instance: Instance, options: Options, left: list[Job], jobs: int | None, cluster: str | None):
    """Who solves what is left."""
    if cluster is not None:
        from planner.studies.cluster import Cluster
        return Cluster(instance, options, cluster)
    count = min(sized(instance, len(left)) if jobs is None else jobs, len(left))
    return Here(instance, options) if count <= 1 else Processes(instance, options, count)


def route(work: list[Job]) -> list[Job]:
    """The order to solve in: through a grid row by row, every other row backwards, so that neighbours follow."""
    names = list(dict.fromkeys(name for job in work for name in job.case.settings))

    def through(part: list[Job], depth: int) -> list[Job]:
        if depth > len(names) + 1 or len(part) < 2:
            return part
        groups: dict[str, list[Job]] = {}
        for job in part:
            case = job.case
            at = (case.task, case.scenario, *map(case.settings.get, names))[depth]
            groups.setdefault(repr(at), []).append(job)
        rows = [through(group, depth + 1) for group in groups.values()]
        return [job for number, row in enumerate(rows) for job in (row[::-1] if number % 2 else row)]

    return through(work, 0)


def gathered(instance: Instance, cases: list[Case], work: list[Job], done: dict[str, Done],
             store: Store | None, options: Options) -> Results:
    """The tables of a study, in the order of its cases."""
    rows = [{"case": case.name, "scenario": case.scenario or instance.scenario, **case.settings}
            | done.get(case.name, not_tried()).told for case in cases]
    frame = tidy(pd.DataFrame(rows))
    # Objects, not pandas' own texts: what was `say`d can still be said in another language.
    frame["message"] = pd.Series([row["message"] for row in rows], dtype=object)
    if store is not None:
        kept = [job for job in work if done.get(job.case.name, not_tried()).final]
        store.finish(frame, kept, f"{instance.hash} {options} {code_hash()}")
        return Results(frame, store.tables(kept), store.folder)
    parts: dict[str, list] = {}
    for job in work:
        for name, table in (done[job.case.name].tables if job.case.name in done else {}).items():
            parts.setdefault(name, []).append((job.case.name, table))
    return Results(frame, Tables(parts))


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns without any figure are figures that are missing; `seconds` and `message` come last."""
    last = [name for name in ("seconds", "message") if name in frame]
    frame = frame[[*(name for name in frame if name not in last), *last]]
    return frame.astype({name: float for name in frame if name not in last and frame[name].isna().all()})
