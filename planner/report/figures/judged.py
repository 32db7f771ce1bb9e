"""How good the plan is: goals between their worst and best values, fairness, and the search itself."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from planner.comparison.goals import FAIRNESS as INDICES
from planner.report.figures.chart import Chart, Grid
from planner.report.figures.look import (
    INK,
    MUTED,
    PALETTE,
    RULE,
    bare,
    percents,
    safe,
    sentences,
    three,
    titled,
)
from planner.report.headline import by_year
from planner.report.words import heading, term, word

LEGIBLE = 0.1
"""Lines below this part of the highest one carry no figure: they would lie on one another."""


def goal_table(plan) -> pd.DataFrame:
    """One row per goal: value, weight, nadir, ideal, normalised (empty where the plan has none)."""
    frame = plan.goals
    if frame.empty:
        return pd.DataFrame(columns=["goal", "value", "weight", "nadir", "ideal", "normalised"])
    out = frame.groupby("goal", as_index=False, sort=False)["value"].sum()
    for column in ("weight", "nadir", "ideal", "normalised"):
        first = frame.groupby("goal", sort=False)[column].first() if column in frame else pd.Series(dtype=float)
        out[column] = out["goal"].map(first).astype(float)
    return out.sort_values("weight", ascending=False, kind="stable", ignore_index=True)


def goal_grid(plan, names) -> Grid:
    lang, frame = names.lang, goal_table(plan)
    out = frame.rename(columns={column: heading(column, lang) for column in frame})
    out.iloc[:, 0] = [term(goal, lang, "goal") for goal in frame["goal"]]
    kinds = dict.fromkeys(out.columns[1:], "fine") | {heading("normalised", lang): "share"}
    return Grid(out, kinds)


def goals(plan, names) -> Chart | None:
    """Where each goal stands between the worst and the best that the other goals' optima allow."""
    frame, lang = goal_table(plan), names.lang
    frame = frame[frame["normalised"].notna()]
    if frame.empty:
        return None
    rows = list(frame.itertuples())
    label = [term(row.goal, lang, "goal") for row in rows]
    figure = go.Figure()
    figure.add_bar(x=[1.0] * len(rows), y=list(range(len(rows))), orientation="h", hoverinfo="skip",
                   marker={"color": "#e9edf1"}, width=0.34)
    figure.add_bar(
        x=[row.normalised for row in rows], y=list(range(len(rows))), orientation="h", width=0.34,
        marker={"color": PALETTE[0]}, hovertemplate="%{customdata}<extra></extra>",
        customdata=[word("figure.goal_hover", lang, goal=f"<b>{safe(name)}</b>", value=three(row.value),
                         nadir=three(row.nadir), ideal=three(row.ideal), weight=percents(row.weight, 0))
                    for name, row in zip(label, rows)])
    for at, (name, row) in enumerate(zip(label, rows)):
        words = word("figure.goal_label", lang, goal=safe(name[:1].upper() + name[1:]),
                     share=percents(row.normalised), weight=three(row.weight))
        figure.add_annotation(x=0, y=at - 0.38, text=words, showarrow=False, xanchor="left", font={"size": 13})
    low = min(0.0, float(frame["normalised"].min()))
    bare(figure, 66 * len(rows) + 44, barmode="overlay", showlegend=False)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.5, -0.7])
    figure.update_xaxes(range=[low - 0.01, max(1.0, float(frame["normalised"].max())) + 0.01],
                        tickformat=".0%", tickvals=[0, 0.5, 1], showgrid=True, gridcolor=RULE)
    told = [word("figure.goal_told", lang, goal=name, share=percents(row.normalised))
            for name, row in zip(label, rows)]
    told = word("figure.join", lang).join(told) + word("figure.stop", lang)
    about = sentences(lang, word("figure.goals.about", lang), told[:1].upper() + told[1:])
    return Chart("goals", titled("goals", plan, lang), about, figure, goal_grid(plan, names))


