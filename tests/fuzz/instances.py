"""Mutants of instance folders. A seed says everything: the base, the changes, scenario and overrides."""

from __future__ import annotations

import csv
import io
import random
import tomllib
from dataclasses import dataclass, field

from planner.instance.reading import declared_tables
from planner.instance.settings import ON, PRICE
from planner.instance.tables import CORE_PARAMETERS, HEADER
from planner.instance.writing import toml_value
from planner.mechanisms import MECHANISMS
from tests.fuzz.bases import CHANCES, Files, base
from tests.fuzz.values import FACTORS, wild, within

TABLES = declared_tables(MECHANISMS)
PARAMETERS = {"core": CORE_PARAMETERS} | {
    mechanism.name: (ON, PRICE, *mechanism.parameters) for mechanism in MECHANISMS}
MOST_CHANGES = 4


@dataclass
class Mutant:
    """One case: files, what to solve, and what was done, for people."""

    seed: int
    base: str
    files: Files
    scenario: str | None = None
    overrides: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


def mutant(seed: int) -> Mutant:
    """The mutant of a seed, always the same. Half of them keep every value in its declared range."""
    draw = random.Random(seed)
    name = draw.choices([*CHANCES], [*CHANCES.values()])[0]
    made = Mutant(seed, name, dict(base(name)))
    switch(made, draw)
    ways = GENTLE if draw.random() < 0.5 else ROUGH
    for _ in range(draw.randrange(1, MOST_CHANGES + 1)):
        way = draw.choices([*ways], [*ways.values()])[0]
        told = way(made, draw)
        if told:
            made.done.append(f"{way.__name__}: {told}")
    return made


# --- tables ---------------------------------------------------------------------


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline="")))


