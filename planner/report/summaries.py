"""Sheets that add the big tables up by formula: money and shares by member and year.

A summary is laid out before anything is written, so that other sheets can point at its cells.
Every formula carries the value it comes to, computed here from the plan's tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from planner.model.figures import members, rd_stages, stages_with_role
from planner.report.cells import Cell, Formula
from planner.report.headline import gdp_by_year
from planner.report.sums import Source, one_by_one
from planner.report.words import Names, heading, term, word


@dataclass
class Summary:
    """Rows of cells, and where the lines stand that others point at.

    anchors  ('share', member) -> row; also ('money', member), ('rd_share', ''), ('intensity', '')
    years    year -> column letter
    total    letter of the column that adds the plan years up
    values   (letter, row) -> the figure there
    note     the line below the title
    """

    key: str
    rows: list[list[Cell]] = field(default_factory=list)
    anchors: dict[tuple[str, str], int] = field(default_factory=dict)
    years: dict[int, str] = field(default_factory=dict)
    total: str = ""
    first: int = 1
    """The row in which the first line of `rows` stands."""
    blocks: dict[str, tuple[int, int]] = field(default_factory=dict)
    """name -> (heading row, last row) of each block that charts draw."""
    values: dict[tuple[str, int], float] = field(default_factory=dict)
    note: str = ""
    dim: str = ""
    table: str = ""
    title: str = ""
    """The tab's title, once it is known."""

    @property
    def next(self) -> int:
        return self.first + len(self.rows)

    def add(self, *cells: Cell) -> int:
        row = self.next
        for number, cell in enumerate(cells, start=1):
            value = cell.value.value if isinstance(cell.value, Formula) else cell.value
            if isinstance(value, (int, float)):
                self.values[get_column_letter(number), row] = value
        self.rows.append(list(cells))
        return row

    def extend(self, cell: Cell) -> None:
        """One more cell at the end of the last line."""
        cells = [*self.rows.pop(), cell]
        self.add(*cells)

    def at(self, letter: str, row: int) -> float:
        return self.values.get((letter, row), 0.0)

    def address(self, anchor: tuple[str, str], letter: str) -> str:
        return f"'{self.title}'!{letter}{self.anchors[anchor]}"

    def point(self, anchor: tuple[str, str], letter: str) -> Formula:
        """A formula that shows one of this sheet's cells elsewhere."""
        return Formula(f"={self.address(anchor, letter)}", self.values.get((letter, self.anchors[anchor])))

    def sums(self, words: str, head: int, letters, style: str = "number", skip: int = 0) -> int:
        """A line that adds up all lines below the heading; `skip` cells stay empty before the figures."""
        last = self.next - 1
        return self.add(Cell(words, "bold"), *[Cell("", "bold")] * skip, *(
            Cell(Formula(f"=SUM({letter}{head + 1}:{letter}{last})",
                         sum(self.at(letter, row) for row in range(head + 1, last + 1))), f"total_{style}")
            for letter in letters))


def heads(dim: str, years, lang: str, total: str) -> list[Cell]:
    return [Cell(heading(dim, lang), "heading"), *(Cell(year, "heading_year") for year in years),
            Cell(total, "heading_right")]


def columns(made: Summary, years: list[int], offset: int = 2) -> list[str]:
    """Gives the years their columns; returns all letters, the total's last."""
    made.years = {year: get_column_letter(column) for column, year in enumerate(years, start=offset)}
    made.total = get_column_letter(len(years) + offset)
    return [*made.years.values(), made.total]


def plan_total(made: Summary, plan, row: int, style: str = "number") -> Cell:
    """The plan years' sum; the base year is not part of it."""
    years = plan.instance.years
    return Cell(Formula(f"=SUM({made.years[years[0]]}{row}:{made.years[years[-1]]}{row})",
                        sum(made.at(made.years[year], row) for year in years)), style)


def line(made: Summary, plan, cells: list[Cell], style: str = "number") -> int:
    """A line of figures by year with its total."""
    row = made.add(*cells)
    made.extend(plan_total(made, plan, row, style))
    return row


def money_block(made: Summary, plan, dim: str, keys: list[str], source: Source, names: Names,
                words: str, kind: str = "money", amount: str | None = None, style: str = "number") -> int:
    """Heading, one line per member, and a total; returns the heading's row."""
    lang, base = names.lang, plan.instance.base_year if source.base else None
    years, amount = list(made.years), amount or source.amount
    made.add(Cell(words, "block"))
    head = made.add(*heads(dim, years, lang, word("block.plan_years", lang)))
    sums = source.frame.groupby([dim, "year"])[amount].sum().to_dict()
    first = source.frame[source.frame["year"] == plan.instance.years[0]]
    before = first.groupby(dim)[source.base].sum().to_dict() if source.base else {}
    for member in keys:
        label, row = names.name(dim, member), made.next
        cells = [Cell(label)]
        for year in years:
            # The base-year column repeats in every plan year; the first one stands for it.
            at = made.years[plan.instance.years[0]] if year == base else made.years[year]
            column = source.base if year == base else amount
            value = before.get(member, 0.0) if year == base else sums.get((member, year), 0.0)
            text = one_by_one(source, column, (dim, label, f"$A{row}"), ("year", "", f"{at}${head}"))
            cells.append(Cell(Formula(f"={text}", value), style))
        made.anchors[kind, member] = line(made, plan, cells, style)
    made.blocks[kind] = (head, made.next - 1)
    made.anchors[kind, ""] = made.sums(
        word("total", lang), head, [*made.years.values(), made.total], style)
    return head


