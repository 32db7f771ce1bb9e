"""An edited plan workbook against its instance: the plan it now describes, what was changed, and which rules hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from planner.audit import audit
from planner.mechanisms import MECHANISMS
from planner.model.compliance import rule
from planner.model.values import cell_values, goal_values
from planner.plan import Plan, measure_all
from planner.report.wayback.changes import Change, changes, differ, twice
from planner.report.wayback.mark import NOT_TABLES
from planner.report.wayback.names import Keys
from planner.report.wayback.opening import Book, Unreadable
from planner.report.wayback.reading import Read, Sheets, is_label
from planner.report.words import term, word
from planner.vocabulary import Problem

WINNERS = ("mission", "bid", "region", "year", "success")
"""Columns of sheet Missions where it lists the bids that won, not the whole table."""

NEVER_SHOWN = ("relief",)
"""Tables that no sheet of the workbook holds row by row."""

FOLLOW = {"allocations": ("value", "zone", "baseline")}
"""Figures that follow from a row's decision and from the instance."""


@dataclass
class Verdict:
    """What `verify` found.

    plan      the plan that the workbook describes now
    rows      compliance as the audit recomputes it
    changes   edits against the written plan; None when there is nothing to compare with
    followed  what was computed anew after the edits: (words, before, after)
    notes     sentences on how the workbook was read
    """

    plan: Plan
    rows: pd.DataFrame
    changes: list[Change] | None
    followed: list[tuple[str, float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def broken(self) -> pd.DataFrame:
        return self.rows[self.rows["status"] == "broken"]


def marked_passport(path: Path) -> dict:
    """What the workbook itself says of its plan: scenario, overrides, hash of the instance. Raises Unreadable."""
    with Book(path) as book:
        return dict(book.mark.passport)


def verify(path: Path, instance, written: Plan | None, lang: str = "en") -> Verdict:
    """Reads the workbook back and recomputes every rule.

    instance  the instance that the plan is checked against
    written   the plan as it lies beside the workbook; None when the workbook is alone
    lang      of the messages; the workbook may be in either language
    Raises Unreadable with every cell that cannot be understood, NotAPlan from the audit.
    """
    with Book(path) as book:
        return Reader(book, instance, written, lang).verdict()


class Reader:
    """One workbook on its way back."""

    def __init__(self, book: Book, instance, written: Plan | None, lang: str):
        self.book, self.instance, self.lang = book, instance, lang
        self.before = {name: frame for name, frame in written.tables.items()
                       if name not in NOT_TABLES} if written else {}
        self.passport = written.passport if written else dict(book.mark.passport)
        self.alone = not self.before
        if self.alone and not book.mark.tables:
            raise Unreadable([Problem(book.path.name, word("wayback.alone_unmarked", lang),
                                      word("wayback.alone_unmarked.mend", lang))])
        self.keys = Keys(instance, self.before, book.mark.passport.get("lang", lang))
        self.sheets = Sheets(book, self.keys, self.before, lang)
        self.notes = self.sheets.notes
        self.read: dict[str, Read] = {}

    def verdict(self) -> Verdict:
        tables, borrowed = {}, []
        for name in self.before or self.book.mark.tables:
            tables[name] = self._table(name)
            if tables[name] is None:
                tables[name] = self.before.get(name, pd.DataFrame())
                borrowed.append(name)
        self._twice()
        if self.sheets.problems:
            raise Unreadable(self.sheets.problems)
        if not self.read:
            raise Unreadable([Problem(self.book.path.name, word("wayback.no_sheets", self.lang),
                                      word("wayback.no_sheets.mend", self.lang))])
        self._tell_borrowed([name for name in borrowed if len(tables[name]) or self.alone])
        found = None if self.alone else [change for name, read in self.read.items()
                                         for change in changes(read, self.shown_before(name))]
        plan = Plan(self.instance, {name: frame for name, frame in tables.items() if len(frame)}, self.passport)
        followed = [] if found is None else self._follow(plan, found)
        if self.alone:
            plan = self._relieved(plan)
        rows = audit(plan, MECHANISMS)
        rows = pd.concat([rows, *self._inputs()], ignore_index=True)
        return Verdict(plan, rows, found, followed, self.notes)

    # --- tables ---------------------------------------------------------------------

    def _table(self, name: str) -> pd.DataFrame | None:
        """The table as the workbook holds it, in the written order of columns; None without a sheet."""
        told = self.book.mark.tables.get(name, ("", {}))[1]
        written = self.before.get(name)
        if name == "missions" and (set(WINNERS) <= set(told) or not told and written is not None):
            return self._missions(written)
        if name in NEVER_SHOWN or self.book.mark.tables and not told:
            return None
        read = self.sheets.table(name, list(written if written is not None else told))
        if read is None:
            return None
        self.read[name], frame = read, read.frame.copy()
        for column in read.missing & set(FOLLOW.get(name, ())):
            frame[column] = follows(self.instance, frame, column)
        read.frame = read.frame.assign(**{column: frame[column] for column in frame.columns
                                          if column not in read.frame})
        if written is not None:
            frame = frame.reindex(columns=list(written.columns))
            for column in read.missing - set(FOLLOW.get(name, ())):
                frame[column] = written[column].iloc[0] if written[column].nunique() == 1 else np.nan
        return frame

    def _missions(self, written: pd.DataFrame | None) -> pd.DataFrame | None:
        """The starts of all bids, from the list of the bids that won."""
        read = self.sheets.table("missions", list(WINNERS))
        if read is None:
            return None
        self.read["missions"] = read
        won = read.frame[["bid", "year"]].assign(start=1.0)
        if written is None or written.empty:
            return won
        rest = written[["bid", "year"]].merge(won, how="left", on=["bid", "year"])
        new = won.merge(written[["bid", "year"]], how="left", on=["bid", "year"], indicator=True)
        table = written.assign(start=rest["start"].fillna(0.0).to_numpy())
        return pd.concat([table, new.loc[new["_merge"] == "left_only", ["bid", "year", "start"]]],
                         ignore_index=True)

    def shown_before(self, name: str) -> pd.DataFrame:
        """The written table as the sheet would show it."""
        written = self.before[name]
        if name == "missions" and "start" not in self.read[name].frame:
            bids = self.instance.table("bids")[["bid", "mission", "region", "success"]]
            return written.loc[written["start"] > 0.5, ["bid", "year"]].merge(bids, how="left", on="bid")
        return written

    def _twice(self) -> None:
        for name, read in self.read.items():
            column = next((c for c in read.frame if is_label(c)), read.frame.columns[0])
            for at, earlier in twice(read, self.before.get(name))[:10]:
                place, _, cell = read.cell(at, column).rpartition("!")
                self.sheets.problems.append(Problem(place, word(
                    "wayback.twice", self.lang, row=read.rows[earlier]), word("wayback.twice.mend", self.lang),
                    cell=cell))

    def _tell_borrowed(self, names: list[str]) -> None:
        lost = [name for name in names if name in self.book.mark.tables]
        rest = [name for name in names if name not in lost]
        for key, part in (("wayback.sheet_lost", lost), ("wayback.beside", rest)):
            if part:
                shown = ", ".join(term(name, self.lang, "sheet") for name in part)
                self.notes.append(word("wayback.sheet_absent" if self.alone and part is lost else key,
                                       self.lang, tables=shown))

    # --- what follows from an edit -------------------------------------------------------

    def _follow(self, plan: Plan, found: list[Change]) -> list[tuple[str, float, float]]:
        """Values of edited cells and the goals, computed anew where they were not edited themselves."""
        told, spend = [], plan.tables.get("allocations")
        read = self.read.get("allocations")
        edits = [change for change in found if change.table == "allocations" and change.kind != "deleted"]
        if read is not None and edits:
            by_hand = {change.place for change in edits if change.kind == "cell"}
            at = [row for row in range(len(read.rows)) if read.cell(row, "spend") in by_hand
                  and read.cell(row, "value") not in by_hand]
            known = spend.merge(self.instance.table("baseline"), how="left", indicator=True,
                                on=["region", "industry", "category", "stage"])["_merge"] == "both"
            at = [row for row in at if known[row]]
            if at:
                rows = spend.iloc[at]
                true = cell_values(self.instance, rows)
                told.append((word("wayback.values", self.lang, count=len(at)), float(rows["value"].sum()),
                             float(np.sum(true))))
                spend.iloc[at, spend.columns.get_loc("value")] = true
        return told + self._goals(plan, found)

    def _goals(self, plan: Plan, found: list[Change]) -> list[tuple[str, float, float]]:
        """The core's goal terms, where the tables they are computed from were changed."""
        goals = plan.tables.get("goals")
        moved = {change.table for change in found}
        if goals is None or not moved & {"allocations", "dependence"} or "goals" in moved:
            return []
        try:
            true = goal_values(plan.tables, self.instance)
        except (KeyError, ValueError):  # rows are missing: the audit says which
            return []
        told = []
        for goal, value in true.items():
            at = goals.index[(goals["goal"] == goal) & (goals["owner"] == "core")]
            if len(at) and differ(float(goals.at[at[0], "value"]), value):
                told.append((word("wayback.goal", self.lang, goal=term(goal, self.lang, "goal")),
                             float(goals.at[at[0], "value"]), value))
                goals.loc[at[0], "value"] = value
        return told

    def _relieved(self, plan: Plan) -> Plan:
        """A workbook alone holds no relief: what priced rules fall short by is taken as paid for."""
        priced = [m.name for m in MECHANISMS if self.instance.on(m.name) and self.instance.price(m.name) is not None]
        if not priced or len(plan.table("relief")):
            return plan
        rows = measure_all(plan, MECHANISMS)
        short = rows[rows["mechanism"].isin(priced) & (rows["slack"] < 0)]
        if short.empty:
            return plan
        self.notes.append(word("wayback.relief_taken", self.lang, count=len(short)))
        relief = short[["mechanism", "rule", "where", "year"]].assign(relief=-short["slack"])
        return replace(plan, tables=plan.tables | {"relief": relief.reset_index(drop=True)})

    def _inputs(self) -> list[pd.DataFrame]:
        """Figures of bids that sheet Missions repeats from the instance, and that must be those there."""
        read = self.read.get("missions")
        if read is None or "success" not in read.frame:
            return []
        bids = self.instance.table("bids").set_index("bid")
        here = read.frame[read.frame["bid"].isin(bids.index)]
        wrong = sum((here[column] != here["bid"].map(bids[column])).sum() for column in ("mission", "region"))
        wrong += int(sum(differ(told, true) for told, true in zip(here["success"], here["bid"].map(bids["success"]))))
        made = rule("bids_as_given", pd.DataFrame({"table": ["missions"]}), 0, float(wrong), "==", unit="rows")
        return [made.assign(mechanism="audit", relief=0.0, status="broken" if wrong else "kept").drop(
            columns="domain")]


def follows(instance, frame: pd.DataFrame, column: str):
    """A column of the allocations that follows from the others and the instance."""
    if column == "value":
        return cell_values(instance, frame)
    if column == "zone":
        regions = instance.table("regions")
        return frame["region"].map(dict(zip(regions["region"], regions["zone"]))).fillna("") if len(regions) else ""
    keys = ["region", "industry", "category", "stage"]
    return frame[keys].merge(instance.table("baseline"), how="left", on=keys)["spend"].to_numpy(float)
