"""Import dependence closed, by spend and by whoever supplies the `dependence` balance."""

from __future__ import annotations

import numpy as np

from planner.model.figures import autonomy_weight, members, rd_stages
from solvers.algebra import Linear


def close_autonomy(core) -> None:
    """closed[i,t] <= what R&D growth and missions close, and <= the dependence there is.

    closed may be negative (at least -1): R&D below the base year opens dependence.

    Spend closes `dependence_cut` of the dependence for each doubling of an
    industry's R&D money over its base year. The autonomy goal is the
    criticality-weighted dependence closed, discounted and averaged over years.
    """
    industries = members(core.instance, "industry", "industries")
    if industries.empty or not (industries["import_dependence"] > 0).any():
        return
    dependent = industries[industries["import_dependence"] > 0]
    index = core.space.index(industry=list(dependent["industry"]), year=None)
    there = index.map("industry", dict(zip(dependent["industry"], dependent["import_dependence"])))
    closed = core.block.columns("closed", index, lower=-1.0, upper=there)
    by_spend = closed_by_spend(core, index)
    _, by_others = core.balances["dependence"].sums(index)
    core.block.define("closed_by", closed - by_spend - by_others, "<=")
    core.block.goal("autonomy", closed * autonomy_weight(core.instance, index.frame()))
    core.block.publish("dependence_left", Linear.constant(index, there) - closed)
    core.dependence = [("core", by_spend)] + [
        (owner, part.on(index)) for owner, part in core.balances["dependence"].supplies]


def closed_by_spend(core, index) -> Linear:
    """Dependence closed by an industry's R&D money beyond its base year.

    Linear on both sides of the base year: money below it opens dependence again.
    """
    rd = rd_stages(core.instance)
    industries = members(core.instance, "industry", "industries")
    cut = dict(zip(industries["industry"], industries["dependence_cut"]))
    if not core.has("cells") or not rd or not any(cut.values()):
        return Linear.constant(index, 0.0)
    base = core.baseline_by("industry", stage=rd).on(index).const
    rate = index.map("industry", cut) / np.where(base > 0, base, np.inf)
    return (core.spend_by("industry", "year", stage=rd).on(index) - base) * rate
