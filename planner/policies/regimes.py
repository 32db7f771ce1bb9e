"""Three regimes of mobilising resources, as changes that any instance can take.

P1 (Tang and Hao 2021), table 1, sets three periods side by side by who moves resources and how:

planned     the centre assigns money and tasks by plan; no competition and no market instrument
transition  administration still leads; the market plays a basic part beside it
new_type    the market is decisive in what is near it: competition, funds, tenders, enterprises as
            the main body; the centre leads basic research and the missions

The paper gives no figures: those below are ours, constants of this file. Everything is derived from
the instance's own tables, and a mechanism is switched on only where the instance has what it needs.

Departures. Table rows cannot be taken out by overrides. So in `planned` every instrument that is not
stable support is told as a fund and funds get nothing, which closes it for every stage; local budgets
are pooled in the central one, so that no money is lost. Private money keeps to its own mix as far
as the instance says, in all three: the regimes differ in public money alone. What the centre leads in
`new_type` is told by the public share of basic research and by the centre's part in the money of bids.
"""

from __future__ import annotations

from planner.model.figures import stages_with_role

REGIMES = ("planned", "transition", "new_type")

TRANSITION_STABLE = (0.5, 0.8)
"""Share of stable support in grants for basic and applied research: administration leads."""

TRANSITION_FUNDS = 0.1
"""Most share of funds in all grants."""

TRANSITION_ENTERPRISES = 0.5
"""Part of the instance's own floors of enterprises that already holds."""

NEW_STABLE = (0.2, 0.5)
"""At least half of the grants for basic and applied research is won in competition."""

NEW_FUNDS = 0.1
"""Least share of funds in all grants."""

NEW_ENTERPRISES = 0.5
"""Least share of enterprises in conversion and industrialisation: they lead."""

NEW_PUBLIC_BASIC = 0.5
"""Least share of public money in basic research."""

NEW_LOCAL_MISSIONS = 0.5
"""Most share of a bid's money that its region pays."""


def apply(instance, name: str):
    """The instance under a regime. Raises KeyError for an unknown one, InvalidInstance if it cannot be."""
    return instance.with_overrides(overrides(instance, name))


def overrides(instance, name: str) -> dict[str, object]:
    """What a regime changes in an instance, in the grammar of overrides."""
    return {"planned": _planned, "transition": _transition, "new_type": _new_type}[name](instance)


def _rows(instance, table: str) -> int:
    """Rows of a table; 0 also where no mechanism declares it."""
    return len(instance.table(table)) if table in instance.table_names else 0


def _knows(instance, mechanism: str) -> bool:
    return any(known.name == mechanism for known in instance.mechanisms)


def _natures(instance) -> set[str]:
    """The natures of the instruments that may pay for something."""
    if not _rows(instance, "leverage"):
        return set()
    table = instance.table("instruments")
    return set(table.loc[table["instrument"].isin(instance.table("leverage")["instrument"]), "nature"])


def _stable_band(instance, low: float, high: float) -> dict[str, object]:
    """The band of stable support, where there is both research to pay for and stable support."""
    if not (_knows(instance, "stable_competitive") and stages_with_role(instance, "basic", "applied")
            and "stable" in _natures(instance)):
        return {}
    return {"stable_competitive.on": True, "stable_competitive.low": low, "stable_competitive.high": high}


def _fund_band(instance, low: float, high: float | None) -> dict[str, object]:
    if not (_knows(instance, "instruments") and _natures(instance)):
        return {}
    return {"instruments.on": True, "instruments.fund_low": low,
            "instruments.fund_high": "none" if high is None else high}


def _enterprise_floors(instance, floor) -> dict[str, object]:
    """`floor(stage, own)` in place of every floor; without performers there is nobody to count."""
    if not (_rows(instance, "enterprise_floors") and _rows(instance, "performers")):
        return {}
    table = instance.table("enterprise_floors")
    return {"performers.on": True} | {
        f"enterprise_floors[{stage}].floor": floor(stage, float(own))
        for stage, own in zip(table["stage"], table["floor"])}


def _one_bid_each(instance) -> dict[str, object]:
    """Tasks are assigned: no rivals side by side."""
    return {"missions[*].rivals": 1} if _rows(instance, "missions") else {}


