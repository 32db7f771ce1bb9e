"""Workbooks that come back: `planner verify plan.xlsx`, and `planner check --annotate` of an input."""

from __future__ import annotations

import math
from pathlib import Path

from rich.table import Table
from rich.text import Text

from planner.cli.terminal import figure, grid
from planner.cli.verdict import MOST_LISTED, tell_rules
from planner.instance import listing, read
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.report.sheets import owner_word
from planner.report.wayback import Unreadable, marked_passport, verify
from planner.report.words import Names, heading, term, word
from planner.words import worded


def verify_workbook(path: Path, instance_path: str | None, lang: str, out) -> int:
    """Tells changes, rules that are broken, and what follows. Raises Usage for a workbook that is no plan."""
    from planner.audit import NotAPlan
    from planner.cli.commands import Usage
    try:
        instance, written, notes = surroundings(path, instance_path, lang)
        verdict = verify(path, instance, written, lang)
    except Unreadable as error:
        raise Usage(listing(error.problems, lang)) from None
    except NotAPlan as error:
        raise Usage(worded(error, lang)) from None
    for note in notes + verdict.notes:
        out.print(Text(note, style="yellow"), soft_wrap=True)
    tell_changes(verdict, lang, out)
    return tell_rules(verdict.plan, verdict.rows, lang, out)


def mark_problems(path: Path, problems, lang: str, err) -> None:
    """Writes a copy of a workbook with its problems marked, and says where it lies."""
    from planner.cli.commands import Usage
    from planner.instance.archive import safe
    from planner.report.annotate import annotate, free_copy
    if path.is_dir():
        raise Usage(listing(problems, lang) + "\n\n" + word("annotate.folder", lang, path=path))
    try:
        if safe(path) is not None:
            raise ValueError
        made = annotate(path, list(problems), free_copy(path), lang)
    except OSError:
        raise
    except Exception:  # what cannot be read as a workbook cannot be marked; its problem says why
        err.print(Text(word("annotate.unreadable", lang), style="yellow"), soft_wrap=True)
        return
    err.print(Text(word("annotate.written", lang, path=made)), soft_wrap=True)


def surroundings(path: Path, instance_path: str | None, lang: str) -> tuple[object, Plan | None, list[str]]:
    """The instance, the plan written beside the workbook (or None), and what must be said of them."""
    from planner.cli.commands import Usage, find_instance, load_plan
    passport, folder, notes = marked_passport(path), path.parent, []
    if (folder / "plan.json").is_file() and any((folder / "tables").glob("*.csv")):
        written = load_plan(folder, instance_path)
        if all(written.passport.get(key, told) == told for key, told in passport.items() if key != "lang"):
            return written.instance, written, notes
        notes.append(word("wayback.other_plan", lang))
    notes.append(word("wayback.alone", lang))
    if instance_path:
        return read(find_instance(instance_path), MECHANISMS, passport.get("scenario") or None,
                    passport.get("overrides", [])), None, notes
    if (folder / "instance").is_dir():
        return read(folder / "instance", MECHANISMS), None, notes
    raise Usage(word("wayback.no_instance", lang, path=path))


def tell_changes(verdict, lang: str, out) -> None:
    found = verdict.changes
    if found is None:
        return
    if not found:
        out.print(Text(word("wayback.unchanged", lang)))
        return
    kinds = [change.kind for change in found]
    table = grid(word("wayback.changed", lang, cells=kinds.count("cell"), deleted=kinds.count("deleted"),
                      added=kinds.count("added")), word("wayback.place", lang))
    columns(table, [word("wayback.what", lang)], [word(f"wayback.{key}", lang) for key in (
        "before", "after", "difference")])
    names = Names(verdict.plan.instance, lang)
    for change in found[:MOST_LISTED]:
        what = ", ".join(str(label_words(names, column, key)) for column, key in change.labels.items()
                         if key not in ("", None))
        what += f": {heading(change.column, lang)}" if change.kind == "cell" else (
            f": {word(f'wayback.row_{change.kind}', lang)}")
        moved = (change.after or 0.0) - (change.before or 0.0)
        table.add_row(Text(change.place), Text(what), cell(change.before), cell(change.after),
                      ("+" if moved > 0 else "") + cell(moved))
    out.print(table)
    more(len(found), lang, out)
    if verdict.followed:
        table = grid(word("wayback.followed", lang), "")
        columns(table, [], [word("wayback.before", lang), word("wayback.after", lang)])
        for words, before, after in verdict.followed:
            table.add_row(Text(words), figure(before), figure(after))
        out.print(table)


def label_words(names: Names, column: str, key):
    if column in ("owner", "item", "mechanism"):
        return owner_word(key, names.lang)
    return term(key, names.lang, "goal") if column == "goal" else names.name(column, key)


def columns(table: Table, words: list[str], figures: list[str]) -> None:
    for name in words:
        table.add_column(name, overflow="fold")
    for name in figures:
        table.add_column(name, justify="right")


def cell(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else figure(value)


def more(count: int, lang: str, out) -> None:
    if count > MOST_LISTED:
        out.print(word("verify.more", lang, count=count - MOST_LISTED))
