"""The command line of the solver layer: any linear or mixed-integer MPS or LP file, with its trajectory.

    python -m solvers model.mps.gz --gap 0.001 --time-limit 300 --rival highs

Exit status: 0 optimal, or the gap is reached; 1 the solver failed; 2 wrong input or usage;
3 the effort ended with a solution; 4 it ended without one; 5 infeasible; 6 unbounded;
130 interrupted (a solution held by then is still told and written).
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

import numpy as np

from solvers.matrix import Matrix, read_mps
from solvers.outcome import Outcome, Stop
from solvers.profiles import load_profile
from solvers.rivals import RIVALS, NotInstalled
from solvers.search import solve
from solvers.trajectory import figure, percent, table, write_csv

BAD_INPUT, NO_SOLUTION, INTERRUPTED = 2, 4, 130
STATUS = {Stop.OPTIMAL: 0, Stop.GAP_LIMIT: 0, Stop.FAILED: 1, Stop.TIME_LIMIT: 3, Stop.INFEASIBLE: 5,
          Stop.UNBOUNDED: 6, Stop.INTERRUPTED: INTERRUPTED}
WIDE = 1e9  # largest over smallest coefficient from which a reader is warned


class Usage(Exception):
    """A command that cannot be carried out; the text says why."""


def main(argv: list[str] | None = None) -> int:
    """Runs the command and returns its exit status; no traceback for what a user can mend."""
    try:
        args = parser().parse_args(argv)
    except SystemExit as stop:  # argparse has printed its help or what is wrong
        return int(stop.code or 0)
    try:
        return run(args)
    except Usage as error:
        say(str(error), sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        say("Interrupted; nothing was written.", sys.stderr)
        sys.stdout.flush()
        os._exit(INTERRUPTED)  # the solver's thread would be waited for otherwise
    except BrokenPipeError:  # the reader has gone; what is left goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MemoryError:
        say("There is not enough memory for this model.", sys.stderr)
        return 1


def run(args) -> int:
    """Reads, solves, runs the rivals, tells and writes. Raises Usage."""
    settings = _profile(args.profile)
    for path in (args.solution, args.trajectory):
        _writable(path)
    matrix = read(args.model)
    gap = settings.gap if args.gap is None else args.gap
    limit = settings.time_limit if args.time_limit is None else args.time_limit
    for line in describe(matrix):
        say(line)
    say(f"Target gap {percent(gap)}, at most {limit:g} s, profile {args.profile}, seed {args.seed}.\n")
    show = Lines()
    with Interrupt() as stop:
        outcome = solve(matrix, gap=gap, time_limit=limit, profile=args.profile, seed=args.seed,
                        progress=show, stop=stop)
        say("\n" + told(outcome))
        if args.solution:
            _write(write_solution, args.solution, matrix, outcome)
        outcomes = {"ours": outcome}
        for name in dict.fromkeys(args.rival):
            if stop.asked:
                break
            try:
                say(f"\n{name}, with its own settings:")
                show.last = None
                outcomes[name] = RIVALS[name](matrix, gap, limit, settings.threads, progress=show, stop=stop)
                say(told(outcomes[name]))
            except NotInstalled as error:
                say(str(error))
    if len(outcomes) > 1:
        say("\n" + table(outcomes, gap))
    if args.trajectory:
        _write(write_csv, args.trajectory, {name: one.trajectory for name, one in outcomes.items()})
    if stop.asked:
        return INTERRUPTED
    return NO_SOLUTION if outcome.stop is Stop.TIME_LIMIT and outcome.x is None else STATUS[outcome.stop]


def read(path: Path) -> Matrix:
    """The matrix of a file. Raises Usage for none, one that is no model, and numbers that make no sense."""
    if not path.is_file():
        raise Usage(f"There is no file {path}.")
    try:
        matrix = read_mps(path)
        matrix.check()
    except ValueError as error:
        raise Usage(f"{str(error).rstrip('.')}.") from None
    except OSError as error:
        raise Usage(f"{path} cannot be read: {error.strerror or error}.") from None
    if not matrix.n_columns:  # the LP reader takes any text for a model of nothing
        raise Usage(f"{path} has no columns: it is no model, or an empty one.")
    return matrix


def describe(matrix: Matrix) -> list[str]:
    """Size and range of the numbers, and a warning where they lie far apart."""
    spans = {name: span for name, span in matrix.coefficient_range().items() if span[1] > 0}
    lines = [f"{matrix.n_columns:,} columns ({int(matrix.integer.sum()):,} whole), {matrix.n_rows:,} rows, "
             f"{matrix.nonzeros:,} nonzeros; {'maximise' if matrix.maximise else 'minimise'}.",
             "Ranges: " + (", ".join(f"{name} {low:.3g} to {high:.3g}"
                                     for name, (low, high) in spans.items()) or "no number but 0") + "."]
    for name, (low, high) in spans.items():
        if high / low > WIDE:
            lines.append(f"Warning: the {name} numbers lie {np.log10(high / low):.0f} powers of ten apart; "
                         "rounding may decide what is feasible. Other units would help.")
    return lines


def told(outcome: Outcome) -> str:
    """How it ended, in words and figures."""
    parts = [outcome.message or str(outcome.stop)]
    if outcome.x is not None:
        parts.append(f"Objective {figure(outcome.objective)}.")
    if outcome.bound is not None:
        parts.append(f"Bound {figure(outcome.bound)}.")
    return " ".join([*parts, f"{outcome.times.get('total', 0.0):.2f} s."])


def write_solution(path: Path, matrix: Matrix, outcome: Outcome) -> None:
    """Writes the incumbent in MIPLIB's form: `=obj= value`, then name and value of all columns not 0."""
    if outcome.x is None:
        say(f"No solution is held, so {path} was not written.")
        return
    lines = [f"=obj= {float(outcome.objective)!r}"]
    lines += [f"{matrix.column_name(j)} {float(outcome.x[j])!r}" for j in np.flatnonzero(outcome.x).tolist()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(f"The solution is in {path}.")


class Lines:
    """Prints progress events as lines, one for each that says something new."""

    def __init__(self):
        self.last = None

    def __call__(self, event: dict) -> None:
        news = (event["phase"], figure(event["incumbent"]), figure(event["bound"]), percent(event["gap"]))
        if news != self.last:
            self.last = news
            say(f"{event['time']:8.1f} s  {news[0]:<14} incumbent {news[1]:>16}  bound {news[2]:>16}  "
                f"gap {news[3]:>9}")


class Interrupt:
    """Ctrl-C asks the solver to stop and keep its solution; the third ends the process on the spot."""

    def __init__(self):
        self.times = 0

    @property
    def asked(self) -> bool:
        return self.times > 0

    def __call__(self) -> bool:
        return self.asked

    def __enter__(self) -> Interrupt:
        try:
            self._before = signal.signal(signal.SIGINT, self._take)
        except ValueError:  # not in the main thread: nothing to take
            self._before = None
        return self

    def __exit__(self, *_) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _take(self, *_) -> None:
        self.times += 1
        if self.times >= 3:
            os._exit(INTERRUPTED)
        os.write(2, b"Stopping: the best solution so far is kept. Ctrl-C twice more gives up.\n"
                 if self.times == 1 else b"Still stopping; Ctrl-C once more gives up.\n")


def say(text: str, file=None) -> None:
    print(text, file=file or sys.stdout, flush=True)


def _profile(name: str):
    try:
        return load_profile(name)
    except (ValueError, OSError) as error:
        raise Usage(f"{str(error).capitalize()}.") from None


def _writable(path: Path | None) -> None:
    """Raises Usage at once, not after an hour's solve, for a file that cannot be written."""
    if path is not None and (path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK)):
        raise Usage(f"{path} cannot be written.")


