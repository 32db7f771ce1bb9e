"""The audit: a plan made by hand passes, and each kind of edit is caught by its name."""

import numpy as np
import pandas as pd
import pytest

from planner.audit import NotAPlan, audit
from tests.helpers import edited
from tests.report.plans import by_hand


def broken(plan) -> set[str]:
    rows = audit(plan)
    bad = rows[rows["status"] == "broken"]
    return set(bad["mechanism"] + "." + bad["rule"])


def put(frame, row, column, value):
    frame[column] = frame[column].astype(object) if isinstance(value, str) else frame[column]
    frame.loc[row, column] = value
    return frame


def test_the_plan_made_by_hand_is_kept():
    assert broken(by_hand()) == set()


def test_moved_money_breaks_the_funding_identity_and_the_records():
    plan = edited(by_hand(), "allocations", lambda frame: put(frame, 0, "spend", 15.0))
    assert broken(plan) == {"core.funding", "audit.value_as_computed", "audit.compliance_as_recorded"}


def test_an_unknown_name_is_named():
    plan = edited(by_hand(), "grants", lambda frame: put(frame, 0, "region", "atlantis"))
    rows = audit(plan)
    bad = rows[(rows["rule"] == "known_names") & (rows["status"] == "broken")]
    assert list(bad["where"]) == ["grants, region atlantis"]


@pytest.mark.parametrize("change, rule", [
    (lambda frame: frame.drop(index=0), "cells_missing"),
    (lambda frame: pd.concat([frame, frame.head(1)]), "cells_twice"),
    (lambda frame: put(frame, 0, "baseline", 11.0), "baseline_as_computed"),
    (lambda frame: put(frame, 0, "zone", "west"), "zones"),
    (lambda frame: put(frame, 0, "spend", np.nan), "figures_given"),
    (lambda frame: put(frame, 0, "year", 2031), "cells_not_eligible"),
], ids=["missing", "twice", "baseline", "zone", "nan", "year"])
def test_allocations_must_be_those_of_the_instance(change, rule):
    assert f"audit.{rule}" in broken(edited(by_hand(), "allocations", change))


def test_a_goal_that_is_told_too_high():
    plan = edited(by_hand(), "goals", lambda frame: put(frame, 0, "value", 1000.0))
    assert broken(plan) == {"audit.goal_not_overstated"}


def test_whole_numbers_must_be_whole():
    plan = by_hand()
    plan.tables["platforms"] = pd.DataFrame({"region": ["coast"], "year": [2025], "open": [0.5]})
    assert "audit.whole_numbers" in broken(plan)


def test_relief_without_a_price_forgives_nothing():
    plan = edited(by_hand(), "allocations", lambda frame: put(frame, 0, "spend", 15.0))
    plan.tables["relief"] = pd.DataFrame({"mechanism": ["core"], "rule": ["funding"], "year": [2025],
                                          "where": ["coast, research"], "relief": [5.0]})
    assert "audit.relief_without_price" in broken(plan)


def test_text_among_figures_cannot_be_audited():
    plan = edited(by_hand(), "allocations", lambda frame: put(frame, 3, "spend", "ten"))
    with pytest.raises(NotAPlan, match=r"^tables/allocations.csv, row 5, column spend: 'ten' is no number.$"):
        audit(plan)


def test_a_missing_column_cannot_be_audited():
    plan = edited(by_hand(), "grants", lambda frame: frame.drop(columns="amount"))
    with pytest.raises(NotAPlan, match="^tables/grants.csv has no column amount.$"):
        audit(plan)


def test_a_plan_read_back_is_audited_alike(tmp_path):
    plan = by_hand()
    plan.save(tmp_path)
    again = type(plan).load(tmp_path, plan.instance)
    assert broken(again) == set()
    assert len(audit(again)) == len(audit(plan))
