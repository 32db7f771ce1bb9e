"""Spend per head: the exact linear Gini, shared by regional balance and the balance goal.

Gini = sum_{r<r'} w_r w_r' |e_r - e_r'| / sum_r w_r e_r, with e spend per head and
w the population share (formulation, 6). With the regions of every pair in the order of the base year,

    |e_a - e_b| = (e_a - e_b) + 2 reranking_ab,    reranking_ab = max(0, e_b - e_a),    a ahead, b behind

so that the index is the concentration by the base year's ranks, one number a region, and
re-ranking (Atkinson 1980, Plotnick 1981), which few pairs have: their rows are lazy.
"""

from __future__ import annotations

import numpy as np

from planner.model.figures import population_share
from solvers.algebra import Index, Linear, total


def per_head_difference(core) -> Linear:
    """Sum of w_r w_r' |e_r - e_r'| by year, in money per head; made once and shared.

    Its columns are only pushed down by a rule or a goal.
    """
    made = core.offered("per_head_difference")
    if made is not None:
        return made
    regions = core.space.members["region"]
    share = population_share(core.instance).reindex(regions).to_numpy()
    population = core.instance.table("regions").set_index("region")["population"].reindex(regions).to_numpy()
    base = core.baseline_by("region").on(core.space.index(region=None)).const
    rank = np.argsort(-base / population, kind="stable")
    spend = core.spend_by("region", "year")
    here = spend.index.code("region")
    per_head = spend * (1 / population[here])

    years, (first, second) = core.space.size("year"), np.triu_indices(len(rank), 1)
    pair = Index(core.space, ("ahead", "behind", "year"), (
        np.tile(rank[first], years), np.tile(rank[second], years), np.repeat(np.arange(years), len(first))))
    ahead, behind = (per_head.renamed(region=side).on(pair) for side in ("ahead", "behind"))
    reranking = core.block.columns("reranking", pair)
    core.block.define("reranked", reranking - behind + ahead, ">=", lazy=True)

    upto = np.cumsum(share[rank])
    lead = np.empty(len(rank))
    lead[rank] = (upto[-1] - upto) - (upto - share[rank])  # people behind the region less people ahead of it
    twice = 2 * share[pair.code("ahead")] * share[pair.code("behind")]
    summed = (total(per_head, ("year",), weights=(share * lead)[here])
              + total(reranking, ("year",), weights=twice))
    core.block.publish("per_head_difference", summed)
    return summed
