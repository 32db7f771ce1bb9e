"""The command `planner stress`: a plan as it stands under sampled returns and named shocks."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from planner.cli.language import tell
from planner.cli.study import kept, solve_options, whole
from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.report.headline import percent
from planner.report.words import Names, term, word
from planner.words import worded

MOST_SHOCKS = 12


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("stress", parents=parents, help=tell("help.stress"))
    made.add_argument("folder", metavar="FOLDER", help=tell("help.stress_folder"))
    made.add_argument("--draws", type=whole, default=1000, metavar="N", help=tell("help.stress_draws"))
    made.add_argument("--seed", type=int, default=0, help=tell("help.stress_seed"))
    made.add_argument("--by", choices=("category", "cell"), default="category", help=tell("help.stress_by"))
    made.add_argument("--alpha", type=share, default=0.9, help=tell("help.stress_alpha"))
    made.add_argument("--hindsight", type=whole, default=0, metavar="N", help=tell("help.stress_hindsight"))
    solve_options(made, share, seconds)
    made.add_argument("--instance", metavar="PATH", help=tell("help.verify_instance"))
    made.add_argument("--out", metavar="FOLDER", help=tell("help.stress_out"))
    made.add_argument("--force", action="store_true", help=tell("help.stress_force"))


def run(args, out, err) -> int:
    """Tests the plan, prints what was found, and writes tables and charts beside the plan."""
    from planner.cli.commands import Usage, load_plan
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.report.figures.samples import distribution, recourse
    from planner.report.folder import ready
    from planner.report.study import may_write, write_study
    from planner.studies.case import Options
    from planner.studies.hindsight import NoHindsight
    from planner.studies.stress import stress
    source, lang = Path(args.folder), args.lang
    folder = Path(args.out) if args.out else source.with_name(f"{source.name}.stress")
    may_write(folder, "stress", str(source), args.force)
    ready(folder)
    with Watch(err, args.gap, lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        plan = load_plan(source, args.instance)
        if plan.allocations.empty:
            raise Usage(word("stress.no_cells", lang, folder=source))
        keep = kept(folder, plan.instance, args) if args.hindsight else None
        try:
            found = stress(plan, args.draws, args.seed, by=args.by, alpha=args.alpha, hindsight=args.hindsight,
                           options=Options(gap=args.gap, time_limit=args.time_limit), progress=watch,
                           folder=keep, jobs=args.jobs, stop=stop)
        except NoHindsight as error:
            raise Usage(worded(error, lang)) from None
        watch({"phase": "writing"})
        names = Names(plan.instance, lang)
        charts = [distribution(found.draws, found.summary, goal, lang, args.alpha) for goal in found.summary["goal"]]
        charts.append(recourse(found.shocks, names, lang))
        title = word("stress.title", lang, title=plan.instance.title_zh if lang == "zh" else plan.instance.title)
        write_study(folder, "stress", str(source), found.tables(), charts, lang, title,
                    word("stress.lead", lang, draws=f"{args.draws:,}", seed=args.seed), args.force,
                    instance_hash=plan.passport.get("instance_hash", ""), **found.settings)
    show(found, names, out, lang, args.alpha)
    out.print()
    out.print(Text(word("cli.written", lang, folder=folder)), soft_wrap=True)
    return INTERRUPTED if stop() else DONE


def show(found, names: Names, out, lang: str, alpha: float) -> None:
    """Distribution, shocks, N-1 and regret, each as a small table."""
    columns = ("expected", "mean", "deviation", "q05", "q50", "q95", "cvar")
    sheet = grid(word("stress.distribution", lang, draws=f"{found.settings['draws']:,}", seed=found.settings["seed"]),
                 term("goal", lang), *(word(f"samples.{name}", lang) for name in columns), word("samples.below", lang))
    for row in found.summary.to_dict("records"):
        sheet.add_row(term(row["goal"], lang, "goal"), *(figure(row[name]) for name in columns), percent(row["below"]))
    out.print(sheet)
    assumed = found.uncertainty[found.uncertainty["status"] == "assumed"]["what"].unique()
    out.print(Text(word("stress.assumed", lang, what=word("cli.comma", lang).join(
        word(f"uncertain.{what}", lang) for what in assumed))), soft_wrap=True)
    if len(found.shocks):
        sheet = grid(word("stress.shocks", lang), word("samples.shock", lang), *(
            word(f"samples.{name}", lang) for name in ("loss", "share", "reserve", "worth", "repaired", "remains")))
        for row in found.shocks.sort_values("loss", ascending=False).head(MOST_SHOCKS).itertuples():
            told = word("shock.named", lang, kind=word(f"shock.{row.kind}", lang),
                        name=names.name("scenario" if row.kind == "state" else row.kind, row.shock))
            sheet.add_row(told, figure(row.loss), percent(row.share), figure(row.reserve), figure(row.worth),
                          figure(row.repaired), figure(row.remains))
        out.print()
        out.print(sheet)
        if not found.shocks["reserve"].any():
            out.print(Text(word("stress.no_reserve", lang)), soft_wrap=True)
    if len(found.lost_region):
        worst = found.lost_region.sort_values("kept").groupby("industry", sort=False).first().reset_index()
        sheet = grid(word("stress.lost_region", lang), term("industry", lang), word("samples.region", lang),
                     term("year", lang), word("samples.kept", lang), word("samples.asked", lang))
        for row in worst.head(MOST_SHOCKS).itertuples():
            sheet.add_row(names.name("industry", row.industry), names.name("region", row.region), str(row.year),
                          percent(row.kept), "–" if row.asked != row.asked else percent(row.asked))
        out.print()
        out.print(sheet)
    if len(found.regret):
        told = found.regret["regret"].dropna()
        out.print()
        if len(told):
            unit = found.regret["unit"].iloc[0]
            out.print(Text(word("stress.regret", lang, count=len(told), mean=figure(told.mean()),
                                worst=figure(told.max()), gap=percent(found.regret["gap"].max(), 3),
                                unit=word("stress.points", lang) if unit == "points" else term(unit, lang, "goal"))),
                      soft_wrap=True)
        if len(told) < len(found.regret):
            out.print(Text(word("stress.regret_missing", lang, count=len(found.regret) - len(told))), soft_wrap=True)
