"""The command `planner tender`: rounds of the tender until the price is found, and the plan at that price."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
from rich.text import Text

from planner.cli.language import tell
from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.mechanisms.price_discovery import NAME, clearing, rounds
from planner.report.folder import folder_name, may_replace, ready, write_output
from planner.report.headline import percent
from planner.report.words import Names, term, word
from planner.words import say


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("tender", parents=parents, help=tell("help.tender"))
    made.add_argument("--gap", type=share, default=0.01, help=tell("help.tender_gap"))
    made.add_argument("--time-limit", type=seconds, default=600.0, metavar="SECONDS",
                      help=tell("help.tender_time"))
    made.add_argument("--out", metavar="FOLDER", help=tell("help.tender_out"))
    made.add_argument("--force", action="store_true", help=tell("help.force_plan"))


def run(args, out, err) -> int:
    """Plays the rounds, prints path and clearing prices, and writes both with the last round's plan.

    Ctrl-C keeps the rounds that were played; the prices are then not yet cleared. Raises Usage
    when there is nothing to discover, NoPlan when a round finds no plan.
    """
    from planner.cli.commands import OUTPUTS, find_instance, tell_warnings
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.solving import solve
    path, played, plans, stopped = find_instance(args.instance), [], [], False
    with Watch(err, args.gap, args.lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        refuse(instance)
        asked = list(instance.overrides)
        folder = Path(args.out) if args.out else (
            OUTPUTS / instance.name / f"{folder_name(instance.scenario, asked)}.tender")

        def still() -> str:
            return may_replace(folder, instance.name, instance.scenario, asked, args.force)
        fate = still()
        ready(folder)

        def play(offered):
            phase = {"phase": f"round {len(played) + 1}"}
            plans[:] = [solve(offered, gap=args.gap, time_limit=args.time_limit, stop=stop,
                              progress=lambda event: watch(event | phase))]
            return plans[0]
        for offers in rounds(instance, play):
            played.append(offers)
            if stopped := stop():
                break
        watch({"phase": "writing"})
        price_path = pd.concat(played, ignore_index=True)
        plan = with_prices(plans[0], instance, price_path)
        write_output(plan, folder, args.lang, still)
    tell_warnings(instance, err, args.lang)
    show(instance, price_path, out, args.lang)
    if stopped:
        out.print(Text(word("tender.stopped", args.lang), style="yellow"), soft_wrap=True)
    out.print()
    key = "cli.written" if fate == "new" else "cli.replaced"
    out.print(Text(word(key, args.lang, folder=folder)), soft_wrap=True)
    return INTERRUPTED if stopped else DONE


def refuse(instance) -> None:
    """Raises Usage for an instance in which no price can be discovered."""
    from planner.cli.commands import Usage
    for name in (NAME, "missions"):
        if not instance.on(name):
            raise Usage(say("tender.mechanism_off", name=name, instance=instance.name))
    if instance.table("bids").empty:
        raise Usage(say("tender.no_bids", name=instance.name))


def with_prices(plan, instance, price_path: pd.DataFrame):
    """The last round's plan with both price tables, under the instance's own overrides.

    Its instance keeps the last round's mark-ups: they are what its rules were kept at.
    """
    own = replace(plan.instance, overrides=instance.overrides)
    tables = {"price_path": price_path.assign(won=price_path["won"].astype(float)),
              "clearing": clearing(price_path)}
    return replace(plan, instance=own, tables=plan.tables | {
        name: frame for name, frame in tables.items() if len(frame)})


def show(instance, price_path: pd.DataFrame, out, lang: str) -> None:
    """The price of every bid by round, winners marked, and the clearing prices."""
    names, numbers = Names(instance, lang), list(price_path["round"].unique())
    sheet = grid(word("tender.path", lang, unit=instance.money_unit), term("bid", lang),
                 *(word("tender.round", lang, number=number) for number in numbers))
    for bid, part in price_path.groupby("bid", sort=False):
        prices = part.set_index("round")
        sheet.add_row(names.name("bid", bid), *(
            f"{figure(prices.at[number, 'price'])} {'✓' if prices.at[number, 'won'] else ' '}"
            for number in numbers))
    out.print(sheet)
    sheet = grid(word("tender.clearing", lang, unit=instance.money_unit), term("mission", lang),
                 term("bid", lang), *(term(name, lang) for name in ("cost", "mark_up", "price")))
    sheet.columns[1].justify = "left"
    for row in clearing(price_path).itertuples():
        sheet.add_row(names.name("mission", row.mission), names.name("bid", row.bid), figure(row.cost),
                      percent(row.mark_up), figure(row.price))
    out.print()
    out.print(sheet if sheet.row_count else Text(word("tender.none", lang)))
