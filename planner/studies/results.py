"""What a study found: one table `cases`, and the tables of its tasks with a column `case`."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Results:
    """Tidy tables of a study.

    cases   a row per case, in the study's order: case, scenario, its settings, status (of the plan, or `infeasible`,
            `not valid`, `failed`, `interrupted`), objective, bound, gap, goals, seconds, message
    tables  name -> frame, column `case` first; cases without a plan have no rows
    """

    cases: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """A copy of a table; an empty frame where no case has one of that name."""
        return self.cases.copy() if name == "cases" else self.tables.get(name, pd.DataFrame()).copy()
