"""Why not: what is told of a plan's cells, bids and platforms is what solving again shows."""

import json

import pytest
from rich.console import Console

from planner.cli import main
from planner.explain import why
from planner.explain.target import Unknown
from planner.solving import solve
from tests.helpers import ROOT, solved, tiny


@pytest.fixture(scope="module")
def plan():
    return solved(tiny("missions", "platforms"))


def test_a_bid_that_lost_costs_what_forcing_it_in_loses(plan):
    """second_source: light_b is won where light_a is not; the line's second bid is never worth its money."""
    start = plan.table("missions").groupby("bid")["start"].sum()
    lost = next(bid for bid in ("line_a", "line_b", "light_a") if start.get(bid, 0) < 0.5)
    made = why(plan, lost, gap=1e-7, budgets=False)
    forced = solve(tiny("missions", "platforms", set={"bid_rules[someone,*].count": 1}), gap=1e-7)
    assert made.kind == "bid" and made.amount == 0 and made.asked == 1
    assert made.cost >= -1e-6 and made.least - 1e-6 <= made.cost <= made.most + 1e-6
    assert forced.objective == pytest.approx(plan.objective, rel=1e-6)  # the same plan: nothing else was changed
    before, after = made.goals["productivity"]
    assert before - after == pytest.approx(made.cost, rel=1e-6)  # one goal in use: its points are its value
    assert lost in set(made.displaced["what"])


def test_costs_are_told_by_clause_and_sum_to_the_balance():
    """Food research on the coast returns 1; the money goes where it returns more, so budgets price it out."""
    plan = solved(tiny())
    made = why(plan, ["coast", "food", "frontier", "research", "2025"], gap=1e-7, budgets=False)
    assert made.kind == "cells" and made.gain == pytest.approx(1.0)
    assert all(name.startswith("core.") for name in made.costs) and sum(made.costs.values()) > made.gain
    assert any("budget" in name for name in made.costs)
    # One unit more costs that balance, as long as no other limit is met.
    assert made.cost == pytest.approx((sum(made.costs.values()) - made.gain) * (made.asked - made.amount), rel=1e-5)


def test_the_budget_at_which_it_enters_is_one_at_which_it_does():
    plan = solved(tiny("missions", set={"missions.budget_high": 0.12, "mission_minimum.at_least": 0,
                                        "bid_rules[someone,*].count": 0, "bids[line_a].value": 500}))
    if plan.table("missions").query("bid == 'line_a'")["start"].sum() > 0.5:
        pytest.fail("line_a is won already: the example shows nothing")
    made = why(plan, "line_a", gap=1e-7)
    if made.blocked is not None:
        assert any(clause.rule == "budget_high" for clause in made.blocked.clauses)
        key = next(repair for repair in made.mends if repair.checked == "holds")
        assert solve(plan.instance.with_overrides(key.words), gap=1e-6).status == "optimal"
    else:
        assert made.enters is not None


def test_what_cannot_be_is_told_with_its_clauses_and_what_would_let_it_in():
    plan = solved(tiny("missions", set={"bid_limits[inland].count": 0, "bid_rules[second_source,*].count": 0}))
    made = why(plan, "light_b", gap=1e-6, budgets=False)
    assert [clause.name for clause in made.blocked.clauses] == ["missions.limit_inland"]
    assert [(repair.key, repair.to, repair.checked) for repair in made.mends] == [
        ("bid_limits[inland].count", 1.0, "holds")]
    json.dumps(made.plain(), allow_nan=False)


def test_the_second_of_two_twins_is_told_to_come_after_the_first(plan):
    """line_b is line_a under another name: identical bids are won in the table's order."""
    made = why(plan, "line_b", gap=1e-6, budgets=False)
    assert "missions.twins[line_b]" in [clause.name for clause in made.blocked.clauses]
    assert all(clause.definition for clause in made.blocked.clauses)


def test_a_cell_at_its_most_is_told_to_be_so():
    plan = solved(tiny(set={"budget.central*": 10, "local_budget.local*": 10}))
    made = why(plan, ["coast", "chips", "engineering", "application"], gap=1e-6, budgets=False)
    assert made.at_most and made.cost is None


@pytest.mark.parametrize("words, told", [
    ("nosuch", "Nothing in the instance is called nosuch"), ("coast inland", "are both a region"),
    ("light_a coast", "A bid has no region of its own"), ("planet=coast", "called planet=coast")])
def test_words_that_name_nothing(plan, words, told):
    with pytest.raises(Unknown, match=told):
        why(plan, words.split())


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    from planner.mechanisms import MECHANISMS
    off = [text for m in MECHANISMS if m.name != "missions" for text in ("--set", f"{m.name}.on=false")]
    path = str(ROOT / "instances" / "tiny")
    assert main(["solve", path, "--out", "plan", *off]) == 0
    assert main(["explain", "--why", "plan", "coast", "food", "frontier", "research", "--time-limit", "60"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Why Coast, Food, Frontier technology, Research was not funded" in text and "it costs" in text
    file = tmp_path / "outputs" / "tiny" / "plan.why.coast__food__frontier__research.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["cost"] > 0 and told["amount"] < told["asked"]
    assert main(["explain", "plan", "--why", "nosuch"]) == 2
    assert main(["explain", path, "something"]) == 2


def test_what_the_time_did_not_allow_is_said(plan, capsys):
    from planner.cli.why import show
    from planner.report.clauses import Clauses
    seen = []
    made = why(plan, ["line_b"], stop=lambda: bool(seen), found=seen.append)  # asked to stop once there are prices
    assert made.stopped == "asked" and made.enters is None and made.tried == 0
    show(made, plan, Console(), Clauses(plan.instance, "en"))
    assert "Stopped when asked" in capsys.readouterr().out
