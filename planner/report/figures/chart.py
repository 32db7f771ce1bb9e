"""A figure with what belongs to it: title, what it shows in words, and the table it is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import plotly.graph_objects as go

from planner.report.words import heading, own_unit, times, word

KINDS = ("text", "money", "count", "number", "share", "points", "signed", "fine", "figure", "year", "unit", "status",
         "link")
"""How a table's column is written: money with two decimals, share in per cent, points and signed with a sign,
figure with six digits; a link is a pair (text, address)."""


@dataclass(frozen=True)
class Grid:
    """A table for people: headings and names in words, figures still numbers.

    kinds  heading -> one of KINDS; text where nothing is said
    sums   the last line adds the others up
    """

    frame: pd.DataFrame
    kinds: dict[str, str] = field(default_factory=dict)
    sums: bool = False


@dataclass(frozen=True)
class Chart:
    """key: its words in the catalogue (figure.KEY); wide: least width in pixels at which it can be read."""

    key: str
    title: str
    about: str
    figure: go.Figure
    grid: Grid
    wide: int = 0


def money_unit(plan, lang: str) -> str:
    """The instance's unit of money in the language, where the catalogue knows it."""
    return own_unit(plan.instance.money_unit, lang)


def after_number(plan, lang: str) -> str:
    """The unit of money as it follows a figure: a unit that begins with a number is multiplied."""
    return times(money_unit(plan, lang))


def in_points(plan) -> bool:
    """Is the objective told in points, as weighted goals on their ranges are? A single goal has its own unit."""
    goals = plan.goals
    return "normalised" in goals and bool(goals["normalised"].notna().any())


def worth_unit(plan, unit: str, lang: str) -> str:
    """The unit of a marginal value: points of the objective, or the goal's own unit, per unit of a limit."""
    return word("measure.points_per" if in_points(plan) else "measure.objective_per", lang, unit=unit)


def wide_grid(frame: pd.DataFrame, dim: str, value: str, names, kind: str = "money", unit: str = "",
              sums: bool = False) -> Grid:
    """Members down, years across; `sums` adds a line that adds the members up."""
    lang = names.lang
    made = frame.pivot_table(index=dim, columns="year", values=value, aggfunc="sum", sort=False)
    made = made.reindex(frame[dim].unique())
    made.columns = [str(year) for year in made.columns]
    head = heading(dim, lang, unit)
    if sums:
        made.loc[""] = made.sum()
    out = made.reset_index().rename(columns={dim: head})
    out[head] = [names.name(dim, key) if key else word("total", lang) for key in out[head]]
    return Grid(out, {column: kind for column in made.columns}, sums)
