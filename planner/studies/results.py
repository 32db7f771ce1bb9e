"""What a study found: one table `cases`, and the tables of its tasks with a column `case`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Results:
    """Tidy tables of a study.

    cases   a row per case, in the study's order: case, scenario, its settings, status (of the plan, or `infeasible`,
            `not valid`, `failed`, `interrupted`), objective, bound, gap, goals, seconds, message
    tables  name -> frame, column `case` first; cases without a plan have no rows
    folder  where it is kept, with study.duckdb; None where it is not
    """

    cases: pd.DataFrame
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    folder: Path | None = None

    def table(self, name: str) -> pd.DataFrame:
        """A copy of a table; an empty frame where no case has one of that name."""
        return self.cases.copy() if name == "cases" else self.tables.get(name, pd.DataFrame()).copy()

    def query(self, sql: str) -> pd.DataFrame:
        """What DuckDB answers over `cases` and the other tables (`"case"` is a word of SQL: write the quotes).

        >>> found.query('SELECT "case", sum(spend) AS spend FROM allocations GROUP BY ALL')  # doctest: +SKIP
        Raises duckdb.Error for what it cannot answer.
        """
        import duckdb
        if self.folder is not None:
            with duckdb.connect(str(self.folder / "study.duckdb"), read_only=True) as base:
                return base.execute(sql).df()
        with duckdb.connect() as base:
            base.register("cases", self.cases)
            for name in self.tables:
                base.register(name, self.tables[name])
            return base.execute(sql).df()


class Tables(Mapping):
    """Tables by name, made of one part per case when somebody asks: in files or in memory.

    files  name -> [(case, Parquet file or Arrow table)]
    """

    def __init__(self, files: dict[str, list[tuple[str, Path | pa.Table]]]):
        self.files = dict(sorted(files.items()))

    def __getitem__(self, name: str) -> pd.DataFrame:
        parts = [named(case, part if isinstance(part, pa.Table) else pq.read_table(part))
                 for case, part in self.files[name]]
        return pa.concat_tables(parts, promote_options="permissive").to_pandas()

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def named(case: str, table: pa.Table) -> pa.Table:
    """The table with a first column `case`."""
    if "case" in table.column_names:
        table = table.drop_columns(["case"])
    return table.add_column(0, "case", pa.array([case] * len(table), pa.string()))
