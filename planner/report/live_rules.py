"""Which rules are sums over the allocation sheets, and of what.

One line per rule: its labels in the order of `where`, what is reached, and what the required side is a
multiple of (nothing: it is an input of the instance). The multiple itself is read off the plan, so that
no share stands here a second time. Rules that are no plain sums are left out on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.model.figures import members, rd_stages, stages_with_role


@dataclass(frozen=True)
class Sum:
    """A sum over a plan table in the row's year.

    labels  which of the row's labels must match; groups: (dimension, group or key) that must match too
    amount  column, where it is not the table's own
    weight  by industry, in place of plain money; 'gini': times the Gini index of spend per head
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
class Rule:
    labels: tuple[str, ...]
    reached: tuple[Sum, ...]
    base: tuple[Sum, ...] = ()


def _sum(table: str):
    def made(*labels: str, amount=None, weight="", shift=0, sign=1, **groups: str) -> Sum:
        return Sum(table, labels, tuple(groups.items()), amount, weight, shift, sign)
    return made


spend, grants, performed = _sum("allocations"), _sum("grants"), _sum("performers")
budget, talent, platforms = _sum("budget"), _sum("talent"), _sum("platforms")
transfers, lent, reserve = _sum("transfers"), _sum("lent_talent"), _sum("reserve")


def _rule(labels: str, reached, base=()) -> Rule:
    def several(sums):
        return sums if isinstance(sums, tuple) else (sums,)
    return Rule(tuple(labels.split()), several(reached), several(base))


def _balance(name: str, *labels: str) -> Rule:
    table = _sum(f"{name}_balance")
    return _rule(" ".join(labels), table(*labels, side="draw"), table(*labels, side="supply"))


RULES: dict[tuple[str, str], Rule] = {
    ("core", "central_budget"): _rule("", budget(level="central")),
    ("core", "local_budget"): _rule("region", budget("region", level="local")),
    ("core", "carry"): _rule("", budget(level="central", item="carried over")),
    ("core", "brought_forward"): _rule("", budget(level="central", item="brought forward", sign=-1),
                                       budget(level="central", item="carried over", shift=1)),
    ("core", "central_grants"): _rule("", budget(level="central", item="core"), grants(level="central")),
    ("core", "local_grants"): _rule("region", budget("region", level="local", item="core"),
                                    grants("region", level="local")),
    ("core", "steering"): _rule("region industry", spend("region", "industry")),
    ("core", "talent"): _balance("talent", "region", "talent_type"),
    ("core", "platform"): _balance("platform", "region", "platform"),
    ("core", "zone_platform"): _balance("zone_platform", "zone", "platform"),
    ("basic_research", "floor"): _rule("", spend(stage="basic"), spend(stage="rd")),
    ("basic_research", "zone_floor"): _rule("zone", spend("zone", stage="basic"), spend("zone", stage="rd")),
    **{("stable_competitive", side): _rule("", grants(stage="research", instrument="stable"),
                                           grants(stage="research", instrument="stable or competitive"))
       for side in ("low", "high")},
    **{("instruments", side): _rule("", grants(instrument="fund"), grants())
       for side in ("fund_low", "fund_high")},
    ("instruments", "patient"): _rule("", grants(stage="patient", instrument="fund"), grants(instrument="fund")),
    **{("instruments", side): _rule("stage", grants("stage"), spend("stage"))
       for side in ("public_low", "public_high")},
    ("instruments", "cofunding"): _rule("region", grants("region", level="local"), grants("region")),
    ("instruments", "given_sum"): _rule("stage instrument level", _sum("instruments")(
        "stage", "instrument", "level"), grants("stage", "instrument", "level")),
    ("performers", "performed"): _rule("region stage", performed("region", "stage"), spend("region", "stage")),
    ("performers", "capacity"): _rule("region performer", performed("region", "performer")),
    ("performers", "enterprise_floor"): _rule("stage", performed("stage", performer="enterprise"), spend("stage")),
    ("performers", "sme_floor"): _rule("", performed(performer="sme"), spend()),
    ("performers", "keep_private"): _rule("", performed(performer="private", stage="rd"), spend(stage="rd")),
    **{("regional_balance", side): _rule("zone", spend("zone"), spend())
       for side in ("zone_floor", "zone_ceiling")},
    ("regional_balance", "intensity"): _rule("", spend(stage="rd")),
    ("regional_balance", "intensity_floor"): _rule("region", spend("region"), spend()),
    ("regional_balance", "convergence"): _rule("", (spend(zone="leader"), spend(zone="follower", sign=-1)),
                                               spend()),
    ("regional_balance", "gini"): _rule("", spend(weight="gini"), spend()),
    **{("industry_portfolio", side): _rule("class", spend(industry="@class"), spend())
       for side in ("class_floor", "class_ceiling")},
    **{("industry_portfolio", side): _rule("", spend(weight=side), spend())
       for side in ("upgrading_floor", "manufacturing_floor", "green_floor")},
    ("industry_portfolio", "future_growth"): _rule("", spend(industry="class future"),
                                                   spend(industry="class future", shift=1)),
    **{("category_portfolio", side): _rule("category", spend("category"), spend())
       for side in ("category_floor", "category_ceiling")},
    ("category_portfolio", "key_share"): _rule("industry category", spend("industry", "category"),
                                               spend("industry")),
    ("paired_assistance", "transfer_floor"): _rule("donor recipient", transfers("donor", "recipient")),
    ("paired_assistance", "transfer_most"): _rule("donor recipient", transfers("donor", "recipient")),
    **{("paired_assistance", side): _rule("donor recipient talent_type",
                                          lent("donor", "recipient", "talent_type"))
       for side in ("lent_floor", "lent_most")},
    ("talent", "quota"): _rule("talent_type", talent("talent_type", amount="introduce")),
    ("talent", "shared"): _rule("talent_type", talent("talent_type", amount="borrowed")),
    **{("platforms", side): _rule("platform", platforms("platform", amount="open"))
       for side in ("fewest", "most")},
    **{("platforms", side): _rule("zone platform", platforms("zone", "platform", amount="open"))
       for side in ("zone_fewest", "zone_most")},
    ("platforms", "per_region"): _rule("region platform", platforms("region", "platform", amount="open")),
    **{("missions", side): _rule("", budget(level="central", item="missions"))
       for side in ("budget_low", "budget_high")},
    ("technology_windows", "start"): _rule("industry category", spend("industry", "category")),
    ("patient_capital", "spend"): _rule("region industry", spend("region", "industry"),
                                        spend("region", "industry", shift=1)),
    ("patient_capital", "stable_grants"): _rule("region", grants("region", instrument="stable"),
                                                grants("region", instrument="stable", shift=1)),
    ("emergency_reserve", "floor"): _rule("", reserve()),
    ("strategic_backup", "share"): _rule("industry", spend("industry", zone="hinterland"), spend("industry")),
    ("strategic_backup", "lost_region"): _rule("region industry", spend("region", "industry"),
                                               spend("industry")),
}

