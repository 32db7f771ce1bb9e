"""report.html as text: its figures are the plan's, nothing in it can run or call home, both languages."""

import base64
import hashlib
import json
import re
from io import StringIO

import numpy as np
import openpyxl
import pandas as pd
import pytest
from lxml import html as parser

from planner.mechanisms import MECHANISMS
from planner.plan import Plan, measure_all
from planner.report.figures.look import contrast
from planner.report.html import data, library, page, part, write
from planner.report.html.answer import is_illustrative
from planner.report.html.tables import number, written
from planner.report.words import LANGUAGES, catalogue, word
from planner.report.workbook import write as write_workbook
from tests.helpers import cell, edited
from tests.report.plans import HOSTILE, by_hand, hostile


@pytest.fixture(scope="module")
def plan():
    return by_hand()


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request, plan):
    text = page(plan, request.param)
    return request.param, text, parser.fromstring(text)


def embedded(tree) -> dict:
    return json.loads(tree.get_element_by_id("figures").text_content())


def tables(tree) -> dict[str, pd.DataFrame]:
    """Every table of the page by its caption, figures read back as numbers."""
    found = {}
    for table in tree.iter("table"):
        text = parser.tostring(table, encoding="unicode").replace("−", "-")
        found.setdefault(table.findtext("caption"), pd.read_html(StringIO(text), thousands=",")[0])
    return found


def test_tables_workbook_and_report_tell_the_same_totals(report, plan, tmp_path):
    lang, _, tree = report
    spend = plan.allocations
    told = embedded(tree)
    assert told["total"] == pytest.approx(spend["spend"].sum(), rel=1e-12)
    assert told["grants"] == pytest.approx(plan.table("grants")["amount"].sum(), rel=1e-12)
    book = openpyxl.load_workbook(write_workbook(plan, tmp_path / "plan.xlsx", lang))
    sheet = book[word("sheet.allocation", lang)]
    (excel,) = sheet.tables.values()
    rows = [[entry.value for entry in row] for row in sheet[excel.ref]]
    excel = pd.DataFrame(rows[1:], columns=[column.split(" (")[0] for column in rows[0]])
    names = {dim: word(dim, lang) for dim in ("zone", "stage", "industry", "category")}
    amount, year = word("spend", lang), word("year", lang)
    shown = tables(tree)
    for dim, title in (("zone", "zones"), ("stage", "stages"), ("industry", "industries"), ("category", "categories")):
        by_sheet = excel.groupby([names[dim], year])[amount].sum()
        (caption,) = [text for text in shown if text.startswith(word(f"figure.{title}", lang, last=2026, base=2024))]
        table = shown[caption].set_index(shown[caption].columns[0])
        for (member, when), money in by_sheet.items():
            assert table.at[member, str(when)] == pytest.approx(money, abs=0.005)
        assert table.loc[word("total", lang), str(2026)] == pytest.approx(
            spend.loc[spend["year"] == 2026, "spend"].sum(), abs=0.005)
        own = sum(money for years in told[f"money_by_{dim}"].values() for when, money in years.items()
                  if int(when) in plan.instance.years)
        assert own == pytest.approx(excel[amount].sum(), rel=1e-12)


def test_rules_are_counted_as_in_the_table(report, plan):
    _, _, tree = report
    assert embedded(tree)["rules"] == {
        status: int((plan.compliance["status"] == status).sum())
        for status in ("broken", "relieved", "binding", "kept")}


def test_the_policy_names_the_scripts_and_nothing_else(report):
    _, text, tree = report
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "http" not in policy
    runs = re.findall(r"<script>(.*?)</script>", text, re.DOTALL) + re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in runs}
    assert len(runs) == 3 and hashes == set(re.findall(r"'sha256-([^']+)'", policy))


def test_nothing_points_outside(report):
    _, _, tree = report
    links = tree.xpath("//@href | //@src | //@action | //@srcset")
    assert links and all(link.startswith("#") and tree.get_element_by_id(link[1:]) is not None for link in links)
    assert not tree.xpath("//*[@style] | //link | //iframe | //object | //form")
    assert "url(" not in part("style.css") and "@import" not in part("style.css")


def test_headings_labels_and_descriptions(report):
    lang, _, tree = report
    assert tree.get("lang") == {"en": "en", "zh": "zh-CN"}[lang]
    charts = tree.xpath("//div[contains(@class, 'chart')]")
    assert len(charts) >= 8
    for chart in charts:
        assert chart.get("role") == "img"
        for mark in ("aria-labelledby", "aria-describedby"):
            assert tree.get_element_by_id(chart.get(mark)).text_content().strip()
        assert chart.xpath("ancestor::figure//details//table")
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)) and len(tree.xpath("//h1")) == 1
    assert all(table.findtext("caption") and table.xpath(".//th[@scope='col']") for table in tree.iter("table"))


def test_the_first_screen_answers(report, plan):
    lang, _, tree = report
    header = tree.find(".//header").text_content()
    for key in ("cover.status", "cover.objective", "cover.gap", "cover.years", "cover.scenario", "report.data",
                "report.illustrative"):
        assert word(key, lang) in header
    assert "99.0000" in header and "1.010 %" in header and "2025–2026" in header


