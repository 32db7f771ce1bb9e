"""Which groups of rows cannot hold together: an irreducible infeasible subset, found from coarse to fine.

Some rows of a model are candidates; the others, and all bounds, always hold. A conflict is a set of
candidates that has no solution together with these. It is irreducible when every one of its groups is
needed: without it the rest has a solution.

An oracle says whether a set of candidates is infeasible: by bounds alone (`ByBounds`), by a live LP
(`ByLP`), or with whole numbers (`ByMip`). `shrink` filters by deletion (Chinneck and Dravnieks, 1991),
in chunks that double while they go and halve when they do not (as the divisions of QuickXplain do,
Junker, 2004), and over a hierarchy: families of rows first, then their parts. A Farkas ray of an
infeasible LP cuts the candidates to the rows it uses, at once (Gleeson and Ryan, 1990); a solution
of one set proves all sets feasible whose rows it meets. Only what is proven is used: a test that
ends by time keeps its candidates, and the answer says that it may not be smallest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from solvers.highs import Live
from solvers.intervals import tighten
from solvers.matrix import Matrix, beyond
from solvers.outcome import Stop

USED = 1e-9  # of a ray's largest multiplier: rows from here on count as used by it
HELD = 1e-7  # a solution meets a row to this, relative to max(1, |side|)


@dataclass
class Verdict:
    """infeasible: True or False when proven, None when not. core: mask of a proven infeasible subset."""

    infeasible: bool | None
    core: np.ndarray | None = None
    x: np.ndarray | None = None


@dataclass
class Conflict:
    """Candidates (positions) that cannot hold together.

    kept      positions, proven infeasible together with the rows that always hold
    smallest  every group is proven to be needed
    unproven  groups (paths) whose need was not proven, for want of time
    tests     how many sets were tried
    """

    kept: np.ndarray
    smallest: bool
    unproven: list[tuple] = field(default_factory=list)
    tests: int = 0
    seconds: float = 0.0


class Oracle:
    """Says whether the rows that always hold and some candidates are infeasible together.

    matrix      the model; its objective is left aside
    candidates  numbers of the candidate rows
    limit       seconds for one test
    stop        asked now and then; True ends a test without a proof
    """

    def __init__(self, matrix: Matrix, candidates: np.ndarray, limit: float = np.inf,
                 stop: Callable[[], bool] | None = None):
        self.matrix = replace(matrix, cost=np.zeros(matrix.n_columns), offset=0.0, maximise=False, lazy=None)
        self.candidates, self.limit, self.stop = np.asarray(candidates, int), limit, stop
        self.always = np.setdiff1d(np.arange(matrix.n_rows), self.candidates)
        self.tests, self._met = 0, []

    def __call__(self, kept: np.ndarray) -> Verdict:
        """kept: mask over the candidates."""
        for met, x in self._met:
            if met[kept].all():
                return Verdict(False, x=x)
        self.tests += 1
        verdict = self.test(kept)
        if verdict.x is not None and verdict.infeasible is False:
            rows, x = self.candidates, verdict.x
            met = beyond(self.matrix.rows[rows] @ x, self.matrix.row_lower[rows],
                         self.matrix.row_upper[rows]) <= HELD
            self._met = [*self._met[-30:], (met, x)]
        return verdict

    def test(self, kept: np.ndarray) -> Verdict:
        raise NotImplementedError

    def part(self, kept: np.ndarray) -> tuple[Matrix, np.ndarray]:
        """The model with the rows that always hold and those kept, and their numbers."""
        rows = np.sort(np.concatenate((self.always, self.candidates[kept])))
        return self.matrix.with_only(rows), rows

    def mask(self, rows) -> np.ndarray:
        """Mask of the candidates that stand among some rows."""
        return np.isin(self.candidates, rows)


class ByBounds(Oracle):
    """By bounds alone: proves infeasible, never feasible."""

    def test(self, kept):
        part, rows = self.part(kept)
        found = tighten(part).contradiction
        if found is None:
            return Verdict(None)
        return Verdict(True, self.mask(rows[found.rows]) & kept)


class ByLP(Oracle):
    """By a live LP without costs: rows not kept lose their sides, and the last basis goes on."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.live = Live(self.matrix.relaxed())
        self._free = np.zeros(len(self.candidates), bool)
        self._started = False

    def test(self, kept):
        change = np.flatnonzero(kept == self._free)
        rows, on = self.candidates[change], kept[change]
        self.live.set_row_bounds(rows, np.where(on, self.matrix.row_lower[rows], -np.inf),
                                 np.where(on, self.matrix.row_upper[rows], np.inf))
        self._free = ~kept
        answer = self.live.solve_lp(self.limit, presolve=not self._started, tick=self.stop)
        self._started = True
        if answer.stop is Stop.OPTIMAL:
            return Verdict(False, x=answer.x)
        if answer.stop is not Stop.INFEASIBLE:
            return Verdict(None)
        ray = self.live.dual_ray()
        if ray is None:
            return Verdict(True, kept)
        used = np.abs(ray[self.candidates]) > USED * np.abs(ray).max()
        return Verdict(True, used & kept)


