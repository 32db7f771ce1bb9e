"""Closing the balances: money central and local, talent, platform capacity, dependence."""

from __future__ import annotations

import numpy as np

from solvers.algebra import Linear, gather, total


def close_balances(core) -> None:
    """Writes one row per balance and report the balance sheet (who drew what)."""
    _close_central(core)
    _close_local(core)
    for name in ("talent", "platform"):
        _close_capacity(core, name)


def _close_capacity(core, name: str) -> None:
    """Draws <= supplies on every row that somebody supplies; other draws are not limited.

    A supply over zones is a pool: what the zone's regions draw is summed.
    """
    balance = core.balances[name]
    for dims in sorted({amount.index.dims for _, amount in balance.supplies}):
        supplies = [(owner, part) for owner, part in balance.supplies if part.index.dims == dims]
        supplied = gather([part for _, part in supplies], dims)
        draws = [(owner, total(part, dims).on(supplied.index)) for owner, part in balance.draws]
        drawn = sum((part for _, part in draws), Linear.constant(supplied.index, 0.0))
        rule = f"zone_{name}" if "zone" in dims else name
        core.block.require(rule, drawn - supplied, "<=")
        for side, parts in (("draw", draws), ("supply", supplies)):
            core.uses += [(rule, side, owner, part) for owner, part in parts]


def _close_central(core) -> None:
    block, instance, balance = core.block, core.instance, core.balances["central"]
    budget = instance.table("budget")
    if budget.empty or not instance.setting("budgets"):
        return
    index = core.space.index(year=None)
    money = index.map("year", dict(zip(budget["year"], budget["central"])), default=0.0)
    carry = block.columns("carry", index, upper=instance.setting("carry_limit") * money)
    drawn, supplied = balance.sums(index)
    brought = carry.shift("year", 1).on(index)
    block.require("central_budget", drawn - supplied + carry.linear() - brought, "<=", money)
    for owner, amount in balance.draws + [(who, -part) for who, part in balance.supplies]:
        core.sheet.append(("central", owner, amount.on(index)))
    core.sheet.append(("central", "carried over", carry.linear()))
    core.sheet.append(("central", "brought forward", -brought))


def _close_local(core) -> None:
    block, instance, balance = core.block, core.instance, core.balances["local"]
    table = instance.table("local_budget")
    if table.empty or not instance.setting("budgets") or not (balance.draws or balance.supplies):
        return
    index = core.space.index(region=None, year=None)
    limits = dict(zip(zip(table["region"], table["year"]), table["local"]))
    drawn, supplied = balance.sums(index)
    block.require("local_budget", drawn - supplied, "<=",
                  index.map(("region", "year"), limits, default=np.inf))
    for owner, amount in balance.draws + [(who, -part) for who, part in balance.supplies]:
        core.sheet.append(("local", owner, amount.on(index)))
