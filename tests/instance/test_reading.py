"""What a sound instance reads as."""

import numpy as np
import pytest

from planner.instance import read
from tests.instance.samples import MECHANISMS, Sample


@pytest.fixture(params=["folder", "workbook"])
def instance(request, tmp_path):
    sample = Sample()
    path = tmp_path / ("sample" if request.param == "folder" else "sample.xlsx")
    return read(getattr(sample, request.param)(path), MECHANISMS)


def test_header_and_settings(instance):
    assert (instance.name, instance.title, instance.title_zh) == ("sample", "Sample", "Sample")
    assert (instance.money_unit, instance.talent_unit, instance.mode) == ("million", "FTE", "weighted")
    assert (instance.base_year, instance.years) == (2024, (2025, 2026))
    assert instance.scenario == "base" and instance.warnings == ()
    assert instance.setting("steering") == 0.2 and instance.setting("discount") == 0.03


def test_mechanisms(instance):
    assert instance.on("floors") and not instance.on("other") and not instance.on("never heard of")
    assert instance.parameters("floors") == {"least": 0.1, "most": None, "tries": 3}
    assert instance.parameter("floors", "least") == 0.1 and instance.price("floors") is None
    with pytest.raises(KeyError):
        instance.parameter("floors", "leest")


def test_tables_are_typed_and_filled(instance):
    stages, baseline = instance.table("stages"), instance.table("baseline")
    assert stages["lag"].tolist() == [2, 0] and stages["lag"].dtype == "int64"
    assert stages["response"].tolist() == ["power", "power"] and stages["patient"].dtype == bool
    assert baseline["industry"].tolist() == ["all"] * 4
    assert baseline["spend"].tolist() == [10, 10, 0.1, 10] and baseline["spend"].dtype == "float64"
    assert list(baseline) == ["region", "industry", "category", "stage", "spend"]
    assert instance.table("zones")["hinterland"].tolist() == [False, True]
    assert instance.table("regions")["tile_x"].isna().all()
    assert np.isnan(instance.table("orders")["from_year"].iloc[0])


def test_absent_table_is_empty_with_its_columns(instance):
    windows = instance.table("industries")
    assert len(windows) == 0 and windows["key"].dtype == bool and windows["greenness"].dtype == "float64"
    assert "industries" not in instance.table_names and "baseline" in instance.table_names


def test_nothing_changes_from_outside(instance):
    before = instance.hash
    mine = instance.table("budget")
    mine["central"] += 1
    mine.loc[0, "year"] = 7
    instance.parameters("floors")["least"] = 9
    instance.settings["steering"] = 9
    assert instance.table("budget")["central"].tolist() == [60, 61.25]
    assert instance.setting("steering") == 0.2 and instance.parameter("floors", "least") == 0.1
    assert instance.hash == before
    with pytest.raises(AttributeError):
        instance.name = "other"


def test_folder_and_workbook_are_the_same_instance(tmp_path):
    one = read(Sample().folder(tmp_path / "sample"), MECHANISMS)
    two = read(Sample().workbook(tmp_path / "sample.xlsx"), MECHANISMS)
    assert one.hash == two.hash and len(one.hash) == 64


def test_hash_sees_what_matters(tmp_path):
    first = read(Sample().folder(tmp_path / "a"), MECHANISMS).hash
    richer = Sample().put("budget", 2, "central", "60.000001")
    changed = {read(richer.folder(tmp_path / "b"), MECHANISMS).hash}
    sample = Sample()
    sample.settings["core.steering"] = 0.3
    changed.add(read(sample.folder(tmp_path / "c"), MECHANISMS).hash)
    sample = Sample()
    sample.settings["mechanisms.floors.on"] = False
    changed.add(read(sample.folder(tmp_path / "d"), MECHANISMS).hash)
    assert len(changed) == 3 and first not in changed
    sample = Sample()
    sample.tables["zones"] = [row[::-1] for row in sample.tables["zones"]]
    assert read(sample.folder(tmp_path / "e"), MECHANISMS).hash == first


def test_byte_order_mark_units_and_trailing_commas(tmp_path):
    path = Sample().folder(tmp_path / "sample")
    (path / "budget.csv").write_text("year,central [ Million ],\r\n2025,60,\r\n\r\n2026,61.25,\r\n",
                                     encoding="utf-8-sig")
    (path / "README.md").write_text("about")
    (path / ".hidden").write_text("x")
    assert read(path, MECHANISMS).table("budget")["central"].tolist() == [60, 61.25]


def test_pure_selection_of_bids_needs_no_baseline(tmp_path):
    """Tables that nothing refers to may be left out."""
    from planner.vocabulary import Column, Table
    from tests.instance.samples import stub
    bids = Table("bids", "bids", (Column("bid", "text", "its name", key=True),
                                  Column("region", "text", "where", refers="regions")))
    sample = Sample()
    sample.tables = {"bids": [["bid"], ["one"], ["two"]]}
    sample.settings = {key: value for key, value in sample.settings.items() if "floors" not in key}
    instance = read(sample.folder(tmp_path / "sample"), (stub("missions", tables=(bids,), check=None),))
    assert instance.table("bids")["region"].tolist() == ["", ""]


def test_regions_without_zones(tmp_path):
    sample = Sample()
    del sample.tables["zones"]
    sample.tables["regions"] = [[row[0], *row[2:]] for row in sample.tables["regions"]]
    assert read(sample.folder(tmp_path / "sample"), MECHANISMS).table("regions")["zone"].tolist() == ["", ""]


def test_gaps_of_a_limit_are_a_warning(tmp_path):
    sample = Sample()
    sample.tables["local_budget"] = [["region", "year", "local"], ["coast", "2025", "3"]]
    instance = read(sample.folder(tmp_path / "sample"), MECHANISMS)
    assert [str(warning) for warning in instance.warnings] == [
        "local_budget.csv: 3 pairs of region and year have no row (such as coast, 2026): there the budget "
        "counts "
        "as not limited. Add the rows if a limit was meant."]
    assert instance.warnings[0].severity == "warning"


def test_a_mistake_in_a_check_is_not_hidden(tmp_path):
    from tests.instance.samples import stub
    with pytest.raises(ZeroDivisionError):
        read(Sample().folder(tmp_path / "sample"), (stub(check=lambda data: 1 / 0),))


def test_two_tables_of_one_name_must_agree(tmp_path):
    from planner.vocabulary import Column, Table
    from tests.instance.samples import stub
    zones = Table("zones", "others", (Column("zone", "text", "x", key=True),))
    with pytest.raises(ValueError, match="zones is declared twice"):
        read(Sample().folder(tmp_path / "sample"), (stub(tables=(zones,)),))
