"""The command `planner prices`: what clauses, levers and mechanisms are worth."""

from __future__ import annotations

import pandas as pd
from rich.text import Text

from planner.cli.language import tell
from planner.cli.study import place, solve_options, whole, wishes
from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.report.headline import percent
from planner.report.sheets import rule_words, where_words
from planner.report.words import Names, term, word
from planner.studies.case import Options
from planner.studies.meanings import ends, short, signed
from planner.words import say

MOST = 15
"""Lines of a table in the terminal; the files hold all."""


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("prices", parents=parents, help=tell("help.prices"))
    made.add_argument("--mechanism", metavar="A,B", help=tell("help.prices_mechanism"))
    made.add_argument("--steps", choices=("full", "fixed", "none"), default="full", help=tell("help.prices_steps"))
    made.add_argument("--levers", type=whole, default=20, metavar="N", help=tell("help.prices_levers"))
    made.add_argument("--tags", choices=("relaxed", "whole", "none"), default="relaxed",
                      help=tell("help.prices_tags"))
    made.add_argument("--tags-file", metavar="FILE", help=tell("help.prices_tags_file"))
    solve_options(made, share, seconds)


def run(args, out, err) -> int:
    """Prices a plan, tells what is dear, and writes all tables beside the instance's plans."""
    from pathlib import Path

    from planner.cli.commands import Usage, find_instance, tell_warnings
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.price_tags import UnusableFile
    from planner.studies.prices import prices
    wanted = chosen(args.mechanism)
    path = find_instance(args.instance)
    with Watch(err, args.gap, args.lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        folder = place(instance, "prices")
        try:
            with wishes():
                made = prices(instance, mechanisms=wanted, steps=args.steps, levers=args.levers, tags=args.tags,
                              tags_file=None if args.tags_file is None else Path(args.tags_file),
                              options=Options(gap=args.gap, time_limit=args.time_limit), folder=folder,
                              jobs=args.jobs, lang=args.lang, progress=lambda event: watch(plain(event)), stop=stop)
        except UnusableFile as error:
            raise Usage(str(error)) from None
        watch({"phase": "writing"})
        made.save(folder)
    tell_warnings(instance, err, args.lang)
    show(made, instance, args.tags, out, args.lang)
    out.print()
    out.print(Text(word("cli.written", args.lang, folder=folder)), soft_wrap=True)
    return INTERRUPTED if stop() else DONE


def plain(event: dict) -> dict:
    """A progress event with a phase that the watch has words for."""
    phase = event.get("phase", "")
    for lead in ("all mechanisms", "without "):
        if phase.startswith(lead):
            return event | {"phase": phase.rpartition(": ")[2] if ": " in phase else "build"}
    return event


def chosen(text: str | None) -> tuple[str, ...]:
    """The mechanisms asked for, each once; empty for all. Raises Usage for one that is unknown."""
    from planner.cli.commands import Usage
    if text is None:
        return ()
    known = ["core", *(mechanism.name for mechanism in MECHANISMS)]
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise Usage(say("prices.unknown", name=", ".join(unknown) or text, names=", ".join(known)))
    return names


def show(made, instance, tags: str, out, lang: str) -> None:
    """The plan that is priced, its dearest clauses, the steps in words, and the tags."""
    passport, names = made.passport, Names(instance, lang)
    out.print(Text(word("prices.status", lang, status=term(passport["status"], lang, "ended"),
                        objective=figure(passport["objective"]), bound=figure(passport["bound"]),
                        gap=percent(passport["gap"], 4))))
    frame = made.prices[(made.prices[["dual", "less", "more"]].fillna(0.0).abs() > 1e-9).any(axis=1)]
    worth = frame["dual"].abs() * frame["required"].abs()
    frame = frame.loc[worth.sort_values(ascending=False, kind="stable").index]
    out.print()
    if frame.empty:
        out.print(word("prices.nothing_binds", lang))
    else:
        clause_table(frame, names, out, lang)
    if len(made.steps):
        out.print()
        out.print(Text(word("prices.steps_title", lang), style="bold"))
        for line in made.steps["meaning"]:
            out.print(Text(f"  {line}"), soft_wrap=True)
    if len(made.tags):
        out.print()
        out.print(tag_table(made.tags, tags, lang))


def clause_table(frame: pd.DataFrame, names: Names, out, lang: str) -> None:
    sheet = grid(word("prices.title", lang), term("rule", lang), term("where", lang), term("year", lang),
                 term("required", lang), word("prices.dual", lang), word("prices.holds", lang))
    for column in (1, 2):
        sheet.columns[column].justify = "left"
    for (_, row), where in zip(frame.head(MOST).iterrows(), where_words(frame.head(MOST)["where"], names)):
        mechanism = term(row["mechanism"], lang, "mechanism")
        sheet.add_row(Text(f"{mechanism}: {rule_words(row['mechanism'], row['rule'], lang)}"), Text(where),
                      str(row["year"] or ""), short(row["required"]), price_words(row),
                      " … ".join(ends(row["low"], row["high"])))
    if len(frame) > MOST:
        sheet.add_row("…", "", "", "", f"{len(frame) - MOST:,}", "")
    out.print(sheet)


def price_words(row) -> str:
    """The dual; at a kink both prices, of a unit less and of a unit more."""
    if row["holds"] in ("both", "unsure"):
        return signed(row["dual"]) + ("?" if row["holds"] == "unsure" else "")
    return f"{signed(row['less'])} / {signed(row['more'])}"


def tag_table(tags: pd.DataFrame, method: str, lang: str):
    goals = [goal for goal in ("productivity", "autonomy", "balance", "resilience", "green")
             if tags[goal].notna().any()]
    sheet = grid(word("prices.tags_title", lang, method=word(f"prices.method_{method}", lang)),
                 term("mechanism", lang), word("prices.cost", lang), word("prices.share", lang),
                 *(term(goal, lang, "goal") for goal in goals))
    for _, row in tags.sort_values("cost", ascending=False, kind="stable").iterrows():
        sheet.add_row(term(row["mechanism"], lang, "mechanism"), short(row["cost"]), percent(row["share"], 3),
                      *(short(-row[goal]) for goal in goals))
    return sheet
