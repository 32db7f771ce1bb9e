"""LibreOffice calculates every workbook anew: each figure is the solver's, no cell holds an error.

The files that it opens carry a wrong value beside every formula, so nothing that is read back can have
been taken from the file.
"""

from __future__ import annotations

from functools import cache

import openpyxl
import pytest

from planner.mechanisms import MECHANISMS
from planner.model.figures import gini
from planner.plan import measure_all
from planner.report.headline import by_year
from planner.report.sheets import clause_ids
from planner.report.words import LANGUAGES, Names, catalogue, term, word
from planner.report.workbook import write
from planner.solving import solve
from tests.helpers import cell, edited, tiny
from tests.report.office import NEEDS_OFFICE, PROGRAM, STALE, convert, formulas, made_stale, values
from tests.report.plans import by_hand, with_names

pytestmark = [pytest.mark.office, pytest.mark.skipif(PROGRAM is None, reason=NEEDS_OFFICE)]

REL = 1e-6
ODD = {"industries": ["=1+1", "@SUM(A1)"], "regions": ["+1", "a*b?~"], "stages": ["12", "\t-tab"],
       "categories": ["TRUE", ">5"], "zones": ["May 5", "\r=cr"], "instruments": ['say "x"', "x,y", "{z}"]}
"""Names that a spreadsheet could take for something else, by table."""


@cache
def all_on():
    return solve(tiny(*(m.name for m in MECHANISMS)), gap=0.05, rounding=False)


def moved():
    """The plan with all research in the inland stopped by hand."""
    where = {"region": "inland", "stage": "research"}
    return edited(all_on(), *cell("allocations", "spend", 0.0, **where))


PLANS = {"all": all_on, "hand": by_hand, "odd": lambda: with_names(by_hand(), ODD)}
WRITTEN = (("all", "en"), ("all", "zh"), ("hand", "en"), ("odd", "zh"))
NAMED = [f"{name}-{lang}" for name, lang in WRITTEN]


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """name -> (workbook as written, as LibreOffice saved it), all opened in one go."""
    folder = tmp_path_factory.mktemp("office")
    written = {f"{name}-{lang}": write(make(), folder / f"{name}-{lang}.xlsx", lang)
               for name, lang in WRITTEN for make in [PLANS[name]]}
    (folder / "stale").mkdir()
    stale = [made_stale(path, folder / "stale" / path.name) for path in written.values()]
    written["moved-en"] = written["all-en"]
    stale.append(edit_by_hand(written["all-en"], folder / "moved-en.xlsx"))
    return dict(zip(written, zip(written.values(), convert(stale, folder))))


def edit_by_hand(path, to):
    """What `moved` does to the plan, done in the sheet."""
    book = openpyxl.load_workbook(path)
    page = book["Allocation"]
    head = [found.value for found in page[4]]
    region, stage, spend = (head.index(name) for name in ("Region", "Stage", "Spend (million)"))
    for row in page.iter_rows(min_row=5):
        if (row[region].value, row[stage].value) == ("Inland", "Research"):
            row[spend].value = 0.0
    book.save(to)
    return to


def near(one, other) -> bool:
    if one in (None, "") or not isinstance(one, (int, float)):
        return one == other or (one in (None, "") and other in (None, ""))
    return isinstance(other, (int, float)) and one == pytest.approx(other, rel=REL, abs=1e-9)


@pytest.mark.parametrize("name", NAMED)
def test_every_formula_comes_to_the_value_kept_beside_it(books, name):
    written, calculated = books[name]
    kept, now = values(written), values(calculated)
    told = {(sheet, place): text for sheet, found in formulas(written).items()
            for place, text in found.items()}
    assert len(told) > 200
    assert all(kept[sheet].get(place) is not None or '""' in text for (sheet, place), text in told.items())
    wrong = [(sheet, place, kept[sheet].get(place), now[sheet].get(place), text)
             for (sheet, place), text in told.items()
             if not near(kept[sheet].get(place), now[sheet].get(place))]
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("name", [*NAMED, "moved-en"])
def test_no_cell_holds_an_error(books, name):
    found = [(sheet, place, value) for sheet, cells in values(books[name][1]).items()
             for place, value in cells.items() if value == STALE or (
                 isinstance(value, str) and value.startswith(("#", "Err:")))]
    assert not found


