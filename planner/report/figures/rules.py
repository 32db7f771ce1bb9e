"""Which rules bind, and what one more unit of their limit is worth."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from planner.report.figures.chart import Chart, Grid, money_unit, worth_unit
from planner.report.figures.look import (
    INK,
    LIGHTS,
    PALETTE,
    STATUS,
    bare,
    ink_on,
    percents,
    safe,
    sentences,
    three,
    titled,
)
from planner.report.figures.paths import folded
from planner.report.headline import SIGN_RULES
from planner.report.sheets import SENSES, rule_words, unit_words, where_words
from planner.report.words import heading, term, word

NAMED = ("rule", "limit")
"""Kinds of tender rules that an instance names itself; the mechanism puts the kind before the name."""

RANK = {"broken": 0, "relieved": 1, "binding": 2, "kept": 3}
MOST_PRICES = 12


def clause_words(mechanism: str, rule: str, lang: str) -> str:
    """A rule's words; one that the instance named keeps its name, in quotation marks."""
    kind, _, name = rule.partition("_")
    if mechanism == "missions" and kind in NAMED and name:
        return word(f"rules.named_{kind}", lang, name=name.replace("_", " "))
    return rule_words(mechanism, rule, lang)


def places(rows: pd.DataFrame, names) -> list[str]:
    """Where rows stand, in words. A name that zones share with something else is the zone's in rules of zones."""
    found = where_words(rows["where"].fillna("").astype(str), names)
    of_zones = rows["rule"].str.contains("zone").tolist()
    return [", ".join(names.name("zone", part) for part in text.split(", ")) if zone else text
            for text, zone in zip(found, of_zones)]


def policy_rows(plan) -> pd.DataFrame:
    """Rows of floors and caps: no identities of book-keeping, no rules of form."""
    rows = plan.compliance
    if rows.empty:
        return rows
    form = rows["rule"].isin(SIGN_RULES) | (rows["sense"] == "==")
    return rows[~form | rows["status"].isin(["broken", "relieved"])]


