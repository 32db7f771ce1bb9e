"""The manual's section on what a mechanism costs on the flagship, from the solves that were kept."""

from __future__ import annotations

import math
from pathlib import Path

from planner.price_tags import GOALS, NOTHING, WHOLE, UnusableFile, read_solves, tags
from planner.vocabulary import Mechanism

FLAGSHIP = "china-2022"
COSTS = Path(__file__).resolve().parents[2] / "docs" / "mechanisms" / "costs.csv"
"""Written by `make price-tags`; the manual is made in the repository."""

SAME = 1e-6
"""Relative change up to which two solves count as equal: the solver's own tolerance."""


def section(mechanism: Mechanism, file: Path = COSTS) -> list[str]:
    """Lines of the section; 'not measured' where the file or the mechanism's row is missing.

    Raises UnusableFile for a file that is broken or of another instance.
    """
    head = ["## What it costs on the flagship", ""]
    if not file.exists():
        return [*head, "Not measured: run `make price-tags`.", ""]
    solves = read_solves(file)
    own = solves.iloc[0]
    if own["instance"] != FLAGSHIP:
        raise UnusableFile(f"{file} is of instance {own['instance']}, not of {FLAGSHIP}. Delete it, or write "
                           "it anew with make price-tags.")
    table = tags(solves).set_index("mechanism")
    if mechanism.name not in table.index:
        return [*head, f"Not measured in the run of {own['on']} mechanisms that the other pages tell of.", ""]
    row = table.loc[mechanism.name]
    return [*head, f"{_cost(row)}{_goals(row, solves)}", "", _how(row, own), ""]


def _cost(row) -> str:
    cost, share = row["cost"], abs(row["share"])
    if abs(cost) <= SAME * max(abs(row["objective_without"]), 1.0):
        return "Nothing: without it the plan's goal is the same."
    words, than = (f"costs {_figure(cost)}", "less") if cost > 0 else (f"brings {_figure(-cost)}", "more")
    with_it, without = (f"{row[f'objective_{name}']:,.3f}" for name in ("with", "without"))
    return (f"It {words} points: with it the plan's goal is {with_it} points, without it {without} "
            f"({share:.2%} {than} with it).")


def _goals(row, solves) -> str:
    """What it does to each goal; those that stay are not named."""
    base = solves.set_index("switched_off").loc[NOTHING]
    moved = [f"{goal} {_figure(row[goal], '+')}" for goal in GOALS
             if math.isfinite(row[goal]) and abs(row[goal]) > SAME * max(abs(base[goal]), 1.0)]
    return f" With it the goals change by: {', '.join(moved)}." if moved else ""


def _how(row, own) -> str:
    base = (f"Measured on {FLAGSHIP} with {own['on']} mechanisms on, solved with all of them and without "
            "this one, ")
    if own["method"] == WHOLE:
        return base + (f"with whole numbers; given the bounds proven, the cost lies between "
                       f"{_figure(row['least'])} and {_figure(row['most'])} points.")
    return base + ("as LP relaxations, bound against bound: exact for the relaxation, while in whole numbers "
                   "it may cost more or less. A goal without a weight is not pushed and only follows.")


def _figure(value: float, sign: str = "") -> str:
    """Four figures, thousands parted."""
    return f"{float(f'{value:.4g}'):{sign},.10g}".replace("-", "−")
