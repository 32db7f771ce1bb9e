"""The base year beside the papers: what each of their figures is in an instance.

Everything is computed from the instance's tables; there is no model and no plan. Shares are in per
cent, as the papers have them.
"""

from __future__ import annotations

import re

import pandas as pd

from planner.model.figures import members, rd_stages, stages_with_role
from planner.model.shares import base_shares, labels
from planner.papers import FIGURES, INDICATOR, ROLES, Figure

ABSENT = "not in the instance"
UNKNOWN = ("A paper that is *not named*: one of the five states the figure; which one has not been looked "
           "up. An empty section has not been looked up either.")
HEADING = ["| paper | section | figure | what it says | role | where it stands | value there |",
           "|---|---|---:|---|---|---|---:|"]
NOTHING = float("nan")
CELL = re.compile(r"(?P<table>\w+)\[(?P<keys>[^]]+)\]\.(?P<column>\w+)")
NAMED = re.compile(r"(?P<name>\w+)(\[(?P<key>\w+)\])?")
COLUMNS = ["paper", "section", "figure", "unit", "paper value", "value in the instance", "agrees", "role",
           "where", "remark"]


def basic_share(instance, _) -> float:
    """basic research in R&D money, %"""
    money = _research(instance)
    basic = money["stage"].isin(stages_with_role(instance, "basic"))
    return _percent(money.loc[basic, "spend"].sum(), money["spend"].sum())


def zone_share(instance, zone: str) -> float:
    """a zone's part of R&D money, %"""
    money = _research(instance)
    here = labels(instance, money, "zone") == zone
    return _percent(money.loc[here, "spend"].sum(), money["spend"].sum()) if here.any() else NOTHING


def rd_intensity(instance, _) -> float:
    """R&D money over GDP, %"""
    return _percent(_research(instance)["spend"].sum(), instance.table("regions")["gdp"].sum())


def class_share(instance, name: str) -> float:
    """a class of industries' part of all money, %"""
    return 100 * float(base_shares(instance, "class").get(name, NOTHING))


def key_dependence(instance, _) -> float:
    """import dependence of the key industries, weighted by all money, %"""
    money = instance.table("baseline").groupby("industry")["spend"].sum()
    industries = members(instance, "industry", "industries").set_index("industry")
    key = industries[industries["key"].astype(bool)]
    weight = money.reindex(key.index, fill_value=0.0)
    return _percent((weight * key["import_dependence"]).sum(), weight.sum())


def drift(instance, zone: str) -> float:
    """a zone's net inflow of talent, % of its stock a year"""
    stock = instance.table("talent_stock")
    here = stock[labels(instance, stock, "zone") == zone]
    return _percent((here["stock"] * here["drift"]).sum(), here["stock"].sum())


def count(instance, table: str) -> float:
    """rows of a table"""
    return len(instance.table(table)) or NOTHING


INDICATORS = {f.__name__: f for f in (basic_share, zone_share, rd_intensity, class_share, key_dependence,
                                      drift, count)}
"""What `where` may name: the function gets the instance and the word in brackets."""


def stands(instance, figure: Figure) -> float:
    """The number at a figure's place, in per cent where the figure is; NaN where the instance has none.

    The place is `table[key].column`, as in an override, or `indicator` or `indicator[key]`.
    Raises ValueError for a place in other words, KeyError for a table or column that is not declared.
    """
    cell = CELL.fullmatch(figure.where)
    if cell:
        table = instance.declared(cell["table"])
        kept = instance.table(table.name)[[*table.keys, cell["column"]]]
        for key, word in zip(table.keys, cell["keys"].split(","), strict=True):
            kept = kept[kept[key].astype(str) == word.strip()]
        # a table holds a share as a fraction
        return float(kept.iloc[0, -1]) * (100 if figure.unit.startswith("%") else 1) if len(kept) else NOTHING
    named = NAMED.fullmatch(figure.where)
    if not named or named["name"] not in INDICATORS:
        raise ValueError(f"{figure.where!r} is neither table[key].column nor one of {', '.join(INDICATORS)}")
    return float(INDICATORS[named["name"]](instance, named["key"] or ""))


def agrees(figure: Figure, value: float) -> bool:
    """Is an input or a check within its tolerance?  A missing value is not; an indicator always is.

    The 1e-9 is for the arithmetic of per cent.
    """
    return figure.role == INDICATOR or abs(value - figure.value) <= figure.tolerance + 1e-9


def beside_the_papers(instance) -> pd.DataFrame:
    """One row per figure: what the paper has and what the instance's base year has (COLUMNS)."""
    rows = []
    for figure in FIGURES:
        value = stands(instance, figure)
        told = "" if figure.role == INDICATOR else "yes" if agrees(figure, value) else "no"
        rows.append((figure.paper, figure.section, figure.says, figure.unit, figure.value,
                     ABSENT if pd.isna(value) else value, told, figure.role, figure.where, figure.remark))
    return pd.DataFrame(rows, columns=COLUMNS)


def section(instance) -> list[str]:
    """The lines of the manual's section on the figures (Markdown)."""
    text = ["## Figures the papers state", "",
            f"The last column is read from the flagship instance, {instance.title}.", ""]
    text += [f"- *{role}*: {about}" for role, about in ROLES.items()]
    text += ["", UNKNOWN, "", *HEADING]
    for row in beside_the_papers(instance).to_dict("records"):
        there = row["value in the instance"]
        cells = [row["paper"] or "not named", row["section"], f"{row['paper value']:g} {row['unit']}",
                 "; ".join(part for part in (row["figure"], row["remark"]) if part), row["role"],
                 f"`{row['where']}`", there if there == ABSENT else f"{round(there, 2):g}"]
        text.append(f"| {' | '.join(cells)} |")
    text += ["", "The words of the last column but one, all of the base year:", ""]
    text += [f"- `{name}`: {f.__doc__}" for name, f in INDICATORS.items()]
    return text + ["- `table[key].column`: a cell of the instance; shares are shown in per cent"]


def _research(instance) -> pd.DataFrame:
    base = instance.table("baseline")
    return base[base["stage"].isin(rd_stages(instance))]


def _percent(part: float, whole: float) -> float:
    return 100 * float(part) / float(whole) if whole else NOTHING
