"""Stable and competitive support in balance.

Of the grants for basic and applied research a share is stable support and the rest is won in
competition; the share stays between `low` and `high`, nationally and in every year:

    low * (stable_t + competitive_t) <= stable_t <= high * (stable_t + competitive_t)

P4 III.2 asks for original research that is supported steadily and still selected by merit. The
paper names no numbers: (0.35, 0.65) are the formulation's.

Departure: the rule counts money as it is granted, before any part of it leaks on the way. Funds
and credit are neither stable nor competitive and do not count.
"""

from __future__ import annotations

import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, sum_at, together
from planner.model.figures import stages_with_role
from planner.vocabulary import Example, Mechanism, Parameter, Source
from planner.words import say
from solvers.algebra import total

NAME = "stable_competitive"


def _research(data) -> list[str]:
    """The stages whose grants are counted."""
    return stages_with_role(data, "basic", "applied")


def _instruments(data, nature: str) -> list[str]:
    table = data.table("instruments")
    return list(table.loc[table["nature"] == nature, "instrument"])


def _bounds(data):
    """(rule, sense, share) for the bounds that are set."""
    for name, sense in (("low", ">="), ("high", "<=")):
        share = data.parameter(NAME, name)
        if share is not None:
            yield name, sense, share


def add(block, core, data):
    if not core.has("grants") or not _research(data):
        return
    years = core.space.index(year=None)
    stable, competitive = (
        total(core.grant.where(stage=_research(data), instrument=_instruments(data, nature)),
              ("year",)).on(years) for nature in ("stable", "competitive"))
    for name, sense, share in _bounds(data):
        block.require(name, stable - share * (stable + competitive), sense)


def measure(plan, data):
    grants = plan.table("grants")
    if grants.empty or not _research(data):
        return None
    grants = grants[grants["stage"].isin(_research(data))]
    years = pd.DataFrame({"year": list(data.years)})
    stable, competitive = (
        sum_at(grants[grants["instrument"].isin(_instruments(data, nature))], "amount", years)
        for nature in ("stable", "competitive"))
    return together(*(rule(name, years, share * (stable + competitive), stable, sense)
                      for name, sense, share in _bounds(data)))


def check(data):
    low, high = data.parameter(NAME, "low"), data.parameter(NAME, "high")
    if low is not None and high is not None and low > high:
        yield data.problem(f"{NAME}.low", say("problem.stable_competitive.crossed", low=low, high=high),
                           say("mend.low_or_high"))


SUMS = {
    side: tally.rule("", tally.grants(stage="research", instrument="stable"),
               tally.grants(stage="research", instrument="stable or competitive")) for side in ("low", "high")
}


MECHANISM = Mechanism(
    name=NAME, number=2,
    says="Stable support is between a least and a most share of the grants for basic and applied research.",
    formula="low * (stable_t + competitive_t) <= stable_t <= high * (stable_t + competitive_t)",
    sources=(
        Source("P4", "III.2", "Original research needs support that is steady, beside selection by merit."),
    ),
    parameters=(
        Parameter("low", "least share of stable support in stable and competitive grants", 0.35,
                  "share", 0, 1),
        Parameter("high", "most share of stable support in stable and competitive grants", 0.65,
                  "share", 0, 1),
    ),
    add=add, measure=measure, sums=SUMS, check=check,
    levers={"low": "stable_competitive.low", "high": "stable_competitive.high"},
    example=Example(
        settings=("low = 0.35", "high = 0.65"),
        sets=("stable_competitive.low=0.5",),
        worked=("Of 20 granted for research in a year, stable and competitive together, stable support is "
                "at least 0.35 x 20 = 7 and at most 0.65 x 20 = 13.",
                "With low at 0.5 it is at least 10. What guidance funds give does not count.")),
)
