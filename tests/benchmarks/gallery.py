"""How long `explain` takes for each instance of the gallery, beside a normal solve of the mended instance.

    python -m tests.benchmarks.gallery [--write] [--flagship] [--time-limit SECONDS]

Seconds are of one machine and one run; compare them with each other only. The flagship's cases take an hour.
"""

from __future__ import annotations

import argparse
import time

from planner.explain import explain
from planner.solving import solve
from tests.benchmarks import page
from tests.explain.gallery import FLAGSHIP, TINY
from tests.helpers import ROOT


def measured(case, time_limit: float) -> list[str]:
    """A line of the table: what was planted, clauses, seconds to the first conflict, to the end, and of a solve."""
    instance, begin, named = case.make(), time.perf_counter(), []
    made = explain(instance, time_limit=time_limit, found=lambda so_far: named.append(time.perf_counter() - begin))
    took, sizes = time.perf_counter() - begin, [len(part.conflict.clauses) for part in made.conflicts]
    begin = time.perf_counter()
    if made.mended:
        solve(instance.with_overrides(made.words), time_limit=time_limit)
    normal = f"{time.perf_counter() - begin:.1f}" if made.mended else "–"
    line = [case.name, " + ".join(map(str, sizes)), f"{named[0]:.1f}", f"{took:.1f}", normal]
    print(" | ".join(line), flush=True)
    return line


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gallery")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--flagship", action="store_true")
    parser.add_argument("--time-limit", type=float, default=1800.0)
    args = parser.parse_args()
    lines = [measured(case, args.time_limit) for case in (FLAGSHIP if args.flagship else TINY)]
    text = page.table(["planted", "clauses (+ in the next conflict)", "first one named, s", "all named and mended, s",
                       "normal solve, s"], lines)
    if args.write:
        page.write("gallery-flagship" if args.flagship else "gallery", text, ROOT / "docs" / "explain.md")


if __name__ == "__main__":
    main()
