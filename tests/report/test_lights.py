"""Formulas of a goal's row: none where ideal and nadir coincide."""

from types import SimpleNamespace

import pytest

from planner.report import lights


@pytest.mark.parametrize(("ideal", "formulas"), [(5.0, set()), (9.0, {"normalised"})])
def test_a_goal_without_a_range_stays_a_figure(ideal, formulas):
    place = {"goal": "A", "total": "B", "ideal": "C", "nadir": "D", "normalised": "E"}
    row = SimpleNamespace(goal="green", total=7.0, ideal=ideal, nadir=5.0, normalised=0.5)
    made = lights.goal_formulas(row, 4, place, FakeSource())
    assert set(made) - {"total"} == formulas


class FakeSource:
    """Stands for the sheet of goal terms; sums over it are not what is tested."""

    def column(self, name):
        return f"Terms!{name}"
