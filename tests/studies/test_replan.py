"""Re-planning: what is executed stays, what moves is capped or priced; all figures recomputed from tables."""

import json
import re

import pandas as pd
import pytest

import planner
from planner.cli import main
from planner.report.folder import write_output
from planner.solving import NoPlan, solve
from planner.studies.replan import CannotReplan, replan
from tests.helpers import ROOT, tiny
from tests.test_chinese import english

FIRST = 2026
BETTER = {"stages[research].base_return": 30.0}
"""Research becomes worth so much that an optimum moves money there."""


@pytest.fixture(scope="module")
def approved():
    """A linear programme: money only, with a floor for basic research."""
    return solve(tiny("basic_research"), gap=1e-9, rounding=False)


def again(approved, changes=BETTER, **more):
    return replan(approved, overrides=changes, gap=1e-9, rounding=False, **more)


def apart(one, other) -> float:
    """Half the absolute differences of spend by region, industry and stage from FIRST on."""
    keys = ["region", "industry", "stage", "year"]
    both = one.allocations.merge(other.allocations, on=[*keys, "category"])
    both = both[both["year"] >= FIRST].groupby(keys)[["spend_x", "spend_y"]].sum()
    return float((both["spend_x"] - both["spend_y"]).abs().sum() / 2)


def to_come(plan) -> float:
    spend = plan.allocations
    return float(spend.loc[spend["year"] >= FIRST, "spend"].sum())


def test_nothing_moves_when_nothing_changed(approved):
    """Cap 0 gives the approved plan back, and so does any cap where the approved plan is the best one."""
    for cap in (0.0, 0.5):
        made = again(approved, {}, cap=cap)
        assert apart(made.plan, approved) < 1e-4 and made.moved < 1e-4
        assert made.plan.objective == pytest.approx(approved.objective, rel=1e-7)
    assert not (made.plan.compliance["status"] == "broken").any()


def test_the_cap_holds_and_a_looser_one_is_never_worse(approved):
    found = [again(approved, cap=cap) for cap in (0.0, 0.02, 0.1, 1.0)]
    for made, cap in zip(found, (0.0, 0.02, 0.1, 1.0)):
        assert apart(made.plan, approved) <= cap * to_come(approved) + 1e-4
        assert made.moved == pytest.approx(apart(made.plan, approved), abs=1e-6)
        assert made.share == made.moved / to_come(approved)
    best = [made.plan.objective for made in found]
    assert best == sorted(best) and best[1] > best[0] + 1 and best[2] > best[1] + 1
    assert found[1].share == pytest.approx(0.02, abs=1e-6)  # the cap binds


def test_a_price_is_the_cap_at_its_dual(approved):
    """The value of a cap is concave and piecewise linear; at its slope p, priced = value(cap) - p cap."""
    def value(cap):
        return again(approved, cap=cap).plan.objective
    low, cap, high = 0.019, 0.02, 0.021
    slope = (value(high) - value(low)) / (100 * (high - low))
    priced = again(approved, price=slope)
    assert priced.plan.objective == pytest.approx(value(cap) - 100 * slope * cap, rel=1e-6)
    told = priced.plan.passport["replan"]
    assert told["penalty"] == pytest.approx(slope * 100 * priced.share)
    assert again(approved, price=1e4).moved < 1e-3 and again(approved, price=0.0).share > 0.1


def test_what_is_executed_stays_whatever_the_inputs_say_now(approved):
    """A budget that was spent is spent, though it is halved in hindsight; the year to come obeys."""
    made = again(approved, BETTER | {"budget.central*": 0.7})
    for table, column in (("allocations", "spend"), ("grants", "amount")):
        old, new = (plan.table(table) for plan in (approved, made.plan))
        past = old["year"] < FIRST
        assert new.loc[past, column].to_numpy() == pytest.approx(old.loc[past, column].to_numpy(), rel=2e-5, abs=2e-5)
    rows = made.plan.compliance
    broken = rows[rows["status"] == "broken"]
    assert set(broken["year"]) == {2025} and set(broken["rule"]) == {"central_budget"}


def test_missions_and_platforms_of_the_past_stay_and_count_when_they_move():
    instance = tiny("missions", "platforms", set={"missions[*].deadline": 2026})
    first = solve(instance, gap=1e-6, rounding=False)
    made = replan(first, overrides={"core.discount": 0.5, "bids[*].value*": 20.0}, cap=0.3, gap=1e-6, rounding=False)
    for table, name, keys in (("missions", "start", ["bid", "year"]), ("platforms", "open", ["region", "platform", "year"])):
        both = first.table(table).merge(made.plan.table(table), on=keys, suffixes=("_old", ""))
        past = both["year"] < FIRST
        assert past.any() and (both.loc[past, f"{name}_old"] == both.loc[past, name]).all()
    assert made.share <= 0.3 + 1e-6


def test_infeasible_is_told_not_hidden(approved):
    with pytest.raises(NoPlan):
        again(approved, {"basic_research.floor": 0.9}, cap=0.001)


@pytest.mark.parametrize(("more", "words"), [
    ({"from_year": 2030}, "2025 to 2026"), ({"cap": 0.1, "price": 1.0}, "Give one of"), ({"cap": -0.1}, "below 0")])
def test_wrong_wishes_are_refused(approved, more, words):
    with pytest.raises(CannotReplan, match=words):
        again(approved, **more)


def test_a_plan_of_other_cells_is_refused(approved):
    frame = approved.allocations
    from dataclasses import replace
    fewer = replace(approved, tables=approved.tables | {"allocations": frame[frame["stage"] != "research"]})
    with pytest.raises(CannotReplan, match="other cells: 8"):
        again(fewer)


def test_the_command_writes_the_plan_and_tells_the_difference(approved, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_output(approved, tmp_path / "old")
    words = ["--set", "stages[research].base_return=30", "--gap", "0.0001"]
    assert main(["replan", "old", "--cap", "0.05", *words]) == 0
    found = capsys.readouterr()
    text = found.out + found.err
    assert "Traceback" not in text and "5.00 %" in text and "B − A" in text
    folder = next((tmp_path / "outputs" / "tiny").glob("*.replan"))
    told = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["replan"]
    assert told["cap"] == 0.05 and told["share"] == pytest.approx(0.05, abs=1e-6) and told["from_year"] == FIRST
    table = pd.read_csv(folder / "tables" / "replanned.csv", encoding="utf-8-sig")
    assert table["difference"].abs().sum() / 2 == pytest.approx(told["moved"], rel=1e-6)
    assert main(["verify", str(folder)]) == 0
    capsys.readouterr()
    assert main(["replan", "old", "--cap", "0.001", "--set", "basic_research.floor=0.6", "--lang", "zh"]) == 1
    text = "".join(capsys.readouterr())
    assert "在变动上限 0.10 % 之内没有" in text and not english(text)
    share = float(re.search(r"支出的 ([\d.]+) %", text)[1]) / 100
    assert main(["replan", "old", "--cap", f"{share + 0.001:.4f}", "--set", "basic_research.floor=0.6"]) == 0
    assert main(["replan", "old", "--cap", "0.1", "--set", "basic_research.floor=0.99"]) == 1
    text = "".join(capsys.readouterr())
    assert "Traceback" not in text and "planner explain old/instance" in text
    assert main(["replan", "old", "--cap", "0.1", "--price", "1"]) == 2
    assert main(["replan", str(ROOT), "--cap", "0.1"]) == 2


def test_it_is_a_public_word():
    assert planner.replan is replan
