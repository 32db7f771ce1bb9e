"""The recipe: instance + mechanisms -> model."""

from __future__ import annotations

from planner.model.block import Block
from planner.model.core import Core


def build(instance, mechanisms) -> Core:
    """Writes the core and every mechanism that is on, and closes the balances.

    The order of `mechanisms` does not matter. Returns the `Core`, whose `model`
    is the Pyomo model without an objective (see `planner.model.goals`).
    """
    core = Core(instance)
    for mechanism in mechanisms:
        if instance.on(mechanism.name):
            block = Block(core, mechanism.name, instance.price(mechanism.name))
            mechanism.add(block, core, instance)
    core.close()
    return core