def _write(writer, path: Path, *what) -> None:
    try:
        writer(path, *what)
    except OSError as error:
        raise Usage(f"{path} cannot be written: {error.strerror or error}.") from None


def _number(kind, low, below, meant):
    def take(text: str):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value < below:
            raise argparse.ArgumentTypeError(f"{text} is not {meant}")
        return value
    return take


def parser() -> argparse.ArgumentParser:
    """The options."""
    out = argparse.ArgumentParser(
        prog="python -m solvers", usage="%(prog)s MODEL [options]",
        description="Solves a linear or mixed-integer MPS or LP file (also .gz).",
        epilog="Exit status: 0 optimal or gap reached, 1 failed, 2 wrong input, 3 effort ended with a "
               "solution, 4 without, 5 infeasible, 6 unbounded, 130 interrupted.")
    out.add_argument("model", type=Path, metavar="MODEL")
    out.add_argument("--profile", default="balanced", metavar="NAME",
                     help="quick, balanced (default), proof, reproducible, or a TOML file of your own")
    out.add_argument("--gap", type=_number(float, 0, 1, "a gap: give a share such as 0.01 for 1 %%"),
                     help="relative gap at which to stop (default: the profile's)")
    out.add_argument("--time-limit", type=_number(float, 0, np.inf, "a time: give seconds"),
                     metavar="SECONDS", help="default: the profile's; rivals get as much again each")
    out.add_argument("--seed", type=_number(int, 0, 2**31, "a seed: give a whole number from 0"), default=0)
    out.add_argument("--rival", action="extend", nargs="+", choices=sorted(RIVALS), default=[],
                     help="then solve the same with this solver as it comes, and compare")
    out.add_argument("--solution", type=Path, metavar="FILE", help="write the solution, in MIPLIB's form")
    out.add_argument("--trajectory", type=Path, metavar="FILE.csv",
                     help="write every change of incumbent and bound")
    return out
