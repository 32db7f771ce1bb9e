"""Rules of thumb that hand public money out without a model, told as plans like any other.

    status_quo  every cell grows with the budget
    per_capita  central money by population          by_gdp  by gross domestic product
    formula     two thirds by fiscal capacity, one third by population
    greedy      the best return first, budgets only
    peer_rank   bids by score until the money is gone; the rest as in status_quo

The rules are the formulation's (section 4); `formula` has the weights by which the German states
share joint research funding (two thirds tax revenue, one third population). Local money stays in its
region. Inside a region money follows the base year, but for `greedy`.

Each rule gives a Plan whose tables are measured by the same checks as a solved one, so that a
floor it breaks is told. Its passport says 'rule' and claims neither bound nor gap.

Departures. A rule decides on money alone; what goes on beside it stands in `standing`. Income from
funds is not spent again, nothing is carried over. Goal terms of decisions that a rule does not take
(platforms, data, backups) are missing from its goals.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pandas as pd

import planner
from planner.mechanisms import MECHANISMS
from planner.model import tender
from planner.model.compliance import TOLERANCE
from planner.model.figures import curves, returns
from planner.model.values import cell_values, goal_values
from planner.plan import Plan, measure_all
from planner.policies import standing
from planner.policies.handing import DUST, CannotApply, Hand
from planner.words import say

FISCAL = 2 / 3
"""Weight of fiscal capacity in `formula`; the rest is population's."""


def plan_by(instance, rule: str, mechanisms=MECHANISMS) -> Plan:
    """The plan that a rule of thumb makes. Raises CannotApply, with what the instance lacks."""
    if rule not in RULES:
        raise KeyError(rule)
    tables, items = {}, [part for part in (standing.platforms(instance), standing.people(instance))]
    tables["platforms"], tables["talent"] = (table for table, _ in items)
    costs = [cost for _, cost in items] + [_offices(instance, tables)]
    made, goals = pd.DataFrame(), []
    if rule == "peer_rank":
        made = ranked(instance, pd.concat(costs))
        costs.append(_mission_costs(instance, made))
    sheet = pd.concat([cost for cost in costs if len(cost)] or costs, ignore_index=True)
    has_cells = len(instance.table("baseline")) > 0
    if not has_cells and rule != "peer_rank":
        raise CannotApply(say("policies.no_cells"))
    if has_cells:
        hand = Hand(instance, *_left(instance, sheet))
        RULES[rule](hand)
        tables |= hand.tables()
        spend = tables["allocations"]
        spend["value"] = cell_values(instance, spend)
        sheet = pd.concat([sheet, _granted(instance, hand, tables)], ignore_index=True)
        tables["awards"] = _awards(instance, tables)
    spend = tables.get("allocations", pd.DataFrame())
    tables["performers"] = standing.performers(instance, spend)
    tables["dependence"] = standing.closed_by_spend(instance, spend)
    mission_people = pd.DataFrame()
    if len(made):
        mission_people = _mission_tables(instance, made, tables, goals)
    tables["talent_balance"] = standing.talent_balance(instance, tables["talent"], spend, mission_people)
    tables["budget"] = _sheet(instance, sheet)
    tables["goals"] = _goal_table(instance, tables, goals)
    tables = {name: frame for name, frame in tables.items() if len(frame)}
    plan = Plan(instance, tables, _passport(instance, rule))
    plan.tables["compliance"] = clauses(plan, mechanisms)
    return plan


def clauses(plan: Plan, mechanisms=MECHANISMS) -> pd.DataFrame:
    """Compliance of any policy's plan, without the book-keeping of decisions that it does not take.

    A mechanism's '==' rows say that a table of the plan is what other tables make it; a plan that
    has no such table breaks no clause of policy. The core's own identities all stay.
    """
    rows = measure_all(plan, mechanisms)
    if rows.empty:
        return rows
    book = (rows["sense"] == "==") & (rows["mechanism"] != "core") & (rows["status"] == "broken")
    return rows[~book].reset_index(drop=True)


# --- the rules ------------------------------------------------------------------


def status_quo(hand: Hand) -> None:
    by_weight(hand, lambda t: hand.base)


def per_capita(hand: Hand) -> None:
    by_region(hand, lambda year: _of_regions(hand, "population"))


