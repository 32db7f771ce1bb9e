"""What each mechanism costs: the same instance solved with all of them and without one at a time.

    cost = objective without it - objective with all        (points, or the one goal's own unit)

A rule costs what the goal would gain if it were switched off; a mechanism that brings something (a
window, a data set, a tender) costs less than nothing. By default both are solved as LP relaxations:
bound against bound, exact for the relaxation to the solver's tolerance (1e-6), and no statement on
whole plans; `whole` solves with whole numbers, and the cost is then known within the gaps (`least`,
`most`). Formulation, section 5: policy price tags.

    python -m planner.price_tags INSTANCE --out docs/mechanisms/costs.csv [--on all] [--whole]

Every solve is kept in the file when it is done, so a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from planner.instance import InvalidInstance
from planner.instance.tables import GOAL_NAMES as GOALS
from planner.instance.writing import beside
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.goals import aims, in_use, write_goal
from planner.plan import tables_of
from planner.solving import NoPlan, load, needs_ranges
from solvers.matrix import Matrix
from solvers.outcome import Stop
from solvers.search import solve as search

NOTHING = "nothing"
"""What is switched off in the first solve."""

RELAXATION, WHOLE = "LP relaxation", "whole numbers"
IDENTITY = ["instance", "model", "method", "on"]
FIGURES = ["objective", "bound", "gap", *GOALS, "columns", "rows", "seconds"]
SOLVES = [*IDENTITY, "switched_off", *FIGURES]
"""The file's columns, one row per solve: whose model (`model` is a hash of its arrays, `on` how many
mechanisms), what was switched off, objective and bound, each goal's value (empty: the goal has no
terms there), size of the model, seconds."""


TAGS = ["mechanism", "objective_with", "objective_without", "cost", "share", "least", "most", *GOALS,
        "columns", "rows", "seconds"]


class UnusableFile(ValueError):
    """A file of solves that is broken, or is another model's; the message says how to mend it."""


def price_tags(instance, *, file: Path | str | None = None, whole: bool = False, gap: float = 0.001,
               time_limit: float = 3600.0, profile: str = "balanced", mechanisms=MECHANISMS, only=(),
               progress: Callable[[dict], None] | None = None,
               stop: Callable[[], bool] | None = None) -> pd.DataFrame:
    """The price tag of every mechanism that is on; see `tags` for the columns.

    file        CSV where every solve is kept when done; what it holds is not solved again
    whole       with whole numbers, to a relative `gap` each; otherwise LP relaxations
    only        names of the mechanisms that are tagged; none: all that are on
    time_limit  seconds for each solve; one that ends without a solution has no tag
    progress    called with {time, phase, incumbent, bound, gap} while it runs
    stop        asked now and then; True ends the run, what is done is kept
    Raises UnusableFile, NoPlan when there is no solution with all mechanisms, ValueError when goals
    have no common scale.
    """
    file = None if file is None else Path(file)
    tell, method = progress or (lambda event: None), WHOLE if whole else RELAXATION
    names = [mechanism.name for mechanism in mechanisms if instance.on(mechanism.name)]
    core, goals, matrix = _model(instance, mechanisms)
    own = dict(zip(IDENTITY, (instance.name, fingerprint(matrix), method, len(names))))
    rows = _kept(file, own)
    for off in [NOTHING, *(name for name in names if not only or name in only)]:
        if any(row["switched_off"] == off for row in rows):
            continue
        if stop is not None and stop():
            break
        words = "all mechanisms" if off == NOTHING else f"without {off}"
        tell({"phase": words})
        begin = time.perf_counter()
        if off != NOTHING:
            core, goals, matrix = _model(instance.with_overrides({f"{off}.on": False}), mechanisms)
        outcome = search(matrix if whole else matrix.relaxed(), gap=gap if whole else 0.0, stop=stop,
                         time_limit=time_limit, profile=profile,
                         progress=lambda event, words=words: tell(
                             event | {"phase": f"{words}: {event['phase']}"}))
        if outcome.stop is Stop.INTERRUPTED:
            break
        if outcome.x is None:
            if off == NOTHING:
                raise NoPlan(outcome)
            tell({"phase": f"{words}: no solution. {outcome.message}"})
            continue
        rows.append(own | _values(core, goals, outcome.x) | {
            "switched_off": off, "objective": outcome.objective, "bound": outcome.bound, "gap": outcome.gap,
            "columns": matrix.n_columns, "rows": matrix.n_rows,
            "seconds": round(time.perf_counter() - begin, 2)})
        if file is not None:
            with beside(file) as made:  # never half a file
                pd.DataFrame(rows, columns=SOLVES).to_csv(made, index=False, lineterminator="\n")
    return tags(pd.DataFrame(rows, columns=SOLVES))


