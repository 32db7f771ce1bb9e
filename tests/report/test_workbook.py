"""plan.xlsx: what stands in it, that formulas add up to the plan, and that text stays text."""

import re
import shutil
import subprocess

import openpyxl
import pandas as pd
import pytest

from planner.mechanisms import MECHANISMS
from planner.report import workbook
from planner.report.headline import by_year, status_words
from planner.report.sheets import readable
from planner.report.words import LANGUAGES, catalogue
from planner.report.workbook import write
from tests.report.plans import by_hand

SUMIFS = re.compile(r"=SUMIFS\((\w+)\[(.+?)\],\w+\[(.+?)\],(.+?),\w+\[(.+?)\],([A-Z]+)\$(\d+)\)")


@pytest.fixture(scope="module")
def plan():
    return by_hand()


@pytest.fixture(scope="module", params=LANGUAGES)
def book(request, plan, tmp_path_factory):
    path = write(plan, tmp_path_factory.mktemp("book") / "plan.xlsx", request.param)
    return request.param, openpyxl.load_workbook(path)


def table_frame(page) -> pd.DataFrame:
    """The only Excel table of a sheet as a frame."""
    (table,) = page.tables.values()
    rows = [[cell.value for cell in row] for row in page[table.ref]]
    assert [column.name for column in table.tableColumns] == rows[0]
    assert table.autoFilter.ref == table.ref
    return pd.DataFrame(rows[1:], columns=rows[0])


def test_every_word_has_both_languages():
    assert not [key for key, words in catalogue().items() if not all(words[lang] for lang in LANGUAGES)]


def test_every_mechanism_has_a_name_in_both_languages():
    assert not [m.name for m in MECHANISMS if f"mechanism.{m.name}" not in catalogue()]


def test_sheets_in_order(book):
    lang, found = book
    if lang == "en":
        assert found.sheetnames == ["Cover", "Allocation", "Zones", "Stages", "Industries", "Categories",
                                    "Regions", "Instruments", "Grants", "Budget", "Goals", "Compliance",
                                    "Assumptions", "Sources", "_planner"]
    else:
        assert found.sheetnames[:3] == ["封面", "资金配置", "区域板块"]


def test_the_allocation_table_is_the_plan(book, plan):
    lang, found = book
    page = found.worksheets[1]
    frame = table_frame(page)
    assert len(frame) == len(plan.allocations)
    assert list(frame.columns)[-2:] == (["Spend (million)", "Value (million)"] if lang == "en"
                                        else ["投入 (million)", "价值 (million)"])
    assert frame.iloc[:, -2].sum() == plan.allocations["spend"].sum()
    assert page.freeze_panes == "A5"
    assert page.page_setup.orientation == "landscape" and page.page_setup.fitToWidth == 1
    assert page.print_title_rows == "$1:$4"


def test_summaries_are_formulas_that_add_up_to_the_plan(book, plan):
    # Each SUMIFS is worked out here from the cells of the sheets that it names.
    found = book[1]
    seen = 0
    tables = {name: table_frame(page) for page in found.worksheets for name in page.tables}
    for number, dim in ((2, "zone"), (3, "stage"), (4, "industry"), (5, "category"), (6, "region"),
                        (7, "instrument")):
        page = found.worksheets[number]
        total = 0.0
        for row in page.iter_rows():
            for cell in row:
                match = SUMIFS.fullmatch(cell.value) if isinstance(cell.value, str) else None
                if match is None:
                    continue
                table, amount, label, where, year, letter, line = match.groups()
                frame = tables[table]
                rows = (frame[label] == page[where].value) & (frame[year] == page[f"{letter}{line}"].value)
                total += frame.loc[rows, amount].sum()
                seen += 1
        wanted = by_year(plan, dim)["amount"].sum()
        assert total == pytest.approx(wanted, rel=1e-12), dim
    assert seen > 20


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_recalculates_every_formula(book, plan, tmp_path):
    lang, found = book
    found.save(tmp_path / "plan.xlsx")
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
                    "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "out",
                    tmp_path / "plan.xlsx"],
                   check=True, capture_output=True, timeout=120)
    done = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx", data_only=True)
    values = [cell.value for page in done.worksheets for row in page.iter_rows() for cell in row]
    assert not [value for value in values if isinstance(value, str) and value.startswith("#")]
    zones = done.worksheets[2]
    assert [cell.value for cell in zones[6]][1:5] == [80, 80, 80, 160]
    assert [cell.value for cell in zones[8]][1:5] == [160, 160, 160, 320]
    assert zones["C12"].value == 0.5
    cover = {row[0].value: row[1].value for row in done.worksheets[0].iter_rows(max_col=2)}
    if lang == "en":
        assert cover["Total spend (million)"] == 320
        assert cover["Growth over base year"] == 0
        assert cover["R&D spend / GDP"] == pytest.approx(160 / 5000)
    compliance = table_frame(done.worksheets[11])
    slack = plan.compliance["slack"]
    assert sorted(compliance.iloc[:, 9]) == pytest.approx(sorted(slack), abs=1e-9)


