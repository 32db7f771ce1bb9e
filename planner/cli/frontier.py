"""The command `planner frontier`: what one goal costs in another."""

from __future__ import annotations

import argparse

from rich.text import Text

from planner.cli.language import tell
from planner.cli.study import place, solve_options, wishes
from planner.cli.terminal import Interrupt, Watch, grid
from planner.instance import read
from planner.instance.keeping import beside
from planner.mechanisms import MECHANISMS
from planner.report.headline import percent
from planner.report.words import term, word
from planner.studies.case import Options
from planner.studies.meanings import short


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("frontier", parents=parents, help=tell("help.frontier"))
    made.add_argument("goals", metavar="GOAL", nargs="+", help=tell("help.frontier_goals"))
    made.add_argument("--points", type=points, default=12, metavar="N", help=tell("help.frontier_points"))
    solve_options(made, share, seconds)


def points(text: str) -> int:
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError(tell("frontier.how_many_points", text=text))
    return value


def run(args, out, err) -> int:
    """Traces the frontier, tells its points, and writes tables and picture beside the instance's plans."""
    from planner.cli.commands import find_instance, tell_warnings
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.report.figures.frontier import drawn
    from planner.report.study import page
    from planner.studies.frontier import frontier
    path = find_instance(args.instance)
    with Watch(err, args.gap, args.lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        folder = place(instance, "frontier")
        with wishes():
            made = frontier(instance, args.goals, points=args.points, folder=folder, jobs=args.jobs, lang=args.lang,
                            options=Options(gap=args.gap, time_limit=args.time_limit), progress=watch, stop=stop)
        watch({"phase": "writing"})
        made.save(folder)
        chart = drawn(made.frontier, args.lang)
        if chart is not None:
            with beside(folder / "frontier.html") as file:
                file.write_text(page(chart.title, "", [chart], args.lang), encoding="utf-8")
    tell_warnings(instance, err, args.lang)
    show(made, out, args.lang)
    out.print()
    out.print(Text(word("cli.written", args.lang, folder=folder)), soft_wrap=True)
    return INTERRUPTED if stop() else DONE


def show(made, out, lang: str) -> None:
    """The efficient points, then what the steps between them cost, in words."""
    goals, frame = made.passport["goals"], made.frontier
    sheet = grid(word("frontier.title", lang), term("point", lang), *(term(goal, lang, "goal") for goal in goals),
                 word("frontier.most", lang), word("frontier.cost", lang), word("frontier.range", lang),
                 term("gap", lang), "")
    for _, row in frame.iterrows():
        cost = [short(row[name]) if name in row else "–" for name in ("per_point", "cost_least", "cost_most")]
        sheet.add_row(str(int(row["point"])), *(short(row[goal], 6) for goal in goals), short(row["outer"], 6), cost[0],
                      f"{cost[1]} … {cost[2]}", percent(row["gap"], 3),
                      word("frontier.knee", lang) if row["knee"] else "")
    out.print(sheet)
    if "meaning" in frame:
        out.print()
        for line in frame["meaning"]:
            out.print(Text(f"  {line}"), soft_wrap=True)
    counts = made.points["standing"].value_counts()
    dominated = int(counts.get("dominated", 0))
    missing = len(made.points) - dominated - len(frame)
    if dominated or missing:
        out.print(Text(word("frontier.left_out", lang, dominated=dominated, infeasible=missing)), soft_wrap=True)
    if len(frame) == 1:
        out.print(Text(word("frontier.none", lang)), soft_wrap=True)
