"""Sides of a rule as formulas over the workbook's tables, where the rule is made of sums.

The mechanisms' records say which sums (`planner.model.tally`). A formula is written
only where it comes to what the rule's own `measure` found in the plan; elsewhere the figure itself stands on the sheet, and is marked as one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from planner.mechanisms import MECHANISMS
from planner.model.tally import CORE_SUMS, Sum, groups, weights
from planner.report.cells import Formula
from planner.report.sheets import owner_word
from planner.report.sums import Source, conditional
from planner.report.words import Names

SAME = 1e-9
"""Relative difference up to which a formula's value counts as the measured one."""

RULES = {("core", rule): found for rule, found in CORE_SUMS.items()} | {
    (mechanism.name, rule): found for mechanism in MECHANISMS for rule, found in mechanism.sums.items()}
"""(mechanism, rule) -> the sums it is made of."""

SUMMARY_OF = {
    ("allocations",): ("zones", "stages", "industries", "categories", "regions"),
    ("allocations", "zone"): ("zones",), ("allocations", "stage"): ("stages",),
    ("allocations", "industry"): ("industries",), ("allocations", "category"): ("categories",),
    ("allocations", "region"): ("regions",), ("grants",): ("instruments",),
    ("grants", "instrument"): ("instruments",), ("performers", "performer"): ("performer_sums",),
}
"""(plan table, dimension) -> summary sheets that hold its sums by year."""

DIGITS = 12
"""Significant digits of a coefficient that is read off a plan: shares are given with far fewer."""


@dataclass(frozen=True)
class Sides:
    """Both sides of one compliance row as formulas; `required` may be a plain number (an input)."""

    reached: Formula
    required: Formula | float


