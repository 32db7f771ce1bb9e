"""Sheets to look things up: names with their keys, the bibliography, the glossary."""

from __future__ import annotations

import pandas as pd

from planner.mechanisms import MECHANISMS
from planner.papers import PAPERS
from planner.report.sheets import Sheet, unit_words
from planner.report.words import Names, catalogue, term, word

UNITS = ("money", "FTE", "share", "platforms", "10,000 persons", "regions", "bids", "value", "goal")
"""Units that the glossary explains, where the catalogue does."""


def keys(plan, names: Names) -> Sheet:
    """Every member of every dimension: its key in the tables and its names in both languages."""
    both, found = {lang: Names(plan.instance, lang) for lang in ("en", "zh")}, []
    for table in plan.instance.tables_declared:
        columns = {column.name for column in table.columns}
        if len(table.keys) != 1 or "name_en" not in columns or not len(plan.instance.table(table.name)):
            continue
        dim = table.keys[0]
        found += [(term(dim, names.lang).capitalize(), dim, key, both["en"].name(dim, key),
                   both["zh"].name(dim, key)) for key in plan.instance.table(table.name)[dim]]
    frame = pd.DataFrame(found, columns=["dimension", "column", "key", "name_en", "name_zh"])
    return Sheet("names", frame, note=word("note.names", names.lang))


def bibliography(plan, lang: str) -> Sheet:
    """The papers that the mechanisms in use are taken from, by section, then the sources of the data."""
    rows = []
    used: dict[str, dict[str, list[str]]] = {}
    for mechanism in MECHANISMS:
        for source in mechanism.sources if plan.instance.on(mechanism.name) else ():
            found = used.setdefault(source.paper, {}).setdefault(source.section, [])
            if (shown := term(mechanism.name, lang, "mechanism")) not in found:
                found.append(shown)
    for paper, sections in sorted(used.items()):
        told = "; ".join(f"{section}: {', '.join(found)}" for section, found in sorted(sections.items()))
        rows.append((word("bibliography.paper", lang), paper, PAPERS.get(paper, paper), told))
    sources, provenance = plan.instance.table("sources"), plan.instance.table("provenance")
    tables = provenance.groupby("source")["table"].unique().to_dict() if len(provenance) else {}
    for row in sources.itertuples():
        told = ", ".join(part for part in (row.publisher, row.title, str(row.published or "")) if part)
        rows.append((word("bibliography.data", lang), row.source, told,
                     ", ".join(str(table) for table in tables.get(row.source, []))))
    frame = pd.DataFrame(rows, columns=["kind", "key", "citation", "used_for"])
    return Sheet("bibliography", frame, note=word("note.bibliography", lang))


def glossary(plan, lang: str) -> Sheet:
    """Terms in both languages with their meaning: words of the workbook, its mechanisms, its units."""
    rows = []

    def add(kind: str, key: str, meaning: str, shown: str | None = None) -> None:
        one = [shown or term_in(key, other) for other in ("en", "zh")]
        rows.append((word(f"glossary.{kind}", lang), *one, meaning))

    for key in catalogue():
        if key.startswith("meaning."):
            add("term", key.removeprefix("meaning."), word(key, lang))
    for mechanism in MECHANISMS:
        if plan.instance.on(mechanism.name):
            add("mechanism", f"mechanism.{mechanism.name}", says(mechanism, lang))
    for unit in UNITS:
        if f"unit_meaning.{unit}" in catalogue():
            add("unit", f"unit.{unit}", word(f"unit_meaning.{unit}", lang),
                unit_words(unit, plan, lang) if unit in ("money", "FTE") else None)
    frame = pd.DataFrame(rows, columns=["kind", "term_en", "term_zh", "meaning"])
    return Sheet("glossary", frame, note=word("note.glossary", lang))


def term_in(key: str, lang: str) -> str:
    """A glossary entry's own words: 'glossary_term.KEY', else the catalogue's word of that name."""
    own = f"glossary_term.{key}"
    text = word(own, lang) if own in catalogue() else term(key, lang)
    return text[:1].upper() + text[1:]


def says(mechanism, lang: str) -> str:
    """A mechanism's rule in one sentence; the English one is the record's own."""
    return mechanism.says if lang == "en" else word(f"says.{mechanism.name}", lang)
