"""plan.xlsx: what stands in it, that formulas add up to the plan, and that text stays text."""

import re
import zipfile

import openpyxl
import pandas as pd
import pytest

from planner.mechanisms import MECHANISMS
from planner.report import workbook
from planner.report.headline import SIGN_RULES, by_year, status_words
from planner.report.live import RULES
from planner.report.pages import give_up
from planner.report.reference import glossary, keys
from planner.report.sheets import readable
from planner.report.tags import price_tags
from planner.report.words import LANGUAGES, Names, catalogue, word
from planner.report.workbook import Writer, write
from planner.solving import solve
from tests.helpers import tiny
from tests.report.ooxml import problems
from tests.report.plans import by_hand

SUMIFS = re.compile(r"=SUMIFS\((\w+)\[(.+?)\],\w+\[(.+?)\],(.+?),\w+\[(.+?)\],([A-Z]+)\$(\d+)\)")


@pytest.fixture(scope="module")
def plan():
    return by_hand()


@pytest.fixture(scope="module", params=LANGUAGES)
def book(request, plan, tmp_path_factory):
    path = write(plan, tmp_path_factory.mktemp("book") / "plan.xlsx", request.param)
    return request.param, openpyxl.load_workbook(path), path


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
    lang, found, _ = book
    if lang == "en":
        assert found.sheetnames == ["Cover", "Charts", "Allocation", "Zones", "Stages", "Industries",
                                    "Categories", "Regions", "Instruments", "Grants", "Budget", "Goals",
                                    "Fairness", "Compliance", "Assumptions", "Bibliography", "Glossary",
                                    "Names", "_planner"]
    else:
        assert found.sheetnames[:4] == ["封面", "图表", "资金配置", "区域板块"]


def test_the_allocation_table_is_the_plan(book, plan):
    lang, found, _ = book
    page = found.worksheets[2]
    frame = table_frame(page)
    assert len(frame) == len(plan.allocations)
    assert list(frame.columns)[-2:] == (["Spend (million)", "Value (million)"] if lang == "en"
                                        else ["投入 (百万)", "价值 (百万)"])
    assert frame.iloc[:, -2].sum() == plan.allocations["spend"].sum()
    assert page.freeze_panes == "A5"
    assert page.page_setup.orientation == "landscape" and page.page_setup.fitToWidth == 1
    assert page.print_title_rows == "$1:$4"


def test_summaries_are_formulas_that_add_up_to_the_plan(book, plan):
    # Each SUMIFS is worked out here from the cells of the sheets that it names.
    found = book[1]
    seen = 0
    tables = {name: table_frame(page) for page in found.worksheets for name in page.tables}
    for number, dim in ((3, "zone"), (4, "stage"), (5, "industry"), (6, "category"), (7, "region"),
                        (8, "instrument")):
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


def test_every_formula_carries_its_value(book, plan):
    """So that previews and pandas show figures; test_office proves them right."""
    _, found, path = book
    kept = openpyxl.load_workbook(path, data_only=True)
    for page in found.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert kept[page.title][cell.coordinate].value is not None, (page.title, cell.value)
    zones = kept.worksheets[3]
    assert [cell.value for cell in zones[6]][1:5] == [80, 80, 80, 160]
    assert [cell.value for cell in zones[8]][1:5] == [160, 160, 160, 320]
    told = pd.read_excel(path, sheet_name=zones.title, header=4)
    assert told.iloc[2, 1:5].tolist() == [160, 160, 160, 320]


def test_the_file_is_sound(book):
    assert not problems(book[2])


def test_a_second_reader_says_what_the_plan_says(book, plan):
    sheets = pd.read_excel(book[2], sheet_name=None, header=3)
    assert list(sheets) == book[1].sheetnames
    assert sheets[book[1].sheetnames[2]].iloc[:, -2].tolist() == plan.allocations["spend"].tolist()


def test_what_is_printed_is_set_up(book):
    for page in (page for page in book[1].worksheets if page.sheet_state == "visible"):
        assert page.print_area and page.page_setup.paperSize == 9 and page.page_setup.fitToWidth == 1
        assert page.oddFooter.right.text.count("&P") == 1
        if page.title not in book[1].sheetnames[:2]:
            assert page.freeze_panes and page.print_title_rows


def test_charts_are_native_and_honest(book):
    """Every chart draws cells, shows both axes, begins at 0 and is not smoothed."""
    with zipfile.ZipFile(book[2]) as found:
        charts = [found.read(name).decode() for name in found.namelist()
                  if name.startswith("xl/charts/chart")]
    assert len(charts) == 4
    for text in charts:
        assert len(re.findall(r"<(?:c:)?delete val=.0.", text)) == 2
        assert re.search(r"<(?:c:)?min val=.0(?:\.0)?.", text)
        assert not re.search(r"smooth val=.1.", text)
        assert "!$" in text and "0072B2" in text


