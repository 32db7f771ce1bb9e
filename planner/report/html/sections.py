"""The story in order: the answer, the money, time, means, goals, rules, basis, reading, passport."""

from __future__ import annotations

from planner.report.figures import FIGURES, Chart
from planner.report.html import blocks, clauses
from planner.report.html.answer import answer
from planner.report.html.tables import drawer, escape, table
from planner.report.words import Names, catalogue, word

ORDER = {
    "money": (("spend_map", "change_map"), "flows", "instruments", blocks.budget_items, blocks.transfers),
    "time": (("zones", "stages"), "categories", "industries", "growth", blocks.research_block),
    "means": ("talent", blocks.platforms, blocks.mission_block),
    "goals": ("goals", blocks.goal_block, "frontier", "fairness"),
    "rules": ("rules", clauses.rule_tables, "prices", clauses.lever_steps, clauses.binding),
    "basis": ("assumptions", blocks.provenance, blocks.publications, lambda plan, names: blocks.papers(names.lang)),
    "reading": (lambda plan, names: blocks.reading(plan, names.lang),),
    "passport": ("search", blocks.passport),
}
"""Section -> what stands in it: a chart's key, a pair of charts side by side, or a block."""


def body(plan, names: Names, told: dict) -> tuple[str, str, dict[str, Chart]]:
    """(the page's body, its table of contents, the charts that it holds by key)."""
    lang, held = names.lang, {}
    noscript = f'<noscript><p class="notice">{escape(word("report.noscript", lang))}</p></noscript>'
    text, contents = [answer(plan, names, told), noscript], []
    for key in ORDER:
        inside, made = passage(key, plan, names)
        held |= made
        if not inside:
            continue
        text.append(section(key, lang, inside, len(contents) + 1))
        contents.append(entry(key, lang))
    return "\n".join(text), "\n".join(contents), held


def passage(key: str, plan, names: Names) -> tuple[str, dict[str, Chart]]:
    """(what stands in a section, the charts that it holds by key); '' where the plan has nothing to say."""
    wanted = [name for part in ORDER[key] for name in (part if isinstance(part, tuple) else (part,))
              if not callable(name)]
    made = {name: chart for name in wanted if (chart := FIGURES[name](plan, names)) is not None}
    return "".join(_part(part, plan, names, made) for part in ORDER[key]), made


def section(key: str, lang: str, inside: str, number: int) -> str:
    """A section with its number, its name, and its sentence where the catalogue has one."""
    name, about = escape(word(f"section.{key}", lang)), f"section.{key}.about"
    return (f'<section id="{key}" aria-labelledby="{key}-title"><h2 id="{key}-title">'
            f'<span aria-hidden="true">{number}</span>{name}</h2>'
            + (f'<p class="about">{escape(word(about, lang))}</p>' if about in catalogue() else "")
            + inside + "</section>")


def entry(key: str, lang: str) -> str:
    """A section's line in the table of contents."""
    return f'<li><a href="#{key}">{escape(word(f"section.{key}", lang))}</a></li>'


def _part(part, plan, names: Names, made: dict[str, Chart]) -> str:
    if callable(part):
        return part(plan, names)
    if isinstance(part, tuple):
        found = [figure_block(made[key], names.lang) for key in part if key in made]
        return f'<div class="pair">{"".join(found)}</div>' if len(found) > 1 else "".join(found)
    return figure_block(made[part], names.lang) if part in made else ""


def figure_block(chart: Chart, lang: str) -> str:
    """A figure with its title, its sentence, and its table behind a line."""
    key = f"chart-{chart.key}"
    box = (f'<div class="chart{" wide" if chart.wide else ""}" data-key="{chart.key}" role="img" '
           f'aria-labelledby="{key}-title" aria-describedby="{key}-about"></div>')
    if chart.wide:
        box = (f'<p class="hint">{escape(word("report.sideways", lang))}</p><div class="sideways" tabindex="0" '
               f'role="region" aria-labelledby="{key}-title">{box}</div>')
    return (f'<figure><figcaption><h3 id="{key}-title">{escape(chart.title)}</h3>'
            f'<p id="{key}-about">{escape(chart.about)}</p></figcaption>{box}'
            f"{drawer(chart.title, table(chart.grid, chart.title, lang), lang)}</figure>")