def test_the_illustrative_are_told_from_the_real(plan):
    assert is_illustrative(plan.instance)
    frames = dict(plan.instance._frames)
    frames["provenance"] = frames["provenance"].assign(status=["published", *frames["provenance"]["status"][1:]])
    assert not is_illustrative(plan.instance.rebuilt("tiny", frames, {}, {}, (), check=False))


def test_no_english_in_the_chinese_report(plan):
    tree = parser.fromstring(page(plan, "zh"))
    for part_ in tree.xpath("//script | //style | //*[@lang='en'] | //section[@id='passport']"):
        part_.drop_tree()
    text = re.sub(r"planner verify|plan\.xlsx|tables/\*\.csv", "", tree.text_content())
    # Names of tables, columns, sources and of the instance itself are the instance's own.
    own = {"tiny", "FTE", "GDP", "Gini"} | set(plan.instance.table("sources")["source"])
    own |= {entry for column in ("table", "column", "source") for text_ in plan.instance.table(
        "provenance")[column].fillna("") for entry in re.split(r"\W+", str(text_))}
    assert sorted({found for found in re.findall(r"[A-Za-z_]{3,}", text)} - own) == []


def test_code_in_names_is_text():
    text = page(hostile(), "en")
    tree = parser.fromstring(text)
    assert len(tree.xpath("//script")) == 4 and not tree.xpath("//img | //@onerror")
    assert HOSTILE in tree.xpath("//h1")[0].text_content()
    charts = tree.get_element_by_id("charts").text
    assert "<" not in charts and "&" not in charts
    shown = json.loads(charts)
    texts = json.dumps([shown[key]["data"] for key in ("spend_map", "flows", "zones")])
    assert "<script" not in texts and "&lt;script" in texts


def test_json_in_a_page():
    assert data({"a": "</script><!--&"}) == '{"a":"\\u003c/script\\u003e\\u003c!--\\u0026"}'
    with pytest.raises(ValueError):
        data({"bound": float("inf")})
    assert "</script" not in library() and "<\\/script" in library() or "</script" not in library()


def test_broken_rows_stand_first_and_on_the_first_screen(plan):
    worse = edited(plan, *cell("allocations", "spend", 0.0, region="coast", year=2026))
    worse.tables["compliance"] = measure_all(worse, MECHANISMS)
    broken = int((worse.compliance["status"] == "broken").sum())
    assert broken
    tree = parser.fromstring(page(worse, "en"))
    assert f"{broken:,} are broken" in tree.find(".//header").text_content()
    for table in tree.xpath("//section[@id='rules']//table[.//span[contains(@class, 'light')]]"):
        lights = [light.get("class").split()[1] for light in table.xpath(".//span")]
        assert lights[0] == "broken" and lights == sorted(
            lights, key=["broken", "relieved", "binding", "kept"].index)
        assert table.xpath(".//span")[0].text_content() == "✗ broken"


def test_clauses_and_claims_are_the_records_own():
    for mechanism in MECHANISMS:
        assert word(f"says.{mechanism.name}") == mechanism.says
        for count, source in enumerate(mechanism.sources, 1):
            assert word(f"claim.{mechanism.name}.{count}") == source.claim
        assert f"claim.{mechanism.name}.{len(mechanism.sources) + 1}" not in catalogue()


def test_a_plan_without_money_or_rules_is_still_a_report(plan):
    bare = Plan(plan.instance, {"goals": plan.goals}, {"status": "optimal", "objective": 1.0, "gap": None})
    for lang in LANGUAGES:
        tree = parser.fromstring(page(bare, lang))
        assert tree.xpath("//section[@id='reading']") and not tree.xpath("//section[@id='time']")


def test_it_is_written_whole_or_not_at_all(plan, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="no language 'fr'"):
        write(plan, tmp_path / "report.html", "fr")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write(plan, tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value, kind, text", [
    (1234.5678, "money", "1,234.57"), (-0.001, "money", "0.00"), (0.0657, "share", "6.57\u00a0%"),
    (-0.0052, "points", "−0.520"), (None, "money", "–"), (np.inf, "number", "–"), (2025, "year", "2025"),
    (1e-12, "signed", "0"), (0.25, "signed", "+0.25"), (-1234.5, "signed", "−1,234.50"),
    ("kept", "status", "✓ kept"), (np.nan, "text", "")])
def test_cells(value, kind, text):
    assert written(value, kind, "en") == text


def test_numbers_that_two_decimals_would_hide():
    assert number(0.00012345) == "0.000123" and number(12.3456) == "12.35"


def test_text_of_the_page_can_be_read():
    css = part("style.css")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css))
    for name in ("ink", "muted", "accent"):
        for ground in ("#ffffff", "#fdf7e8", "#fbecec", colours["soft"]):
            assert contrast(colours[name], ground) >= 4.5
    for ground in re.findall(r"\.light[.\w]* \{[^}]*background: (#\w{6})", css):
        assert contrast(colours["ink"] if ground != "#b2182b" else "#ffffff", ground) >= 4.5


def test_every_way_to_stop_has_a_word():
    from solvers.outcome import Stop
    assert not [str(stop) for stop in Stop if f"ended.{stop}" not in catalogue()]
