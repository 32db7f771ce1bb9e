"""plan.xlsx edited by hand and read back: what was changed, which rules it breaks, where and by how much."""

import shutil
import subprocess
from functools import cache

import openpyxl
import pytest

from planner.cli import main
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.report.folder import write_output
from planner.report.wayback import Unreadable, is_plan, verify
from planner.report.wayback.mark import SHEET
from planner.report.words import LANGUAGES, heading, own_unit, term
from planner.solving import solve
from tests.helpers import ROOT, tiny
from tests.report.plans import by_hand

ALL = [mechanism.name for mechanism in MECHANISMS]


def keep(plan, folder, lang="en"):
    write_output(plan, folder, lang)
    return folder


@pytest.fixture(scope="module")
def all_on():
    return solve(tiny(*ALL), gap=0.05, time_limit=60)


@pytest.fixture(scope="module", params=LANGUAGES)
def made(request, all_on, tmp_path_factory):
    """(language, folder) of the tiny plan with every mechanism."""
    return request.param, keep(all_on, tmp_path_factory.mktemp("plan") / "made", request.param)


in_chinese = pytest.mark.parametrize("made", ["zh"], indirect=True)
"""For what is read in the same way whatever the language."""


@pytest.fixture
def folder(made, tmp_path):
    shutil.copytree(made[1], tmp_path / "plan")
    return tmp_path / "plan"


def page_of(book, lang, key):
    return book[term(key, lang, "sheet")]


def column(page, lang, name) -> int:
    """Number of a column of the sheet, by its heading without the unit."""
    heads = [str(cell.value or "") for cell in page[4]]
    return next(at for at, head in enumerate(heads, 1) if head.split(" (")[0] == heading(name, lang))


def edit(folder, lang, key, change):
    """Opens plan.xlsx, calls change(page, number of a column by name) on one sheet, and saves it."""
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    page = page_of(book, lang, key)
    change(page, lambda name: column(page, lang, name))
    book.save(folder / "plan.xlsx")


def checked(folder, lang="en", alone=False):
    data = read(folder / "instance", MECHANISMS)
    plan = Plan.load(folder)
    return verify(folder / "plan.xlsx", data, None if alone else Plan(data, plan.tables, plan.passport), lang)


def broken(verdict) -> set[tuple[str, str]]:
    return set(verdict.broken[["mechanism", "rule"]].itertuples(index=False, name=None))


def problems(folder, lang="en") -> list[str]:
    with pytest.raises(Unreadable) as error:
        checked(folder, lang)
    return [str(problem) for problem in error.value.problems]