def ratio(made: Summary, letter: str, above: int, below: int) -> Formula:
    """One cell over another of the same column; 0 where that is 0."""
    top, bottom = made.at(letter, above), made.at(letter, below)
    return Formula(f"=IF({letter}${below}=0,0,{letter}{above}/{letter}${below})",
                   top / bottom if bottom else 0.0)


def summary(plan, key: str, dim: str, source: Source, names: Names, unit: str, first: int) -> Summary:
    """Money and shares of one dimension's members over the years."""
    lang = names.lang
    made = Summary(key, first=first, dim=dim, table=source.table,
                   note=word("note.summary", lang, table=source.table))
    keys = labels_of(plan, dim, source.frame)
    base = [plan.instance.base_year] if source.base else []
    letters = columns(made, base + list(plan.instance.years))
    money_block(made, plan, dim, keys, source, names, f"{word('block.money', lang)} ({unit})")
    made.add()
    made.add(Cell(word("block.share", lang), "block"))
    head = made.add(*heads(dim, made.years, lang, word("block.plan_years", lang)))
    for member in keys:
        row = made.anchors["money", member]
        made.anchors["share", member] = made.add(Cell(names.name(dim, member)), *(
            Cell(ratio(made, letter, row, made.anchors["money", ""]), "share") for letter in letters))
    made.blocks["share"] = (head, head + len(keys))
    if dim == "stage":
        research_lines(made, plan, unit, lang)
    return made


def labels_of(plan, dim: str, frame) -> list[str]:
    """Members in the order of their table; for what has no table, as the plan lists them."""
    tables = {"zone": "zones", "region": "regions", "industry": "industries", "category": "categories",
              "stage": "stages", "instrument": "instruments", "performer": "performers",
              "talent_type": "talent_types", "platform": "platform_types"}
    if dim in tables:
        return list(members(plan.instance, dim, tables[dim])[dim])
    return list(frame[dim].unique())


def research_lines(made: Summary, plan, unit: str, lang: str) -> None:
    """R&D money, basic research's share of it, and intensity: the figures that plans are judged by."""
    rd, basic = rd_stages(plan.instance), stages_with_role(plan.instance, "basic")
    if not rd:
        return
    letters = [*made.years.values(), made.total]

    def added(stages) -> dict[str, tuple[str, float]]:
        rows = [made.anchors["money", stage] for stage in stages]
        return {c: ("+".join(f"{c}{row}" for row in rows), sum(made.at(c, row) for row in rows))
                for c in letters}

    made.add()
    made.add(*heads("stage", made.years, lang, word("block.plan_years", lang)))
    row = made.anchors["rd", ""] = made.add(Cell(f"{word('block.rd_total', lang)} ({unit})"), *(
        Cell(Formula(f"={text}", value), "number") for text, value in added(rd).values()))
    if basic:
        made.anchors["rd_share", ""] = made.add(Cell(word("block.rd_share", lang)), *(
            Cell(Formula(f"=IF({c}{row}=0,0,({text})/{c}{row})",
                         value / made.at(c, row) if made.at(c, row) else 0.0), "share")
            for c, (text, value) in added(basic).items()))
    gdp = gdp_by_year(plan.instance)
    if gdp:
        below = line(made, plan, [Cell(f"{word('block.gdp', lang)} ({unit})"),
                                  *(Cell(gdp.get(year), "number") for year in made.years)])
        made.anchors["intensity", ""] = made.add(Cell(word("block.intensity", lang)), *(
            Cell(Formula(f"=IF(N({c}{below})=0,\"\",{c}{row}/{c}{below})",
                         made.at(c, row) / made.at(c, below) if made.at(c, below) else ""), "share")
            for c in letters))


WANTED = (("zones", "zone", "allocations"), ("stages", "stage", "allocations"),
          ("industries", "industry", "allocations"), ("categories", "category", "allocations"),
          ("regions", "region", "allocations"), ("instruments", "instrument", "grants"),
          ("performer_sums", "performer", "performers"))
"""Summary sheets by money: key, dimension, and the table that is added up."""


def summaries(plan, names: Names, sources: dict[str, Source], unit: str, first: int,
              more: dict[str, Callable], titles: dict[str, str]) -> dict[str, Summary]:
    """Every summary sheet that the plan's tables allow, by key.

    titles  key -> tab
    more  key -> builder(plan, names, sources, made so far, unit, first) of a summary that is laid
          out in another way; it returns None where the plan has nothing to show
    """
    made: dict[str, Summary] = {}
    for key, dim, table in WANTED:
        source = sources.get(table)
        if source and dim in source.headings and labels_of(plan, dim, source.frame):
            made[key] = summary(plan, key, dim, source, names, unit, first)
            made[key].title = titles[key]
    for key, build in more.items():
        if (found := build(plan, names, sources, made, unit, first)) is not None:
            made[key], found.title = found, titles[key]
    return made


def summary_title(key: str, lang: str) -> str:
    return term(key, lang, "sheet")
