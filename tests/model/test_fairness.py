"""Inequality of spend per head, by figures worked out by hand, and the goals that look at it."""

from math import exp, log, sqrt

import pandas as pd
import pytest

from planner.model.figures import atkinson, gini, poorest_fifth_share, theil
from planner.solving import NoPlan
from tests.helpers import solved, tiny

PEOPLE = pd.Series({"a": 10, "b": 30, "c": 60})
EVEN = pd.Series({"a": 1.0, "b": 3.0, "c": 6.0})
SPEND = pd.Series({"c": 3.0, "a": 2.0, "b": 5.0})
"""Per head over the mean: a 2, b 5/3, c 1/2 (population shares 0.1, 0.3, 0.6)."""


def test_figures_by_hand():
    """Gini: (0.1 x 0.3 x 1/3) + (0.1 x 0.6 x 3/2) + (0.3 x 0.6 x 7/6) = 0.01 + 0.09 + 0.21.

    The poorest fifth of the people live in c, who have 0.3 of the spend for 0.6 of the people.
    """
    assert gini(SPEND, PEOPLE) == pytest.approx(0.31)
    assert theil(SPEND, PEOPLE) == pytest.approx(0.2 * log(2) + 0.5 * log(5 / 3) + 0.3 * log(1 / 2))
    mean_of_roots = 0.1 * sqrt(2) + 0.3 * sqrt(5 / 3) + 0.6 * sqrt(1 / 2)
    assert atkinson(SPEND, PEOPLE) == pytest.approx(1 - mean_of_roots ** 2)
    geometric = exp(0.1 * log(2) + 0.3 * log(5 / 3) + 0.6 * log(1 / 2))
    assert atkinson(SPEND, PEOPLE, epsilon=1) == pytest.approx(1 - geometric)
    assert atkinson(SPEND, PEOPLE, epsilon=2) == pytest.approx(1 - 1 / (0.1 / 2 + 0.3 * 3 / 5 + 0.6 * 2))
    assert poorest_fifth_share(SPEND, PEOPLE) == pytest.approx(0.2 / 0.6 * 0.3)


def test_the_edge_of_the_poorest_fifth_lies_inside_a_region():
    """a is poorest with a tenth of the people and no money; another tenth is a third of b."""
    spend = pd.Series({"b": 2.0, "c": 8.0})
    assert poorest_fifth_share(spend, PEOPLE) == pytest.approx(0.2 / 3)


@pytest.mark.parametrize("figure, all_in_a", [(gini, 0.9), (theil, log(10)), (atkinson, 0.9)])
def test_from_none_to_all(figure, all_in_a):
    """Nought where all have the same; with all in a tenth of the people a is 10 times the mean.

    Atkinson then is 1 - (0.1 x sqrt(10))^2.
    """
    assert figure(EVEN, PEOPLE) == pytest.approx(0, abs=1e-12)
    assert figure(EVEN * 0, PEOPLE) == 0
    assert figure(pd.Series({"a": 7.0}), PEOPLE) == pytest.approx(all_in_a)


def test_poorest_fifth_from_none_to_all():
    assert poorest_fifth_share(EVEN, PEOPLE) == pytest.approx(0.2)
    assert poorest_fifth_share(pd.Series({"a": 7.0}), PEOPLE) == 0


def test_the_gini_row_is_the_gini():
    """The linear row binds at 0.02 in 2026, and the plan's own index is just that."""
    plan = solved(tiny("regional_balance", set={"regional_balance.gini": 0.02, "zone_bands.floor": 0}))
    row = plan.compliance.query("rule == 'gini' and year == 2026").iloc[0]
    assert row["status"] == "binding"
    population = plan.instance.table("regions").set_index("region")["population"]
    spend = plan.allocations.query("year == 2026").groupby("region")["spend"].sum()
    assert gini(spend, population) == pytest.approx(0.02, abs=1e-6)
    free = solved(tiny()).allocations.query("year == 2026").groupby("region")["spend"].sum()
    assert gini(free, population) > 0.03


def test_the_gini_row_is_the_gini_after_re_ranking():
    """The coast had 2.13 a head and inland 2, and inland overtakes it: with 0.45 of the money for 0.4 of
    the people the index is 0.05, no less."""
    ahead = {"baseline[coast,*,*,*].spend": 16, "zone_bands[west].floor": 0.45}
    plan = solved(tiny("regional_balance", set=ahead | {"regional_balance.gini": 0.05}))
    spend = plan.allocations.query("year == 2026").groupby("region")["spend"].sum()
    population = plan.instance.table("regions").set_index("region")["population"]
    assert gini(spend, population) == pytest.approx(0.05)
    with pytest.raises(NoPlan):
        solved(tiny("regional_balance", set=ahead | {"regional_balance.gini": 0.049}))


ALONE = {"budget.central": 0, "goals[productivity].weight": 0, "goals[green].weight": 1}
"""Without central money no region can help another; what is left over is to be green."""


def produced(mode: str) -> pd.Series:
    return solved(tiny(mode=mode, set=ALONE)).allocations.groupby("region")["value"].sum()


def test_leximin_goes_on_where_maximin_stops():
    """Inland is the worse: 5 + 37.5 x 2.4 + 2.5 x 2 = 100 in 2025, where 7.5 of private money stay with
    chips, and 3.75 + 1.25 x 1.2 + 40 x 2.4 = 101.25 in 2026, where 3.75 do: 201.25 for 40 heads.

    The coast can have 40 x 3 + 40 x 2 + 10 x 1.5 = 215 a year for 60. Maximin stops at inland's value
    per head and then looks at green food; leximin goes on to the coast, even where the coast stands
    at the worst value too in the first round: only its dual price would hold it there.
    """
    maximin, leximin = produced("maximin"), produced("leximin")
    assert maximin["inland"] == pytest.approx(201.25, abs=1e-3)
    assert leximin["inland"] == pytest.approx(201.25, abs=1e-3)
    assert leximin["coast"] == pytest.approx(430, abs=1e-3)
    assert 60 / 40 * 201.25 - 1e-3 <= maximin["coast"] < 425
