"""The GPU path, with a stand-in for cuopt that solves by HiGHS what it is given: no GPU here."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from solvers import gpu, vast
from solvers.highs import Live
from solvers.hunt import Hunt
from solvers.matrix import Matrix
from tests.solvers.models import block_angular


class Model:
    """Keeps what each set_… call was given."""

    def __getattr__(self, name):
        if not name.startswith("set_"):
            raise AttributeError(name)
        return lambda *given: setattr(self, name.removeprefix("set_"), given if len(given) > 1 else given[0])


def stand_in(monkeypatch, change=lambda x, duals: (x, duals)):
    def solve(model, settings):
        data, indices, indptr = model.csr_constraint_matrix
        n = len(model.objective_coefficients)
        rows = sparse.csr_matrix((data, indices, indptr), (len(indptr) - 1, n))
        answer = Live(Matrix(model.objective_coefficients, 0.0, False, model.variable_lower_bounds,
                             model.variable_upper_bounds, np.zeros(n, bool), rows,
                             model.constraint_lower_bounds, model.constraint_upper_bounds)).solve_lp()
        assert settings.optimality_tolerance == gpu.TOLERANCE and settings.parameter[0] == "time_limit"
        x, duals = change(answer.x, answer.duals)
        calls.append(1)
        return SimpleNamespace(get_primal_solution=lambda: x, get_dual_solution=lambda: duals)

    calls = []
    package = ModuleType("cuopt.linear_programming")
    package.data_model = SimpleNamespace(DataModel=Model)
    package.solver = SimpleNamespace(Solve=solve)
    package.solver_settings = SimpleNamespace(SolverSettings=Model)
    monkeypatch.setitem(sys.modules, "cuopt", ModuleType("cuopt"))
    monkeypatch.setitem(sys.modules, "cuopt.linear_programming", package)
    return calls


@pytest.mark.parametrize("seed", range(5))
def test_the_model_arrives_whole(seed, monkeypatch):
    stand_in(monkeypatch)
    matrix = block_angular(seed)
    answer, ours = gpu.solve_lp(matrix, 9.0), Live(matrix).solve_lp()
    assert answer.objective == pytest.approx(ours.objective) and answer.bound is None
    assert np.allclose(answer.duals, ours.duals)


def test_without_the_package_there_is_no_answer():
    assert gpu.solve_lp(block_angular(0), 9.0) is None


@pytest.mark.parametrize("change", [lambda x, duals: (x[:0], duals), lambda x, duals: (x * np.nan, duals)])
def test_an_answer_that_is_none_is_not_taken(change, monkeypatch):
    stand_in(monkeypatch, change)
    assert gpu.solve_lp(block_angular(0), 9.0) is None


@pytest.mark.parametrize("wrong", [0.0, 0.3])
def test_a_search_with_its_prices_claims_nothing_false(wrong, monkeypatch):
    """Prices may be far off: the bound stays below the optimum, and the solution keeps every row."""
    calls = stand_in(monkeypatch, lambda x, duals: (x, duals * (1 + wrong)))
    matrix = block_angular(4, blocks=4)
    best = Live(matrix).solve_mip().objective
    from solvers.crew import Threads
    from solvers.profiles import load_profile
    hunt = Hunt(matrix, 1.0, 0.0, 20.0)
    vast.solve_vast(hunt, load_profile("balanced"), Threads(1), np.random.default_rng(0), lambda part, gap, beside: None)
    assert calls and hunt.bound <= best + 1e-6 <= hunt.objective + 2e-6 and matrix.violation(hunt.x) <= 1e-6
