"""Over time: shares of zones, stages and instruments by year, and the industries' money and growth."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from planner.model.figures import members
from planner.report.figures.chart import Chart, Grid, after_number, money_unit, wide_grid
from planner.report.figures.look import (
    CLASSES,
    DIVERGING,
    INK,
    PALETTE,
    RULE,
    bare,
    ink_on,
    percents,
    safe,
    sentences,
    shade,
    three,
    titled,
)
from planner.report.headline import by_year
from planner.report.words import heading, word

LEGIBLE = 0.035
"""Parts of a column below this share carry no figure of their own; the table and the hover do."""

MOST_GROWTH = 1.0
"""Growth from which a tile is as dark as it gets: one industry's leap must not bleach all others."""


def shares(plan, names, dim: str, key: str) -> Chart | None:
    """What each member of a dimension gets of all money, by year, as columns that fill 100 %.

    dim  'zone', 'stage' or 'category' (all money), 'instrument' (grants)
    """
    frame, lang, unit = by_year(plan, dim), names.lang, money_unit(plan, names.lang)
    frame = frame[frame.groupby(dim)["amount"].transform("sum") > 0]
    if frame[dim].nunique() < 2:
        return None
    figure, years = go.Figure(), sorted(frame["year"].unique())
    for number, (member, part) in enumerate(frame.groupby(dim, sort=False)):
        part, colour = part.set_index("year").reindex(years), PALETTE[number % len(PALETTE)]
        name = names.name(dim, member)
        figure.add_bar(
            x=[str(year) for year in years], y=part["share"].tolist(), name=safe(name),
            marker={"color": colour, "line": {"color": "#ffffff", "width": 1}},
            text=[percents(s) if s >= LEGIBLE else "" for s in part["share"]],
            textposition="inside", insidetextanchor="middle", textangle=0,
            insidetextfont={"color": ink_on(colour), "size": 12},
            customdata=[f"<b>{safe(name)}</b>, {year}<br>{percents(s, 2)}<br>{three(a)} {safe(after_number(plan, lang))}"
                        for year, s, a in zip(years, part["share"], part["amount"])],
            hovertemplate="%{customdata}<extra></extra>")
    bare(figure, 400, {"traces": {"insidetextfont.size": 9}, "height": 430, "layout": {
        "legend.font.size": 11, "bargap": 0.1, "uniformtext.minsize": 9}}, barmode="stack", bargap=0.22,
        uniformtext={"mode": "hide", "minsize": 10})
    figure.update_yaxes(range=[0, 1], tickformat=".0%", gridcolor=RULE, dtick=0.25)
    figure.update_xaxes(type="category")
    first, last = frame[frame["year"] == years[0]], frame[frame["year"] == years[-1]].set_index(dim)["share"]
    told = [word("figure.moves", lang, name=names.name(dim, row[dim]), first=percents(row["share"]),
                 last=percents(last.get(row[dim]))) for _, row in first.iterrows()]
    about = word("figure.shares.about", lang, first=years[0], last=years[-1])
    about = sentences(lang, about, word("figure.join", lang).join(told) + word("figure.stop", lang))
    return Chart(key, titled(key, plan, lang), about, figure, wide_grid(frame, dim, "amount", names, unit=unit, sums=True))


def classes(plan) -> dict[str, str]:
    """Industry -> class."""
    found = members(plan.instance, "industry", "industries")
    return dict(zip(found["industry"], found["class"])) if len(found) else {}


def industry_colour(industry: str, of: dict[str, str]) -> str:
    """The same colour for an industry wherever it is drawn: that of its class."""
    return CLASSES.get(of.get(industry, "other"), CLASSES["other"])


def by_industry(plan) -> pd.DataFrame:
    """Industry, class, base, last, then one column per year; most money first."""
    money = by_year(plan, "industry")
    if money.empty:
        return money
    out = money.pivot(index="industry", columns="year", values="amount")
    base, last = min(out), plan.instance.years[-1]
    return out.assign(base=out[base], last=out[last]).sort_values("last", ascending=False)


