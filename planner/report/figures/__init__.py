"""Figures of a plan: pure functions (plan, names) -> Chart, for the report and for the browser app.

A function answers None where the plan has nothing to draw.
"""

from __future__ import annotations

from functools import partial

from planner.report.figures import flows, frontier, judged, maps, paths, people, rules
from planner.report.figures.chart import Chart, Grid

FIGURES = {
    "spend_map": maps.spend_map, "change_map": maps.change_map, "flows": flows.flows,
    "instruments": paths.instruments,
    "zones": partial(paths.shares, dim="zone", key="zones"),
    "stages": partial(paths.shares, dim="stage", key="stages"),
    "categories": partial(paths.shares, dim="category", key="categories"),
    "industries": paths.industries, "growth": paths.growth, "talent": people.talent, "goals": judged.goals,
    "fairness": judged.fairness, "rules": rules.rules, "prices": rules.prices,
    "frontier": frontier.of_plan,
    "assumptions": rules.assumptions, "search": judged.search,
}
"""Every figure by its key, in no order that matters."""

__all__ = ["FIGURES", "Chart", "Grid", "charts"]


def charts(plan, names) -> dict[str, Chart]:
    """All figures that the plan allows, by key."""
    made = {key: figure(plan, names) for key, figure in FIGURES.items()}
    return {key: chart for key, chart in made.items() if chart is not None}
