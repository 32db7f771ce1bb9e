"""A small instance for studies: tiny with three mechanisms, solved in some hundredths of a second."""

from pathlib import Path

import pytest

from planner.instance import write_folder
from tests.helpers import tiny


@pytest.fixture(scope="session")
def small():
    return tiny("basic_research", "innovation_chain", "regional_balance")


@pytest.fixture(scope="session")
def small_folder(small, tmp_path_factory):
    """The same as a folder."""
    return write_folder(small, tmp_path_factory.mktemp("instances") / "small")


@pytest.fixture(scope="session")
def alone(small):
    """The cases of test_engine, solved in this process."""
    from planner.studies import run
    from tests.studies.test_engine import CASES
    return run(small, CASES, jobs=1)


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Where the tasks of tests leave their traces."""
    monkeypatch.setenv("STUDY_LOG", str(tmp_path / "log"))
    return tmp_path / "log"


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    """Every test in this folder is marked `studies`: they solve much, and have a make target of their own."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.studies)