def industries(plan, names) -> Chart | None:
    """Money of the last plan year by industry, with a mark where the base year stood."""
    frame, lang, unit = by_industry(plan), names.lang, money_unit(plan, names.lang)
    if len(frame) < 2:
        return None
    of, last, base = classes(plan), plan.instance.years[-1], plan.instance.base_year
    figure, rows = go.Figure(), list(frame.index)
    for kind in CLASSES:
        mine = [row for row in rows if of.get(row, "other") == kind]
        if not mine:
            continue
        figure.add_bar(
            y=[rows.index(row) for row in mine], x=[frame.at[row, "last"] for row in mine], orientation="h",
            name=word(f"class.{kind}", lang), marker={"color": CLASSES[kind]},
            text=["  " + three(frame.at[row, "last"]) for row in mine], textposition="outside", cliponaxis=False,
            textfont={"color": INK, "size": 12}, hovertemplate="%{customdata}<extra></extra>",
            customdata=[f"<b>{safe(names.name('industry', row))}</b><br>{last}: {three(frame.at[row, 'last'])} "
                        f"{safe(after_number(plan, lang))}<br>{base}: {three(frame.at[row, 'base'])} {safe(after_number(plan, lang))}" for row in mine])
    figure.add_scatter(
        x=frame["base"].tolist(), y=list(range(len(rows))), mode="markers", hoverinfo="skip",
        name=word("figure.base_mark", lang, year=base),
        marker={"symbol": "line-ns", "size": 15, "line": {"width": 2.5, "color": INK}})
    narrow = {"height": 34 * len(rows) + 110, "traces": {"textfont.size": 10}, "layout": {
        "yaxis.tickfont.size": 10, "margin.r": 48, "yaxis.ticktext": labels(rows, names, 18)}}
    bare(figure, 30 * len(rows) + 60, narrow, bargap=0.35, margin={"l": 8, "r": 64, "t": 8, "b": 8})
    figure.update_yaxes(autorange="reversed", showgrid=False, tickvals=list(range(len(rows))),
                        ticktext=labels(rows, names))
    figure.update_xaxes(rangemode="tozero", showgrid=True, gridcolor=RULE, tickformat=",", nticks=6)
    about = word("figure.industries.about", lang, year=last, first=names.name("industry", rows[0]),
                 most=three(frame["last"].iloc[0]), last=names.name("industry", rows[-1]),
                 least=three(frame["last"].iloc[-1]), unit=after_number(plan, lang))
    grid = wide_grid(by_year(plan, "industry"), "industry", "amount", names, unit=unit, sums=True)
    return Chart("industries", titled("industries", plan, lang, unit), about, figure, grid)


def labels(rows: list, names, most: int = 56) -> list[str]:
    """Names of industries beside their bars."""
    return [folded(names.name("industry", row), most) + "  " for row in rows]


def folded(name: str, most: int) -> str:
    """A long name on two lines, broken at a space."""
    if len(name) <= most or " " not in name:
        return safe(name)
    spaces = [at for at, char in enumerate(name) if char == " "]
    middle = min(spaces, key=lambda at: abs(at - len(name) / 2))
    return f"{safe(name[:middle])}<br>{safe(name[middle + 1:])}"


