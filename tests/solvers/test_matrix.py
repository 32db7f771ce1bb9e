"""The matrix: reading files, checking itself, measuring points."""

import numpy as np
import pytest

from solvers.matrix import read_mps
from tests.solvers.models import model

MPS = """NAME tiny
ROWS
 N goal
 L cap
 G floor
 E tie
COLUMNS
 M1 'MARKER' 'INTORG'
 a goal 3 cap 2
 a floor 1
 M2 'MARKER' 'INTEND'
 b goal 2 cap 1
 b tie 1
 c tie -1
RHS
 rhs cap 7 floor 1
 rhs goal -4
BOUNDS
 UP bnd a 3
 FR bnd c
ENDATA
"""


def test_reads_every_part_of_a_file(tmp_path):
    path = tmp_path / "tiny.mps"
    path.write_text(MPS)
    matrix = read_mps(path)
    assert (matrix.n_columns, matrix.n_rows, matrix.nonzeros) == (3, 3, 5)
    assert matrix.rows.toarray().tolist() == [[2, 1, 0], [1, 0, 0], [0, 1, -1]]
    assert matrix.cost.tolist() == [3, 2, 0] and matrix.offset == 4 and not matrix.maximise
    assert matrix.integer.tolist() == [True, False, False]
    assert matrix.lower.tolist() == [0, 0, -np.inf] and matrix.upper.tolist() == [3, np.inf, np.inf]
    assert matrix.row_lower.tolist() == [-np.inf, 1, 0] and matrix.row_upper.tolist() == [7, np.inf, 0]
    assert [matrix.column_name(1), matrix.row_name(2)] == ["b", "tie"]


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "broken.mps"
    path.write_text("ROWS\n N goal\nCOLUMNS\n a nowhere 1\nENDATA\n")
    with pytest.raises(ValueError, match="broken.mps: cannot be read"):
        read_mps(path)
    with pytest.raises(ValueError, match="absent.mps"):
        read_mps(tmp_path / "absent.mps")


def test_violation_counts_rows_bounds_and_wholeness():
    matrix = model([1, 1], [[1, 1]], 0, 1, integer=[True, False])
    assert matrix.violation(np.array([1.0, 0.0])) == 0
    assert matrix.violation(np.array([1.0, 0.25])) == 0.25
    assert matrix.violation(np.array([0.25, 0.0])) == 0.25
    assert matrix.violation(np.array([0.0, -0.5])) == 0.5
    assert matrix.violation(np.array([np.nan, 0.0])) == np.inf


def test_violation_is_relative_for_large_sides():
    matrix = model([1], [[1]], 0, 1000, upper=np.inf, integer=False)
    assert matrix.violation(np.array([1001.0])) == pytest.approx(1e-3)


def test_arrays_that_do_not_fit_are_named():
    matrix = model([1, 1], [[1, 1]], 0, 1)
    matrix.upper = np.ones(3)
    with pytest.raises(ValueError, match=r"upper has shape \(3,\), expected \(2,\)"):
        matrix.check()
    matrix = model([1, np.nan], [[1, 1]], 0, 1)
    with pytest.raises(ValueError, match=r"cost\[1\] is not a number"):
        matrix.check()


def test_further_rows_and_another_objective():
    more = [(np.array([1.0, -1.0]), 0.5)]
    matrix = model([1, 1], [[1, 1]], 0, 1).with_rows(more, np.array([2.0, 0.0]), 7.0)
    matrix.check()
    assert matrix.rows.toarray().tolist() == [[1, 1], [1, -1]]
    assert matrix.row_lower.tolist() == [0, 0.5] and matrix.row_upper.tolist() == [1, np.inf]
    assert matrix.objective(np.array([1.0, 1.0])) == 9
    assert [matrix.row_name(0), matrix.row_name(1)] == ["r0", "kept[0]"]


def test_relaxed_keeps_all_but_wholeness():
    matrix = model([1, 1], [[1, 1]], 0, 1)
    assert not matrix.relaxed().integer.any() and matrix.integer.all()
