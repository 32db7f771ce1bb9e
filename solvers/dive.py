"""LP-guided dives: fix whole columns in batches, propagate, re-solve warm, step back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.highs import Answer, Live
from solvers.hunt import Hunt
from solvers.outcome import Stop
from solvers.propagation import Propagator

WHOLE = 1e-6


@dataclass
class Rule:
    """How a dive chooses: share of the fractional columns fixed per LP, up-rounding from, noise."""

    share: float = 0.25
    up_from: float = 0.5
    noise: float = 0.0
    steps_back: int = 60


class Diver:
    """Dives on one live LP. Keeps the live model's integer bounds to itself."""

    def __init__(self, hunt: Hunt, live: Live, propagator: Propagator, rng: np.random.Generator):
        self.hunt, self.live, self.propagator, self.rng = hunt, live, propagator, rng
        self.columns = propagator.columns
        self.lower = hunt.matrix.lower[self.columns].copy()
        self.upper = hunt.matrix.upper[self.columns].copy()
        self.lps = 0

    def solve(self, lower: np.ndarray, upper: np.ndarray, cutoff: float | None = None) -> Answer:
        """The LP with these bounds on the whole columns."""
        self.live.set_bounds(self.columns, lower, upper)
        self.lps += 1
        before = self.live.iterations
        answer = self.live.solve_lp(self.hunt.left, tick=self.hunt.tick, cutoff=cutoff)
        if answer.stop is Stop.FAILED:  # numerical trouble: once more without the basis
            self.live.forget()
            answer = self.live.solve_lp(self.hunt.left, tick=self.hunt.tick, cutoff=cutoff)
        self.hunt.iterations += self.live.iterations - before
        return answer

    def dive(self, answer: Answer, lower: np.ndarray, upper: np.ndarray, rule: Rule,
             cutoff: float | None = None, guide: np.ndarray | None = None) -> bool:
        """Dives from an LP answer within bounds; True if a new incumbent was found.

        lower, upper  arrays over the whole columns (changed); guide: values to lean to, or None
        """
        lower, upper = lower.copy(), upper.copy()
        trail: list[tuple[np.ndarray, np.ndarray, np.ndarray, int, float]] = []
        share, back = rule.share, 0
        while not self.hunt.over:
            x = answer.x[self.columns]
            away = np.abs(x - np.rint(x))
            open_ = np.flatnonzero((away > WHOLE) & (lower < upper))
            if not len(open_):
                if self._finish(x, cutoff):
                    return True
                if not trail:
                    return False
            else:
                first, value, batch = self._fix(x, open_, lower, upper, share, rule, guide)
                if first is not None:
                    trail.append((*batch, x, first, value))
                    found = self.solve(lower, upper, cutoff)
                    if found.stop is Stop.OPTIMAL:
                        answer, share = found, min(rule.share, share * 2)
                        continue
                    if found.cut or found.stop is not Stop.INFEASIBLE:
                        return False
            # Step back: undo the last batch, and take the opposite of what it fixed first if it was one.
            answer, stepped = self._step_back(trail, lower, upper, cutoff, share)
            back += 1
            if answer is None or back > rule.steps_back:
                return False
            share = stepped
        return False

    def _fix(self, x, open_, lower, upper, share, rule, guide):
        """Fixes a batch; returns (first column fixed, its value, bounds before) or first None."""
        before = (lower.copy(), upper.copy())
        fraction = x[open_] - np.floor(x[open_])
        up = fraction >= rule.up_from
        if guide is not None:
            up = np.where(guide[open_] > np.floor(x[open_]), fraction > 0.2, fraction > 0.8)
        value = np.floor(x[open_]) + up
        value = np.clip(value, lower[open_], upper[open_])
        score = np.abs(value - x[open_])
        if rule.noise:
            score = score + rule.noise * self.rng.random(len(open_))
        order = np.argsort(score, kind="stable")
        size = max(1, int(np.ceil(share * len(open_))))
        chunk = max(1, size // 12)
        done, first, aimed, at = 0, None, 0.0, 0
        while done < size and at < len(order):
            part = order[at:at + chunk]
            at += chunk
            part = part[lower[open_[part]] < upper[open_[part]]]
            if not len(part):
                continue
            done += self._try(open_[part], value[part], lower, upper)
            if first is None:
                first, aimed = int(open_[part[0]]), float(value[part[0]])
        if first is None or (lower > upper).any():
            lower[:], upper[:] = before
            return None, 0.0, before
        return first, aimed, before

    def _try(self, columns, values, lower, upper) -> int:
        """Fixes columns together, or one by one where they contradict; returns how many."""
        held = lower.copy(), upper.copy()
        lower[columns] = upper[columns] = values
        if self.propagator.tighten(lower, upper):
            return len(columns)
        lower[:], upper[:] = held
        done = 0
        for column, value in zip(columns.tolist(), values.tolist()):
            if not lower[column] <= value <= upper[column] or lower[column] == upper[column]:
                continue
            held = lower.copy(), upper.copy()
            lower[column] = upper[column] = value
            if not self.propagator.tighten(lower, upper):
                lower[:], upper[:] = held
                if lower[column] == value:
                    lower[column] += 1
                elif upper[column] == value:
                    upper[column] -= 1
                else:
                    continue
                if not self.propagator.tighten(lower, upper):
                    lower[:], upper[:] = held  # the LP will tell
                    continue
            done += 1
        return done

    def _step_back(self, trail, lower, upper, cutoff, share):
        """Undoes batches until an LP with a smaller or the opposite step holds.

        Returns (answer at the state stepped back to, share to go on with), or (None, 0).
        """
        while trail and not self.hunt.over:
            old_lower, old_upper, x, first, value = trail.pop()
            changed = int(((lower != old_lower) | (upper != old_upper)).sum())
            lower[:], upper[:] = old_lower, old_upper
            if changed > 1 and share > 1e-3:
                answer = Answer(Stop.OPTIMAL, x=self._whole(x))
                return answer, share / 8
            if value > old_lower[first]:
                upper[first] = value - 1 if value > x[first] else upper[first]
            if value < old_upper[first] and value <= x[first]:
                lower[first] = value + 1
            if self.propagator.tighten(lower, upper):
                answer = self.solve(lower, upper, cutoff)
                if answer.stop is Stop.OPTIMAL:
                    return answer, max(share, 1e-3)
                if answer.cut or answer.stop is not Stop.INFEASIBLE:
                    return None, 0.0
        return None, 0.0

    def _whole(self, x: np.ndarray) -> np.ndarray:
        """A full-length point that carries only the whole columns' values."""
        full = np.zeros(self.hunt.matrix.n_columns)
        full[self.columns] = x
        return full

    def _finish(self, x: np.ndarray, cutoff: float | None) -> bool:
        """Fixes every whole column, re-solves, and offers the solution."""
        return self.complete(np.rint(x), cutoff)

    def complete(self, whole: np.ndarray, cutoff: float | None = None) -> bool:
        """Offers the best solution with these values of the whole columns, if there is one."""
        answer = self.solve(whole, whole, cutoff)
        if answer.stop is not Stop.OPTIMAL:
            return False
        return self.hunt.offer(answer.x, answer.duals)
