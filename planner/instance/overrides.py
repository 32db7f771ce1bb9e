"""Applies overrides to settings and tables; the overridden values meet the same bounds.

A key is a header word (`mode`), `core.NAME`, `MECHANISM.NAME` (a parameter, `on`
or `price`), `TABLE.COLUMN` or `TABLE[key,*].COLUMN`. Where a mechanism and a table
share their name the parameter comes first; `TABLE[*].COLUMN` always means the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.instance.cells import Wrong, empty, expected, out_of_bounds, shown
from planner.instance.checking import parser
from planner.instance.raw import nearest, suggestion
from planner.instance.scenarios import Override
from planner.instance.settings import ON, PRICE, Settings, value_of
from planner.instance.tables import CORE_PARAMETERS, HEADER
from planner.vocabulary import Column, Mechanism, Parameter, Problem, Table
from planner.words import say

KEY = re.compile(r"\s*([^\[\].]+?)\s*(?:\[([^\]]*)\])?\s*\.\s*([^\[\].]+?)\s*")


@dataclass
class Draft:
    """Settings and tables that overrides are being applied to (copies; frames are replaced)."""

    settings: Settings
    frames: dict[str, pd.DataFrame]
    tables: dict[str, Table]
    mechanisms: dict[str, Mechanism]

    @property
    def units(self) -> tuple[str, str]:
        return self.settings.header["money_unit"], self.settings.header["talent_unit"]

    def apply(self, override: Override) -> list[Problem]:
        """Makes one change, or says why it cannot be made."""
        words = {parameter.name: parameter for parameter in HEADER}
        if override.key in words:
            return self._set(override, self.settings.header, words[override.key])
        match = KEY.fullmatch(override.key)
        if not match:
            return [self._unknown(override, override.key, [*words])]
        name, rows, entry = match.groups()
        parameters = None
        if rows is None:
            parameters = self._parameters(name)
            if parameters is not None and entry in parameters:
                part = self.settings.core if name == "core" else self.settings.mechanisms[name]
                return self._set(override, part, parameters[entry])
        if name in self.tables:
            columns = {column.name: column for column in self.tables[name].columns}
            if entry in columns:
                return self._change(override, self.tables[name], columns[entry], rows)
            known = [*(parameters or {}), *columns]
        elif parameters is not None:
            known = [*parameters]
        else:
            return [self._unknown(override, name, ["core", *self.mechanisms, *self.tables])]
        return [override.problem(say("problem.no_entry", name=name, entry=entry),
                                 suggestion(entry, known, say("mend.else_delete_override"), most=40))]

    def off(self, override: Override) -> Problem | None:
        """A warning when the override feeds a mechanism that is off: it changes nothing."""
        match = KEY.fullmatch(override.key)
        name = match[1] if match and match[2] is None else None
        part = self.settings.mechanisms.get(name)
        if part is None or part["on"] or match[3] == "on" or match[3] not in part:
            return None
        return override.problem(say("problem.mechanism_off", name=name), say("mend.mechanism_off", name=name),
                                severity="warning")

    def _parameters(self, name: str) -> dict[str, Parameter] | None:
        if name == "core":
            return {parameter.name: parameter for parameter in CORE_PARAMETERS}
        if name in self.mechanisms:
            declared = (ON, PRICE, *self.mechanisms[name].parameters)
            return {parameter.name: parameter for parameter in declared}
        return None

    def _unknown(self, override: Override, word: str, known: list[str]) -> Problem:
        return override.problem(say("problem.nothing_called", word=word),
                                suggestion(word, known, say("mend.nothing_called"), most=0))

    # --- settings -----------------------------------------------------------------

    def _set(self, override: Override, part: dict, parameter: Parameter) -> list[Problem]:
        old, found = part[parameter.name], override.value
        unset = empty(found) or isinstance(found, str) and found.strip().casefold() == "none"
        if unset and override.operator == "=" and parameter.default is None:
            part[parameter.name] = None
            return []
        if override.operator != "=":
            if parameter.kind not in ("number", "integer"):
                return [override.problem(say("problem.no_number_entry", name=parameter.name),
                                         say("mend.use_equals"), found)]
            factor = value_of(Parameter(parameter.name, "", None), found, override.typed)
            if isinstance(factor, Wrong):
                return [override.problem(factor.what, factor.mend or say("mend.write_a_number"), found)]
            if old is None:
                return [override.problem(say("problem.not_set", name=parameter.name,
                                             operator=override.operator), say("mend.use_value"), found)]
            found = old * factor if override.operator == "*=" else old + factor
        value = value_of(parameter, found, override.typed or override.operator != "=", self.units)
        if isinstance(value, Wrong):
            return [override.problem(value.what, value.mend, found)]
        part[parameter.name] = value
        return []

    # --- tables -------------------------------------------------------------------

    def _change(self, override: Override, table: Table, column: Column,
                rows: str | None) -> list[Problem]:
        if column.key:
            return [override.problem(say("problem.is_key", name=column.name, table=table.name),
                                     say("mend.is_key"))]
        frame = self.frames.get(table.name)
        if frame is None:
            return [override.problem(say("problem.no_table_here", name=table.name),
                                     say("mend.no_table_here"))]
        chosen = self._rows(override, table, frame, rows)
        if isinstance(chosen, Problem):
            return [chosen]
        found = override.value
        unset = column.optional and (empty(found) or str(found).strip().casefold() == "none")
        numeric = column.kind in ("number", "integer")
        if override.operator != "=" and not numeric:
            return [override.problem(say("problem.no_number_entry", name=column.name), say("mend.use_equals"),
                                     found)]
        if unset and override.operator == "=":
            value = np.nan if numeric else ""
        else:
            parse = parser(Column("", "number", "")) if override.operator != "=" else parser(column)
            value = parse(found, override.typed)
        if isinstance(value, Wrong):
            wanted = say("mend.expected", expected=expected(column, *self.units))
            return [override.problem(value.what, value.mend or wanted, found)]
        if column.kind == "choice" and value not in column.choices and value != column.default:
            wanted = say("mend.expected", expected=expected(column))
            return [override.problem(say("problem.not_allowed"),
                                     suggestion(value, column.choices, wanted, most=0), found)]
        if column.refers and (problem := self._reference(override, column, value)):
            return [problem]
        values = frame[column.name].copy()
        if numeric:
            figures = values.to_numpy(float).copy()
            old = figures[chosen]
            figures[chosen] = (old * value if override.operator == "*=" else
                               old + value if override.operator == "+=" else value)
            problem = self._limits(override, table, column, frame, figures, chosen)
            if problem is not None:
                return [problem]
            values = pd.Series(figures.astype(values.dtype), index=frame.index)
        else:
            values[chosen] = value
        self.frames[table.name] = frame.assign(**{column.name: values})
        return []

    def _reference(self, override: Override, column: Column, value: str) -> Problem | None:
        target, _, entry = column.refers.partition(".")
        frame = self.frames.get(target)
        known = [] if frame is None else frame[entry or self.tables[target].keys[0]].tolist()
        if value in known or value in ("", column.default):
            return None
        return override.problem(say("problem.table_has_no", table=target, field=entry or column.name),
                                suggestion(value, known, say("mend.else_add_to_table", table=target)),
                                override.value)

    def _limits(self, override: Override, table: Table, column: Column, frame: pd.DataFrame,
                figures: np.ndarray, chosen: np.ndarray) -> Problem | None:
        for at in np.flatnonzero(chosen):
            value = float(figures[at])
            if np.isnan(value):
                continue
            wrong = out_of_bounds(column, value, *self.units)
            if wrong is None and not np.isfinite(value):
                wrong = Wrong(say("problem.too_large"), say("mend.smaller"))
            if wrong is None and column.kind == "integer" and value != int(value):
                wrong = Wrong(say("problem.not_whole"),
                              say("mend.expected", expected=expected(column, *self.units)))
            if wrong is not None:
                key = ", ".join(str(shown(frame[name].iloc[at])) for name in table.keys)
                return override.problem(say("problem.would_be", table=table.name, key=key, column=column.name,
                                            value=shown(value), what=wrong.what), wrong.mend, override.value)
        return None

    def _rows(self, override: Override, table: Table, frame: pd.DataFrame,
              rows: str | None) -> np.ndarray | Problem:
        """Which rows `[key1,*]` means, as a mask."""
        chosen = np.ones(len(frame), bool)
        if rows is None or rows.strip() == "*":
            return chosen
        parts = [part.strip().strip("\"'") for part in rows.split(",")]
        if len(parts) != len(table.keys):
            return override.problem(say("problem.key_count", name=table.name, count=len(table.keys),
                                        names=", ".join(table.keys), given=len(parts)),
                                    say("mend.key_count", name=table.name, names=",".join(table.keys)))
        for key, part in zip(table.keys, parts):
            if part == "*":
                continue
            words = frame[key].astype(str)
            if not (words == part).any():
                near = nearest(part, words.unique())
                mend = (say("mend.did_you_mean", near=near) if near else
                        suggestion(part, words.unique(), say("mend.or_no_override")))
                return override.problem(
                    say("problem.no_row_with", table=table.name, key=key, value=part), mend)
            chosen &= (words == part).to_numpy()
        if not chosen.any():
            return override.problem(say("problem.no_row_key", name=table.name), say("mend.existing_key"),
                                    rows)
        return chosen

    def shorten(self) -> dict[str, np.ndarray]:
        """Drops rows of years outside the horizon, after an override of the years; the rows kept."""
        first, last = self.settings.header["first_year"], self.settings.header["last_year"]
        kept = {}
        for name, frame in list(self.frames.items()):
            if "year" in self.tables[name].keys:
                inside = frame["year"].between(first, last).to_numpy()
                if not inside.all():
                    kept[name] = inside
                    self.frames[name] = frame[inside].reset_index(drop=True)
                    if not inside.any():
                        del self.frames[name]
        return kept
