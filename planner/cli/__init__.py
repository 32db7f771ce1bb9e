"""The command line: the only place that prints or exits.

What each exit status means stands in `planner.cli.statuses`.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from importlib import import_module

import planner
from planner.cli import statuses
from planner.cli.language import UnknownLanguage, chosen, language, spoken, tell
from planner.words import LANGUAGES, word, worded


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit status. No traceback reaches a user without --debug."""
    from rich.console import Console
    err = Console(stderr=True, highlight=False)
    try:
        lang = chosen(sys.argv[1:] if argv is None else argv)
    except UnknownLanguage as error:
        err.print(str(error), style="red", markup=False, soft_wrap=True)
        return 2
    try:
        with spoken(lang):
            args = parser().parse_args(argv)
    except SystemExit as stop:  # argparse has printed its help or what is wrong
        return int(stop.code or 0)
    # A fixed width where nobody watches, so that a log or a test reads the same everywhere.
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    try:
        return run(args, out, err)
    except BrokenPipeError:
        # The reader has gone (`planner check x | head`); what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt as stop:
        err.print(word("cli.interrupted", args.lang))
        if getattr(stop, "solver_runs", False):
            os._exit(130)  # its thread would be waited for otherwise
        return 130
    except Exception as error:  # noqa: BLE001 (the last resort: a sentence, not a traceback)
        if args.debug:
            traceback.print_exc()
        err.print(word("cli.own_mistake", args.lang, kind=type(error).__name__, error=str(error)[:300]),
                  markup=False, soft_wrap=True)
        return statuses.OWN_MISTAKE


REFUSED = {"bad_input": statuses.BAD_INPUT, "not_written": statuses.NOT_WRITTEN, "failed": statuses.FAILED}


def run(args, out, err) -> int:
    """Runs a command; what can be expected to go wrong becomes a sentence and a status."""
    from planner.cli import commands
    from planner.jobs.refusals import refusal

    def refuse(text, status):
        err.print(worded(text, args.lang), style="red", markup=False, soft_wrap=True)
        return status

    try:
        return command(args.command)(args, out, err)
    except commands.Usage as error:
        return refuse(error, statuses.BAD_INPUT)
    except Exception as error:
        if (known := refusal(error)) is not None:
            return refuse(known.words(args.lang), REFUSED[known.kind])
        if type(error).__name__ == "StudyError":  # not imported, as below: commands without a solver stay quick
            return refuse(error, statuses.BAD_INPUT)
        if type(error).__name__ == "Impossible":
            from planner.cli.explain import hint, tell_findings
            from planner.report.clauses import Clauses
            tell_findings(error.findings, err, Clauses(error.instance, args.lang))
            return refuse(hint(args, args.lang), statuses.NO_PLAN)
        if type(error).__name__ != "NoPlan":
            raise
        if error.outcome.status == "infeasible" and hasattr(args, "set"):
            from planner.cli.explain import hint
            error = f"{worded(error, args.lang)} {hint(args, args.lang)}"
            return refuse(error, statuses.NO_PLAN)
        return refuse(error, statuses.without_plan(error.outcome))


def command(name: str):
    """What a command runs: its function in `commands`, or `run` of the file of its own."""
    from planner.cli import commands
    return getattr(commands, name, None) or import_module(f"planner.cli.{name}").run


def share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(tell("cli.not_a_gap", text=text))
    return value


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(tell("cli.not_a_time", text=text))
    return value


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    whole = argparse.ArgumentParser(prog="planner", description=tell("help.planner"),
                                    epilog=tell("help.instance"))
    whole.add_argument("--version", action="version", version=f"planner {planner.__version__}",
                       help=tell("help.version"))
    whole.add_argument("--lang", choices=LANGUAGES, default=language(), help=tell("help.lang"))
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help=tell("help.debug"))
    common.add_argument("--lang", choices=LANGUAGES, default=language(), help=tell("help.lang"))
    named = argparse.ArgumentParser(add_help=False)
    named.add_argument("instance", metavar="INSTANCE")
    changes = argparse.ArgumentParser(add_help=False)
    changes.add_argument("--scenario", metavar="NAME", help=tell("help.scenario"))
    changes.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help=tell("help.set"))
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    solve = commands.add_parser("solve", parents=[named, changes, common], help=tell("help.solve"))
    solve.add_argument("--gap", type=share, default=0.01, help=tell("help.gap"))
    solve.add_argument("--time-limit", type=seconds, default=600.0, metavar="SECONDS",
                       help=tell("help.solve_time"))
    solve.add_argument("--profile", default="balanced", help=tell("help.profile"))
    solve.add_argument("--cluster", metavar="ADDRESS", help=tell("help.cluster"))
    solve.add_argument("--out", metavar="FOLDER", help=tell("help.out"))
    solve.add_argument("--force", action="store_true", help=tell("help.force_plan"))

    check = commands.add_parser("check", parents=[named, changes, common], help=tell("help.check"))
    check.add_argument("--assumptions", action="store_true", help=tell("help.assumptions"))

    check.add_argument("--annotate", action="store_true", help=tell("help.annotate"))

    verify = commands.add_parser("verify", parents=[common], help=tell("help.verify"))
    verify.add_argument("folder", metavar="FOLDER", help=tell("help.verify_folder"))
    verify.add_argument("--instance", metavar="PATH", help=tell("help.verify_instance"))

    new = commands.add_parser("new", parents=[common], help=tell("help.new"))
    new.add_argument("name", metavar="NAME", help=tell("help.new_name"))
    new.add_argument("--from", dest="source", metavar="INSTANCE", help=tell("help.new_from"))
    new.add_argument("--xlsx", action="store_true", help=tell("help.new_xlsx"))

    calibrate = commands.add_parser("calibrate", parents=[common], help=tell("help.calibrate"))
    calibrate.add_argument("instance", metavar="INSTANCE")
    calibrate.add_argument("--goals", action="store_true", help=tell("help.calibrate_goals"))

    from planner.cli import backtest, compare, explain, frontier, generate, labels, ladder, policies, prices, replan, serve, stress, sweep, tender
    compare.add_parser(commands, [common])
    replan.add_parser(commands, [changes, common], share, seconds)
    ladder.add_parser(commands, [named, changes, common], share, seconds)
    explain.add_parser(commands, [changes, common], share, seconds)
    generate.add_parser(commands, [common])
    policies.add_parser(commands, [named, changes, common], share, seconds)
    prices.add_parser(commands, [named, changes, common], share, seconds)
    frontier.add_parser(commands, [named, changes, common], share, seconds)
    sweep.add_parser(commands, [named, changes, common], share, seconds)
    backtest.add_parser(commands, [changes, common], share, seconds)
    labels.add_parser(commands, [named, changes, common], share, seconds)
    stress.add_parser(commands, [common], share, seconds)
    tender.add_parser(commands, [named, changes, common], share, seconds)
    serve.add_parser(commands, [common])
    return whole
