"""What tests share: the tiny instance, solving it, and golden rows."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.plan import measure_all
from planner.solving import solve
from solvers.text import lines

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "mechanisms" / "golden"


@lru_cache
def _tiny():
    return read(ROOT / "instances" / "tiny", MECHANISMS)


def tiny(*on: str, **overrides):
    """The tiny instance with only the named mechanisms on.

    overrides: keys of the override grammar with '__' for '.', or pass a dict as
    `set={"basic_research.floor": 0.3}`.
    """
    more = overrides.pop("set", {})
    switches = {f"{m.name}.on": m.name in on for m in MECHANISMS}
    return _tiny().with_overrides(
        switches | {key.replace("__", "."): value for key, value in overrides.items()} | more)


def solved(instance):
    """A plan of the instance, solved to proven optimality; asserts that it passes its own audit."""
    plan = solve(instance, gap=1e-6)
    bad = plan.compliance[plan.compliance["status"] == "broken"]
    assert bad.empty, bad.to_string()
    return plan


def rows(instance, owner: str) -> str:
    """The rows that one mechanism writes, as text."""
    return "\n".join(lines(build(instance, MECHANISMS).book, owner + ".")) + "\n"


def assert_golden(name: str, text: str) -> None:
    """Compares with tests/mechanisms/golden/NAME.txt, a reviewed file.

    To write a new one: UPDATE_GOLDEN=1 python -m pytest ..., then read it.
    """
    import os
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def broken(plan, mechanism: str) -> set[str]:
    """Names of the mechanism's rules that the plan's tables break."""
    found = measure_all(plan, MECHANISMS)
    return set(found.loc[(found["mechanism"] == mechanism) & (found["status"] == "broken"), "rule"])


def edited(plan, table: str, change):
    """The plan with one table changed by hand: `change(frame) -> frame`."""
    from dataclasses import replace
    return replace(plan, tables=plan.tables | {table: change(plan.table(table))})


def cell(table: str, column: str, value, **where):
    """(table, change) for `edited`: sets a column where the labels are those given; they must occur."""
    def change(frame):
        here = (frame[list(where)] == list(where.values())).all(axis=1)
        assert here.any()
        frame.loc[here, column] = value
        return frame
    return table, change
