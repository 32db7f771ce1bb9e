"""Optional: a near-optimal LP solution from an NVIDIA GPU, by the first-order method of the package cuopt.

Only for the first LP of models beyond simplex (`solvers.vast`), where prices near the optimum are all that is
wanted: the blocks prove the bound at any prices, and every solution is checked against the rows. Without the
package, or without a GPU, nothing changes. PDLP: Applegate et al., Advances in Neural Information Processing
Systems 34, 2021.
"""

from __future__ import annotations

import time

import numpy as np

from solvers.highs import Answer
from solvers.matrix import Matrix
from solvers.outcome import Stop

TOLERANCE = 1e-4  # relative: residuals and gap at which its answer counts as near the optimum


def solve_lp(matrix: Matrix, time_limit: float) -> Answer | None:
    """The LP relaxation of a minimisation matrix; None where there is no such package or GPU, or no answer.

    The answer's x and duals are near-optimal only, and it has no bound. Cannot be interrupted.
    """
    try:
        from cuopt.linear_programming import data_model, solver, solver_settings
    except Exception:  # noqa: BLE001 (its import also fails in ways of its own where there is no GPU)
        return None
    start, rows = time.perf_counter(), matrix.rows
    try:
        model, settings = data_model.DataModel(), solver_settings.SolverSettings()
        model.set_csr_constraint_matrix(
            rows.data, rows.indices.astype(np.int32), rows.indptr.astype(np.int32))
        model.set_constraint_lower_bounds(matrix.row_lower)
        model.set_constraint_upper_bounds(matrix.row_upper)
        model.set_variable_lower_bounds(matrix.lower)
        model.set_variable_upper_bounds(matrix.upper)
        model.set_objective_coefficients(matrix.cost)
        settings.set_optimality_tolerance(TOLERANCE)
        settings.set_parameter("time_limit", float(min(time_limit, 1e9)))
        found = solver.Solve(model, settings)
        x = np.asarray(found.get_primal_solution(), float)
        duals = np.asarray(found.get_dual_solution(), float)
    except Exception:  # noqa: BLE001 (no GPU, no memory on it, another version: the CPU does it)
        return None
    if x.shape != matrix.cost.shape or duals.shape != matrix.row_lower.shape or not (
            np.isfinite(x).all() and np.isfinite(duals).all()):
        return None
    x = np.clip(x, matrix.lower, matrix.upper)
    return Answer(Stop.OPTIMAL, x=x, objective=matrix.objective(x), duals=duals,
                  seconds=time.perf_counter() - start)
