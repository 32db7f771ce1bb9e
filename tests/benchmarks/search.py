"""The search side by side with its rivals on the same matrix, live against cold, and growth.

    make bench                  all parts, written into docs/performance.md (two hours or more)
    python -m tests.benchmarks.search rivals|live|growth [--write] [--scenario NAME] [--limit SECONDS]
                                      [--regions 31 100 337]

rivals  time to 5, 2, 1, 0.5 and 0.2 % proven gap: ours, default HiGHS, and SCIP where it is installed
live    a changed floor: solved anew, and solved from what the last solve left
growth  instances of `planner generate`: time to 1 %, and memory, each in a process of its own
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

from tests.benchmarks import page

INSTANCE = "instances/china-2022"
GAPS = (0.05, 0.02, 0.01, 0.005, 0.002)
TIMES = 30  # times our seconds to 1 %, that a rival gets


def matrix(path: str, scenario: str | None, overrides: dict | None = None):
    """The matrix of an instance, as `planner solve` hands it over."""
    from planner.mechanisms import MECHANISMS
    from planner.model.build import build
    from planner.model.goals import aims, write_goal
    from planner.solving import load
    core = build(load(path, scenario, overrides or ()), MECHANISMS)
    write_goal(core, aims(core))
    return core.book.matrix()


def size(model) -> str:
    return (f"{model.n_columns:,} columns ({int(model.integer.sum()):,} whole), {model.n_rows:,} rows, "
            f"{model.nonzeros:,} nonzeros")


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def rivals(args) -> str:
    """Ours to 0.2 % or the limit, then each rival for TIMES our time to 1 %, or the limit."""
    from solvers.rivals import NotInstalled, run_highs, run_scip
    from solvers.search import solve
    from solvers.trajectory import time_to
    model = matrix(INSTANCE, args.scenario)
    told = {"ours": solve(model, gap=GAPS[-1], time_limit=args.limit)}
    one = time_to(told["ours"].trajectory, 0.01)
    allowed = min(args.limit if one is None else TIMES * one, args.rival_limit)
    for name, run in (("HiGHS, default", run_highs), ("SCIP, default", run_scip)):
        try:
            told[name] = run(model, GAPS[-1], allowed)
        except NotInstalled as error:
            print(error, file=sys.stderr)
    lines = [[f"to {100 * gap:g} %", *(seconds(time_to(o.trajectory, gap)) for o in told.values())]
             for gap in GAPS]
    lines += [["seconds in all", *(seconds(o.times["total"]) for o in told.values())],
              ["gap at the end", *(f"{100 * o.gap:.2f} %" if o.gap < 1e9 else "no plan or no bound"
                                   for o in told.values())]]
    return f"{INSTANCE}, {args.scenario or 'base'}: {size(model)}.\n\n" + page.table(["seconds", *told], lines)


def live(args) -> str:
    """The same model with another floor, thrice: cold, and from the solve before."""
    from solvers.kept import Kept
    from solvers.search import solve
    kept, lines = Kept(), []
    solve(matrix(INSTANCE, args.scenario), gap=0.01, time_limit=args.limit, kept=kept)
    for floor in (0.085, 0.09, 0.08):
        model = matrix(INSTANCE, args.scenario, {"basic_research.floor": floor})
        warm = solve(model, gap=0.01, time_limit=args.limit, kept=kept)
        cold = solve(model, gap=0.01, time_limit=args.limit)
        times = warm.times["total"], cold.times["total"]
        lines.append([f"basic-research floor {100 * floor:g} %", *map(seconds, times), f"1 / {times[1] / times[0]:.1f}",
                      *(f"{100 * o.gap:.2f} %" for o in (warm, cold)),
                      *(f"{o.objective:.2f}" for o in (warm, cold))])
    return page.table(["changed", "live s", "cold s", "live / cold", "gap live", "gap cold", "points live",
                       "points cold"], lines)


def growth(args) -> str:
    lines, first = [], None
    for regions in args.regions:
        with tempfile.TemporaryDirectory() as folder:
            out = f"{folder}/r{regions}"
            subprocess.run([sys.executable, "-m", "planner", "generate", "--regions", str(regions), out],
                           check=True)
            done = subprocess.run([sys.executable, "-m", "tests.benchmarks.search", "one", "--path", out,
                                   "--limit", str(args.limit)], check=True, capture_output=True, text=True)
        told = json.loads(done.stdout.splitlines()[-1])
        first = first or told
        ratio = "–" if None in (told["one"], first["one"]) else (
            f"{told['one'] / first['one'] / (regions / args.regions[0]):.2f}")
        lines.append([str(regions), f"{told['columns']:,}", f"{told['nonzeros']:,}", seconds(told["lp"]),
                      seconds(told["first"]), seconds(told["one"]), ratio, told["gap"], f"{told['mib']:,.0f}"])
    return page.table(["regions", "columns", "nonzeros", "root LP s", "first plan s", "to 1 % s", "over linear", "gap at the end",
                       "peak MiB"], lines)


def one(args) -> None:
    """One instance in this process; prints what `growth` reads."""
    from solvers.search import solve
    from solvers.trajectory import time_to
    start = time.perf_counter()
    model = matrix(args.path, args.scenario)
    built = time.perf_counter() - start
    outcome = solve(model, gap=0.01, time_limit=args.limit)
    print(json.dumps({"columns": model.n_columns, "nonzeros": model.nonzeros, "build": built,
                      "lp": outcome.times.get("lp"),
                      "first": next((at for at, value, _ in outcome.trajectory if value is not None), None), "one": time_to(outcome.trajectory, 0.01),
                      "gap": f"{100 * outcome.gap:.2f} %" if outcome.gap < 1e9 else "none",
                      "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


PARTS = {"rivals": (rivals, "## Against other solvers, on the same matrix"),
         "live": (live, "## A changed number: live against cold"),
         "growth": (growth, "## Growth")}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search")
    parser.add_argument("part", choices=[*PARTS, "one"])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--scenario")
    parser.add_argument("--path")
    parser.add_argument("--limit", type=float, default=900.0)
    parser.add_argument("--rival-limit", type=float, default=2700.0)
    parser.add_argument("--regions", type=int, nargs="+", default=[31, 100, 337])
    args = parser.parse_args()
    if args.part == "one":
        return one(args)
    part, head = PARTS[args.part]
    text = part(args)
    print(text)
    if args.write:
        page.write(args.part, f"{head}\n\n{text}")


if __name__ == "__main__":
    main()
