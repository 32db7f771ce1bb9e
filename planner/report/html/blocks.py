"""The blocks of the report that are tables or text rather than charts."""

from __future__ import annotations

import pandas as pd

from planner.papers import PAPERS
from planner.report.cover import mechanisms_on, passport_lines
from planner.report.figures.chart import Grid, after_number, money_unit
from planner.report.figures.look import three
from planner.report.headline import research
from planner.report.html.tables import block, drawer, escape, table
from planner.report.sheets import assumptions, missions, owner_word
from planner.report.words import Names, heading, term, word

READING = 8
"""Sentences on how to read the report, reading.1 and on in the catalogue."""


# --- money ------------------------------------------------------------------------


def budget_items(plan, names: Names) -> str:
    """Who draws what on the central and the local budgets, by year."""
    frame, lang = plan.table("budget"), names.lang
    if frame.empty:
        return ""
    made = frame.pivot_table(index=["level", "item"], columns="year", values="amount", aggfunc="sum", sort=False)
    made = made[made.abs().max(axis=1) > 1e-6].sort_values(list(made)[-1], ascending=False)
    made = made.sort_index(level="level", sort_remaining=False, kind="stable")
    made.columns = [str(year) for year in made.columns]
    years = list(made)
    out = made.reset_index()
    out["level"] = [term(level, lang, "level") for level in out["level"]]
    out["item"] = [owner_word(item, lang) for item in out["item"]]
    out = out.rename(columns={"level": heading("level", lang), "item": heading("item", lang, money_unit(plan, lang))})
    caption = word("part.budget_items", lang)
    return block("budget_items", lang, table(Grid(out, dict.fromkeys(years, "money")), caption, lang))


def transfers(plan, names: Names) -> str:
    """Money that donors give their partners, over the plan years."""
    frame, lang, unit = plan.table("transfers"), names.lang, money_unit(plan, names.lang)
    if frame.empty or not {"donor", "recipient", "amount"} <= set(frame):
        return ""
    out = frame.groupby(["donor", "recipient"], as_index=False, sort=False)["amount"].sum()
    out = out[out["amount"] > 0].sort_values("amount", ascending=False)
    about = {"total": three(out["amount"].sum()), "unit": after_number(plan, lang), "donors": out["donor"].nunique(),
             "recipients": out["recipient"].nunique()}
    for side in ("donor", "recipient"):
        out[side] = names.column(side, out[side])
    out = out.rename(columns={"amount": heading("amount", lang, unit)} | {
        side: heading(side, lang) for side in ("donor", "recipient")})
    caption = word("part.transfers", lang)
    inside = table(Grid(out, {out.columns[-1]: "money"}), caption, lang)
    return block("transfers", lang, drawer(caption, inside, lang), **about)


def research_block(plan, names: Names) -> str:
    frame, lang = research(plan), names.lang
    if frame.empty:
        return ""
    unit = money_unit(plan, lang)
    head = {"year": heading("year", lang), "rd": f"{word('block.rd_total', lang)} ({unit})",
            "basic_share": word("block.rd_share", lang), "gdp": f"{word('block.gdp', lang)} ({unit})",
            "intensity": word("block.intensity", lang)}
    kinds = {"year": "year", "rd": "money", "basic_share": "share", "gdp": "money", "intensity": "share"}
    grid = Grid(frame[list(head)].rename(columns=head), {head[key]: kind for key, kind in kinds.items()})
    return block("research", lang, table(grid, word("part.research", lang), lang))


# --- platforms and missions -------------------------------------------------------


def platforms(plan, names: Names) -> str:
    """Openings by type, year and place."""
    frame, lang = plan.table("platforms"), names.lang
    if frame.empty or "open" not in frame:
        return ""
    opened = frame[frame["open"] > 0.5].copy()
    if opened.empty:
        return ""
    place = "region" if "region" in opened else opened.columns[0]
    opened["where"] = names.column(place, opened[place])
    rows = [(names.name("platform", kind), year, part["open"].sum(), word("figure.join", lang).join(
        f"{where}\u00a0{count:.0f}" for where, count in zip(part["where"], part["open"])))
        for (kind, year), part in opened.groupby(["platform", "year"], sort=False)]
    head = [heading("platform", lang), heading("year", lang), heading("open", lang), word("report.where", lang)]
    out = pd.DataFrame(rows, columns=head).sort_values(head[1], kind="stable")
    inside = table(Grid(out, {head[1]: "year", head[2]: "count"}), word("part.platforms", lang), lang)
    return block("platforms", lang, inside, count=f"{opened['open'].sum():,.0f}")


