"""The command line: the only place that prints or exits.

Exit status: 0 a plan, or all in order; 1 no plan, or a rule is broken; 2 wrong
input or usage; 130 interrupted without a plan.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback

import planner


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit status. No traceback reaches a user without --debug."""
    from rich.console import Console
    try:
        args = parser().parse_args(argv)
    except SystemExit as stop:  # argparse has printed its help or what is wrong
        return int(stop.code or 0)
    err = Console(stderr=True, highlight=False)
    # A fixed width where nobody watches, so that a log or a test reads the same everywhere.
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    try:
        return run(args, out, err)
    except BrokenPipeError:
        # The reader has gone (`planner check x | head`); what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt as stop:
        err.print("Interrupted; no plan was written. What was there before is as it was.")
        if getattr(stop, "solver_runs", False):
            os._exit(130)  # its thread would be waited for otherwise
        return 130
    except Exception as error:  # noqa: BLE001 (the last resort: a sentence, not a traceback)
        if args.debug:
            traceback.print_exc()
        err.print(f"The planner stopped because of a mistake of its own ({type(error).__name__}: "
                  f"{str(error)[:300]}). Nothing was written. "
                  "Run the command again with --debug to see where, and report it.",
                  markup=False, soft_wrap=True)
        return 1


def run(args, out, err) -> int:
    """Runs a command; what can be expected to go wrong becomes a sentence and a status."""
    from planner.cli import commands
    from planner.instance import InvalidInstance, listing
    from planner.report.folder import Blocked, WillNotReplace

    def say(text, status):
        err.print(str(text), style="red", markup=False, soft_wrap=True)
        return status

    try:
        return getattr(commands, args.command)(args, out, err)
    except InvalidInstance as error:
        return say(listing(error.problems), commands.BAD_INPUT)
    except (commands.Usage, WillNotReplace) as error:
        return say(error, commands.BAD_INPUT)
    except Blocked as error:
        return say(error, commands.NO_PLAN)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        where = f" ({error.filename})" if error.filename else ""
        return say(f"A file could not be read or written: {error.strerror or error}{where}. "
                   "What was there before is as it was.", commands.NO_PLAN)
    except MemoryError:
        return say("There is not enough memory for this model. Close other programs, or leave "
                   "mechanisms out.", commands.NO_PLAN)
    except Exception as error:
        if type(error).__name__ == "Impossible":  # not imported: commands without a solver stay quick
            from planner.cli.explain import hint, tell_findings
            tell_findings(error.findings, err, args.lang)
            return say(hint(args, args.lang), commands.NO_PLAN)
        if type(error).__name__ != "NoPlan":
            raise
        stopped = str(error.outcome.stop) == "interrupted"
        if error.outcome.status == "infeasible" and hasattr(args, "set"):
            from planner.cli.explain import hint
            error = f"{error} {hint(args, args.lang)}"
            return say(error, commands.NO_PLAN)
        return say(error, commands.INTERRUPTED if stopped else commands.NO_PLAN)


def share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a gap; give a share such as 0.01 for 1 %")
    return value


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a time; give seconds above 0")
    return value


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    whole = argparse.ArgumentParser(
        prog="planner",
        description="Allocates money, talent and platforms under innovation-policy mechanisms.",
        epilog="INSTANCE is a folder or .xlsx workbook, or the name of one in ./instances.")
    whole.add_argument("--version", action="version", version=f"planner {planner.__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true",
                        help="show where a mistake of the planner's own arose")
    common.add_argument("--lang", choices=("en", "zh"), default="en", help="language of tables and workbook")
    changes = argparse.ArgumentParser(add_help=False)
    changes.add_argument("instance", metavar="INSTANCE")
    changes.add_argument("--scenario", metavar="NAME", help="a scenario of the instance")
    changes.add_argument("--set", metavar="KEY=VALUE", action="append", default=[],
                         help="change one thing, e.g. basic_research.floor=0.10 or budget.central*=0.9; "
                              "may be given several times")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    solve = commands.add_parser("solve", parents=[changes, common], help="find a plan and write it")
    solve.add_argument("--gap", type=share, default=0.01, help="relative gap at which to stop (default 0.01)")
    solve.add_argument("--time-limit", type=seconds, default=600.0, metavar="SECONDS",
                       help="seconds for the search (default 600); the best plan found is kept")
    solve.add_argument("--profile", default="balanced", help="solver settings by name (default balanced)")
    solve.add_argument("--out", metavar="FOLDER",
                       help="where the plan goes (default outputs/INSTANCE/SCENARIO)")
    solve.add_argument("--force", action="store_true",
                       help="replace a plan of something else, or a workbook edited by hand")

    check = commands.add_parser("check", parents=[changes, common], help="check every table of an instance")
    check.add_argument("--assumptions", action="store_true", help="list where the figures come from")

    verify = commands.add_parser("verify", parents=[common], help="recompute every rule of a written plan")
    verify.add_argument("folder", metavar="FOLDER", help="a folder that `planner solve` wrote")
    verify.add_argument("--instance", metavar="PATH",
                        help="the instance, where the plan's own copy is not wanted")

    new = commands.add_parser("new", parents=[common], help="copy an instance")
    new.add_argument("name", metavar="NAME", help="the new instance's name (in ./instances) or path")
    new.add_argument("--from", dest="source", metavar="INSTANCE", required=True)
    new.add_argument("--xlsx", action="store_true", help="as one workbook to fill in")

    calibrate = commands.add_parser("calibrate", parents=[common],
                                    help="compute baseline tables from published margins")
    calibrate.add_argument("instance", metavar="INSTANCE")
    calibrate.add_argument("--goals", action="store_true",
                           help="instead, solve for each goal's ideal and nadir and keep them in goals.csv")

    from planner.cli import explain, generate, policies, tender
    explain.add_parser(commands, [changes, common], share, seconds)
    generate.add_parser(commands, [common])
    policies.add_parser(commands, [changes, common], share, seconds)
    tender.add_parser(commands, [changes, common], share, seconds)
    return whole
