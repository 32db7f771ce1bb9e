"""Money as the reader cuts it: by any two of region, zone, industry, category, stage and year, filtered by any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid, after_number, money_unit
from planner.report.figures.look import (
    BLUES,
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
)
from planner.report.figures.maps import MOST
from planner.report.figures.paths import MOST_GROWTH, folded
from planner.report.words import heading, term, word

DIMS = ("region", "zone", "industry", "category", "stage", "year")
MEASURES = ("spend", "difference", "growth")
RANKED = ("region", "industry")
"""Members of these stand with most money first; of others as the instance has them."""

LEGIBLE = 0.05
"""Parts of a bar below this share of the longest carry no figure; the table and the hover do."""


@dataclass(frozen=True)
class Slice:
    """What is asked for.

    rows, columns  two of DIMS; columns may be '' for none
    measure        'spend' (money), 'difference' or 'growth' (against the base year, year for year)
    where          dimension -> members that count; a dimension that is not named counts whole
    """

    rows: str = "region"
    columns: str = "stage"
    measure: str = "spend"
    where: Mapping[str, tuple] = field(default_factory=dict)


@dataclass(frozen=True)
class Sliced:
    """Sums by member: cells (rows down, columns across), and those of whole rows, columns and all."""

    cells: pd.DataFrame
    by_row: pd.Series
    by_column: pd.Series
    whole: float


def members(plan, dim: str) -> list:
    """Members of a dimension that the plan's cells have, as they stand there."""
    frame = plan.tables.get("allocations")
    return [] if frame is None or dim not in frame else sorted(
        int(year) for year in frame[dim].unique()) if dim == "year" else [key for key in frame[dim].unique() if key]


def sliced(plan, asked: Slice) -> Sliced:
    """Sums of a slice. Raises ValueError for a dimension or a measure that there is not."""
    for name, known in ((asked.rows, DIMS), (asked.columns, ("", *DIMS)), (asked.measure, MEASURES),
                        *((dim, DIMS) for dim in asked.where)):
        if name not in known:
            raise ValueError(f"There is no {name!r} to cut money by; there are {', '.join(filter(None, known))}.")
    frame = plan.tables.get("allocations", pd.DataFrame(columns=[*DIMS, "spend", "baseline"]))
    for dim, chosen in asked.where.items():
        if chosen:
            frame = frame[frame[dim].isin(chosen)]
    columns = "" if asked.columns == asked.rows else asked.columns
    keys = [asked.rows, *filter(None, [columns])]
    sums = frame.groupby(keys, sort=False)[["spend", "baseline"]].sum()
    table = _measured(sums, asked.measure)
    cells = table.unstack().reindex(columns=_order(sums, columns)) if columns else table.to_frame("")
    by_row = frame.groupby(asked.rows, sort=False)[["spend", "baseline"]].sum()
    cells = cells.reindex(_order(by_row, asked.rows))
    by_column = _measured(frame.groupby(columns)[["spend", "baseline"]].sum(), asked.measure).reindex(
        cells.columns) if columns else pd.Series(dtype=float)
    whole = _measured(frame[["spend", "baseline"]].sum().to_frame().T, asked.measure).iloc[0]
    return Sliced(cells, _measured(by_row, asked.measure).reindex(cells.index), by_column, float(whole))


def _measured(sums: pd.DataFrame, measure: str) -> pd.Series:
    if measure == "spend":
        return sums["spend"]
    if measure == "difference":
        return sums["spend"] - sums["baseline"]
    return sums["spend"] / sums["baseline"].where(sums["baseline"] > 0) - 1


def _order(sums: pd.DataFrame, dim: str) -> list:
    money = sums["spend"].groupby(level=dim, sort=False).sum()
    if dim == "year":
        return sorted(money.index)
    return list((money.sort_values(ascending=False, kind="stable") if dim in RANKED else money).index)


