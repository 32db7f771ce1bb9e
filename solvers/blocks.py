"""Independent blocks: parts of a model that share no row are solved on their own, exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from solvers.highs import Live
from solvers.hunt import Hunt
from solvers.matrix import Matrix
from solvers.outcome import Stop

NODES = 2000  # effort for one block; a harder one stays in the common search
MOST = 200    # blocks settled at most


def components(matrix: Matrix) -> np.ndarray:
    """Number of the independent block of each column; columns without rows have their own."""
    n = matrix.n_columns
    rows = matrix.rows
    graph = sparse.csr_matrix((np.ones(rows.nnz, np.int8), rows.indices, rows.indptr), rows.shape)
    joined = sparse.bmat([[None, graph.T], [graph, None]], format="csr")
    return connected_components(joined, directed=False)[1][:n] if rows.nnz else np.arange(n)


def part(matrix: Matrix, columns: np.ndarray) -> Matrix:
    """The model of some columns (index array) and the rows they stand in."""
    body = matrix.rows[:, columns]
    kept = np.diff(body.indptr) > 0
    return Matrix(matrix.cost[columns], 0.0, matrix.maximise, matrix.lower[columns], matrix.upper[columns],
                  matrix.integer[columns], body[kept], matrix.row_lower[kept], matrix.row_upper[kept])


def settle_blocks(hunt: Hunt, small: int) -> Stop | None:
    """Fixes the whole columns of small independent blocks at their optimum, in the hunt's matrix.

    small  nonzeros up to which a block is solved on its own
    What a block may be short of its optimum goes into `hunt.slack`, so that bounds
    stay valid. Returns Stop.INFEASIBLE where a block has no solution, else None.
    """
    matrix = hunt.matrix
    block = components(matrix)
    whole = np.flatnonzero(matrix.integer)
    names = np.unique(block[whole])
    if block.max(initial=0) == 0 or len(names) > MOST:
        return None
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    for name in names.tolist():
        columns = np.flatnonzero(block == name)
        model = part(matrix, columns)
        if hunt.over or model.nonzeros > small or len(columns) == matrix.n_columns:
            continue
        answer = Live(model).solve_mip(hunt.left, node_limit=NODES, tick=hunt.tick)
        hunt.iterations += answer.iterations
        if answer.stop is Stop.INFEASIBLE:
            return Stop.INFEASIBLE
        if answer.stop is Stop.OPTIMAL and answer.x is not None:
            fixed = columns[model.integer]
            lower[fixed] = upper[fixed] = np.rint(answer.x[model.integer])
            hunt.slack += max(answer.objective - answer.bound, 0.0)
    hunt.matrix = replace(matrix, lower=lower, upper=upper)
    return None
