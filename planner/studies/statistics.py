"""What is told of sampled values: mean, spread, quantiles, the mean of the worst, and who dominates whom.

All goals are read as "more is better". CVaR_alpha is the mean of the worst 1 - alpha of the draws
(Rockafellar and Uryasev 2000, for a sample with equal weights; a draw at the edge counts in part).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
COLUMNS = ("mean", "deviation", "worst", *(f"q{100 * share:02.0f}" for share in QUANTILES), "best", "cvar")
SAME = 1e-9
"""Relative difference up to which two values count as one."""


def describe(values: np.ndarray, alpha: float = 0.9) -> dict[str, float]:
    """COLUMNS of one sample. Raises ValueError for an empty one or an alpha outside [0, 1)."""
    values = np.asarray(values, float)
    quantiles = np.quantile(values, QUANTILES)
    return dict(zip(COLUMNS, (
        values.mean(), values.std(ddof=1) if len(values) > 1 else 0.0, values.min(), *quantiles, values.max(),
        cvar(values, alpha))))


def cvar(values: np.ndarray, alpha: float = 0.9) -> float:
    """The mean of the worst (smallest) 1 - alpha of the values."""
    values = np.sort(np.asarray(values, float))
    if not len(values) or not 0 <= alpha < 1:
        raise ValueError(f"{len(values)} values, alpha={alpha}: some values and 0 <= alpha < 1 are needed")
    tail = (1 - alpha) * len(values)
    weight = np.clip(tail - np.arange(len(values)), 0.0, 1.0)
    return float(weight @ values / tail)


def regret(values: pd.DataFrame) -> pd.DataFrame:
    """By draw and plan: how far the plan is behind the best of that draw."""
    return values.rsub(values.max(axis=1), axis=0)


def share_best(values: pd.DataFrame) -> pd.Series:
    """Part of the draws in which each plan is best; a tie is shared."""
    top = values.max(axis=1).to_numpy()[:, None]
    best = values.to_numpy() >= top - SAME * np.abs(top)
    return pd.Series((best / best.sum(axis=1, keepdims=True)).mean(axis=0), index=values.columns)


def dominates_first_order(one: np.ndarray, other: np.ndarray) -> bool:
    """Is `one` first-order stochastically dominant: at no level more often below it, at some less often?

    For samples of one size that is: every order statistic at least as large, one larger.
    """
    one, other = np.sort(one), np.sort(other)
    room = SAME * np.maximum(np.abs(one), np.abs(other))
    return bool((one >= other - room).all() and (one > other + room).any())


def dominates(one: np.ndarray, other: np.ndarray) -> bool:
    """Pareto: nowhere worse, somewhere better; goals that either lacks do not count."""
    one, other = np.asarray(one, float), np.asarray(other, float)
    both = np.isfinite(one) & np.isfinite(other)
    if not both.any():
        return False
    room = SAME * np.maximum(np.abs(one[both]), np.abs(other[both]))
    gain = one[both] - other[both]
    return bool((gain >= -room).all() and (gain > room).any())
