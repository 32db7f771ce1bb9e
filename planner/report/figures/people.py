"""People: what plans ask of each type of talent, beside what there is."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid
from planner.report.figures.look import INK, PALETTE, RULE, bare, ink_on, percents, safe, three, titled
from planner.report.words import heading, own_unit, word


def balance(plan) -> pd.DataFrame:
    """Columns talent_type, year, supply, draw, left, used (draw over supply)."""
    frame = plan.table("talent_balance")
    if frame.empty or not {"talent_type", "year", "side", "amount"} <= set(frame):
        return pd.DataFrame()
    out = frame.pivot_table(index=["talent_type", "year"], columns="side", values="amount", aggfunc="sum",
                            sort=False).reindex(columns=["supply", "draw"]).fillna(0.0)
    out["left"] = out["supply"] - out["draw"]
    out["used"] = out["draw"] / out["supply"].where(out["supply"] > 0)
    return out.reset_index()


def talent(plan, names) -> Chart | None:
    """Supply and use side by side for each type of talent in the last plan year."""
    frame, lang, unit = balance(plan), names.lang, own_unit(plan.instance.talent_unit, names.lang)
    if frame.empty:
        return None
    figure, kinds, years = go.Figure(), list(frame["talent_type"].unique()), sorted(frame["year"].unique())
    for number, kind in enumerate(kinds):
        part = frame[frame["talent_type"] == kind].set_index("year").reindex(years)
        name, colour = names.name("talent_type", kind), PALETTE[number % len(PALETTE)]
        figure.add_bar(
            x=[str(year) for year in years], y=part["used"].tolist(), name=safe(name), marker={"color": colour},
            text=[f"{100 * used:.1f}" for used in part["used"]], textposition="inside", insidetextanchor="end",
            textangle=0, insidetextfont={"size": 11, "color": ink_on(colour)}, hovertemplate="%{customdata}<extra></extra>",
            customdata=[f"<b>{safe(name)}</b>, {year}<br>" + word(
                "figure.talent_hover", lang, used=percents(row.used), draw=three(row.draw),
                supply=three(row.supply), unit=safe(unit)) for year, row in zip(years, part.itertuples())])
    top = max(1.0, float(frame["used"].max(skipna=True) or 1.0))
    narrow = {"traces": {"text": [None] * len(kinds)}, "layout": {"legend.font.size": 11}}
    bare(figure, 360, narrow, barmode="group", bargap=0.25, bargroupgap=0.08,
         uniformtext={"mode": "hide", "minsize": 9})
    figure.update_yaxes(range=[0, 1.06 * top], tickformat=".0%", gridcolor=RULE, dtick=0.25)
    figure.update_xaxes(type="category")
    figure.add_hline(y=1, line={"color": INK, "width": 1, "dash": "dot"})
    tightest = frame.loc[frame["used"].idxmax()] if frame["used"].notna().any() else frame.iloc[0]
    about = word("figure.talent.about", lang, name=names.name("talent_type", tightest["talent_type"]),
                 used=percents(tightest["used"]), year=tightest["year"])
    head = {"talent_type": heading("talent_type", lang), "year": heading("year", lang),
            "supply": heading("supply", lang, unit), "draw": heading("used", lang, unit),
            "left": word("figure.left_over", lang) + f" ({unit})", "used": word("figure.used_share", lang)}
    out = frame.rename(columns=head)
    out[head["talent_type"]] = [names.name("talent_type", key) for key in frame["talent_type"]]
    grid = Grid(out, {head["year"]: "year", head["supply"]: "count", head["draw"]: "count",
                      head["left"]: "count", head["used"]: "share"})
    return Chart("talent", titled("talent", plan, lang), about, figure, grid)
