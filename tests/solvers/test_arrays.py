"""Columns, Rows and Goal are Pyomo components: Pyomo's own solver sees the same model."""

import numpy as np
import pyomo.environ as pyo
import pytest

from solvers.algebra import Space, total
from solvers.arrays import Book, Columns, Goal, Rows

SPACE = Space({"item": tuple("abc"), "year": (1, 2)})


@pytest.fixture
def model():
    """A knapsack: whole items, one weight row a year, a floor on item c."""
    book, m = Book(), pyo.ConcreteModel()
    index = SPACE.index(item=None, year=None)
    m.take = Columns(book, index, upper=3, integer=True)
    weight = index.map("item", {"a": 3.0, "b": 4.0, "c": 5.0})
    m.limit = Rows(book, total(m.take, ("year",), weights=weight), upper=10)
    m.floor = Rows(book, total(m.take.where(item="c")), lower=1)
    value = index.map("item", {"a": 4.0, "b": 5.5, "c": 6.0})
    m.goal = Goal(book, total(m.take, (), weights=value) + 7.0)
    m.book = book
    return m


def test_nothing_is_made_until_somebody_looks(model):
    model.book.matrix()
    assert model.take._pending and model.limit._pending and model.goal._pending
    assert len(model.take) == 6 and not model.take._pending


def test_pyomo_counts_components(model):
    assert sum(1 for _ in model.component_data_objects(pyo.Var)) == 6
    assert sum(1 for _ in model.component_data_objects(pyo.Constraint, active=True)) == 3


def test_matrix_holds_the_model(model):
    matrix = model.book.matrix()
    assert matrix.rows.toarray().tolist() == [[3, 0, 4, 0, 5, 0], [0, 3, 0, 4, 0, 5], [0, 0, 0, 0, 1, 1]]
    assert matrix.row_upper.tolist() == [10, 10, np.inf] and matrix.row_lower[2] == 1
    assert matrix.offset == 7 and matrix.maximise and matrix.integer.all()
    assert matrix.column_name(3) == "take[b, 2]" and matrix.row_name(1) == "limit[2]"


def test_pyomos_own_solver_gets_the_hand_worked_optimum(model):
    """A year without c: two a and one b, 13.5. A year with c: two c, 12. Plus 7."""
    pyo.SolverFactory("appsi_highs").solve(model)
    assert pyo.value(model.goal[0]) == pytest.approx(13.5 + 12 + 7)


def test_our_search_gets_the_same(model):
    from solvers.search import solve
    assert solve(model.book.matrix(), gap=0.0).objective == pytest.approx(32.5)


def test_columns_say_which_member_of_the_block_dimension_they_are_in():
    """Also by a parent of a dimension of theirs; -1 without either; nothing where nobody asks."""
    space = Space({"region": ("north", "south"), "city": tuple("abc"), "year": (1, 2)},
                  {("city", "region"): {"a": "south", "b": "north", "c": "south"}})
    for block, told in (("region", [0, 1, 1, 1, 0, 0, 1, 1, -1, -1, -1]),
                        ("city", [-1, -1, 0, 0, 1, 1, 2, 2, -1, -1, -1]),
                        ("year", [-1, -1, 0, 1, 0, 1, 0, 1, 0, 1, -1])):
        book = Book(block=block)
        for index in (space.index(region=None), space.index(city=None, year=None), space.index(year=None),
                      space.index()):
            Columns(book, index)
        matrix = book.matrix()
        assert matrix.block.tolist() == told and matrix.block.dtype.kind == "i"
    assert Book(block="region").matrix().block.tolist() == []


def test_without_a_block_dimension_nothing_is_told(model):
    assert model.book.block is None and model.book.matrix().block is None
