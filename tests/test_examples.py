"""The worked examples of the manual: every word in them exists, and their figures are true on tiny."""

import io
import re
import tomllib

import pandas as pd
import pytest

from planner.mechanisms import MECHANISMS
from planner.solving import solve
from tests.helpers import ROOT, tiny

BY_NAME = {mechanism.name: mechanism for mechanism in MECHANISMS}
TINY = ROOT / "instances" / "tiny"

PACED = {"stages[application].role": "development", "stages[research].role": "conversion"}
RESTED = {"stages[research].role": "conversion", "stages[application].role": "industrialisation"}
CHAIN = {"stages[research].role": "development", "stages[application].role": "industrialisation"}
CONVERSION = {"stages[application].role": "conversion"}

TRUE = [
    # mechanism and others that are on; changes to tiny; with the example's --set?;
    # (rule, where, year, column of compliance, figure)
    ("basic_research", {}, False, ("floor", "", 2025, "required", 58.5),
     ("floor", "", 2026, "required", 19.5)),
    ("stable_competitive", {}, False, ("low", "", 2025, "required", 7), ("high", "", 2025, "required", 13)),
    ("stable_competitive", {}, True, ("low", "", 2025, "required", 10)),
    ("innovation_chain", PACED, False, ("conversion", "food", 2025, "required", 8),
     ("conversion", "food", 2026, "required", 16)),
    ("innovation_chain", PACED, True, ("conversion", "food", 2025, "required", 4)),
    ("innovation_chain", RESTED, False, ("stock_flow", "food", 2025, "reached", 20),
     ("industrialisation", "food", 2025, "required", 80)),
    ("instruments", {}, False, ("fund_low", "", 2025, "required", 5), ("fund_high", "", 2025, "required", 60),
     ("public_low", "research", 2025, "required", 1.75), ("public_high", "research", 2025, "required", 33.25),
     ("cofunding", "coast", 2025, "required", 2.5), ("local_cost", "coast", 2026, "required", -3)),
    ("instruments", {}, True, ("fund_high", "", 2025, "required", 30)),
    ("performers", {}, False, ("capacity", "inland, firm", 2025, "required", 55),
     ("capacity", "inland, firm", 2026, "required", 60.5),
     ("enterprise_floor", "application", 2025, "required", 48), ("sme_floor", "", 2025, "required", 19.5),
     ("keep_private", "", 2025, "required", 78)),
    ("performers", {}, True, ("sme_floor", "", 2025, "required", 39)),
    ("regional_balance", {}, False, ("intensity", "", 2025, "required", 162.5),
     ("intensity", "", 2026, "required", 165), ("zone_floor", "west", 2025, "required", 78),
     ("intensity_floor", "coast", 2025, "required", 31.2), ("gini", "", 2026, "required", 58.5)),
    ("paired_assistance", {}, False, ("transfer_floor", "coast, inland", 2025, "required", 3),
     ("transfer_most", "coast, inland", 2025, "required", 30),
     ("lent_floor", "coast, inland, engineer", 2025, "required", 10)),
    ("paired_assistance", {}, True, ("transfer_floor", "coast, inland", 2025, "required", 6)),
    ("industry_portfolio", {}, False, ("class_floor", "emerging", 2025, "required", 78),
     ("class_floor", "emerging", 2026, "required", 58.5),
     ("class_ceiling", "traditional", 2026, "required", 126.75),
     ("upgrading_floor", "", 2026, "required", 48.75), ("green_floor", "", 2025, "required", 58.5)),
    ("industry_portfolio", {}, True, ("upgrading_floor", "", 2026, "required", 87.75)),
    ("category_portfolio", {}, False, ("category_floor", "frontier", 2025, "required", 78),
     ("category_floor", "frontier", 2026, "required", 58.5),
     ("key_share", "chips, frontier", 2026, "required", 5.5)),
    ("category_portfolio", {}, True, ("key_share", "chips, frontier", 2026, "required", 22)),
    ("regional_fit", {}, False, ("fewest", "chips", 0, "required", 1),
     ("scale", "coast, chips", 2026, "required", 30), ("unfocused", "inland, chips", 2025, "required", 60),
     ("gradient", "inland, chips", 2025, "required", 0)),
    ("regional_fit", {}, True, ("unfocused", "inland, chips", 2025, "required", 48)),
    ("talent", {}, False, ("stock_flow", "inland, engineer", 2025, "required", 120),
     ("retention", "inland, engineer", 2025, "required", 7.5), ("quota", "engineer", 2025, "required", 3)),
    ("talent", {}, True, ("quota", "engineer", 2025, "required", 6)),
    ("platforms", {}, False, ("platform_supply", "coast, lab", 2025, "required", 80),
     ("central_cost", "", 2025, "required", 0.5)),
    ("platforms", {}, True, ("platform_supply", "coast, lab", 2025, "required", 90)),
    ("missions", {}, False, ("success", "lithography", 2026, "required", 0.8),
     ("dependence", "chips", 2026, "required", 0.24), ("central_cost", "", 2025, "required", 7),
     ("budget_high", "", 2025, "required", 30)),
    ("missions", {}, True, ("budget_high", "", 2025, "required", 6)),
    ("technology_windows", {}, False, ("start", "chips, frontier", 2026, "required", 44)),
    ("technology_windows", {}, True, ("start", "chips, frontier", 2026, "required", 60)),
    ("knowledge_foundation", {}, False, ("stock_flow", "chips", 2025, "required", 130),
     ("frontier", "chips", 2025, "required", 104), ("frontier", "food", 2025, "required", 91)),
    ("knowledge_foundation", {}, True, ("frontier", "food", 2025, "required", 65)),
    ("patient_capital", {}, False, ("spend", "coast, chips", 2025, "required", 20)),
    ("patient_capital", {}, True, ("spend", "coast, chips", 2025, "required", 36)),
    ("data_multiplier", {}, False, ("data_set_open", "design, coast", 2025, "required", 9),
     ("central_cost", "", 2025, "required", 3)),
    ("benefit_sharing performers", CONVERSION, False),
    ("benefit_sharing performers", CONVERSION, True),
    ("supervision", {}, False, ("central_cost", "", 2025, "required", 0.6)),
    ("industry_chain", CHAIN, False, ("chain", "chips, food", 2025, "required", 600)),
    ("industry_chain", CHAIN, True, ("chain", "chips, food", 2025, "required", 74)),
    ("strategic_backup regional_fit", {}, False, ("share", "chips", 2026, "required", 22),
     ("lost_region", "coast, chips", 2026, "required", 99), ("zones", "chips", 0, "required", 1)),
    ("strategic_backup", {}, True, ("lost_region", "coast, chips", 2026, "required", 57.5)),
    ("emergency_reserve talent", {}, False, ("floor", "", 2025, "required", 1.2),
     ("surge", "engineer", 2025, "required", 20), ("surge", "worker", 2025, "required", 10)),
    ("emergency_reserve", {}, True, ("floor", "", 2025, "required", 3)),
    ("autonomy_targets", {}, False, ("closed_by_spend", "chips", 2026, "reached", 0.0375),
     ("target", "chips", 2026, "reached", 0.7625), ("target", "chips", 2026, "required", 0.85)),
    ("autonomy_targets", {}, True, ("target", "chips", 2026, "required", 0.75)),
    ("risk", {}, False, ("value", "frontier", 0, "reached", 406),
     ("at_stake", "frontier", 0, "required", 203),
     ("at_stake", "engineering", 0, "required", 89.6), ("loss", "productivity", 0, "required", -20.3)),
    ("minimum_grant", {}, False, ("least", "coast, application, fund", 2025, "required", 1),
     ("only_if_used", "inland, application, fund", 2025, "required", 10)),
    ("minimum_grant", {}, True, ("least", "coast, application, fund", 2025, "required", 5)),
    ("price_discovery missions", {}, False, ("price", "line_a", 0, "required", 13),
     ("price", "line_b", 0, "required", 12), ("price", "light_a", 0, "required", 6.6)),
]


