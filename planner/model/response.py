"""Diminishing returns: the value of money in a cell, and its piecewise-linear form.

V(f) = A b phi(f / b), b the baseline spend, phi(1) = 1 (formulation, section 2).
Shapes: power phi = v^e (iso-elastic), log, hill (saturating), and threshold
(S-shaped: critical mass first). Chords under-state a concave curve; the chords
are lifted by half of the largest error, which makes the error two-sided and
lets one segment cover about twice the ratio. The common lift changes no slope
ratio inside a curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np


def phi(shape: str, parameter: float, ratio):
    """The normalised response at spend / baseline; phi(1) = 1, phi(0) = 0."""
    v = np.asarray(ratio, dtype=float)
    if shape == "power":
        return v ** parameter
    if shape == "log":
        return np.log1p(parameter * v) / np.log1p(parameter)
    if shape == "hill":
        return v * (1 + parameter) / (v + parameter)
    if shape == "threshold":
        return 2 * v ** parameter / (1 + v ** parameter)
    raise ValueError(f"unknown response shape {shape!r}")


@dataclass(frozen=True)
class Pieces:
    """Breakpoints (ratios, from 0), lifted values there, and the error reached.

    error: largest relative error between the lowest ratio covered and the highest.
    """

    ratio: np.ndarray
    value: np.ndarray
    error: float

    @property
    def width(self) -> np.ndarray:
        return np.diff(self.ratio)

    @property
    def slope(self) -> np.ndarray:
        return np.diff(self.value) / np.diff(self.ratio)

    @property
    def concave(self) -> bool:
        return bool(np.all(np.diff(self.slope) <= 1e-9))

    def __call__(self, ratio) -> np.ndarray:
        return np.interp(ratio, self.ratio, self.value)


def _chord_error(shape, parameter, low, high) -> float:
    """Largest relative distance of the curve from its chord on [low, high]."""
    v = np.linspace(low, high, 65)[1:-1]
    curve = phi(shape, parameter, v)
    ends = phi(shape, parameter, np.array([low, high]))
    return float(np.max(np.abs(np.interp(v, [low, high], ends) / curve - 1)))


@lru_cache(maxsize=256)
def pieces(shape: str, parameter: float, tolerance: float, low: float, high: float) -> Pieces:
    """The fewest equal-error segments whose relative error is at most `tolerance`
    between the ratios `low` and `high`; one more segment joins 0 to `low`.

    Raises ValueError for an unknown shape.
    """
    one_sided = 2 * tolerance / (1 + tolerance) if shape != "threshold" else tolerance
    points = [low]
    while points[-1] < high:
        start, stop = points[-1], high
        if _chord_error(shape, parameter, start, stop) > one_sided:
            inside, outside = start, stop
            while outside - inside > 1e-6 * start:
                middle = (inside + outside) / 2
                if _chord_error(shape, parameter, start, middle) > one_sided:
                    outside = middle
                else:
                    inside = middle
            stop = inside
        points.append(stop)
    ratio = np.array(points)
    worst = max((_chord_error(shape, parameter, a, b) for a, b in zip(ratio, ratio[1:])), default=0.0)
    lift = 1.0 if shape == "threshold" else 1 / (1 - worst / 2)
    value = np.concatenate(([0.0], phi(shape, parameter, ratio) * lift))
    error = worst if shape == "threshold" else worst / (2 - worst)
    return Pieces(np.concatenate(([0.0], ratio)), value, error)
