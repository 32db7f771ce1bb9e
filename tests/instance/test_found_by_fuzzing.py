"""What the fuzzer found in instances, kept as tests (docs/robustness.md)."""

import pytest

from planner.instance import InvalidInstance
from tests.helpers import tiny


@pytest.mark.parametrize("change, place", [
    ({"regions[coast].population": 0}, "regions"),
    ({"baseline[*,*,*,*].spend": 0}, "baseline"),
])
def test_what_spend_is_divided_by_may_not_be_nothing(change, place):
    with pytest.raises(InvalidInstance) as told:
        tiny("regional_balance", set=change)
    assert any(place in str(problem) for problem in told.value.problems)