def worst_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the broken ones before all others, then the relieved, then by room left against their scale.

    What binds has no order of its own (its slack is dust): policy goes before the core. Adds the columns rank
    and tight, by which they stand.
    """
    rows = rows.assign(rank=rows["status"].map(RANK), tight=((rows["slack"] + rows["relief"]) / rows["scale"]).round(6))
    rows.loc[rows["rank"] == RANK["binding"], "tight"] = (rows["mechanism"] == "core") * 1.0
    return rows.sort_values(["rank", "tight"], kind="stable")


def by_rule(rows: pd.DataFrame) -> pd.DataFrame:
    """One line per rule, worst first: its tightest row, and how many rows it has in each status.

    Columns of `compliance` for the tightest row, then rows, and one column per status.
    """
    if rows.empty:
        return rows
    rows = worst_first(rows)
    keys = ["mechanism", "rule"]
    out = rows.drop_duplicates(keys).set_index(keys)
    counts = rows.groupby([*keys, "status"]).size().unstack(fill_value=0).reindex(columns=list(RANK), fill_value=0)
    out = out.join(counts).assign(rows=counts.sum(axis=1))
    return out.reset_index()


def rule_grid(plan, names, rows: pd.DataFrame, single: bool = False) -> Grid:
    """Rules in words: status, floor or cap, tightest place, both sides, signed slack.

    single  a line for every row, not one for every rule
    """
    lang, frame = names.lang, rows if single else by_rule(rows)
    if frame.empty:
        return Grid(pd.DataFrame())
    place = places(frame, names)
    columns = {
        heading("status", lang): ("status", list(frame["status"])),
        heading("mechanism", lang): ("text", [term(key, lang, "mechanism") for key in frame["mechanism"]]),
        heading("rule", lang): ("text", [clause_words(*pair, lang) for pair in zip(
            frame["mechanism"], frame["rule"])]),
        word("rules.one" if single else "rules.tightest", lang): ("text", [
            " ".join(filter(None, (at, str(year or "")))) for at, year in zip(place, frame["year"])]),
        word("rules.kind", lang): ("text", [f"{SENSES[sense]} {word(f'rules.{SENSE_WORDS[sense]}', lang)}"
                                            for sense in frame["sense"]]),
        heading("reached", lang): ("number", list(frame["reached"])),
        heading("required", lang): ("number", list(frame["required"])),
        heading("slack", lang): ("signed", list(frame["slack"])),
        heading("unit", lang): ("unit", [unit_words(unit, plan, lang) for unit in frame["unit"]])}
    if not single:
        columns[word("rules.binding", lang)] = ("text", [
            f"{binding:,} / {rows:,}" for binding, rows in zip(frame["binding"], frame["rows"])])
    return Grid(pd.DataFrame({head: values for head, (_, values) in columns.items()}),
                {head: kind for head, (kind, _) in columns.items()})


SENSE_WORDS = {">=": "floor", "<=": "cap", "==": "equality"}


def rules(plan, names) -> Chart | None:
    """For every mechanism, the part of its rows that bind, are relieved, or are broken."""
    rows, lang = policy_rows(plan), names.lang
    if rows.empty:
        return None
    counts = rows.groupby(["mechanism", "status"]).size().unstack(fill_value=0).reindex(
        columns=list(RANK), fill_value=0)
    whole = counts.sum(axis=1)
    part = counts.div(whole, axis=0)
    order = part.sort_values(["broken", "relieved", "binding"], ascending=False).index
    figure = go.Figure()
    for status in RANK:
        if not counts[status].any():
            continue
        colour, label = LIGHTS[status], term(status, lang, "compliance")
        figure.add_bar(
            y=list(range(len(order))), x=[part.at[key, status] for key in order], orientation="h", name=label,
            marker={"color": colour, "line": {"color": "#ffffff", "width": 1}},
            text=[f"{counts.at[key, status]:,}" if part.at[key, status] > 0.06 else "" for key in order],
            textposition="inside", insidetextanchor="middle", textangle=0,
            insidetextfont={"color": ink_on(colour), "size": 11}, hovertemplate="%{customdata}<extra></extra>",
            customdata=[f"<b>{safe(term(key, lang, 'mechanism'))}</b><br>{label}: " + word(
                "figure.rows_hover", lang, count=f"{counts.at[key, status]:,}", all=f"{whole[key]:,}")
                for key in order])
    bare(figure, 28 * len(order) + 60, {"layout": {"yaxis.tickfont.size": 10.5}}, barmode="stack", bargap=0.18,
         margin={"l": 8, "r": 28, "t": 8, "b": 8},
         uniformtext={"mode": "hide", "minsize": 10})
    figure.update_yaxes(autorange="reversed", showgrid=False, tickvals=list(range(len(order))),
                        ticktext=[safe(term(key, lang, "mechanism")) + "  " for key in order])
    figure.update_xaxes(range=[0, 1], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    held = counts.sum()
    about = word("figure.rules.about", lang, rows=f"{int(whole.sum()):,}", **{
        status: f"{int(held[status]):,}" for status in RANK})
    out = counts.loc[order].reset_index()
    out["mechanism"] = [term(key, lang, "mechanism") for key in order]
    out = out.rename(columns={"mechanism": heading("mechanism", lang)} | {
        status: term(status, lang, "compliance") for status in RANK})
    return Chart("rules", titled("rules", plan, lang), about, figure, Grid(out, dict.fromkeys(out.columns[1:], "count")))


def studied(plan) -> pd.DataFrame:
    """Prices of a study that lies beside the plan (`planner.report.beside`); empty where none does."""
    return getattr(plan, "tables", {}).get("clause_prices", pd.DataFrame())


def priced(plan) -> pd.DataFrame:
    """The strongest marginal value of every rule, strongest first; rules without one are left out."""
    rows = studied(plan)
    rows = policy_rows(plan) if rows.empty else rows[~rows["rule"].isin(SIGN_RULES)]
    if rows.empty or "dual" not in rows:
        return rows.iloc[:0]
    rows = rows[rows["dual"].abs() > 1e-9]
    rows = rows.assign(strength=rows["dual"].abs()).sort_values("strength", ascending=False, kind="stable")
    return rows.drop_duplicates(["mechanism", "rule"])


def prices(plan, names) -> Chart | None:
    """What one more unit of money in a rule's limit would be worth in points of the objective."""
    frame, lang = priced(plan), names.lang
    frame = frame[frame["unit"] == "money"].head(MOST_PRICES) if len(frame) else frame
    if frame.empty:
        return None
    unit, rows = worth_unit(plan, money_unit(plan, lang), lang), list(frame.itertuples())
    place = places(frame, names)
    label = [clause_words(row.mechanism, row.rule, lang) for row in rows]
    label = [name if row.mechanism == "core" else f"{term(row.mechanism, lang, 'mechanism')}: {name}"
             for row, name in zip(rows, label)]
    hover = [f"<b>{safe(name)}</b><br>" + word(
        "figure.price_hover", lang, value=three(row.dual), unit=safe(unit),
        where=safe(" ".join(filter(None, (at, str(row.year or ""))))))
        for row, name, at in zip(rows, label, place)]
    figure = go.Figure(go.Bar(
        x=[row.dual for row in rows], y=list(range(len(rows))), orientation="h", customdata=hover,
        marker={"color": [PALETTE[0] if row.dual > 0 else PALETTE[5] for row in rows]},
        text=[f" {three(row.dual)} " for row in rows], textposition="outside", cliponaxis=False,
        textfont={"size": 11, "color": INK}, hovertemplate="%{customdata}<extra></extra>"))
    reach = float(frame["dual"].abs().max())
    low, high = min(frame["dual"].min(), 0.0), max(frame["dual"].max(), 0.0)
    room = [low - 0.35 * reach * (low < 0), high + 0.35 * reach * (high > 0)]
    narrow = {"layout": {"yaxis.tickfont.size": 10, "yaxis.ticktext": ticks(label, 22), "xaxis.range": [
        2.2 * room[0], 1.45 * room[1]]}, "traces": {"textfont.size": 10}}
    bare(figure, 32 * len(rows) + 40, narrow, showlegend=False, bargap=0.4)
    figure.update_yaxes(autorange="reversed", showgrid=False, tickvals=list(range(len(rows))),
                        ticktext=ticks(label, 60))
    figure.update_xaxes(range=room,
                        showticklabels=False, zeroline=True, zerolinecolor=INK, zerolinewidth=1)
    source = "duals" if studied(plan).empty else "study"
    about = sentences(lang, word("figure.prices.about", lang, rule=label[0], value=three(rows[0].dual)),
                      word(f"note.price_tags.{source}", lang))
    grid = pd.DataFrame({heading("mechanism", lang): [term(row.mechanism, lang, "mechanism") for row in rows],
                         heading("rule", lang): label, word("rules.one", lang): place,
                         heading("year", lang): [row.year or None for row in rows],
                         heading("dual", lang, unit): frame["dual"].to_numpy()})
    return Chart("prices", titled("prices", plan, lang, unit), about, figure,
                 Grid(grid, {heading("year", lang): "year", grid.columns[-1]: "fine"}))