def block(cells: dict, plan, lang: str, head: str) -> dict:
    """(label, year) -> figure of the block of a summary whose line above its headings is `head`."""
    rows = {int(place[1:]): value for place, value in cells.items()
            if place[0] == "A" and place[1:].isdigit()}
    top = next(row for row, value in sorted(rows.items()) if str(value).startswith(head)) + 1
    years = {letter: cells[f"{letter}{top}"] for letter in "BCDE"
             if isinstance(cells.get(f"{letter}{top}"), int)}
    found, row = {}, top + 1
    while row in rows and rows[row] != word("total", lang):
        found |= {(rows[row], year): cells[f"{letter}{row}"] for letter, year in years.items()}
        row += 1
    return found


@pytest.mark.parametrize("name", NAMED)
def test_totals_and_shares_are_the_solvers(books, name):
    plan, lang = PLANS[name[:-3]](), name[-2:]
    names, cells = Names(plan.instance, lang), values(books[name][1])
    for key, dim in (("zones", "zone"), ("stages", "stage"), ("industries", "industry"),
                     ("categories", "category"), ("regions", "region"), ("instruments", "instrument")):
        found = by_year(plan, dim)
        for column, head in (("amount", "block.money"), ("share", "block.share")):
            wanted = {(names.name(dim, row[dim]), row["year"]): row[column]
                      for row in found.to_dict("records")}
            told = block(cells[term(key, lang, "sheet")], plan, lang, word(head, lang))
            assert {at: told[at] for at in wanted} == pytest.approx(wanted, rel=REL, abs=1e-9), (key, column)


def compliance(cells: dict, lang: str) -> dict[str, dict[str, object]]:
    """clause key -> what its row on the compliance sheet says, by internal column."""
    page = cells[term("compliance", lang, "sheet")]
    known = ("status", "reached", "required", "slack", "basis", "clause_id", "")
    columns = {letter: next(key for key in known if not key or page[f"{letter}4"] == catalogue()[key][lang])
               for letter in "ABCDEFGHIJKLMN" if f"{letter}4" in page}
    last = max(int(place[1:]) for place in page if place[0] == "F")
    rows = [{key: page.get(f"{letter}{row}") for letter, key in columns.items() if key}
            for row in range(5, last + 1)]
    return {row["clause_id"]: row for row in rows if row["clause_id"]}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_compliance_is_the_solvers(books, lang):
    told, rows = compliance(values(books[f"all-{lang}"][1]), lang), all_on().compliance
    assert len(told) == len(rows)
    for clause, row in zip(clause_ids(rows), rows.itertuples()):
        found = told[clause]
        for column in ("reached", "required", "slack"):
            assert found[column] == pytest.approx(getattr(row, column), rel=REL, abs=1e-9), (clause, column)
        assert found["status"] == word(f"compliance.{row.status}", lang), clause


def test_live_lights_follow_a_change_by_hand(books):
    told, before = compliance(values(books["moved-en"][1]), "en"), all_on().compliance
    was, after = dict(zip(clause_ids(before), before["reached"])), measure_all(moved(), MECHANISMS)
    changed = 0
    for clause, row in zip(clause_ids(after), after.itertuples()):
        # A rule told by its worst cell may be told by another one now; such rules are never live.
        if clause not in told or told[clause]["basis"] != word("basis.live"):
            continue
        changed += row.reached != was[clause]
        for column in ("reached", "required", "slack"):
            assert told[clause][column] == pytest.approx(getattr(row, column), rel=REL, abs=1e-9), clause
        assert told[clause]["status"] == word(f"compliance.{row.status}"), clause
    assert changed > 20
    assert told["basic_research.zone_floor[west, 2025]"]["status"] == word("compliance.broken")


def test_gini_is_that_of_the_plan(books):
    cells, plan = values(books["all-en"][1])["Fairness"], all_on()
    row = next(int(place[1:]) for place, value in cells.items() if value == word("block.gini"))
    people = plan.instance.table("regions").set_index("region")["population"]
    for letter, year in zip("EF", plan.instance.years):
        spend = plan.allocations.query("year == @year").groupby("region")["spend"].sum()
        assert cells[f"{letter}{row}"] == pytest.approx(gini(spend, people), rel=REL)
