"""Where: the regions as tiles, or ranked bars where an instance has no tile positions."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid, after_number, money_unit
from planner.report.figures.look import (
    BLUES,
    DIVERGING,
    INK,
    MUTED,
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
from planner.report.words import catalogue, heading, word

GAP = 0.96
"""Part of its square that a tile fills."""


LONGEST = 12
"""Characters of a name that fit on one line of a tile; a longer one is broken at its first space."""

MOST = 40
"""Regions that are named on tiles, or ranked as bars; the table has all."""


def by_region(plan) -> pd.DataFrame:
    """One row per region: base and last year, money of all plan years, shares, change of share, growth."""
    money = by_year(plan, "region")
    if money.empty:
        return pd.DataFrame()
    years = plan.instance.years
    amount = money.pivot(index="region", columns="year", values="amount")
    share = money.pivot(index="region", columns="year", values="share")
    base, last = plan.instance.base_year, years[-1]
    first = base if base in amount else years[0]
    out = pd.DataFrame({"base": amount[first], "last": amount[last], "total": amount[list(years)].sum(axis=1),
                        "share": share[last], "change": share[last] - share[first]})
    out["growth"] = out["last"] / out["base"].where(out["base"] != 0) - 1
    about = plan.instance.table("regions").set_index("region")
    people = about["population"].reindex(out.index)
    out["per_head"] = out["total"] / people.where(people > 0)
    out[["x", "y"]] = about[["tile_x", "tile_y"]].reindex(out.index)
    return out.reindex([region for region in about.index if region in out.index]).reset_index()


def has_tiles(frame: pd.DataFrame) -> bool:
    """Does every region have a place of its own on the map?"""
    return bool(frame[["x", "y"]].notna().all().all() and not frame.duplicated(["x", "y"]).any())


def short(region: str, names) -> str:
    """The region's standard abbreviation, for small tiles; its name where there is none."""
    known = catalogue().get(f"short.{region}")
    return known[names.lang] if known else names.name("region", region)


def regions_grid(frame: pd.DataFrame, plan, names) -> Grid:
    lang, unit = names.lang, money_unit(plan, names.lang)
    years = plan.instance.years
    head = {"region": heading("region", lang),
            "base": f"{plan.instance.base_year} ({unit})", "last": f"{years[-1]} ({unit})",
            "total": f"{word('block.plan_years', lang)} ({unit})",
            "share": word("figure.share_of_nation", lang, year=years[-1]),
            "change": word("figure.change_points", lang), "growth": word("cover.growth", lang)}
    out = frame[list(head)].rename(columns=head)
    out[head["region"]] = [names.name("region", key) for key in frame["region"]]
    kinds = dict.fromkeys((head["base"], head["last"], head["total"]), "money")
    return Grid(out, kinds | {head["share"]: "share", head["change"]: "points", head["growth"]: "share"})


def spend_map(plan, names) -> Chart | None:
    """Money of all plan years by region."""
    return _map(plan, names, "spend_map", "total", money_unit(plan, names.lang), three, BLUES)


def change_map(plan, names) -> Chart | None:
    """By how many points each region's share of all money moves, base year to last plan year."""
    return _map(plan, names, "change_map", "change", word("measure.points", names.lang),
                lambda value: percents(value, 2, signed=True)[:-2], DIVERGING)


