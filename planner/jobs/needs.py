"""What a solve declares that it will use, so that the queue can tell what fits."""

from __future__ import annotations

SMALL_CELLS = 2_000
"""Cells times years up to which one core is enough: HiGHS alone solves such a model, on one thread."""
LARGE_CORES = 2
"""Threads of the profile `balanced`."""
BASE_MEMORY, CELL_MEMORY = 400, 0.012
"""MB of an empty worker, and per cell and year (rough: the flagship's 55,800 need about 1 GB)."""


def needs(instance) -> dict[str, int]:
    """cores and memory (MB) of one solve, estimated from the size of the instance."""
    size = len(instance.table("baseline")) * len(instance.years)
    return {"cores": 1 if size <= SMALL_CELLS else LARGE_CORES, "memory": round(BASE_MEMORY + CELL_MEMORY * size)}
