"""The ways to trade goals, on the tiny instance with two goals that pull apart.

Productivity wants the application stage of the coast's chips; green wants food (0.5 against 0.2 a unit).
"""

import pytest

from tests.helpers import broken, solved, tiny

BOTH = {"goals[productivity].weight": 1.0, "goals[green].weight": 1.0}


def value(plan, goal: str) -> float:
    return plan.goals.loc[plan.goals["goal"] == goal, "value"].sum()


def normalised(plan) -> dict:
    rows = plan.goals[plan.goals["goal"].isin(("productivity", "green"))].drop_duplicates("goal")
    return dict(zip(rows["goal"], rows["normalised"]))


def only(goal: str):
    other = "green" if goal == "productivity" else "productivity"
    return solved(tiny(set={f"goals[{goal}].weight": 1.0, f"goals[{other}].weight": 0.0}))


def test_a_single_goal_is_its_own_value():
    plan = only("productivity")
    assert plan.objective == pytest.approx(value(plan, "productivity"))


def test_weighted_sum_is_told_in_points():
    plan = solved(tiny(set=BOTH))
    assert plan.objective == pytest.approx(100 * sum(normalised(plan).values()))
    assert set(normalised(plan)) == {"productivity", "green"}


def test_goal_terms_sum_to_the_goal():
    goals = solved(tiny(set=BOTH)).goals
    assert goals.groupby("goal")["value"].sum().to_numpy() == pytest.approx(
        goals.groupby("goal")["total"].first().to_numpy())


def test_ideal_and_nadir_come_from_the_single_goals():
    """A hair below the optimum is allowed: the other goal counts a thousandth beside it."""
    plan = solved(tiny(set=BOTH))
    for goal in ("productivity", "green"):
        row = plan.goals[plan.goals["goal"] == goal].iloc[0]
        assert row["ideal"] == pytest.approx(value(only(goal), goal), rel=1e-3)
        assert row["nadir"] < row["ideal"]


def test_lexicographic_keeps_the_first_level():
    best = value(only("productivity"), "productivity")
    levels = BOTH | {"goals[green].level": 2}
    strict = solved(tiny(mode="lexicographic", set=levels))
    loose = solved(tiny(mode="lexicographic", set=levels | {"goals[productivity].tolerance": 0.05}))
    assert value(strict, "productivity") == pytest.approx(best, rel=1e-6)
    assert value(loose, "productivity") == pytest.approx(0.95 * best, rel=1e-6)
    assert value(loose, "green") > value(strict, "green") + 1


def test_epsilon_keeps_what_is_asked():
    free, ideal = only("productivity"), value(only("green"), "green")
    asked = (value(free, "green") + ideal) / 2
    kept = solved(tiny(mode="epsilon", set={"goals[green].at_least": asked}))
    assert value(kept, "green") == pytest.approx(asked)
    assert value(kept, "productivity") < value(free, "productivity") - 1
    found = kept.compliance[kept.compliance["rule"] == "keep_green"]
    assert found["status"].tolist() == ["binding"]
    cheated = kept.__class__(kept.instance, free.tables, kept.passport)
    assert "keep_green" in broken(cheated, "core")


def test_reference_point_lifts_the_worst_goal():
    weighted = solved(tiny(set=BOTH | {"goals[productivity].weight": 5.0}))
    balanced = solved(tiny(mode="reference_point", set=BOTH))
    assert min(normalised(balanced).values()) > min(normalised(weighted).values()) + 0.05
    assert normalised(balanced)["green"] == pytest.approx(normalised(balanced)["productivity"], abs=1e-3)


def test_maximin_lifts_the_worst_region():
    def worst(plan):
        people = plan.instance.table("regions").set_index("region")["population"]
        return (plan.allocations.groupby("region")["value"].sum() / people).min()
    assert worst(solved(tiny(mode="maximin"))) > worst(only("productivity")) + 0.1
