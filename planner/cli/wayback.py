"""Workbooks that come back: `planner verify plan.xlsx`, and `planner check --annotate` of an input."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
from rich.table import Table
from rich.text import Text

from planner.cli.terminal import figure, grid
from planner.instance import listing, read
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.report.sheets import owner_word, rule_words, unit_words, where_words
from planner.report.wayback import Unreadable, marked_passport, verify
from planner.report.words import Names, heading, term, word

MOST_LISTED = 40


def verify_workbook(path: Path, instance_path: str | None, lang: str, out) -> int:
    """Tells changes, rules that are broken, and what follows. Raises Usage for a workbook that is no plan."""
    from planner.audit import NotAPlan
    from planner.cli.commands import DONE, NO_PLAN, Usage, by_rounding
    try:
        instance, written, notes = surroundings(path, instance_path, lang)
        verdict = verify(path, instance, written, lang)
    except Unreadable as error:
        raise Usage(listing(error.problems)) from None
    except NotAPlan as error:
        raise Usage(str(error)) from None
    for note in notes + verdict.notes:
        out.print(Text(note, style="yellow"), soft_wrap=True)
    told = verdict.plan.passport.get("instance_hash", "")
    same = not told or told == instance.hash
    if not same:
        out.print(Text(word("wayback.hash", lang, told=told[:12], true=instance.hash[:12]), style="red"),
                  soft_wrap=True)
    tell_changes(verdict, lang, out)
    rows, bad = verdict.rows, verdict.broken
    if bad.empty:
        out.print(Text(word("wayback.kept", lang, rows=f"{len(rows):,}",
                            rules=rows.groupby(["mechanism", "rule"]).ngroups), style="green"))
        return DONE if same else NO_PLAN
    out.print(Text(word("wayback.broken", lang, broken=f"{len(bad):,}", rows=f"{len(rows):,}"), style="red"))
    if count := by_rounding(verdict.plan, bad):
        unit = f"{verdict.plan.passport['rounding']['unit']:g} {instance.money_unit}"
        out.print(Text(word("wayback.rounding", lang, count=f"{count:,}", unit=unit), style="yellow"))
    out.print(broken_table(bad, verdict.plan, lang))
    more(len(bad), lang, out)
    return NO_PLAN


def mark_problems(path: Path, problems, lang: str, err) -> None:
    """Writes a copy of a workbook with its problems marked, and says where it lies."""
    from planner.cli.commands import Usage
    from planner.instance.archive import safe
    from planner.report.annotate import annotate, free_copy
    if path.is_dir():
        raise Usage(listing(problems) + "\n\n" + word("annotate.folder", lang, path=path))
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
        if all(written.passport.get(key, passport[key]) == passport[key] for key in passport if key != "lang"):
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


def broken_table(bad: pd.DataFrame, plan: Plan, lang: str) -> Table:
    """Broken rules in words, the worst of each first."""
    bad = bad.assign(by=-(bad["slack"] + bad["relief"]), worst=bad["slack"] / bad["scale"])
    bad = bad.sort_values("worst", kind="stable", na_position="first").head(MOST_LISTED)
    table = grid("", heading("mechanism", lang))
    columns(table, [heading("rule", lang), heading("where", lang)], [
        heading("year", lang), word("wayback.by", lang), heading("reached", lang), heading("required", lang),
        heading("unit", lang)])
    where = where_words(bad["where"], Names(plan.instance, lang))
    for row, place in zip(bad.itertuples(), where):
        table.add_row(term(row.mechanism, lang, "mechanism"), Text(rule_words(row.mechanism, row.rule, lang)),
                      Text(place), str(row.year or ""), figure(row.by), figure(row.reached),
                      f"{row.sense} {figure(row.required)}", unit_words(row.unit, plan, lang))
    return table


def columns(table: Table, words: list[str], figures: list[str]) -> None:
    for name in words:
        table.add_column(name, overflow="fold")
    for name in figures:
        table.add_column(name, justify="right")


def cell(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else figure(value)


def more(count: int, lang: str, out) -> None:
    if count > MOST_LISTED:
        out.print(word("wayback.more", lang, count=f"{count - MOST_LISTED:,}"))
