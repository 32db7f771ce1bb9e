"""What must hold between the optima of related instances, over random small ones.

The random instances are tiny with another baseline, fit, budget, private money and response, and some of
the mechanisms on. Their optima are compared, never their plans: several plans may be equally good. That
nothing but names or order changes is also shown on the model itself, row by row.
"""

import csv
import re
from itertools import product
from math import inf

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from planner.instance import InvalidInstance, read
from planner.instance.writing import write_folder
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.goals import aims, write_goal
from solvers.search import solve as search
from solvers.text import lines
from tests.helpers import tiny

NAMES = [mechanism.name for mechanism in MECHANISMS]
REGIONS, STAGES, YEARS = ("coast", "inland"), ("research", "application"), (2025, 2026)
CELLS = list(product(REGIONS, ("chips", "food"), ("frontier", "engineering"), STAGES))
CLOSE = 1e-6
"""Relative difference of two optima that counts as none; both are solved to a gap of 1e-9."""


def some(examples: int):
    """Settings of a property: few examples, always the same ones; a failing one is not made smaller."""
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None,
                    phases=(Phase.explicit, Phase.generate),
                    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


@st.composite
def tables(draw) -> dict:
    """Overrides that make another small instance of tiny."""
    whole, tenths = st.integers(4, 20), st.integers(5, 20)
    out = {f"baseline[{','.join(cell)}].spend": draw(whole) for cell in CELLS}
    out |= {f"fit[{region},{industry}].fit": draw(tenths) / 10
            for region in REGIONS for industry in ("chips", "food")}
    out |= {f"budget[{year}].central": draw(st.integers(30, 150)) for year in YEARS}
    out |= {f"private[{region},{stage},{year}].private": draw(whole) * 2
            for region in REGIONS for stage in STAGES for year in YEARS}
    out["stages[research].elasticity"] = draw(st.sampled_from([1.0, 0.7, 0.4]))
    out["core.carry_limit"] = draw(st.sampled_from([0.0, 0.1]))
    return out


def subset(names, most: int = 5):
    return st.lists(st.sampled_from(sorted(names)), unique=True, min_size=1, max_size=most)


def made(on, overrides: dict):
    """Tiny with some mechanisms on; draws that the input checks refuse are left out."""
    try:
        return tiny(*on, set=overrides)
    except InvalidInstance:
        assume(False)


def optimum(instance) -> float:
    """The best value of the weighted goals; minus infinity where no plan exists."""
    core = build(instance, MECHANISMS)
    write_goal(core, aims(core))
    outcome = search(core.book.matrix(), gap=1e-9)
    if outcome.status == "infeasible":
        return -inf
    assert outcome.status == "optimal", outcome.message
    return outcome.objective


def not_worse(more: float, less: float) -> bool:
    return more >= less - CLOSE * max(1.0, abs(less))


def same(value: float):
    return pytest.approx(value, rel=CLOSE, abs=CLOSE)


# --- more is never worse --------------------------------------------------------------


@some(10)
@given(tables(), subset(NAMES), st.sampled_from(YEARS), st.integers(1, 60))
def test_more_central_budget_is_never_worse(overrides, on, year, more):
    """Money may be left over, so every plan of the poorer instance is one of the richer.

    The emergency reserve is a share below 1 of the budget, so it leaves more for all else too.
    """
    poor = optimum(made(on, overrides))
    assume(poor > -inf)
    assert not_worse(optimum(made(on, overrides | {f"budget[{year}].central+": more})), poor)


ONLY_LIMIT = set(NAMES) & {
    "basic_research", "stable_competitive", "innovation_chain", "instruments", "performers",
    "regional_balance", "industry_portfolio", "category_portfolio", "regional_fit", "talent", "platforms",
    "knowledge_foundation", "patient_capital", "benefit_sharing", "supervision", "strategic_backup",
    "emergency_reserve", "autonomy_targets", "risk", "minimum_grant"}
"""Mechanisms that take choices or value away and give none, under NO_GIFTS.

The others add value (missions, windows, data, links), let money move (paired assistance) or set prices.
"""

NO_GIFTS = {"instruments.return_rate": 0, "talent.borrow_cap": 0}
"""No income from funds, which the rules on instruments count; no talent sharing, which platforms widen."""

SHARP = {"basic_research.floor": 0.3, "regional_balance.gini": 0.1, "category_portfolio.key_share": 0.3,
         "instruments.fund_high": 0.3, "strategic_backup.rho": 0.3, "strategic_backup.zones": 0,
         "industry_portfolio.green_floor": 0.3, "knowledge_foundation.kappa": 0.3,
         "stages[application].role": "conversion", "emergency_reserve.share": 0.1}
"""Parameters that mostly leave a plan, and mostly bite."""


