"""The command `planner compare`: solved plans side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from rich.text import Text

from planner.cli.language import tell
from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.report.compared import column, goal_mark, letters, money_title, policy, verdict_words
from planner.report.figures.look import percents
from planner.report.headline import percent, status_words
from planner.report.sheets import rule_words, where_words
from planner.report.words import Names, heading, own_unit, term, word
from planner.words import say, worded

TOP = 8


def whole(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(tell("compare.not_a_count", text=text))
    return int(text)


def add_parser(commands, parents) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("compare", parents=parents, help=tell("help.compare"))
    made.add_argument("folders", metavar="FOLDER", nargs="+", help=tell("help.compare_folders"))
    made.add_argument("--by", metavar="A,B+C", help=tell("help.compare_by"))
    made.add_argument("--top", type=whole, default=TOP, metavar="N", help=tell("help.compare_top"))
    made.add_argument("--xlsx", metavar="FILE", help=tell("help.compare_xlsx"))
    made.add_argument("--csv", metavar="FOLDER", help=tell("help.compare_csv"))
    made.add_argument("--force", action="store_true", help=tell("help.compare_force"))


def run(args, out, err) -> int:
    """Reads the plans, tells what differs, and writes what was asked for."""
    from planner.cli.commands import Usage, load_plan
    from planner.cli.statuses import DONE
    from planner.comparison import NotComparable, compare
    from planner.comparison.opening import names_of
    from planner.report.compared import may_write, write_tables
    from planner.report.compared_book import write_book
    folders = [Path(folder) for folder in args.folders]
    if len(folders) < 2:
        raise Usage(say("compare.two", count=len(folders)))
    book = Path(args.xlsx) if args.xlsx else None
    if book is not None and book.suffix.lower() != ".xlsx":
        book = book.with_name(book.name + ".xlsx")
    for place in (book, args.csv and Path(args.csv)):
        if place:
            may_write(place, args.force)
    with Watch(err, 0.0, args.lang) as watch, Interrupt(watch):
        watch({"phase": "reading"})
        plans = [load_plan(folder, None) for folder in folders]
        try:
            found = compare(*plans, names=list(names_of(folders, plans, None)))
        except NotComparable as error:
            raise Usage(worded(error, args.lang)) from None
        wanted = chosen(args.by, found)
        if book or args.csv:
            watch({"phase": "writing"})
        if book:
            write_book(found, book, args.lang, more=wanted if args.by else ())
        if args.csv:
            crossed = {"money_" + "_".join(by): found.moved(*by) for by in wanted} if args.by else {}
            write_tables(found.frames | crossed, Path(args.csv), args.force)
    show(found, wanted, args.top, out, args.lang)
    for place in (book, args.csv):
        if place:
            out.print(Text(word("cli.written", args.lang, folder=place)), soft_wrap=True)
    return DONE


def chosen(text: str | None, found) -> list[tuple[str, ...]]:
    """The tables of money asked for; every dimension where nothing is. Raises Usage."""
    from planner.cli.commands import Usage
    from planner.comparison.comparing import DIMENSIONS
    from planner.comparison.moves import can
    if text is None:
        return [(dim,) for dim in DIMENSIONS if can(found.shared, (dim,))]
    wanted = [tuple(dict.fromkeys(dim.strip() for dim in part.split("+") if dim.strip()))
              for part in text.split(",") if part.strip()]
    for by in wanted or [()]:
        if not by or not can(found.shared, by):
            raise Usage(say("compare.unknown_by", by="+".join(by) or text))
    return list(dict.fromkeys(wanted))


# --- on the terminal ----------------------------------------------------------------


def show(found, wanted, top: int, out, lang: str) -> None:
    """What each plan is, what the objectives allow to say, why, and what moved."""
    names, signs = Names(found.plans[0].instance, lang), letters(found)
    tell_plans(found, signs, out, lang)
    for row in found.objectives.itertuples():
        out.print(Text(verdict_words(row, signs[row.plan], lang, figure)), soft_wrap=True)
    unit = own_unit(found.plans[0].instance.money_unit, lang)
    for row in found.totals[found.totals["measure"] == "spend"].itertuples():
        out.print(Text(word("compare.moved", lang, plan=signs[row.plan], amount=f"{row.moved:,.2f}", unit=unit,
                            share=percent(row.moved_share), difference=f"{row.difference:+,.2f}")), soft_wrap=True)
    out.print(Text(word("compare.note_amounts", lang), style="dim"), soft_wrap=True)
    parts = [inputs_table(found, signs, lang), goals_table(found, signs, lang), fairness_table(found, signs, lang)]
    parts += [money_table(found, by, names, signs, top, lang) for by in wanted]
    parts += [rules_table(found, names, signs, top, lang), missions_table(found, names, signs, top, lang),
              platforms_table(found, names, signs, top, lang), talent_table(found, names, signs, lang),
              shared_table(found, signs, top, lang)]
    for table in parts:
        if table is not None and (isinstance(table, Text) or table.row_count):
            out.print()
            out.print(table)


def tell_plans(found, signs, out, lang: str) -> None:
    table = grid(word("compare.plans", lang), "", word("compare.called", lang), heading("status", lang))
    for at in (1, 2):
        table.columns[at].justify, table.columns[at].no_wrap, table.columns[at].overflow = "left", False, "fold"
    for name in ("objective", "bound", "gap"):
        table.add_column(column(name, lang), justify="right", no_wrap=True)
    for plan, row in zip(found.plans, found.passports.itertuples()):
        table.add_row(signs[row.plan], Text(row.plan), status_words(plan.passport, lang), figure(row.objective),
                      figure(row.bound), percent(row.gap))
    out.print(table)


def inputs_table(found, signs, lang: str):
    """Why it moved: what differs in the inputs, many figures of one column in one line."""
    from planner.comparison.inputs import condensed
    frame = condensed(found.inputs)
    if frame.empty:
        return Text(word("compare.none_inputs", lang))
    table = grid(word("compare.inputs", lang), word("compare.plan", lang), column("kind", lang),
                 word("compare.key", lang), "A", column("value", lang))
    for at in range(1, 5):
        table.columns[at].justify, table.columns[at].no_wrap, table.columns[at].overflow = "left", False, "fold"
    for row in frame.head(40).itertuples():
        key = word("compare.many", lang, key=row.key, count=f"{row.rows:,}") if row.rows > 1 else row.key
        table.add_row(signs[row.plan], word(f"compare.kind.{row.kind}", lang), Text(key),
                      Text(row.reference or "–"), Text(row.value or "–"))
    if len(frame) > 40:
        table.add_row("…", "", word("compare.others", lang, count=len(frame) - 40), "", "")
    return table


def compared(title: str, label: str, found, signs, lang: str):
    """A table with A, then for each other plan its figure and the difference."""
    heads = [figure_head for name in found.others
             for figure_head in (signs[name], word("compare.difference", lang, plan=signs[name]))]
    return grid(title, label, "A", *heads)


def goals_table(found, signs, lang: str):
    table = compared(f"{word('compare.goals', lang)} ({word('compare.goals_unit', lang)})", heading("goal", lang),
                     found, signs, lang)
    if len(found.others) == 1:
        table.add_column("")
    for goal, part in found.goals.groupby("goal", sort=False):
        cells = [figure(part["reference"].iloc[0])]
        for row in part.itertuples():
            cells += [figure(row.amount), signed(row.difference)]
        if len(found.others) == 1:
            cells.append(goal_mark(part["within_gaps"].iloc[0], lang))
        table.add_row(term(goal, lang, "goal"), *cells)
    return table


def fairness_table(found, signs, lang: str):
    table = compared(word("compare.fairness", lang), "", found, signs, lang)
    for measure, part in found.fairness.groupby("measure", sort=False):
        cells = [figure(part["reference"].iloc[0])]
        for row in part.itertuples():
            cells += [figure(row.amount), signed(row.difference)]
        table.add_row(term(measure, lang, "policies"), *cells)
    return table


def money_table(found, by, names, signs, top: int, lang: str):
    """The members that moved most, the rest in one line, and the total."""
    frame = found.moved(*by)
    heads = ["A"]
    for name in found.others:
        heads += [signs[name], word("compare.difference", lang, plan=signs[name]), "%", word("compare.points", lang)]
    table = grid(money_title(found, by, lang), " × ".join(heading(dim, lang) for dim in by), *heads)
    wide = frame.set_index([*by, "plan"])
    size = frame.groupby(list(by), sort=False)["difference"].agg(lambda part: part.abs().max())
    order = list(size.index) if len(size) <= top else list(
        size.sort_values(ascending=False, kind="stable").index[:top])

    def line(label: str, keys: list) -> None:
        cells: list[str] = []
        for name in found.others:
            part = wide.xs(name, level="plan").loc[keys]
            reference, amount = part["reference"].sum(), part["amount"].sum()
            cells = cells or [f"{reference:,.2f}"]
            relative = (amount - reference) / reference if reference else None
            points = 100 * part["share_difference"].sum()
            cells += [f"{amount:,.2f}", plus(amount - reference), percents(relative, 1, signed=True).replace("−", "-"),
                      plus(points)]
        table.add_row(Text(label), *cells)

    for key in order:
        keys = key if isinstance(key, tuple) else (key,)
        line(" · ".join(str(names.name(dim, one)) for dim, one in zip(by, keys)), [key])
    if rest := [key for key in size.index if key not in set(order)]:
        line(word("compare.others", lang, count=len(rest)), rest)
    if len(size) > 1 and "year" not in by:
        line(word("total", lang), list(size.index))
    return table


def rules_table(found, names, signs, top: int, lang: str):
    """Policy rules whose clauses changed, most telling first: how many clauses, and the one that moved most."""
    rows = policy(found.rules)
    if rows.empty:
        return Text(word("compare.rules_none", lang))
    rows = rows.assign(by=(rows["slack"] - rows["slack_reference"]).abs().fillna(0.0))
    keys = ["plan", "change", "mechanism", "rule"]
    count = rows.groupby(keys, sort=False).size()
    most = rows.loc[rows.groupby(keys, sort=False)["by"].idxmax()]
    table = grid(word("compare.rules", lang), word("compare.plan", lang))
    for text in (word("compare.change", lang), heading("mechanism", lang), heading("rule", lang)):
        table.add_column(text, overflow="fold")
    table.add_column(word("compare.clauses", lang), justify="right")
    table.add_column(word("compare.most", lang), overflow="fold")
    for text in (f"{column('slack', lang)} A", column("slack", lang)):
        table.add_column(text, justify="right", no_wrap=True)
    shown = most.head(2 * top)
    places = where_words(shown["where"].astype(str), names)
    for row, place in zip(shown.itertuples(), places):
        where = " ".join(part for part in (place, str(row.year or "")) if part)
        table.add_row(signs[row.plan], word(f"compare.change.{row.change}", lang),
                      term(row.mechanism, lang, "mechanism"), Text(rule_words(row.mechanism, row.rule, lang)),
                      f"{count[tuple(getattr(row, key) for key in keys)]:,}", Text(where),
                      *(figure(None if pd.isna(value) else round(value, 6) + 0.0)
                        for value in (row.slack_reference, row.slack)))
    if len(most) > len(shown):
        table.add_row("…", word("compare.rules_more", lang, count=f"{len(most) - len(shown):,}"))
    return table


def missions_table(found, names, signs, top: int, lang: str):
    rows = found.missions[found.missions["change"] != "as_before"]
    table = grid(word("compare.missions", lang), word("compare.plan", lang))
    for text in (word("compare.change", lang), heading("mission", lang), heading("bid", lang)):
        table.add_column(text, overflow="fold")
    for text in ("A", column("value", lang)):
        table.add_column(text, justify="right")
    for row in rows.head(2 * top).itertuples():
        table.add_row(signs[row.plan], word(f"compare.change.{row.change}", lang), names.name("mission", row.mission),
                      names.name("bid", row.bid), *("–" if pd.isna(year) else str(year)
                                                    for year in (row.reference, row.year)))
    if len(rows) > 2 * top:
        table.add_row("…", word("compare.others", lang, count=len(rows) - 2 * top))
    return table


def platforms_table(found, names, signs, top: int, lang: str):
    """Platforms opened over the plan years, where the numbers differ."""
    frame = found.platforms
    frame = frame[frame["quantity"] == "open"].groupby(["region", "platform", "plan"], sort=False)[
        ["reference", "amount", "difference"]].sum()
    moved = frame["difference"].abs().groupby(level=["region", "platform"], sort=False).max()
    moved = moved[moved > 0.5].sort_values(ascending=False, kind="stable")
    table = compared(word("compare.platforms", lang), f"{heading('platform', lang)} · {heading('region', lang)}",
                     found, signs, lang)
    for region, platform in moved.index[:top]:
        part = frame.loc[region, platform].reindex(found.others)
        cells = [f"{part['reference'].iloc[0]:,.0f}"]
        for row in part.itertuples():
            cells += [f"{row.amount:,.0f}", f"{row.difference:+,.0f}" if row.difference else "0"]
        table.add_row(Text(f"{names.name('platform', platform)} · {names.name('region', region)}"), *cells)
    if len(moved) > top:
        table.add_row(word("compare.others", lang, count=len(moved) - top))
    return table


def talent_table(found, names, signs, lang: str):
    """People by quantity and type over all plan years and regions, where they differ."""
    frame = found.talent.groupby(["quantity", "talent_type", "plan"], sort=False)[
        ["reference", "amount", "difference"]].sum()
    unit = own_unit(found.plans[0].instance.talent_unit, lang)
    table = compared(word("compare.talent", lang, unit=unit), "", found, signs, lang)
    for (quantity, kind), part in frame.groupby(level=[0, 1], sort=False):
        part = part.droplevel([0, 1]).reindex(found.others)
        if quantity == "retain" or not (part["difference"].abs() > 1e-6).any():
            continue
        cells = [f"{part['reference'].iloc[0]:,.1f}"]
        for row in part.itertuples():
            cells += [f"{row.amount:,.1f}", f"{row.difference:+,.1f}"]
        table.add_row(Text(f"{term(quantity, lang)}: {names.name('talent_type', kind)}"), *cells)
    return table


def shared_table(found, signs, top: int, lang: str):
    frame = found.not_shared
    table = grid(word("compare.not_shared", lang), word("compare.plan", lang))
    for text in (column("dimension", lang), column("member", lang)):
        table.add_column(text, overflow="fold")
    table.add_column(own_unit(found.plans[0].instance.money_unit, lang), justify="right")
    for row in frame.head(2 * top).itertuples():
        table.add_row(signs[row.plan], term(row.dimension, lang), Text(str(row.member)),
                      "–" if pd.isna(row.money) else f"{row.money:,.2f}")
    if len(frame) > 2 * top:
        table.add_row("…", "", word("compare.others", lang, count=len(frame) - 2 * top))
    return table


def signed(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:+,.4f}" if value else "0"


def plus(value: float) -> str:
    """Two decimals with a sign; 0 for what rounds to nothing."""
    return f"{value:+,.2f}" if abs(value) >= 0.005 else "0"