def put_rows(made: Mutant, name: str, rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    made.files[name] = stream.getvalue().encode("utf-8", "replace")


def a_table(made: Mutant, draw) -> tuple[str, list[list[str]]] | None:
    names = [name for name, data in made.files.items() if name.endswith(".csv") and "/" not in name
             and name not in ("provenance.csv", "sources.csv") and data.count(b"\n") > 1]
    if not names:
        return None
    name = draw.choice(names)
    rows = rows_of(made.files[name])
    return (name, rows) if len(rows) > 1 and rows[0] else None


def a_cell(made: Mutant, draw, kinds=None):
    """(file, rows, row, column, declaration or None) of a random cell."""
    if (found := a_table(made, draw)) is None:
        return None
    name, rows = found
    table = TABLES.get(name.removesuffix(".csv"))
    columns = {column.name: column for column in table.columns} if table else {}
    places = [(at, columns.get(head.partition(" ")[0])) for at, head in enumerate(rows[0])]
    places = [(at, column) for at, column in places if kinds is None or column and column.kind in kinds]
    if not places:
        return None
    at, column = draw.choice(places)
    row = draw.randrange(1, len(rows))
    return (name, rows, row, at, column) if at < len(rows[row]) else None


def number_within(made, draw):
    if (found := a_cell(made, draw, ("number", "integer"))) is None or found[4].key:
        return None
    name, rows, row, at, column = found
    try:
        now = float(rows[row][at])
    except ValueError:
        now = None
    rows[row][at] = repr(within(draw, column, now))
    put_rows(made, name, rows)
    return f"{name} row {row + 1} {column.name} = {rows[row][at]}"


def times(made, found, factor, most=None):
    """A whole column times a factor, at most `most` where there is a limit."""
    name, rows, _, at, column = found
    for row in rows[1:]:
        try:
            value = float(row[at]) * factor
            row[at] = repr(value if most is None else min(value, most))
        except (ValueError, IndexError):
            pass
    put_rows(made, name, rows)
    return f"{name} {column.name} *= {factor}"


def column_scaled(made, draw):
    if (found := a_cell(made, draw, ("number",))) is None:
        return None
    factor = draw.choice((0.5, 0.8, 0.95, 1.05, 1.3, 2.0))
    return times(made, found, factor, found[4].high)


def column_far(made, draw):
    """A column in another unit by mistake, or in none at all."""
    if (found := a_cell(made, draw, ("number",))) is None:
        return None
    return times(made, found, draw.choice(FACTORS))


def choice_within(made, draw):
    if (found := a_cell(made, draw, ("choice", "flag"))) is None:
        return None
    name, rows, row, at, column = found
    rows[row][at] = draw.choice(column.choices or ("true", "false"))
    put_rows(made, name, rows)
    return f"{name} row {row + 1} {column.name} = {rows[row][at]}"


def cell_wild(made, draw):
    if (found := a_cell(made, draw)) is None:
        return None
    name, rows, row, at, _ = found
    rows[draw.choice((row, row, row, row, 0))][at] = value = wild(draw)
    put_rows(made, name, rows)
    return f"{name} row {row + 1} {rows[0][at][:40]} = {value[:40]!r}"


def cell_from_elsewhere(made, draw):
    """A value of the same column, or of a neighbouring one, in the wrong row."""
    if (found := a_cell(made, draw)) is None:
        return None
    name, rows, row, at, _ = found
    other = draw.choice(rows[1:])
    rows[row][at] = other[draw.choice((at, draw.randrange(len(other))))] if len(other) > at else ""
    put_rows(made, name, rows)
    return f"{name} row {row + 1} column {at + 1} = {rows[row][at]!r}"


def row_changed(made, draw):
    if (found := a_table(made, draw)) is None:
        return None
    name, rows = found
    row, what = draw.randrange(1, len(rows)), draw.choice(("deleted", "twice", "short", "long", "blank", "order"))
    if what == "deleted":
        del rows[row]
    elif what == "twice":
        rows.insert(row, list(rows[row]))
    elif what == "short":
        rows[row] = rows[row][:-1]
    elif what == "long":
        rows[row] += [wild(draw)]
    elif what == "blank":
        rows.insert(row, ["" for _ in rows[row]])
    else:
        rest = rows[1:]
        draw.shuffle(rest)
        rows[1:] = rest
    put_rows(made, name, rows)
    return f"{name} row {row + 1} {what}"


def row_dropped(made, draw):
    """A row less: what the base cannot do without is told, the rest is an instance of its own."""
    if (found := a_table(made, draw)) is None:
        return None
    name, rows = found
    del rows[draw.randrange(1, len(rows))]
    put_rows(made, name, rows)
    return name


def column_changed(made, draw):
    if (found := a_table(made, draw)) is None:
        return None
    name, rows = found
    at, what = draw.randrange(len(rows[0])), draw.choice(("deleted", "twice", "renamed", "swapped", "unit"))
    other = draw.randrange(len(rows[0]))
    for number, row in enumerate(rows):
        if at >= len(row) or other >= len(row):
            continue
        if what == "deleted":
            del row[at]
        elif what == "twice":
            row.append(row[at])
        elif what == "swapped":
            row[at], row[other] = row[other], row[at]
        elif number == 0:
            row[at] = wild(draw) if what == "renamed" else row[at] + draw.choice((" [billion]", " [", " []", " [1]"))
    put_rows(made, name, rows)
    return f"{name} column {at + 1} {what}"


# --- files ----------------------------------------------------------------------


def file_changed(made, draw):
    name = draw.choice([*made.files])
    what = draw.choice(("deleted", "empty", "heading", "cut", "swapped", "renamed", "garbage", "utf-16", "bom",
                        "latin-1", "crlf", "nul", "folder", "link", "quote", "byte", "semicolons"))
    data = made.files[name]
    if what in ("deleted", "renamed", "folder"):
        del made.files[name]
    if what == "renamed":
        made.files[wild(draw).replace("/", "_").replace("\0", "_")[:60] + ".csv"] = data
    elif what == "folder":
        made.files[name + "/"] = b""
    elif what == "empty":
        made.files[name] = b""
    elif what == "heading":
        made.files[name] = data.partition(b"\n")[0] + b"\n"
    elif what == "cut":
        made.files[name] = data[:draw.randrange(len(data) + 1)]
    elif what == "swapped":
        other = draw.choice([*made.files])
        made.files[name], made.files[other] = made.files[other], data
    elif what == "garbage":
        made.files[name] = draw.randbytes(draw.randrange(1, 3000))
    elif what == "utf-16":
        made.files[name] = data.decode("utf-8", "replace").encode("utf-16")
    elif what == "bom":
        made.files[name] = b"\xef\xbb\xbf" + data
    elif what == "latin-1":
        made.files[name] = data + "Zürich,1\n".encode("latin-1")
    elif what == "crlf":
        made.files[name] = data.replace(b"\n", draw.choice((b"\r\n", b"\r")))
    elif what == "nul":
        made.files[name] = data[:20] + b"\0" + data[20:]
    elif what == "link":
        made.files[name] = b"->" + draw.choice((b"/etc/passwd", b"nowhere", name.encode(), b"../", b"/dev/zero"))
    elif what == "quote":
        made.files[name] = data.replace(b",", b',"', 1)
    elif what == "byte" and data:
        at = draw.randrange(len(data))
        made.files[name] = data[:at] + bytes([draw.randrange(256)]) + data[at + 1:]
    elif what == "semicolons":
        made.files[name] = data.replace(b",", b";")
    return f"{name} {what}"


# --- settings -------------------------------------------------------------------


def settings(made: Mutant) -> dict | None:
    try:
        return tomllib.loads(made.files.get("instance.toml", b"").decode())
    except (ValueError, RecursionError):
        return None


def put_settings(made: Mutant, tree: dict) -> None:
    lines = [f"{toml_key(key)} = {toml_value(value)}" for key, value in tree.items() if not isinstance(value, dict)]
    for key, value in tree.items():
        for head, part in ([(key, value)] if key != "mechanisms" else
                           [(f"mechanisms.{name}", part) for name, part in value.items()]
                           ) if isinstance(value, dict) else ():
            lines.append(f"[{head}]")
            lines += [f"{toml_key(word)} = {toml_value(entry)}" for word, entry in part.items()]
    made.files["instance.toml"] = "\n".join(lines).encode("utf-8", "replace")


def toml_key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else toml_value(key)


def switch(made: Mutant, draw) -> None:
    """A few mechanisms of those that are on stay on; some are priced instead of hard."""
    tree = settings(made)
    parts = tree.get("mechanisms", {})
    kept = draw.sample([*parts], min(len(parts), draw.choice((0, 1, 2, 3, 4, 5, 8))))
    for name, part in parts.items():
        part["on"] = part.get("on", False) and (name in kept or made.base == "selection")
        if part["on"] and draw.random() < 0.15:
            part["price"] = draw.choice((0.01, 1.0, 1000.0))
    if "minimum_grant" in kept and draw.random() < 0.5:
        parts["minimum_grant"].pop("unit", None)
    put_settings(made, tree)
    made.done.append(f"{made.base} with {', '.join(kept) or 'nothing on'}")


def a_parameter(draw, tree: dict, numeric: bool):
    on = [name for name, part in tree.get("mechanisms", {}).items() if isinstance(part, dict) and part.get("on")]
    owner = draw.choice(["core", *on, *on])
    found = [item for item in PARAMETERS.get(owner, ()) if not numeric or item.kind in ("number", "integer", "choice")]
    return (owner, draw.choice(found)) if found else (None, None)


def parameter_within(made, draw):
    tree = settings(made)
    if tree is None:
        return None
    owner, item = a_parameter(draw, tree, numeric=True)
    if item is None:
        return None
    home = tree.setdefault("core", {}) if owner == "core" else tree["mechanisms"][owner]
    if not isinstance(home, dict):
        return None
    now = home.get(item.name)
    home[item.name] = draw.choice(item.choices) if item.kind == "choice" else within(
        draw, item, now if isinstance(now, (int, float)) else None)
    put_settings(made, tree)
    return f"{owner}.{item.name} = {home[item.name]}"


def mechanism_on(made, draw):
    tree = settings(made)
    if tree is None or not isinstance(tree.get("mechanisms", {}), dict):
        return None
    name = draw.choice([m.name for m in MECHANISMS])
    part = tree.setdefault("mechanisms", {}).setdefault(name, {})
    if not isinstance(part, dict):
        return None
    part["on"] = not part.get("on", False)
    put_settings(made, tree)
    return f"{name}.on = {part['on']}"


def header_within(made, draw):
    tree = settings(made)
    if tree is None:
        return None
    key = draw.choice(("mode", "mode", "first_year", "last_year", "base_year", "money_unit"))
    if key == "mode":
        tree[key] = draw.choice(next(item for item in HEADER if item.name == "mode").choices)
    elif key == "money_unit":
        tree[key] = draw.choice(("million", "亿元", "<b>$</b>", "=1+1", "[bold]x[/bold]"))
    elif isinstance(tree.get(key), int):
        tree[key] += draw.choice((-2, -1, 1, 2))
    put_settings(made, tree)
    return f"{key} = {tree.get(key)}"


def setting_wild(made, draw):
    tree = settings(made)
    if tree is None:
        return None
    homes = [tree, *(part for part in (tree.get("core"), *tree.get("mechanisms", {}).values())
                     if isinstance(part, dict))]
    home = draw.choice(homes)
    key = draw.choice([*[key for key in home if not isinstance(home[key], dict)], "title", "nothing", wild(draw)])
    home[key] = value = draw.choice((wild(draw), -1, 0, 10**30, 1e300, -1e300, True, [], [1], 0.5, 3000, 2025))
    put_settings(made, tree)
    return f"{key[:40]!r} = {str(value)[:40]!r}"


def toml_text(made, draw):
    lines = made.files.get("instance.toml", b"").decode("utf-8", "replace").split("\n")
    at, what = draw.randrange(len(lines)), draw.choice(("deleted", "twice", "cut", "inserted", "nested"))
    if what == "deleted":
        del lines[at]
    elif what == "twice":
        lines.insert(at, lines[at])
    elif what == "cut":
        lines[at] = lines[at][:draw.randrange(len(lines[at]) + 1)]
    elif what == "inserted":
        lines.insert(at, draw.choice((wild(draw), "x = nan", "x = inf", "[mechanisms]", "[core]", "[[core]]",
                                      "mechanisms = 1", "core = []", "[mechanisms.x]", "a.b.c = 1")))
    else:
        lines.insert(0, "x = " + "[" * draw.choice((10, 100, 100_000)))
    made.files["instance.toml"] = "\n".join(lines).encode("utf-8", "replace")
    return f"line {at + 1} {what}"


# --- scenarios and overrides ----------------------------------------------------


def an_override(made, draw, gentle: bool) -> tuple[str, str, object]:
    """(key, operator, value) of a change to a parameter or a column."""
    tree = settings(made) or {}
    if draw.random() < 0.5:
        owner, item = a_parameter(draw, tree, numeric=gentle)
        key, value = f"{owner}.{item.name}" if item else "core.discount", 0.1
        if item is not None and item.kind != "choice":
            value = within(draw, item) if item.kind in ("number", "integer") else draw.random() < 0.5
        elif item is not None:
            value = draw.choice(item.choices)
        operator = "="
    else:
        found = a_cell(made, draw, ("number", "integer"))
        if found is None or found[4].key:
            key, operator, value = "budget.central", "*", 0.9
        else:
            name, rows, row, _, column = found
            table = TABLES[name.removesuffix(".csv")]
            heads = [head.partition(" ")[0] for head in rows[0]]
            labels = [rows[row][heads.index(part)] if part in heads and draw.random() < 0.7 else "*"
                      for part in table.keys]
            where = f"[{','.join(labels)}]" if draw.random() < 0.7 else ""
            operator = draw.choice(("", "*", "+")) if column.kind == "number" else ""
            value = {"*": draw.choice(FACTORS[3:12]), "+": draw.uniform(-5, 50)}.get(operator, within(draw, column))
            key = f"{table.name}{where}.{column.name}"
            return key, operator or "=", value
    return key, operator, value


def override_within(made, draw):
    key, operator, value = an_override(made, draw, gentle=True)
    word = str(value).lower() if isinstance(value, bool) else str(value)
    made.overrides.append(f"{key}{'' if operator == '=' else operator}={word}")
    return made.overrides[-1]


def override_wild(made, draw):
    key, operator, value = an_override(made, draw, gentle=False)
    made.overrides.append(draw.choice((
        f"{key}={wild(draw)}", f"{wild(draw)}={value}", wild(draw), f"{key}{operator}", f"={value}",
        f"{key}*={draw.choice(('1e308', '-1', 'nan', '0', '1e-300'))}", f"{key}=={value}", f"{key}[0]={value}",
        "mode=" + wild(draw), "last_year=2300", "first_year+=1", "base_year=x", "title=" + wild(draw))))
    return made.overrides[-1][:80]


def scenario_within(made, draw):
    lines = ["[set]"]
    for _ in range(draw.randrange(1, 4)):
        key, operator, value = an_override(made, draw, gentle=True)
        lines.append(f"{toml_value(key + ('' if operator == '=' else operator))} = {toml_value(value)}")
    made.files["scenarios/drawn.toml"] = "\n".join(dict.fromkeys(lines)).encode("utf-8", "replace")
    made.scenario = "drawn"
    return "; ".join(lines[1:])[:120]


def scenario_wild(made, draw):
    made.files["scenarios/drawn.toml"] = draw.choice((
        b'inherits = ["drawn"]', b'inherits = ["nobody"]', b"inherits = 1", b"title = 1", b"set = 1", b"[set]\nx = 1",
        b"[set]\n\"budget.central\" = [1]", b"[set.budget]\ncentral = nan", b"[set]\n\"mode\" = 1", b"\xff", b"[", b"",
        f"about = {toml_value(wild(draw))}".encode("utf-8", "replace"),
        f"[set]\n{toml_value(wild(draw))} = {toml_value(wild(draw))}".encode("utf-8", "replace")))
    made.scenario = draw.choice(("drawn", "drawn", "base", "../drawn", wild(draw)))
    return f"{made.files['scenarios/drawn.toml'][:60]!r} as {made.scenario[:40]!r}"


GENTLE = {number_within: 6, column_scaled: 3, choice_within: 2, row_dropped: 3, parameter_within: 6, mechanism_on: 3,
          header_within: 1, override_within: 4, scenario_within: 2}
ROUGH = {cell_wild: 6, cell_from_elsewhere: 3, column_far: 3, row_changed: 3, column_changed: 3, file_changed: 4,
         setting_wild: 4, toml_text: 2, override_wild: 4, scenario_wild: 3, number_within: 2, mechanism_on: 2,
         parameter_within: 2, header_within: 1}