def settings(mechanism) -> dict:
    """The example's section of instance.toml."""
    return tomllib.loads("\n".join(mechanism.example.settings))


def csv(rows) -> pd.DataFrame:
    return pd.read_csv(io.StringIO("\n".join(rows)), keep_default_na=False, dtype=str)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda m: m.name)
def test_settings_and_changes_are_tiny_s(mechanism):
    """Parameters exist and have tiny's values; the change loads, and changes something."""
    names = {parameter.name for parameter in mechanism.parameters} | {"price"}
    base, found = tiny(*BY_NAME), settings(mechanism)
    assert set(found) <= names
    assert {name: base.parameter(mechanism.name, name) for name in found} == found
    assert mechanism.example.sets and base.with_overrides(mechanism.example.sets).hash != base.hash
    for change in mechanism.example.sets:
        own = (mechanism.name, *(table.name for table in mechanism.tables))
        assert re.match(r"\w+", change)[0] in own


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda m: m.name)
def test_tables_are_tiny_s(mechanism):
    """Every table is shown, with declared columns, all that must be filled, and rows of tiny."""
    declared = {table.name: table for table in mechanism.tables}
    shown = {name: csv(rows) for name, *rows in mechanism.example.tables}
    assert set(shown) <= set(declared) and (set(shown) == set(declared) or mechanism.name == "missions")
    for name, frame in shown.items():
        columns = declared[name].columns
        assert set(frame) <= {column.name for column in columns}
        needed = {column.name for column in columns if column.default is None and not column.optional}
        assert needed <= set(frame)
        whole = pd.read_csv(TINY / f"{name}.csv", keep_default_na=False, dtype=str)[list(frame)]
        assert len(frame.merge(whole.drop_duplicates())) == len(frame) >= 1


