"""What happened beside what would have been planned: shares over time, and how far apart."""

from __future__ import annotations

import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid
from planner.report.figures.look import INK, MUTED, PALETTE, RULE, bare, percents, safe
from planner.report.words import word

COLOURS = {"actual": INK, "plan": PALETTE[0], "productivity": PALETTE[3], "constant": MUTED, "trend": PALETTE[1]}
DASHES = {"actual": "solid", "plan": "solid", "productivity": "dot", "constant": "dash", "trend": "dash"}


def shares(found, dim: str, names, base: int) -> Chart:
    """One small panel per zone or stage: its share of all money by year in every series."""
    lang, frame = names.lang, found.shares[found.shares["dim"] == dim]
    members, figure = list(dict.fromkeys(frame["member"])), go.Figure()
    span, gap = 1 / len(members), 0.02
    for at, member in enumerate(members):
        axis = "" if at == 0 else str(at + 1)
        for name, part in frame[frame["member"] == member].groupby("series", sort=False):
            label = word(f"series.{name}", lang)
            figure.add_scatter(
                x=[str(year) for year in part["year"]], y=part["share"].tolist(), mode="lines", name=safe(label),
                legendgroup=name, showlegend=at == 0, xaxis=f"x{axis}", yaxis=f"y{axis}",
                line={"color": COLOURS[name], "dash": DASHES[name], "width": 3 if name == "actual" else 2},
                customdata=[f"<b>{safe(label)}</b>, {year}<br>{safe(names.name(dim, member))} {percents(value)}"
                            for year, value in zip(part["year"], part["share"])],
                hovertemplate="%{customdata}<extra></extra>")
    bare(figure, 340, margin={"l": 8, "r": 8, "t": 30, "b": 8})
    for at, member in enumerate(members):
        axis = "" if at == 0 else str(at + 1)
        figure.update_layout({
            f"xaxis{axis}": {"domain": [at * span + gap, (at + 1) * span - gap], "anchor": f"y{axis}", "nticks": 3,
                             "type": "category", "fixedrange": True, "showgrid": False},
            f"yaxis{axis}": {"anchor": f"x{axis}", "tickformat": ".1%", "gridcolor": RULE, "nticks": 5, "zeroline": False,
                             "fixedrange": True, "automargin": True, "tickfont": {"size": 10}}})
        figure.add_annotation(text=f"<b>{safe(names.name(dim, member))}</b>", x=at * span + span / 2, y=1.0, xref="paper",
                              yref="paper", yanchor="bottom", showarrow=False, font={"size": 12})
    figure.update_layout(legend={"y": 1.08})
    head = {"member": word("backtest.member", lang), "series": word("backtest.series", lang)}
    wide = frame.pivot_table("share", ["member", "series"], "year", sort=False)
    wide.columns = [str(year) for year in wide.columns]
    wide = wide.reset_index()
    wide["member"] = [names.name(dim, key) for key in wide["member"]]
    wide["series"] = [word(f"series.{key}", lang) for key in wide["series"]]
    grid = Grid(wide.rename(columns=head), dict.fromkeys(wide.columns[2:], "share"))
    return Chart(f"backtest_{dim}", word(f"figure.backtest_{dim}", lang), word("figure.backtest.about", lang, base=base),
                 figure, grid, wide=620)


def distance(found, lang: str) -> Chart:
    """Mean distance from what happened, by level, for every series."""
    frame = found.distances[found.distances["year"] == 0]
    levels, figure = list(dict.fromkeys(frame["level"])), go.Figure()
    for name, part in frame.groupby("series", sort=False):
        label, colour = word(f"series.{name}", lang), COLOURS.get(name, PALETTE[2])
        values = part.set_index("level")["distance"].reindex(levels)
        figure.add_bar(x=[word(f"level.{level}", lang) for level in levels], y=values.tolist(), name=safe(label),
                       marker={"color": colour}, text=[percents(value) for value in values], textposition="outside",
                       textfont={"size": 11}, hovertemplate="%{customdata}<extra></extra>", cliponaxis=False,
                       customdata=[f"<b>{safe(label)}</b><br>{percents(value, 2)}" for value in values])
    bare(figure, 340, barmode="group", bargap=0.25)
    figure.update_yaxes(tickformat=".0%", gridcolor=RULE, rangemode="tozero", nticks=5)
    shown = frame[["series", "level", "distance"]].copy()
    shown["series"] = [word(f"series.{key}", lang) for key in shown["series"]]
    shown["level"] = [word(f"level.{key}", lang) for key in shown["level"]]
    shown.columns = [word(f"backtest.{key}", lang) for key in ("series", "level", "distance")]
    return Chart("backtest_distance", word("figure.backtest_distance", lang), word("figure.backtest_distance.about", lang),
                 figure, Grid(shown, {shown.columns[2]: "share"}), wide=620)
