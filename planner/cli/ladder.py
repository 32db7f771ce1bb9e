"""The command `planner ladder`: budgets that nest."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from rich.text import Text

from planner.cli.language import tell
from planner.cli.study import place, whole, wishes
from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.report.folder import WillNotReplace, ready
from planner.report.headline import percent
from planner.report.words import Names, heading, own_unit, word
from planner.words import say

WRITTEN = ("rungs.csv", "next.csv", "entries.csv", "plans")
"""What the folder of a ladder holds."""

MOST = 8
SHOWN = ("zone", "stage", "category", "industry", "region", "instrument")


def steps(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or not all(0 < step < float("inf") for step in found):
        raise argparse.ArgumentTypeError(tell("ladder.steps", text=text))
    return found


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("ladder", parents=parents, help=tell("help.ladder"))
    made.add_argument("--steps", type=steps, default=(0.9, 0.95, 1.0, 1.05, 1.1), metavar="A,B",
                      help=tell("help.ladder_steps"))
    made.add_argument("--nested-only", action="store_true", help=tell("help.ladder_only"))
    made.add_argument("--give", type=float, default=0.001, metavar="SHARE", help=tell("help.ladder_give"))
    made.add_argument("--gap", type=share, default=0.01, help=tell("help.gap"))
    made.add_argument("--time-limit", type=seconds, default=600.0, metavar="SECONDS",
                      help=tell("help.solve_time"))
    made.add_argument("--profile", default="balanced", help=tell("help.profile"))
    made.add_argument("--top", type=whole, default=MOST, metavar="N", help=tell("help.compare_top"))
    made.add_argument("--out", metavar="FOLDER", help=tell("help.ladder_out"))


def run(args, out, err) -> int:
    """Solves the rungs, keeps each, writes the tables and tells them."""
    from planner.cli.commands import find_instance, tell_warnings
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.instance import read
    from planner.instance.writing import beside
    from planner.mechanisms import MECHANISMS
    from planner.studies import Options
    from planner.studies.ladder import ladder
    path = find_instance(args.instance)
    with Climbing(err, args.gap, args.lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        folder = Path(args.out) if args.out else place(instance, "ladder")
        ours(folder)
        ready(folder)
        options = Options(gap=args.gap, time_limit=args.time_limit, profile=args.profile)
        with wishes():
            found = ladder(instance, args.steps, free=not args.nested_only, give=args.give, options=options,
                           folder=folder / "plans", progress=watch, stop=stop)
        for table in ("rungs", "next", "entries"):
            with beside(folder / f"{table}.csv") as made:
                getattr(found, table).to_csv(made, index=False, encoding="utf-8-sig", lineterminator="\n")
    tell_warnings(instance, err, args.lang)
    show(found, instance, args.top, out, args.lang)
    out.print()
    if stop():
        out.print(Text(word("ladder.stopped", args.lang, folder=folder), style="yellow"), soft_wrap=True)
    out.print(Text(word("cli.written", args.lang, folder=folder)), soft_wrap=True)
    return INTERRUPTED if stop() else DONE


class Climbing(Watch):
    """Shows which rung is being solved, beside what the search says."""

    rung = ""

    def __call__(self, event: dict) -> None:
        if "rung" in event:
            self.rung = word("ladder.phase", self.lang, rung=event["rung"], done=event["done"] + 1,
                             cases=event["cases"])
        super().__call__(event)

    def words(self, phase: str) -> str:
        return f"{self.rung} {super().words(phase)}".strip()


def ours(folder: Path) -> None:
    """Raises WillNotReplace for a folder that holds anything but a ladder."""
    if folder.exists():
        foreign = sorted(entry.name for entry in folder.iterdir()
                         if entry.name not in WRITTEN and entry.name[0] != ".")
        if foreign:
            raise WillNotReplace(say("ladder.foreign", folder=folder, names=", ".join(foreign[:5])))


# --- on the terminal ----------------------------------------------------------------


def show(found, instance, top: int, out, lang: str) -> None:
    """The rungs and the price of nesting, where the next 100 go, and what starts or opens where."""
    names, unit = Names(instance, lang), own_unit(instance.money_unit, lang)
    out.print()
    out.print(rungs_table(found, unit, lang))
    if found.free:
        out.print(Text(word("ladder.about_price", lang), style="dim"), soft_wrap=True)
    for row in found.rungs[found.rungs["message"] != ""].itertuples():
        out.print(Text(word("ladder.no_plan", lang, rung=times(row.rung), message=row.message), style="yellow"),
                  soft_wrap=True)
    for dim in SHOWN:
        table = next_table(found, dim, names, top, lang)
        if table is not None:
            out.print()
            out.print(table)
    if len(found.next):
        out.print(Text(word("ladder.about_next", lang, base=times(1.0)), style="dim"), soft_wrap=True)
    table = entries_table(found, names, 4 * top, lang)
    if table.row_count:
        out.print()
        out.print(table)


def times(step: float) -> str:
    return f"{100 * step:g} %"


def rungs_table(found, unit: str, lang: str):
    heads = [word("ladder.budget", lang, unit=unit), word("ladder.spend", lang, unit=unit),
             word("ladder.objective", lang), word("ladder.gap", lang)]
    if found.free:
        heads += [word(f"ladder.{name}", lang) for name in ("free", "price", "known")]
    table = grid(word("ladder.title", lang), word("ladder.rung", lang), *heads)
    table.columns[0].no_wrap = True
    for row in found.rungs.itertuples():
        cells = [f"{row.budget:,.2f}", "–" if pd.isna(row.spend) else f"{row.spend:,.2f}",
                 figure_of(row.objective), percent(row.gap)]
        if found.free:
            known = "–" if pd.isna(row.price) else f"{figure_of(row.price_least)} – {figure_of(row.price_most)}"
            cells += [figure_of(row.free_objective), figure_of(row.price), known]
        table.add_row(times(row.rung), *cells)
    return table


def figure_of(value) -> str:
    return figure(None if pd.isna(value) else float(value))


def next_table(found, dim: str, names: Names, top: int, lang: str):
    """Members down, a column for each step between rungs: of 100 more of budget."""
    part = found.next[found.next["dimension"] == dim]
    if part.empty or part["member"].nunique() < 2:
        return None
    wide = part.pivot_table(index="member", columns=["lower", "upper"], values="per_100", sort=False)
    size = wide.abs().max(axis=1).sort_values(ascending=False, kind="stable")
    shown = [key for key in wide.index if key in set(size.index[:top])]
    key = "ladder.next_public" if dim == "instrument" else "ladder.next"
    table = grid(word(key, lang, dim=heading(dim, lang).lower()), heading(dim, lang), *(
        word("ladder.step", lang, lower=times(low), upper=times(high)) for low, high in wide.columns))
    for member in shown:
        table.add_row(Text(str(names.name(dim, member))), *(f"{value:,.1f}" for value in wide.loc[member] + 0.0))
    if len(wide) > len(shown):
        rest = wide.drop(index=shown).sum()
        table.add_row(word("compare.others", lang, count=len(wide) - len(shown)),
                      *(f"{value:,.1f}" for value in rest))
    table.add_row(word("total", lang), *(f"{value:,.1f}" for value in wide.sum()))
    return table


def entries_table(found, names: Names, most: int, lang: str):
    table = grid(word("ladder.entries", lang), word("ladder.rung", lang))
    for text in (word("ladder.kind", lang), word("ladder.what", lang), heading("region", lang)):
        table.add_column(text, overflow="fold")
    for text in (heading("year", lang), word("ladder.count", lang)):
        table.add_column(text, justify="right")
    for row in found.entries.head(most).itertuples():
        dim = "bid" if row.kind == "mission" else "platform"
        table.add_row(times(row.rung), word(f"ladder.kind.{row.kind}", lang),
                      Text(str(names.name(dim, row.member))),
                      Text(str(names.name("region", row.region))), str(row.year), f"{row.count:,.0f}")
    if len(found.entries) > most:
        table.add_row("…", "", word("compare.others", lang, count=len(found.entries) - most))
    return table
