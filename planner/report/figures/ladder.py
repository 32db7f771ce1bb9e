"""A ladder of budgets: of each step's next 100 of public budget, how much goes where."""

from __future__ import annotations

import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid
from planner.report.figures.look import MUTED, PALETTE, bare, ink_on, safe, three
from planner.report.words import Names, heading, word

MOST = len(PALETTE) - 1
"""Members with a colour of their own: those that get most; the others share one."""


def next_hundred(ladder, dim: str, names: Names) -> Chart | None:
    """Stacked bars, a bar for each step between rungs (`planner.studies.ladder.Ladder`).

    dim  zone, region, industry, category, stage or instrument. None where the ladder has a single rung
         with a plan, or no such dimension.
    """
    lang, part = names.lang, ladder.next[ladder.next["dimension"] == dim]
    if part.empty:
        return None
    wide = part.pivot_table(index="member", columns=["lower", "upper"], values="per_100", sort=False)
    size = wide.abs().sum(axis=1).sort_values(ascending=False, kind="stable")
    own = [member for member in wide.index if member in set(size.index[:MOST])]
    series = {str(names.name(dim, member)): wide.loc[member] for member in own}
    if len(own) < len(wide):
        rest = wide.drop(index=own)
        series[word("compare.others", lang, count=len(rest))] = rest.sum()
    steps = [word("ladder.step", lang, lower=f"{100 * low:g} %", upper=f"{100 * high:g} %")
             for low, high in wide.columns]
    figure = go.Figure()
    for number, (label, values) in enumerate(series.items()):
        colour = PALETTE[number] if number < MOST else "#C9D3DC"
        figure.add_bar(
            y=list(range(len(steps))), x=[float(value) for value in values], orientation="h", name=safe(label),
            marker={"color": colour, "line": {"color": "#ffffff", "width": 1}},
            text=[three(value) if abs(value) >= 6 else "" for value in values], textposition="inside",
            insidetextanchor="middle", textangle=0, textfont={"color": ink_on(colour), "size": 12},
            customdata=[f"<b>{safe(label)}</b><br>{safe(step)}: {three(value)}"
                        for step, value in zip(steps, values)],
            hovertemplate="%{customdata}<extra></extra>")
    bare(figure, 44 * len(steps) + 110, barmode="relative", bargap=0.35, margin={"l": 8, "r": 8, "t": 60, "b": 8})
    figure.update_yaxes(tickvals=list(range(len(steps))), ticktext=[safe(step) + " " for step in steps])
    figure.update_xaxes(zeroline=True, zerolinecolor=MUTED, showgrid=True, gridcolor="#e3e7eb")
    out = wide.reset_index()
    out.columns = [heading(dim, lang), *steps]
    out.iloc[:, 0] = [str(names.name(dim, member)) for member in wide.index]
    return Chart("ladder", word("figure.ladder", lang, dim=heading(dim, lang).lower()),
                 word("figure.ladder.about", lang), figure, Grid(out, dict.fromkeys(steps, "number")), wide=560)
