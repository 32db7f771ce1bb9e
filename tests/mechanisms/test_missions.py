"""missions on the tiny instance, where everything can be worked out by hand."""

import shutil

import pytest

from planner.instance import InvalidInstance, read
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, assert_golden, broken, edited, rows, solved, tiny


def won(plan) -> dict:
    table = plan.table("missions")
    if table.empty:
        return {}
    return {row.bid: row.year for row in table[table["start"] > 0.5].itertuples()}


def gain(**overrides) -> tuple[float, dict]:
    """What the missions add to the objective, and who won with which start year."""
    plan = solved(tiny("missions", set=overrides))
    return plan.objective - solved(tiny()).objective, won(plan)


def test_rows():
    assert_golden("missions", rows(tiny("missions"), "missions"))


def test_bites():
    """A unit of central money is worth 1.5 (coast's chip research); of inland's local money 2.25.

    That unit would mobilise half of its own again: 1.5 x 2 in inland's application, of which 1.5
    units of central money then move to research at 1.5, so 3 - 1.5 x 0.5 = 2.25.
    light_a: 0.6 x 60 - 6 x 1.5 = 27.     light_b: 0.5 x 60 - 2 x 1.5 - 2 x 2.25 = 22.5.
    Both as rivals: one of two equal values counts twice with 0.6 x 0.5, so 49.5 - 18 = 31.5.
    A line costs 10 x 1.5 for 0.5 x 20, a loss of 5, and waits for light_a, done in 2025.
    """
    both, winners = gain()
    assert both == pytest.approx(31.5) and set(winners) == {"light_a", "light_b"}
    one, winners = gain(**{"missions[lithography].rivals": 1})
    assert one == pytest.approx(27) and set(winners) == {"light_a"}
    line, winners = gain(**{"mission_minimum[engineering].at_least": 1})
    assert line == pytest.approx(26.5)
    assert winners == {"light_a": 2025, "light_b": 2025, "line_a": 2026}


def test_the_tender_bites():
    """5 % of 60 pays light_b's 1 a year, not light_a's 6; scores and consortia shut bids out."""
    assert gain(**{"missions.budget_high": 0.05})[0] == pytest.approx(22.5)
    assert set(gain(**{"missions.maturity": 0.8})[1]) == {"light_a"}
    assert set(gain(**{"missions.budget_low": 0.1, "bids.value": 0})[1]) >= {"light_a", "line_a"}


def test_logic_bites():
    """Of the bids on lithography alone light_a is the better; a mandate brings in a line."""
    most = {"bid_rules.kind": "at_most", "bid_rules.role": "", "bid_rules.count": 1}
    assert set(gain(**most)[1]) == {"light_a"}
    assert set(gain(**{"bid_limits[inland].count": 0})[1]) == {"light_a"}
    not_a = {"bids[light_a].value": 0, "bids[light_a].success": 0, "bid_rules.count": 1}
    assert set(gain(**not_a)[1]) == {"light_b"}


def test_needs_bite():
    """Without people, platform or consortium for light_a there is light_b only, and the reverse."""
    assert set(gain(**{"talent_stock[coast,engineer].stock": 5})[1]) == {"light_b"}
    assert set(gain(**{"talent_stock[inland,engineer].stock": 3})[1]) == {"light_a"}
    assert set(gain(**{"platform_stock[coast,lab].existing": 0})[1]) == {"light_b"}
    assert set(gain(**{"missions.consortium": "university, firm"})[1]) == {"light_a"}


def test_needs_are_met_by_the_mechanisms_that_plan_them():
    """With platforms and talent planned the same bids rest on their stocks."""
    built = rows(tiny("missions", "platforms", set={"platform_stock[coast,lab].existing": 0}), "missions")
    [row] = [line for line in built.splitlines() if line.startswith("missions.platform[light_a, 2026]")]
    assert "- 1 platforms.open[coast, lab, 2025]" in row and "+ 1 missions.start[light_a, 2026]" in row
    plan = solved(tiny("missions", "platforms", "talent"))
    talent = plan.table("talent_balance")
    drawn = talent[(talent["owner"] == "missions") & (talent["side"] == "draw")]
    assert "missions" not in set(talent.loc[talent["side"] == "supply", "owner"])
    assert drawn["amount"].sum() > 0


def test_a_tender_that_admits_nobody_adds_nothing():
    nobody = {"missions.maturity": 1, "mission_minimum.at_least": 0, "bid_rules.count": 0}
    assert gain(**nobody) == (pytest.approx(0), {})


def test_dependence_is_closed():
    """Chips' dependence falls by 0.3 x 0.6 in 2025, and by 0.3 x 0.8 once the rival is done in 2026."""
    closed = solved(tiny("missions")).table("dependence")
    closed = closed[(closed["owner"] == "missions") & (closed["industry"] == "chips")]
    assert list(closed["amount"]) == pytest.approx([0.18, 0.24])


