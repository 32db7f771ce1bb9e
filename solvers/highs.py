"""A live HiGHS model: passed once in bulk, changed in place, solved again from its last basis.

Every peculiarity of highspy is dealt with here and only here:
- the solver runs on a helper thread, so that Ctrl-C and ticks of the clock are
  seen while it computes, and no Python exception ever crosses its C++ frames;
- `time_limit` counts a model's whole run time, so each run adds to what was used;
- its thread pool is made once per calling thread; another thread count needs a reset;
- integrality is switched by uint8 arrays, statuses are mapped to `Stop`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

import highspy
import numpy as np
from scipy import sparse

from solvers.matrix import Matrix
from solvers.outcome import PROVEN, Stop, relative_gap

INFINITE = highspy.kHighsInf
INTERIOR_STEPS = 300  # of HiPO, which may go on for ever where there is no solution; optima took up to 90
_CALLS = highspy.cb.HighsCallbackType
_STATUS = highspy.HighsModelStatus
_STOPS = {
    _STATUS.kOptimal: Stop.OPTIMAL, _STATUS.kModelEmpty: Stop.OPTIMAL,
    _STATUS.kInfeasible: Stop.INFEASIBLE, _STATUS.kUnbounded: Stop.UNBOUNDED,
    _STATUS.kTimeLimit: Stop.TIME_LIMIT, _STATUS.kIterationLimit: Stop.TIME_LIMIT,
    _STATUS.kSolutionLimit: Stop.TIME_LIMIT, _STATUS.kInterrupt: Stop.INTERRUPTED,
    _STATUS.kHighsInterrupt: Stop.INTERRUPTED, _STATUS.kObjectiveBound: Stop.INFEASIBLE,
}
_HEARD = (_CALLS.kCallbackMipLogging, _CALLS.kCallbackMipImprovingSolution, _CALLS.kCallbackMipUserSolution,
          _CALLS.kCallbackMipInterrupt)  # its logging calls come late: bounds are also heard here
_ASKED = _CALLS.kCallbackMipInterrupt, _CALLS.kCallbackSimplexInterrupt, _CALLS.kCallbackIpmInterrupt
_local = threading.local()


class _Helper:
    """One helper thread per calling thread; remembers the size of its solver pool."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="highs")
        self.threads = 0

    def run(self, highs, threads: int):
        if self.threads not in (0, threads):
            highspy.Highs.resetGlobalScheduler(True)
        self.threads = threads
        return highs.run()


def _helper() -> _Helper:
    if not hasattr(_local, "helper"):
        _local.helper = _Helper()
    return _local.helper


class _Ear:
    """What HiGHS calls while it runs. It knows no model: HiGHS may hold on to it after a run, and would hold that too."""

    def __init__(self):
        self.hear, self.cancelled, self.error = None, False, None

    def __call__(self, kind, message, out, into, user):
        try:
            if kind in _HEARD:
                self.hear(kind, out, into)
            if self.cancelled and kind in _ASKED:
                into.user_interrupt = True
        except Exception as error:  # must not cross the solver's C++ frames
            self.error, self.cancelled = error, True


@dataclass
class Answer:
    """One run: how it stopped, and what is held (None where nothing is).

    x, reduced: arrays of n; duals: array of m (d objective / d side), for LPs only.
    bound: proven bound on the best objective. Objective and duals in the model's own sense.
    """

    stop: Stop
    x: np.ndarray | None = None
    objective: float | None = None
    bound: float | None = None
    duals: np.ndarray | None = None
    reduced: np.ndarray | None = None
    iterations: int = 0
    nodes: int = 0
    seconds: float = 0.0
    cut: bool = False  # an LP given up because it cannot beat the cutoff
    message: str = ""

    @property
    def status(self) -> str:
        """The words of `Outcome.status`; a stop is never taken for a solution."""
        if self.x is not None:
            return "optimal" if self.stop is Stop.OPTIMAL else "feasible"
        if self.stop in (Stop.INFEASIBLE, Stop.UNBOUNDED):
            return str(self.stop)
        return "failed" if self.stop is Stop.FAILED else "no_plan"


