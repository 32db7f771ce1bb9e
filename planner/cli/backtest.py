"""The command `planner backtest`: past years planned with the totals that came, beside what happened."""

from __future__ import annotations

from rich.text import Text

from planner.cli.language import tell
from planner.cli.study import kept, place, solve_options
from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.report.folder import ready
from planner.report.headline import percent
from planner.report.study import may_write, write_study
from planner.report.words import Names, term, word
from planner.words import worded


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("backtest", parents=parents, help=tell("help.backtest"))
    made.add_argument("instance", metavar="INSTANCE", nargs="?", default="china-2018", help=tell("help.backtest_instance"))
    solve_options(made, share, seconds, gap=0.001)
    made.add_argument("--force", action="store_true", help=tell("help.stress_force"))


def run(args, out, err) -> int:
    """Plans, compares, prints the distances and writes tables and charts."""
    from planner.cli.commands import Usage, find_instance, tell_warnings
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.report.figures.backtest import distance, shares
    from planner.studies.backtest import NoBacktest, backtest
    from planner.studies.case import Options
    path, lang = find_instance(args.instance), args.lang
    with Watch(err, args.gap, lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        folder = place(instance, "backtest")
        may_write(folder, "backtest", instance.name, args.force)
        ready(folder)
        try:
            found = backtest(instance, options=Options(gap=args.gap, time_limit=args.time_limit), progress=watch,
                             folder=kept(folder, instance, args), jobs=args.jobs, stop=stop)
        except NoBacktest as error:
            raise Usage(worded(error, lang)) from None
        watch({"phase": "writing"})
        names = Names(instance, lang)
        title = word("backtest.title", lang, title=instance.title_zh if lang == "zh" else instance.title)
        charts = [distance(found, lang), *(shares(found, dim, names, instance.base_year) for dim in ("zone", "stage"))]
        write_study(folder, "backtest", instance.name, found.tables(), charts, lang, title, word(
            "backtest.lead", lang, base=instance.base_year), args.force, instance_hash=instance.hash)
    tell_warnings(instance, err, lang)
    show(found, instance, out, lang)
    out.print()
    out.print(Text(word("cli.written", lang, folder=folder)), soft_wrap=True)
    return INTERRUPTED if stop() else DONE


def show(found, instance, out, lang: str) -> None:
    """Mean distances by level, then the goals of every series."""
    frame = found.distances[found.distances["year"] == 0]
    levels = list(dict.fromkeys(frame["level"]))
    sheet = grid(word("backtest.distances", lang, first=instance.years[0], last=instance.years[-1]),
                 word("backtest.series", lang), *(word(f"level.{level}", lang) for level in levels))
    for name, part in frame.groupby("series", sort=False):
        values = part.set_index("level")["distance"]
        sheet.add_row(word(f"series.{name}", lang), *(percent(values[level]) for level in levels))
    out.print(sheet)
    goals = list(dict.fromkeys(found.goals["goal"]))
    sheet = grid(word("backtest.goals", lang), word("backtest.series", lang), *(
        word("policies.gini", lang) if goal == "gini" else term(goal, lang, "goal") for goal in goals))
    for name, part in found.goals.groupby("series", sort=False):
        values = part.set_index("goal")["value"]
        sheet.add_row(word(f"series.{name}", lang), *(figure(values.get(goal)) for goal in goals))
    out.print()
    out.print(sheet)
    out.print(Text(word("backtest.honest", lang)), soft_wrap=True)
