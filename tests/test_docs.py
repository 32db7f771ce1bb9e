"""The committed manual is what the records say now."""

import pytest

from planner.report.manual import pages
from tests.helpers import ROOT


@pytest.mark.parametrize("name", sorted(pages()))
def test_pages_are_up_to_date(name):
    """After a change to a mechanism: make docs"""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages()[name]