SUMMARY_OF = {
    ("allocations",): ("zones", "stages", "industries", "categories", "regions"),
    ("allocations", "zone"): ("zones",), ("allocations", "stage"): ("stages",),
    ("allocations", "industry"): ("industries",), ("allocations", "category"): ("categories",),
    ("allocations", "region"): ("regions",), ("grants",): ("instruments",),
    ("grants", "instrument"): ("instruments",), ("performers", "performer"): ("performer_sums",),
}
"""(plan table, dimension) -> summary sheets that hold its sums by year."""


def groups(instance) -> dict:
    """(dimension, group) -> its members; ('weight', rule) -> weight by industry."""
    def table(name, dim):
        return members(instance, dim, name).set_index(dim)

    found: dict = {("stage", "basic"): stages_with_role(instance, "basic"), ("stage", "rd"): rd_stages(instance),
                   ("stage", "research"): stages_with_role(instance, "basic", "applied")}
    stages = table("stages", "stage")
    if "patient" in stages:
        found["stage", "patient"] = list(stages.index[stages["patient"].astype(bool)])
    instruments = table("instruments", "instrument")
    for nature in ("stable", "competitive", "fund"):
        found["instrument", nature] = list(instruments.index[instruments["nature"] == nature])
    found["instrument", "stable or competitive"] = found["instrument", "stable"] + found["instrument", "competitive"]
    performers = instance.table("performers").set_index("performer") if len(instance.table("performers")) else None
    for flag in ("enterprise", "sme", "private") if performers is not None else ():
        found["performer", flag] = list(performers.index[performers[flag].astype(bool)])
    zones, regions = instance.table("zones"), instance.table("regions")
    found["zone", "hinterland"] = list(zones.loc[zones["hinterland"].astype(bool), "zone"]) if len(zones) else []
    for role in ("leader", "follower"):
        found["zone", role] = [instance.parameter("regional_balance", role)]
    for zone in zones["zone"]:
        found["region", f"zone {zone}"] = list(regions.loc[regions["zone"] == zone, "region"])
    industries = table("industries", "industry")
    for kind in ("emerging", "future", "traditional", "other"):
        found["industry", f"class {kind}"] = list(industries.index[industries["class"] == kind])
    found["weight", "upgrading_floor"] = ((industries["class"] == "traditional") * 1.0).to_dict()
    found["weight", "manufacturing_floor"] = (industries["manufacturing"] * 1.0).to_dict()
    found["weight", "green_floor"] = industries["greenness"].to_dict()
    return found