def growth(plan, names) -> Chart | None:
    """Each industry's money against the base year, year by year, as tiles."""
    frame, lang, _unit = by_industry(plan), names.lang, money_unit(plan, names.lang)
    years = [str(year) for year in plan.instance.years]
    frame = frame[frame["base"] > 0] if len(frame) else frame
    if len(frame) < 2 or plan.instance.base_year not in frame:
        return None
    table = pd.DataFrame({year: frame[int(year)] / frame["base"] - 1 for year in years})
    rows, scale = list(table.index), min(float(table.abs().max().max()) or 1.0, MOST_GROWTH)
    figure = go.Figure()
    for year in years:
        colours = [shade(figure_, -scale, scale, DIVERGING) for figure_ in table[year]]
        figure.add_bar(
            x=[year] * len(rows), y=[0.92] * len(rows), base=[at - 0.46 for at in range(len(rows))], width=0.94,
            marker={"color": colours}, text=[percents(v, 0, signed=True) for v in table[year]],
            textposition="inside", insidetextanchor="middle", textangle=0,
            insidetextfont={"color": [ink_on(colour) for colour in colours], "size": 12},
            customdata=[f"<b>{safe(names.name('industry', row))}</b>, {year}<br>"
                        f"{percents(table.at[row, year], 1, signed=True)}<br>"
                        f"{three(frame.at[row, int(year)])} {safe(after_number(plan, lang))}" for row in rows],
            hovertemplate="%{customdata}<extra></extra>")
    bare(figure, 30 * len(rows) + 40, {"height": 34 * len(rows) + 40, "traces": {"insidetextfont.size": 9}, "layout": {
        "yaxis.tickfont.size": 10, "yaxis.ticktext": labels(rows, names, 18), "uniformtext.minsize": 8}},
         barmode="overlay", showlegend=False, uniformtext={"mode": "show", "minsize": 10})
    figure.update_yaxes(range=[len(rows) - 0.5, -0.5], showgrid=False, tickvals=list(range(len(rows))),
                        ticktext=labels(rows, names))
    figure.update_xaxes(type="category", side="top")
    at_end = table[years[-1]].sort_values(ascending=False)
    about = word("figure.growth.about", lang, base=plan.instance.base_year, year=years[-1],
                 first=names.name("industry", at_end.index[0]), most=percents(at_end.iloc[0], 1, signed=True),
                 last=names.name("industry", at_end.index[-1]), least=percents(at_end.iloc[-1], 1, signed=True))
    out = table.reset_index().rename(columns={"industry": heading("industry", lang)})
    out.iloc[:, 0] = [names.name("industry", row) for row in rows]
    return Chart("growth", titled("growth", plan, lang), about, figure, Grid(out, dict.fromkeys(years, "share")))


def instruments(plan, names) -> Chart | None:
    """Public grants by instrument and year, stacked from nought."""
    frame, lang, unit = by_year(plan, "instrument"), names.lang, money_unit(plan, names.lang)
    frame = frame[frame.groupby("instrument")["amount"].transform("sum") > 0] if len(frame) else frame
    if frame.empty:
        return None
    figure = go.Figure()
    for number, (member, part) in enumerate(frame.groupby("instrument", sort=False)):
        name, colour = names.name("instrument", member), PALETTE[number % len(PALETTE)]
        figure.add_bar(
            x=[str(year) for year in part["year"]], y=part["amount"].tolist(), name=safe(name),
            marker={"color": colour, "line": {"color": "#ffffff", "width": 1}},
            text=[three(a) if s >= 2 * LEGIBLE else "" for a, s in zip(part["amount"], part["share"])],
            textposition="inside", insidetextanchor="middle", textangle=0,
            insidetextfont={"color": ink_on(colour), "size": 12}, hovertemplate="%{customdata}<extra></extra>",
            customdata=[f"<b>{safe(name)}</b>, {row.year}<br>{three(row.amount)} {safe(after_number(plan, lang))}<br>"
                        f"{percents(row.share, 2)}" for row in part.itertuples()])
    bare(figure, 420, {"traces": {"insidetextfont.size": 9}, "height": 470, "layout": {
        "legend.font.size": 11, "bargap": 0.15, "uniformtext.minsize": 8}}, barmode="stack", bargap=0.3, uniformtext={"mode": "hide", "minsize": 10})
    figure.update_yaxes(rangemode="tozero", gridcolor=RULE, tickformat=",", nticks=6)
    figure.update_xaxes(type="category")
    totals = frame.groupby("instrument", sort=False)["amount"].sum().sort_values(ascending=False)
    about = word("figure.instruments.about", lang, first=names.name("instrument", totals.index[0]),
                 most=three(totals.iloc[0]), share=percents(totals.iloc[0] / totals.sum()),
                 unit=after_number(plan, lang))
    grid = wide_grid(frame, "instrument", "amount", names, unit=unit, sums=True)
    return Chart("instruments", titled("instruments", plan, lang, unit), about, figure, grid)
