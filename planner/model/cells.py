"""Dimensions and cells of a model, made once from an instance's tables."""

from __future__ import annotations

from planner.model.figures import members
from planner.vocabulary import Table
from solvers.algebra import Space


def dimensions(declared: tuple[Table, ...]) -> dict[str, Table]:
    """The tables that define a dimension: one text key that refers to nothing."""
    found = {}
    for table in declared:
        keys = [column for column in table.columns if column.key]
        if len(keys) == 1 and keys[0].kind == "text" and keys[0].refers is None:
            found[keys[0].name] = table
    return found


def make_space(instance, segments: int) -> Space:
    """The dimensions of the instance; a column that names another dimension makes it a parent."""
    tables = dimensions(instance.tables_declared)
    frames = {dim: members(instance, dim, table.name) for dim, table in tables.items()}
    labels = {dim: tuple(frame[dim]) for dim, frame in frames.items()}
    parents = {}
    by_table = {table.name: dim for dim, table in tables.items()}
    for dim, table in tables.items():
        for column in table.columns:
            parent = by_table.get(column.refers or "")
            if column.key or parent is None or parent == dim or frames[dim].empty:
                continue
            of = dict(zip(frames[dim][dim], frames[dim][column.name]))
            if set(of.values()) <= set(labels[parent]):
                parents[dim, parent] = of
    if "bid" in labels:
        labels["rival"] = labels["bid"]  # the other of two bids that run side by side
    if "region" in labels:
        two = ("donor", "recipient"), ("ahead", "behind")  # two regions in one row
        labels |= {name: labels["region"] for pair in two for name in pair}
    if "industry" in labels:
        labels |= {"upstream": labels["industry"], "downstream": labels["industry"]}  # two industries
    labels |= {"year": instance.years, "level": ("central", "local"),
               "segment": tuple(range(1, segments + 1))}
    if "industry" in frames and "class" in frames["industry"]:
        of = dict(zip(frames["industry"]["industry"], frames["industry"]["class"]))
        labels["class"] = ("emerging", "future", "traditional", "other")
        parents["industry", "class"] = {key: value or "other" for key, value in of.items()}
    return Space(labels, parents)