@some(16)
@given(tables(), subset(ONLY_LIMIT, 6), st.data())
def test_relaxing_a_rule_is_never_worse(overrides, on, data):
    off = data.draw(st.sampled_from(on))
    overrides = SHARP | NO_GIFTS | overrides
    kept = optimum(made(on, overrides))
    assume(kept > -inf)
    assert not_worse(optimum(made([name for name in on if name != off], overrides)), kept)


# --- units ------------------------------------------------------------------------------


def powers(unit: str) -> tuple[int, int]:
    """How often money and value stand in a declared unit: 'value per money' is (-1, 1)."""
    top, _, below = unit.partition(" per ")
    return tuple(int(bool(re.search(rf"\b{word}\b", top))) - int(bool(re.search(rf"\b{word}\b", below)))
                 for word in ("money", "value"))


def test_powers():
    told = {"money": (1, 0), "money per year": (1, 0), "FTE per money": (-1, 0), "money per money": (0, 0),
            "value per money": (-1, 1), "value per unit of conversion money": (-1, 1), "share": (0, 0)}
    assert {unit: powers(unit) for unit in told} == told


def in_other_units(instance, money: float, value: float):
    """The instance with all that is declared in money, value or per money in other units."""
    changes = {}

    def change(key, unit, figure):
        factor = money ** powers(unit)[0] * value ** powers(unit)[1]
        if factor != 1 and figure is not None:
            changes[f"{key}*"] = factor

    for name in instance.table_names:
        for column in instance.declared(name).columns:
            figures = instance.table(name)[column.name]
            change(f"{name}.{column.name}", column.unit, None if figures.isna().all() else figures)
    for mechanism in instance.mechanisms:
        for parameter in mechanism.parameters:
            change(f"{mechanism.name}.{parameter.name}", parameter.unit,
                   instance.parameter(mechanism.name, parameter.name))
    assert {"baseline.spend*", "budget.central*"} <= changes.keys() or money == 1
    return instance.with_overrides(changes)


@pytest.mark.parametrize("money, value", [(1000, 1), (1, 1000), (1000, 1000)])
@some(5)
@given(tables(), subset(NAMES))
def test_units_change_the_optimum_only_by_the_factor(money, value, overrides, on):
    """Money in thousandths: the same value. Value in thousandths: a thousand times the figure."""
    instance = made(on, overrides)
    before = optimum(instance)
    assume(before > -inf)
    assert optimum(in_other_units(instance, money, value)) == same(before * value)


# --- order and names --------------------------------------------------------------------


