"""Efficient plans between two or three goals: those found, and the bound that no plan passes."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid
from planner.report.figures.look import BLUES, INK, MUTED, PALETTE, RULE, bare, safe, sentences, three
from planner.report.words import catalogue, heading, term, word


def of_plan(plan, names) -> Chart | None:
    """The frontier that a plan's table `frontier` tells; None where there is none."""
    return drawn(plan.table("frontier"), names.lang)


def drawn(frame: pd.DataFrame, lang: str) -> Chart | None:
    """The chart of a table `frontier` (`planner.studies.frontier`): its first two goals are the axes.

    Two goals: plans found and the proven bound, as stairs: between two levels nothing is known but that the
    first goal is no better than at the lower one. Three goals: the third is the colour.
    """
    goals = [column for column in frame if f"goal.{column}" in catalogue()]
    if len(goals) < 2 or len(frame) < 2:
        return None
    one, other = (term(goal, lang, "goal") for goal in goals[:2])
    figure, third = go.Figure(), goals[2] if len(goals) > 2 else None
    hover = [word("figure.frontier.hover", lang, point=int(row["point"]), one=one, x=three(row[goals[0]]), other=other,
                  y=three(row[goals[1]])) + (f", {term(third, lang, 'goal')} {three(row[third])}" if third else "")
             for _, row in frame.iterrows()]
    if third is None and "outer" in frame and frame["outer"].notna().any():
        figure.add_scatter(x=frame[goals[1]], y=frame["outer"], mode="lines", name=word("frontier.outer", lang),
                           line={"color": MUTED, "width": 1.5, "dash": "dash", "shape": "hv"}, hoverinfo="skip")
    colours = PALETTE[0] if third is None else frame[third]
    marker = {"size": 10, "color": colours, "line": {"color": "#ffffff", "width": 1}}
    if third is not None:
        marker |= {"colorscale": [[at / (len(BLUES) - 1), colour] for at, colour in enumerate(BLUES)],
                   "colorbar": {"title": {"text": safe(term(third, lang, "goal"))}, "thickness": 12}}
    figure.add_scatter(x=frame[goals[1]], y=frame[goals[0]], mode="markers" if third else "lines+markers",
                       name=word("frontier.inner", lang), marker=marker, customdata=hover,
                       line={"color": PALETTE[0], "width": 1, "shape": "vh"},
                       hovertemplate="%{customdata}<extra></extra>")
    knee = frame[frame["knee"].astype(str).str.lower().isin(["true", "1"])] if "knee" in frame else frame.iloc[:0]
    for _, row in knee.iterrows():
        figure.add_annotation(x=row[goals[1]], y=row[goals[0]], text=word("frontier.knee", lang), showarrow=True,
                              arrowhead=0, arrowcolor=INK, ax=34, ay=-34, font={"size": 12, "color": INK})
    bare(figure, 420, margin={"l": 8, "r": 16, "t": 8, "b": 8})
    grid = {"showgrid": True, "gridcolor": RULE, "showticklabels": True}
    figure.update_xaxes(title={"text": safe(other)}, **grid)
    figure.update_yaxes(title={"text": safe(one)}, **grid)
    at_knee = word("figure.frontier.knee", lang, point=int(knee["point"].iloc[0])) if len(knee) else ""
    about = sentences(lang, word("figure.frontier.about" if third is None else "figure.frontier.three", lang), at_knee)
    shown = frame[[column for column in ("point", *goals, "outer", "per_point", "cost_least", "cost_most", "gap")
                   if column in frame]]
    heads = {column: heading(f"goal.{column}" if column in goals else column, lang) for column in shown}
    kinds = {heads[column]: "share" if column == "gap" else "count" if column == "point" else "fine"
             for column in shown}
    return Chart("frontier", word("figure.frontier", lang, one=one, other=other), about, figure,
                 Grid(shown.rename(columns=heads), kinds))
