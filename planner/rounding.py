"""Whole accounting units: grants are rounded after the search, and everything else follows them.

Every payer's grants of a year are rounded together by largest remainder: their sum is cut to whole
units, so that no budget is exceeded, and the units left over go to the amounts that lost most. Then
the model is solved once more with the grants as rounded and every whole decision as it was found:
what follows from grants follows from the model's own rows, and the plan still keeps every rule.
Where it cannot, two further steps are taken, and the first that leads to a plan is it:

    1  grants by largest remainder, every rule kept
    2  each grant at a whole amount no farther than a unit, every rule kept
    3  the same, rules broken by as little as can be: told by `told`, never hidden

An award that is too small for a unit ends; nothing is given where nothing was. Spend of a cell moves no
farther than a unit more or less of each grant to its region's stage moves it: rounding is no new plan.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from solvers.matrix import Matrix
from solvers.outcome import Outcome
from solvers.search import solve as search

STEPS = ("largest_remainder", "nearest_units", "rules_missed")
BREAK_PRICE = 100.0
"""What a broken unit of a rule costs in step 3, in units of the largest return of any column."""
GAP = 1e-4
"""Relative gap of steps 2 and 3: they choose among plans a unit a grant apart."""

KEYS = ["mechanism", "rule", "where", "year"]


def round_grants(core, matrix: Matrix, outcome: Outcome, unit: float, **options) -> tuple[Outcome, dict]:
    """The outcome with grants in whole units (money), and {unit, step, moved}, `moved` the farthest grant.

    The objective is that of the rounded plan, so its gap is too; after a sequence of solves
    (lexicographic, leximin) it stays what the last one reached. `options` go to the search.
    Where no step finds a plan in time, the outcome is as it was and `step` is 'failed'.
    """
    grants = slice(core.grant.first, core.grant.first + len(core.grant.index))
    before = outcome.x[grants]
    whole = by_payer(core.grant.index.frame(), before, unit)
    pinned = _pinned(core, matrix, outcome.x, unit)
    # Less than two units apart and around the amount; one that is whole may move, one that is 0 may not.
    least, most = np.ceil(before / unit - 1e-9) - 1, np.floor(before / unit + 1e-9) + 1
    free = _in_units(pinned, grants, unit, least.clip(0), np.where(before > 1e-9, most, 0))
    tried = (_between(pinned, grants, whole, whole), free, _elastic(core, free))
    for step, model in zip(STEPS, tried):
        answer = search(model, gap=GAP, **options)
        if answer.x is not None:
            x = answer.x[:matrix.n_columns].copy()
            x[grants] = whole if step == STEPS[0] else exact(x[grants], unit)
            sequence = core.instance.mode in ("lexicographic", "leximin")
            reached = outcome.objective if sequence else matrix.objective(x)
            return replace(outcome, x=x, objective=reached), {
                "unit": unit, "step": step, "moved": float(np.abs(x[grants] - before).max())}
    return outcome, {"unit": unit, "step": "failed", "moved": 0.0}


def by_payer(grants: pd.DataFrame, amounts: np.ndarray, unit: float) -> np.ndarray:
    """Amounts in whole units, rounded payer by payer and year by year (central: the one payer '')."""
    payer = grants["region"].where(grants["level"] == "local", "")
    return pd.Series(amounts, grants.index).groupby(
        [grants["level"], payer, grants["year"]], group_keys=False).transform(
        lambda part: largest_remainder(part.to_numpy(float), unit)).to_numpy()


def largest_remainder(amounts: np.ndarray, unit: float) -> np.ndarray:
    """Amounts in whole units whose sum is that of `amounts`, cut to whole units."""
    units = amounts / unit
    whole = np.floor(units + 1e-9)
    left = int(np.floor(units.sum() + 1e-9) - whole.sum())
    whole[np.argsort(whole - units, kind="stable")[:max(left, 0)]] += 1
    return exact(whole, unit)


def exact(units: np.ndarray, unit: float) -> np.ndarray:
    """Whole numbers of units as money, without the dust of the product (3 x 0.1 is 0.3)."""
    return np.round(np.rint(units) * unit, 10)


def told(before: pd.DataFrame, after: pd.DataFrame) -> dict:
    """What rounding broke: {broken: rows, most: by how much, rows: [mechanism, rule, where, year] of each}.

    before, after  compliance of the plan as solved and as rounded
    """
    ours, old = (rows[rows["status"] == "broken"] for rows in (after, before))
    ours = ours[~pd.MultiIndex.from_frame(ours[KEYS]).isin(pd.MultiIndex.from_frame(old[KEYS]))]
    most = float(-(ours["slack"] + ours["relief"]).min()) if len(ours) else 0.0
    rows = [[*map(str, row[:3]), int(row[3])] for row in ours[KEYS].itertuples(index=False)]
    return {"broken": len(ours), "most": most, "rows": rows}


# --- the three models ---------------------------------------------------------------


def _pinned(core, matrix: Matrix, x: np.ndarray, unit: float) -> Matrix:
    """The model with whole decisions as found, and each segment of spend within what a unit a grant moves.

    An award that was made may end: where its grants round to nothing there is none.
    """
    lower, upper, whole = matrix.lower.copy(), matrix.upper.copy(), matrix.integer
    lower[whole] = upper[whole] = np.rint(x[whole])
    integer = np.zeros(matrix.n_columns, bool)
    for used in (part["used"] for part in core.reports.get("awards", ())):
        made = slice(used.first, used.first + len(used.index))
        lower[made], integer[made] = 0.0, True
    by = ["region", "stage", "year"]
    reach = pd.Series(unit * (1 + core.leverage)).groupby(
        [core.grant.index.frame()[key] for key in by]).sum()
    reach = reach.reindex(pd.MultiIndex.from_frame(core.cells.frame()[by])).fillna(0.0).to_numpy()
    segments, reach = core.spend.col, reach[core.spend.row]
    lower[segments] = np.maximum(lower[segments], x[segments] - reach)
    upper[segments] = np.minimum(upper[segments], x[segments] + reach)
    return replace(matrix, integer=integer, lower=lower, upper=np.maximum(lower, upper))


def _between(matrix: Matrix, columns: slice, low, high) -> Matrix:
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[columns], upper[columns] = low, high
    return replace(matrix, lower=lower, upper=upper)


def _in_units(matrix: Matrix, columns: slice, unit: float, low, high) -> Matrix:
    """The model with the columns counted in whole units, between two numbers of them."""
    scale, integer = np.ones(matrix.n_columns), matrix.integer.copy()
    scale[columns], integer[columns] = unit, True
    made = replace(matrix, cost=matrix.cost * scale, integer=integer,
                   rows=(matrix.rows @ sparse.diags(scale)).tocsr())
    return _between(made, columns, low, high)


def _elastic(core, matrix: Matrix) -> Matrix:
    """The model in which every rule may be broken at a price; definitions and bounds stay hard."""
    rows = np.concatenate([np.zeros(0, int), *(
        clause.rows.first + np.arange(len(clause.rows.index)) for clause in core.clauses)])
    n = len(rows)
    one = sparse.csr_matrix((np.ones(n), (rows, np.arange(n))), shape=(matrix.n_rows, n))
    price = BREAK_PRICE * max(float(np.abs(matrix.cost).max()), 1.0) * (-1.0 if matrix.maximise else 1.0)
    more = np.zeros(2 * n)
    return replace(matrix, cost=np.concatenate([matrix.cost, more + price]),
                   lower=np.concatenate([matrix.lower, more]),
                   upper=np.concatenate([matrix.upper, more + np.inf]),
                   integer=np.concatenate([matrix.integer, more > 0]),
                   rows=sparse.hstack([matrix.rows, one, -one], format="csr"))