def _planned(instance) -> dict[str, object]:
    out = _stable_band(instance, 1.0, 1.0) | _fund_band(instance, 0.0, 0.0)
    if out and _natures(instance):
        table = instance.table("instruments")
        other = table.loc[table["nature"] != "stable", "instrument"]
        out |= {f"instruments[{instrument}].nature": "fund" for instrument in other}
        out["instruments.patient_share"] = "none"
        if _rows(instance, "public_share"):
            out |= {"public_share[*].low": 0.0, "public_share[*].high": 1.0}
    out |= _pooled(instance) | _one_bid_each(instance)
    if _rows(instance, "enterprise_floors"):
        out["enterprise_floors[*].floor"] = 0.0
    if _knows(instance, "performers"):
        out |= {"performers.sme_floor": "none", "performers.keep_private": False}
    if _knows(instance, "benefit_sharing") and instance.on("benefit_sharing"):
        out["benefit_sharing.on"] = False
    return out


def _pooled(instance) -> dict[str, object]:
    """Local money goes to the centre, which pays for everything."""
    if not (_rows(instance, "local_budget") and _rows(instance, "budget")):
        return {}
    local = instance.table("local_budget").groupby("year")["local"].sum()
    out: dict[str, object] = {"local_budget[*,*].local": 0.0}
    for year in instance.table("budget")["year"]:
        out[f"budget[{year}].central+"] = float(local.get(year, 0.0))
    for table, column in (("instruments", "level"), ("cofunding", "match"), ("bids", "local_share"),
                          ("platform_types", "local_share")):
        if _rows(instance, table):
            out[f"{table}[*].{column}"] = "central" if column == "level" else 0.0
    return out | _same_money(instance, local)


def _same_money(instance, local) -> dict[str, object]:
    """Shares of the central budget, told of the pooled one: what they allow in money stays allowed."""
    central = instance.table("budget").set_index("year")["central"]
    part = central / (central + local.reindex(central.index, fill_value=0.0))
    out: dict[str, object] = {}
    for mechanism, parameter, ratio in (("missions", "budget_low", part.min()),
                                        ("missions", "budget_high", part.max()),
                                        ("emergency_reserve", "share", part.min())):
        share = instance.parameter(mechanism, parameter) if _knows(instance, mechanism) else None
        if share is not None:
            out[f"{mechanism}.{parameter}"] = share * float(ratio)
    return out


def _transition(instance) -> dict[str, object]:
    return (_stable_band(instance, *TRANSITION_STABLE) | _fund_band(instance, 0.0, TRANSITION_FUNDS)
            | _enterprise_floors(instance, lambda stage, own: own * TRANSITION_ENTERPRISES)
            | _one_bid_each(instance))


def _new_type(instance) -> dict[str, object]:
    near = stages_with_role(instance, "conversion", "industrialisation")
    out = _enterprise_floors(instance, lambda stage, own: max(own, NEW_ENTERPRISES) if stage in near else own)
    if "competitive" in _natures(instance):
        out |= _stable_band(instance, *NEW_STABLE)
    if "fund" in _natures(instance) and _knows(instance, "instruments"):
        own_low, own_high = (instance.parameter("instruments", name) for name in ("fund_low", "fund_high"))
        low = max(own_low or 0.0, NEW_FUNDS)
        out |= _fund_band(instance, low, None if own_high is None else max(own_high, low))
    return out | _tender(instance) | _basic(instance)


def _tender(instance) -> dict[str, object]:
    """Missions are open to rivals, and the centre pays most of what a bid costs."""
    if not (_rows(instance, "missions") and _rows(instance, "bids")):
        return {}
    bids = instance.table("bids")
    offers, out = bids["mission"].value_counts(), {"missions.on": True}
    out |= {f"missions[{mission}].rivals": 2 for mission in offers.index[offers > 1]}
    dear = bids.loc[bids["local_share"] > NEW_LOCAL_MISSIONS, "bid"]
    return out | {f"bids[{bid}].local_share": NEW_LOCAL_MISSIONS for bid in dear}


def _basic(instance) -> dict[str, object]:
    """Basic research keeps its floor, and public money carries it."""
    stages = stages_with_role(instance, "basic")
    out: dict[str, object] = {}
    if stages and _knows(instance, "basic_research") and _rows(instance, "baseline"):
        out["basic_research.on"] = True
    if _rows(instance, "public_share") and _rows(instance, "leverage"):
        table = instance.table("public_share")
        for row in table[table["stage"].isin(stages)].itertuples():
            low = max(float(row.low), NEW_PUBLIC_BASIC)
            out[f"public_share[{row.stage}].low"] = low
            out[f"public_share[{row.stage}].high"] = max(float(row.high), low)
    return out
