"""An output folder that is whole or not there: written beside its place, then renamed into it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from planner.instance import write_folder
from planner.instance.folder import reason as why
from planner.instance.keeping import clear, exchange, folder_beside
from planner.report.beside import attach
from planner.report.html import write as write_report
from planner.report.workbook import write as write_workbook
from planner.words import say

LONGEST_NAME = 60
LEAST_FREE = 16 * 1024 * 1024
"""Bytes free on the disk below which a solve is not begun."""
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*\.")
"""Names that Windows takes for devices, or cuts."""
WRITTEN = ("instance", "plan.json", "plan.xlsx", "report.html", "tables")
"""What an output holds; anything else in its folder is somebody's own."""
OPEN = ("~$plan.xlsx", ".~lock.plan.xlsx#")
"""Files by which Excel and LibreOffice mark a workbook that they have open."""


class WillNotReplace(Exception):
    """The place of an output holds something that must not be lost; the text says what."""


class Blocked(Exception):
    """All is written, but could not be put into place; `kept` is where it lies."""

    def __init__(self, folder: Path, kept: Path, reason: str):
        self.kept = kept
        super().__init__(say("output.blocked", folder=folder, reason=reason, kept=kept))


def folder_name(scenario: str, overrides: list[str]) -> str:
    """Where a scenario's plan goes: its name and the changes made to it, readable and always the same.

    >>> folder_name("west-first", ["basic_research.floor=0.10"])
    'west-first+basic_research.floor=0.10'
    """
    whole = "+".join([scenario or "base", *overrides])
    name = re.sub(r"[^\w.=+\-]", "_", whole).lstrip(".-") or "_"
    name = f"_{name}" if RESERVED.fullmatch(name) else name
    if name == whole and len(name) <= LONGEST_NAME:
        return name
    mark = hashlib.sha256(whole.encode()).hexdigest()[:6]
    return f"{name[:LONGEST_NAME - 7]}-{mark}"


def may_replace(folder: Path, instance: str, scenario: str, overrides: list[str], force: bool) -> str:
    """'new' or 'replaced'. Raises WillNotReplace for what is not a plan of the same scenario.

    A folder that holds no plan is never replaced, not even by force.
    """
    if not folder.exists():
        return "new"
    try:
        if folder.is_dir() and not any(folder.iterdir()):
            return "new"
    except OSError as error:
        raise WillNotReplace(say("output.unread", folder=folder, reason=why(error))) from None
    try:
        told = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        same = (told["instance"], told["scenario"] or "base", told.get("overrides", [])) == (
            instance, scenario or "base", overrides)
    except (OSError, ValueError, KeyError, TypeError):
        raise WillNotReplace(say("output.no_plan", folder=folder)) from None
    if force:
        return "replaced"
    if not same:
        raise WillNotReplace(say("output.other_plan", folder=folder, instance=told["instance"],
                                 scenario=told["scenario"]))
    for mark in OPEN:
        if (folder / mark).exists():
            raise WillNotReplace(say("output.open", file=folder / "plan.xlsx", mark=folder / mark))
    foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in WRITTEN and entry.name[0] != ".")
    if foreign:
        raise WillNotReplace(say("output.foreign", folder=folder, names=", ".join(foreign[:5])))
    book = folder / "plan.xlsx"
    if book.exists() and (not book.is_file() or told.get("workbook_sha256") and (
            digest(book) != told["workbook_sha256"])):
        raise WillNotReplace(say("output.edited", file=book))
    return "replaced"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ready(folder: Path) -> None:
    """Looks before a long solve whether its plan can be written. Raises OSError where it cannot."""
    folder = Path(folder).absolute()
    there = next(place for place in folder.parents if place.exists())
    try:
        clear(folder)
        with tempfile.TemporaryDirectory(prefix=".try.", dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    if free < LEAST_FREE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def write_output(plan, folder: Path | str, lang: str = "en", still: Callable[[], object] | None = None) -> Path:
    """Writes plan.xlsx, report.html, plan.json, tables/ and instance/ into `folder`, replacing what is there.

    `instance/` is the input with its scenario and overrides applied, so that the
    plan can be checked from its folder alone. Everything is written beside and
    renamed at the end: a failure leaves the earlier output whole.
    still  called when all is written; raises WillNotReplace when the place may no longer be replaced
    Raises Blocked when only the renaming failed, OSError when the disk did not take it.
    """
    folder, start = Path(folder), time.perf_counter()
    plan.passport["overrides"] = list(plan.instance.overrides)
    attach(plan, folder.absolute())
    with replaced(folder, still) as beside:
        write_folder(plan.instance, beside / "instance")
        write_workbook(plan, beside / "plan.xlsx", lang)
        write_report(plan, beside / "report.html", lang)
        plan.passport["workbook_sha256"] = digest(beside / "plan.xlsx")
        plan.passport.setdefault("times", {})["writing"] = round(time.perf_counter() - start, 3)
        plan.save(beside)
    return folder


@contextmanager
def replaced(folder: Path, still: Callable[[], object] | None = None):
    """A new folder beside `folder`, put into its place when all went well, removed otherwise."""
    folder = folder.absolute()
    with folder_beside(folder) as made:
        yield made
        made.chmod(0o755)
        try:
            if still is not None:
                still()
            into_place(made, folder)
        except (OSError, WillNotReplace) as error:
            kept = free_name(folder)
            made.rename(kept)
            cause = error.args[0] if isinstance(error, WillNotReplace) else why(error)
            raise Blocked(folder, kept, cause) from error


def into_place(made: Path, folder: Path) -> None:
    """Puts `made` where `folder` is; what was there is then removed with `made`. Raises OSError.

    In one step where the system has it; else in two, with the earlier output set aside between them,
    from where the next run would bring it back.
    """
    if not folder.exists():
        try:
            made.rename(folder)
            return
        except OSError:
            if not folder.exists():  # else another run was quicker
                raise
    if exchange(made, folder):
        return
    aside = made.with_name(made.name + ".old")
    folder.rename(aside)
    try:
        made.rename(folder)
    except BaseException:
        if not folder.exists():
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def free_name(folder: Path) -> Path:
    number = 1
    while (found := folder.with_name(f"{folder.name}-new-{number}")).exists():
        number += 1
    return found