def rewritten(instance, folder, change):
    """The instance written to a folder, its tables changed as text, and read back.

    change(declared table, rows) -> rows, each a dict of texts
    """
    write_folder(instance, folder)
    for name in instance.table_names:
        file = folder / f"{name}.csv"
        with open(file, encoding="utf-8-sig", newline="") as source:
            reader = csv.DictReader(source)
            rows, columns = list(reader), reader.fieldnames
        with open(file, "w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, columns)
            writer.writeheader()
            writer.writerows(change(instance.declared(name), rows))
    return read(folder, MECHANISMS)


def names_regions(table) -> list[str]:
    """The columns of a table that hold regions' names."""
    return [column.name for column in table.columns
            if column.refers == "regions" or (table.name, column.name) == ("regions", "region")]


def model(instance) -> list[str]:
    """The rows of the model, and the terms in each, in alphabetical order."""
    return sorted(" ".join(sorted(re.split(r" (?=[+-] |<=|==|>=)|: ", line)))
                  for line in lines(build(instance, MECHANISMS).book))


def regions_upside_down(table, rows):
    return rows[::-1] if set(names_regions(table)) & set(table.keys) else rows


NEW_NAMES = {"coast": "zhejiang coast", "inland": "an inland place"}
"""The other way round in the alphabet, so that nothing may rest on that order."""


def renamed(table, rows):
    columns = names_regions(table)
    return [row | {column: NEW_NAMES.get(row[column], row[column]) for column in columns} for row in rows]


@some(5)
@given(tables(), subset(NAMES, 8))
def test_permuted_regions_change_nothing(tmp_path_factory, overrides, on):
    instance = made(on, overrides)
    other = rewritten(instance, tmp_path_factory.mktemp("permuted") / "tiny", regions_upside_down)
    assert list(other.table("regions")["region"]) == ["inland", "coast"]
    assert model(other) == model(instance)
    assert optimum(other) == same(optimum(instance))


def words(line: str) -> list[str]:
    """A row's words in an order that does not hang on names."""
    return sorted(line.split())


@some(5)
@given(tables(), subset(NAMES, 8))
def test_renamed_regions_change_nothing_but_names(tmp_path_factory, overrides, on):
    instance = made(on, overrides)
    other = rewritten(instance, tmp_path_factory.mktemp("renamed") / "tiny", renamed)
    assert list(other.table("regions")["region"]) == list(NEW_NAMES.values())
    old_name = {new: old for old, new in NEW_NAMES.items()}
    text = re.sub("|".join(old_name), lambda found: old_name[found[0]], "\n".join(model(other)))
    assert sorted(map(words, text.splitlines())) == sorted(map(words, model(instance)))
    assert optimum(other) == same(optimum(instance))


# --- rules that cannot bind --------------------------------------------------------------


VAST = 1e5
ONE_YEAR = {"last_year": 2025}
"""Shares go from the base year's to what is asked in the last year; so the first asks for it at once."""

CONVERSION = {"stages[application].role": "conversion"}
SPACIOUS = {"performer_capacity.capacity": VAST, "enterprise_floors.floor": 0,
            "performers.keep_private": False, "performers.sme_floor": 0}

LOOSE = {
    "basic_research": ONE_YEAR | {"basic_research.floor": 0, "basic_floors.floor": 0},
    "stable_competitive": {"stable_competitive.low": 0, "stable_competitive.high": 1},
    "innovation_chain": {"innovation_chain.alpha": 0, "stages[research].role": "conversion",
                         "stages[application].role": "development"},
    "instruments": {"public_share.low": 0, "public_share.high": 1, "cofunding.match": 0,
                    "instruments.return_rate": 0, "instruments.fund_low": 0, "instruments.fund_high": 1,
                    "instruments.patient_share": 0},
    "performers": SPACIOUS,
    "regional_balance": ONE_YEAR | {"zone_bands.floor": 0, "zone_bands.ceiling": 1,
                                     "regional_balance.intensity": 0, "regional_balance.intensity_floor": 0,
                                     "regional_balance.gini": 1},
    "paired_assistance": {"local_budget[coast,*].local": 0},
    "industry_portfolio": ONE_YEAR | {"class_bands.floor": 0, "class_bands.ceiling": 1,
                                       "industry_portfolio.upgrading_floor": 0,
                                       "industry_portfolio.manufacturing_floor": 0,
                                       "industry_portfolio.green_floor": 0},
    "category_portfolio": ONE_YEAR | {"category_bands.floor": 0, "category_bands.ceiling": 1,
                                       "category_portfolio.key_share": 0},
    "regional_fit": {"regional_fit.threshold": 0, "regional_fit.slack": 100, "focus_bands.fewest": 0,
                     "focus_bands.most": 2, "focus_bands.scale": 0},
    "talent": {"talent_need.fte": 0, "talent.technical_share": 0},
    "platforms": {"platform_stock.base_capacity": VAST, "platform_zones.fewest": 0,
                  "platform_types.running": 0},
    "missions": {"bids.value": 0, "mission_minimum.at_least": 0, "bid_rules.count": 0},
    "technology_windows": {"windows.multiplier": 1, "windows.decisive": False},
    "knowledge_foundation": {"knowledge.stock": VAST, "knowledge.kappa": 10},
    "patient_capital": {"patient_capital.drop": 1, "patient_capital.stable_drop": 1},
    "data_multiplier": {"data_sets.uplift": 0, "data_pairs.uplift": 0},
    "benefit_sharing": CONVERSION | SPACIOUS | {"tiers.effort": 1000,
                                                  "benefit_sharing.participation_floor": 0},
    "supervision": {"oversight.loss": 0, "oversight.cost": 0, "oversight.office": 0},
    "industry_chain": {"links.cap": VAST, "links.bonus": 0, "stages[research].role": "development",
                       "stages[application].role": "industrialisation"},
    "strategic_backup": {"strategic_backup.share": 0, "strategic_backup.zones": 0, "strategic_backup.rho": 0},
    "emergency_reserve": {"emergency_reserve.share": 0, "surge.surge": 0},
    "autonomy_targets": {"autonomy_targets.target": 1},
    "risk": {"risk.weight": 0},
    "minimum_grant": {"minimum_grants.least": 0},
    "price_discovery": {"mark_up.mark_up": 0, "mark_up.least": 0},
}
"""Tables and parameters under which a mechanism asks for nothing and gives nothing."""

WITH = {"benefit_sharing": ("performers",), "price_discovery": ("missions",)}
"""What must be on beside a mechanism, in both instances, for it to have rows at all."""


def test_every_mechanism_can_be_loose():
    assert sorted(LOOSE) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
@some(2)
@given(overrides=tables())
def test_what_cannot_bind_changes_nothing(name, overrides):
    overrides, beside = overrides | LOOSE[name], WITH.get(name, ())
    without = optimum(made(beside, overrides))
    assume(without > -inf)
    assert optimum(made([name, *beside], overrides)) == same(without)