def slices(plan, names, asked: Slice) -> Chart | None:
    """A slice as bars where its parts add up and are few, else as tiles; None where nothing is left of the plan."""
    found, lang = sliced(plan, asked), names.lang
    if found.cells.empty:
        return None
    money, after = money_unit(plan, lang), after_number(plan, lang)

    def say(value: float) -> str:
        return percents(value, 1, signed=True) if asked.measure == "growth" else three(value)

    shown = found.cells.head(MOST)
    columns = "" if asked.columns == asked.rows else asked.columns
    bars = asked.measure == "spend" and len(shown.columns) <= len(PALETTE)
    figure = (_bars if bars else _tiles)(shown, names, asked.rows, columns, say, asked, after)
    unit = money if asked.measure != "growth" else ""
    return Chart("slice", _title(plan, names, asked, columns, unit),
                 _about(found, names, asked, say, "" if asked.measure == "growth" else f" {after}"), figure,
                 _grid(found, names, asked, columns, unit), wide=_wide(shown, bars))


def _wide(shown: pd.DataFrame, bars: bool) -> int:
    return 0 if bars or len(shown.columns) <= 6 else 760


def _labels(keys, names, dim: str, most: int = 40) -> list[str]:
    return [folded(names.name(dim, key), most) + "  " for key in keys]


def _bars(shown: pd.DataFrame, names, rows: str, columns: str, say, asked: Slice, after: str) -> go.Figure:
    figure, ends = go.Figure(), shown.clip(lower=0).sum(axis=1)
    top = float(ends.max()) or 1.0
    whole = float(shown.to_numpy().sum()) or 1.0
    for number, key in enumerate(shown.columns):
        colour, values = PALETTE[number % len(PALETTE)], shown[key].fillna(0.0)
        name = names.name(columns, key) if columns else ""
        figure.add_bar(
            x=values.tolist(), y=list(range(len(shown))), orientation="h", name=safe(name),
            marker={"color": colour, "line": {"color": "#ffffff", "width": 1}},
            text=[say(v) if v > LEGIBLE * top else "" for v in values] if columns else None,
            textposition="inside", insidetextanchor="middle", textangle=0,
            insidetextfont={"color": ink_on(colour), "size": 11}, hovertemplate="%{customdata}<extra></extra>",
            customdata=[f"<b>{safe(', '.join(filter(None, (names.name(rows, row), name))))}</b><br>{say(v)} "
                        f"{safe(after)}<br>{percents(v / whole, 2)}" for row, v in values.items()])
    figure.add_scatter(x=ends.tolist(), y=list(range(len(shown))), mode="text", showlegend=False,
                       text=["  " + say(end) for end in ends], textposition="middle right", hoverinfo="skip",
                       textfont={"size": 12, "color": INK}, cliponaxis=False)
    narrow = {"layout": {"yaxis.tickfont.size": 10.5, "yaxis.ticktext": _labels(shown.index, names, rows, 16),
                         "legend.font.size": 11, "uniformtext.minsize": 10}}
    bare(figure, 26 * len(shown) + 76, narrow, barmode="stack", bargap=0.25, showlegend=bool(columns),
         uniformtext={"mode": "hide", "minsize": 10})
    figure.update_yaxes(range=[len(shown) - 0.4, -0.6], showgrid=False, tickvals=list(range(len(shown))),
                        ticktext=_labels(shown.index, names, rows))
    figure.update_xaxes(range=[0, 1.16 * top], showgrid=True, gridcolor=RULE, tickformat=",", nticks=6)
    return figure


