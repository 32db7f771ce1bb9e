"""The input workbook: nothing is lost on the way, lists follow what is declared, problems are marked in a copy."""

import shutil

import openpyxl
import pytest

from planner.cli import main
from planner.instance import InvalidInstance, read, write_folder
from planner.instance.reading import declared_tables
from planner.instance.settings import ON, PRICE
from planner.instance.tables import CORE_PARAMETERS, HEADER
from planner.mechanisms import MECHANISMS
from planner.report.annotate import AUTHOR, free_copy
from planner.report.form import write_form
from planner.report.words import LANGUAGES, catalogue, word
from planner.words import as_said, worded
from tests.helpers import ROOT
from tests.report.test_wayback import through_libreoffice


@pytest.fixture(scope="module")
def tiny():
    return read(ROOT / "instances" / "tiny", MECHANISMS)


@pytest.fixture(scope="module", params=LANGUAGES)
def made(request, tiny, tmp_path_factory):
    return request.param, write_form(tiny, tmp_path_factory.mktemp("form") / "tiny.xlsx", request.param)


@pytest.mark.parametrize("name", ["tiny", "selection", "split", "china-2022"])
def test_folder_workbook_folder(name, tmp_path):
    first = read(ROOT / "instances" / name, MECHANISMS)
    book = read(write_form(first, tmp_path / "book.xlsx", "zh"), MECHANISMS)
    assert book.hash == first.hash and book.scenarios == first.scenarios
    assert read(write_folder(book, tmp_path / "again"), MECHANISMS).hash == first.hash


def test_a_generated_instance_too(tmp_path):
    from planner.generate import Size, generate
    drawn = generate(read(ROOT / "instances" / "china-2022", MECHANISMS), Size(4, 3, 2, 2, 1, "base"), "drawn")
    assert read(write_form(drawn, tmp_path / "drawn.xlsx"), MECHANISMS).hash == drawn.hash


@pytest.mark.office
def test_saved_by_libreoffice_it_is_the_same(made, tiny, tmp_path):
    shutil.copy(made[1], tmp_path / "form.xlsx")
    through_libreoffice(tmp_path / "form.xlsx")
    assert read(tmp_path / "form.xlsx", MECHANISMS).hash == tiny.hash


def test_every_declared_table_and_setting_has_its_place(made):
    lang, path = made
    book = openpyxl.load_workbook(path)
    tables = declared_tables(MECHANISMS)
    assert set(book.sheetnames) == {word("form.sheet", lang), "instance", *tables}
    assert book.sheetnames[0] == word("form.sheet", lang)
    keys = {cell.value for cell in book["instance"]["A"]}
    assert {f"mechanisms.{m.name}.{p.name}" for m in MECHANISMS for p in m.parameters} <= keys
    for name, table in tables.items():
        page = book[name]
        assert page.freeze_panes == "A2"
        for column, cell in zip(table.columns, page[1]):
            assert str(cell.value).startswith(column.name)
            must = column.default is None and not column.optional
            assert (word("form.needed", lang) in cell.comment.text) == must
            assert (cell.fill.fgColor.rgb == "001F3B63") == must
    guide = book.worksheets[0]
    links = [row[0].hyperlink.location for row in guide.iter_rows() if row[0].hyperlink]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_lists_and_limits(made):
    book = openpyxl.load_workbook(made[1])
    rules = {name: {str(rule.sqref).split(":")[0]: rule for rule in book[name].data_validations.dataValidation}
             for name in book.sheetnames}
    fit = rules["fit"]["A2"]
    assert fit.type == "list" and fit.formula1.startswith("'regions'!$A$2:$A$") and fit.showErrorMessage
    assert int(fit.formula1.rsplit("$", 1)[1]) > book["regions"].max_row + 100  # a new region is in the list
    share = rules["industries"]["H2"]
    assert (share.type, share.formula1, share.formula2) == ("decimal", "0", "1")
    assert rules["industries"]["D2"].formula1 == '"emerging,future,traditional,other"'
    assert rules["stages"]["I2"].type == "whole"
    row = next(cell.row for cell in book["instance"]["A"] if cell.value == "core.discount")
    assert rules["instance"][f"B{row}"].type == "decimal"


