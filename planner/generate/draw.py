"""Drawing members of a dimension from a donor's, and carrying the donor's tables over to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner.instance import Instance
from planner.words import say

DIMS = {"regions": "region", "industries": "industry", "categories": "category"}
"""Tables whose members are drawn, and the dimension they name."""

LEAST_YEARS, MOST_YEARS = 1, 30
STREAMS = ("regions", "industries", "categories", "missions", "size", "stages", "cells", "copies", "people", "fit")
"""Each has random numbers of its own, so that more years or categories leave the regions as they are."""


class CannotGenerate(ValueError):
    """A size that cannot be generated; the text says why and what would work."""


@dataclass(frozen=True)
class Size:
    """How large the instance is; None: as many as the donor has.

    mechanisms  'base' (on as in the donor) or 'all'
    """

    regions: int
    industries: int | None = None
    categories: int | None = None
    years: int | None = None
    seed: int = 0
    mechanisms: str = "base"


@dataclass
class Draw:
    """A draw in progress.

    members  dimension -> frame member, donor, copy (0 for a donor's first); in order
    scale    regions over the donor's: by what national amounts grow
    pace     plan years over the donor's, at most 1: how far a path gets by the last year
    tables   those written so far
    changes  'mechanism.parameter' -> value, where it is not the donor's
    base, donor_base  base-year spend, arrays region x industry x category x stage
    """

    donor: Instance
    size: Size
    years: list[int]
    scale: float
    pace: float
    members: dict[str, pd.DataFrame] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    changes: dict[str, float] = field(default_factory=dict)
    base: np.ndarray | None = None
    donor_base: np.ndarray | None = None

    @classmethod
    def begin(cls, donor: Instance, size: Size) -> Draw:
        """Checks the size and draws the members. Raises CannotGenerate."""
        regions, industries = donor.table("regions"), donor.table("industries")
        spend = donor.table("baseline")
        _refuse(size, regions, industries)
        count = len(donor.years) if size.years is None else size.years
        years = list(range(donor.years[0], donor.years[0] + count))
        draw = cls(donor, size, years, size.regions / len(regions), min(1.0, count / len(donor.years)))
        zones = list(donor.table("zones")["zone"])
        regions = regions.sort_values("zone", key=lambda zone: zone.map(zones.index), kind="stable")
        for name, table, group in (("regions", regions, "zone"), ("industries", industries, "class"),
                                   ("categories", donor.table("categories"), None)):
            dim = DIMS[name]
            weight = spend.groupby(dim)["spend"].sum().reindex(table[dim]).to_numpy()
            drawn = resampled(table[dim], table[group] if group else None, weight,
                              getattr(size, name) or len(table), draw.random(name))
            draw.members[dim] = drawn.assign(member=_names(dim, drawn))
        return draw

    def random(self, stream: str) -> np.random.Generator:
        return np.random.default_rng([self.size.seed, STREAMS.index(stream)])

    def noise(self, stream: str, shape, sigma: float) -> np.ndarray:
        """Lognormal factors around 1. The same stream and shape give the same factors."""
        return np.exp(sigma * self.random(stream).standard_normal(shape))

    def labels(self, dim: str) -> list[str]:
        return list(self.members[dim]["member"])

    def of(self, dim: str) -> dict[str, str]:
        """member -> donor."""
        return dict(zip(self.members[dim]["member"], self.members[dim]["donor"]))

    def positions(self, dim: str) -> np.ndarray:
        """Position of each member's donor in the donor's own table."""
        table = next(name for name, known in DIMS.items() if known == dim)
        at = {name: n for n, name in enumerate(self.donor.table(table)[dim])}
        return self.members[dim]["donor"].map(at).to_numpy()

    def carried(self, name: str) -> pd.DataFrame:
        """A donor's table with every row repeated for all members that its names were drawn for.

        Beside each such column stands `<column>_from`, the donor's name. Rows of members that
        were not drawn, and of years outside the plan, are left out.
        """
        declared, frame = self.donor.declared(name), self.donor.table(name)
        for column in declared.columns:
            dim = DIMS.get(column.refers) or (DIMS.get(name) if column.name == DIMS.get(name) else None)
            if dim is None:
                continue
            drawn = self.members[dim][["donor", "member"]]
            drawn = pd.concat([drawn, pd.DataFrame({"donor": [""], "member": [""]})])
            frame = frame.rename(columns={column.name: "donor"}).merge(drawn, on="donor").rename(
                columns={"donor": f"{column.name}_from", "member": column.name})
        if "year" in declared.keys:
            frame = frame[frame["year"].isin(self.years)]
        return frame.reset_index(drop=True)

    def put(self, name: str, frame: pd.DataFrame) -> None:
        """Keeps a table: its declared columns, rows in the order of the members, numbers of 10 digits."""
        declared = self.donor.declared(name)
        frame = frame[[column.name for column in declared.columns]]
        dims = [(column.name, DIMS.get(column.refers) or DIMS.get(name))
                for column in declared.columns if column.key]
        dims = [(column, dim) for column, dim in dims if dim]
        if dims:
            rank = pd.DataFrame({column: frame[column].map(
                {label: n for n, label in enumerate(self.labels(dim))}).fillna(-1) for column, dim in dims})
            frame = frame.loc[rank.sort_values(list(rank.columns), kind="stable").index]
        frame = frame.reset_index(drop=True).astype(self.donor.table(name).dtypes.to_dict())
        for column in frame.columns[frame.dtypes == float]:
            frame[column] = [float(f"{value:.10g}") for value in frame[column]]
        self.tables[name] = frame

    def paced(self, start, end):
        """What a path from `start` to `end` over the donor's years reaches within the plan's."""
        return start + (end - start) * self.pace

    def instance(self, name: str, scenario: str, check: bool = False) -> Instance:
        """The instance of the tables so far; those not yet written are left out."""
        size = self.size
        donor = self.donor if size.mechanisms == "base" else self.donor.with_overrides({}, scenario)
        shape = (f"{size.regions} regions, {len(self.members['industry'])} industries, "
                 f"{len(self.members['category'])} categories, {len(self.years)} years")
        header = {
            "title": f"Synthetic: {shape} (seed {size.seed})",
            "title_zh": f"合成算例：{size.regions}个地区、{len(self.members['industry'])}个产业、"
                        f"{len(self.members['category'])}类技术、{len(self.years)}年（种子{size.seed}）",
            "first_year": self.years[0], "last_year": self.years[-1]}
        return donor.rebuilt(name, self.tables, header, self.changes, (scenario,), check)


def resampled(names: pd.Series, groups: pd.Series | None, weight, count: int, random) -> pd.DataFrame:
    """`count` members: all donors equally often, what is left over by groups in proportion.

    names   donors        groups  of each donor; every group gets a member
    weight  chance of a donor to be among the rest, within its group
    Returns donor and copy (0, 1, ...), in the donors' order.
    """
    names = names.reset_index(drop=True)
    groups = pd.Series("", index=names.index) if groups is None else groups.reset_index(drop=True)
    whole, rest = divmod(count, len(names))
    times = np.full(len(names), whole)
    for group, more in _shares(groups.value_counts(sort=False), rest, least=0 if whole else 1).items():
        inside = np.flatnonzero(groups == group)
        chance = np.asarray(weight, float)[inside]
        times[random.choice(inside, more, replace=False, p=chance / chance.sum())] += 1
    at = np.repeat(np.arange(len(names)), times)
    return pd.DataFrame({"donor": names.to_numpy()[at],
                         "copy": np.concatenate([np.arange(n) for n in times] or [[]]).astype(int)})


def _shares(sizes: pd.Series, count: int, least: int) -> dict:
    """Whole shares of `count` in proportion to `sizes` by largest remainder, none below `least`."""
    exact = sizes / sizes.sum() * count
    got = np.maximum(np.floor(exact), least).astype(int)
    while got.sum() < count:
        got[(exact - got).idxmax()] += 1
    while got.sum() > count:
        got[(exact - got).where(got > least).idxmin()] -= 1
    return got.to_dict()


def _names(dim: str, drawn: pd.DataFrame) -> list[str]:
    """R001, R002, ... for regions; the donor's name for others, with _2, _3, ... for its copies."""
    if dim == "region":
        wide = max(3, len(str(len(drawn))))
        return [f"R{n:0{wide}}" for n in range(1, len(drawn) + 1)]
    return [donor + (f"_{copy + 1}" if copy else "") for donor, copy in zip(drawn["donor"], drawn["copy"])]


def _refuse(size: Size, regions: pd.DataFrame, industries: pd.DataFrame) -> None:
    for what, least, most in (
            ("regions", regions["zone"].nunique(), 9999), ("industries", industries["class"].nunique(), 999),
            ("categories", 1, 99), ("years", LEAST_YEARS, MOST_YEARS)):
        asked = getattr(size, what)
        if asked is not None and not least <= asked <= most:
            raise CannotGenerate(say(f"generate.too_many_{what}", asked=asked, least=least, most=most))
    if size.seed < 0:
        raise CannotGenerate(say("generate.seed", seed=size.seed))