class Live:
    """Finds the formulas of compliance rows.

    sources    plan table -> the Excel table that shows it
    summaries  key -> Summary, whose cells are pointed at where one holds the very sum
    """

    def __init__(self, plan, names: Names, sources: dict[str, Source], summaries: dict):
        self.plan, self.names, self.sources, self.summaries = plan, names, sources, summaries
        self.groups = groups(plan.instance)
        self._sums: dict = {}

    def sides(self, row) -> Sides | None:
        """Formulas for a compliance row (mechanism, rule, where, year, reached, required); None: no sums."""
        rule = RULES.get((row.mechanism, row.rule))
        if rule is None:
            return None
        parts = str(row.where).split(", ") if row.where else []
        if len(parts) != len(rule.labels):
            return None
        labels = dict(zip(rule.labels, parts))
        self._owner = row.mechanism
        reached = self._total(rule.reached, labels, int(row.year))
        if reached is None or not same(reached.value, row.reached):
            return None
        if not rule.base:
            return Sides(reached, row.required)
        base = self._total(rule.base, labels, int(row.year))
        if base is None or not base.value:
            return None
        share = float(f"{row.required / base.value:.{DIGITS}g}")
        if not same(share * base.value, row.required):
            return None
        text = base[1:]
        if share != 1:
            text = f"{share!r}*({text})" if len(rule.base) > 1 or "+" in text else f"{share!r}*{text}"
        return Sides(reached, Formula(f"={text}", row.required))

    def _total(self, sums: tuple[Sum, ...], labels: dict[str, str], year: int) -> Formula | None:
        text, value = "", 0.0
        for one in sums:
            found = self._one(one, labels, year)
            if found is None:
                return None
            text += ("-" if one.sign < 0 else "+" if text else "") + found[0]
            value += one.sign * found[1]
        return Formula(f"={text}", value) if text else None

    def _one(self, one: Sum, labels: dict[str, str], year: int) -> tuple[str, float] | None:
        """(formula without its sign of equality, value) of one sum; None where it cannot be written."""
        source = self.sources.get(one.table)
        if source is None:
            return None
        where = {dim: [labels[dim]] for dim in one.labels}
        for dim, group in one.groups:
            members = self._members(dim, group, labels)
            where[dim] = [key for key in where.get(dim, members) if key in members]
        if not all(where.values()):
            return None
        if "zone" in where and "zone" not in source.frame and "region" in source.frame:
            zones = where.pop("zone")
            inside = [region for zone in zones for region in self.groups["region", f"zone {zone}"]]
            where["region"] = [key for key in where.get("region", inside) if key in inside]
        when = year - one.shift if year else None
        if one.weight:
            return self._gini(when) if one.weight == "gini" else self._weighted(one, when)
        first = self.plan.instance.years[0]
        if when is not None and when < first:  # what stands for the year before the first is the base year
            if not source.base:
                return None
            return self._cells(one, where, self.plan.instance.base_year) or self._table(
                replace(one, amount=source.base), source, where, first)
        return (self._cells(one, where, when) if when else None) or self._table(one, source, where, when)

    def _members(self, dim: str, group: str, labels: dict[str, str]) -> list[str]:
        """The members that a group of `tally.Sum` stands for."""
        if group.startswith("parameter "):
            return [self.plan.instance.parameter(self._owner, group.removeprefix("parameter "))]
        group = f"class {labels['class']}" if group == "@class" else group
        return self.groups.get((dim, group), [group])

    def _cells(self, one: Sum, where: dict[str, list[str]], year: int) -> tuple[str, float] | None:
        """The sum as cells of a summary sheet that already adds them up."""
        if len(where) > 1 or one.amount:
            return None
        kept = SUMMARY_OF.get((one.table, *where), SUMMARY_OF.get((one.table,)) if not where else None)
        made = next((self.summaries[key] for key in kept or () if key in self.summaries), None)
        if made is None or year not in made.years:
            return None
        members = next(iter(where.values()), [""])
        if any(("money", key) not in made.anchors for key in members):
            return None
        letter = made.years[year]
        cells = [made.address(("money", key), letter) for key in members]
        value = sum(made.at(letter, made.anchors["money", key]) for key in members)
        return ("+".join(cells) if len(cells) == 1 else f"({'+'.join(cells)})"), value

    def _table(self, one: Sum, source: Source, where: dict, year: int | None) -> tuple[str, float]:
        """The sum as a SUMIFS over the big table."""
        amount = one.amount or source.amount
        shown = {dim: [owner_word(key, self.names.lang) if dim == "item" else self.names.name(dim, key)
                       for key in keys] for dim, keys in where.items()}
        key = (one.table, tuple(where), "year" in source.frame and year is not None)
        if (key, amount) not in self._sums:
            by = [*where, "year"] if key[2] else list(where)
            frame = source.frame
            self._sums[key, amount] = frame.groupby(by)[amount].sum().to_dict() if by else {
                (): frame[amount].sum()}
        sums, value = self._sums[key, amount], 0.0
        for members in combinations(list(where.values())):
            at = (*members, year) if key[2] else members
            value += sums.get(at if len(at) != 1 else at[0], 0.0)
        if year is not None and key[2]:
            shown["year"] = year
        return conditional(source, amount, shown), value

    def _gini(self, year: int | None) -> tuple[str, float] | None:
        """The Gini index of spend per head times all spend, from the sheets on fairness and regions."""
        made, money = self.summaries.get("fairness"), self.summaries.get("regions")
        if made is None or year not in made.years:
            return None
        index, total = ("gini", ""), ("money", "")
        text = f"{made.address(index, made.years[year])}*{money.address(total, money.years[year])}"
        return text, made.at(made.years[year], made.anchors[index]) * money.at(
            money.years[year], money.anchors[total])

    def _weighted(self, one: Sum, year: int | None) -> tuple[str, float] | None:
        """Money of the industries, each times its weight, as a product of a constant and cells."""
        made = self.summaries.get("industries")
        if made is None or year not in made.years:
            return None
        weight = weights(self.plan.instance, one.weight)
        head, last = made.blocks["money"]
        members = [key for kind, key in made.anchors if kind == "money" and key]
        letter = made.years[year]
        if last - head != len(members):
            return None
        figures = ";".join(repr(float(weight.get(key, 0.0))) for key in members)
        value = sum(weight.get(key, 0.0) * made.at(letter, made.anchors["money", key]) for key in members)
        return f"SUMPRODUCT({{{figures}}},'{made.title}'!{letter}{head + 1}:{letter}{last})", value


def combinations(lists: list[list[str]]) -> list[tuple[str, ...]]:
    made: list[tuple[str, ...]] = [()]
    for keys in lists:
        made = [(*before, key) for before in made for key in keys]
    return made


def same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * max(1.0, abs(one), abs(other))
