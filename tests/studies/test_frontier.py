"""Frontiers: exact efficient ends, points non-dominated, bounds outside, knee and trade-offs."""

import json

import numpy as np
import pandas as pd
import pytest

from planner.cli import main
from planner.solving import solve
from planner.studies import Options
from planner.studies.frontier import efficient, frontier, levels, marked
from tests.helpers import tiny

GOALS = ["productivity", "balance"]
EXACT = Options(gap=1e-7)


def small(**set_):
    return tiny("basic_research", "regional_balance", set=set_)


@pytest.fixture(scope="module")
def traced():
    return frontier(small(), GOALS, points=5, options=EXACT)


def test_the_ends_are_the_lexicographic_optima(traced):
    for first, other, end in ((*GOALS, 0), (*GOALS[::-1], -1)):
        instance = small(**{"mode": "lexicographic", "goals[balance].weight": 1.0, "goals[*].tolerance": 0.0,
                            f"goals[{first}].level": 1, f"goals[{other}].level": 2})
        values = solve(instance, gap=1e-7, rounding=False).goals.groupby("goal")["value"].sum()
        row = traced.frontier.iloc[end]
        for goal in GOALS:
            scale = max(1.0, abs(values[goal]))
            assert row[goal] == pytest.approx(values[goal], abs=1e-4 * scale)


def test_points_are_mutually_non_dominated(traced):
    values = traced.frontier[GOALS].to_numpy()
    assert len(values) == 5
    for i, one in enumerate(values):
        for j, other in enumerate(values):
            assert i == j or not (one >= other).all()


def test_no_point_lies_beyond_the_bound_and_the_bound_is_close(traced):
    frame = traced.frontier
    assert (frame["productivity"] <= frame["outer"] + 1e-9).all()
    assert (frame["outer"] - frame["productivity"] < 1e-3 * frame["productivity"]).all()


def test_a_point_is_the_best_at_its_level(traced):
    row = traced.points[traced.points["case"].str.startswith("balance>=")].iloc[1]
    plan = solve(small(**{"mode": "epsilon", "goals[balance].at_least": float(row["least_balance"])}),
                 gap=1e-8, rounding=False)
    best = plan.goals.loc[plan.goals["goal"] == "productivity", "value"].sum()
    assert row["productivity"] == pytest.approx(best, rel=1e-5)
    assert row["productivity"] <= best + 1e-6


def test_trade_offs_are_the_slopes_between_neighbours(traced):
    frame = traced.frontier
    slope = -frame["productivity"].diff() / frame["balance"].diff()
    assert frame["unit_rate"][1:].tolist() == pytest.approx(slope[1:].tolist())
    assert np.isnan(frame["per_point"][0])
    assert (frame["cost_least"][1:] <= frame["per_point"][1:] + 1e-9).all()
    assert (frame["per_point"][1:] <= frame["cost_most"][1:] + 1e-9).all()
    assert "points of Productivity" in frame["meaning"][1] or "points of productivity" in frame["meaning"][1]


def table(values, outer=None, level=None):
    """Points by hand: (first goal, second goal)."""
    frame = pd.DataFrame(values, columns=GOALS)
    return frame.assign(objective=1.0, status="feasible", relief=0.0, gap=0.0, bound=1.0,
                        outer=frame["productivity"] if outer is None else outer,
                        case=[str(number) for number in range(len(frame))],
                        least_balance=frame["balance"] if level is None else level)


def test_dominated_points_are_marked_and_left_out():
    found = marked(table([(10, 0), (8, 5), (7, 4), (8, 5), (0, 10)]), GOALS, 1.0)
    assert found["standing"].tolist() == ["efficient", "efficient", "dominated", "dominated", "efficient"]
    frame = efficient(found, GOALS, 1.0, "en")
    assert frame["balance"].tolist() == [0, 5, 10]
    assert frame["knee"].tolist() == [False, True, False]


def test_a_straight_frontier_has_no_knee():
    frame = efficient(marked(table([(10, 0), (5, 5), (0, 10)]), GOALS, 1.0), GOALS, 1.0, "en")
    assert not frame["knee"].any()


def test_within_the_gaps_no_trade_off_is_claimed():
    """The second point may be as good as the first: its bound says no more than that."""
    wide = efficient(marked(table([(10, 0), (9, 5), (0, 10)], outer=[10.5, 10.2, 0.0]), GOALS, 1.0), GOALS, 1.0, "en")
    assert wide["cost_least"][1] == 0 and "do not tell it from nothing" in wide["meaning"][1]
    assert wide["cost_least"][2] == pytest.approx((9 - 0) / 5)
    sharp = efficient(marked(table([(10, 0), (9, 5), (0, 10)]), GOALS, 1.0), GOALS, 1.0, "en")
    assert "do not tell" not in sharp["meaning"][1]


def test_relief_counts_against_the_first_goal():
    found = table([(10, 0), (11, 0)]).assign(relief=[0.0, 30.0])
    assert marked(found, GOALS, 10.0)["standing"].tolist() == ["efficient", "dominated"]  # 11 less 30 points of 10


def test_three_goals_give_a_grid_whose_impossible_corners_are_left_out():
    made = frontier(small(), ["productivity", "balance", "green"], points=9, options=Options(gap=1e-5))
    assert (made.points["standing"] == "infeasible").any()
    values = made.frontier[made.passport["goals"]].to_numpy()
    assert len(values) >= 5
    assert not any((one >= other).all() for i, one in enumerate(values) for j, other in enumerate(values) if i != j)


def test_goals_that_do_not_conflict_have_no_levels():
    ends = pd.DataFrame({"first": GOALS, "productivity": [5.0, 5.0], "balance": [0.0, 0.0]})
    assert levels(ends, GOALS, 12) == []


@pytest.mark.parametrize("goals, words", [
    (["productivity"], "two or three"), (["productivity", "beauty"], "no goal beauty"),
    (["balance", "balance"], "two or three")])
def test_wrong_goals_are_refused(goals, words, capsys):
    assert main(["frontier", "instances/tiny", *goals]) == 2
    assert words in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_tells_draws_and_writes(tmp_path, monkeypatch, capsys, lang):
    from planner.instance import write_folder
    monkeypatch.chdir(tmp_path)
    write_folder(small(), tmp_path / "small")
    assert main(["frontier", "small", *GOALS, "--points", "3", "--lang", lang]) == 0
    assert ("Efficient plans" in capsys.readouterr().out) == (lang == "en")
    folder = tmp_path / "outputs" / "small" / "base.frontier"
    assert json.loads((folder / "frontier.json").read_text(encoding="utf-8"))["goals"] == GOALS
    assert len(pd.read_csv(folder / "frontier.csv", encoding="utf-8-sig")) == 3
    assert "plotly" in (folder / "frontier.html").read_text(encoding="utf-8").lower()


def test_the_report_draws_the_frontier_beside_the_plan(tmp_path, traced):
    from planner.report.beside import attach
    from planner.report.figures import charts
    from planner.report.words import Names
    traced.save(tmp_path / "base.frontier")
    plan = solve(small(), gap=1e-4, rounding=False)
    attach(plan, tmp_path / "base")
    chart = charts(plan, Names(plan.instance, "en"))["frontier"]
    bound, found = chart.figure.data
    assert list(found.x) == pytest.approx(traced.frontier["balance"].tolist())
    assert list(bound.y) == pytest.approx(traced.frontier["outer"].tolist())
    assert bound.line.shape == "hv"