class Live:
    """A HiGHS model kept alive between solves.

    matrix    the model; its arrays are copied into HiGHS in one call
    options   HiGHS options by name, such as {"threads": 1, "random_seed": 3}
    Raises ValueError for arrays HiGHS does not take or an unknown option.
    """

    def __init__(self, matrix: Matrix, options: dict | None = None):
        matrix.check()
        start = time.perf_counter()
        self.matrix = matrix
        self.maximise = matrix.maximise
        self._highs = highs = highspy.Highs()
        self.threads = 1
        self._set("output_flag", False)
        self._set("threads", 1)
        for name, value in (options or {}).items():
            self._set(name, value)
        rows = matrix.rows if matrix.rows.has_sorted_indices else matrix.rows.sorted_indices()
        self.integers = np.flatnonzero(matrix.integer).astype(np.int32)
        sense = highspy.ObjSense.kMaximize if matrix.maximise else highspy.ObjSense.kMinimize
        status = highs.passModel(
            matrix.n_columns, matrix.n_rows, rows.nnz, int(highspy.MatrixFormat.kRowwise), int(sense),
            matrix.offset, matrix.cost, matrix.lower, matrix.upper, matrix.row_lower, matrix.row_upper,
            rows.indptr[:-1].astype(np.int32) if matrix.n_rows else np.zeros(1, np.int32),
            rows.indices.astype(np.int32), rows.data,
            matrix.integer.astype(np.int32))
        if status == highspy.HighsStatus.kError:
            raise ValueError("HiGHS does not take this model: are all bounds and numbers in range?")
        self.whole = True
        self.iterations = 0
        self._ear = _Ear()
        self.handover = time.perf_counter() - start

    # --- changing ----------------------------------------------------------------

    def set_bounds(self, columns, lower, upper) -> None:
        """New bounds of some columns: index array, and one number or array for each side."""
        columns = np.asarray(columns, np.int32)
        _ok(self._highs.changeColsBounds(len(columns), columns, _fill(lower, columns),
                                         _fill(upper, columns)), "bounds")

    def set_cost(self, cost, columns=None) -> None:
        """New costs of all columns, or of those named."""
        columns = np.arange(self.matrix.n_columns) if columns is None else columns
        columns = np.asarray(columns, np.int32)
        _ok(self._highs.changeColsCost(len(columns), columns, _fill(cost, columns)), "costs")

    def set_offset(self, offset: float) -> None:
        """New constant of the objective."""
        _ok(self._highs.changeObjectiveOffset(float(offset)), "offset")

    def set_row_bounds(self, rows, lower, upper) -> None:
        """New sides of some rows."""
        rows = np.asarray(rows, np.int32)
        _ok(self._highs.changeRowsBounds(len(rows), rows, _fill(lower, rows), _fill(upper, rows)),
            "row bounds")

    def change_coefficients(self, rows, columns, values) -> None:
        """New coefficients, one (row, column, value) each; HiGHS takes them singly."""
        for row, column, value in zip(np.asarray(rows).tolist(), np.asarray(columns).tolist(),
                                      np.broadcast_to(values, np.shape(rows)).tolist()):
            _ok(self._highs.changeCoeff(row, column, value), "coefficient")

    def add_rows(self, rows: sparse.csr_matrix, lower, upper) -> None:
        """Appends rows (cuts): k x n, and their sides."""
        rows = rows.tocsr()
        k = rows.shape[0]
        _ok(self._highs.addRows(k, np.asarray(lower, float), np.asarray(upper, float), rows.nnz,
                                rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32),
                                rows.data), "rows")

    def relax(self) -> None:
        """Switches wholeness off (LP relaxation); `restore` switches it on again."""
        self._wholeness(False)

    def restore(self) -> None:
        self._wholeness(True)

    def _wholeness(self, on: bool) -> None:
        if on != self.whole and len(self.integers):
            kind = highspy.HighsVarType.kInteger if on else highspy.HighsVarType.kContinuous
            _ok(self._highs.changeColsIntegrality(
                len(self.integers), self.integers, np.full(len(self.integers), int(kind), np.uint8)),
                "integrality")
        self.whole = on

    # --- solving -----------------------------------------------------------------

    def solve_lp(self, time_limit: float = np.inf, *, method: str = "simplex", presolve: bool = True,
                 tick: Callable[[], bool] | None = None, iteration_limit: int | None = None,
                 cutoff: float | None = None) -> Answer:
        """Solves the LP relaxation, from the last basis where there is one.

        method           simplex (dual), primal, ipm (interior point, then crossover), or interior (without
                         crossover: near the optimum, no vertex, no basis; its bound is none: see `lagrange`)
        tick             asked about five times a second; True interrupts
        iteration_limit  simplex iterations at most; reaching it counts as a time limit
        cutoff           give up once the optimum is proven worse (minimisation; `cut` then says so)
        Never raises for a model without solution: the answer's `stop` says so.
        """
        self.relax()
        self._set("solver", {"ipm": "ipm", "interior": "hipo"}.get(method, "simplex"))
        self._set("run_crossover", "off" if method == "interior" else "on")
        self._set("ipm_iteration_limit", INTERIOR_STEPS if method == "interior" else 2**31 - 1)
        # Also after a change of costs "dual" is the better word: HiGHS starts from the old basis
        # with its own mix (measured on 90,000 columns: 0.1 to 0.8 s against 1.4 to 45 s by primal).
        self._set("simplex_strategy", 4 if method == "primal" else 1)
        self._set("presolve", "choose" if presolve else "off")
        self._set("simplex_iteration_limit", 2**31 - 1 if iteration_limit is None else iteration_limit)
        self._set("objective_bound", INFINITE if cutoff is None else float(cutoff))
        types = [] if tick is None else [_CALLS.kCallbackSimplexInterrupt, _CALLS.kCallbackIpmInterrupt]
        seconds = self._run(time_limit, tick, types, lambda *_: None)
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        if status == _STATUS.kUnboundedOrInfeasible:
            return self._tell_apart(time_limit)
        counts = info.simplex_iteration_count, info.ipm_iteration_count, info.crossover_iteration_count
        answer = Answer(_STOPS.get(status, Stop.FAILED), cut=status == _STATUS.kObjectiveBound,
                        iterations=int(sum(max(count, 0) for count in counts)), seconds=seconds)
        self.iterations += answer.iterations
        if answer.stop is Stop.OPTIMAL:
            solution = self._highs.getSolution()
            answer.x = np.array(solution.col_value)
            answer.duals = np.array(solution.row_dual)
            answer.reduced = np.array(solution.col_dual)
            answer.objective = float(info.objective_function_value)
            answer.bound = None if method == "interior" else answer.objective
            if status == _STATUS.kModelEmpty:
                answer.x = np.clip(0.0, self.matrix.lower, self.matrix.upper)
                answer.objective = answer.bound = self.matrix.objective(answer.x)
        return answer

    def _tell_apart(self, time_limit: float) -> Answer:
        """Unbounded or infeasible? Without costs, only the second can happen."""
        cost = np.array(self._highs.getLp().col_cost_)
        self.set_cost(0.0)
        held = self.solve_lp(time_limit, presolve=False)
        self.set_cost(cost)
        return Answer(Stop.UNBOUNDED if held.stop is Stop.OPTIMAL else held.stop, seconds=held.seconds)

    def solve_mip(self, time_limit: float = np.inf, *, gap: float = 0.0, start: np.ndarray | None = None,
                  node_limit: int | None = None, cutoff: float | None = None,
                  callback: Callable[[dict], None] | None = None,
                  tick: Callable[[], bool] | None = None, absolute_gap: float | None = 1e-9,
                  offers: Callable[[], np.ndarray | None] | None = None) -> Answer:
        """Solves with whole numbers by HiGHS's branch and bound.

        gap       relative gap to stop at (told as Stop.GAP_LIMIT when optimality is not proven)
        start     a point of n numbers to begin from; HiGHS completes it by its whole columns
        callback  told {incumbent, bound, nodes, seconds, x} as they improve, on the solver's
                  thread; x is a new incumbent or None
        tick      asked about five times a second on the caller's thread; True interrupts
        absolute_gap  to stop at where `gap` is 0; None: HiGHS's own, as for other gaps
        offers    asked now and then, on the solver's thread, for a better solution, or None
        """
        if not len(self.integers):
            return self.solve_lp(time_limit, tick=tick)
        self.restore()
        self._set("solver", "choose")
        self._set("presolve", "choose")
        self._set("simplex_iteration_limit", 2**31 - 1)
        self._set("mip_rel_gap", float(gap))
        self._set("mip_abs_gap", 1e-6 if gap or absolute_gap is None else absolute_gap)
        self._set("mip_max_nodes", 2**31 - 1 if node_limit is None else int(node_limit))
        self._set("objective_bound", INFINITE if cutoff is None else float(cutoff))
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = np.asarray(start, float)
            self._highs.setSolution(solution)

        told = [None, None]

        def hear(kind, out, into):
            if kind == _CALLS.kCallbackMipUserSolution:
                x = offers()
                if x is not None:
                    into.setSolution(np.ascontiguousarray(x, float))
                return
            if kind == _CALLS.kCallbackMipInterrupt:  # often, and silent where nothing has changed
                if callback is None or told == [out.mip_primal_bound, out.mip_dual_bound]:
                    return
                told[:] = out.mip_primal_bound, out.mip_dual_bound
            new = kind == _CALLS.kCallbackMipImprovingSolution
            callback({"incumbent": _finite(out.objective_function_value if new else out.mip_primal_bound),
                      "bound": _finite(out.mip_dual_bound), "nodes": int(out.mip_node_count),
                      "seconds": float(out.running_time),
                      "x": np.array(out.mip_solution) if new else None})

        types = [_CALLS.kCallbackMipInterrupt, _CALLS.kCallbackSimplexInterrupt]
        if offers is not None:
            types.append(_CALLS.kCallbackMipUserSolution)
        if callback is not None:
            types += [_CALLS.kCallbackMipLogging, _CALLS.kCallbackMipImprovingSolution]
        seconds = self._run(time_limit, tick, types, hear)
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        self._set("objective_bound", INFINITE)
        if status == _STATUS.kUnboundedOrInfeasible:
            return self._tell_apart(time_limit)
        answer = Answer(_STOPS.get(status, Stop.FAILED), seconds=seconds,
                        iterations=int(max(info.simplex_iteration_count, 0)),
                        nodes=int(max(info.mip_node_count, 0)), bound=_finite(info.mip_dual_bound))
        self.iterations += answer.iterations
        if (info.primal_solution_status == highspy.kSolutionStatusFeasible
                and answer.stop is not Stop.UNBOUNDED):
            answer.x = np.array(self._highs.getSolution().col_value)
            answer.objective = float(info.objective_function_value)
            if answer.stop is Stop.OPTIMAL and relative_gap(answer.objective, answer.bound) > PROVEN:
                answer.stop = Stop.GAP_LIMIT
        return answer

    def dual_ray(self) -> np.ndarray | None:
        """After an LP proven infeasible: a multiplier per row, of which a contradiction is made; or None."""
        _, there, ray = self._highs.getDualRay()
        ray = np.array(ray)
        return ray if there and len(ray) and np.isfinite(ray).all() and ray.any() else None

    def interrupt(self) -> None:
        """Asks a run on another thread to stop soon; it keeps what it holds."""
        self._ear.cancelled = True

    def basis(self):
        """The last basis, for `set_basis`."""
        return self._highs.getBasis()

    def set_basis(self, basis) -> None:
        """Starts the next LP from a basis of this model, perhaps from before rows were added."""
        missing = self._highs.getNumRow() - len(basis.row_status)
        if missing:
            basis.row_status = basis.row_status + [highspy.HighsBasisStatus.kBasic] * missing
        self._highs.setBasis(basis)

    def basic(self) -> np.ndarray:
        """After an LP's optimum, what each place of its basis holds: a column j, or -1 - i for row i."""
        status, found = self._highs.getBasicVariables()
        _ok(status, "questions about a basis: none is held")
        return np.array(found, int)

    def basis_solve(self, side: np.ndarray, transposed: bool = False) -> np.ndarray:
        """z with B z = side (or B' z = side), B the basis matrix in the order of `basic`; a basic row is a unit column."""
        solve = self._highs.getBasisTransposeSolve if transposed else self._highs.getBasisSolve
        status, found = solve(np.ascontiguousarray(side, float))
        _ok(status, "questions about a basis: none is held")
        return np.array(found, float)

    def row_ranging(self) -> tuple[np.ndarray, np.ndarray]:
        """HiGHS's own right-side ranging: the sides between which every row's dual holds, arrays of m.

        It looks at every column too, which takes long on large models; `solvers.fixed` asks row by row.
        """
        status, found = self._highs.getRanging()
        _ok(status, "questions about ranges: no optimum is held")
        return np.array(found.row_bound_dn.value_), np.array(found.row_bound_up.value_)

    def forget(self) -> None:
        """Drops basis and solution: the next solve is a cold one."""
        self._highs.clearSolver()

    def tighten_tolerance(self) -> None:
        """Asks later solves for a primal feasibility of 1e-9 instead of 1e-7."""
        self._set("primal_feasibility_tolerance", 1e-9)

    def _run(self, time_limit: float, tick, types, hear) -> float:
        """Runs on the helper thread; returns seconds. KeyboardInterrupt is raised after the stop."""
        highs, start = self._highs, time.perf_counter()
        used = highs.getRunTime()
        self._set("time_limit", INFINITE if np.isinf(time_limit) else used + max(time_limit, 0.0))
        ear = self._ear
        ear.hear, ear.cancelled, ear.error = hear, False, None
        if types:
            highspy._Highs.setCallback(highs, ear, None)
            for kind in types:
                highs.startCallback(kind)
        try:
            helper = _helper()
            running = helper.pool.submit(helper.run, highs, self.threads)
            stopped = self._wait(running, tick)
        finally:
            for kind in types:
                highs.stopCallback(kind)
            if types:
                highspy._Highs.setCallback(highs, None, None)
            ear.hear = None
        if ear.error is not None:
            raise ear.error
        if stopped is not None:
            raise stopped
        return time.perf_counter() - start

    def _wait(self, running, tick) -> BaseException | None:
        """Waits for a run; an exception of the tick, or Ctrl-C, first stops the run."""
        pending = None
        while True:
            try:
                running.result(timeout=0.2 if tick is not None else 1.0)
                return pending
            except StillRunning:
                try:
                    if tick is not None and pending is None and tick():
                        self._ear.cancelled = True
                except BaseException as error:
                    pending, self._ear.cancelled = error, True
            except KeyboardInterrupt as error:
                pending, self._ear.cancelled = error, True

    def _set(self, name: str, value) -> None:
        if name == "threads":
            self.threads = int(value)
        if self._highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise ValueError(f"HiGHS does not take option {name} = {value!r}")


