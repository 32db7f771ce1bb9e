"""Reads a folder: instance.toml, one CSV file per table, scenarios/*.toml.

Only files of the folder itself are opened, none is executed, and none larger
than the limits in `raw`.
"""

from __future__ import annotations

import csv
import errno
import io
import re
import stat
import tomllib
from pathlib import Path

import numpy as np

from planner.instance.raw import (
    MEGABYTE, MOST_BYTES, MOST_COLUMNS, MOST_FILES, MOST_ROWS, MOST_TOML_BYTES, Places, Raw,
    RawTable, TablePlace, suggestion)
from planner.instance.scenarios import scenario_of_toml
from planner.vocabulary import Problem
from planner.words import catalogue, say

WORD = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
KEY = re.compile(rf"\s*({WORD}(?:\s*\.\s*{WORD})*)\s*=")
BESIDE = ("instance.toml", "calibration.toml", "scenarios", "statistics")
"""What an instance folder may hold beside its tables and *.md files."""


def read_folder(path: Path, tables: tuple[str, ...]) -> Raw:
    """The folder as it stands; `tables` are the names of the tables that are known."""
    raw = Raw(path.resolve().name, Places("folder"))
    known = [f"{name}.csv" for name in tables]
    try:
        entries = sorted(path.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raw.fatal = True
        raw.problems.append(Problem(str(path), say("problem.folder_unread", reason=reason(error)),
                                    say("mend.folder_unread")))
        return raw
    if len(entries) > MOST_FILES:
        raw.fatal = True
        raw.problems.append(Problem(str(path), say("problem.too_many_files", count=len(entries)),
                                    say("mend.too_many_files", most=MOST_FILES)))
        return raw
    for entry in entries:
        if entry.name in BESIDE or entry.name.startswith((".", "~$")) or entry.suffix == ".md":
            continue
        if entry.name in known:
            _read_table(raw, path, entry)
        else:
            raw.problems.append(Problem(entry.name, say("problem.no_such_file"),
                                        suggestion(entry.stem, tables, say("mend.no_such_file"), most=0)))
    _read_settings(raw, path)
    _read_scenarios(raw, path)
    return raw


def reason(error: Exception) -> str:
    """Why a file could not be opened, without paths and numbers of the system."""
    key = f"system.{errno.errorcode.get(getattr(error, 'errno', None), '')}"
    if key in catalogue():
        return say(key)
    return getattr(error, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__


def load_bytes(root: Path, path: Path, most: int) -> bytes | Problem:
    """The bytes of a plain file inside `root`, or the problem that keeps it from being read."""
    place = path.relative_to(root).as_posix()
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            return Problem(place, say("problem.link_out"), say("mend.link_out"))
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return Problem(place, say("problem.not_plain"), say("mend.not_plain"))
        if found.st_size > most:
            return Problem(place, say("problem.file_size", size=found.st_size / MEGABYTE),
                           say("mend.size", most=most // MEGABYTE))
        with path.open("rb") as stream:
            return stream.read(most + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle, before Python 3.13
        why = reason(error) if isinstance(error, OSError) else say("system.ELOOP")
        return Problem(place, say("problem.file_unread", reason=why), say("mend.open_elsewhere"))


def decode(data: bytes, place: str) -> str | Problem:
    """UTF-8 text, with or without a byte order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem(place, say("problem.not_utf8"), say("mend.not_utf8"),
                       row=data.count(b"\n", 0, error.start) + 1)


def _text(raw: Raw, root: Path, path: Path, most: int) -> str | None:
    found = load_bytes(root, path, most)
    if isinstance(found, bytes):
        found = decode(found, path.relative_to(root).as_posix())
    if isinstance(found, Problem):
        raw.problems.append(found)
        return None
    return found


def _read_table(raw: Raw, root: Path, path: Path) -> None:
    name, place = path.stem, path.name
    raw.places.tables[name] = TablePlace(place, np.array([], int), {}, sheet=False)
    text = _text(raw, root, path, MOST_BYTES)
    if text is None:
        return
    rows, problem = _records(text, place)
    if problem is not None:
        raw.problems.append(problem)
        return
    if not rows:
        raw.problems.append(Problem(place, say("problem.file_empty"), say("mend.file_empty")))
        return
    heads = rows[0]
    while heads and not heads[-1].strip():
        heads = heads[:-1]
    if len(heads) == 1 and re.search(r"[;\t]", heads[0]):
        raw.problems.append(Problem(place, say("problem.no_commas"), say("mend.no_commas"), row=1,
                                    value=heads[0]))
        return
    if len(rows) - 1 > MOST_ROWS or len(heads) > MOST_COLUMNS:
        raw.problems.append(Problem(place, say("problem.table_size", rows=len(rows) - 1, columns=len(heads)),
                                    say("mend.table_size", rows=MOST_ROWS, columns=MOST_COLUMNS)))
        return
    cells, numbers = [], []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(heads):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) < len(heads) or any(cell.strip() for cell in row[len(heads):]):
                raw.problems.append(Problem(place,
                                            say("problem.row_width", count=len(row), headings=len(heads)),
                                            say("mend.row_width"), row=number))
                row = row + [""] * (len(heads) - len(row))
            row = row[:len(heads)]
        elif not any(row):
            continue
        cells.append(tuple(row))
        numbers.append(number)
    raw.tables[name] = RawTable(name, tuple(heads), cells, np.array(numbers, int), typed=False)


def _records(text: str, place: str) -> tuple[list[list[str]], Problem | None]:
    rows = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return rows, Problem(place, say("problem.row_broken", error=error), say("mend.row_broken"),
                             row=len(rows) + 1)
    return rows, None


# --- instance.toml and scenarios -------------------------------------------------


def parse_toml(text: str, place: str) -> dict | Problem:
    """The content of a TOML file, or its first error with its line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        what = re.sub(r"\s*\(at .*", "", str(error)).rstrip(".")
        row = int(match[1]) if match else max(len(text.splitlines()), 1)
        lines = text.splitlines()
        value = lines[row - 1].strip() if match and row <= len(lines) else None
        return Problem(place, say("problem.not_toml", what=what), say("mend.not_toml"), row=row, value=value)
    except RecursionError:
        return Problem(place, say("problem.nested"), say("mend.nested"))


def toml_lines(text: str) -> dict[str, int]:
    """Dotted key -> line, read off the text (good enough to point at a line)."""
    found, section = {}, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if match := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$", line):
            section = ".".join(_words(match[1]))
            found.setdefault(section, number)
        elif match := KEY.match(line):
            key = ".".join(_words(match[1]))
            found.setdefault(f"{section}.{key}" if section else key, number)
    return found


def _words(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r""""[^"]*"|'[^']*'|[^.]+""", key)]


def _read_settings(raw: Raw, root: Path) -> None:
    path = root / "instance.toml"
    if not path.exists():
        raw.problems.append(Problem("instance.toml", say("problem.file_missing"),
                                    say("mend.settings_missing")))
        return
    text = _text(raw, root, path, MOST_TOML_BYTES)
    if text is None:
        return
    found = parse_toml(text, "instance.toml")
    if isinstance(found, Problem):
        raw.problems.append(found)
        return
    raw.settings = found
    raw.places.settings.update(toml_lines(text))


def _read_scenarios(raw: Raw, root: Path) -> None:
    folder = root / "scenarios"
    if not folder.exists():
        return
    if not folder.is_dir():
        raw.problems.append(Problem("scenarios", say("problem.not_a_folder"), say("mend.not_a_folder")))
        return
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in paths[:MOST_FILES]:
        place = f"scenarios/{path.name}"
        if path.suffix != ".toml":
            if path.suffix != ".md":
                raw.problems.append(Problem(place, say("problem.not_a_scenario"), say("mend.not_a_scenario")))
            continue
        text = _text(raw, root, path, MOST_TOML_BYTES)
        if text is None:
            continue
        found = parse_toml(text, place)
        if isinstance(found, Problem):
            raw.problems.append(found)
            continue
        scenario, problems = scenario_of_toml(path.stem, found, toml_lines(text), place)
        raw.problems.extend(problems)
        raw.scenarios[path.stem] = scenario
