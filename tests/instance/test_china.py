"""The flagship's data: published figures reproduced, nothing assumed without a word."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.instance.calibration import calibrate

FOLDER = Path(__file__).resolve().parents[2] / "instances" / "china-2022"
RD = ["basic", "applied", "development"]
ENTRIES = {"region": "regions", "industry": "industries", "category": "categories", "stage": "stages",
           "zone": "zones", "instrument": "instruments", "performer": "performers", "bid": "bids",
           "mission": "missions", "platform": "platform_types", "talent_type": "talent_types",
           "donor": "regions", "recipient": "regions", "requires": "platform_types",
           "before": "missions", "after": "missions"}


def table(name):
    return pd.read_csv(FOLDER / f"{name}.csv")


def names():
    return sorted(path.stem for path in FOLDER.glob("*.csv"))


@pytest.fixture(scope="module")
def research():
    base = table("baseline").merge(table("regions")[["region", "zone"]], on="region")
    return base[base["stage"].isin(RD)]


def test_every_cell_is_there_and_positive():
    base = table("baseline")
    keys = ["region", "industry", "category", "stage"]
    assert len(base) == 31 * 18 * 4 * 5 == len(base[keys].drop_duplicates())
    assert base["spend"].min() > 1e-4


def test_the_published_table_is_reproduced(research):
    whole = research["spend"].sum()
    assert whole == pytest.approx(30782.9, rel=1e-9)
    zones = 100 * research.groupby("zone")["spend"].sum() / whole
    assert zones.round(2).to_dict() == {"central": 18.05, "east": 65.74, "northeast": 3.33, "west": 12.87}
    stages = 100 * research.groupby("stage")["spend"].sum() / whole
    assert round(stages["basic"], 2) == 6.57
    assert round(stages["applied"], 1) == 11.3
    assert round(stages["development"], 1) == 82.1
    assert round(100 * whole / table("regions")["gdp"].sum(), 2) == 2.54
    performers = table("performers")
    firms = performers.loc[performers["enterprise"], "base_share"].sum()
    assert round(100 * firms, 1) == 77.6
    assert performers["base_share"].sum() == pytest.approx(1.0, abs=1e-9)


def test_margins_are_met_to_nine_digits(research):
    provinces = pd.read_csv(FOLDER / "statistics" / "provinces.csv").set_index("region")
    columns = {"basic": "rd_basic_2022_100m_yuan", "applied": "rd_applied_2022_100m_yuan",
               "development": "rd_experimental_2022_100m_yuan"}
    reached = research.groupby(["region", "stage"])["spend"].sum().unstack()[list(columns)]
    wanted = provinces.loc[reached.index, list(columns.values())].to_numpy()
    wanted = wanted * 30782.9 / wanted.sum()
    assert np.max(np.abs(reached.to_numpy() / wanted - 1)) < 1e-9

    divisions = pd.read_csv(FOLDER / "statistics" / "rd_by_division.csv")
    weights = pd.read_csv(FOLDER / "statistics" / "concordance.csv")
    both = divisions.merge(weights, on="division")
    industries = (both["rd_2022_100m_yuan"] * both["weight"]).groupby(both["industry"]).sum()
    industries *= 30782.9 / industries.sum()
    got = research.groupby("industry")["spend"].sum()
    assert np.max(np.abs(got / industries - 1)) < 1e-9


def test_every_province_rounds_to_its_printed_figure(research):
    provinces = pd.read_csv(FOLDER / "statistics" / "provinces.csv").set_index("region")
    reached = research.groupby("region")["spend"].sum()
    assert (reached - provinces["rd_exp_2022_100m_yuan"]).abs().max() < 0.051


def test_calibration_reproduces_the_tables():
    for name, fresh in calibrate(FOLDER).items():
        kept = table(name)
        assert list(kept.columns) == list(fresh.columns), name
        for column in kept:
            if kept[column].dtype.kind == "f":
                assert np.allclose(kept[column], fresh[column], rtol=1e-10, atol=0), (name, column)
            else:
                assert (kept[column] == fresh[column]).all(), (name, column)


def test_every_figure_says_where_it_comes_from():
    rows = table("provenance").fillna("")
    known = set(zip(rows["table"], rows["column"]))
    for name in names():
        if name in ("provenance", "sources"):
            continue
        for column, figures in table(name).items():
            if figures.dtype.kind in "iufb" and figures.notna().any() and column not in ("year", "offset"):
                assert {(name, column), (name, "*")} & known, f"{name}.{column}"
    settings = tomllib.loads((FOLDER / "instance.toml").read_text(encoding="utf-8"))
    for part, values in [("core", settings["core"]), *settings["mechanisms"].items()]:
        for key in values:
            assert key == "on" or ("parameters", f"{part}.{key}") in known, f"{part}.{key}"


def test_provenance_is_honest():
    rows = table("provenance").fillna("")
    sources = set(table("sources")["source"])
    cited = rows["source"].str.split(";").explode().str.strip()
    assert set(cited) - {""} <= sources
    assert set(rows["status"]) <= {"published", "derived", "assumed"}
    assert (rows["reason"] != "").all()
    assert (rows.loc[rows["status"] == "published", "source"] != "").all()
    assert not rows.duplicated(["table", "column"]).any()


def test_provenance_names_what_exists():
    rows = table("provenance")
    for name, columns in rows[rows["table"] != "parameters"].groupby("table")["column"]:
        assert set(columns) <= {*table(name).columns, "*"}, name


def test_missions_come_from_technologies_that_were_seen():
    listed = pd.read_csv(FOLDER / "statistics" / "key_technologies.csv")
    assert not listed["status"].str.startswith("RECALLED").any()
    missions = table("missions")
    assert len(missions) == 29
    assert set(missions["name_zh"]) == set(listed["name_zh"])
    assert table("bids").groupby("mission").size().reindex(missions["mission"]).min() >= 2


def test_the_tender_admits_two_bids_of_every_mission():
    least = tomllib.loads((FOLDER / "instance.toml").read_text(encoding="utf-8"))["mechanisms"]["missions"]
    bids = table("bids")
    for score in ("maturity", "feasibility", "benefit"):
        bids = bids[bids[score] >= least[score]]
    assert bids.groupby("mission").size().reindex(table("missions")["mission"]).min() >= 2


@pytest.mark.parametrize("name", names())
def test_keys_refer_to_what_exists(name):
    if name in ("provenance", "sources"):
        return
    for column, entries in table(name).items():
        if column in ENTRIES:
            home = table(ENTRIES[column])
            assert set(entries.dropna()) <= set(home[home.columns[0]]), f"{name}.{column}"


def test_regions_have_places_of_their_own_and_two_names():
    regions = table("regions")
    assert len(regions) == 31
    assert not regions.duplicated(["tile_x", "tile_y"]).any()
    for name in names():
        frame = table(name)
        if {"name_en", "name_zh"} <= set(frame.columns):
            assert frame[["name_en", "name_zh"]].notna().all(axis=None), name


def test_base_year_talent_covers_base_year_money():
    """Utilisation of 92 % in every region and talent type, and the published number of researchers."""
    base = table("baseline").groupby(["region", "stage"])["spend"].sum().reset_index()
    need = base.merge(table("talent_need"), on="stage")
    need["fte"] *= need["spend"]
    need = need.groupby(["region", "talent_type"])["fte"].sum().reset_index()
    both = need.merge(table("talent_stock"), on=["region", "talent_type"])
    assert len(both) == 31 * 4
    assert np.allclose(both["fte"] * both["need_factor"] / both["stock"], 0.92, rtol=1e-3)


def test_private_money_leaves_room_for_public_money():
    base = table("baseline").groupby(["region", "stage"])["spend"].sum()
    first = table("private").query("year == 2023").set_index(["region", "stage"])["private"] / 1.0856
    public = base - first.reindex(base.index)
    assert (public > 0).all()
    assert public[public.index.get_level_values("stage").isin(RD)].sum() == pytest.approx(5470.95, abs=0.05)


def test_no_address_of_a_mirror_is_kept():
    for path in FOLDER.rglob("*.*"):
        assert "http" not in path.read_text(encoding="utf-8"), path.name