def ticks(labels: list[str], most: int) -> list[str]:
    return [folded(label[:1].upper() + label[1:], most) + "  " for label in labels]


def assumptions(plan, names) -> Chart | None:
    """Groups of figures by where they come from."""
    frame, lang = plan.instance.table("provenance"), names.lang
    if frame.empty:
        return None
    counts = frame["status"].value_counts()
    figure = go.Figure()
    for status, colour in STATUS.items():
        count, label = int(counts.get(status, 0)), term(status, lang, "provenance")
        if count:
            figure.add_bar(
                x=[count], y=[0], orientation="h", name=label, text=[f"{count:,}"], textposition="inside",
                insidetextanchor="middle", textangle=0, insidetextfont={"color": ink_on(colour), "size": 13},
                marker={"color": colour, "line": {"color": "#ffffff", "width": 1}},
                customdata=[f"<b>{label}</b><br>{count:,} ({percents(count / len(frame))})"],
                hovertemplate="%{customdata}<extra></extra>")
    bare(figure, 110, barmode="stack", bargap=0.1, uniformtext={"mode": "hide", "minsize": 11})
    figure.update_yaxes(visible=False)
    figure.update_xaxes(visible=False, range=[0, len(frame)])
    about = word("report.assumed", lang, all=len(frame), **{
        status: int(counts.get(status, 0)) for status in STATUS})
    grid = pd.DataFrame({heading("status", lang): [term(status, lang, "provenance") for status in STATUS],
                         word("figure.groups", lang): [int(counts.get(status, 0)) for status in STATUS]})
    return Chart("assumptions", titled("assumptions", plan, lang), about, figure,
                 Grid(grid, {grid.columns[-1]: "count"}))
