"""Whole values that fit no more: the nearest that do, and cuts that no solution breaks."""

import numpy as np
import pytest

from solvers.highs import Live
from solvers.mending import cut, mend
from tests.solvers.models import block_angular, diver_of, model, plan_like


def test_only_what_the_proof_names_is_changed():
    """The start has two of the first five projects, four are now asked for, for which a budget column must pay."""
    rows = [[1.0] * 5 + [0.0] * 5 + [0.0], [-2.0] * 5 + [0.0] * 5 + [1.0], [0.0] * 5 + [1.0] * 5 + [0.0]]
    matrix = model(np.arange(1.0, 12), rows, [-np.inf, 0, -np.inf], [np.inf, 0, 2], upper=[1.0] * 10 + [10.0],
                   integer=[True] * 10 + [False], maximise=False)
    matrix.lower[10] = 8.0  # the money to be spent: four projects at two each
    diver = diver_of(matrix)
    wanted = np.array([1.0, 1, 0, 0, 0, 0, 0, 0, 1, 0])
    root = diver.live.solve_lp()
    assert mend(diver, wanted, root.x[:10])
    found = np.rint(diver.hunt.x[:10])
    assert matrix.violation(diver.hunt.x) <= 1e-9
    assert (found[5:] == wanted[5:]).all() and found[:5].sum() == 4 and (found[:2] == 1).all()


def test_what_fits_is_taken_as_it_is():
    matrix = plan_like(0)
    low = model(-matrix.cost, matrix.rows.toarray(), matrix.row_lower, matrix.row_upper, matrix.lower, matrix.upper,
                matrix.integer, maximise=False)
    best, diver = Live(low).solve_mip(), diver_of(low)
    assert mend(diver, np.rint(best.x[diver.columns]), best.x[diver.columns])
    assert diver.hunt.objective == pytest.approx(best.objective)


@pytest.mark.parametrize("seed", range(12))
def test_a_cut_excludes_what_was_asked_and_no_solution(seed):
    """Random whole values without a solution: the optimum, and every other solution found, keeps their cut."""
    matrix = block_angular(seed)
    rng, diver, cuts = np.random.default_rng(seed), diver_of(matrix), []
    for _ in range(40):
        values = np.rint(rng.uniform(diver.lower, np.minimum(diver.upper, 3.0)))
        answer = diver.solve(values, values)
        if answer.x is None and (found := cut(diver.live, diver.columns, values)) is not None:
            assert found[0] @ values < found[1]
            cuts.append(found)
    for aim in range(6):
        other = Live(model(rng.normal(size=matrix.n_columns) if aim else matrix.cost, matrix.rows.toarray(),
                           matrix.row_lower, matrix.row_upper, matrix.lower, matrix.upper, matrix.integer,
                           maximise=False)).solve_mip(10)
        for row, least in cuts:
            if other.x is not None:
                assert row @ np.rint(other.x[diver.columns]) >= least - 1e-6 * max(1.0, abs(least))
    CUTS.append(len(cuts))


CUTS: list[int] = []


def test_there_were_cuts():
    assert sum(CUTS) > 20


def test_what_has_no_solution_ends():
    matrix = model([1, 1, 1], [[1, 1, 1]], 3.5, np.inf, maximise=False)
    diver = diver_of(matrix)
    assert not mend(diver, np.zeros(3), np.zeros(3)) and diver.hunt.x is None
