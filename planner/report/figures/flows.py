"""Money's way: from instruments and firms, through the stages, to the industries."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid, after_number, money_unit
from planner.report.figures.look import FONTS, INK, PALETTE, bare, faded, percents, safe, three, titled
from planner.report.figures.paths import classes, folded, industry_colour
from planner.report.words import heading, word

PRIVATE = "private"
LEAST = 1e-3
"""Flows below this part of all money are too thin to be drawn; the table has them."""


def flow_table(plan) -> pd.DataFrame:
    """Money of all plan years: columns origin, stage, industry, amount; one of origin and industry is ''.

    origin is an instrument or 'private': money that firms spend, of their own accord or moved by
    public money. Both halves of a stage add up to its spend, as the funding identity has it.
    """
    spend = plan.table("allocations")
    if spend.empty:
        return pd.DataFrame(columns=["origin", "stage", "industry", "amount"])
    out = spend.groupby(["stage", "industry"], as_index=False, sort=False)["spend"].sum()
    out = out.rename(columns={"spend": "amount"}).assign(origin="")
    grants = plan.table("grants")
    if grants.empty or "stage" not in grants:
        return out[["origin", "stage", "industry", "amount"]]
    arrives = "effective" if "effective" in grants else "amount"
    given = grants.groupby(["instrument", "stage"], as_index=False, sort=False)[arrives].sum()
    given = given.rename(columns={"instrument": "origin", arrives: "amount"}).assign(industry="")
    rest = out.groupby("stage", sort=False)["amount"].sum()
    rest = rest.sub(given.groupby("stage")["amount"].sum(), fill_value=0.0).clip(lower=0.0)
    private = pd.DataFrame({"origin": PRIVATE, "stage": rest.index, "industry": "", "amount": rest.to_numpy()})
    made = pd.concat([given, private, out], ignore_index=True)
    return made.loc[made["amount"] > 0, ["origin", "stage", "industry", "amount"]].reset_index(drop=True)


def flows(plan, names) -> Chart | None:
    """The flows of all plan years, drawn as bands as wide as the money."""
    table, lang, unit = flow_table(plan), names.lang, after_number(plan, names.lang)
    if table["stage"].nunique() * table["industry"].nunique() < 2:
        return None
    whole = table.loc[table["industry"] != "", "amount"].sum()
    drawn = table[table["amount"] >= LEAST * whole]
    of = classes(plan)
    nodes: dict[tuple[str, str], tuple[str, str]] = {}

    def node(kind, key):
        if (kind, key) not in nodes:
            name = word("figure.private", lang) if (kind, key) == ("origin", PRIVATE) else names.name(
                "instrument" if kind == "origin" else kind, key)
            number = sum(k == kind for k, _ in nodes)
            colour = {"origin": "#7F8C98" if key == PRIVATE else PALETTE[number % len(PALETTE)],
                      "stage": "#44546A", "industry": industry_colour(key, of)}[kind]
            nodes[kind, key] = (name, colour)
        return list(nodes).index((kind, key))

    order = {kind: table.groupby(kind)["amount"].sum().sort_values(ascending=False).index
             for kind in ("origin", "industry")}
    for key in order["origin"]:
        if key and key in set(drawn["origin"]):
            node("origin", key)
    for key in table["stage"].unique():
        node("stage", key)
    for key in order["industry"]:
        if key and key in set(drawn["industry"]):
            node("industry", key)
    links = [(node("origin", row.origin), node("stage", row.stage), row.amount) if row.origin else
             (node("stage", row.stage), node("industry", row.industry), row.amount)
             for row in drawn.itertuples()]
    labels, colours = zip(*nodes.values())
    sums = [max(sum(a for s, _, a in links if s == at), sum(a for _, t, a in links if t == at))
            for at in range(len(nodes))]
    figure = go.Figure(go.Sankey(
        arrangement="fixed", valueformat=",.3r", orientation="h",
        node={"label": [folded(label, 44) for label in labels], "color": list(colours), "pad": 16, "thickness": 14,
              "line": {"width": 0}, "hovertemplate": "%{customdata}<extra></extra>",
              "customdata": [f"<b>{safe(label)}</b><br>{three(s)} {safe(unit)}<br>{percents(s / whole)}"
                             for label, s in zip(labels, sums)]},
        link={"source": [s for s, _, _ in links], "target": [t for _, t, _ in links],
              "value": [a for _, _, a in links],
              "color": [faded(colours[s] if of_origin(s, nodes) else colours[t], 0.32) for s, t, _ in links],
              "hovertemplate": "%{customdata}<extra></extra>",
              "customdata": [f"<b>{safe(labels[s])} → {safe(labels[t])}</b><br>{three(a)} {safe(unit)}<br>"
                             f"{percents(a / whole)}" for s, t, a in links]},
        textfont={"family": FONTS, "size": 12, "color": INK, "shadow": "none"}))
    most = max(sum(kind == of_kind for kind, _ in nodes) for of_kind in ("origin", "stage", "industry"))
    bare(figure, min(720, 140 + 50 * most), margin={"l": 4, "r": 4, "t": 10, "b": 10})
    public = table.loc[~table["origin"].isin(["", PRIVATE]), "amount"].sum()
    about = word("figure.flows.about", lang, whole=three(whole), unit=unit)
    if (table["origin"] != "").any():
        about += word("figure.flows.public", lang, share=percents(public / whole))
    return Chart("flows", titled("flows", plan, lang, money_unit(plan, lang)), about, figure, flow_grid(table, plan, names), wide=760)


def of_origin(at: int, nodes: dict) -> bool:
    return list(nodes)[at][0] == "origin"


def flow_grid(table: pd.DataFrame, plan, names) -> Grid:
    lang = names.lang
    name = {"": "", PRIVATE: word("figure.private", lang)}
    out = pd.DataFrame({
        word("figure.origin", lang): [name.get(key, names.name("instrument", key)) for key in table["origin"]],
        heading("stage", lang): [names.name("stage", key) for key in table["stage"]],
        heading("industry", lang): [names.name("industry", key) if key else "" for key in table["industry"]],
        heading("amount", lang, money_unit(plan, lang)): table["amount"]})
    return Grid(out, {out.columns[-1]: "money"})