def _map(plan, names, key: str, value: str, unit: str, say, stops) -> Chart | None:
    frame, lang = by_region(plan), names.lang
    if len(frame) < 2:
        return None
    figures = frame[value]
    most = float(figures.abs().max()) or 1.0
    low = -most if stops is DIVERGING else 0.0
    colours = [shade(figure, low, most, stops) for figure in figures]
    name = [names.name("region", region) for region in frame["region"]]
    after = after_number(plan, lang) if value == "total" else unit
    hover = [f"<b>{safe(n)}</b><br>{say(row[value])} {safe(after)}<br>" + word(
        "figure.map_hover", lang, year=plan.instance.years[-1], share=percents(row["share"], 2),
        growth=percents(row["growth"], 1, signed=True)) for n, (_, row) in zip(name, frame.iterrows())]
    shown = [say(figure) for figure in figures]
    tiles = has_tiles(frame)
    made = (_tiles if tiles else _ranked)(frame, name, shown, colours, hover, names, value)
    order = figures.sort_values(ascending=False).index
    about = word(f"figure.{key}.about", lang, first=name[order[0]], most=shown[order[0]],
                 last=name[order[-1]], least=shown[order[-1]], unit=after)
    if tiles:
        about = sentences(lang, about, word("figure.schematic", lang, count=len(frame)))
    elif len(frame) > MOST:
        about = sentences(lang, about, word("figure.first_of", lang, count=MOST, all=len(frame)))
    return Chart(key, titled(key, plan, lang, unit), about, made, regions_grid(frame, plan, names))


def _tiles(frame, name, shown, colours, hover, names, value) -> go.Figure:
    def text(labels):
        return [f"{safe(label)}<br>{figure}" for label, figure in zip(labels, shown)]

    whole = [label.replace(" ", "\n", 1) if len(label) > LONGEST else label for label in name]

    figure = go.Figure(go.Bar(
        x=list(frame["x"].astype(float)), y=[GAP] * len(frame), base=[-y - GAP / 2 for y in frame["y"]],
        width=[GAP] * len(frame), text=[line.replace("\n", "<br>") for line in text(whole)], textposition="inside", textangle=0,
        insidetextanchor="middle", customdata=hover, hovertemplate="%{customdata}<extra></extra>",
        insidetextfont={"color": [ink_on(colour) for colour in colours], "size": 12},
        marker={"color": colours, "line": {"color": "#b8c2cc", "width": 0.6}, "cornerradius": 3}))
    wide, tall = frame["x"].max() - frame["x"].min() + 1, frame["y"].max() - frame["y"].min() + 1
    height = int(min(480 / wide, 62) * tall + 16)
    narrow = {"below": 400, "traces": {"text": [text([short(region, names) for region in frame["region"]])]},
              "height": int(min(360 / wide, 62) * tall + 16)}
    bare(figure, height, narrow, showlegend=False, uniformtext={
        "mode": "show" if len(frame) <= MOST else "hide", "minsize": 8},
         margin={"l": 0, "r": 0, "t": 4, "b": 4})
    figure.update_xaxes(visible=False, range=[frame["x"].min() - 0.5, frame["x"].max() + 0.5])
    figure.update_yaxes(visible=False, range=[-frame["y"].max() - 0.5, -frame["y"].min() + 0.5])
    return figure


def _ranked(frame, name, shown, colours, hover, names, value) -> go.Figure:
    order = frame[value].sort_values(ascending=False).index[:MOST]
    figure = go.Figure(go.Bar(
        x=[frame.at[i, value] for i in order], y=list(range(len(order))), orientation="h",
        text=[shown[i] for i in order], textposition="outside", cliponaxis=False,
        textfont={"color": INK}, customdata=[hover[i] for i in order],
        hovertemplate="%{customdata}<extra></extra>",
        marker={"color": [colours[i] for i in order], "line": {"color": MUTED, "width": 0.6}}))
    bare(figure, 26 * len(order) + 30, showlegend=False, bargap=0.25, margin={"l": 8, "r": 8, "t": 4, "b": 4})
    figure.update_yaxes(autorange="reversed", tickvals=list(range(len(order))),
                        ticktext=[safe(name[i]) + " " for i in order])
    low, high = min(0.0, float(frame[value].min())), max(0.0, float(frame[value].max()))
    room = 0.22 * (high - low)
    figure.update_xaxes(visible=False, range=[low - room * (low < 0), high + room * (high > 0)])
    return figure
