"""LP-guided dives: fix whole columns in batches, propagate, re-solve warm, step back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solvers.guide import Guide, Point
from solvers.highs import Answer
from solvers.hunt import Hunt
from solvers.lazy import Lazy
from solvers.outcome import Stop
from solvers.propagation import Propagator

WHOLE = 1e-6
STEPS_BACK, BELOW = 60, 8  # of a dive; of one that is only to better what is held


@dataclass
class Rule:
    """How a dive chooses: share of the fractional columns fixed per LP, up-rounding from, noise."""

    share: float = 0.25
    up_from: float = 0.5
    noise: float = 0.0

FOLLOW = Rule(share=0.3)  # after whole values found elsewhere


@dataclass
class Step:
    """A state of a dive before a batch was fixed: bounds, LP point, the first choice, batch size."""

    lower: np.ndarray
    upper: np.ndarray
    point: Point
    column: int
    value: float
    size: int


class Diver:
    """Dives on one live LP. Keeps the live model's integer bounds to itself."""

    def __init__(self, hunt: Hunt, live: Lazy, propagator: Propagator, rng: np.random.Generator):
        self.hunt, self.live, self.propagator, self.rng = hunt, live, propagator, rng
        self.columns = propagator.columns
        self.lower = hunt.matrix.lower[self.columns].copy()
        self.upper = hunt.matrix.upper[self.columns].copy()
        self.basis = None  # of the last solution offered

    def twin(self) -> Diver:
        """Another diver of the same hunt, with a live LP and random choices of its own."""
        rng = np.random.default_rng(self.rng.integers(2**31))
        made = Diver(self.hunt, self.live.twin(), self.propagator, rng)
        made.guide = self.guide  # it only reads the matrix
        return made

    def go_on_from(self, other: Diver) -> None:
        """Starts the next LP from the basis of another diver's last solution, where its rows are among this one's."""
        held = other.live.held
        if np.array_equal(self.live.held[:len(held)], held):
            self.basis = other.basis
            self.live.set_basis(other.basis)

    @cached_property
    def guide(self) -> Guide:
        """Made at the first dive: a diver that only completes needs none."""
        return Guide(self.hunt.matrix)

    def solve(self, lower: np.ndarray, upper: np.ndarray, cutoff: float | None = None) -> Answer:
        """The LP with these bounds on the whole columns."""
        self.live.set_bounds(self.columns, lower, upper)
        before = self.live.iterations
        answer = self.live.solve_lp(self.hunt.left, tick=self.hunt.tick, cutoff=cutoff)
        if answer.stop is Stop.FAILED:  # numerical trouble: once more without the basis
            self.live.forget()
            answer = self.live.solve_lp(self.hunt.left, tick=self.hunt.tick, cutoff=cutoff)
        self.hunt.iterations += self.live.iterations - before
        return answer

    def dive(self, answer: Answer, lower: np.ndarray, upper: np.ndarray, rule: Rule,
             cutoff: float | None = None, wanted: np.ndarray | None = None) -> bool:
        """Dives from an LP answer within bounds; True if a new incumbent was found.

        lower, upper  arrays over the whole columns (not changed); answer: the LP within them
        cutoff        objective that the dive must stay below; it then goes few steps back
        wanted        array over the whole columns: values found elsewhere, to which rounding leans; NaN where none

        A batch that leads to a contradiction is tried again smaller; a single column
        takes another value; where neither holds, the dive goes back one batch further.
        """
        lower, upper = lower.copy(), upper.copy()
        trail: list[Step] = []
        limit, back, point = len(self.columns), 0, self.guide.point(answer.x, wanted)
        while not self.hunt.over:
            x = point.x
            open_ = np.flatnonzero((np.abs(x - np.rint(x)) > WHOLE) & (lower < upper))
            if len(open_):
                order, values = self._order(point, open_, lower, upper, rule)
                size = max(1, min(limit, int(np.ceil(rule.share * len(order)))))
                trail.append(Step(lower.copy(), upper.copy(), point, int(order[0]), float(values[0]), size))
                if self.fix(order, values, size, lower, upper):
                    answer = self.solve(lower, upper, cutoff)
                    if answer.stop is Stop.OPTIMAL:
                        point, limit = self.guide.point(answer.x, wanted), 2 * size
                        continue
                    if answer.cut or answer.stop is not Stop.INFEASIBLE:
                        return False
            elif self.complete(np.rint(np.clip(x, lower, upper)), cutoff):
                return True
            while True:
                back += 1
                if not trail or back > (STEPS_BACK if cutoff is None else BELOW) or self.hunt.over:
                    return False
                step = trail.pop()
                lower[:], upper[:] = step.lower, step.upper
                if step.size > 1:
                    point, limit = step.point, max(1, step.size // 6)
                    break
                if not self._exclude(step, lower, upper):
                    continue
                answer = self.solve(lower, upper, cutoff)
                if answer.stop is Stop.OPTIMAL:
                    point, limit = self.guide.point(answer.x, wanted), max(limit, 1)
                    break
                if answer.cut or answer.stop is not Stop.INFEASIBLE:
                    return False
        return False

    def follow(self, answer: Answer, lower: np.ndarray, upper: np.ndarray, wanted: np.ndarray,
               cutoff: float | None = None) -> bool:
        """A dive that first takes over whole values found elsewhere; True if a new incumbent was found.

        As `dive` otherwise. The values nearest to the LP are fixed; where all of them together have no solution, half, at last
        none. The dive that follows leans to the rest.
        """
        apart = np.abs(wanted - answer.x[self.columns])
        order = np.argsort(apart, kind="stable")
        order = order[np.isfinite(wanted[order])]
        while not self.hunt.over:
            low, high = lower.copy(), upper.copy()
            if self.fix(order, np.clip(wanted[order], low[order], high[order]), len(order), low, high):
                within = self.solve(low, high, cutoff)
                if within.stop is Stop.OPTIMAL:
                    return self.dive(within, low, high, FOLLOW, cutoff, wanted)
            if not len(order):
                break
            order = order[:len(order) // 2]
        return False

    def settle(self, answer: Answer, lower: np.ndarray, upper: np.ndarray, first: np.ndarray, rule: Rule) -> Answer | None:
        """Fixes some whole columns (index array) as a dive does, in place; the LP then, or None on a contradiction."""
        while not self.hunt.over:
            x = answer.x[self.columns]
            open_ = first[(np.abs(x - np.rint(x))[first] > WHOLE) & (lower < upper)[first]]
            if not len(open_):
                values = np.clip(np.rint(x[first]), lower[first], upper[first])
                return answer if self.fix(first, values, len(first), lower, upper) else None
            order, values = self._order(self.guide.point(answer.x), open_, lower, upper, rule)
            if not self.fix(order, values, int(np.ceil(rule.share * len(order))), lower, upper):
                return None
            answer = self.solve(lower, upper)
            if answer.stop is not Stop.OPTIMAL:
                return None
        return None

    def _order(self, point: Point, open_, lower, upper, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
        """Fractional columns in the order of fixing, and the values meant for them.

        Those that one direction of rounding costs nothing take it, and come sooner.
        """
        x = np.clip(point.guide[open_], lower[open_], upper[open_])
        down, up = point.down[open_], point.up[open_]
        above = np.where(down == up, x - np.floor(x) >= rule.up_from, up)
        value = np.clip(np.floor(x) + above, lower[open_], upper[open_])
        score = np.where(down | up, 0.5, 1.0) * np.abs(value - x)
        if rule.noise:
            score = score + rule.noise * self.rng.random(len(open_))
        order = np.argsort(score, kind="stable")
        return open_[order], value[order]

    def fix(self, order, values, size: int, lower, upper) -> bool:
        """Fixes about `size` columns with what follows from them, in place; False on a contradiction."""
        chunk, at, done = max(1, size // 12), 0, 0
        while done < size and at < len(order):
            part = slice(at, at + chunk)
            at += chunk
            columns, wanted = order[part], values[part]
            open_ = lower[columns] < upper[columns]
            columns, wanted = columns[open_], wanted[open_]
            fits = (lower[columns] <= wanted) & (wanted <= upper[columns])
            columns, wanted = columns[fits], wanted[fits]
            if not len(columns):
                continue
            done += len(columns)
            held = lower.copy(), upper.copy()
            lower[columns] = upper[columns] = wanted
            if self.propagator.tighten(lower, upper):
                continue
            lower[:], upper[:] = held
            if size == 1 or not self._one_by_one(columns, wanted, lower, upper):
                return False
        return True

    def _one_by_one(self, columns, values, lower, upper) -> bool:
        """Fixes columns singly; a value that propagation excludes is taken out of the bounds."""
        for column, value in zip(columns.tolist(), values.tolist()):
            if lower[column] == upper[column] or not lower[column] <= value <= upper[column]:
                continue
            held = Step(lower.copy(), upper.copy(), Point(upper, upper, upper, upper), column, value, 1)
            lower[column] = upper[column] = value
            if not self.propagator.tighten(lower, upper):
                lower[:], upper[:] = held.lower, held.upper
                if not self._exclude(held, lower, upper):
                    return False
        return True

    def _exclude(self, step: Step, lower, upper) -> bool:
        """Takes the step's value out of its column's bounds; False where nothing is left."""
        column, value = step.column, step.value
        if value == upper[column] or (value != lower[column] and value > step.point.x[column]):
            upper[column] = value - 1
        else:
            lower[column] = value + 1
        return self.propagator.tighten(lower, upper)

    def complete(self, whole: np.ndarray, cutoff: float | None = None) -> bool:
        """Offers the best solution with these values of the whole columns, if there is one."""
        answer = self.solve(whole, whole, cutoff)
        return answer.stop is Stop.OPTIMAL and self.take(answer)

    def take(self, answer: Answer) -> bool:
        """Offers the last LP's solution, whose whole columns are whole; True if it is the new incumbent."""
        if not self.hunt.offer(answer.x, answer.duals):
            return False
        self.basis = self.live.basis()
        return True
