"""Levers: the one number of an instance that moves a clause, as its override key (`zone_bands[west].floor`)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.explain.clauses import Clause
from planner.instance.settings import ON, PRICE
from planner.instance.tables import CORE_PARAMETERS
from planner.mechanisms import MECHANISMS

CORE_LEVERS = {
    "central_budget": "budget[{year}].central", "local_budget": "local_budget[{region},{year}].local",
    "mobilised": "private_capacity[{region},{year}].capacity", "steering": "core.steering",
    "talent": "talent_stock[{region},{talent_type}].stock",
    "platform": "platform_stock[{region},{platform}].base_capacity",
    "funding": "private[{region},{stage},{year}].private", "keep_*": "goals[{name}].at_least"}
"""What moves the core's own clauses: budgets, capacities, stocks."""

DIGITS = 4  # significant digits to which a lever's change is rounded


@dataclass(frozen=True)
class Lever:
    """key: as before '=' in --set; now: its value; low, high: its limits; whole: a count; unit: of its column."""

    key: str
    now: float
    low: float
    high: float
    whole: bool
    unit: str

    def rounded(self, value: float) -> float:
        """The value rounded away from the present one, so that what holds at the value still holds."""
        if self.whole:
            near = round(value)
            out = near if abs(value - near) < 1e-6 else math.floor(value) if value < self.now else math.ceil(value)
            return float(min(max(out, self.low), self.high))
        move = value - self.now
        if move == 0:
            return value
        step = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - DIGITS if value else math.floor(
            math.log10(abs(move))) + 1 - DIGITS)
        step = min(step, 10.0 ** (math.floor(math.log10(abs(move))) - 1))
        near = round(value / step) * step
        if abs(near - value) <= 1e-9 * max(abs(value), abs(self.now)):
            out = near
        else:
            out = math.floor(value / step) * step if move < 0 else math.ceil(value / step) * step
        return float(f"{min(max(out, self.low), self.high):.12g}")


def lever(instance, clause: Clause) -> Lever | None:
    """The lever of a clause, or None where no single number moves it (or it is not set)."""
    template, name = _template(clause)
    if template is None:
        return None
    words = _labels(instance, clause) | {"name": name}
    try:
        return find(instance, template.format(**words))
    except KeyError:  # the rule's rows lack such a label
        return None


def find(instance, key: str) -> Lever | None:
    """The number behind an override key; None where there is none, or the cell is empty."""
    head, _, entry = key.rpartition(".")
    if "[" not in head:
        if head == "core":
            found = {parameter.name: parameter for parameter in CORE_PARAMETERS}.get(entry)
            value = instance.setting(entry) if found else None
        else:
            own = next((m for m in MECHANISMS if m.name == head), None)
            found = None if own is None else {
                parameter.name: parameter for parameter in (ON, PRICE, *own.parameters)}.get(entry)
            value = instance.parameter(head, entry) if found and entry not in ("on", "price") else None
    else:
        table, _, inside = head.rstrip("]").partition("[")
        declared = instance.declared(table)
        found, frame = declared.column(entry), instance.table(table)
        chosen = np.ones(len(frame), bool)
        for column, word in zip(declared.keys, inside.split(",")):
            if word.strip() != "*":
                chosen &= (frame[column].astype(str) == word.strip()).to_numpy()
        values = frame.loc[chosen, entry].dropna().unique()
        value = values[0] if len(values) == 1 else None
    if found is None or found.kind not in ("number", "integer") or value is None or not np.isfinite(value):
        return None
    return Lever(key, float(value), -np.inf if found.low is None else float(found.low),
                 np.inf if found.high is None else float(found.high), found.kind == "integer", found.unit)


def _template(clause: Clause) -> tuple[str | None, str]:
    """(template, what `*` stood for)."""
    own = next((m.levers for m in MECHANISMS if m.name == clause.mechanism), {})
    own = CORE_LEVERS if clause.mechanism == "core" else own
    if clause.rule in own:
        return own[clause.rule], ""
    for rule, template in own.items():
        if rule.endswith("*") and clause.rule.startswith(rule[:-1]):
            return template, clause.rule[len(rule) - 1:]
    return None, ""


def _labels(instance, clause: Clause) -> dict:
    """The labels of a clause, and the zone of its region."""
    labels = dict(clause.labels)
    if "region" in labels and "zone" not in labels:
        zones = instance.table("regions").set_index("region")["zone"]
        labels["zone"] = zones.get(labels["region"], "")
    return labels
