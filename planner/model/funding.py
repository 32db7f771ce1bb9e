"""Where a cell's money comes from: the funding identity and the steering of private money."""

from __future__ import annotations

import numpy as np

from planner.model.figures import steering_floor
from solvers.algebra import total


def close_funding(core) -> None:
    """spend = grants with what they mobilise + private money; mobilised <= capacity."""
    block, instance = core.block, core.instance
    spent = core.spend_by("region", "stage", "year")
    private = core.private().on(spent.index)
    if not core.has("grants"):
        block.draw("central", total(spent - private, ("year",)))
    else:
        effective = core.offered("grant_effective")
        effective = core.grant.linear() if effective is None else effective
        given = total(effective, ("region", "stage", "year"), weights=1 + core.leverage)
        block.define("funding", spent - given.on(spent.index) - private, "==")
        mobilised = total(core.grant, ("region", "year"), weights=core.leverage)
        capacity = instance.table("private_capacity")
        if len(capacity):
            limits = dict(zip(zip(capacity["region"], capacity["year"]), capacity["capacity"]))
            block.require("mobilised", mobilised, "<=",
                          mobilised.map(("region", "year"), limits, default=np.inf))
    if len(instance.table("private")) and instance.setting("steering") < 1:
        floor = steering_floor(instance)
        kept = core.spend_by("region", "industry", "year")
        at_least = dict(zip(zip(floor["region"], floor["industry"], floor["year"]), floor["floor"]))
        block.require("steering", kept, ">=",
                      kept.map(("region", "industry", "year"), at_least, default=0.0), lazy=True)

