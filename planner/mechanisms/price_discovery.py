"""Price discovery: repeated rounds of the tender bring prices down to what the work costs.

A bid asks for its cost and a mark-up, the same share in every year it runs:

    price[b] = cost[b] * (1 + mark_up_b),          least_b <= mark_up_b

and that price is what the budgets pay for the missions. `discover` plays the rounds, an
algorithm around the model: the missions are selected at the prices of the round; each bid that
lost lowers its mark-up by `cut`, down to its `least`; the selection is solved again. It ends when
no loser can go lower, so that no later round would change a winner, or after `rounds`. The
clearing price of a mission is its winner's price in the last round.

P1 IV.5 wants the market to find the price within a nationwide effort: open competition of bidders.

Departures. The tender's own rules read the price wherever they read a bid's money, so the rule
stands in `planner.model.tender`, as the windows stand in the core's returns. A quiet round is not
the end while a loser can still go lower: its next price might win. Winners keep their mark-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from planner.model import tender
from planner.model.compliance import rule, sum_at, together
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from planner.words import say
from solvers.algebra import Linear

NAME = "price_discovery"

MARK_UP = Table("mark_up", "what a bid asks for above its cost; bids without a row ask for their cost", (
    Column("bid", "text", "the bid", refers="bids", key=True),
    Column("mark_up", "number", "mark-up of the first round", "share of cost", 0, 10),
    Column("least", "number", "mark-up below which it does not go", "share of cost", 0, 10, 0.0),
))


def _offers(data) -> pd.DataFrame:
    """Bids that the tender admits: bid, mission, cost, mark_up, least, price (over all years)."""
    bids = tender.bids(data)
    out = bids.loc[bids["refused"] == "", ["bid", "mission"]]
    out = out.merge(data.table("mark_up"), how="left", on="bid")
    out[["mark_up", "least"]] = out[["mark_up", "least"]].astype(float).fillna(0.0)
    cost = data.table("bid_money").groupby("bid")["money"].sum()
    out["cost"] = out["bid"].map(cost).astype(float).fillna(0.0)
    return out.assign(price=out["cost"] * (1 + out["mark_up"]))


def add(block, core, data):
    offers = _offers(data)
    if len(offers):
        index = core.space.frame(offers[["bid"]])
        block.report("prices", **{name: Linear.constant(index, offers[name])
                                  for name in ("cost", "mark_up", "price")})


def measure(plan, data):
    offers = _offers(data)
    if offers.empty:
        return None
    told = sum_at(plan.table("prices"), "price", offers[["bid"]])
    return together(rule("price", offers[["bid"]], offers["price"], told, "=="))


COLUMNS = ["round", "mission", "bid", "cost", "mark_up", "price", "won"]


def discover(instance, solve: Callable) -> pd.DataFrame:
    """All rounds on an instance with missions, one row per round and bid; see `rounds`."""
    played = list(rounds(instance, solve))
    return pd.concat(played, ignore_index=True) if played else pd.DataFrame(columns=COLUMNS)


def rounds(instance, solve: Callable) -> Iterator[pd.DataFrame]:
    """Plays the rounds one by one; `solve(instance) -> plan`.

    Yields one row per bid: round, mission, bid, cost, mark_up, price, won.
    """
    cut, offers = instance.parameter(NAME, "cut"), _offers(instance)
    for number in range(1, instance.parameter(NAME, "rounds") + 1):
        asked = {f"mark_up[{row.bid}].mark_up": row.mark_up for row in offers.itertuples()
                 if row.bid in set(instance.table("mark_up")["bid"])}
        table = solve(instance.with_overrides(asked)).table("missions")
        winners = set() if table.empty else set(table.loc[table["start"] > 0.5, "bid"])
        won = offers["bid"].isin(winners)
        yield offers.assign(round=number, won=won)[COLUMNS]
        can_cut = ~won & (offers["mark_up"] > offers["least"] + 1e-9)
        if not can_cut.any():
            return
        lower = (offers["mark_up"] - cut).clip(lower=offers["least"])
        offers = offers.assign(mark_up=offers["mark_up"].where(~can_cut, lower))
        offers["price"] = offers["cost"] * (1 + offers["mark_up"])


def clearing(rounds: pd.DataFrame) -> pd.DataFrame:
    """The clearing prices: the winners of the last round of `discover`."""
    last = rounds[rounds["won"] & (rounds["round"] == rounds["round"].max())]
    return last.drop(columns=["round", "won"]).reset_index(drop=True)


def check(data):
    for at, row in enumerate(data.table("mark_up").itertuples()):
        if row.least > row.mark_up:
            yield data.problem("mark_up",
                               say("problem.price_discovery.least", bid=row.bid, mark_up=row.mark_up),
                               say("mend.price_discovery.least"), at, "least", row.least)


MECHANISM = Mechanism(
    name=NAME, number=26,
    says="Bids ask for a mark-up; in repeated rounds losers lower it until the price is found.",
    formula="price_b = cost_b (1 + mark_up_b); losers: mark_up := max(least, mark_up - cut)",
    sources=(Source("P1", "IV.5", "Within a nationwide effort the market finds the price by open "
                    "competition."),),
    parameters=(
        Parameter("rounds", "most rounds that are played", 10, "rounds", 1, 1000, "integer"),
        Parameter("cut", "by how much a loser lowers its mark-up each round", 0.1, "share of cost",
                  0.001, 10),
    ),
    tables=(MARK_UP,), add=add, measure=measure, check=check,
    example=Example(
        settings=("rounds = 12", "cut = 0.15"),
        tables=(("mark_up", "bid,mark_up,least", "light_a,0.1,0", "line_a,0.3,0", "line_b,0.2,0.05"),),
        sets=("price_discovery.cut=0.05",),
        worked=("line_a costs 10 and asks 10 x 1.3 = 13; line_b asks 10 x 1.2 = 12; light_a asks 6 x 1.1 = "
                "6.6.",
                "If line_a loses the first round, it lowers its mark-up by 0.15 and asks 11.5 in the second"
                " (with cut at 0.05: 12.5).",
                "line_b never asks less than 10 x 1.05 = 10.5.")),
)