def test_cover_says_status_and_gap(book):
    lang, found = book
    cells = [cell.value for row in found.worksheets[0].iter_rows() for cell in row]
    assert ("Feasible, gap 1.01 %" if lang == "en" else "可行解，差距 1.01 %") in cells


@pytest.mark.parametrize("passport, words", [
    ({"status": "optimal", "stop": "optimal", "gap": 0.0}, "Proven optimal"),
    ({"status": "feasible", "stop": "gap_limit", "gap": 0.004}, "Feasible, gap 0.40 %"),
    ({"status": "feasible", "stop": "time_limit", "gap": None}, "Time limit: best plan so far, gap –"),
    ({"status": "feasible", "stop": "interrupted", "gap": 2e-7},
     "Interrupted: best plan so far, gap < 0.01 %"),
    ({}, "Status not recorded"),
])
def test_status_words(passport, words):
    assert status_words(passport) == words


HOSTILE = ["=HYPERLINK(\"http://x\")", "+1", "-2", "@SUM(A1)", "a*b?~", ">5", "<b>&", "\x0bbell"]


def test_text_is_never_a_formula(plan, tmp_path):
    industries = plan.instance.table("industries")
    for text in HOSTILE:
        frames = plan.instance._frames | {"industries": industries.assign(name_en=[text, "Food"])}
        hostile = by_hand()
        object.__setattr__(hostile.instance, "_frames", frames)
        path = write(hostile, tmp_path / "plan.xlsx")
        page = openpyxl.load_workbook(path).worksheets[1]
        cell = page["C5"]
        assert cell.data_type == "s" and cell.value == text.replace("\x0b", " ")
        assert cell.quotePrefix == (text[0] in "=+-@")


def test_a_failed_write_leaves_the_earlier_file(plan, tmp_path, monkeypatch):
    path = write(plan, tmp_path / "plan.xlsx")
    before = path.read_bytes()

    def fail(self, name):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(workbook.Workbook, "save", fail)
    with pytest.raises(OSError):
        write(plan, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["plan.xlsx"]


def test_an_unknown_language_is_told(plan, tmp_path):
    with pytest.raises(ValueError, match="^There is no language 'fr'; there are en, zh.$"):
        write(plan, tmp_path / "plan.xlsx", "fr")


def test_long_technical_rules_are_cut_to_what_matters():
    rows = pd.DataFrame({"mechanism": "core", "rule": "absorption", "where": [f"r{n}" for n in range(1000)],
                         "status": ["broken"] * 2 + ["binding"] * 300 + ["kept"] * 698,
                         "slack": [-1.0] * 2 + [0.0] * 300 + [1.0] * 698, "scale": 1.0})
    shown, hidden = readable(rows)
    assert list(shown["status"].value_counts().items()) == [("binding", 200), ("broken", 2)]
    assert hidden == {("core", "absorption", "binding"): 100, ("core", "absorption", "kept"): 698}
    assert list(shown["status"].head(2)) == ["broken", "broken"]
