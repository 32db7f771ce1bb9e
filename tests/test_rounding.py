"""Grants in whole accounting units: sums kept, budgets kept, and what rounding breaks is shown."""

import numpy as np
import pytest

from planner.rounding import largest_remainder, rounded
from tests.helpers import solved, tiny


def test_largest_remainder():
    """3.4 + 3.4 + 3.2 is 10: three each, and the one left goes to the first of those that lost 0.4."""
    assert list(largest_remainder(np.array([3.4, 3.4, 3.2]), 1.0)) == [4, 3, 3]
    assert list(largest_remainder(np.array([0.25, 0.0, 0.5]), 0.5)) == [0, 0, 0.5]
    assert list(largest_remainder(np.array([0.3, 0.3, 0.3]), 0.1)) == pytest.approx([0.3] * 3)


def test_a_plan_in_whole_units():
    """Sums are cut to threes, so no budget is exceeded: inland's local 10 gives 9.

    What follows from the grants still adds up; only rules that were tight may be missed, by less than
    a unit for each of the six ways to give a region's stage money.
    """
    plan = solved(tiny("performers", "supervision"))
    whole = rounded(plan, 3.0)
    units = whole.table("grants")["amount"] / 3
    assert np.allclose(units, units.round())
    inland = whole.table("grants").query("region == 'inland' and level == 'local'")
    assert list(inland.groupby("year")["amount"].sum()) == pytest.approx([9, 9])
    bad = whole.compliance[whole.compliance["status"] == "broken"]
    assert set(bad["rule"]) <= {"absorption", "mobilised", "keep_private"} and len(bad) > 0
    assert (bad["slack"] > -6 * 3).all()
    assert whole.passport["rounded_to"] == 3.0


def test_the_unit_of_the_instance():
    plan = solved(tiny("minimum_grant", set={"minimum_grant.unit": 0.5}))
    assert rounded(plan).passport["rounded_to"] == 0.5
    assert rounded(solved(tiny())).passport["rounded_to"] == 0.1


def test_what_rounding_breaks_is_shown():
    """A floor that was just kept is missed once the money of research is cut to whole sevens."""
    plan = solved(tiny("basic_research", set={"basic_research.floor": 0.45}))
    told = rounded(plan, 7.0).compliance
    assert "floor" in set(told.loc[told["status"] == "broken", "rule"])
