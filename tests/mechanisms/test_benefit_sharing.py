"""benefit_sharing on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance.raw import InvalidInstance
from tests.helpers import assert_golden, broken, cell, edited, rows, solved, tiny

CONVERSION = {"stages[application].role": "conversion"}
SHORT = CONVERSION | {f"tiers[{kind}_{tier}].{column}": value for kind in ("university", "firm")
                      for tier, column, value in (("low", "effort", 2.0), ("high", "effort", 2.2),
                                                  ("low", "institution_share", 0.5),
                                                  ("high", "institution_share", 0.3))}
"""Both kinds alike: 2 per unit and half for the institution, or 2.2 and three tenths."""
FLOOR = {"benefit_sharing.participation_floor": 0.8}


def test_rows():
    instance = tiny("performers", "benefit_sharing", set=CONVERSION | {"last_year": 2025})
    assert_golden("benefit_sharing", rows(instance, "benefit_sharing"))


def test_nothing_without_performers_or_conversion():
    assert rows(tiny("benefit_sharing", set=CONVERSION), "benefit_sharing") == "\n"
    assert rows(tiny("benefit_sharing", "performers"), "benefit_sharing") == "\n"


def chosen(plan) -> set[str]:
    table = plan.table("tiers")
    return set(table.loc[table["choose"] > 0.5, "tier"])


def test_bites():
    """Application is worth 376 a year at its full 160 (see the supervision's test), all in all 427.

    Effort of 2.2 supports 352, of 2.0 only 320. With a floor of 0.8 the high tier's 0.3 * 2.2 is too
    little for the institution, the low tier's 0.5 * 2 is enough. Money does not move: a unit of
    application brings 2.2 or 2, a unit of research 1.5 at the most.
    """
    free = solved(tiny("performers", set=CONVERSION))
    high = solved(tiny("performers", "benefit_sharing", set=SHORT))
    low = solved(tiny("performers", "benefit_sharing", set=SHORT | FLOOR))
    assert free.objective == pytest.approx(2 * 427)
    assert high.objective == pytest.approx(2 * (427 - 376 + 352))
    assert low.objective == pytest.approx(2 * (427 - 376 + 320))
    assert chosen(high) == {"university_high", "firm_high"}
    assert chosen(low) == {"university_low", "firm_low"}


def test_relief_has_a_price():
    """0.8 - 0.66 a unit is missing from 160: at 0.5 that costs 11.2 a year, less than the 32 of effort."""
    plan = solved(tiny("performers", "benefit_sharing", set=SHORT | FLOOR | {"benefit_sharing.price": 0.5}))
    assert plan.objective == pytest.approx(2 * (427 - 376 + 352 - 0.5 * 0.14 * 160))


def test_what_is_lost_is_told_where_productivity_has_no_weight():
    """The columns of `lost` are then slack, and the goal is told from the tables."""
    plan = solved(tiny("performers", "benefit_sharing", set=SHORT | {
        "goals[productivity].weight": 0, "goals[green].weight": 1}))
    terms = plan.goals[plan.goals["goal"] == "productivity"].set_index("owner")["value"]
    spend = plan.allocations[plan.allocations["stage"] == "application"]
    most = 2.2 * spend["spend"].sum()
    assert spend["value"].sum() + terms["benefit_sharing"] <= most + 1e-6


def caught(plan, table, column, value, **where):
    return broken(edited(plan, *cell(table, column, value, **where)), "benefit_sharing")


def test_measure():
    plan = solved(tiny("performers", "benefit_sharing", set=SHORT | FLOOR))
    assert caught(plan, "tiers", "choose", 0, tier="firm_low") == {"one_tier", "chosen"}
    assert caught(plan, "tiers", "choose", 0.5, tier="firm_low") >= {"whole", "one_tier"}
    assert caught(plan, "conversion", "converted", 200, tier="firm_low") == {
        "converted_sum", "chosen", "value"}
    assert caught(plan, "conversion", "converted", -9, tier="firm_high") >= {
        "converted_sum", "not_negative"}
    assert caught(plan, "conversion", "converted", 300, tier="firm_high") >= {"participation", "chosen"}
    assert caught(plan, "performers", "perform", 1, performer="firm", stage="application") == {
        "converted_sum"}
    assert caught(plan, "lost_value", "lost", 1, year=2026) == {"supported"}
    assert caught(plan, "goals", "value", 0, goal="productivity", owner="benefit_sharing") == {"value"}
    assert caught(plan, "allocations", "spend", 1, stage="application") == {"value"}


@pytest.mark.parametrize("change, told_as", [
    ({"tiers[firm_high].institution_share": 0.8},
     ("tiers.csv, row 5, column institution_share: researchers and institution together get 1.1 of what "
      "firm_high earns, more than the whole. Lower one of the shares.")),
    ({"tiers.performer": "firm", "tiers[university_low].award": 0, "tiers[university_high].equity": 0.1},
     (("tiers.csv, column performer: university has no tier, so its conversion could bring no value. "
      "Add a tier for it."),
      ("tiers.csv, column tier: the researchers' shares of firm, 0.1, 0.4, 0.1, 0.3, do not rise in "
      "progressive steps. Correct the shares or the order of its tiers, or set another ladder."))),
    ({"tiers.performer": "firm", "benefit_sharing.ladder": "equal"},
     (("tiers.csv, column performer: university has no tier, so its conversion could bring no value. "
      "Add a tier for it."),
      ("tiers.csv, column tier: the researchers' shares of firm, 0.2, 0.5, 0.1, 0.3, do not rise in equal "
      "steps. Correct the shares or the order of its tiers, or set another ladder."))),
])
def test_words(change, told_as):
    with pytest.raises(InvalidInstance) as told:
        tiny("benefit_sharing", set=change)
    assert [str(problem) for problem in told.value.problems] == (
        [told_as] if isinstance(told_as, str) else list(told_as))
