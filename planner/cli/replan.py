"""The command `planner replan`: next year's plan from an approved one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.text import Text

from planner.cli.language import tell
from planner.cli.terminal import Interrupt, Watch, summary
from planner.report.folder import folder_name, may_replace, ready, write_output
from planner.report.headline import percent
from planner.report.words import own_unit, word
from planner.words import worded

DEAR = 1e4
"""Points for each per cent that moves: what moves at this price has to."""


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("replan", parents=parents, help=tell("help.replan"))
    made.add_argument("folder", metavar="FOLDER", help=tell("help.replan_folder"))
    made.add_argument("--instance", metavar="PATH", help=tell("help.replan_instance"))
    made.add_argument("--from-year", type=int, metavar="YEAR", help=tell("help.replan_from"))
    made.add_argument("--cap", type=float, metavar="SHARE", help=tell("help.replan_cap"))
    made.add_argument("--price", type=float, metavar="POINTS", help=tell("help.replan_price"))
    made.add_argument("--gap", type=share, default=0.01, help=tell("help.gap"))
    made.add_argument("--time-limit", type=seconds, default=600.0, metavar="SECONDS",
                      help=tell("help.solve_time"))
    made.add_argument("--profile", default="balanced", help=tell("help.profile"))
    made.add_argument("--out", metavar="FOLDER", help=tell("help.out"))
    made.add_argument("--force", action="store_true", help=tell("help.force_plan"))


def run(args, out, err) -> int:
    """Solves, writes the plan, and tells what moved against the approved one."""
    from planner.cli.commands import OUTPUTS, Usage, find_instance, load_plan, tell_warnings
    from planner.cli.compare import chosen
    from planner.cli.compared import show
    from planner.cli.statuses import NO_PLAN, with_plan
    from planner.instance import read
    from planner.mechanisms import MECHANISMS
    from planner.solving import NoPlan
    from planner.studies.replan import CannotReplan, replan
    from solvers.kept import Kept
    with Watch(err, args.gap, args.lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        approved, instance = load_plan(Path(args.folder), None), None
        if args.instance:
            instance = read(find_instance(args.instance), MECHANISMS)
        changed = (instance or approved.instance).with_overrides(args.set, args.scenario)
        changed = replace(changed, name=approved.passport.get("instance", changed.name))
        name = folder_name(args.scenario or approved.passport.get("scenario") or "base", args.set)
        folder = Path(args.out) if args.out else OUTPUTS / changed.name / f"{name}.replan"

        def still() -> str:
            return may_replace(folder, changed.name, changed.scenario, list(changed.overrides), args.force)

        fate = still()
        ready(folder)
        options = dict(gap=args.gap, time_limit=args.time_limit, profile=args.profile, progress=watch, stop=stop,
                       from_year=args.from_year, kept=Kept())
        try:
            found = replan(approved, changed, cap=args.cap, price=args.price, **options)
        except CannotReplan as error:
            raise Usage(worded(error, args.lang)) from None
        except NoPlan as error:
            args.instance = args.instance or str(Path(args.folder) / "instance")  # what a hint would name
            if error.outcome.status == "infeasible" and args.cap is not None and (
                    share := least(approved, changed, options)) is not None:
                err.print(Text(word("replan.least", args.lang, share=percent(share), cap=percent(args.cap)),
                               style="red"), soft_wrap=True)
                return NO_PLAN
            raise
        # The instance's own overrides: those that hold the scale of goals are no wish of the user's.
        found.plan.passport["scale"] = list(found.plan.instance.overrides[len(changed.overrides):])
        watch({"phase": "writing"})
        write_output(with_overrides(found.plan, changed), folder, args.lang, still)
    tell_warnings(changed, err, args.lang)
    summary(found.plan, out, args.lang)
    out.print()
    compared = found.comparison()
    show(compared, chosen(None, compared), 8, out, args.lang)
    out.print()
    tell_change(found, args, out)
    key = "cli.written" if fate == "new" else "cli.replaced"
    out.print(Text(word(key, args.lang, folder=folder)), soft_wrap=True)
    return with_plan(found.plan)


def with_overrides(plan, changed):
    """The plan as one of the instance that the user named, so that its folder can be replaced by the same words."""
    return replace(plan, instance=replace(plan.instance, overrides=changed.overrides))


def least(approved, changed, options: dict) -> float | None:
    """The share that has to move for all rules to be kept; None where there is no plan at all."""
    from planner.solving import NoPlan
    from planner.studies.replan import replan
    try:
        return replan(approved, changed, price=DEAR, rounding=False, **options).share
    except NoPlan:
        return None


def tell_change(found, args, out) -> None:
    told, lang = found.plan.passport["replan"], args.lang
    values = dict(moved=f"{found.moved:,.2f}", share=percent(found.share), year=told["from_year"],
                  unit=own_unit(found.plan.instance.money_unit, lang))
    out.print(Text(word("replan.moved", lang, **values)), soft_wrap=True)
    if args.cap is not None:
        out.print(Text(word("replan.capped", lang, cap=percent(args.cap))), soft_wrap=True)
    if args.price is not None:
        out.print(Text(word("replan.priced", lang, price=f"{args.price:g}", penalty=f"{told['penalty']:,.4f}")),
                  soft_wrap=True)
    rows = found.plan.compliance
    past = int(((rows["status"] == "broken") & (rows["year"] > 0) & (rows["year"] < told["from_year"])).sum())
    if past:
        out.print(Text(word("replan.past_broken", lang, count=past, year=told["from_year"]), style="yellow"),
                  soft_wrap=True)


