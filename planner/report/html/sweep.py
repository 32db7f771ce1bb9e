"""sweep.html: the figures of a sweep and its table, in one file that needs nothing beside it."""

from __future__ import annotations

from pathlib import Path

from planner.instance.writing import beside
from planner.report.figures.chart import Grid
from planner.report.figures.sweeps import goal_name, sweep_charts
from planner.report.html import whole
from planner.report.html.answer import title
from planner.report.html.sections import figure_block
from planner.report.html.tables import escape, table
from planner.report.words import term, word


def write(found, instance, path: Path, lang: str = "en") -> Path:
    """Writes the page of a sweep (`planner.studies.sweep.Sweep`) beside its place. Raises OSError."""
    with beside(path) as made:
        made.write_text(page(found, instance, lang), encoding="utf-8", newline="\n")
    return path


def page(found, instance, lang: str) -> str:
    cases, keys, goals = found.cases, found.keys, found.goals
    charts = sweep_charts(cases, keys, goals, lang)
    head = word("sweep.head", lang, cases=len(cases), keys=word("figure.join", lang).join(
        keys or [word("study.scenario", lang)]))
    plans = int(cases["objective"].notna().sum()) if "objective" in cases else 0
    worst = cases["gap"].max() if plans else None
    about = word("sweep.about", lang, plans=plans, cases=len(cases), gap=f"{worst or 0:.2%}")
    named = title(Named(instance), lang)
    text = [f'<header><p class="eyebrow">{escape(head)}</p><h1>{escape(named)}</h1><p>{escape(about)}</p></header>',
            f'<noscript><p class="notice">{escape(word("report.noscript", lang))}</p></noscript>']
    contents = []
    for key, inside in (("goals", "".join(figure_block(chart, lang) for chart in charts.values())),
                        ("cases", table(grid(cases, keys, goals, lang), word("sweep.cases", lang), lang))):
        if inside:
            name = escape(word(f"sweep.{key}", lang))
            text.append(f'<section id="{key}" aria-labelledby="{key}-title"><h2 id="{key}-title">{name}</h2>'
                        f"{inside}</section>")
            contents.append(f'<li><a href="#{key}">{name}</a></li>')
    return whole(named, "\n".join(contents), "\n".join(text), charts, {"cases": len(cases)}, lang)


class Named:
    """What `title` reads of a plan."""

    def __init__(self, instance):
        self.instance = instance


def grid(cases, keys, goals, lang: str) -> Grid:
    """The table `cases` in words."""
    out = cases[["scenario", *keys, "status", *goals, "gap", "seconds"] if goals else
                ["scenario", *keys, "status", "seconds"]].copy()
    out["status"] = [term(status, lang, "ended") for status in out["status"]]
    names = {goal: goal_name(goal, lang) for goal in goals} | {
        "scenario": word("study.scenario", lang), "status": term("status", lang), "gap": word("cover.gap", lang),
        "seconds": word("study.seconds", lang)}
    kinds = {names[goal]: "fine" for goal in goals} | {names["gap"]: "share", names["seconds"]: "number"}
    return Grid(out.rename(columns=names), kinds)