def through_libreoffice(path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not installed (make office)")
    subprocess.run([office, f"-env:UserInstallation=file://{path.parent}/profile", "--headless", "--convert-to",
                    "xlsx:Calc MS Excel 2007 XML", "--outdir", str(path.parent / "saved"), str(path)],
                   check=True, capture_output=True, timeout=120)
    (path.parent / "saved" / path.name).replace(path)


# --- nothing changed ----------------------------------------------------------------


@pytest.mark.parametrize("alone", [False, True])
def test_an_unedited_workbook_is_clean(made, alone):
    verdict = checked(made[1], alone=alone)
    assert verdict.broken.empty
    assert verdict.changes == (None if alone else [])
    for name, frame in verdict.plan.tables.items():
        if name not in ("missions", "goals"):
            assert len(frame) == len(Plan.load(made[1]).table(name)), name


OTHERS = {
    "by hand": by_hand,
    "relieved at a price": lambda: solve(
        tiny("basic_research", set={"basic_research.floor": 0.95, "basic_research.price": 3.0}), gap=0.01),
    "half the budget": lambda: solve(tiny("regional_balance", set={"budget.central*": 0.5}), gap=0.01),
    "selection": lambda: solve(read(ROOT / "instances" / "selection", MECHANISMS), gap=0.01),
    "split": lambda: solve(read(ROOT / "instances" / "split", MECHANISMS), gap=0.01)}


@cache
def other(name):
    return OTHERS[name]()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", OTHERS)
def test_other_plans_are_clean_too(name, lang, tmp_path):
    plan = other(name)
    folder = keep(plan, tmp_path / "plan", lang)
    for alone in (False, True):
        verdict = checked(folder, alone=alone)
        assert verdict.broken.empty, verdict.broken.to_string()
    relieved = (plan.compliance["relief"] > 1e-6).any()
    assert any("taken as paid for" in note for note in verdict.notes) == relieved
    assert relieved == plan.instance.on("basic_research")


@pytest.mark.office
def test_saved_by_libreoffice_it_is_clean(made, folder):
    through_libreoffice(folder / "plan.xlsx")
    for alone in (False, True):
        verdict = checked(folder, alone=alone)
        assert verdict.broken.empty and not verdict.changes


# --- edits ----------------------------------------------------------------------------


def move(page, at):
    """5 from the first cell of the first region to the same cell of the other."""
    spend = at("spend")
    first, other = page.cell(5, 1).value, [page.cell(row, 1).value for row in range(5, 37)]
    to = next(row for row, region in enumerate(other, start=5) if region != first)
    page.cell(5, spend).value -= 5
    page.cell(to, spend).value += 5


@pytest.mark.parametrize("office", [False, pytest.param(True, marks=pytest.mark.office)])
def test_money_moved_from_one_region_to_another(made, folder, office, capsys):
    lang = made[0]
    edit(folder, lang, "allocation", move)
    if office:
        through_libreoffice(folder / "plan.xlsx")
    verdict = checked(folder)
    assert [(change.kind, change.column, round(change.after - change.before, 9)) for change in verdict.changes] == [
        ("cell", "spend", -5), ("cell", "spend", 5)]
    assert verdict.changes[0].place == f"{term('allocation', lang, 'sheet')}!H5"
    assert verdict.changes[0].labels["region"] == "coast" and verdict.changes[1].labels["region"] == "inland"
    assert ("core", "funding") in broken(verdict)
    assert not {rule for owner, rule in broken(verdict) if owner == "audit"}  # what follows was computed anew
    by = verdict.broken[verdict.broken["rule"] == "funding"]["slack"]
    assert by.round(9).tolist() == [-5, -5]
    assert main(["verify", str(folder / "plan.xlsx"), "--lang", lang]) == 1
    told = capsys.readouterr().out
    assert {"en": "spend equals its funding", "zh": "2 个单元格"}[lang] in told and "5.0000" in told
    assert "goal productivity" in told or "目标：新质生产力" in told


@pytest.mark.parametrize("office", [False, pytest.param(True, marks=pytest.mark.office)])
def test_a_platform_deleted(made, folder, office):
    def delete(page, at):
        opens = next(row for row in range(5, page.max_row + 1) if page.cell(row, at("open")).value == 1)
        page.delete_rows(opens)

    edit(folder, made[0], "platforms", delete)
    if office:
        through_libreoffice(folder / "plan.xlsx")
    verdict = checked(folder)
    (change,) = verdict.changes
    assert (change.kind, change.table) == ("deleted", "platforms")
    assert "platforms" in {owner for owner, _ in broken(verdict)}


@pytest.mark.parametrize("office", [False, pytest.param(True, marks=pytest.mark.office)])
def test_a_name_retyped(made, folder, office):
    def retype(page, at):
        page["A7"] = page["A7"].value + "x"

    lang = made[0]
    edit(folder, lang, "allocation", retype)
    if office:
        through_libreoffice(folder / "plan.xlsx")
    name = {"en": "Coast", "zh": "沿海"}[lang]
    (told,) = problems(folder)
    assert told == f"{term('allocation', lang, 'sheet')}!A7: '{name}x' is unknown (Region). Did you mean {name}?"


@in_chinese
def test_a_mission_taken_away(made, folder):
    def delete(page, at):
        page.delete_rows(5)

    edit(folder, made[0], "missions", delete)
    verdict = checked(folder)
    assert [change.kind for change in verdict.changes] == ["deleted"]
    assert "missions" in {owner for owner, _ in broken(verdict)}
    assert checked(folder, alone=True).broken.empty is False


@in_chinese
def test_figures_of_a_bid_are_those_of_the_instance(made, folder):
    edit(folder, made[0], "missions", lambda page, at: setattr(page.cell(5, at("success")), "value", 0.99))
    assert broken(checked(folder)) == {("audit", "bids_as_given")}


@in_chinese
def test_grants_that_no_longer_fit_the_budget_sheet(made, folder):
    def less(page, at):
        row = next(row for row in range(5, 40) if page.cell(row, at("amount")).value)
        page.cell(row, at("amount")).value *= 0.5

    edit(folder, made[0], "grants", less)
    assert {("core", "central_grants"), ("core", "local_grants")} & broken(checked(folder))


@in_chinese
def test_a_value_edited_by_hand_is_not_covered_up(made, folder):
    def more(page, at):
        page.cell(5, at("value")).value += 7

    edit(folder, made[0], "allocation", more)
    assert ("audit", "value_as_computed") in broken(checked(folder))


# --- what spreadsheets do to files -------------------------------------------------------


@in_chinese
def test_columns_moved_rows_sorted_blank_rows_and_a_note_beside(made, folder):
    def shuffle(page, at):
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=5, max_row=36, max_col=9)]
        heads = [cell.value for cell in page[4]][:9]
        page.delete_rows(4, 40)
        for number, column in enumerate(range(8, -1, -1), start=2):
            page.cell(7, number).value = heads[column]
            for at_row, row in enumerate(sorted(rows, key=str), start=8):
                page.cell(at_row * 2, number).value = row[column]
        page["L7"], page["L9"] = "my notes", "=1+1"

    edit(folder, made[0], "allocation", shuffle)
    verdict = checked(folder)
    assert verdict.broken.empty and verdict.changes == []


@pytest.mark.parametrize("mark", [True, False])
def test_names_in_the_other_language_keys_and_a_renamed_sheet(made, folder, mark):
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    page = page_of(book, made[0], "allocation")
    page["A5"], page["A6"], page["A7"] = "coast", "Coast", "沿海"
    page.title = "Mine"
    if not mark:
        del book[SHEET]
    book.save(folder / "plan.xlsx")
    verdict = checked(folder)
    assert verdict.broken.empty and verdict.changes == []