def tags(solves: pd.DataFrame) -> pd.DataFrame:
    """Price tags from solves, in the order of the mechanisms: one row each.

    mechanism, objective_with, objective_without; cost and its share of the objective without it;
    least, most: what the cost is at least and at most, given the bounds; each goal's change, its
    value with all mechanisms less its value without this one; columns and rows that the mechanism
    adds to the model; seconds of the solve without it.
    """
    one, made = solves.set_index("switched_off"), []
    for name in (mechanism.name for mechanism in MECHANISMS if mechanism.name in one.index):
        base, without = one.loc[NOTHING], one.loc[name]
        cost, scale = without["objective"] - base["objective"], abs(without["objective"])
        made.append({
            "mechanism": name, "objective_with": base["objective"], "objective_without": without["objective"],
            "cost": cost, "share": cost / scale if scale else np.nan,
            "least": without["objective"] - base["bound"], "most": without["bound"] - base["objective"],
            **{column: base[column] - without[column] for column in (*GOALS, "columns", "rows")},
            "seconds": without["seconds"]})
    return pd.DataFrame(made, columns=TAGS)


def read_solves(file: Path) -> pd.DataFrame:
    """The solves that a run kept. Raises UnusableFile for anything else."""
    mend = "Delete it or name another file, and run planner.price_tags again."
    try:
        solves = pd.read_csv(file, dtype={"model": str})
    except (ValueError, OSError) as error:  # pandas' own reading errors are ValueErrors
        raise UnusableFile(f"{file} is no table of price tags: {error}. {mend}") from None
    if list(solves.columns) != SOLVES:
        raise UnusableFile(f"{file} is no table of price tags: it has the columns "
                           f"{', '.join(map(str, solves.columns))[:200]}. {mend}")
    known = [NOTHING, *(mechanism.name for mechanism in MECHANISMS)]
    strange = sorted(set(solves["switched_off"].astype(str)) - set(known))
    if strange:
        raise UnusableFile(f"{file} names no mechanism with {', '.join(strange)}. {mend}")
    if NOTHING not in set(solves["switched_off"]) or solves["switched_off"].duplicated().any():
        raise UnusableFile(f"{file} must tell the solve with all mechanisms, and each other one once. {mend}")
    if len(solves[IDENTITY].drop_duplicates()) > 1 or solves[IDENTITY].isna().any(axis=None):
        raise UnusableFile(f"{file} mixes the solves of several models. {mend}")
    figures = solves[FIGURES].apply(pd.to_numeric, errors="coerce")
    missing = figures.isna() & (solves[FIGURES].notna() | ~np.isin(FIGURES, GOALS))
    if missing.any(axis=None):
        row, column = np.argwhere(missing.to_numpy())[0]
        raise UnusableFile(f"{file}, row {row + 2}, column {FIGURES[column]}: not a number "
                           f"(found: {solves[FIGURES[column]][row]!r}). {mend}")
    return solves.assign(**figures)


