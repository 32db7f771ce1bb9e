"""The blocks on rules: what is broken, every rule by its tightest row, and what binds in clauses."""

from __future__ import annotations

import pandas as pd

from planner.mechanisms import MECHANISMS
from planner.report.figures.chart import Grid, worth_unit
from planner.report.figures.look import three
from planner.report.figures.rules import clause_words, places, policy_rows, priced, rule_grid
from planner.report.html.tables import block, drawer, escape, table
from planner.report.reference import says
from planner.report.sheets import unit_words
from planner.report.words import Names, term, word

TIGHTEST = 15
"""Rules that are shown at once; all of them stand behind a line."""

MOST_TROUBLES = 200
"""Broken or relieved rows that are listed; the worst stand first."""


def rule_tables(plan, names: Names) -> str:
    """What is broken or relieved, row by row, then every floor and cap by its tightest row."""
    lang, rows = names.lang, plan.compliance
    if rows.empty:
        return ""
    wrong = rows[rows["status"].isin(["broken", "relieved"])].sort_values("slack", kind="stable").head(MOST_TROUBLES)
    title = word("part.troubles", lang)
    if wrong.empty:
        text = (f'<div class="block"><h3>{escape(title)}</h3>'
                f'<p>✓ {escape(word("part.troubles.about", lang))}</p></div>')
    else:
        text = f'<div class="block"><h3>{escape(title)}</h3>' + table(
            rule_grid(plan, names, wrong, single=True), title, lang) + "</div>"
    every, title = rule_grid(plan, names, policy_rows(plan)), word("part.rule_table", lang)
    first = Grid(every.frame.head(TIGHTEST), every.kinds)
    rest = drawer(title, table(every, title, lang), lang) if len(every.frame) > TIGHTEST else ""
    return text + block("rule_table", lang, table(first, title, lang) + rest)


def lever_steps(plan, names: Names) -> str:
    """What a step of each lever changes, in the words of the price study beside the plan."""
    frame, lang = plan.table("lever_steps"), names.lang
    if "meaning" not in frame:
        return ""
    title = word("part.lever_steps", lang)
    made = pd.DataFrame({term("mechanism", lang): [term(key, lang, "mechanism") for key in frame["mechanism"]],
                         title: frame["meaning"]})
    return block("lever_steps", lang, table(Grid(made), title, lang))


def binding(plan, names: Names) -> str:
    """Clause by clause: its sentence, the papers' claims, the rules at their limit, what a unit is worth."""
    lang, rows = names.lang, policy_rows(plan)
    rows = rows[rows["status"] != "kept"] if len(rows) else rows
    if rows.empty:
        return ""
    worth = priced(plan)
    worth = {(row.mechanism, row.rule): row for row in worth.itertuples()}
    whole = plan.compliance.groupby(["mechanism", "rule"]).size()
    text = []
    for record in [None, *MECHANISMS]:
        name = "core" if record is None else record.name
        mine = rows[rows["mechanism"] == name]
        if mine.empty:
            continue
        items = "".join(
            _item(plan, names, name, rule, part, int(whole[name, rule]), worth.get((name, rule)))
            for rule, part in mine.groupby("rule", sort=False))
        sentence = word("rules.core", lang) if record is None else says(record, lang)
        text.append(f'<div class="clause"><div><h4>{escape(term(name, lang, "mechanism"))}</h4><p>{escape(sentence)}</p>'
                    f"{claims(record, lang)}</div><ul>{items}</ul></div>")
    return block("binding", lang, f'<div class="clauses">{"".join(text)}</div>')


def claims(record, lang: str) -> str:
    """What the papers say for a mechanism's clause."""
    if record is None:
        return ""
    lines = [f"<b>{escape(source.paper)} {escape(source.section)}</b> "
             f"{escape(word(f'claim.{record.name}.{number}', lang))}"
             for number, source in enumerate(record.sources, 1)]
    return f'<p class="claim">{"<br>".join(lines)}</p>'


def _item(plan, names: Names, mechanism: str, rule: str, part: pd.DataFrame, rows: int, worth) -> str:
    lang = names.lang
    status = "broken" if (part["status"] == "broken").any() else (
        "relieved" if (part["status"] == "relieved").any() else "binding")
    text = escape(clause_words(mechanism, rule, lang))
    if status != "binding":
        text = f'<span class="light {status}">{escape(term(status, lang, "compliance"))}</span> {text}'
    more = word("rules.of" if status == "binding" else "figure.rows_hover", lang, count=f"{len(part):,}", all=f"{rows:,}")
    if worth is not None:
        unit = worth_unit(plan, unit_words(worth.unit, plan, lang), lang)
        where = " ".join(filter(None, (
            places(pd.DataFrame({"where": [worth.where], "rule": [rule]}), names)[0], str(worth.year or ""))))
        key = "rules.strongest_at" if where else "rules.strongest"
        more += word("figure.join", lang) + word(key, lang, value=three(worth.dual), unit=unit, where=where)
    return f"<li>{text}<small>{escape(more)}</small></li>"
