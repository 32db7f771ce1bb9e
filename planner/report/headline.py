"""How a plan is told in a few words and figures; the cover and the terminal say the same."""

from __future__ import annotations

import pandas as pd

from planner.model.figures import rd_stages, stages_with_role
from planner.report.words import word


def percent(share: float | None, digits: int = 2) -> str:
    """A share as text; a dash where it is unknown. Never rounds something to nothing."""
    if share is None or pd.isna(share):
        return "–"
    text = f"{100 * share:.{digits}f} %"
    if share and float(text[:-2]) == 0:
        return ("<" if share > 0 else ">-") + f" {10.0 ** -digits:.{digits}f} %"
    return text


def status_words(passport: dict, lang: str = "en") -> str:
    """'Proven optimal', or what was reached and how far it may be from the optimum."""
    status, stop = passport.get("status"), passport.get("stop")
    gap = percent(passport.get("gap"))
    if status in ("optimal", "rounded"):
        return word(f"solve.{status}", lang)
    if status != "feasible":
        return word("solve.unknown", lang)
    key = f"solve.{stop}" if stop in ("interrupted", "time_limit") else "solve.feasible"
    return word(key, lang, gap=gap)


def rounding_words(passport: dict, money_unit: str, lang: str = "en") -> str:
    """To what grants were rounded and what that broke; '' for a plan that was not to be rounded."""
    told = passport.get("rounding")
    if not told:
        return ""
    key = "failed" if told["step"] == "failed" else "missed" if told["broken"] else "kept"
    return word(f"rounding.{key}", lang, unit=f"{told['unit']:g} {money_unit}", count=told["broken"],
                most=f"{told['most']:.4g}")


def by_year(plan, dim: str) -> pd.DataFrame:
    """Money of a dimension's members by year, the base year first: columns dim, year, amount, share.

    dim  'zone', 'stage', 'industry', 'category' or 'region' (spend), 'instrument' or 'level' (grants)
    """
    source = plan.table("grants" if dim in ("instrument", "level") else "allocations")
    if source.empty or dim not in source:
        return pd.DataFrame(columns=[dim, "year", "amount", "share"])
    amount = "spend" if "spend" in source else "amount"
    out = source.groupby([dim, "year"], as_index=False, sort=False)[amount].sum()
    out = out.rename(columns={amount: "amount"})
    if "baseline" in source:
        first = source[source["year"] == source["year"].min()]
        base = first.groupby(dim, as_index=False, sort=False)["baseline"].sum()
        base = base.rename(columns={"baseline": "amount"}).assign(year=plan.instance.base_year)
        out = pd.concat([base, out], ignore_index=True)
    whole = out.groupby("year")["amount"].transform("sum")
    out["share"] = (out["amount"] / whole.where(whole != 0)).fillna(0.0)
    return out[[dim, "year", "amount", "share"]]


def shares(plan) -> dict[str, pd.DataFrame]:
    """The share frames that reports draw: zones, stages, industries, instruments."""
    return {name: by_year(plan, dim) for name, dim in (
        ("zones", "zone"), ("stages", "stage"), ("industries", "industry"),
        ("instruments", "instrument"))}


def research(plan) -> pd.DataFrame:
    """R&D spend, basic research's share of it and R&D intensity by year, the base year first.

    Columns year, rd, basic_share, gdp, intensity; gdp and intensity are empty where no GDP is given.
    """
    instance = plan.instance
    stages = by_year(plan, "stage")
    if stages.empty or not rd_stages(instance):
        return pd.DataFrame(columns=["year", "rd", "basic_share", "gdp", "intensity"])
    rd = stages[stages["stage"].isin(rd_stages(instance))].groupby("year")["amount"].sum()
    basic = stages[stages["stage"].isin(stages_with_role(instance, "basic"))]
    basic = basic.groupby("year")["amount"].sum().reindex(rd.index, fill_value=0.0)
    out = pd.DataFrame({"rd": rd, "basic_share": basic / rd.where(rd != 0)})
    out["gdp"] = out.index.map(gdp_by_year(instance)).astype(float)
    out["intensity"] = out["rd"] / out["gdp"].where(out["gdp"] != 0)
    return out.reset_index()


def gdp_by_year(instance) -> dict[int, float]:
    """National product by year, from tables gdp and, for the base year, regions."""
    table, regions = instance.table("gdp"), instance.table("regions")
    found = table.groupby("year")["gdp"].sum().to_dict() if len(table) else {}
    if found and len(regions) and regions["gdp"].notna().all():
        found[instance.base_year] = regions["gdp"].sum()
    return found


def rule_counts(plan) -> dict[str, int]:
    """Rows of compliance by status, all four statuses named."""
    found = plan.compliance
    counts = found["status"].value_counts().to_dict() if len(found) else {}
    return {status: int(counts.get(status, 0)) for status in ("broken", "relieved", "binding", "kept")}


def binding_rules(plan) -> pd.DataFrame:
    """Rules that bind, are relieved or broken: mechanism, rule, status, rows; policy before core.

    Rules of form (nothing is negative, decisions are whole) are left out: a zero is no news.
    """
    found = plan.compliance
    if found.empty:
        return pd.DataFrame(columns=["mechanism", "rule", "status", "rows"])
    rows = found[(found["status"] != "kept") & ~(
        found["rule"].isin(SIGN_RULES) & (found["status"] == "binding"))]
    out = rows.groupby(["mechanism", "rule", "status"], as_index=False, sort=False).size()
    out = out.rename(columns={"size": "rows"})
    rank = out["status"].map({"broken": 0, "relieved": 1, "binding": 2})
    return out.assign(rank=rank, core=out["mechanism"] == "core").sort_values(
        ["rank", "core"], kind="stable").drop(columns=["rank", "core"]).reset_index(drop=True)


SIGN_RULES = ("not_negative", "grant_not_negative", "transfer_not_negative", "lent_not_negative", "whole",
              "admitted", "once", "both_first", "both_second", "both_least", "kept", "room")
"""Rules of form rather than of policy: that they bind is no news."""