@in_chinese
def test_numbers_as_text_are_read_and_told(made, folder):
    edit(folder, made[0], "allocation", lambda page, at: setattr(
        page.cell(5, at("spend")), "value", repr(page.cell(5, at("spend")).value)))
    verdict = checked(folder)
    assert verdict.broken.empty and "1 numbers are stored as text" in verdict.notes[0]


@in_chinese
@pytest.mark.parametrize("value, words", [
    ("1,234", "'1,234' is no number. Write a plain number"),
    ("=H6+1", "a formula whose value is not stored in the file: =H6+1. Open the workbook in Excel"),
    (None, "the cell is empty. Write 0 for none, or delete the whole row."),
    ("#REF!", "'#REF!' is no number"), (True, "True is no number")])
def test_cells_that_cannot_be_read_are_told_with_their_place(made, folder, value, words):
    edit(folder, made[0], "allocation", lambda page, at: setattr(page.cell(5, at("spend")), "value", value))
    (told,) = problems(folder)
    assert told.startswith(f"{term('allocation', made[0], 'sheet')}!H5: {words}")


@in_chinese
@pytest.mark.office
def test_a_formula_saved_by_libreoffice_counts_with_its_value(made, folder):
    edit(folder, made[0], "allocation", lambda page, at: setattr(
        page.cell(5, at("spend")), "value", f"={page.cell(5, at('spend')).value!r}+0"))
    through_libreoffice(folder / "plan.xlsx")
    verdict = checked(folder)
    assert verdict.broken.empty and verdict.changes == []


def test_totals_twins_units_and_lost_headings(made, folder):
    lang, name, unit = made[0], term("allocation", made[0], "sheet"), own_unit("million", made[0])

    def spoil(page, at):
        page.cell(37, at("spend")).value = 99
        for column in range(1, 10):
            page.cell(6, column).value = page.cell(5, column).value
        page.cell(4, at("spend")).value = page.cell(4, at("spend")).value.replace(unit, "billion")

    edit(folder, lang, "allocation", spoil)
    told = problems(folder)
    assert f"{name}!A37: figures in a row without names" in told[1]
    assert f"{name}!A6: the row has the same names as row 5. Keep one of the two." in told
    assert told[0].startswith(f"{name}!H4: the heading says") and "billion" in told[0]
    edit(folder, lang, "allocation", lambda page, at: setattr(page["A4"], "value", "Where"))
    assert any("the heading Region is missing" in text for text in problems(folder))


def test_long_names_are_read_whole(tmp_path):
    long = "Coast, " + "with a name that goes on and on " * 4 + "to its end"
    plan = by_hand(set={"regions[coast].name_en": long, "regions[inland].name_en": f"{long} and inland"})
    folder = keep(plan, tmp_path / "plan")
    assert checked(folder).changes == []


@in_chinese
def test_a_lost_sheet_is_told(made, folder):
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    del book[term("platforms", made[0], "sheet")]
    book.save(folder / "plan.xlsx")
    verdict = checked(folder)
    assert verdict.broken.empty
    (note,) = verdict.notes
    assert note == ("No sheet holds Platforms any more; the tables written beside the workbook were used "
                    "in its place.")
    alone = checked(folder, alone=True)
    assert "platforms" in {owner for owner, _ in broken(alone)}
    assert any("these decisions count as not made" in note for note in alone.notes)


# --- the command ------------------------------------------------------------------------------


def test_the_command_where_the_workbook_lies(made, folder, tmp_path, capsys):
    book = folder / "plan.xlsx"
    assert main(["verify", str(book)]) == 0 and main(["check", str(book), "--lang", "zh"]) == 0
    told = capsys.readouterr().out
    assert "Nothing was changed since the plan was written." in told and "全部满足" in told
    alone = tmp_path / "mail.xlsx"
    shutil.copy(book, alone)
    assert is_plan(alone) and not is_plan(folder)
    assert main(["verify", str(alone)]) == 2
    assert "Name it with --instance PATH" in capsys.readouterr().err
    assert main(["verify", str(alone), "--instance", str(folder / "instance")]) == 0
    assert "The workbook lies alone" in capsys.readouterr().out


@in_chinese
def test_the_wrong_instance_and_no_plan_are_told(made, folder, tmp_path, capsys):
    book = folder / "plan.xlsx"
    (tmp_path / "text.xlsx").write_text("no workbook")
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    other = tmp_path / "other"
    shutil.copytree(folder / "instance", other)
    text = (other / "budget.csv").read_text(encoding="utf-8")
    (other / "budget.csv").write_text(text.replace("60", "61"), encoding="utf-8")
    assert main(["verify", str(book), "--instance", str(other)]) == 1
    assert "not the one that the plan was made from" in capsys.readouterr().out
    for path in ("text.xlsx", "empty.xlsx", "none.xlsx"):
        assert main(["verify", str(tmp_path / path), "--instance", str(folder / "instance")]) == 2
        assert "Traceback" not in capsys.readouterr().err
