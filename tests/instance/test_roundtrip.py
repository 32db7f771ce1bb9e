"""What is written reads back as the same instance."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook

from planner.instance import read, write_folder, write_workbook
from tests.helpers import ROOT
from tests.instance.samples import MECHANISMS, Sample


@pytest.fixture
def instance(tmp_path):
    sample = Sample()
    sample.tables["orders"] += [["b", "+c"], ["@d", "-e"]]
    sample.tables["orders"] = [[*row, "=1"] for row in sample.tables["orders"]]
    sample.tables["orders"][0][2] = "note"
    sample.tables["orders"][2][2] = '"=SUM(A1:A2), and ""more"""'
    sample.put("baseline", 2, "spend", "0.30000000000000004").put("baseline", 3, "spend", "1e-7")
    sample.settings["title"] = "=A title, with a \\\\ and a quote"
    sample.settings |= {"mechanisms.floors.price": 1.5, "mechanisms.other.on": False,
                        "mechanisms.other.way": "right"}
    sample.scenarios = {
        "poor": 'title = "=Poor"\nabout = "less"\n[set]\n"budget.central*" = 0.5\nfloors.on = false\n',
        "worse": 'inherits = ["poor"]\n[set]\n"budget[2025].central+" = -1\nmode = "maximin"\n'}
    sample.extra = {"README.md": "about", "calibration.toml": "x = 1\n"}
    path = sample.folder(tmp_path / "sample")
    (path / "statistics").mkdir()
    (path / "statistics" / "gdp.csv").write_text("a,b\n")
    return read(path, MECHANISMS)


def same(one, two):
    assert one.hash == two.hash
    assert one.scenarios == two.scenarios
    assert one.header == two.header and one.settings == two.settings
    for mechanism in MECHANISMS:
        assert one.parameters(mechanism.name) == two.parameters(mechanism.name)
        assert one.on(mechanism.name) == two.on(mechanism.name)
        assert one.price(mechanism.name) == two.price(mechanism.name)
    for table in one.table_names:
        assert one.table(table).equals(two.table(table))
    for scenario in one.scenarios:
        assert one.with_overrides({}, scenario).hash == two.with_overrides({}, scenario).hash


def test_folder_workbook_folder(instance, tmp_path):
    book = read(write_workbook(instance, tmp_path / "book.xlsx"), MECHANISMS)
    same(instance, book)
    folder = read(write_folder(book, tmp_path / "again"), MECHANISMS)
    same(instance, folder)
    same(instance, read(write_folder(instance, tmp_path / "copy"), MECHANISMS))


def test_what_lies_beside_comes_along(instance, tmp_path):
    path = write_folder(instance, tmp_path / "copy")
    assert (path / "README.md").read_text() == "about"
    assert (path / "statistics" / "gdp.csv").read_text() == "a,b\n"
    assert (path / "calibration.toml").exists()


def test_formula_like_text_is_text(instance, tmp_path):
    sheet = load_workbook(write_workbook(instance, tmp_path / "book.xlsx"))["orders"]
    kinds = {cell.value: cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value}
    assert kinds["+c"] == kinds["@d"] == kinds["-e"] == kinds['=SUM(A1:A2), and "more"'] == "s"


def test_workbook_says_units_and_choices(instance, tmp_path):
    book = load_workbook(write_workbook(instance, tmp_path / "book.xlsx"))
    assert book["budget"]["B1"].value == "central [million]"
    assert book["budget"]["B1"].comment.text.startswith("central budget of the year")
    lists = {str(rule.sqref): rule.formula1 for rule in book["regions"].data_validations.dataValidation}
    assert lists["D2:D203"] == "'zones'!$A$2:$A$203"


def test_nothing_is_overwritten_or_left_half(instance, tmp_path, monkeypatch):
    with pytest.raises(FileExistsError):
        write_folder(instance, tmp_path)
    before = sorted(tmp_path.iterdir())
    from planner.instance import writing

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "csv_text", full)
    with pytest.raises(OSError):
        write_folder(instance, tmp_path / "copy")
    monkeypatch.setattr("planner.instance.sheets._scenarios", full)
    with pytest.raises(OSError):
        write_workbook(instance, tmp_path / "book.xlsx")
    assert sorted(tmp_path.iterdir()) == before


def test_overridden_instance_is_written_as_it_stands(instance, tmp_path):
    made = instance.with_overrides({"budget.central": 7, "floors.least": 0.3})
    assert read(write_folder(made, tmp_path / "made"), MECHANISMS).hash == made.hash


def test_tiny(tmp_path):
    from planner.mechanisms import MECHANISMS as REAL
    tiny = read(ROOT / "instances" / "tiny", REAL)
    book = read(write_workbook(tiny, tmp_path / "tiny.xlsx"), REAL)
    assert tiny.hash == book.hash == read(write_folder(book, tmp_path / "tiny"), REAL).hash


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=texts, note=texts.filter(str.strip), spend=st.floats(0, 1e12))
def test_any_text_and_number_survives(title, note, spend, tmp_path_factory):
    import csv
    tmp_path = tmp_path_factory.mktemp("any")
    path = Sample().put("baseline", 2, "spend", repr(spend)).folder(tmp_path / "sample")
    with (path / "orders.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["before", "after", "note"], ["a", "b", note]])
    first = read(path, MECHANISMS)
    book = read(write_workbook(first, tmp_path / "b.xlsx"), MECHANISMS)
    assert first.hash == book.hash == read(write_folder(book, tmp_path / "f"), MECHANISMS).hash
