"""A folder to work in: the tiny example and a small instance whose gap stays open for minutes."""

import shutil
from pathlib import Path

import pytest

import planner
from planner.generate import Size, generate
from planner.instance import write_folder

INSTANCES = Path(__file__).resolve().parents[2] / "instances"


@pytest.fixture(scope="session")
def long_instance(tmp_path_factory):
    """Solved to a gap of 0 it takes far longer than any test waits."""
    donor = planner.load(INSTANCES / "china-2022")
    made = generate(donor, Size(regions=5, industries=6, categories=3, years=3), "long")
    return write_folder(made, tmp_path_factory.mktemp("made") / "long")


@pytest.fixture
def folder(tmp_path, long_instance):
    """A workspace with the instances tiny, split and long."""
    (tmp_path / "instances").mkdir()
    for source in (INSTANCES / "tiny", INSTANCES / "split", long_instance):
        shutil.copytree(source, tmp_path / "instances" / source.name)
    return tmp_path
