"""Spend per head: the exact linear Gini, shared by regional balance and the balance goal.

Gini = sum_{r<r'} w_r w_r' |e_r - e_r'| / sum_r w_r e_r, with e spend per head and
w the population share (formulation, 6). The distance is d = more + less with
more - less = e_r - e_r', both >= 0: one row a pair where d >= +-(e_r - e_r') takes two.
"""

from __future__ import annotations

import numpy as np

from planner.model.figures import population_share
from solvers.algebra import Index, Linear, total


def per_head_difference(core) -> Linear:
    """Sum of w_r w_r' d_rr' by year, in money per head; made once and shared.

    Its columns are only pushed down by a rule or a goal.
    """
    made = core.offered("per_head_difference")
    if made is not None:
        return made
    share = population_share(core.instance).reindex(core.space.members["region"]).to_numpy()
    population = core.instance.table("regions").set_index("region")["population"].reindex(
        core.space.members["region"]).to_numpy()
    spend = core.spend_by("region", "year")
    per_head = spend * (1 / population[spend.index.code("region")])
    years, regions = len(core.space.members["year"]), len(share)
    first, second = np.triu_indices(regions, 1)
    year = np.repeat(np.arange(years), len(first))
    first, second = np.tile(first, years), np.tile(second, years)
    one = Index(core.space, ("region", "year"), (first, year))
    other = Index(core.space, ("region", "year"), (second, year))
    pair = Index(core.space, ("region", "year"), (first, year))
    more, less = (core.block.columns(name, pair) for name in ("per_head_more", "per_head_less"))
    left, right = per_head.on(one), per_head.on(other)
    right = Linear(one, right.row, right.col, right.coef, right.const)
    core.block.define("per_head_gap", more.linear() - less.linear() - left + right, "==")
    weight = share[first] * share[second]
    summed = total(more, ("year",), weights=weight) + total(less, ("year",), weights=weight)
    core.block.publish("per_head_difference", summed)
    return summed
