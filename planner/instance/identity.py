"""What makes two instances the same: a hash over everything that shapes the plan."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd

from planner.instance.settings import Settings


def content_hash(settings: Settings, frames: dict[str, pd.DataFrame]) -> str:
    """sha256 over header, core settings, the mechanisms that are on, and the tables with rows.

    The order of rows counts (it orders the dimensions), the order of columns and
    the kind of file do not. Tables without rows and mechanisms that are off leave
    no trace, so that declaring new ones changes no instance's hash.
    """
    used = {"header": settings.header, "core": settings.core,
            "mechanisms": {name: part for name, part in settings.mechanisms.items() if part["on"]}}
    digest = hashlib.sha256(json.dumps(used, sort_keys=True, ensure_ascii=False).encode())
    for name in sorted(frames):
        frame = frames[name]
        digest.update(f"\0{name} {len(frame)}".encode())
        for column in sorted(frame.columns):
            values = frame[column]
            digest.update(f"\0{column}\0".encode())
            if values.dtype.kind in "fiub":
                digest.update(np.ascontiguousarray(_plain(values.to_numpy())).tobytes())
            else:
                digest.update(json.dumps(values.tolist(), ensure_ascii=False).encode())
    return digest.hexdigest()


def _plain(values: np.ndarray) -> np.ndarray:
    """One bit pattern for every NaN and for zero, little-endian."""
    if values.dtype.kind == "f":
        return np.where(np.isnan(values), np.nan, values + 0.0).astype("<f8")
    return values.astype("<i8" if values.dtype.kind in "iu" else "?")
