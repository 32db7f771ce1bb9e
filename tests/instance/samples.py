"""A small instance as text, written as a folder or as a workbook, and stub mechanisms."""

from __future__ import annotations

import copy
from pathlib import Path

from openpyxl import Workbook

from planner.instance import InvalidInstance, read
from planner.vocabulary import Column, Mechanism, Parameter, Problem, Source, Table

SETTINGS = {
    "title": "Sample", "money_unit": "million", "base_year": 2024, "first_year": 2025, "last_year": 2026,
    "core.steering": 0.2, "mechanisms.floors.on": True, "mechanisms.floors.least": 0.1,
}

TABLES = {
    "zones": [["zone", "name_en", "hinterland"], ["east", "East", "false"], ["west", "West", "true"]],
    "regions": [["region", "zone", "population", "gdp"], ["coast", "east", "60", "4000"],
                ["inland", "west", "40.5", "1000"]],
    "stages": [["stage", "role", "base_return", "elasticity", "lag"], ["research", "basic", "1", "0.5", "2"],
               ["application", "development", "2", "0.7", ""]],
    "baseline": [["region", "stage", "spend"], ["coast", "research", "10"], ["coast", "application", "10"],
                 ["inland", "research", "0.1"], ["inland", "application", "10"]],
    "budget": [["year", "central"], ["2025", "60"], ["2026", "61.25"]],
    "regional_floors": [["region", "floor"], ["coast", "0.2"], ["inland", "0.3"]],
    "orders": [["before", "after"], ["a", "b"]],
}

FLOORS = Table("regional_floors", "least share of money by region", (
    Column("region", "text", "the region", refers="regions", key=True),
    Column("floor", "number", "least share", "share", 0, 1),
))
ORDERS = Table("orders", "what comes before what", (
    Column("before", "text", "this first", key=True),
    Column("after", "text", "then this", key=True),
    Column("from_year", "integer", "the first year it counts", "year", 1900, 2200, optional=True),
    Column("note", "text", "anything", default=""),
))


def check_floors(data):
    """Two checks as mechanisms write them: a sum over rows, and a circle."""
    floors = data.table("regional_floors")
    if floors["floor"].sum() > 1:
        yield data.problem("regional_floors", "the floors add up to more than 1",
                           "Lower some of them.", column="floor", value=float(floors["floor"].sum()))
    pairs = list(data.table("orders")[["before", "after"]].itertuples(index=False, name=None))
    for at, (before, after) in enumerate(pairs):
        if (after, before) in pairs[:at]:
            yield Problem("orders", f"{before} and {after} wait for each other",
                          "Delete one of the two rows.", row=at + 2, column="before")


def stub(name="floors", **more) -> Mechanism:
    given = {"parameters": (Parameter("least", "least share", 0.05, "share", 0, 1),
                            Parameter("most", "most; not set: no limit", None, "money", 0),
                            Parameter("tries", "how often", 3, "", 1, 9, "integer")),
             "tables": (FLOORS, ORDERS), "check": check_floors} | more
    return Mechanism(name, 1, "says", "formula", (Source("P1", "I", "claim"),),
                     add=print, measure=print, **given)


OTHER = stub("other", parameters=(Parameter("way", "how", "left", kind="choice", choices=("left", "right")),),
             tables=(), check=None)
MECHANISMS = (stub(), OTHER)


class Sample:
    """The sample with some cells changed; `place` rows and columns as a user counts them."""

    def __init__(self):
        self.settings, self.tables = dict(SETTINGS), copy.deepcopy(TABLES)
        self.scenarios: dict[str, str] = {}
        self.extra: dict[str, str] = {}

    def put(self, table: str, row: int, column: str, value) -> Sample:
        self.tables[table][row - 1][self.tables[table][0].index(column)] = value
        return self

    def folder(self, path: Path) -> Path:
        path.mkdir(parents=True)
        (path / "instance.toml").write_text(toml(self.settings), encoding="utf-8")
        for name, rows in self.tables.items():
            text = "".join(",".join(map(str, row)) + "\n" for row in rows)
            (path / f"{name}.csv").write_text(text, encoding="utf-8")
        for name, text in self.scenarios.items():
            (path / "scenarios").mkdir(exist_ok=True)
            (path / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
        for name, text in self.extra.items():
            (path / name).write_text(text, encoding="utf-8")
        return path

    def workbook(self, path: Path) -> Path:
        book = Workbook()
        sheet = book.active
        sheet.title = "instance"
        for row in [("key", "value"), *self.settings.items()]:
            sheet.append(row)
        for name, rows in self.tables.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append([typed(cell) for cell in row])
        book.save(path)
        return path


def toml(settings: dict) -> str:
    lines = [f"{key} = {value!r}".replace("'", '"').replace("True", "true")
             for key, value in settings.items() if "." not in key]
    for section in dict.fromkeys(key.rpartition(".")[0] for key in settings if "." in key):
        lines.append(f"[{section}]")
        lines += [f"{key.rpartition('.')[2]} = {value!r}".replace("'", '"').replace("True", "true")
                  .replace("False", "false")
                  for key, value in settings.items() if key.rpartition(".")[0] == section]
    return "\n".join(lines) + "\n"


def typed(cell):
    """What a spreadsheet makes of a text that is typed into it."""
    if not isinstance(cell, str) or cell in ("true", "false"):
        return {"true": True, "false": False}.get(cell, cell)
    for kind in (int, float):
        try:
            if kind(cell) == kind(cell) and cell.casefold() not in ("inf", "-inf", "infinity"):
                return kind(cell)
        except (ValueError, OverflowError):
            pass
    return cell or None


def problems(path: Path, **more) -> list[str]:
    """Every problem of an instance that must not be readable, as text."""
    try:
        read(path, MECHANISMS, **more)
    except InvalidInstance as error:
        return [str(problem) for problem in error.problems]
    raise AssertionError("the instance was read without a problem")