def _fill(values, like) -> np.ndarray:
    return np.ascontiguousarray(np.broadcast_to(np.asarray(values, float), like.shape))


def _finite(value: float) -> float | None:
    return float(value) if abs(value) < 1e29 else None


def _ok(status, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise ValueError(f"HiGHS does not take these {what}")


def write_file(matrix: Matrix, path: str | PathLike) -> None:
    """Writes a Matrix to an MPS or LP file; see `solvers.matrix.write_mps`."""
    highs = Live(matrix)._highs
    if highs.writeModel(str(path)) == highspy.HighsStatus.kError:
        raise OSError(f"{path} cannot be written")


def read_file(path: str | PathLike) -> Matrix:
    """Reads an MPS or LP file into a Matrix; see `solvers.matrix.read_mps`."""
    highs = highspy.Highs()
    highs.setOptionValue("log_to_console", False)
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        highs.setOptionValue("log_file", str(log))
        status = highs.readModel(str(path))
        highs.setOptionValue("log_file", "")
        said = log.read_text(errors="replace").splitlines() if log.exists() else []
    if status == highspy.HighsStatus.kError:
        raise ValueError(f"{path}: cannot be read as an MPS or LP file")
    # HiGHS reads on after such lines, and would solve another model than the file means.
    dropped = [line for line in said if "is not defined: ignored" in line or "has duplicate" in line]
    if dropped:
        raise ValueError(f"{path}: cannot be read as a whole: {dropped[0].removeprefix('WARNING: ')}")
    lp = highs.getLp()
    if highs.getHessianNumNz():
        raise ValueError(f"{path}: has a quadratic objective; only linear models are taken")
    kinds = lp.integrality_ or [highspy.HighsVarType.kContinuous] * lp.num_col_
    plain = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    if not all(kind in plain for kind in kinds):
        raise ValueError(f"{path}: has semi-continuous columns, which are not taken")
    body = lp.a_matrix_
    form = sparse.csc_matrix if body.format_ == highspy.MatrixFormat.kColwise else sparse.csr_matrix
    rows = form((np.array(body.value_, float), np.array(body.index_, np.int64),
                 np.array(body.start_, np.int64)), shape=(lp.num_row_, lp.num_col_)).tocsr()
    columns, names = list(lp.col_names_), list(lp.row_names_)
    return Matrix(
        cost=np.array(lp.col_cost_, float), offset=float(lp.offset_),
        maximise=lp.sense_ == highspy.ObjSense.kMaximize,
        lower=np.array(lp.col_lower_, float), upper=np.array(lp.col_upper_, float),
        integer=np.array([kind == highspy.HighsVarType.kInteger for kind in kinds], bool),
        rows=rows, row_lower=np.array(lp.row_lower_, float), row_upper=np.array(lp.row_upper_, float),
        column_name=(lambda j: columns[j]) if columns else "x{}".format,
        row_name=(lambda i: names[i]) if names else "r{}".format)