def test_a_new_region_is_taken_up(tiny, tmp_path):
    path = write_form(tiny, tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(path)
    book["regions"].append(["delta", "Delta", "三角洲", "east", 10, 100])
    book["fit"].append(["delta", "chips", 1.5])
    book.save(path)
    with pytest.raises(InvalidInstance) as error:
        read(path, MECHANISMS)
    assert "delta" not in {problem.value for problem in error.value.problems if problem.place == "fit"}


def test_translations_are_of_the_words_that_are_declared():
    tables = declared_tables(MECHANISMS).values()
    items = [ON, PRICE, *HEADER, *CORE_PARAMETERS, *(each for one in MECHANISMS for each in one.parameters),
             *tables, *(column for table in tables for column in table.columns)]
    declared = {item.about for item in items}
    known = {words["en"] for key, words in catalogue().items() if key.startswith("about.")}
    assert len(declared) > 250 and known == declared


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notes_say_what_every_heading_and_setting_means(tiny, tmp_path, lang):
    book = openpyxl.load_workbook(write_form(tiny, tmp_path / "form.xlsx", lang))
    for name, table in declared_tables(MECHANISMS).items():
        for column, cell in zip(table.columns, book[name][1]):
            assert worded(as_said(column.about, "about"), lang) in cell.comment.text.splitlines()
    told = {row[0]: row[2] for row in book["instance"].iter_rows(min_row=2, values_only=True)}
    for mechanism in MECHANISMS:
        for parameter in mechanism.parameters:
            assert told[f"mechanisms.{mechanism.name}.{parameter.name}"].startswith(
                worded(as_said(parameter.about, "about"), lang))
    guide = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
    assert {worded(as_said(table.about, "about"), lang) for table in declared_tables(MECHANISMS).values()} <= guide


# --- the command -----------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_new_without_a_source_is_the_small_example(desk, capsys):
    assert main(["new", "mine", "--xlsx", "--lang", "zh"]) == 0
    assert main(["check", "mine"]) == 0
    assert openpyxl.load_workbook(desk / "instances" / "mine.xlsx").sheetnames[0] == "说明"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_problems_are_marked_in_a_copy(desk, tiny, capsys, lang):
    path = write_form(tiny, desk / "mine.xlsx", lang)
    book = openpyxl.load_workbook(path)
    note = book["budget"]["B1"].comment.text
    book["budget"]["B2"], book["fit"]["A3"], book["budget"]["B1"] = -60, "nowhere", "money"
    book.save(path)
    before = path.read_bytes()
    assert main(["check", "mine.xlsx", "--annotate", "--lang", lang]) == 2
    said = "".join(capsys.readouterr())
    assert {"en": "cell A3, column region: table regions has no such region (found: 'nowhere')",
            "zh": "单元格 A3，列 region："}[lang] in said
    assert "mine-checked.xlsx" in said and path.read_bytes() == before
    copy = openpyxl.load_workbook(desk / "mine-checked.xlsx")
    assert copy.sheetnames[0] == word("annotate.sheet", lang)
    listed = [row[0].value for row in copy.worksheets[0].iter_rows(min_row=5)]
    assert "fit!A3" in listed and "budget!B1" in listed
    cell = copy["fit"]["A3"]
    assert {"en": "no such region", "zh": "regions"}[lang] in cell.comment.text and cell.fill.fgColor.rgb == "00F4C7C3"
    assert note in copy["budget"]["B1"].comment.text
    # Mended in the copy, the list is not read, and the marks of the earlier check go.
    copy["fit"]["A3"], copy["budget"]["B1"] = "coast", "central"
    copy["budget"]["B2"] = -1
    copy.save(desk / "mine-checked.xlsx")
    assert main(["check", "mine-checked.xlsx", "--annotate", "--lang", lang]) == 2
    again = openpyxl.load_workbook(desk / "mine-checked-2.xlsx")
    assert [row[0].value for row in again.worksheets[0].iter_rows(min_row=5)] == ["budget!B2"]
    marked = [cell.coordinate for row in again["fit"].iter_rows() for cell in row
              if cell.comment and cell.comment.author == AUTHOR]
    assert marked == [] and again["budget"]["B1"].comment.text == note


def test_what_cannot_be_marked_is_said(desk, tiny, capsys):
    (desk / "text.xlsx").write_text("none")
    assert main(["check", "text.xlsx", "--annotate"]) == 2
    assert "No marked copy was written" in capsys.readouterr().err
    folder = write_folder(tiny, desk / "folder")
    (folder / "budget.csv").write_text("year,central\n2025,-1\n", encoding="utf-8")
    assert main(["check", "folder", "--annotate"]) == 2
    assert "planner new NAME --from folder --xlsx" in capsys.readouterr().err
    assert free_copy(desk / "a-checked-2.xlsx").name == "a-checked.xlsx"
