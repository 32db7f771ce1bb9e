"""Sampled returns: what an instance says of uncertainty, and draws from it that are the same for every plan.

Declared by the instance (tables of mechanisms risk and missions, whether these are on or not):
    return_intervals    part dev_k of its value that a technology category may lose
    scenario_weight, return_scenarios    states of the world s, their probability, factor[s, k]
    bids                each bid's chance of success

Draw n:  factor[n, k] = factor[s_n, k] (1 + dev_k u[n, k]),  s_n by its probability, u uniform on [-1, 1];
         bid b succeeds when luck[n, b] < success_b, luck uniform on [0, 1].

What is not declared is assumed, and `uncertainty` says so: that deviations are uniform and as wide upwards
as downwards (the symmetric, bounded uncertainty of Bertsimas and Sim 2004, which mechanism risk builds on),
that categories deviate apart from one another within a state, that bids succeed apart from one another,
that a factor holds in all years. An instance that declares neither intervals nor states is given
ASSUMED_DEVIATION for every category.

`by` says how far a deviation reaches: `category` (all cells of a category deviate together, as in
mechanism risk: the widest spread) or `cell` (each cell by itself: the narrowest). The two are the ends
between which the truth lies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

ASSUMED_DEVIATION = 0.2
"""Part of its value that a category may lose where an instance says nothing of uncertainty."""

BLOCK = 128
"""Draws that are held by cell at once: 128 x 11,160 cells are 11 MB."""

REACHES = ("category", "cell")


@dataclass(frozen=True)
class Draws:
    """N states of the world of one instance, the same for whoever is judged by them.

    state      array of N names ('' where the instance has no states)
    by_state   N x K: the state's factor by category
    deviation  K: the half-width of the interval
    luck       N x B: uniform, one column per bid of the instance
    """

    categories: tuple[str, ...]
    bids: tuple[str, ...]
    state: np.ndarray
    by_state: np.ndarray
    deviation: np.ndarray
    luck: np.ndarray
    seed: int
    by: str

    def __len__(self) -> int:
        return len(self.state)

    def factors(self) -> np.ndarray:
        """N x K: value of a category over its expected value, where it deviates as a whole."""
        noise = np.random.default_rng([self.seed, 1]).uniform(-1.0, 1.0, self.by_state.shape)
        return self.by_state * (1.0 + self.deviation * noise)

    def worth(self, values: np.ndarray, category: np.ndarray) -> np.ndarray:
        """What cells are worth in every draw: N x P.

        values    cells x P: expected discounted value of each cell in each of P plans
        category  cells: position of each cell's category in `categories`
        Works through blocks of draws; the result does not depend on their size.
        """
        if self.by == "category":
            summed = np.zeros((len(self.categories), values.shape[1]))
            np.add.at(summed, category, values)
            return self.factors() @ summed
        out, wide = np.empty((len(self), values.shape[1])), self.deviation[category]
        for first in range(0, len(self), BLOCK):
            rows = range(first, min(first + BLOCK, len(self)))
            noise = np.stack([np.random.default_rng([self.seed, 3, row]).uniform(-1.0, 1.0, len(category))
                              for row in rows])
            out[first:first + BLOCK] = (self.by_state[first:first + BLOCK][:, category]
                                        * (1.0 + wide * noise)) @ values
        return out


def sample(instance, draws: int = 1000, seed: int = 0, by: str = "category") -> Draws:
    """Draws from what the instance declares (and what is assumed beside it).

    Raises ValueError for fewer than one draw or an unknown reach.
    """
    if draws < 1 or by not in REACHES:
        raise ValueError(f"draws={draws} by={by!r}: at least one draw, by one of {', '.join(REACHES)}")
    categories = tuple(dict.fromkeys(instance.table("baseline")["category"]))
    states, factor = declared_states(instance, categories)
    state, by_state = np.full(draws, "", object), np.ones((draws, len(categories)))
    if len(states):
        weight = states["probability"].to_numpy(float)
        chosen = np.random.default_rng([seed, 0]).choice(len(states), draws, p=weight / weight.sum())
        state, by_state = states["scenario"].to_numpy(object)[chosen], factor[chosen]
    bids = tuple(instance.table("bids")["bid"]) if instance.on("missions") else ()
    luck = np.random.default_rng([seed, 2]).uniform(size=(draws, len(bids)))
    return Draws(categories, bids, state, by_state, deviations(instance, categories), luck, seed, by)


def declared_states(instance, categories) -> tuple[pd.DataFrame, np.ndarray]:
    """(rows of scenario_weight, factor: states x categories, 1 where nothing is said)."""
    states, said = instance.table("scenario_weight"), instance.table("return_scenarios")
    if states.empty:
        return states, np.ones((0, len(categories)))
    table = said.pivot(index="scenario", columns="category", values="factor")
    table = table.reindex(index=states["scenario"], columns=list(categories)).astype(float).fillna(1.0)
    return states, table.to_numpy()


def deviations(instance, categories) -> np.ndarray:
    """Half-width of each category's interval: as declared, 0 where the table leaves one out."""
    said = instance.table("return_intervals")
    if said.empty:
        return np.full(len(categories), ASSUMED_DEVIATION if instance.table("scenario_weight").empty else 0.0)
    return said.set_index("category")["deviation"].reindex(list(categories)).fillna(0.0).to_numpy(float)


def uncertainty(instance) -> pd.DataFrame:
    """What the draws rest on: columns what, of, value, status (published, derived, assumed), source.

    The status is the instance's own word (table provenance); what it says nothing of is assumed.
    """
    categories = tuple(dict.fromkeys(instance.table("baseline")["category"]))
    rows, declared = [], len(instance.table("return_intervals")) > 0
    for name, wide in zip(categories, deviations(instance, categories)):
        rows.append(("deviation", name, wide, *(_said(instance, "return_intervals") if declared
                                                else ("assumed", ""))))
    states, factor = declared_states(instance, categories)
    for state, line in zip(states.itertuples(), factor):
        rows.append(("probability", state.scenario, state.probability, *_said(instance, "scenario_weight")))
        rows += [("factor", f"{state.scenario}, {name}", value, *_said(instance, "return_scenarios"))
                 for name, value in zip(categories, line) if value != 1.0]
    if instance.on("missions") and len(instance.table("bids")):
        chance = instance.table("bids")["success"]
        rows.append(("mean_success", "", float(chance.mean()), *_said(instance, "bids")))
    rows += [(what, "", np.nan, "assumed", "") for what in ("uniform_symmetric", "independent", "all_years")]
    return pd.DataFrame(rows, columns=["what", "of", "value", "status", "source"])


def _said(instance, table: str) -> tuple[str, str]:
    """(status, source) of a table's figures; the weakest of several statuses."""
    rows = instance.table("provenance")
    rows = rows[rows["table"] == table] if len(rows) else rows
    for status in ("assumed", "derived", "published"):
        if len(rows) and (rows["status"] == status).any():
            source = ";".join(filter(None, rows["source"].fillna("").astype(str).unique()))
            return status, source
    return "assumed", ""


def category_of(instance, categories) -> np.ndarray:
    """Position of every baseline cell's category in `categories`."""
    at = {name: number for number, name in enumerate(categories)}
    return instance.table("baseline")["category"].map(at).to_numpy(int)