def fingerprint(matrix: Matrix) -> str:
    """A short hash of a model's arrays: the same inputs and the same code give the same."""
    digest, rows = hashlib.sha256(), matrix.rows
    for part in (matrix.cost, [matrix.offset], matrix.lower, matrix.upper, matrix.integer, matrix.row_lower,
                 matrix.row_upper, rows.data, rows.indices, rows.indptr):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()[:12]


def _kept(file: Path | None, own: dict) -> list[dict]:
    """The solves that the file holds, if they are this model's; none when there is no file yet."""
    if file is None or not file.exists():
        return []
    kept = read_solves(file)
    found = kept[IDENTITY].iloc[0].to_dict()
    if found != own:
        raise UnusableFile(
            f"{file} holds the price tags of another model: {_words(found)}; this one is {_words(own)}. "
            "Delete it or name another file.")
    return kept.to_dict("records")


def _words(own: dict) -> str:
    return f"{own['instance']} with {own['on']} mechanisms, {own['method']} (model {own['model']})"


def _model(instance, mechanisms):
    """(core, goals, matrix) of an instance, on the scale that its table `goals` gives."""
    if instance.mode in ("lexicographic", "leximin"):
        raise ValueError(f"mode {instance.mode} has no single objective to price mechanisms by: "
                         "set mode=weighted.")
    core = build(instance, mechanisms)
    goals = aims(core)
    if needs_ranges(instance, goals):
        raise ValueError("Without one scale the goals of two solves cannot be compared: give every goal that "
                         "has a weight its ideal and nadir (planner calibrate INSTANCE --goals).")
    write_goal(core, goals)
    return core, goals, core.book.matrix()


def _values(core, goals, x: np.ndarray) -> dict[str, float]:
    """Each goal's value; those with a weight as the objective counts them, the others from tables."""
    told = tables_of(core, x)["goals"].groupby("goal")["value"].sum().to_dict()
    told |= {aim.name: float(aim.linear.value(x)[0]) for aim in in_use(goals)}
    return {goal: told.get(goal, np.nan) for goal in GOALS}


def main(argv: list[str] | None = None) -> int:
    """The command line; what is wrong is told in a sentence, with exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m planner.price_tags",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("instance", metavar="INSTANCE")
    parser.add_argument("--out", metavar="FILE", required=True, help="CSV of the solves; a re-run goes on")
    parser.add_argument("--on", choices=("all",), help="switch every mechanism on first")
    parser.add_argument("--scenario", metavar="NAME")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[])
    parser.add_argument("--whole", action="store_true", help="with whole numbers, not the LP relaxation")
    parser.add_argument("--gap", type=float, default=0.001, help="relative gap with --whole (default 0.001)")
    parser.add_argument("--time-limit", type=float, default=3600.0, metavar="SECONDS", help="for each solve")
    parser.add_argument("--profile", default="balanced", help="solver settings by name")
    args = parser.parse_args(argv)
    begin, last = time.perf_counter(), ""

    def tell(event):
        nonlocal last
        if event["phase"] != last:
            last = event["phase"]
            print(f"{time.perf_counter() - begin:8.1f} s  {last}", file=sys.stderr, flush=True)

    try:
        switches = [f"{mechanism.name}.on=true" for mechanism in MECHANISMS] if args.on else []
        instance = load(args.instance, args.scenario, [*switches, *args.set])
        table = price_tags(instance, file=args.out, whole=args.whole, gap=args.gap, profile=args.profile,
                           time_limit=args.time_limit, progress=tell)
    except (InvalidInstance, NoPlan, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"Interrupted; what is done is kept in {args.out}.", file=sys.stderr)
        return 130
    with pd.option_context("display.width", 160, "display.max_columns", 20, "display.max_rows", 100):
        print(table.to_string(index=False, float_format=lambda value: f"{value:,.6g}"))
    lacking = sum(instance.on(mechanism.name) for mechanism in MECHANISMS) - len(table)
    if lacking:
        print(f"{lacking} mechanisms have no price tag yet; run it again to go on.", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
