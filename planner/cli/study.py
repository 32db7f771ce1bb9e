"""What the commands that study an instance share: their options, where results go, what a wish that fits nothing becomes."""

from __future__ import annotations

import argparse
import hashlib
from contextlib import contextmanager
from pathlib import Path

from planner.cli.language import tell
from planner.report.folder import folder_name


def whole(text: str) -> int:
    """A whole number of at least 1. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(tell("study.not_a_count", text=text))
    return int(text)


def solve_options(made, share, seconds, gap: float = 0.01) -> None:
    """Options of every study that solves: gap, time limit, processes."""
    made.add_argument("--gap", type=share, default=gap, help=tell("help.study_gap", gap=f"{gap:g}"))
    made.add_argument("--time-limit", type=seconds, default=600.0, metavar="SECONDS", help=tell("help.study_time"))
    made.add_argument("--jobs", type=whole, metavar="N", help=tell("help.jobs"))


def place(instance, study: str) -> Path:
    """Where a study of an instance and its changes goes: beside its plans."""
    from planner.cli.commands import OUTPUTS
    return OUTPUTS / instance.name / f"{folder_name(instance.scenario, list(instance.overrides))}.{study}"


def kept(folder: Path, instance, args) -> Path:
    """Where the cases behind a result are kept: hidden beside it, apart for other inputs, gap or time limit."""
    what = repr((instance.hash, args.gap, args.time_limit))
    return folder.with_name(f".{folder.name}.cases") / hashlib.sha256(what.encode()).hexdigest()[:8]


@contextmanager
def wishes():
    """A ValueError that has words for the reader is a wish that cannot be met: Usage. Any other is ours."""
    from planner.cli.commands import Usage
    try:
        yield
    except ValueError as error:
        if not error.args or not hasattr(error.args[0], "key"):
            raise
        raise Usage(error.args[0]) from None
