"""Why a rung of a ladder has no plan: which rules give way to nesting, and what would have to give for them.

Two questions to the linear relaxation of the rung's model, which is looser than the model itself:

    which rules?     minimise sum of (shortfall of a rule's row) / max(1, its side), the nesting kept
    what would do?   the smallest `give` of SOFTER with which the rules hold too

Shortfalls as in elastic programming (Chinneck 2008, *Feasibility and Infeasibility in Optimization*, ch. 6).
Definitions and bounds always hold; budgets count as rules. A relaxation that holds leaves the conflict to whole numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from planner.explain.clauses import Model
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.goals import aims, write_goal
from planner.words import say
from solvers.highs import Live
from solvers.matrix import Matrix
from solvers.outcome import Stop

SOFTER = (0.001, 0.01, 0.05, 0.2, 1.0)
"""Shares of a cell's spend that are tried; 1 holds no cell at all."""

SECONDS = 60.0
"""Most time for each linear programme."""

MOST = 3
SEEN = 1e-6


def reason(instance, nested, stop=None) -> str:
    """One or two sentences: the rules that cannot hold beside the nesting, and how far it would have to give.

    nested  give -> what `amend` takes, holding the rung with that give
    """
    model, first = written(instance, nested(None)), ""
    found = shortfalls(model, stop)
    if found is None:
        first = say("ladder.why.unknown")
    elif not found:
        return say("ladder.why.whole")
    else:
        first = say("ladder.why.rules", rules="; ".join(
            say("ladder.why.rule", rule=name, short=f"{short:,.4g}", side=f"{side:,.4g}")
            for name, short, side in found[:MOST]))
    for give in SOFTER:
        matrix = written(instance, nested(give)).matrix.relaxed()
        answer = Live(replace(matrix, cost=np.zeros(matrix.n_columns)), {"threads": 1}).solve_lp(SECONDS, tick=stop)
        if answer.stop is Stop.OPTIMAL:
            key = "ladder.why.give" if give < 1 else "ladder.why.cells"
            return f"{first} {say(key, give=f'{100 * give:g} %', value=f'{give:g}')}"
        if answer.stop is not Stop.INFEASIBLE:
            return first
    return f"{first} {say('ladder.why.other')}"


def written(instance, amend) -> Model:
    core = build(instance, MECHANISMS)
    amend(core)
    write_goal(core, aims(core))
    return Model.of(core, core.book.matrix())


def shortfalls(model: Model, stop=None) -> list[tuple[str, float, float]] | None:
    """(rule's row, shortfall, its side) where rules give way, largest share first; None: not known in time."""
    matrix: Matrix = model.matrix.relaxed()
    rows, n = model.ruled, matrix.n_columns
    side = np.where(np.isfinite(matrix.row_lower[rows]), matrix.row_lower[rows], matrix.row_upper[rows])
    size = np.maximum(1.0, np.abs(np.nan_to_num(side, posinf=0.0, neginf=0.0)))
    pick = sparse.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))), (matrix.n_rows, len(rows)))
    more = 2 * len(rows)
    wide = replace(matrix, cost=np.r_[np.zeros(n), 1 / size, 1 / size], offset=0.0, maximise=False, block=None,
                   rows=sparse.hstack([sparse.csr_matrix(matrix.rows), pick, -pick]).tocsr(),
                   lower=np.r_[matrix.lower, np.zeros(more)], upper=np.r_[matrix.upper, np.full(more, np.inf)],
                   integer=np.zeros(n + more, bool))
    answer = Live(wide, {"threads": 1}).solve_lp(SECONDS, tick=stop)
    if answer.stop is not Stop.OPTIMAL:
        return None
    short = answer.x[n:n + len(rows)] + answer.x[n + len(rows):]
    order = np.argsort(-short / size, kind="stable")
    return [(model.clause(int(rows[at])).name, float(short[at]), float(side[at])) for at in order
            if short[at] > SEEN * size[at]]