@pytest.mark.parametrize("names, more, changed, figures", [(*row[:3], row[3:]) for row in TRUE],
                         ids=lambda value: value if isinstance(value, str) else "")
def test_figures_are_true(names, more, changed, figures):
    """The plan of tiny with the mechanism on has the figures, and the sentences tell them."""
    name, *others = names.split()
    example = BY_NAME[name].example
    instance = tiny(name, *others, set=more | {
        f"{name}.{key}": value for key, value in settings(BY_NAME[name]).items()})
    plan = solve(instance.with_overrides(example.sets if changed else {}), gap=1e-6)
    rows = plan.compliance[plan.compliance["mechanism"] == name].set_index(["rule", "where", "year"])
    assert len(rows), "the example shows a rule at work"
    told = set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", " ".join(example.worked)))
    for *clause, column, figure in figures:
        assert rows.loc[tuple(clause), column] == pytest.approx(figure), clause
        assert f"{abs(figure):,g}" in told, f"{figure} is not told"


def test_the_tier_that_leaves_too_little_is_not_chosen():
    """benefit_sharing's figures are in its table; what follows from them is the choice."""
    def chosen(sets):
        instance = tiny("benefit_sharing", "performers", set=CONVERSION).with_overrides(sets)
        return solve(instance).table("tiers").set_index("tier")["choose"].round()
    assert chosen(BY_NAME["benefit_sharing"].example.sets)["university_low"] == 0
    assert chosen({"tiers[university_high].institution_share": 0.1})["university_low"] == 1


def test_every_example_is_worked_out():
    assert {row[0].split()[0] for row in TRUE} == set(BY_NAME)
    assert all(2 <= len(mechanism.example.worked) <= 4 for mechanism in MECHANISMS)