def fairness_table(plan) -> pd.DataFrame:
    """Indices of spend per head by year, the base year first: columns year and INDICES."""
    money = by_year(plan, "region")
    regions = plan.instance.table("regions")
    if money.empty or len(regions) < 2 or not regions["population"].gt(0).all():
        return pd.DataFrame(columns=["year", *INDICES])
    people = regions.set_index("region")["population"]
    return pd.DataFrame([
        {"year": year} | {name: measure(part.set_index("region")["amount"].reindex(people.index, fill_value=0.0),
                                        people) for name, measure in INDICES.items()}
        for year, part in money.groupby("year")])


def fairness(plan, names) -> Chart | None:
    """Inequality of money per head by year: three indices and what the poorest fifth gets."""
    frame, lang = fairness_table(plan), names.lang
    if frame.empty:
        return None
    years, figure = [str(year) for year in frame["year"]], go.Figure()
    top = float(frame[list(INDICES)].to_numpy().max()) or 1.0
    for number, name in enumerate(INDICES):
        label, values = word(f"fairness.{name}", lang), frame[name].tolist()
        figure.add_scatter(
            x=years, y=values, name=safe(label), mode="lines+markers+text", line={"color": PALETTE[number], "width": 2},
            marker={"size": 7}, text=[three(value) if at in (0, len(values) - 1) and value > LEGIBLE * top else ""
                                        for at, value in enumerate(values)],
            textposition="top center", textfont={"size": 11, "color": INK}, cliponaxis=False,
            customdata=[f"<b>{safe(label)}</b>, {year}<br>{three(value)}" for year, value in zip(years, values)],
            hovertemplate="%{customdata}<extra></extra>")
    bare(figure, 340, {"layout": {"legend.font.size": 11}}, margin={"l": 8, "r": 22, "t": 8, "b": 8})
    figure.update_yaxes(range=[0, 1.18 * top], gridcolor=RULE, nticks=6)
    figure.update_xaxes(type="category")
    about = word("figure.fairness.about", lang, first=three(frame["gini"].iloc[0]),
                 last=three(frame["gini"].iloc[-1]), base=years[0], year=years[-1])
    out = frame.rename(columns={"year": heading("year", lang)} | {
        name: word(f"fairness.{name}", lang) for name in INDICES})
    kinds = dict.fromkeys(out.columns[1:], "fine") | {heading("year", lang): "year"}
    return Chart("fairness", titled("fairness", plan, lang), about, figure, Grid(out, kinds))


def search(plan, names) -> Chart | None:
    """Best plan so far and proven bound while the solver ran."""
    points, lang = plan.passport.get("trajectory") or [], names.lang
    frame = pd.DataFrame(points, columns=["seconds", "incumbent", "bound"], dtype=float)
    if len(frame) < 2 or frame["incumbent"].notna().sum() < 1:
        return None
    figure = go.Figure()
    for column, colour in (("bound", MUTED), ("incumbent", PALETTE[0])):
        part, label = frame[frame[column].notna()], word(f"search.{column}", lang)
        figure.add_scatter(x=part["seconds"].tolist(), y=part[column].tolist(), name=label, mode="lines",
                           line={"color": colour, "width": 2, "shape": "hv"},
                           customdata=[f"<b>{label}</b>, {three(s)} s<br>{v:,.4f}"
                                       for s, v in zip(part["seconds"], part[column])],
                           hovertemplate="%{customdata}<extra></extra>")
    bare(figure, 300)
    figure.update_xaxes(title={"text": word("search.seconds", lang), "font": {"size": 12}}, showgrid=True, gridcolor=RULE,
                        rangemode="tozero", nticks=7, tickformat=",")
    figure.update_yaxes(gridcolor=RULE, nticks=6)
    head = {name: word(f"search.{name}", lang) for name in ("seconds", "incumbent", "bound")}
    grid = Grid(frame.rename(columns=head), dict.fromkeys(head.values(), "fine"))
    return Chart("search", titled("search", plan, lang), word("figure.search.about", lang), figure, grid)
