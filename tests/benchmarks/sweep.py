"""A sweep against cold solves of the same scenarios, on the same cores.

    make bench-sweep                        written into docs/performance.md (half an hour)
    python -m tests.benchmarks.sweep [--write] [--regions N] [--side N] [--sample N]

The instance is one of `planner generate`; the sweep is `planner sweep` over side x side values, timed as a command
from start to exit. Of the cold `planner solve` runs a sample, spread evenly over the grid, is timed one after the
other, each from start to exit; all of them are taken to cost as much as the sample on average.
Seconds are of one machine and one run; compare them with each other only.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks import page

FLOORS, FACTORS = (0.06, 0.105), (0.95, 1.04)
"""From and to, of the floor of basic research and of the factor on the central budget."""


def planner(*words: str) -> np.ndarray:
    """Runs a command of the planner; its seconds by the clock and of processor time, with those it started.

    Raises CalledProcessError.
    """
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "planner", *words], check=True, capture_output=True)
    took, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return np.array([took, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime])


def cold(instance: str, case: str, out: Path) -> tuple[np.ndarray, float, float]:
    """(seconds as `planner` tells them, objective, gap) of one `planner solve`; the objective before any rounding to units."""
    took = planner("solve", instance, *(f"--set={change}" for change in case.split("+")), "--out", str(out))
    told = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    rounded = told.get("rounding", {})
    return took, rounded.get("objective_before", told["objective"]), told["gap"] or 0.0


def measured(args, folder: Path) -> str:
    instance, out = str(folder / "medium"), folder / "sweep"
    planner("generate", instance, "--regions", str(args.regions))
    grid = [f"--grid={key}={','.join(f'{value:.4g}' for value in np.linspace(*ends, args.side))}" for key, ends in (
        ("basic_research.floor", FLOORS), ("budget.central*", FACTORS))]
    ours = planner("sweep", instance, *grid, "--out", str(out))
    cases = pd.read_csv(out / "cases.csv", encoding="utf-8-sig")
    chosen = np.unique(np.linspace(0, len(cases) - 1, args.sample).round().astype(int))
    times, apart = [], []
    for at in chosen:
        row = cases.iloc[at]
        took, objective, gap = cold(instance, row["case"], folder / "cold" / str(at))
        times.append(took)
        apart.append((abs(objective - row["objective"]) / abs(objective), gap + row["gap"]))
        print(f"{row['case']}: {took[0]:.1f} s cold ({took[1]:.1f} s of processor), "
              f"{row['seconds']:.1f} s in the sweep, "
              f"{apart[-1][0]:.3%} apart, gaps together {apart[-1][1]:.3%}", flush=True)
    one = np.mean(times, axis=0)
    every = one * len(cases)
    within = all(off <= allowed + 1e-9 for off, allowed in apart)
    lines = [["one `planner solve`, cold (mean of the sample)", *(f"{value:.1f}" for value in one)],
             [f"{len(cases)} of them", *(f"{value:,.0f}" for value in every)],
             [f"`planner sweep`, {len(cases)} cases", *(f"{value:,.0f}" for value in ours)],
             ["cold / sweep", *(f"{value:.1f}" for value in every / ours)]]
    plans = int(cases["objective"].notna().sum())
    return (f"**A sweep against cold solves** (`make bench-sweep`): a generated instance of {args.regions} regions, floor of basic "
            f"research × central budget, {args.side} × {args.side} cases ({plans} with a plan), default gap 1 %. "
            f"{len(chosen)} cold runs, spread evenly over the grid, stand for all. Objectives of the sample lie at most "
            f"{max(off for off, _ in apart):.3%} apart, {'all' if within else 'NOT all'} within the two stated gaps together. "
            "Processor time counts where other work shares the cores.\n\n"
            + page.table(["", "seconds", "seconds of processor"], lines))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sweep")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--regions", type=int, default=8)
    parser.add_argument("--side", type=int, default=10)
    parser.add_argument("--sample", type=int, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-sweep.") as folder:
        text = measured(args, Path(folder))
    print(text)
    if args.write:
        page.write("sweep", text)


if __name__ == "__main__":
    main()