def by_gdp(hand: Hand) -> None:
    by_region(hand, lambda year: _gdp(hand, year))


def formula(hand: Hand) -> None:
    """Fiscal capacity is the local budget of the year, or else the gross domestic product."""
    def key(year: int) -> pd.Series:
        table = hand.instance.table("local_budget")
        table = table[table["year"] == year].set_index("region")["local"]
        fiscal = table if table.sum() > 0 else _gdp(hand, year)
        people = _of_regions(hand, "population")
        return (FISCAL * fiscal / fiscal.sum()).add((1 - FISCAL) * people / people.sum(), fill_value=0.0)
    by_region(hand, key)


def greedy(hand: Hand) -> None:
    """Every unit of money goes where it is worth most, within what its owner may pay for.

    Cells fill along the concave hull of their response. Private money is placed first (inside its
    region and stage), then local (inside its region), then central: each has fewer places than the
    next, so that with one reach for all none is placed better otherwise.
    """
    cell, width, worth = _pieces(hand)
    hand.private[:] = 0.0
    for t in range(len(hand.years)):
        fill = partial(_fill, cell, width.copy(), worth[:, t])
        one = np.ones(len(hand.base))
        for pair in dict.fromkeys(zip(hand.region, hand.stage)):
            here = (hand.region == pair[0]) & (hand.stage == pair[1])
            hand.private[:, t] += fill(hand.given[here, t].max(), here, one)
        for money, here in hand.locals(t):
            hand.public["local"][:, t] += fill(money, here, hand.reach["local"])
        money = hand.central[hand.years[t]]
        hand.public["central"][:, t] += fill(money, one > 0, hand.reach["central"])


