"""Instances of any size for benchmarks, resampled from a donor instance. Everything in them is synthetic.

Regions, industries, categories and missions are drawn from the donor's, each about equally often, and
perturbed; national amounts grow in proportion to the regions, so that ratios, densities and the
room between rules and the base year are the donor's at every size.
"""

from __future__ import annotations

from collections.abc import Callable

from planner.generate import capacity, goals, money, policy, tender
from planner.generate.draw import CannotGenerate, Draw, Size
from planner.generate.provenance import provenance, readme

__all__ = ["CannotGenerate", "Size", "generate", "readme"]

ALL = "all-mechanisms"
"""The donor's scenario that switches every mechanism on; it is kept, and the base for `mechanisms="all"`."""

STEPS = (("regions and money", money.write), ("people and platforms", capacity.write),
         ("missions and bids", tender.write), ("rules", policy.write))


def generate(donor, size: Size, name: str, progress: Callable[[str], None] = lambda words: None):
    """An instance of the given size, drawn from `donor`; the same arguments give the same instance.

    donor     an instance with regions in zones, industries in classes, and scenario all-mechanisms
    size      how many regions, industries, categories and years; the seed; which mechanisms are on
    name      of the new instance
    progress  called with the words of each step
    Raises CannotGenerate for a size that the donor does not allow, InvalidInstance where what
    was drawn does not hold together.
    """
    draw = Draw.begin(donor, size)
    for words, step in STEPS:
        progress(words)
        step(draw)
    progress("goals")
    instance = draw.instance(name, ALL)
    draw.tables["goals"] = goals.rescaled(instance, donor)
    draw.tables["provenance"] = provenance(draw)
    return draw.instance(name, ALL, check=True)
