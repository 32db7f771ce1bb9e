"""Ten kinds of broken instance, as a user meets them: one clear message with its place, exit status 2."""

import shutil

import pytest
from openpyxl import load_workbook

from planner.cli import main
from planner.instance import write_workbook
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, tiny


def put(folder, table: str, old: str, new: str) -> None:
    file = folder / table
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {table}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


BROKEN = {
    "unknown region": (("fit.csv", "coast,chips,1.5", "cost,chips,1.5"),
                       ["fit.csv", "row 2, column region", "'cost'", "Did you mean 'coast'?"]),
    "negative money": (("budget.csv", "2025,60", "2025,-60"),
                       ["budget.csv", "row 2, column central", "-60"]),
    "share above 1": (("industries.csv", ",0.2,0.8,", ",0.2,1.8,"),
                      ["industries.csv", "row 2, column import_dependence", "1.8"]),
    "duplicate key": (("fit.csv", "coast,food,1.0", "coast,chips,1.0"), ["fit.csv", "row 3", "chips"]),
    "text in a number cell": (("budget.csv", "2026,60", "2026,sixty"),
                              ["budget.csv", "row 3, column central", "sixty"]),
    "not a number": (("fit.csv", "inland,food,1.2", "inland,food,NaN"),
                     ["fit.csv", "row 5, column fit", "NaN"]),
    "unit mismatch": (("budget.csv", "year,central", "year,central [billion]"),
                      ["budget.csv", "row 1", "billion", "million"]),
    "floors above 100 %": (("class_bands.csv", None, "class,floor,ceiling\nemerging,0.7,\ntraditional,0.6,\n"),
                           ["class_bands.csv", "floor", "add up to 1.3, more than the whole"]),
    "cycle of missions": (("mission_order.csv", None, "before,after\n{a},{b}\n{b},{a}\n"),
                          ["mission_order", "{a}", "{b}"]),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_one_message_with_its_place(kind, tmp_path, capfd):
    folder = tmp_path / "mine"
    shutil.copytree(ROOT / "instances" / "tiny", folder)
    (table, old, new), words = BROKEN[kind]
    missions = dict(zip("ab", sorted(tiny().table("missions")["mission"])))
    if old is None:
        (folder / table).write_text(new.format(**missions), encoding="utf-8")
    else:
        put(folder, table, old, new)
    assert main(["check", str(folder)]) == 2
    told = "".join(capfd.readouterr())
    assert "Traceback" not in told
    assert "1 problem" in told.splitlines()[0]
    for word in words:
        assert word.format(**missions) in told, told


def test_missing_sheet(tmp_path, capfd):
    path = tmp_path / "mine.xlsx"
    write_workbook(tiny(*(m.name for m in MECHANISMS)), path)
    book = load_workbook(path)
    del book["zones"]
    book.save(path)
    assert main(["check", str(path)]) == 2
    told = "".join(capfd.readouterr())
    assert "Traceback" not in told and "zones" in told and "sheet is missing" in told
