"""The audit catches a violation of each mechanism in a saved plan whose tables were edited by hand."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from planner.audit import OWN, audit
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from tests.helpers import solved, tiny

NAMES = [mechanism.name for mechanism in MECHANISMS]


@dataclass(frozen=True)
class Edit:
    """One figure that somebody changes in the tables of a solved plan.

    table, column, value  what is written where the labels in `where` stand (a list: any of them);
                          `times` multiplies what stands there instead
    rule     the rule of the mechanism that this must break
    needs    mechanisms that are on as well
    set      overrides of tiny under which the mechanism has this rule
    """

    table: str
    column: str
    rule: str
    where: dict = field(default_factory=dict)
    value: object = None
    times: float | None = None
    needs: tuple = ()
    set: dict = field(default_factory=dict)

    def __call__(self, plan: Plan) -> Plan:
        frame = plan.table(self.table)
        here = frame[self.column].notna()
        for label, wanted in self.where.items():
            here &= frame[label].isin(wanted if isinstance(wanted, list) else [wanted])
        assert here.any(), f"nothing to edit in {self.table}"
        before = frame.loc[here, self.column]
        after = before * self.times if self.times is not None else self.value
        assert (before != after).any(), "the edit changes nothing"
        if self.times is None and isinstance(self.value, float):
            frame[self.column] = frame[self.column].astype(float)
        frame.loc[here, self.column] = after
        return replace(plan, tables=plan.tables | {self.table: frame})


SPEND = ("allocations", "spend")
EDITS = {
    "basic_research": Edit(*SPEND, "floor", {"stage": "research", "year": 2026}, times=0.2,
                           set={"basic_research.floor": 0.3}),
    "stable_competitive": Edit("grants", "amount", "low", {"instrument": "stable_grant"}, 0.0,
                               set={"instruments.fund_high": 1}),
    "innovation_chain": Edit("innovation_chain", "stock", "stock_flow", {"year": 2026}, times=1.5,
                             set={"stages[research].role": "conversion",
                                  "stages[application].role": "industrialisation"}),
    "instruments": Edit("grants", "amount", "given_sum", {"instrument": "fund"}, 200.0),
    "performers": Edit("performers", "perform", "capacity", {"performer": "firm"}, times=3),
    "regional_balance": Edit(*SPEND, "zone_floor", {"region": "inland", "year": 2026}, times=0.3),
    "paired_assistance": Edit("transfers", "amount", "transfer_floor", {}, 0.0),
    "industry_portfolio": Edit(*SPEND, "class_floor", {"industry": "chips", "year": 2026}, times=0.2),
    "category_portfolio": Edit(*SPEND, "category_floor", {"category": "frontier"}, times=0.02),
    "regional_fit": Edit("focus", "focus", "fewest", {"industry": "chips"}, 0.0),
    "talent": Edit("talent", "stock", "stock_flow", {"region": "coast", "talent_type": "engineer"}, times=2),
    "platforms": Edit("platforms", "open", "most", {"platform": "lab", "year": 2025}, 2.0),
    "missions": Edit("missions", "start", "once", {"bid": "light_a"}, 1.0),
    "technology_windows": Edit(*SPEND, "start", {"industry": "chips", "category": "frontier"}, times=0.4),
    "knowledge_foundation": Edit("knowledge", "stock", "stock_flow", times=1.1),
    "patient_capital": Edit(*SPEND, "spend", {"year": 2026, "industry": "chips"}, times=0.3),
    "data_multiplier": Edit("data_sets", "open", "kept_open", {"data_set": "design", "year": 2026}, 0.0,
                            needs=("platforms",), set={"data_multiplier.reach_per_platform": 1}),
    "benefit_sharing": Edit("tiers", "choose", "one_tier", {"tier": ["firm_low", "firm_high"]}, 0.0,
                            needs=("performers",), set={"stages[application].role": "conversion"}),
    "supervision": Edit("oversight", "choose", "one_level", {"oversight": ["light", "close"]}, 0.0),
    "industry_chain": Edit(*SPEND, "chain", {"industry": "food", "stage": "application"}, times=1.5,
                           set={"stages[application].role": "industrialisation", "links[chips,food].cap": 2,
                                "stages[research].role": "development"}),
    "strategic_backup": Edit(*SPEND, "lost_region", {"industry": "chips", "region": "inland"}, times=0.1),
    "emergency_reserve": Edit("reserve", "reserve", "floor", times=0.5),
    "autonomy_targets": Edit(*SPEND, "target", {"industry": "chips", "year": 2026}, times=0.5,
                             set={"autonomy_targets[chips,2026].target": 0.72}),
    "risk": Edit("goals", "value", "loss", {"owner": "risk"}, times=0.5),
    "minimum_grant": Edit("grants", "amount", "least", {"instrument": "fund", "stage": "application"}, 5.0,
                          set={"minimum_grants[fund].least": 8}),
    "price_discovery": Edit("prices", "price", "price", {"bid": "line_a"}, times=0.9, needs=("missions",)),
}


@lru_cache
def kept(name: str) -> Plan:
    """The plan of tiny with a mechanism on, as it is read back from disk."""
    edit = EDITS[name]
    return read_back(solved(tiny(name, *edit.needs, set=edit.set)))


def read_back(plan: Plan) -> Plan:
    with TemporaryDirectory() as folder:
        plan.save(folder)
        assert (Path(folder) / "plan.json").is_file()
        return Plan.load(folder, plan.instance)


def caught(rows) -> dict[str, set[str]]:
    """The broken rules by mechanism, from the rows of an audit."""
    return rows.query("status == 'broken'").groupby("mechanism")["rule"].agg(set).to_dict()


def test_every_mechanism_has_an_edit():
    assert sorted(EDITS) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_as_solved_is_kept(name):
    """Else the edit would prove nothing; and the rule that it will break has rows."""
    rows = audit(kept(name))
    assert caught(rows) == {}
    assert EDITS[name].rule in set(rows.loc[rows["mechanism"] == name, "rule"])


@pytest.mark.parametrize("name", NAMES)
def test_the_edit_is_caught(name):
    """Told by the mechanism's own rule, and no other mechanism is blamed.

    Beside it stand the core's book-keeping (money that nobody paid) and the audit's (the plan's own
    record of compliance is no longer true).
    """
    found = caught(audit(read_back(EDITS[name](kept(name)))))
    assert EDITS[name].rule in found.get(name, set()), found
    assert set(found) - {"core", OWN} == {name}, found
    assert "compliance_as_recorded" in found[OWN]
