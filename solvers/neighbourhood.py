"""Neighbourhood search on the live LP: free some whole columns, keep the rest, dive again."""

from __future__ import annotations

import numpy as np

from solvers.dive import Diver, Rule
from solvers.highs import Answer
from solvers.hunt import Hunt
from solvers.outcome import Stop

LEAST_GAIN = 0.01  # of the distance to the bound: what a neighbourhood must promise


def reduced_cost_bounds(hunt: Hunt, diver: Diver, root: Answer) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the whole columns that every better solution keeps (by root reduced costs)."""
    lower, upper = diver.lower.copy(), diver.upper.copy()
    if hunt.x is None:
        return lower, upper
    room = max(hunt.objective - root.objective, 0.0)
    cost, x = root.reduced[diver.columns], root.x[diver.columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.floor(room / np.abs(cost) + 1e-6)
        at_lower = (cost > 1e-7) & (np.abs(x - lower) < 1e-9)
        at_upper = (cost < -1e-7) & (np.abs(x - upper) < 1e-9)
        upper = np.where(at_lower, np.minimum(upper, lower + reach), upper)
        lower = np.where(at_upper, np.maximum(lower, upper - reach), lower)
    return lower, upper


class Neighbours:
    """Which whole columns meet in rows: for neighbourhoods that hang together."""

    def __init__(self, hunt: Hunt, diver: Diver):
        part = hunt.matrix.rows[:, diver.columns]
        part = part[np.diff(part.indptr) > 1]
        self.by_row, self.by_column = part.tocsr(), part.tocsc()

    def grow(self, seed: int, size: int, rng: np.random.Generator) -> np.ndarray:
        """At least `size` columns (if so many hang together) reached from a seed through rows."""
        chosen, edge = {seed}, [seed]
        while edge and len(chosen) < size:
            column = edge.pop(0)
            at = self.by_column.indptr
            rows = self.by_column.indices[at[column]:at[column + 1]]
            for row in rng.permutation(rows):
                start, end = self.by_row.indptr[row], self.by_row.indptr[row + 1]
                if end - start > 4 * size:
                    continue  # a row over nearly everything joins nothing in particular
                for other in self.by_row.indices[start:end].tolist():
                    if other not in chosen:
                        chosen.add(other)
                        edge.append(other)
                if len(chosen) >= size:
                    break
        return np.fromiter(chosen, dtype=np.int64)


def improve(hunt: Hunt, diver: Diver, root: Answer, settings) -> None:
    """Searches neighbourhoods until the gap is proven, they stall, or their share of time is used.

    With two threads, and where chance may decide (`race`), two searches at a time share what they find.
    """
    neighbours = Neighbours(hunt, diver)
    if settings.threads < 2 or not settings.race:
        return _improve(hunt, diver, root, settings, neighbours)
    with hunt.alongside(_improve, hunt, diver.twin(), root, settings, neighbours):
        _improve(hunt, diver, root, settings, neighbours)


def _improve(hunt: Hunt, diver: Diver, root: Answer, settings, neighbours: Neighbours) -> None:
    """One search of neighbourhoods on one live LP."""
    rng, ended = diver.rng, hunt.clock + settings.neighbourhood_share * hunt.left
    relaxed = root.x[diver.columns]
    count = len(relaxed)
    size, failed = max(20, count // 20), 0
    basis = diver.live.basis()
    for turn in range(settings.neighbourhoods):
        if hunt.tick() or failed >= settings.stall:
            return
        if settings.neighbourhood_share < 1 and hunt.clock > ended:
            return
        held = hunt.x[diver.columns]
        free = np.zeros(count, bool)
        apart = np.abs(relaxed - held)
        if turn % 2 == 0 and (apart > 1e-6).sum() > size // 4:
            weight = apart + 1e-9
            free[rng.choice(count, min(size, count), replace=False, p=weight / weight.sum())] = True
        else:
            weight = apart + 0.01
            free[neighbours.grow(int(rng.choice(count, p=weight / weight.sum())), size, rng)] = True
        low, high = reduced_cost_bounds(hunt, diver, root)
        lower = np.where(free, np.minimum(low, held), held)
        upper = np.where(free, np.maximum(high, held), held)
        cutoff = hunt.objective - LEAST_GAIN * max(hunt.objective - hunt.bound, 0.0)
        answer = diver.solve(lower, upper, cutoff)
        if answer.stop is not Stop.OPTIMAL or answer.objective >= cutoff:
            size, failed = min(int(size * 1.3) + 1, count), failed + 1  # nothing to win: look wider
            diver.live.set_basis(basis)
            continue
        rule = Rule(share=0.5, noise=0.05 if turn % 4 > 1 else 0.0)
        if diver.dive(answer, lower, upper, rule, cutoff=cutoff):
            failed, basis = 0, diver.live.basis()
        else:
            size, failed = max(int(size * 0.85), 10), failed + 1
            diver.live.set_basis(basis)