def test_measure():
    plan = solved(tiny("missions", set={"mission_minimum[engineering].at_least": 1}))

    def with_starts(**changed):
        def change(frame):
            for key, value in changed.items():
                bid, year = key.rsplit("_", 1)
                frame.loc[(frame["bid"] == bid) & (frame["year"] == int(year)), "start"] = value
            return frame
        return broken(edited(plan, "missions", change), "missions")

    follows = {"central_cost"}
    assert with_starts(line_b_2026=1, line_a_2026=0) == set(), "twins are interchangeable"
    assert with_starts(line_a_2026=0) >= follows | {"minimum"}
    assert with_starts(line_b_2026=1) >= follows | {"one_winner"}
    assert with_starts(line_a_2026=0, line_a_2025=1) >= follows | {"order"}
    assert with_starts(light_a_2026=1) >= follows | {"once"}
    assert with_starts(light_a_2025=0.5) >= follows | {"whole"}
    assert with_starts(light_a_2025=0, light_b_2025=0) >= {
        "local_cost", "success", "dependence", "value", "rule_someone", "rule_second_source",
        "both_first", "both_second"}

    def late(frame):
        frame.loc[frame["bid"] == "light_b", "year"] = 2026
        return frame
    assert "admitted" in broken(edited(plan, "missions", late), "missions")

    def alone(frame):
        frame["both"] = 0.0
        return frame
    assert broken(edited(plan, "mission_races", alone), "missions") == {"both_least"}


def test_measure_of_limits():
    """The same plan under a tighter tender breaks its rules."""
    from dataclasses import replace
    plan = solved(tiny("missions"))
    tight = {"missions.budget_high": 0.05, "bid_limits[inland].count": 0}
    assert broken(replace(plan, instance=tiny("missions", set=tight)), "missions") == {
        "budget_high", "limit_inland"}
    few = {"talent_stock[coast,engineer].stock": 5, "platform_stock[coast,lab].existing": 0,
           "missions.consortium": "firm"}
    assert broken(replace(plan, instance=tiny("missions", set=few)), "missions") >= {
        "talent_there", "platform", "admitted"}
    low = tiny("missions", set={"missions.budget_low": 0.4})
    assert broken(replace(plan, instance=low), "missions") == {"budget_low"}


def words(folder, *changes: tuple[str, str, str]) -> list[str]:
    """What is told of tiny with some text of its tables changed: (table, old, new)."""
    shutil.copytree(ROOT / "instances" / "tiny", folder, dirs_exist_ok=True)
    for table, old, new in changes:
        file = folder / f"{table}.csv"
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{table} has no {old}"
        file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidInstance) as told:
        read(folder, MECHANISMS)
    return [str(problem) for problem in told.value.problems if problem.severity == "error"]


@pytest.mark.parametrize("table, old, new, told", [
    ("mission_order", "line\n", "line\nline,lithography\n",
     "mission_order.csv: missions wait for one another: line -> lithography -> line. "
     "Take one of these rows out."),
    ("bid_money", "line_a,0,10\n", "",
     "bids.csv, row 4, column bid: bid line_a has no money. Add a row to bid_money for each year it "
     "runs (offset 0, 1, ...), or take the bid out."),
    ("bids", "2025,2026,0.6", "2026,2025,0.6",
     "bids.csv, row 2, column latest: bid light_a may start from 2026 to 2025, which is never. "
     "Write a latest year that is not before the earliest."),
    ("bids", "light_b,lithography,inland", "light_b,lithography,",
     "bids.csv, row 3, column region: bid light_b needs local money, a platform or people, but has no "
     "region. Write the region that provides them."),
    ("bid_rules", "not_implies,1,if", "not_implies,1,then",
     "bid_rules.csv, row 4: rule second_source (not_implies) needs bids of both roles, if and then. "
     "Fill the column role, with at least one bid of each."),
    ("bid_rules", "light_a,at_least,1,", "light_a,at_least,1,if",
     "bid_rules.csv, row 2: rule someone (at_least) has a role, which only implies and not_implies "
     "use. Leave the column role empty."),
    ("bid_rules", "light_a,at_least,1,", "light_a,at_least,2,",
     "bid_rules.csv, row 2: rule someone has rows of different kind or count. Write the same kind and "
     "count into every row of a rule."),
    ("bid_rules", "at_least,1,", "at_least,,",
     "bid_rules.csv, row 2: rule someone (at_least) has no count. Write how many bids."),
], ids=["cycle", "money", "years", "region", "roles", "role", "count", "no_count"])
def test_words(tmp_path, table, old, new, told):
    assert words(tmp_path, (table, old, new)) == [told]


def test_a_deadline_that_no_bid_meets_is_told():
    made = tiny("missions", set={"missions[line].deadline": 2024})
    assert [str(problem) for problem in made.warnings if "line" in problem.what] == [
        "missions.csv, row 3, column deadline: no bid can complete mission line by 2024; the soonest "
        "would in 2025. Move the deadline, or let a bid start earlier."]
