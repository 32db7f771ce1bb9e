"""What a sweep found: lines of the goals over one key, a heat map per goal over two."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from planner.report.figures.chart import Chart, Grid
from planner.report.figures.look import BLUES, INK, PALETTE, RULE, bare, ink_on, safe, sentences, shade, three
from planner.report.words import term, word

CELL, PANEL = 34, 150
"""Heights in pixels of a heat map's row and of a panel of lines."""


def sweep_charts(cases: pd.DataFrame, keys: tuple[str, ...], goals: list[str], lang: str) -> dict[str, Chart]:
    """The charts of a sweep by key; none where nothing is solved, or where more than two things vary.

    cases  table `cases` of a sweep; keys: its columns that vary; goals: its columns of goals
    """
    solved = cases[cases["objective"].notna()] if "objective" in cases else cases.iloc[:0]
    several = solved["scenario"].nunique() > 1
    if len(solved) < 2 or not goals:
        return {}
    if len(keys) == 2 and not several:
        made = [heat(cases, *keys, goal, lang) for goal in goals]
    elif len(keys) <= 1:
        made = [lines(solved, keys[0] if keys else None, goals, lang)]
    else:
        return {}
    return {chart.key: chart for chart in made}


def goal_name(goal: str, lang: str) -> str:
    text = word("cover.objective", lang) if goal == "objective" else term(goal, lang, "goal")
    return text[:1].upper() + text[1:]


def shown(value) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def lines(solved: pd.DataFrame, key: str | None, goals: list[str], lang: str) -> Chart:
    """A panel per goal, each on its own scale; a line per scenario, or points where only scenarios vary."""
    figure = make_subplots(rows=len(goals), cols=1, shared_xaxes=True, vertical_spacing=0.25 / len(goals),
                           subplot_titles=[safe(goal_name(goal, lang)) for goal in goals])
    numeric = key is not None and pd.api.types.is_numeric_dtype(solved[key])
    groups = list(solved.groupby("scenario", sort=False)) if key else [("", solved)]
    for row, goal in enumerate(goals, start=1):
        for at, (scenario, part) in enumerate(groups):
            if numeric:
                part = part.sort_values(key)
            across = part[key].tolist() if key else part["scenario"].tolist()
            figure.add_scatter(
                x=across if numeric else [shown(value) for value in across], y=part[goal].tolist(),
                mode="lines+markers" if numeric else "markers", name=safe(scenario), legendgroup=scenario,
                showlegend=row == 1 and len(groups) > 1, row=row, col=1,
                line={"color": PALETTE[at % len(PALETTE)], "width": 2}, marker={"size": 8},
                customdata=[f"<b>{safe(goal_name(goal, lang))}</b><br>{safe(shown(value))}: {three(figure_)}"
                            for value, figure_ in zip(across, part[goal])], hovertemplate="%{customdata}<extra></extra>")
    head = key or word("study.scenario", lang)
    bare(figure, PANEL * len(goals) + 60, {"layout": {"font.size": 11}}, margin={"l": 8, "r": 8, "t": 30, "b": 8})
    figure.update_yaxes(gridcolor=RULE, nticks=4)
    figure.update_xaxes(showline=True, linecolor=RULE)
    figure.update_xaxes(title={"text": safe(head)}, row=len(goals), col=1)
    figure.update_annotations(font={"size": 13, "color": INK}, x=0, xanchor="left")
    best = solved.loc[solved["objective"].idxmax()]
    about = word("figure.sweep_lines.about", lang, best=best["case"], value=three(best["objective"]))
    columns = [*(["scenario"] if len(groups) > 1 or not key else []), *([key] if key else []), *goals]
    named = {goal: goal_name(goal, lang) for goal in goals} | {"scenario": word("study.scenario", lang)}
    grid = solved[columns].rename(columns=named)
    return Chart("sweep_lines", word("figure.sweep_lines", lang, key=head), about, figure,
                 Grid(grid, {named[goal]: "fine" for goal in goals}))


def heat(cases: pd.DataFrame, down: str, across: str, goal: str, lang: str) -> Chart:
    """One goal over two keys; a cell without a plan is grey and says how it ended."""
    table = cases.pivot_table(index=down, columns=across, values=goal, aggfunc="first", sort=True, dropna=False)
    ended = cases.pivot_table(index=down, columns=across, values="status", aggfunc="first", sort=True)
    ended = ended.reindex(index=table.index, columns=table.columns)
    low, high = float(table.min(axis=None)), float(table.max(axis=None))
    figure = go.Figure()
    digits = figures_needed(low, high)
    for row, (name, values) in enumerate(table.iterrows()):
        for column, value in enumerate(values):
            colour = shade(value, low, high, BLUES)
            figure.add_shape(type="rect", x0=column - 0.5, x1=column + 0.5, y0=row - 0.5, y1=row + 0.5,
                             fillcolor=colour, line={"color": "#ffffff", "width": 2}, layer="below")
    points = [(row, column) for row in range(len(table)) for column in range(len(table.columns))]
    text = [f"{table.iat[p]:,.{digits}f}".replace("-", "−") if pd.notna(table.iat[p]) else
            safe(term(ended.iat[p], lang, "ended")) if isinstance(ended.iat[p], str) else "" for p in points]
    figure.add_scatter(
        x=[column for _, column in points], y=[row for row, _ in points], mode="text", text=text,
        textfont={"size": 12, "color": [ink_on(shade(table.iat[p], low, high, BLUES)) for p in points]},
        hovertemplate="%{customdata}<extra></extra>", showlegend=False, customdata=[
            f"{safe(down)} {safe(shown(table.index[r]))}<br>{safe(across)} {safe(shown(table.columns[c]))}<br>"
            f"<b>{word_}</b>" for (r, c), word_ in zip(points, text)])
    bare(figure, max(CELL * len(table), PANEL) + 60, {"layout": {"font.size": 10}, "traces": {"textfont.size": 9}})
    figure.update_xaxes(tickvals=list(range(len(table.columns))), ticktext=[shown(v) for v in table.columns],
                        title={"text": safe(across)}, range=[-0.5, len(table.columns) - 0.5])
    figure.update_yaxes(tickvals=list(range(len(table))), ticktext=[shown(v) for v in table.index],
                        title={"text": safe(down)}, range=[-0.5, len(table) - 0.5], showgrid=False)
    at = cases[goal].idxmax()
    about = word("figure.sweep_heat.about", lang, goal=goal_name(goal, lang), most=three(high), least=three(low),
                 case=cases.loc[at, "case"])
    if table.isna().any(axis=None):
        about = sentences(lang, about, word("figure.sweep_heat.grey", lang))
    grid = table.reset_index()
    grid.columns = [f"{down} \\ {across}", *map(shown, table.columns)]
    return Chart(f"sweep_{goal}", word("figure.sweep_heat", lang, goal=goal_name(goal, lang), down=down, across=across),
                 about, figure, Grid(grid, {column: "fine" for column in grid.columns[1:]}))


def figures_needed(low: float, high: float) -> int:
    """Decimals that tell the cells apart: two digits of the range."""
    span = high - low
    return 2 if not span > 0 else min(max(1 - math.floor(math.log10(span)), 0), 6)