class ByMip(Oracle):
    """With whole numbers, by branch and bound on the rows kept; `search` may find solutions its own way."""

    def __init__(self, *args, search: Callable[[Matrix, float], object] | None = None, **options):
        super().__init__(*args, **options)
        self.search = search

    def test(self, kept):
        part, _ = self.part(kept)
        if self.search is not None:
            answer = self.search(part, self.limit)
        else:
            answer = Live(part).solve_mip(self.limit, tick=self.stop)
        if answer.x is not None:
            return Verdict(False, x=answer.x)
        return Verdict(True, kept) if answer.stop is Stop.INFEASIBLE else Verdict(None)


def shrink(oracle: Oracle, paths: Sequence[tuple], start: np.ndarray | None = None, *,
           time_limit: float = np.inf, tell: Callable[[dict], None] | None = None,
           stop: Callable[[], bool] | None = None, trusted: bool = False) -> Conflict | None:
    """An irreducible conflict among candidates, or None when they are not proven infeasible.

    paths       per candidate, names from coarse to fine, all of one length: candidates of one path are one
                group, and families of a common beginning are tried before their parts
    start       mask of the candidates to begin from (default: all)
    tell        told {groups, tests, seconds} whenever the conflict got smaller or a test was made
    stop        True ends the search; the conflict is then the smallest proven so far
    trusted     the start is known to be infeasible: not tested again
    A ray's core counts only when a test of its own confirms it.
    """
    begin = time.perf_counter()
    kept = np.ones(len(paths), bool) if start is None else start.copy()
    done, unproven = np.zeros(len(paths), bool), np.zeros(len(paths), bool)

    def told():
        if tell is not None:
            tell({"groups": len({paths[i] for i in np.flatnonzero(kept)}), "tests": oracle.tests,
                  "seconds": time.perf_counter() - begin})

    def over() -> bool:
        return time.perf_counter() - begin > time_limit or stop is not None and stop()

    def tried(mask) -> Verdict:
        if over():
            return Verdict(None)
        oracle.limit = min(oracle.limit, max(time_limit - (time.perf_counter() - begin), 0.0))
        verdict = oracle(mask)
        if verdict.infeasible and not np.array_equal(verdict.core, mask):
            again = oracle(verdict.core)
            if not again.infeasible:
                return Verdict(True, mask)
            return Verdict(True, again.core if oracle(again.core).infeasible else verdict.core)
        return verdict

    if not trusted:
        first = tried(kept)
        if not first.infeasible:
            return None
        kept = first.core
    told()
    for depth in range(1, len(paths[0]) + 1 if len(paths) else 1):
        families: dict[tuple, list[int]] = {}
        for i in np.flatnonzero(kept):
            families.setdefault(paths[i][:depth], []).append(i)
        pending = [np.array(part) for part in sorted(families.values(), key=len, reverse=True)
                   if not done[part].all()]
        size = 1 if len(pending) < 6 else len(pending) // 2
        while pending:
            if over():
                unproven[np.concatenate(pending)] = True
                break
            chunk = np.concatenate(pending[:size])
            rest = kept.copy()
            rest[chunk] = False
            verdict = tried(rest)
            if verdict.infeasible:
                kept = verdict.core
                pending = [part for part in pending[size:] if kept[part].any()]
                size = min(2 * size, max(len(pending), 1))
            elif size > 1 and len(pending) > 1:
                size = max(min(size, len(pending)) // 2, 1)
            else:
                if verdict.infeasible is None:
                    unproven[chunk] = True
                elif len({paths[i] for i in chunk if kept[i]}) == 1:
                    done[chunk] = True
                pending = pending[1:]
            told()
    doubtful = sorted({paths[i] for i in np.flatnonzero(kept & unproven & ~done)})
    return Conflict(np.flatnonzero(kept), not doubtful, doubtful, oracle.tests, time.perf_counter() - begin)
