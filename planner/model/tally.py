"""Rules that are plain sums over a plan's tables, told as data: a spreadsheet can add them up again.

A mechanism that has such rules lists them in its record, by rule: the labels of a clause in their order,
what is reached, and what the required side is a multiple of (nothing: it is an input). The multiple itself
is not said again; readers take it from what `measure` found, and check the rest against it.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.model.figures import members, rd_stages, stages_with_role


@dataclass(frozen=True)
class Sum:
    """A sum over a plan table in the clause's year.

    labels  which of the clause's labels must match
    groups  (dimension, group of `groups`, or a plain key) that must match too; 'parameter NAME' is the
            member that a parameter of the mechanism names, '@class' the class that the clause is about
    amount  column, where it is not the table's own
    weight  money times a weight of its industry, in place of plain money; 'gini': all money times the
            Gini index of spend per head
    shift   years back; sign: 1 or -1
    """

    table: str
    labels: tuple[str, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    amount: str | None = None
    weight: str = ""
    shift: int = 0
    sign: int = 1


@dataclass(frozen=True)
class Tally:
    """labels: those of `where`, in order; reached, base: sums that are added up."""

    labels: tuple[str, ...]
    reached: tuple[Sum, ...]
    base: tuple[Sum, ...] = ()


def of(table: str):
    """Writes sums over one table: of("budget")("region", level="local")."""
    def made(*labels: str, amount=None, weight="", shift=0, sign=1, **groups: str) -> Sum:
        return Sum(table, labels, tuple(groups.items()), amount, weight, shift, sign)
    return made


spend, grants, budget = of("allocations"), of("grants"), of("budget")


def rule(labels: str, reached: Sum | tuple[Sum, ...], base: Sum | tuple[Sum, ...] = ()) -> Tally:
    """A rule from its labels ('region year' style, without the year) and its two sides."""
    both = [side if isinstance(side, tuple) else (side,) for side in (reached, base)]
    return Tally(tuple(labels.split()), *both)


def balance(name: str, *labels: str) -> Tally:
    """Draws against supplies of a balance."""
    table = of(f"{name}_balance")
    return rule(" ".join(labels), table(*labels, side="draw"), table(*labels, side="supply"))


CORE_SUMS = {
    "central_budget": rule("", budget(level="central")),
    "local_budget": rule("region", budget("region", level="local")),
    "carry": rule("", budget(level="central", item="carried over")),
    "brought_forward": rule("", budget(level="central", item="brought forward", sign=-1),
                            budget(level="central", item="carried over", shift=1)),
    "central_grants": rule("", budget(level="central", item="core"), grants(level="central")),
    "local_grants": rule("region", budget("region", level="local", item="core"),
                         grants("region", level="local")),
    "steering": rule("region industry", spend("region", "industry")),
    "talent": balance("talent", "region", "talent_type"),
    "platform": balance("platform", "region", "platform"),
    "zone_platform": balance("zone_platform", "zone", "platform"),
}
"""The core's own rules that are sums."""


def groups(instance) -> dict[tuple[str, str], list[str]]:
    """(dimension, group) -> its members."""
    def where(table: str, dim: str, column: str, *values) -> list[str]:
        frame = members(instance, dim, table)
        return list(frame.loc[frame[column].isin(values), dim]) if len(frame) else []

    found = {("stage", "basic"): stages_with_role(instance, "basic"), ("stage", "rd"): rd_stages(instance),
             ("stage", "research"): stages_with_role(instance, "basic", "applied"),
             ("stage", "patient"): where("stages", "stage", "patient", True),
             ("zone", "hinterland"): where("zones", "zone", "hinterland", True),
             ("instrument", "stable or competitive"): where("instruments", "instrument", "nature",
                                                            "stable", "competitive")}
    for nature in ("stable", "competitive", "fund"):
        found["instrument", nature] = where("instruments", "instrument", "nature", nature)
    for flag in ("enterprise", "sme", "private"):
        found["performer", flag] = where("performers", "performer", flag, True)
    for zone in instance.table("zones")["zone"]:
        found["region", f"zone {zone}"] = where("regions", "region", "zone", zone)
    for kind in ("emerging", "future", "traditional", "other"):
        found["industry", f"class {kind}"] = where("industries", "industry", "class", kind)
    return found


def weights(instance, weight: str) -> dict[str, float]:
    """Weight by industry: a column of its table, or 1 for each industry of a class ('class NAME')."""
    industries = members(instance, "industry", "industries").set_index("industry")
    if weight.startswith("class "):
        return ((industries["class"] == weight.removeprefix("class ")) * 1.0).to_dict()
    return (industries[weight] * 1.0).to_dict()
