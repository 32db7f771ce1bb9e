"""Rows of compliance: what a rule requires, what a plan reaches, by clause.

Mechanisms return these from `measure`; they are the report sheet and the audit
at once. A row is kept when `slack >= -tolerance * scale`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ["rule", "where", "year", "sense", "reached", "required", "unit"]
TOLERANCE = 1e-6
"""Relative tolerance of the audit."""


def rule(name: str, frame: pd.DataFrame, required, reached, sense: str, unit: str = "money",
         scale=None, domain: bool = False) -> pd.DataFrame:
    """Compliance rows of one rule.

    name      the rule's name, the same as in `Block.require`
    frame     label columns (zone, year, ...), one row per clause; other columns
              are not allowed
    required, reached  right and left side: numbers or arrays as long as the frame
    sense     '>=', '<=' or '=='
    scale     what the tolerance is relative to (default: the larger side, at least 1)
    domain    what a decision may be at all (not negative, whole): never told as binding
    Returns columns rule, where, year, sense, reached, required, unit, slack, scale, domain.
    slack is signed: below 0 the rule is broken; for '==' it is minus the distance.
    """
    out = pd.DataFrame({
        "rule": name, "where": places(frame),
        "year": frame["year"].to_numpy() if "year" in frame else 0, "sense": sense,
        "reached": np.broadcast_to(np.asarray(reached, float), (len(frame),)),
        "required": np.broadcast_to(np.asarray(required, float), (len(frame),)), "unit": unit})
    gap = out["reached"] - out["required"]
    out["slack"] = gap if sense == ">=" else -gap if sense == "<=" else -gap.abs()
    size = np.maximum(out["reached"].abs(), out["required"].abs().replace(np.inf, 0))
    out["scale"] = np.maximum(size if scale is None else scale, 1.0)
    out["domain"] = domain
    return out[np.isfinite(out["required"])].reset_index(drop=True)


def places(frame: pd.DataFrame) -> np.ndarray:
    """The labels of each row but its year, as one text: 'west, basic'; objects, '' where there is no label."""
    labels = [frame[column].tolist() for column in frame.columns if column != "year"]
    texts = [", ".join(map(str, row)) for row in zip(*labels, strict=True)] if labels else [""] * len(frame)
    return np.array(texts, dtype=object)


def worst(rows_of: pd.DataFrame, slack, by: list[str]) -> np.ndarray:
    """The row of least slack in each group: what a rule over every cell is told by.

    rows_of  frame of labels, one row per cell; slack  one number per row
    Returns a mask of those rows.
    """
    slack = pd.Series(np.asarray(slack, float), index=rows_of.index)
    picked = slack.groupby([rows_of[column] for column in by]).idxmin()
    return rows_of.index.isin(picked)


def read_at(series: pd.Series, keys: pd.DataFrame, default: float = 0.0) -> np.ndarray:
    """A series indexed by labels, read at the rows of a frame of labels; `default` where there is nothing."""
    index = pd.MultiIndex.from_frame(keys) if keys.shape[1] > 1 else pd.Index(keys.iloc[:, 0])
    return series.reindex(index).fillna(default).to_numpy(float)


def sum_at(frame: pd.DataFrame, value: str, keys: pd.DataFrame) -> np.ndarray:
    """A column summed by the labels of `keys` and read at its rows; 0 where there is nothing."""
    if frame.empty:
        return np.zeros(len(keys))
    return read_at(frame.groupby(list(keys.columns))[value].sum(), keys)


def together(*parts: pd.DataFrame) -> pd.DataFrame:
    """Several rules' rows, one after the other; an empty frame when there are none."""
    parts = [part for part in parts if part is not None and len(part)]
    if not parts:
        return pd.DataFrame(columns=COLUMNS + ["slack", "scale", "domain"])
    return pd.concat(parts, ignore_index=True)


def broken(rows: pd.DataFrame, relief=0.0, tolerance: float = TOLERANCE) -> pd.Series:
    """True for each row that is broken by more than its relief and the tolerance."""
    return rows["slack"] + relief < -tolerance * rows["scale"]