def mission_block(plan, names: Names) -> str:
    lang, sheet = names.lang, missions(plan, names)
    if sheet.frame.empty or "mission" not in sheet.frame:
        return ""
    units = {"money": money_unit(plan, lang)}
    empty = [column for column in sheet.frame if sheet.frame[column].isin(["", None]).all()]
    shown = sheet.frame.drop(columns=empty).sort_values("year", kind="stable")
    kinds = {"year": "year", "success": "share", "money": "money"}
    head = {column: heading(column, lang, units.get(column, "")) for column in shown}
    grid = Grid(shown.rename(columns=head),
                {head[column]: kind for column, kind in kinds.items() if column in head})
    return block("missions", lang, table(grid, word("part.missions", lang), lang),
                 won=sheet.frame["mission"].nunique(), all=len(plan.instance.table("missions")))


def goal_block(plan, names: Names) -> str:
    """What each mechanism brings to each goal; the parts of a goal add up to its value."""
    frame, lang = plan.goals, names.lang
    if frame.empty:
        return ""
    parts = frame.groupby(["goal", "owner"], as_index=False, sort=False)["value"].sum()
    out = pd.DataFrame({
        heading("goal", lang): [term(goal, lang, "goal") for goal in parts["goal"]],
        heading("owner", lang): [term(owner, lang, "mechanism") for owner in parts["owner"]],
        heading("value", lang): parts["value"]})
    title = word("part.goal_parts", lang)
    return block("goal_parts", lang, table(Grid(out, {out.columns[-1]: "fine"}), title, lang))


# --- basis, reading, passport -----------------------------------------------------


def provenance(plan, names: Names) -> str:
    lang, sheet = names.lang, assumptions(plan, names.lang)
    if sheet.frame.empty:
        return ""
    head = {column: heading(column, lang) for column in sheet.frame}
    title = word("part.provenance", lang)
    return drawer(title, table(Grid(sheet.frame.rename(columns=head)), title, lang, (head["reason"],)), lang)


def publications(plan, names: Names) -> str:
    lang, frame = names.lang, plan.instance.table("sources")
    if frame.empty:
        return ""
    frame = frame[[column for column in frame if not column.startswith("_")]]
    head = {column: heading(column, lang) for column in frame}
    title = word("part.publications", lang)
    return drawer(title, table(Grid(frame.rename(columns=head)), title, lang, (
        head.get("publisher", ""), head.get("title", ""))), lang)


def papers(lang: str) -> str:
    items = "".join(f'<li lang="en"><b>{escape(key)}</b> {escape(text)}</li>' for key, text in PAPERS.items())
    return (f'<div class="block"><h3>{escape(word("part.papers", lang))}</h3><ul class="papers">{items}</ul></div>')


def reading(plan, lang: str) -> str:
    unit = money_unit(plan, lang)
    return '<ol class="reading">' + "".join(
        f"<li>{escape(word(f'reading.{number}', lang, unit=unit))}</li>" for number in range(1, READING + 1)) + "</ol>"


def passport(plan, names: Names) -> str:
    """Every entry of the passport that has a word, and the mechanisms that are on."""
    lang = names.lang
    head = [word("report.entry", lang), word("report.value", lang)]
    # The solver's closing message is English; the first screen says the same in words.
    told = {key: value for key, value in plan.passport.items() if key not in ("message", "times")}
    if told.get("stop"):
        told["stop"] = term(told["stop"], lang, "ended")
    lines = [(cells[0].value, _plain(cells[1].value)) for cells in passport_lines(told, lang)]
    lines += [(word("passport.time", lang, part=term(part, lang, "phase")), f"{seconds:,.2f}")
              for part, seconds in plan.passport.get("times", {}).items()]
    text = table(Grid(pd.DataFrame(lines, columns=head)), word("section.passport", lang), lang)
    on = []
    for name in mechanisms_on(plan):
        price = plan.instance.price(name)
        on.append((term(name, lang, "mechanism"), word("cover.hard", lang) if price is None else word(
            "cover.priced", lang, price=f"{price:g}")))
    overrides = list(plan.passport.get("overrides", plan.instance.overrides))
    changed = table(Grid(pd.DataFrame({word("cover.overrides", lang): overrides})),
                    word("cover.overrides", lang), lang)
    text += drawer(word("cover.overrides", lang), changed, lang)
    title = word("part.on", lang)
    made = table(Grid(pd.DataFrame(on, columns=[heading("mechanism", lang), word("rules.kind", lang)])), title, lang)
    return text + drawer(title, made, lang)


def _plain(value: object) -> object:
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else value