def _fill(cell, left, worth, amount: float, here: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Money by cell: the best pieces of the cells `here` until the amount is gone; lowers `left`."""
    may = here[cell] & (reach[cell] > 0)
    each = np.where(may, reach[cell], 1.0)
    order = np.argsort(-np.where(may, worth * each, -np.inf), kind="stable")
    price = np.where(may, left / each, 0.0)[order]
    take = np.clip(amount - (np.cumsum(price) - price), 0.0, price)
    left[order] -= take * each[order]
    return np.bincount(cell[order], take, minlength=len(here))


def peer_rank(hand: Hand) -> None:
    status_quo(hand)


RULES: dict[str, Callable[[Hand], None]] = {
    "status_quo": status_quo, "per_capita": per_capita, "by_gdp": by_gdp, "formula": formula,
    "greedy": greedy, "peer_rank": peer_rank}


def by_weight(hand: Hand, weight: Callable[[int], np.ndarray]) -> None:
    """Local money by the region's base year, then central money by weights of cells."""
    for t, year in enumerate(hand.years):
        for money, here in hand.locals(t):
            hand.spread(t, "local", money, hand.base, here)
        hand.spread(t, "central", hand.central[year], weight(t))


def by_region(hand: Hand, key: Callable[[int], pd.Series]) -> None:
    """Central money by a key of regions; inside a region by the base year of the cells it may go to."""
    payable = np.where(hand.reach["central"] > 0, hand.base, 0.0)
    whole = pd.Series(payable).groupby(hand.region).transform("sum").to_numpy()
    inside = np.divide(payable, whole, out=np.zeros(len(whole)), where=whole > 0)

    def weight(t: int) -> np.ndarray:
        share = key(hand.years[t])
        return inside * np.array([float(share.get(region, 0.0)) for region in hand.region])
    by_weight(hand, weight)


def _of_regions(hand: Hand, column: str) -> pd.Series:
    regions = hand.instance.table("regions")
    if regions.empty or regions[column].sum() <= 0:
        raise CannotApply(say("policies.no_column", column=column))
    return regions.set_index("region")[column]


def _gdp(hand: Hand, year: int) -> pd.Series:
    """Expected in the year, or else that of the base year."""
    table = hand.instance.table("gdp")
    table = table[table["year"] == year].set_index("region")["gdp"]
    return table if table.sum() > 0 else _of_regions(hand, "gdp")


def _pieces(hand: Hand) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pieces of every cell's response (concave hull): cell, width in money, worth of a unit by year."""
    gain, discount = returns(hand.instance)
    hulls = {stage: hull(curve.ratio, curve.value) for stage, curve in curves(hand.instance).items()}
    cell, width, slope = [], [], []
    for c, stage in enumerate(hand.stage):
        ratio, value = hulls[stage]
        cell += [c] * (len(ratio) - 1)
        width += list(np.diff(ratio) * hand.base[c])
        slope += list(np.diff(value) / np.diff(ratio))
    cell = np.array(cell, int)
    return cell, np.array(width), np.array(slope)[:, None] * (gain * discount)[cell]


def hull(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the upper concave hull of points with growing x."""
    kept: list[int] = []
    for i in range(len(x)):
        while len(kept) > 1 and ((y[kept[-1]] - y[kept[-2]]) * (x[i] - x[kept[-1]])
                                 <= (y[i] - y[kept[-1]]) * (x[kept[-1]] - x[kept[-2]])):
            kept.pop()
        kept.append(i)
    return x[kept], y[kept]


# --- money ----------------------------------------------------------------------


def _left(instance, sheet: pd.DataFrame) -> tuple[dict[int, float], dict[tuple[str, int], float]]:
    """What the budgets hold after the items of a sheet: central by year, local by (region, year)."""
    budget = instance.table("budget")
    if budget.empty or not instance.setting("budgets"):
        raise CannotApply(say("policies.no_budget"))
    spent = sheet.groupby(["level", "region", "year"])["amount"].sum().to_dict() if len(sheet) else {}
    money = budget.set_index("year")["central"].to_dict()
    central = {year: max(float(money.get(year, 0.0)) - spent.get(("central", "", year), 0.0), 0.0)
               for year in instance.years}
    local = {(row.region, row.year): max(
        float(row.local) - spent.get(("local", row.region, row.year), 0.0), 0.0)
        for row in instance.table("local_budget").itertuples()}
    return central, local


def _offices(instance, tables: dict) -> pd.DataFrame:
    """Table `oversight`, and what its offices cost: one for every stage and instrument."""
    oversight, pairs = standing.cheapest_oversight(instance), instance.table("leverage")
    if oversight is None or pairs.empty:
        return pd.DataFrame(columns=standing.ITEM)
    tables["oversight"] = pairs[["stage", "instrument"]].assign(oversight=oversight["oversight"], choose=1.0)
    cost = float(oversight["office"]) * len(pairs)
    return pd.DataFrame([("central", "", year, "supervision", cost) for year in instance.years],
                        columns=standing.ITEM)


def _granted(instance, hand: Hand, tables: dict) -> pd.DataFrame:
    """Items 'core' of the balance sheet: grants, or public spend where no instrument is named."""
    if "grants" in tables:
        grants = tables["grants"].assign(item="core")
        grants["region"] = grants["region"].where(grants["level"] == "local", "")
        return grants.groupby(["level", "region", "year", "item"], as_index=False)["amount"].sum()
    amount = hand.public["central"].sum(axis=0)
    return pd.DataFrame({"level": "central", "region": "", "year": list(instance.years), "item": "core",
                         "amount": amount})


def _awards(instance, tables: dict) -> pd.DataFrame:
    """Table `awards`: which grants with a least amount are given at all."""
    least = instance.table("minimum_grants")
    if not instance.on("minimum_grant") or least.empty or "grants" not in tables:
        return pd.DataFrame()
    grants = tables["grants"][tables["grants"]["instrument"].isin(least["instrument"])]
    keys = ["region", "stage", "instrument", "year"]
    out = grants.groupby(keys, as_index=False, sort=False)["amount"].sum()
    return out.assign(used=(out["amount"] > DUST).astype(int))[[*keys, "used"]]


def _sheet(instance, sheet: pd.DataFrame) -> pd.DataFrame:
    """The balance sheet of the budgets that there are."""
    there = {"central": len(instance.table("budget")) > 0, "local": len(instance.table("local_budget")) > 0}
    return sheet[sheet["level"].map(there).astype(bool)][standing.ITEM].reset_index(drop=True)


# --- missions -------------------------------------------------------------------


def ranked(instance, costs: pd.DataFrame) -> pd.DataFrame:
    """The starts that peers choose: the best score first, as soon as it may, while money lasts.

    A bid's score is the mean of maturity, feasibility and benefit; each mission goes to one bid.
    Rows of `tender.starts`. Raises CannotApply without a tender.
    """
    if not instance.on("missions") or instance.table("bids").empty:
        raise CannotApply(say("policies.no_tender"))
    central, local = _left(instance, costs)
    made = tender.starts(instance, tender.bids(instance))
    made["score"] = made[list(tender.SCORES)].mean(axis=1)
    run = {row: rows for row, rows in tender.running(instance, made).groupby("row")}
    won, chosen = set(), []
    for start in made.sort_values(["score", "bid", "year"], ascending=[False, True, True]).itertuples():
        if start.mission in won:
            continue
        rows = run[start.row]
        if any(row.central > central.get(row.year, 0.0) + DUST or row.local > local.get(
                (row.region, row.year), np.inf if not local else 0.0) + DUST for row in rows.itertuples()):
            continue
        for row in rows.itertuples():
            central[row.year] -= row.central
            if (row.region, row.year) in local:
                local[row.region, row.year] -= row.local
        won.add(start.mission)
        chosen.append(start.row)
    return made[made["row"].isin(chosen)]


def _mission_costs(instance, made: pd.DataFrame) -> pd.DataFrame:
    if made.empty:
        return pd.DataFrame(columns=standing.ITEM)
    run = tender.running(instance, made)
    central = run.assign(level="central", region="", amount=run["central"])
    local = run[run["local"] > 0].assign(level="local", amount=run["local"])
    out = pd.concat([central, local]).groupby(["level", "region", "year"], as_index=False)["amount"].sum()
    return out.assign(item="missions")[standing.ITEM]


def _mission_tables(instance, made: pd.DataFrame, tables: dict, goals: list) -> pd.DataFrame:
    """Adds `missions`, `mission_success`, dependence and value; the people tied up."""
    every = tender.starts(instance, tender.bids(instance))
    tables["missions"] = every[["bid", "year"]].assign(start=every["row"].isin(made["row"]).astype(int))
    done = tender.done(instance, made)
    tables["mission_success"] = done.groupby(["mission", "year"], as_index=False)["success"].sum()
    if len(tables["dependence"]):
        closes = done.assign(amount=done["success"] * done["criticality"] * done["dependence"])
        closes = closes.groupby(["industry", "year"], as_index=False)["amount"].sum().assign(owner="missions")
        closes = closes[closes["industry"].isin(tables["dependence"]["industry"])]
        tables["dependence"] = pd.concat([tables["dependence"], closes], ignore_index=True)
    rate = 1 + instance.setting("discount")
    worth = made["success"] * made["value"] * rate ** -(made["end"] - instance.base_year).astype(float)
    if worth.any():
        goals.append(("productivity", "missions", float(worth.sum())))
    people = tender.running(instance, made).merge(instance.table("bid_talent"), on="bid")
    return people


# --- telling --------------------------------------------------------------------


def _goal_table(instance, tables: dict, more: list) -> pd.DataFrame:
    """Goal terms by owner as in a solved plan, with weight, ideal, nadir and normalised value."""
    terms = [(goal, "core", value) for goal, value in goal_values(tables, instance).items()] + more
    out = pd.DataFrame(terms, columns=["goal", "owner", "value"])
    out = out.sort_values(["goal", "owner"], ignore_index=True)
    out["total"] = out.groupby("goal")["value"].transform("sum")
    known = instance.table("goals").set_index("goal")
    for name in ("weight", "ideal", "nadir"):
        out[name] = pd.to_numeric(out["goal"].map(known[name]), errors="coerce") if len(known) else np.nan
    span = (out["ideal"] - out["nadir"]).where(lambda width: width > TOLERANCE * 1e-6)
    out["normalised"] = (out["total"] - out["nadir"]) / span
    return out


def _passport(instance, rule: str) -> dict:
    """Says that the plan was made by a rule: no objective, bound or gap is claimed."""
    return {"instance": instance.name, "title": instance.title, "scenario": instance.scenario,
            "instance_hash": instance.hash, "code_version": planner.__version__, "policy": rule,
            "made": datetime.now(UTC).isoformat(timespec="seconds"), "status": "rule", "stop": "",
            "objective": None, "bound": None, "gap": None, "message": "", "options": {}}