def _tiles(shown: pd.DataFrame, names, rows: str, columns: str, say, asked: Slice, after: str) -> go.Figure:
    most = float(shown.abs().max().max() or 0.0) or 1.0
    if asked.measure == "growth":
        most = min(most, MOST_GROWTH)
    stops, low = (BLUES, 0.0) if asked.measure == "spend" else (DIVERGING, -most)
    figure, unit = go.Figure(), "" if asked.measure == "growth" else f" {safe(after)}"
    for number, key in enumerate(shown.columns):
        colours = [shade(value, low, most, stops) for value in shown[key]]
        name = names.name(columns, key) if columns else ""
        figure.add_bar(
            x=[number] * len(shown), y=[0.92] * len(shown), base=[at - 0.46 for at in range(len(shown))], width=0.94,
            marker={"color": colours}, text=[_short(say(value)) for value in shown[key]], textposition="inside",
            textangle=0, insidetextanchor="middle",
            insidetextfont={"color": [ink_on(colour) for colour in colours], "size": 11},
            hovertemplate="%{customdata}<extra></extra>",
            customdata=[f"<b>{safe(', '.join(filter(None, (names.name(rows, row), name))))}</b><br>{say(value)}{unit}"
                        for row, value in shown[key].items()])
    many = len(shown.columns) > 6
    narrow = {"layout": {"yaxis.tickfont.size": 10, "yaxis.ticktext": _labels(shown.index, names, rows, 14)}}
    bare(figure, 26 * len(shown) + (150 if many else 50), narrow, barmode="overlay", showlegend=False,
         uniformtext={"mode": "hide", "minsize": 8})
    figure.update_yaxes(range=[len(shown) - 0.5, -0.5], showgrid=False, tickvals=list(range(len(shown))),
                        ticktext=_labels(shown.index, names, rows))
    figure.update_xaxes(side="top", tickvals=list(range(len(shown.columns))), tickangle=-50 if many else 0,
                        range=[-0.5, len(shown.columns) - 0.5], tickfont={"size": 11},
                        ticktext=[folded(names.name(columns, key), 18 if many else 14) if columns else ""
                                  for key in shown.columns])
    return figure


def _short(text: str) -> str:
    return text.replace("\u00a0%", "%")


def _title(plan, names, asked: Slice, columns: str, unit: str) -> str:
    lang = names.lang
    years = [int(year) for year in asked.where.get("year", ())] or list(plan.instance.years)
    span = str(years[0]) if len(years) == 1 else f"{min(years)}–{max(years)}"
    text = word(f"slice.{asked.measure}.{'two' if columns else 'one'}", lang, span=span, base=plan.instance.base_year,
                **{"rows": _dim(asked.rows, lang)} | ({"columns": _dim(columns, lang)} if columns else {}))
    return f"{text} ({unit})" if unit and lang == "en" else f"{text}（{unit}）" if unit else text


def _dim(dim: str, lang: str) -> str:
    return term(dim, lang).lower()


def _about(found: Sliced, names, asked: Slice, say, unit: str) -> str:
    lang, join = names.lang, word("figure.join", names.lang)
    only = join.join(word("slice.only", lang, dim=_dim(dim, lang), names=word("slice.and", lang).join(
        names.name(dim, key) for key in chosen)) for dim, chosen in asked.where.items() if chosen)
    whole = word("slice.whole", lang, figure=say(found.whole), unit=unit)
    more = word("figure.first_of", lang, count=MOST, all=len(found.cells)) if len(found.cells) > MOST else ""
    return sentences(lang, whole, word("slice.filtered", lang, only=only) if only else word("slice.all", lang), more)


def _grid(found: Sliced, names, asked: Slice, columns: str, unit: str) -> Grid:
    lang, total = names.lang, word("total", names.lang)
    out = found.cells.copy()
    out.columns = [names.name(columns, key) if columns else total for key in found.cells.columns]
    if columns:
        out[total] = found.by_row
    kind = "share" if asked.measure == "growth" else "signed" if asked.measure == "difference" else "money"
    head = heading(asked.rows, lang, unit)
    last = pd.DataFrame([[*found.by_column, found.whole]] if columns else [[found.whole]], columns=out.columns)
    first = [names.name(asked.rows, key) for key in found.cells.index]
    out = pd.concat([out, last], ignore_index=True)
    heads = list(out.columns)
    out.insert(0, head, [*first, total])
    return Grid(out, dict.fromkeys(heads, kind), sums=True)
