"""Basic-research floor.

Basic research gets at least a given share of all R&D money. The floor rises in a
straight line from the base-year share to `floor` in the last plan year, so that
nobody is asked to jump; zones may have floors of their own.

    sum spend[basic, t]    >= floor_t    * sum spend[R&D stages, t]
    sum spend[z, basic, t] >= floor[z]_t * sum spend[z, R&D stages, t]

P2 IV.1 calls the base-year 6.57 % too low; P3 I.2 and P4 III.2 ask for steady
support of original research. The papers name no number: the default 8 % is the
formulation's.
"""

from __future__ import annotations

import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, sum_at, together
from planner.model.figures import path, rd_stages, stages_with_role
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table

FLOORS = Table("basic_floors", "floors of basic research by zone, share of the zone's R&D money", (
    Column("zone", "text", "the zone", refers="zones", key=True),
    Column("floor", "number", "least share in the last plan year", "share", 0, 1),
))


def _base_share(data, base: pd.DataFrame) -> float:
    """Basic research's share of R&D in some of the base year's cells; 0 where there is no R&D."""
    whole = base.loc[base["stage"].isin(rd_stages(data)), "spend"].sum()
    basic = base.loc[base["stage"].isin(stages_with_role(data, "basic")), "spend"].sum()
    return basic / whole if whole else 0.0


def _floors(data):
    """(rule, floors) for the nation and the zones: rows of year, or of zone and year, with `floor`."""
    base, floor = data.table("baseline"), data.parameter("basic_research", "floor")
    if floor is not None:
        yield "floor", pd.DataFrame(path(data, _base_share(data, base), floor).items(),
                                    columns=["year", "floor"])
    zone = base["region"].map(data.table("regions").set_index("region")["zone"])
    rows = [(row.zone, *point) for row in data.table("basic_floors").itertuples()
            for point in path(data, _base_share(data, base[zone == row.zone]), row.floor).items()]
    if rows:
        yield "zone_floor", pd.DataFrame(rows, columns=["zone", "year", "floor"])


def add(block, core, data):
    if not core.has("cells"):
        return
    for name, floors in _floors(data):
        index = core.space.frame(floors.drop(columns="floor"))
        basic = core.spend_by(*index.dims, stage=stages_with_role(data, "basic")).on(index)
        research = core.spend_by(*index.dims, stage=rd_stages(data)).on(index)
        block.require(name, basic - research * floors["floor"].to_numpy(), ">=")


def measure(plan, data):
    spend = plan.table("allocations")
    if spend.empty:
        return None
    research = spend[spend["stage"].isin(rd_stages(data))]
    basic = spend[spend["stage"].isin(stages_with_role(data, "basic"))]
    parts = []
    for name, floors in _floors(data):
        keys = floors.drop(columns="floor")
        required = floors["floor"] * sum_at(research, "spend", keys)
        parts.append(rule(name, keys, required, sum_at(basic, "spend", keys), ">="))
    return together(*parts)


SUMS = {
    "floor": tally.rule("", tally.spend(stage="basic"), tally.spend(stage="rd")),
    "zone_floor": tally.rule("zone", tally.spend("zone", stage="basic"), tally.spend("zone", stage="rd")),
}


MECHANISM = Mechanism(
    name="basic_research", number=1,
    says="Basic research gets at least a rising share of all R&D money.",
    formula="sum spend[basic,t] >= floor_t * sum spend[R&D,t]",
    sources=(
        Source("P2", "IV.1", "A basic-research share of 6.57 % is too low for original innovation."),
        Source("P3", "I.2", "Breakthroughs rest on basic research that is funded steadily."),
        Source("P4", "III.2", "Original and disruptive innovation needs more basic research."),
    ),
    parameters=(Parameter("floor", "share of R&D money in the last plan year", 0.08, "share", 0, 1),),
    tables=(FLOORS,), add=add, measure=measure, sums=SUMS,
    levers={"floor": "basic_research.floor", "zone_floor": "basic_floors[{zone}].floor"},
    example=Example(
        settings=("floor = 0.1",),
        tables=(("basic_floors", "zone,floor", "east,0.05", "west,0.05"),),
        sets=("basic_research.floor=0.6",),
        worked=("Of the base year's 160 of R&D money 80 is basic, a share of 0.5; the line to 0.1 in 2026 "
                "passes 0.3 in 2025.",
                "A plan that spends 195 a year gives basic research at least 0.3 x 195 = 58.5 in 2025 and "
                "19.5 in 2026.",
                "With the floor at 0.6 the share must rise instead: 0.55 in 2025, 0.6 in 2026.")),
)
