"""Linear algebra over labels against plain loops."""

import numpy as np
import pytest

from solvers.algebra import Linear, Space, total

SPACE = Space({"region": ("a", "b", "c"), "zone": ("east", "west"), "year": (2023, 2024, 2025)},
              {("region", "zone"): {"a": "east", "b": "west", "c": "east"}})
X = np.arange(9.0) + 1  # column j has the value j + 1


def plain() -> Linear:
    """One column per (region, year), in order."""
    rows = np.arange(9)
    return Linear(SPACE.index(region=None, year=None), rows, rows, np.ones(9))


def table(linear) -> dict:
    return dict(zip(linear.index.frame().itertuples(index=False, name=None), linear.value(X)))


def test_total_over_a_parent():
    assert table(total(plain(), ("zone", "year"))) == {
        ("east", 2023): 8, ("east", 2024): 10, ("east", 2025): 12,
        ("west", 2023): 4, ("west", 2024): 5, ("west", 2025): 6}


def test_total_with_weights_and_constants():
    weighted = total(plain() + 1.0, ("region",), weights=np.arange(9.0))
    assert table(weighted) == {("a",): 0 + 3 + 8, ("b",): 15 + 24 + 35, ("c",): 48 + 63 + 80}


def test_total_of_everything_has_one_row():
    assert total(plain()).value(X).tolist() == [45.0]


def test_where_takes_labels_and_parents():
    assert table(plain().where(zone="west", year=[2023, 2025])) == {("b", 2023): 4, ("b", 2025): 6}


def test_on_broadcasts_and_fills_with_zero():
    by_year = total(plain(), ("year",)).where(year=[2024])
    wide = by_year.on(SPACE.index(region=["c", "a"], year=[2024, 2025]))
    assert table(wide) == {("c", 2024): 15, ("c", 2025): 0, ("a", 2024): 15, ("a", 2025): 0}


def test_shift_looks_back():
    assert table(plain().where(region="a").shift("year", 1)) == {("a", 2024): 1, ("a", 2025): 2}


def test_sums_need_the_same_rows():
    with pytest.raises(ValueError, match="rows differ"):
        plain() + total(plain(), ("year",))


def test_arithmetic():
    x = plain()
    both = (2 * x - np.arange(9.0) * x + 5 - x / 2).value(X)
    assert both == pytest.approx(2 * X - np.arange(9.0) * X + 5 - X / 2)


def test_unknown_label_is_named():
    with pytest.raises(KeyError, match="'d' is no member of region"):
        plain().where(region="d")


def test_sparse_keys_group_like_dense_ones():
    """Many more possible keys than rows takes the other branch of total."""
    wide = Space({"one": tuple(range(500)), "two": tuple(range(500))})
    index = wide.index(one=[3, 499], two=[7, 8])
    linear = Linear(index, np.arange(4), np.arange(4), np.ones(4))
    assert table(total(linear, ("two", "one"))) == {(7, 3): 1, (7, 499): 3, (8, 3): 2, (8, 499): 4}
