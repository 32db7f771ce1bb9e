"""Building and handing over the flagship, side by side: ours, Pyomo's own interface, linopy.

    make bench-build            prints the table; --write puts it into docs/performance.md

Each way runs in a process of its own, in turn, several times; ratios are of
medians in one run on one machine.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time

from tests.benchmarks import page

INSTANCE = "instances/china-2022"
ROUNDS = 3


def model():
    from planner.mechanisms import MECHANISMS
    from planner.model.build import build
    from planner.model.goals import aims, write_goal
    from planner.solving import load
    instance = load(INSTANCE)
    start = time.perf_counter()
    core = build(instance, MECHANISMS)
    write_goal(core, aims(core))
    return core, start


def ours() -> dict:
    """Our build, our arrays, one bulk call to HiGHS."""
    import highspy  # noqa: F401  (importing is not building)
    import scipy.sparse  # noqa: F401

    from solvers.highs import Live
    core, start = model()
    built = time.perf_counter()
    matrix = core.book.matrix()
    Live(matrix)
    end = time.perf_counter()
    return {"build": built - start, "hand-over": end - built, "columns": matrix.n_columns,
            "rows": matrix.n_rows, "nonzeros": matrix.nonzeros}


def pyomo() -> dict:
    """The same model as Pyomo's own objects, through Pyomo's own HiGHS interface."""
    import pyomo.environ as pyo
    from pyomo.contrib.appsi.solvers import Highs
    core, start = model()
    for kind in (pyo.Var, pyo.Constraint, pyo.Objective):
        for _ in core.model.component_data_objects(kind):
            pass
    built = time.perf_counter()
    Highs().set_instance(core.model)
    return {"build": built - start, "hand-over": time.perf_counter() - built}


def linopy(columns: int, rows: int, nonzeros: int) -> dict:
    """A linopy model of as many columns, rows and nonzeros, to HiGHS through linopy."""
    import linopy
    import numpy as np
    import pandas as pd
    per_row = max(1, round(nonzeros / rows))
    rng = np.random.default_rng(0)
    coefficient = rng.random((rows, per_row))
    start = time.perf_counter()
    m = linopy.Model()
    # Columns as a rows x terms grid where they reach, the rest beside it: vectorised throughout.
    wide = max(1, columns // rows)
    grid = m.add_variables(lower=0, upper=1, coords=[pd.RangeIndex(rows, name="row"),
                                                    pd.RangeIndex(wide, name="term")], name="grid")
    rest = columns - rows * wide
    if rest > 0:
        m.add_variables(lower=0, upper=1, coords=[pd.RangeIndex(rest, name="rest")], name="rest")
    import xarray as xr
    body = None
    for k in range(per_row):
        weight = xr.DataArray(coefficient[:, k], dims="row", coords={"row": range(rows)})
        term = grid.isel(term=k % wide, drop=True).roll(row=k // wide) * weight
        body = term if body is None else body + term
    m.add_constraints(body <= 1, name="rows")
    m.add_objective(grid.sum())
    built = time.perf_counter()
    from linopy.io import to_highspy
    to_highspy(m)
    return {"build": built - start, "hand-over": time.perf_counter() - built}


def one(way: str, *sizes: str) -> None:
    result = {"ours": ours, "pyomo": pyomo, "linopy": linopy}[way](*map(int, sizes))
    result["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))


def run(way: str, *sizes: int) -> dict:
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.build", "--one", way, *map(str, sizes)],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    size = run("ours")
    sizes = (size["columns"], size["rows"], size["nonzeros"])
    seen = {"ours": [], "pyomo": [], "linopy": []}
    for _ in range(ROUNDS):
        for way in seen:
            seen[way].append(run(way, *(sizes if way == "linopy" else ())))
    median = {way: {key: statistics.median(r[key] for r in runs)
                    for key in ("build", "hand-over", "peak MiB")} for way, runs in seen.items()}
    whole = {way: row["build"] + row["hand-over"] for way, row in median.items()}
    names = {"ours": "ours (Pyomo components over arrays)", "pyomo": "same model, Pyomo's own HiGHS interface",
             "linopy": "linopy, as many columns, rows and nonzeros"}
    text = [f"{INSTANCE}: {sizes[0]:,} columns, {sizes[1]:,} rows, {sizes[2]:,} nonzeros; "
            f"median of {ROUNDS} runs each, in turn, on one machine.", "",
            "| way | build s | hand-over s | together | ours / this | peak MiB |",
            "|---|---:|---:|---:|---:|---:|"]
    for way, row in median.items():
        text.append(f"| {names[way]} | {row['build']:.2f} | {row['hand-over']:.2f} | {whole[way]:.2f} | "
                    f"1 / {whole[way] / whole['ours']:.1f} | {row['peak MiB']:.0f} |")
    print("\n".join(text))
    if "--write" in sys.argv:
        page.write("build", "## Building and handing over\n\n" + "\n".join(text))


if __name__ == "__main__":
    if "--one" in sys.argv:
        at = sys.argv.index("--one")
        one(*sys.argv[at + 1:])
    else:
        main()
