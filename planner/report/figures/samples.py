"""Sampled goals: the distribution of one plan, the spread of several policies, what shocks cost and what is repaired.

Pure functions of a study's tables; they answer None where there is nothing to draw.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid
from planner.report.figures.look import INK, MUTED, PALETTE, RULE, bare, percents, safe, three
from planner.report.words import term, word

BINS = 40
MOST_SHOCKS = 16


def distribution(draws: pd.DataFrame, summary: pd.DataFrame, goal: str, lang: str, alpha: float) -> Chart | None:
    """How often a goal comes out how large; lines at the expected value and the CVaR."""
    if goal not in draws or summary.empty or draws[goal].nunique() < 2:
        return None
    row, values = summary.set_index("goal").loc[goal], draws[goal].to_numpy(float)
    count, edge = np.histogram(values, bins=min(BINS, max(5, len(values) // 10)))
    middle, figure = (edge[1:] + edge[:-1]) / 2, go.Figure()
    tail = middle <= np.quantile(values, 1 - alpha) + (edge[1] - edge[0]) / 2
    figure.add_bar(x=middle.tolist(), y=(count / len(values)).tolist(), width=float(edge[1] - edge[0]) * 0.94,
                   marker={"color": [PALETTE[5] if bad else PALETTE[0] for bad in tail]},
                   customdata=[word("figure.draws_hover", lang, low=three(low), high=three(high), share=percents(n / len(values)))
                               for low, high, n in zip(edge, edge[1:], count)],
                   hovertemplate="%{customdata}<extra></extra>")
    top = float(count.max()) / len(values)
    for at, name, dash, height in ((row["expected"], "expected", "solid", 1.16), (row["mean"], "mean", "dot", 1.08),
                                   (row["cvar"], "cvar", "dash", 1.16)):
        if not np.isfinite(at):
            continue
        figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=height * top, line={"color": INK, "width": 1.5, "dash": dash})
        figure.add_annotation(x=at, y=height * top, text=safe(f"{word(f'samples.{name}', lang)} {three(at)}"),
                              showarrow=False, yanchor="bottom", font={"size": 12})
    bare(figure, 340, bargap=0, showlegend=False)
    figure.update_yaxes(tickformat=".0%", gridcolor=RULE, rangemode="tozero", range=[0, 1.3 * top])
    figure.update_xaxes(title={"text": safe(goal_words(goal, lang)), "font": {"size": 12}}, nticks=8)
    about = word("figure.distribution.about", lang, draws=f"{len(values):,}", below=percents(row["below"]),
                 cvar=three(row["cvar"]), tail=percents(1 - alpha, 0))
    grid = _grid(summary, lang, goal=lambda key: goal_words(key, lang))
    return Chart(f"distribution_{goal}", _first(word("figure.distribution", lang, goal=goal_words(goal, lang))), about, figure, grid)


def recourse(shocks: pd.DataFrame, names, lang: str) -> Chart | None:
    """What each named shock costs, and the part of it that the reserve repairs; the largest first."""
    frame = shocks[shocks["loss"] > 0].nlargest(MOST_SHOCKS, "loss") if len(shocks) else shocks
    if frame.empty:
        return None
    label = [safe(shock_words(row, names, lang)) for row in frame.itertuples()]
    figure = go.Figure()
    for column, colour in (("remains", MUTED), ("repaired", PALETTE[2])):
        figure.add_bar(y=label, x=frame[column].tolist(), name=word(f"samples.{column}", lang), orientation="h",
                       marker={"color": colour}, hovertemplate="%{customdata}<extra></extra>",
                       customdata=[f"<b>{text}</b><br>{word(f'samples.{column}', lang)} {three(value)}"
                                   for text, value in zip(label, frame[column])])
    bare(figure, 60 + 26 * len(frame), barmode="stack")
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(gridcolor=RULE, showgrid=True, nticks=6, rangemode="tozero")
    worst = frame.iloc[0]
    about = word("figure.recourse.about", lang, shock=shock_words(worst, names, lang), loss=three(worst["loss"]),
                 share=percents(worst["share"]), repaired=percents(worst["part_repaired"], 2))
    shown = frame[["kind", "shock", "loss", "share", "reserve", "worth", "repaired", "remains", "part_repaired"]].copy()
    shown["shock"] = [names.name(dimension(row.kind), row.shock) for row in frame.itertuples()]
    grid = _grid(shown, lang, kind=lambda key: word(f"shock.{key}", lang))
    return Chart("recourse", word("figure.recourse", lang), about, figure, grid)


def spread(table: pd.DataFrame, goal: str, lang: str) -> Chart | None:
    """Policies one below the other: from the 5 % to the 95 % quantile, the mean and the CVaR of a goal."""
    frame = table[table["goal"] == goal].dropna(subset="mean")
    if len(frame) < 2:
        return None
    label, figure = [safe(term(name, lang, "policy")) for name in frame["policy"]], go.Figure()
    figure.add_bar(y=label, x=(frame["q95"] - frame["q05"]).tolist(), base=frame["q05"].tolist(), orientation="h",
                   marker={"color": "#b9d3e6"}, width=0.55, name=word("samples.band", lang), hoverinfo="skip")
    for column, colour, symbol in (("mean", PALETTE[0], "circle"), ("cvar", PALETTE[5], "diamond")):
        figure.add_scatter(
            y=label, x=frame[column].tolist(), mode="markers", name=word(f"samples.{column}", lang),
            marker={"color": colour, "size": 10, "symbol": symbol}, hovertemplate="%{customdata}<extra></extra>",
            customdata=[f"<b>{text}</b><br>{word(f'samples.{column}', lang)} {three(value)}"
                        for text, value in zip(label, frame[column])])
    bare(figure, 80 + 34 * len(frame))
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(gridcolor=RULE, showgrid=True, nticks=6)
    best = frame.loc[frame["mean"].idxmax()]
    about = word("figure.spread.about", lang, policy=term(best["policy"], lang, "policy"), mean=three(best["mean"]),
                 goal=goal_words(goal, lang))
    grid = _grid(frame, lang, goal=lambda key: goal_words(key, lang), policy=lambda key: term(key, lang, "policy"))
    return Chart(f"spread_{goal}", _first(word("figure.spread", lang, goal=goal_words(goal, lang))), about, figure, grid)


def goal_words(goal: str, lang: str) -> str:
    """A goal's name, or the word for the weighted sum of all."""
    return word("stress.points", lang) if goal == "points" else term(goal, lang, "goal")


def dimension(kind: str) -> str:
    """The dimension whose member a shock is named after."""
    return "scenario" if kind == "state" else kind


def shock_words(row, names, lang: str) -> str:
    """'region lost: Coast'."""
    return word("shock.named", lang, kind=word(f"shock.{row.kind}", lang), name=names.name(dimension(row.kind), row.shock))


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _grid(frame: pd.DataFrame, lang: str, **words) -> Grid:
    """A table with headings and keys in words."""
    out, kinds = frame.copy(), {}
    for column, told in words.items():
        if column in out:
            out[column] = [told(key) for key in out[column]]
    heads = {column: word(f"samples.{column}", lang) for column in out}
    for column in out:
        if pd.api.types.is_numeric_dtype(out[column]):
            kinds[heads[column]] = "share" if column in ("share", "part_repaired", "below", "best_share") else "number"
    return Grid(out.rename(columns=heads), kinds)
