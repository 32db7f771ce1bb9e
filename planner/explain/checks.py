"""What arithmetic rules out before any solve: wishes that no plan can meet, and numbers of very different size.

Bounds of all decisions are carried through all rows (`solvers.intervals`): floors that add to more than the
whole, a floor above what capacity or talent can reach, a mission that cannot finish in time, a platform that
rests on one that cannot stand. What is told is proven; what is not told may still be impossible.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from planner.explain.clauses import Clause, Model
from planner.explain.levers import Lever, lever
from solvers.conflict import ByBounds, shrink
from solvers.elastic import freed
from solvers.intervals import tighten
from solvers.matrix import Matrix

MOST = 5  # findings told at most
ENOUGH = 10.0  # seconds after which no further one is looked for
WIDE = 1e10  # coefficients further apart than this are worth a word
SMALL, LARGE = 1e-7, 1e7  # and those beyond these


class Impossible(Exception):
    """No plan of an instance exists, by arithmetic alone; `findings` say why."""

    def __init__(self, findings: list[Finding], instance=None):
        self.findings, self.instance = findings, instance
        super().__init__("; ".join(", ".join(finding.clauses) for finding in findings))


@dataclass
class Finding:
    """One impossible wish.

    clauses   names of the clauses that cannot hold together, a balance or definition where no clause takes part
    row       name of the row that cannot be met
    needs, possible  what it asks for, and the least (at_least False) or most that its left side can come to
    levers    numbers of the instance that would mend it, as they are now
    """

    clauses: list[str]
    row: str
    needs: float
    possible: float
    at_least: bool
    levers: list[Lever]


def impossible(model: Model) -> list[Finding]:
    """Wishes that bounds alone rule out, each independent of those before it; empty when none is found."""
    matrix, found, begin = model.matrix, [], time.perf_counter()
    while len(found) < MOST and (not found or time.perf_counter() - begin < ENOUGH):
        proof = (tighten(matrix) if found else model.intervals).contradiction
        if proof is None:
            break
        ruled = np.isin(proof.rows, model.ruled)
        inside = np.flatnonzero(ruled if ruled.any() else np.ones(len(proof.rows), bool))
        few = matrix.with_only(proof.rows)
        part = shrink(ByBounds(few, inside), model.paths(proof.rows[inside]))
        rows = proof.rows[inside[part.kept]] if part is not None and len(part.kept) else proof.rows
        background = np.union1d(rows, np.setdiff1d(proof.rows, model.ruled))
        last = tighten(matrix.with_only(background)).contradiction
        if last is not None:
            proof = replace(last, row=int(background[last.row]))
        clauses = [model.clause(row) for row in rows]
        levers = {one.key: one for one in (lever(model.instance, clause) for clause in clauses) if one is not None}
        found.append(Finding([clause.name for clause in clauses], model.clause(proof.row).name, proof.side,
                             proof.possible, proof.at_least, list(levers.values())))
        matrix = _without(model, matrix, clauses)
    return found


def _without(model: Model, matrix: Matrix, clauses: list[Clause]) -> Matrix:
    """The model without the rules of some clauses, in all years."""
    rows = np.concatenate([model.family(clause) for clause in clauses])
    return freed(matrix, rows)


def refuse(core, matrix: Matrix) -> None:
    """For `planner.solving.solve(examine=...)`. Raises Impossible when arithmetic rules every plan out."""
    found = impossible(Model.of(core, matrix))
    if found:
        raise Impossible(found, core.instance)


def never(model: Model) -> dict[str, list[str]]:
    """kind ('bid', 'platform', 'place') -> names of what no plan can choose, where bounds already say so.

    A bid that can never start, a platform that can open nowhere, and (by 'region, platform') one that can
    open elsewhere, but not there though it has room there.
    """
    made = {"bid": [], "platform": [], "place": []}
    if model.intervals.contradiction is not None:
        return {}
    for table, column, keys in (("missions", "start", ["bid"]), ("platforms", "open", ["region", "platform"])):
        for parts in model.core.reports.get(table, ()):
            if column not in parts:
                continue
            line = parts[column].linear()
            frame = pd.DataFrame({key: line.index.labels(key)[line.row] for key in keys})
            frame["open"] = model.intervals.upper[line.col] > 0.5
            chosen = frame.groupby(keys, sort=False)["open"].any()
            if table == "missions":
                every = model.instance.table("bids")["bid"]
                made["bid"] += [bid for bid in every if not chosen.get(bid, False)]
                continue
            some = chosen.groupby("platform").any()
            made["platform"] += [name for name in model.instance.table("platform_types")["platform"]
                                 if not some.get(name, False)]
            made["place"] += [", ".join(key) for key, able in chosen.items() if not able and some[key[1]]]
    return {kind: names for kind, names in made.items() if names}


@dataclass
class Scale:
    """Smallest and largest coefficient, the rows they stand in, and whether they lie too far apart."""

    least: float
    most: float
    least_in: str
    most_in: str
    bad: bool


def scale(model: Model) -> Scale | None:
    """The range of the coefficients; None for a model without any."""
    rows = model.matrix.rows
    size = np.abs(rows.data)
    if not len(size):
        return None
    owner = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    low, high = int(size.argmin()), int(size.argmax())
    least, most = float(size[low]), float(size[high])
    return Scale(least, most, model.clause(int(owner[low])).name, model.clause(int(owner[high])).name,
                 most / least > WIDE or least < SMALL or most > LARGE)
