"""Plans side by side: their amounts on one axis, and what each has more or less than the reference."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from planner.comparison import Comparison
from planner.report.compared import letters, money_title
from planner.report.figures.chart import Chart, Grid, money_unit
from planner.report.figures.look import (
    DIVERGING,
    INK,
    MUTED,
    PALETTE,
    bare,
    percents,
    safe,
    shade,
    three,
)
from planner.report.words import Names, heading, times, word

MOST = 16
"""Members that are drawn at most: those that moved most."""


def differences(found: Comparison, by: tuple[str, ...], names: Names, most: int = MOST) -> Chart | None:
    """Amounts of every plan by some dimensions, and the difference of each to the reference.

    by  dimensions as `Comparison.moved` takes them
    All panels of amounts share one axis, all panels of differences another and one colour scale, centred
    on 0. None where nothing is shared.
    """
    lang, frame = names.lang, found.moved(*by)
    if frame.empty:
        return None
    signs, unit = letters(found), money_unit(found.plans[0], lang)
    frame = frame.assign(label=[" · ".join(str(names.name(dim, key)) for dim, key in zip(by, keys))
                                for keys in zip(*(frame[dim] for dim in by))])
    size = frame["difference"].abs().groupby(frame["label"], sort=False).max()
    ordered = by == ("year",)  # years stay in their order
    shown = list(size.index[:most]) if ordered else list(size.sort_values(ascending=False, kind="stable").index[:most])
    part = frame[frame["label"].isin(shown)]
    span = float(part["difference"].abs().max()) or 1.0
    figure = make_subplots(rows=1, cols=1 + len(found.others), shared_yaxes=True, horizontal_spacing=0.03,
                           column_widths=[1.2] + [1.0] * len(found.others),
                           subplot_titles=[safe(unit)] + [safe(word("compare.difference", lang, plan=signs[name]))
                                                          for name in found.others])
    _amounts(figure, part, found, signs, shown, unit)
    for at, name in enumerate(found.others, start=2):
        rows = part[part["plan"] == name].set_index("label").reindex(shown)
        values = rows["difference"].fillna(0.0)
        figure.add_bar(
            row=1, col=at, orientation="h", y=list(range(len(shown))), x=list(values), showlegend=False,
            text=[signed(value) for value in values], textposition="outside", cliponaxis=False,
            textfont={"color": INK, "size": 12},
            marker={"color": [shade(value, -span, span, DIVERGING) for value in values],
                    "line": {"color": MUTED, "width": 0.6}},
            customdata=[f"<b>{safe(label)}</b><br>{signed(value)} {safe(times(unit))} "
                        f"({percents(relative, 1, signed=True)})" for label, value, relative in zip(
                            shown, values, rows["relative"])],
            hovertemplate="%{customdata}<extra></extra>")
        figure.update_xaxes(row=1, col=at, range=[-1.45 * span, 1.45 * span], showticklabels=False,
                            zeroline=True, zerolinecolor=MUTED, zerolinewidth=1)
    titles = list(figure.layout.annotations)
    bare(figure, 26 * len(shown) + 96, bargap=0.3, margin={"l": 8, "r": 8, "t": 70, "b": 8})
    figure.update_layout(annotations=titles, legend={"y": 1.0, "yref": "container", "yanchor": "top"})
    figure.update_annotations(font={"size": 12, "color": MUTED})
    for at in range(2, 2 + len(found.others)):
        figure.update_xaxes(row=1, col=at, zeroline=True, zerolinecolor=MUTED)
    figure.update_yaxes(range=[len(shown) - 0.4, -0.6], tickvals=list(range(len(shown))),
                        ticktext=[safe(label) + " " for label in shown], col=1, row=1)
    return Chart("compared", money_title(found, by, lang), _about(frame, found, unit, lang), figure,
                 grid(frame, by, found, signs, unit, lang), wide=320 + 260 * len(found.others))


def _amounts(figure: go.Figure, part: pd.DataFrame, found: Comparison, signs, shown, unit: str) -> None:
    first = part[part["plan"] == found.others[0]].set_index("label").reindex(shown)
    series = {found.names[0]: first["reference"]}
    for name in found.others:
        series[name] = part[part["plan"] == name].set_index("label").reindex(shown)["amount"]
    for number, (name, values) in enumerate(series.items()):
        figure.add_scatter(
            row=1, col=1, mode="markers", x=list(values), y=list(range(len(shown))),
            name=safe(f"{signs[name]}: {name}"),
            marker={"size": 11, "color": PALETTE[number % len(PALETTE)],
                    "symbol": ("circle-open", "diamond", "square", "triangle-up", "x")[number % 5],
                    "line": {"width": 2, "color": PALETTE[number % len(PALETTE)]}},
            customdata=[f"<b>{safe(label)}</b><br>{safe(signs[name])}: {three(value)} {safe(times(unit))}"
                        for label, value in zip(shown, values)],
            hovertemplate="%{customdata}<extra></extra>")
    high = max(float(values.max()) for values in series.values())
    figure.update_xaxes(row=1, col=1, range=[-0.03 * (high or 1.0), 1.06 * (high or 1.0)], showgrid=True,
                        gridcolor="#e3e7eb", nticks=5)


def signed(value: float) -> str:
    """A difference with its sign, three significant digits."""
    return ("+" if value > 0 else "") + three(value)


def _about(frame: pd.DataFrame, found: Comparison, unit: str, lang: str) -> str:
    rows = frame[frame["plan"] == found.others[-1]]
    if not rows["difference"].any():
        return word("compare.chart.same", lang)
    top, low = rows.loc[rows["difference"].idxmax()], rows.loc[rows["difference"].idxmin()]
    return word("compare.chart.about", lang, first=top["label"], last=low["label"], unit=times(unit),
                most=signed(top["difference"]), least=signed(low["difference"]))


def grid(frame: pd.DataFrame, by, found: Comparison, signs, unit: str, lang: str) -> Grid:
    """Members down; each plan's amount, then each other plan's difference in money and in share points."""
    parts = {name: frame[frame["plan"] == name].set_index("label") for name in found.others}
    first = parts[found.others[0]]
    label = " × ".join(heading(dim, lang) for dim in by) if len(by) > 1 else heading(by[0], lang)
    out = pd.DataFrame({label: first.index, f"{signs[found.names[0]]} ({unit})": first["reference"].to_numpy()})
    kinds = {out.columns[1]: "money"}
    for name, part in parts.items():
        sign, part = signs[name], part.reindex(first.index)
        for head, values, kind in (
                (f"{sign} ({unit})", part["amount"], "money"),
                (f"{word('compare.difference', lang, plan=sign)} ({unit})", part["difference"], "signed"),
                (f"{sign}: {word('compare.points', lang)}", part["share_difference"], "points")):
            out[head], kinds[head] = values.to_numpy(), kind
    return Grid(out, kinds)