def test_the_frontier_is_drawn_where_the_plan_has_one(tmp_path):
    plan = by_hand()
    plan.tables["frontier"] = pd.DataFrame({"point": [1, 2, 3], "productivity": [3.0, 2.0, 1.0],
                                            "balance": [-3.0, -2.0, -1.0]})
    path = write(plan, tmp_path / "plan.xlsx")
    with zipfile.ZipFile(path) as found:
        texts = [found.read(name).decode() for name in found.namelist() if name.startswith("xl/charts/chart")]
    (chart,) = [text for text in texts if "scatterChart" in text]
    assert "'Frontier'!$B$5:$B$7" in chart and "'Frontier'!$C$5:$C$7" in chart
    assert re.search(r"smooth val=.0.", chart)
    assert not problems(path)


def test_each_light_says_what_it_rests_on(book, plan):
    lang, found, _ = book
    page = found[word("sheet.compliance", lang)]
    heads = [cell.value for cell in page[4]]
    basis, key = heads.index(word("basis", lang)), heads.index(word("clause_id", lang))
    seen = set()
    for row in page.iter_rows(min_row=5, max_row=4 + len(plan.compliance)):
        live = row[basis].value == word("basis.live", lang)
        assert live or row[basis].value == word("basis.value", lang)
        assert (row[0].data_type == "f", row[6].data_type == "f") == (live, live)
        assert row[heads.index(word("slack", lang))].data_type == "f"
        seen.add((row[key].value.partition("[")[0], live))
    assert ("core.central_budget", True) in seen and ("core.funding", False) in seen


def test_every_rule_made_of_sums_is_live_in_a_plan_with_everything_on():
    """But where the sum that a share is taken of is 0: then no share can be read off the plan."""
    plan = solve(tiny(*(m.name for m in MECHANISMS)), gap=0.05, rounding=False)
    writer = Writer(openpyxl.Workbook(write_only=True), plan, "en")
    give_up(writer.book)
    seen, left = set(), []
    for row in plan.compliance.itertuples():
        if (row.mechanism, row.rule) in RULES:
            seen.add((row.mechanism, row.rule))
            if writer.live.sides(row) is None and row.required:
                left.append((row.mechanism, row.rule, row.where, row.year))
    assert not left
    assert len(seen) > 40


def test_nothing_is_live_that_does_not_come_to_the_measured_figure():
    plan = by_hand()
    told = plan.compliance
    at = (told["mechanism"] == "core") & (told["rule"] == "central_budget")
    assert at.any()
    told.loc[at, "reached"] += 1.0
    plan.tables["compliance"] = told
    writer = Writer(openpyxl.Workbook(write_only=True), plan, "en")
    give_up(writer.book)
    assert all(writer.live.sides(row) is None for row in told[at].itertuples())


def test_price_tags_are_the_marginal_values_worst_first():
    plan = solve(tiny("basic_research", "regional_balance"), gap=1e-6)
    sheet = price_tags(plan, Names(plan.instance, "en"))
    rows = plan.compliance
    wanted = rows[(rows["dual"].abs() > 1e-9) & (rows["sense"] != "==") & ~rows["rule"].isin(SIGN_RULES)]
    assert len(sheet.frame) == len(wanted) > 0
    assert sorted(sheet.frame["worth"]) == sorted(wanted["dual"].abs())
    assert sheet.frame["worth_percent"].is_monotonic_decreasing
    assert not price_tags(by_hand(), Names(plan.instance, "en")).frame.size  # nothing was solved


def test_the_glossary_has_every_mechanism_in_the_words_of_its_record():
    assert not [m.name for m in MECHANISMS if word(f"says.{m.name}", "en") != m.says]
    plan = by_hand()
    assert {"mission", "gap"} <= {key.partition(".")[2] for key in catalogue() if key.startswith("meaning.")}
    for lang in LANGUAGES:
        frame = glossary(plan, lang).frame
        assert frame.notna().all(axis=None) and (frame != "").all(axis=None)


def test_the_names_sheet_leads_back_to_every_key(plan):
    frame = keys(plan, Names(plan.instance, "en")).frame
    for dim in ("region", "zone", "industry", "category", "stage", "instrument"):
        found = frame[frame["column"] == dim]
        names = Names(plan.instance, "zh")
        wanted = {key: names.name(dim, key) for key in found["key"]}
        assert dict(zip(found["key"], found["name_zh"])) == wanted
        assert set(plan.table("grants" if dim == "instrument" else "allocations")[dim]) <= set(found["key"])


def test_cover_says_status_and_gap(book):
    lang, found, _ = book
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


HOSTILE = ["\t=1", "\r+1", "=1+1", "=HYPERLINK(\"http://x\")", "+1", "-2", "@SUM(A1)", "a*b?~", ">5",
           "<b>&", "\x0bbell"]


def test_text_is_never_a_formula(plan, tmp_path):
    industries = plan.instance.table("industries")
    for text in HOSTILE:
        frames = plan.instance._frames | {"industries": industries.assign(name_en=[text, "Food"])}
        hostile = by_hand()
        object.__setattr__(hostile.instance, "_frames", frames)
        path = write(hostile, tmp_path / "plan.xlsx")
        page = openpyxl.load_workbook(path).worksheets[2]
        cell = page["C5"]
        assert cell.data_type == "s" and cell.value == text.replace("\x0b", " ")
        assert cell.quotePrefix == (text[0] in "=+-@\t\r")
        assert not problems(path)


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
