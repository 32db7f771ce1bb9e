"""Basic-research floor.

Basic research gets at least a given share of all R&D money. The floor rises in a
straight line from the base-year share to `floor` in the last plan year, so that
nobody is asked to jump; zones may have floors of their own.

    sum spend[basic, t] >= floor_t * sum spend[R&D stages, t]

P2 IV.1 calls the base-year 6.57 % too low; P3 I.2 and P4 III.2 ask for steady
support of original research. The papers name no number: the default 8 % is the
formulation's.
"""

from __future__ import annotations

from planner.model.compliance import rule, together
from planner.model.figures import path, rd_stages, stages_with_role
from planner.vocabulary import Column, Mechanism, Parameter, Source, Table

FLOORS = Table("basic_floors", "floors of basic research by zone, share of the zone's R&D money", (
    Column("zone", "text", "the zone", refers="zones", key=True),
    Column("floor", "number", "least share in the last plan year", "share", 0, 1),
))


def _clauses(data):
    """(label columns, zone or None, floor by year) for the nation and each zone with a floor."""
    base = data.table("baseline")
    zone = data.table("regions").set_index("region")["zone"].to_dict()
    base = base.assign(zone=base["region"].map(zone))
    rd, basic = rd_stages(data), stages_with_role(data, "basic")
    wished = [(None, data.parameter("basic_research", "floor"))]
    wished += list(data.table("basic_floors").itertuples(index=False, name=None))
    for where, floor in wished:
        part = base if where is None else base[base["zone"] == where]
        whole = part.loc[part["stage"].isin(rd), "spend"].sum()
        start = part.loc[part["stage"].isin(basic), "spend"].sum() / whole if whole else 0.0
        if floor is not None:
            yield where, path(data, start, floor)


def add(block, core, data):
    if not core.has("cells"):
        return
    rd, basic = rd_stages(data), stages_with_role(data, "basic")
    for zone, floor in _clauses(data):
        where = {} if zone is None else {"zone": [zone]}
        dims = ("year",) if zone is None else ("zone", "year")
        research = core.spend_by(*dims, stage=rd, **where)
        share = research.map("year", floor)
        name = "floor" if zone is None else f"floor_{zone}"
        block.require(name, core.spend_by(*dims, stage=basic, **where).on(research.index)
                      - research * share, ">=")


def measure(plan, data):
    spend = plan.table("allocations")
    if spend.empty:
        return None
    parts = []
    for zone, floor in _clauses(data):
        part = spend if zone is None else spend[spend["zone"] == zone]
        research = part[part["stage"].isin(rd_stages(data))].groupby("year")["spend"].sum()
        basic = part[part["stage"].isin(stages_with_role(data, "basic"))].groupby("year")["spend"].sum()
        basic = basic.reindex(research.index, fill_value=0.0)
        frame = research.index.to_frame(index=False)
        if zone is not None:
            frame.insert(0, "zone", zone)
        share = frame["year"].map(floor).to_numpy()
        parts.append(rule("floor" if zone is None else f"floor_{zone}", frame,
                          share * research.to_numpy(), basic.to_numpy(), ">="))
    return together(*parts)


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
    tables=(FLOORS,), add=add, measure=measure,
)
