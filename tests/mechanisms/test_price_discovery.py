"""price_discovery on the tiny instance, where everything can be worked out by hand.

A line is worth 0.5 x 40 = 20 here and costs 10, each unit worth 1.5 elsewhere (see the missions' test).
At first line_a asks 13 and line_b 12, light_a 6.6; light_b asks its cost, 4.
"""

import pytest

from planner.instance import InvalidInstance
from planner.mechanisms.price_discovery import clearing, discover
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

LINES = {"bids[line_a].value": 40, "bids[line_b].value": 40}


def won(plan) -> set:
    table = plan.table("missions")
    return set(table.loc[table["start"] > 0.5, "bid"])


def test_rows():
    """The mechanism writes no row of its own: the missions' rows carry the prices."""
    text = rows(tiny("missions", "price_discovery"), "missions")
    assert_golden("price_discovery", "".join(line for line in text.splitlines(True) if "budget_high" in line))


def test_bites():
    """At cost a line leaves 20 - 15; at first prices line_b 20 - 18, and light_a takes 0.6 x 1.5 more."""
    cost, asked = solved(tiny("missions", set=LINES)), solved(tiny("missions", "price_discovery", set=LINES))
    assert cost.objective - asked.objective == pytest.approx(3 + 0.9)
    assert won(cost) == {"light_a", "light_b", "line_a"} or won(cost) == {"light_a", "light_b", "line_b"}
    assert won(asked) == {"light_a", "light_b", "line_b"}


def test_rounds():
    """The losing line lowers its mark-up by 0.15 and wins the next round, until line_b is at its least.

    Prices of line_a: 13, 11.5, 11.5, 10; of line_b: 12, 12, 10.5, 10.5. Who won keeps its price.
    """
    rounds = discover(tiny("missions", "price_discovery", set=LINES), solved)
    path = rounds.pivot(index="round", columns="bid", values="price")
    assert list(path["line_a"]) == pytest.approx([13, 11.5, 11.5, 10])
    assert list(path["line_b"]) == pytest.approx([12, 12, 10.5, 10.5])
    winner = rounds[rounds["won"] & (rounds["mission"] == "line")].set_index("round")["bid"]
    assert list(winner) == ["line_b", "line_a", "line_b", "line_a"]
    prices = clearing(rounds).set_index("bid")["price"].to_dict()
    assert prices == pytest.approx({"light_a": 6.6, "light_b": 4, "line_a": 10})


def test_rounds_have_an_end():
    rounds = discover(tiny("missions", "price_discovery", set=LINES | {"price_discovery.rounds": 2}), solved)
    assert rounds["round"].max() == 2
    assert set(clearing(rounds)["bid"]) == {"light_a", "light_b", "line_a"}


def test_measure():
    plan = solved(tiny("missions", "price_discovery", set=LINES))

    def at_cost(frame):
        return frame.assign(price=frame["cost"])

    def pay_cost(frame):
        frame.loc[frame["item"] == "missions", "amount"] /= 1.2
        return frame

    assert broken(edited(plan, "prices", at_cost), "price_discovery") == {"price"}
    assert "central_cost" in broken(edited(plan, "budget", pay_cost), "missions")


def test_words():
    with pytest.raises(InvalidInstance) as found:
        tiny("missions", "price_discovery", set={"mark_up[line_b].mark_up": 0.01})
    assert [str(problem) for problem in found.value.problems] == [
        "mark_up.csv, row 4, column least: the least mark-up of line_b lies above its first, 0.01 "
        "(found: 0.05). Lower it, or raise the first."]
