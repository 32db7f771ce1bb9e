"""Every table that a mechanism reports has its words, its place on the sheets and its whole numbers."""

from functools import cache

import numpy as np
import pytest

from planner.audit import WHOLE
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.plan import LABELS
from planner.report.sheets import DIMENSIONS, long_sheets
from planner.report.words import LANGUAGES, catalogue, word
from planner.solving import solve
from tests.helpers import solved, tiny

ALL = [mechanism.name for mechanism in MECHANISMS]
VARIANTS = ({}, {"stages[application].role": "conversion", "risk.method": "cvar"},
            {"industries[food].class": "future", "industry_portfolio.on": False})
"""The tiny instance with everything on; with conversion and scenarios; with two industries to co-locate."""

NOT_WHOLE = {("talent", "introduce")}
"""Columns that are whole for some of their rows only."""


@cache
def reported() -> dict[str, dict]:
    """table -> {'labels': names, 'quantities': {name: is it an integer decision?}}, over all variants."""
    found: dict[str, dict] = {}
    for change in VARIANTS:
        core = build(tiny(*ALL, set=change), MECHANISMS)
        whole = np.concatenate([np.broadcast_to(c.integer, len(c.index)) for c in core.book.columns])
        for table, parts in core.reports.items():
            kept = found.setdefault(table, {"labels": set(), "quantities": {}})
            for name, quantity in ((n, q) for part in parts for n, q in part.items()):
                linear = quantity.linear()
                kept["labels"] |= set(linear.index.dims)
                kept["quantities"][name] = bool(len(linear.col)) and bool(whole[linear.col].all()) and bool(
                    (linear.coef == np.rint(linear.coef)).all())
    return found


def test_the_variants_report_what_is_optional():
    assert {"tiers", "conversion", "lost_value", "colocation", "risk_scenarios", "awards", "prices"} <= set(
        reported())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_and_column_has_words(lang):
    words = catalogue()
    missing = [f"sheet.{table}" for table in reported() if f"sheet.{table}" not in words]
    missing += [f"{table}: {column}" for table, parts in reported().items()
                for column in (*parts["labels"], *parts["quantities"]) if column not in words]
    assert not missing
    assert all(word(f"sheet.{table}", lang) for table in reported())


def test_every_label_is_a_dimension_of_the_sheets_and_read_back_as_text():
    labels = {label for parts in reported().values() for label in parts["labels"]} - {"year"}
    assert not labels - set(DIMENSIONS)
    assert not labels - set(LABELS)


def test_the_audit_knows_every_whole_number():
    missing = [(table, name) for table, parts in reported().items()
               for name, whole in parts["quantities"].items()
               if whole and name not in WHOLE.get(table, ()) and (table, name) not in NOT_WHOLE]
    assert not missing


@pytest.fixture(scope="module")
def plan():
    return solve(tiny(*ALL), gap=0.05, rounding=False)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sheet_of_a_plan_with_everything_on_has_words(plan, lang):
    found = long_sheets(plan, lang)
    assert {"knowledge", "data_sets", "oversight", "reserve", "risk", "awards", "prices"} <= set(found)
    assert not [key for key in found if f"sheet.{key}" not in catalogue()]
    assert not [column for sheet in found.values() for column in sheet.frame if column not in catalogue()]


def test_members_are_named(plan):
    assert set(long_sheets(plan)["oversight"].frame["oversight"]) == {"Light oversight", "Close oversight"}
    assert set(long_sheets(plan, "zh")["data_sets"].frame["data_set"]) == {"芯片设计数据", "市场数据"}


def test_every_rule_has_chinese_words(plan):
    """But the limits and rules of a tender, which bear the names that its tables give them."""
    pairs = plan.compliance[["mechanism", "rule"]].drop_duplicates()
    pairs = pairs[pairs["mechanism"].isin(ALL[14:])]
    assert not [f"{m}.{r}" for m, r in pairs.itertuples(index=False)
                if f"rule.{m}.{r}" not in catalogue() and f"rule.{r}" not in catalogue()]


@pytest.mark.parametrize("on, paid", [((), 6.0), (("price_discovery",), 6.6)])
def test_the_missions_sheet_shows_the_price_paid(on, paid):
    """The coast's bid costs 6 and asks a tenth more, once bids are priced."""
    sheet = long_sheets(solved(tiny("missions", *on)))["missions"].frame.set_index("bid")
    assert sheet.at["Coast bid", "money"] == pytest.approx(paid)
