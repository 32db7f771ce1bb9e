"""minimum_grant on the tiny instance, where everything can be worked out by hand."""

import shutil

import pytest

from planner.instance import read
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, assert_golden, broken, edited, rows, solved, tiny

LARGE = {"minimum_grants[fund].least": 25}


def test_rows():
    assert_golden("minimum_grant", rows(tiny("minimum_grant", set={"last_year": 2025}), "minimum_grant"))


def test_bites():
    """Funds mobilise half as much again: coast gives 20, which the firms' 10 allow, inland gives its 10.

    With at least 25 neither gives any, and 15 a year are missing where they return least, from
    research in the coast's chips at 1.5.
    """
    free, kept = solved(tiny()), solved(tiny("minimum_grant", set=LARGE))
    assert free.objective == pytest.approx(854)
    assert kept.objective == pytest.approx(854 - 2 * 15 * 1.5)
    grants = kept.table("grants")
    assert grants.loc[grants["instrument"] == "fund", "amount"].sum() == 0


def test_relief_has_a_price():
    """At 1 a unit coast gives its 20 and pays for the 5 that are missing, less than the 15 they bring.

    Inland has 10 in all and cannot: 5 a year are missing at 1.5.
    """
    priced = solved(tiny("minimum_grant", set=LARGE | {"minimum_grant.price": 1.0}))
    assert priced.objective == pytest.approx(854 - 2 * (5 * 1.5 + 5 * 1.0))


def test_levels_count_together(tmp_path):
    """An award is one, whoever pays: U is what inland's application absorbs, 80 less its firms' 25."""
    folder = shutil.copytree(ROOT / "instances" / "tiny", tmp_path / "tiny")
    (folder / "minimum_grants.csv").write_text("instrument,least\nstable_grant,30\n")
    off = {f"{m.name}.on": m.name == "minimum_grant" for m in MECHANISMS}
    text = rows(read(folder, MECHANISMS).with_overrides(off), "minimum_grant")
    given = "".join(f"+ 1 core.grant[inland, application, stable_grant, {level}, 2025] "
                    for level in ("central", "local"))
    award = "minimum_grant.used[inland, application, stable_grant, 2025]"
    assert f"0 <= {given}- 30 {award}\n" in text
    assert f"{given}- 55 {award} <= 0\n" in text


def test_measure():
    plan = solved(tiny("minimum_grant", set={"minimum_grants[fund].least": 8}))

    def give(amount):
        def change(frame):
            frame.loc[(frame["instrument"] == "fund") & (frame["stage"] == "application"), "amount"] = amount
            return frame
        return edited(plan, "grants", change)

    def used(value):
        return edited(plan, "awards", lambda frame: frame.assign(used=value))

    assert broken(plan, "minimum_grant") == set()
    assert broken(give(5), "minimum_grant") == {"least"}
    assert broken(give(30), "minimum_grant") == {"only_if_used"}
    assert broken(used(0), "minimum_grant") == {"only_if_used"}
    assert broken(used(0.5), "minimum_grant") >= {"whole"}
    assert broken(used(1), "minimum_grant") == {"least"}


def test_words():
    found = tiny("minimum_grant", set={"minimum_grants[fund].least": 31}).warnings
    assert [str(problem) for problem in found] == [
        ("minimum_grants.csv, row 3, column least: fund can never be used: nobody could be given more than "
        "30 at once (found: 31.0). Lower the least amount, or raise the budgets that pay.")]
