"""Generated instances: whole, synthetic, as dense as the flagship at every size, and solvable."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planner.audit import audit
from planner.cli import main
from planner.generate import CannotGenerate, Size, generate
from planner.generate.draw import resampled
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.solving import solve
from tests.helpers import ROOT

SMALL = Size(regions=5, industries=3, categories=2, years=2)
ARGUMENTS = ["--regions", "5", "--industries", "3", "--categories", "2", "--years", "2"]
BY_REGION = ("regions", "fit", "baseline", "local_budget", "private", "private_capacity", "gdp",
             "performer_capacity", "talent_stock", "platform_stock", "focus_limits", "lead_regions", "pairs",
             "missions", "bids", "bid_money", "bid_talent", "bid_consortium", "bid_rules", "mission_order",
             "mark_up")


@pytest.fixture(scope="module")
def donor():
    return read(ROOT / "instances" / "china-2022", MECHANISMS)


@pytest.fixture(scope="module")
def double(donor):
    """Twice the flagship."""
    return generate(donor, Size(regions=62), "double")


def files(folder):
    return {str(file.relative_to(folder)): file.read_bytes()
            for file in sorted(folder.rglob("*")) if file.is_file()}


# --- whole and solvable ----------------------------------------------------------------


@pytest.mark.parametrize("size", [
    SMALL, Size(4, 3, 1, 1, seed=1), Size(7, 25, 6, 7, seed=2), Size(40, 5, 3, 3, seed=3, mechanisms="all")])
def test_every_size_passes_all_checks_in_every_scenario(donor, size):
    made = generate(donor, size, "made")
    assert not made.warnings
    for scenario in ("base", "all-mechanisms"):
        assert not made.with_overrides({}, scenario).warnings
    assert len(made.table("regions")) == size.regions and len(made.table("industries")) == size.industries
    assert len(made.table("categories")) == size.categories and len(made.years) == size.years
    assert len(made.table("baseline")) == size.regions * size.industries * size.categories * 5


@pytest.mark.parametrize("scenario", ["base", "all-mechanisms"])
def test_a_small_one_is_solved_and_passes_the_audit(donor, scenario):
    made = generate(donor, SMALL, "made").with_overrides({"minimum_grant.on": False}, scenario)
    plan = solve(made, gap=0.05, time_limit=30)
    found = audit(plan, MECHANISMS)
    assert found[found["status"] == "broken"].empty
    assert plan.passport["objective"] > 0  # better than the base-year pattern


def test_all_mechanisms_on_the_folder_are_those_of_the_scenario(donor):
    base, whole = (generate(donor, Size(5, 3, 2, 2, mechanisms=which), "made") for which in ("base", "all"))
    assert [m.name for m in MECHANISMS if not whole.on(m.name)] == []
    assert [m.name for m in MECHANISMS if base.on(m.name)] == [m.name for m in MECHANISMS if donor.on(m.name)]
    assert base.with_overrides({}, "all-mechanisms").hash == whole.hash


# --- synthetic and the same every time -----------------------------------------------------


def test_the_same_arguments_write_the_same_bytes(donor, tmp_path):
    for name in ("a", "b"):
        assert main(["generate", str(tmp_path / name), *ARGUMENTS]) == 0
    assert files(tmp_path / "a") == files(tmp_path / "b")
    read_back = read(tmp_path / "a", MECHANISMS)
    assert read_back.hash == generate(donor, SMALL, "made").hash
    assert read_back.hash != generate(donor, replace(SMALL, seed=1), "made").hash


def test_no_figure_claims_to_be_a_statistic(donor):
    made = generate(donor, Size(5, 3, 2, 2, seed=7), "made")
    told = made.table("provenance")
    assert set(told["status"]) == {"assumed"} and set(told["source"]) == {""}
    assert told["reason"].str.startswith("generated, seed 7, resampled from china-2022").all()
    assert set(made.table_names) - {"provenance"} | {"parameters"} == set(told["table"])
    assert "Synthetic" in made.title
    known = set(donor.table("regions")["region"]) | set(donor.table("missions")["mission"])
    assert not known & set(made.table("regions")["region"]) and not known & set(made.table("missions")["mission"])


# --- density and totals ---------------------------------------------------------------------


def test_as_dense_as_the_flagship(donor, double):
    """Twice the regions: twice the rows of what stands by region, as many rows of the rest."""
    for name in donor.table_names:
        if name not in ("provenance", "sources", "bid_limits"):
            rows = len(donor.table(name)) * (2 if name in BY_REGION else 1)
            assert len(double.table(name)) == rows, name
    assert len(double.table("bid_limits")) == 5  # two regions' limits twice, one national


def test_as_many_columns_per_region(donor):
    """The flagship's size has the flagship's model, but for who fits and what platforms may open."""
    model = [build(instance, MECHANISMS).book for instance in (donor, generate(donor, Size(31), "same"))]
    assert model[1].n_columns == pytest.approx(model[0].n_columns, rel=0.005)
    assert model[1].n_rows == pytest.approx(model[0].n_rows, rel=0.01)


def test_regions_of_a_zone_stand_together(donor, double):
    zones = list(double.table("regions")["zone"])
    assert list(dict.fromkeys(zones)) == list(donor.table("zones")["zone"])
    assert zones == sorted(zones, key=zones.index)


def test_national_amounts_grow_with_the_regions(donor, double):
    def sums(instance, *dims):
        base = instance.table("baseline").merge(instance.table("regions")[["region", "zone"]], on="region")
        return base.groupby(list(dims))["spend"].sum()
    for dims in (("zone", "stage"), ("industry", "category", "stage")):
        np.testing.assert_allclose(sums(double, *dims), 2 * sums(donor, *dims), rtol=1e-6)
    for name, column, exact in (("budget", "central", 0.02), ("local_budget", "local", 0.02),
                                ("private", "private", 0.02), ("introduction", "quota", 1e-9),
                                ("platform_types", "most", 1e-9)):
        whole, there = double.table(name)[column].sum(), donor.table(name)[column].sum()
        assert whole == pytest.approx(2 * there, rel=exact), name
    money = [instance.table("bid_money")["money"].sum() for instance in (double, donor)]
    assert money[0] == pytest.approx(2 * money[1])
    for name in ("zone_bands", "class_bands", "category_bands", "basic_floors"):
        pd.testing.assert_frame_equal(double.table(name), donor.table(name), rtol=1e-6)


def test_goals_keep_their_scale(donor, double):
    new, old = (instance.table("goals").set_index("goal") for instance in (double, donor))
    for goal in ("productivity", "green"):
        np.testing.assert_allclose(new.loc[goal, ["ideal", "nadir"]].astype(float),
                                   2 * old.loc[goal, ["ideal", "nadir"]].astype(float), rtol=0.01)
    assert new.loc["autonomy", "ideal"] == pytest.approx(old.loc["autonomy", "ideal"])
    assert new.loc["balance", "nadir"] == pytest.approx(old.loc["balance", "nadir"], rel=0.1)


def test_people_are_as_scarce_as_in_the_donor(donor, double):
    def used(instance):
        spend = instance.table("baseline").groupby(["region", "stage"], as_index=False)["spend"].sum()
        need = spend.merge(instance.table("talent_need"), on="stage").merge(
            instance.table("talent_stock"), on=["region", "talent_type"])
        need["used"] = need["spend"] * need["fte"] * need["need_factor"]
        need = need.groupby(["region", "talent_type"]).agg(used=("used", "sum"), stock=("stock", "first"))
        return np.sort(need["used"] / need["stock"])
    np.testing.assert_allclose(used(double), np.repeat(used(donor), 2), rtol=1e-6)


def test_resampling_is_balanced():
    names, groups = pd.Series(list("abcde")), pd.Series(list("xxxyy"))
    drawn = resampled(names, groups, np.ones(5), 12, np.random.default_rng(0))
    times = drawn.groupby("donor").size()
    assert times.between(2, 3).all() and times[list("abc")].sum() == 7
    few = resampled(names, groups, np.ones(5), 2, np.random.default_rng(0))
    assert set(few["donor"].map(dict(zip(names, groups)))) == {"x", "y"}


# --- what cannot be ---------------------------------------------------------------------------


@pytest.mark.parametrize("size, words", [
    (Size(3), "--regions 3: an instance has at least 4 regions (one in every zone)"),
    (Size(5, industries=2), "at least 3 industries (one of every class)"),
    (Size(5, years=0), "at least 1 years"),
    (Size(5, seed=-1), "--seed -1: a seed is a whole number of at least 0")])
def test_sizes_that_cannot_be(donor, size, words):
    with pytest.raises(CannotGenerate, match="Give ") as error:
        generate(donor, size, "made")
    assert words in str(error.value)


def test_nothing_is_lost(tmp_path, capsys):
    """No instance is replaced without --force, and nothing else even with it."""
    made, other = tmp_path / "made", tmp_path / "other"
    assert main(["generate", str(made), *ARGUMENTS]) == 0
    before = files(made)
    assert main(["generate", str(made), *ARGUMENTS, "--seed", "1"]) == 2
    assert "--force" in capsys.readouterr().err and files(made) == before
    assert main(["generate", str(made), *ARGUMENTS, "--seed", "1", "--force"]) == 0
    assert "in place of the earlier one" in capsys.readouterr().out and files(made) != before
    other.mkdir()
    (other / "letter.txt").write_text("dear", encoding="utf-8")
    assert main(["generate", str(other), *ARGUMENTS, "--force"]) == 2
    assert "no generated instance" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "other"]
    assert main(["generate", str(tmp_path / "x"), "--regions", "many"]) == 2
    assert "many is not a whole number" in capsys.readouterr().err
    assert main(["generate", str(tmp_path / "x"), "--regions", "2"]) == 2
    assert "Give a number from 4" in capsys.readouterr().err and not (tmp_path / "x").exists()
