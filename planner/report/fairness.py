"""The sheet on fairness: spend per head by region and zone, how far it lies apart, and the Gini index."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.figures import gini
from planner.report.cells import Cell, Formula
from planner.report.summaries import Summary
from planner.report.words import Names, heading, word


def fairness(plan, names: Names, sources, made: dict[str, Summary], unit: str, first: int) -> Summary | None:
    """Spend per head by region and zone, how far it is apart, and the Gini index, by year."""
    regions, money = plan.instance.table("regions"), made.get("regions")
    if money is None or len(regions) < 2 or not (regions["population"] > 0).all():
        return None
    lang = names.lang
    head_unit = f"{unit} / {word('unit.10,000 persons', lang)}"
    out = Summary("fairness", first=first, dim="region", table=money.title, note=word("note.fairness", lang))
    out.years = {year: chr(ord("D") + number) for number, year in enumerate(money.years)}
    population = dict(zip(regions["region"], regions["population"]))
    zones = dict(zip(regions["region"], regions["zone"]))

    def headings(*more):
        return [Cell(heading("region", lang), "heading"), Cell(heading("zone", lang), "heading"),
                Cell(heading("population", lang, word("unit.10,000 persons", lang)), "heading_right"),
                *(Cell(year, "heading_year") for year in out.years)]

    out.add(Cell(f"{word('block.per_head', lang)} ({head_unit})", "block"))
    top = out.add(*headings()) + 1
    for region, people in population.items():
        row = out.next
        out.anchors["per_head", region] = out.add(
            Cell(names.name("region", region)), Cell(names.name("zone", zones[region])),
            Cell(people, "number"), *(Cell(Formula(f"={money.address(('money', region), letter)}/$C{row}",
                           money.at(letter, money.anchors["money", region]) / people), "number")
              for letter in money.years.values()))
    last = out.next - 1
    out.blocks["per_head"] = (top - 1, last)
    out.add()
    zone_lines(plan, names, out, made, top, last, lang, head_unit)
    # How far each region lies from all others, weighted with their people: the Gini index needs it.
    out.add(Cell(f"{word('block.apart', lang)} ({head_unit})", "block"))
    low = out.add(*headings()) + 1
    people = np.array(list(population.values()), float)
    figures = {c: np.array([out.at(c, row) for row in range(top, last + 1)]) for c in out.years.values()}
    for number, region in enumerate(population):
        row = top + number
        out.add(Cell(names.name("region", region)), Cell(names.name("zone", zones[region])),
                Cell(people[number], "number"), *(
            Cell(Formula(f"=SUMPRODUCT($C${top}:$C${last},ABS({c}${top}:{c}${last}-{c}{row}))"
                         f"/SUM($C${top}:$C${last})",
                         float(people @ np.abs(figures[c] - figures[c][number]) / people.sum())), "number")
            for c in out.years.values()))
    end = out.next - 1
    out.add()
    out.add(Cell(word("block.spread", lang), "block"))
    out.add(*headings())
    spread(plan, names, out, money, (top, last), (low, end), lang, head_unit)
    return out


def zone_lines(plan, names, out: Summary, made, top: int, last: int, lang: str, head_unit: str) -> None:
    money = made.get("zones")
    if money is None:
        return
    regions = plan.instance.table("regions").groupby("zone")["population"].sum()
    out.add(Cell(f"{word('block.zone_per_head', lang)} ({head_unit})", "block"))
    out.add(Cell(heading("zone", lang), "heading"), Cell("", "heading"),
            Cell(heading("population", lang, word("unit.10,000 persons", lang)), "heading_right"),
            *(Cell(year, "heading_year") for year in out.years))
    for kind, zone in list(money.anchors):
        if kind != "money" or zone not in regions.index:
            continue
        row = out.next
        out.add(Cell(names.name("zone", zone)), Cell(""),
                Cell(Formula(f"=SUMPRODUCT(($B${top}:$B${last}=$A{row})*$C${top}:$C${last})",
                             regions[zone]), "number"),
                *(Cell(Formula(f"={money.address((kind, zone), letter)}/$C{row}",
                               money.at(letter, money.anchors[kind, zone]) / regions[zone]), "number")
                  for letter in money.years.values()))
    out.add()


def spread(plan, names, out: Summary, money: Summary, rows, apart, lang: str, head_unit: str) -> None:
    """Mean, lowest, highest, their ratio, and the Gini index."""
    (top, last), (low, end) = rows, apart
    regions = plan.instance.table("regions").set_index("region")["population"]
    people, years = f"$C${top}:$C${last}", list(out.years)
    figures = {year: [out.at(out.years[year], row) for row in range(top, last + 1)] for year in years}
    spend = {year: {region: money.at(money.years[year], money.anchors["money", region])
                    for region in regions.index} for year in years}
    mean = out.next

    def add(words, style, formula, value):
        out.add(Cell(words), Cell(""), Cell(""), *(
            Cell(Formula(formula(out.years[year]), value(year)), style) for year in years))

    add(f"{word('block.mean', lang)} ({head_unit})", "number",
        lambda c: f"=SUMPRODUCT({people},{c}{top}:{c}{last})/SUM({people})",
        lambda year: sum(spend[year].values()) / regions.sum())
    for name, key in (("MIN", "lowest"), ("MAX", "highest")):
        add(f"{word(f'block.{key}', lang)} ({head_unit})", "number",
            lambda c, name=name: f"={name}({c}{top}:{c}{last})",
            lambda year, name=name: {"MIN": min, "MAX": max}[name](figures[year]))
    add(word("block.ratio", lang), "number",
        lambda c: f"=IF({c}{mean + 1}=0,\"\",{c}{mean + 2}/{c}{mean + 1})",
        lambda year: max(figures[year]) / min(figures[year]) if min(figures[year]) else "")
    out.anchors["gini", ""] = out.next
    add(word("block.gini", lang), "fine",
        lambda c: f"=IF({c}{mean}=0,0,SUMPRODUCT({people},{c}{low}:{c}{end})/SUM({people})/(2*{c}{mean}))",
        lambda year: gini(pd.Series(spend[year], dtype=float), regions))
