"""Sheets that add the big tables up by formula: money and shares by member and year.

A summary is laid out before anything is written, so that the cover can point at its cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from planner.model.figures import members, rd_stages, stages_with_role
from planner.report.cells import Cell, Formula, column_reference
from planner.report.headline import gdp_by_year
from planner.report.words import Names, heading, term, word


@dataclass
class Summary:
    """Rows of cells, and where the lines stand that others point at.

    anchors  ('share', member) -> row; also ('money', member), ('rd_share', ''), ('intensity', '')
    years    year -> column letter
    """

    key: str
    rows: list[list[Cell]] = field(default_factory=list)
    anchors: dict[tuple[str, str], int] = field(default_factory=dict)
    years: dict[int, str] = field(default_factory=dict)
    first: int = 1
    """The row in which the first line of `rows` stands."""
    charts: list[tuple[str, int, int]] = field(default_factory=list)
    """(words, heading row, last row) of each block that is worth drawing."""

    def add(self, *cells: Cell) -> int:
        self.rows.append(list(cells))
        return self.first + len(self.rows) - 1


def criterion(address: str, label: str) -> str:
    """A SUMIFS criterion that matches exactly this label: wildcards and comparisons are disarmed."""
    if not re.search(r"[*?~]|^[<>=]", label):
        return address
    text = address
    for mark in "~*?":
        text = f'SUBSTITUTE({text},"{mark}","~{mark}")'
    return f'"="&{text}'


@dataclass(frozen=True)
class Source:
    """The Excel table that a summary adds up.

    table    its name there; headings: internal column -> heading
    amount   column of the plan years; base: column of the base year, or None
    """

    table: str
    headings: dict[str, str]
    amount: str
    base: str | None = None

    def column(self, name: str) -> str:
        return f"{self.table}[{column_reference(self.headings[name])}]"


def summary(plan, key: str, dim: str, source: Source, names: Names, unit: str, first: int) -> Summary:
    """Money and shares of one dimension's members over the years."""
    made, lang = Summary(key, first=first), names.lang
    keys = labels_of(plan, dim)
    base = plan.instance.base_year if source.base else None
    years = ([base] if base else []) + list(plan.instance.years)
    made.years = {year: get_column_letter(column) for column, year in enumerate(years, start=2)}
    made.add(Cell(f"{word('block.money', lang)} ({unit})", "block"))
    head = made.add(*heads(dim, years, lang, word("block.plan_years", lang)))
    for member in keys:
        label = names.name(dim, member)
        row = made.first + len(made.rows)
        cells = [Cell(label)]
        for year in years:
            column = source.base if year == base else source.amount
            at = first_year_column(made, plan) if year == base else made.years[year]
            where = f"{source.column(dim)},{criterion(f'$A{row}', label)},{source.column('year')},{at}${head}"
            cells.append(Cell(Formula(f"=SUMIFS({source.column(column)},{where})"), "number"))
        cells.append(Cell(plan_total(made, plan, row), "number"))
        made.anchors["money", member] = made.add(*cells)
    last = made.first + len(made.rows) - 1
    total = made.add(Cell(word("total", lang), "bold"), *(
        Cell(Formula(f"=SUM({letter}{head + 1}:{letter}{last})"), "total_number")
        for letter in [*made.years.values(), get_column_letter(len(years) + 2)]))
    made.anchors["money", ""] = total
    made.add()
    made.add(Cell(word("block.share", lang), "block"))
    share_head = made.add(*heads(dim, years, lang, word("block.plan_years", lang)))
    for member in keys:
        row = made.anchors["money", member]
        letters = [*made.years.values(), get_column_letter(len(years) + 2)]
        made.anchors["share", member] = made.add(Cell(names.name(dim, member)), *(
            Cell(Formula(f"=IF({letter}${total}=0,0,{letter}{row}/{letter}${total})"), "share")
            for letter in letters))
    made.charts.append((word("block.share", lang), share_head, share_head + len(keys)))
    if dim == "stage":
        research_lines(made, plan, years, unit, lang)
    return made


def heads(dim: str, years: list[int], lang: str, total: str) -> list[Cell]:
    return [Cell(heading(dim, lang), "heading"), *(Cell(year, "heading_year") for year in years),
            Cell(total, "heading_right")]


def first_year_column(made: Summary, plan) -> str:
    # The base-year column repeats in every plan year; the first one stands for it.
    return made.years[plan.instance.years[0]]


def plan_total(made: Summary, plan, row: int) -> Formula:
    """The plan years' sum; the base year is not part of it."""
    years = plan.instance.years
    return Formula(f"=SUM({made.years[years[0]]}{row}:{made.years[years[-1]]}{row})")


def labels_of(plan, dim: str) -> list[str]:
    """Members in the order of their table; for what has no table, as the plan lists them."""
    tables = {"zone": "zones", "region": "regions", "industry": "industries", "category": "categories",
              "stage": "stages", "instrument": "instruments"}
    if dim in tables:
        return list(members(plan.instance, dim, tables[dim])[dim])
    return list(plan.table("grants")[dim].unique())


def research_lines(made: Summary, plan, years: list[int], unit: str, lang: str) -> None:
    """R&D money, basic research's share of it, and intensity: the figures that plans are judged by."""
    rd, basic = rd_stages(plan.instance), stages_with_role(plan.instance, "basic")
    if not rd:
        return
    total = get_column_letter(len(years) + 2)
    letters = [*made.years.values(), total]

    def added(stages):
        return {c: "+".join(f"{c}{made.anchors['money', stage]}" for stage in stages) for c in letters}

    made.add()
    made.add(*heads("stage", years, lang, word("block.plan_years", lang)))
    row = made.add(Cell(f"{word('block.rd_total', lang)} ({unit})"), *(
        Cell(Formula(f"={text}"), "number") for text in added(rd).values()))
    made.anchors["rd", ""] = row
    if basic:
        made.anchors["rd_share", ""] = made.add(Cell(word("block.rd_share", lang)), *(
            Cell(Formula(f"=IF({c}{row}=0,0,({text})/{c}{row})"), "share")
            for c, text in added(basic).items()))
    gdp = gdp_by_year(plan.instance)
    if not gdp:
        return
    line = made.add(Cell(f"{word('block.gdp', lang)} ({unit})"), *(
        Cell(gdp.get(year), "number") for year in years), Cell(plan_total(made, plan, row + 1 + bool(basic)),
                                                              "number"))
    made.anchors["intensity", ""] = made.add(Cell(word("block.intensity", lang)), *(
        Cell(Formula(f"=IF(N({c}{line})=0,\"\",{c}{row}/{c}{line})"), "share") for c in letters))


def summaries(plan, names: Names, sources: dict[str, Source], unit: str, first: int) -> dict[str, Summary]:
    """Every summary sheet that the plan's tables allow, by key, in the order of the tabs."""
    wanted = (("zones", "zone", "allocation"), ("stages", "stage", "allocation"),
              ("industries", "industry", "allocation"), ("categories", "category", "allocation"),
              ("regions", "region", "allocation"), ("instruments", "instrument", "grants"))
    made = {}
    for key, dim, table in wanted:
        if table in sources and dim in sources[table].headings and labels_of(plan, dim):
            made[key] = summary(plan, key, dim, sources[table], names, unit, first)
    return made


def summary_title(key: str, lang: str) -> str:
    return term(key, lang, "sheet")
