"""The compliance sheet's lights, sides and slack as formulas, and what stays a figure of the plan."""

from __future__ import annotations

import numpy as np

from planner.model.compliance import TOLERANCE
from planner.report.cells import Formula
from planner.report.live import Live
from planner.report.sums import Source, one_by_one
from planner.report.words import word

BINDING = 1e-5
"""Slack, relative to the scale, up to which a rule counts as binding; the same as in `planner.plan`."""

STATUSES = ("broken", "relieved", "binding", "kept")


class Lights:
    """Makes the cells of compliance rows.

    place  column -> letter on the sheet
    """

    def __init__(self, live: Live, place: dict[str, str], lang: str):
        self.live, self.place = live, place
        self.words = {status: word(f"compliance.{status}", lang) for status in STATUSES}
        self.basis = {True: word("basis.live", lang), False: word("basis.value", lang)}

    def cells(self, row, line: int) -> dict[str, Formula | float | str]:
        """Cells by column for a row of `plan.compliance` that stands in this line of the sheet."""
        at = {column: f"{self.place[column]}{line}" for column in (
            "sense", "reached", "required", "slack", "relief")}
        slack = Formula(slack_text(row.sense, at), row.slack)
        sides, (status, told) = self.live.sides(row), self._status(row, at)
        if sides is None or told != row.status:
            return {"status": self.words[row.status], "slack": slack, "basis": self.basis[False]}
        return {"status": status, "slack": slack, "basis": self.basis[True],
                "reached": sides.reached, "required": sides.required}

    def _status(self, row, at: dict[str, str]) -> tuple[Formula, str]:
        """The light as a formula over slack and relief, and what it says now."""
        size = max(abs(row.reached), abs(row.required), 1.0)
        own = abs(row.scale - size) > 1e-9 * size  # the rule has a scale of its own
        scale = repr(float(row.scale)) if own else f"MAX(1,ABS({at['reached']}),ABS({at['required']}))"
        slack, relief = row.slack, row.relief
        tight = slack <= BINDING * row.scale
        # What a decision may be at all (domain) is never told as binding, nor is an equation.
        binds = row.sense != "==" and not (tight and row.status == "kept")
        told = "broken" if slack + relief < -TOLERANCE * row.scale else "relieved" if (
            relief > TOLERANCE * row.scale) else "binding" if tight and binds else "kept"
        quoted = {status: f'"{text}"' for status, text in self.words.items()}
        last = f"IF({at['slack']}<={BINDING!r}*{scale},{quoted['binding']},{quoted['kept']})" if binds else (
            quoted["kept"])
        text = (f"=IF({at['slack']}+{at['relief']}<-{TOLERANCE!r}*{scale},{quoted['broken']},"
                f"IF({at['relief']}>{TOLERANCE!r}*{scale},{quoted['relieved']},{last}))")
        return Formula(text.replace("e-06", "E-6").replace("e-05", "E-5"), self.words[told]), told


def slack_text(sense: str, at: dict[str, str]) -> str:
    """Signed slack over the two sides: below 0 the rule is broken."""
    reached, required = at["reached"], at["required"]
    return {">=": f"={reached}-{required}", "<=": f"={required}-{reached}",
            "==": f"=-ABS({reached}-{required})"}[sense]


def goal_formulas(row, line: int, place: dict[str, str], source: Source) -> dict[str, Formula]:
    """A goal's total over its terms and its normalised value, by column of the goals sheet."""
    found = {}
    if "total" in place:
        text = one_by_one(source, "value", ("goal", row.goal, f"{place['goal']}{line}"))
        found["total"] = Formula(f"={text}", row.total)
    if "normalised" in place and np.isfinite(row.normalised) and row.ideal != row.nadir:  # no range: stays a figure
        ideal, nadir, total = (f"{place[name]}{line}" for name in ("ideal", "nadir", "total"))
        value = (row.total - row.nadir) / (row.ideal - row.nadir)
        if np.isclose(row.normalised, value, rtol=1e-9, atol=1e-12):
            found["normalised"] = Formula(f"=({total}-{nadir})/({ideal}-{nadir})", row.normalised)
    return found
