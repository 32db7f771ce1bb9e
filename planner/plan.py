"""A solved plan: tidy tables and their passport. Leaves the modelling layer at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from planner.model.compliance import TOLERANCE, broken, together
from planner.model.values import cell_values, goal_values, measure_core

LABELS = ("region", "zone", "industry", "category", "stage", "instrument", "level", "performer",
          "talent_type", "platform", "mission", "bid", "scenario", "rival", "donor", "recipient", "upstream",
          "downstream", "data_set", "data_pair", "tier", "oversight", "item", "goal", "owner",
          "rule", "where", "sense", "unit", "mechanism", "status")
"""Columns that hold names; read back as text."""


@dataclass(frozen=True)
class Plan:
    """The tables of one solved plan.

    instance  the instance (with scenario and overrides) it was made from
    tables    name -> tidy frame; see docs/architecture.md
    passport  status, objective, bound, gap, times, versions, hash, options
    """

    instance: object
    tables: dict[str, pd.DataFrame]
    passport: dict = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """A copy of a table; an empty frame when the plan has none of that name."""
        return self.tables.get(name, pd.DataFrame()).copy()

    @property
    def status(self) -> str:
        return self.passport["status"]

    @property
    def gap(self) -> float:
        return self.passport["gap"]

    @property
    def objective(self) -> float:
        return self.passport["objective"]

    @property
    def allocations(self) -> pd.DataFrame:
        return self.table("allocations")

    @property
    def goals(self) -> pd.DataFrame:
        return self.table("goals")

    @property
    def compliance(self) -> pd.DataFrame:
        return self.table("compliance")

    def item(self, level: str, owner: str) -> pd.DataFrame:
        """What an owner draws on the budgets: rows of table `budget` (region '' for central)."""
        budget = self.table("budget")
        if budget.empty:
            return budget
        return budget[(budget["level"] == level) & (budget["item"] == owner)]

    # --- keeping ----------------------------------------------------------------

    def save(self, folder: Path | str) -> None:
        """Writes `tables/*.csv` and `plan.json` into an existing folder.

        Numbers are written in full, so that a plan read back is the same plan.
        """
        folder = Path(folder)
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        for name, frame in self.tables.items():
            frame.to_csv(folder / "tables" / f"{name}.csv", index=False, encoding="utf-8-sig",
                         lineterminator="\n")
        text = json.dumps(self.passport, indent=2, ensure_ascii=False, allow_nan=False)
        (folder / "plan.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path | str, instance=None) -> Plan:
        """Reads what `save` wrote. Raises FileNotFoundError when it is no plan folder."""
        folder = Path(folder)
        passport = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        tables = {path.stem: read_table(path) for path in sorted((folder / "tables").glob("*.csv"))}
        return cls(instance, tables, passport)


def read_table(path: Path) -> pd.DataFrame:
    """One saved table; names stay text ('' where empty), figures stay exact."""
    frame = pd.read_csv(path, encoding="utf-8-sig", dtype={
        name: str for name in LABELS}, keep_default_na=False, na_values=[""])
    for name in LABELS:
        if name in frame:
            frame[name] = frame[name].fillna("")
    return frame


def tables_of(core, x: np.ndarray) -> dict[str, pd.DataFrame]:
    """The decisions of a solved model as tidy tables (compliance comes after)."""
    instance, tables = core.instance, {}
    if core.has("cells"):
        frame = core.cells.frame()
        regions = instance.table("regions")
        zone = dict(zip(regions["region"], regions["zone"])) if len(regions) else {}
        frame.insert(1, "zone", frame["region"].map(zone).astype(object).fillna(""))
        frame["baseline"] = np.repeat(core.baseline["spend"].to_numpy(), len(instance.years))
        frame["spend"] = clean(core.spend.value(x))
        frame["value"] = cell_values(instance, frame)
        tables["allocations"] = frame
    if core.has("grants"):
        tables["grants"] = core.grant.index.frame().assign(amount=clean(core.grant.values_at(x)))
    for name, parts in core.reports.items():
        tables[name] = merged(parts, x)
    tables["budget"] = balance_sheet(core, x)
    tables["dependence"] = by_owner(core.dependence, x)
    for balance in dict.fromkeys(rule for rule, *_ in core.uses):
        tables[f"{balance}_balance"] = pd.concat([
            by_owner([(owner, part)], x).assign(side=side)
            for rule, side, owner, part in core.uses if rule == balance], ignore_index=True)
    told = {(goal, "core"): value for goal, value in goal_values(tables, instance).items()}
    told |= {term: recompute(tables) for term, recompute in core.told.items()}
    tables["goals"] = goal_table(core, x, told)
    return {name: frame for name, frame in tables.items() if len(frame)}


def clean(values: np.ndarray) -> np.ndarray:
    """Solver dust below 1e-9 becomes 0; nothing else is touched."""
    return np.where(np.abs(values) < 1e-9, 0.0, values)


def evaluate(quantity, x: np.ndarray) -> pd.DataFrame:
    linear = quantity.linear()
    values = clean(linear.value(x))
    if getattr(quantity, "integer", False):
        values = np.rint(values)
    return linear.index.frame(), values


def merged(parts: list[dict], x: np.ndarray) -> pd.DataFrame:
    """One output table from the quantities that mechanisms reported under its name."""
    out = None
    for part in parts:
        frame = None
        for name, quantity in part.items():
            labels, values = evaluate(quantity, x)
            frame = labels if frame is None else frame
            frame[name] = values
        out = frame if out is None else out.merge(
            frame, how="outer", on=[c for c in frame.columns if c not in part])
    return out


def balance_sheet(core, x: np.ndarray) -> pd.DataFrame:
    """Who drew what on the central and the local budgets."""
    parts = [by_owner([(owner, amount)], x).rename(columns={"owner": "item"}).assign(level=level)
             for level, owner, amount in core.sheet]
    if not parts:
        return pd.DataFrame()
    sheet = pd.concat(parts, ignore_index=True)
    if "region" not in sheet:
        sheet["region"] = ""
    sheet["region"] = sheet["region"].fillna("")
    keys = ["level", "region", "year", "item"]
    return sheet.groupby(keys, as_index=False, sort=False)["amount"].sum()


def by_owner(parts: list, x: np.ndarray) -> pd.DataFrame:
    """Amounts that several owners contribute to one balance, one row per owner and label."""
    frames = [part.index.frame().assign(owner=owner, amount=clean(part.value(x)))
              for owner, part in parts]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def goal_table(core, x: np.ndarray, told: dict[tuple[str, str], float]) -> pd.DataFrame:
    """Every goal's terms by owner; the terms of a goal sum to its value.

    The terms in `told`, by (goal, owner), are recomputed from tables: a goal without
    a weight leaves the model's distance columns slack, so theirs would be no value.
    """
    rows = [(goal, owner, float(term.value(x).sum())) for goal, terms in core.goal_terms.items()
            for owner, term in terms if (goal, owner) not in told]
    rows += [(*term, value) for term, value in told.items()]
    return pd.DataFrame(rows, columns=["goal", "owner", "value"]).sort_values(
        ["goal", "owner"], ignore_index=True)


def measure_all(plan: Plan, mechanisms) -> pd.DataFrame:
    """Compliance of a plan from its tables alone: the core's rules and every mechanism's.

    Columns: mechanism, rule, where, year, sense, reached, required, unit, slack,
    scale, relief, status ('kept', 'binding', 'relieved' or 'broken').
    """
    parts = []
    for name, measure in [("core", measure_core)] + [
            (m.name, m.measure) for m in mechanisms if plan.instance.on(m.name)]:
        rows = measure(plan, plan.instance)
        if rows is not None and len(rows):
            parts.append(rows.assign(mechanism=name))
    rows = together(*parts)
    if rows.empty:
        return rows.assign(mechanism=[], relief=[], status=[])
    relief = plan.table("relief")
    keys = ["mechanism", "rule", "where", "year"]
    rows["relief"] = 0.0
    if len(relief):
        found = rows[keys].merge(relief, how="left", on=keys)["relief"].fillna(0.0)
        rows["relief"] = found.to_numpy()
    tight = rows["slack"] <= 1e-5 * rows["scale"]
    rows["status"] = np.select(
        [broken(rows, rows["relief"]), rows["relief"] > TOLERANCE * rows["scale"],
         tight & (rows["sense"] != "==") & ~rows["domain"].astype(bool)], ["broken", "relieved", "binding"], "kept")
    return rows[["mechanism"] + [c for c in rows.columns if c not in ("mechanism", "domain")]]
