"""What the tender's tables say before any decision: who is admitted, when a bid pays and runs.

Pandas only: the model is written from these frames and the audit recomputes with them.
Every frame that speaks of decisions has a column `row`, the position of the decision
in `starts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from planner.vocabulary import Problem
from planner.words import say

SCORES = ("maturity", "feasibility", "benefit")


def bids(data) -> pd.DataFrame:
    """The bids with what is said of their missions, in the table's order.

    Added: industry, category, deadline, criticality, dependence, rivals; `years`, how long
    the bid runs (its last offset + 1); `refused`, why the tender turns it down ('' if it does not).
    """
    missions = data.table("missions").drop(columns=["name_en", "name_zh"])
    frame = data.table("bids").merge(missions, how="left", on="mission")
    last = data.table("bid_money").groupby("bid")["offset"].max()
    frame["years"] = frame["bid"].map(last).fillna(0).astype(int) + 1
    frame["refused"] = ""
    for score in SCORES:
        low = frame[score] < data.parameter("missions", score)
        frame.loc[low, "refused"] += f"{score} below the threshold; "
    for kind in required_kinds(data):
        covered = data.table("bid_consortium")
        covered = covered.loc[covered["performer"] == kind, "bid"]
        frame.loc[~frame["bid"].isin(covered), "refused"] += f"no {kind} in the consortium; "
    frame["refused"] = frame["refused"].str.removesuffix("; ")
    return frame


def money(data) -> pd.DataFrame:
    """What each bid asks for by year it runs: bid, offset, money; marked up where prices are sought."""
    out = data.table("bid_money")
    if data.on("price_discovery"):
        mark_up = data.table("mark_up").set_index("bid")["mark_up"].astype(float)
        out["money"] *= 1.0 + out["bid"].map(mark_up).astype(float).fillna(0.0)
    return out


def required_kinds(data) -> list[str]:
    """The performer kinds that every consortium must cover."""
    words = (data.parameter("missions", "consortium") or "").split(",")
    return [word.strip() for word in words if word.strip()]


def starts(data, frame: pd.DataFrame) -> pd.DataFrame:
    """The decisions: one row per admitted bid and year it may start in, with `end`, its last year.

    A start keeps to earliest..latest, ends by its mission's deadline, and is paid for
    inside the plan: no promise is left for a budget that is not in the plan.
    """
    years = pd.DataFrame({"year": list(data.years)})
    out = frame[frame["refused"] == ""].merge(years, how="cross")
    out["end"] = out["year"] + out["years"] - 1
    latest_end = out["deadline"].fillna(data.years[-1]).clip(upper=data.years[-1])
    out = out[(out["year"] >= out["earliest"]) & (out["year"] <= out["latest"])
              & (out["end"] <= latest_end)].reset_index(drop=True)
    out["row"] = range(len(out))
    return out


def running(data, made: pd.DataFrame) -> pd.DataFrame:
    """One row per start and year it runs, with the money due then: `central`, `local`."""
    out = _with_years(data, made)
    out = out[(out["year"] >= out["start"]) & (out["year"] <= out["end"])].copy()
    out["offset"] = out["year"] - out["start"]
    out = out.merge(money(data), how="left", on=["bid", "offset"])
    share = out["local_share"].where(out["region"] != "", 0.0)
    out["local"] = out["money"].fillna(0.0) * share
    out["central"] = out["money"].fillna(0.0) - out["local"]
    return out


def done(data, made: pd.DataFrame) -> pd.DataFrame:
    """One row per start and year in which the bid is complete: its last year and later."""
    out = _with_years(data, made)
    return out[out["year"] >= out["end"]].reset_index(drop=True)


def begun(made: pd.DataFrame) -> pd.DataFrame:
    """One row per start and year, from then on, in which the same bid could also start."""
    out = made.rename(columns={"year": "start"}).merge(made[["bid", "year"]], on="bid")
    return out[out["year"] >= out["start"]].reset_index(drop=True)


def _with_years(data, made: pd.DataFrame) -> pd.DataFrame:
    return made.rename(columns={"year": "start"}).merge(
        pd.DataFrame({"year": list(data.years)}), how="cross")


def races(data, made: pd.DataFrame) -> pd.DataFrame:
    """Pairs of bids that may run side by side, by year from which both can be complete.

    Columns mission, industry, category, bid, rival, year, `overlap` (p1 p2: the chance that
    both succeed) and `lesser` (the smaller of the two values).
    """
    parts = []
    first = made.groupby("bid", sort=False).agg({
        "mission": "first", "industry": "first", "category": "first", "rivals": "first",
        "success": "first", "value": "first", "end": "min"})
    for mission, group in first[first["rivals"] > 1].groupby("mission", sort=False):
        for (bid, one), (rival, other) in combinations(group.iterrows(), 2):
            years = [year for year in data.years if year >= max(one["end"], other["end"])]
            parts.append(pd.DataFrame({
                "mission": mission, "industry": one["industry"], "category": one["category"],
                "bid": bid, "rival": rival, "year": years, "overlap": one["success"] * other["success"],
                "lesser": min(one["value"], other["value"])}))
    columns = ["mission", "industry", "category", "bid", "rival", "year", "overlap", "lesser"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def clauses(data) -> Iterator[tuple[str, dict[str, float], str, float]]:
    """The tender's logic as rows: (name, coefficient by bid, sense, bound) on bids won.

    at least or at most k of a list, all of a list (mandated), and
    "if all of A, then k of B":       sum B - k sum A >= k (1 - |A|)
    "if none of A, then k of B":      sum B + k sum A >= k
    An empty count means the whole list B.
    """
    for name, rows in data.table("bid_rules").groupby("rule", sort=False):
        kind, count = rows["kind"].iloc[0], rows["count"].iloc[0]
        condition = list(rows.loc[rows["role"] == "if", "bid"])
        wanted = list(rows.loc[rows["role"] != "if", "bid"])
        k = float(len(wanted) if kind == "mandated" or pd.isna(count) else count)
        chosen = dict.fromkeys(wanted, 1.0)
        if kind == "at_most":
            yield f"rule_{name}", chosen, "<=", k
        elif kind == "implies":
            yield (f"rule_{name}", chosen | dict.fromkeys(condition, -k), ">=",
                   k * (1 - len(condition)))
        else:
            extra = dict.fromkeys(condition, k) if kind == "not_implies" else {}
            yield f"rule_{name}", chosen | extra, ">=", k
    frame = bids(data)
    for row in data.table("bid_limits").itertuples():
        inside = pd.Series(True, index=frame.index)
        for dim in ("region", "industry", "category"):
            if getattr(row, dim):
                inside &= frame[dim] == getattr(row, dim)
        sense = "<=" if row.kind == "at_most" else ">="
        yield f"limit_{row.limit}", dict.fromkeys(frame.loc[inside, "bid"], 1.0), sense, row.count


def twins(data, frame: pd.DataFrame) -> pd.DataFrame:
    """Neighbours among identical bids of one mission: columns `bid` (the later) and `first`.

    Bids that a rule names are told apart by it and stay out.
    """
    same = ["mission", "region", "earliest", "latest", "success", "value", "platform", "local_share"]
    asked, talent = (
        {bid: tuple(part[[key, amount]].itertuples(index=False, name=None))
         for bid, part in table.sort_values(key).groupby("bid")}
        for table, key, amount in ((money(data), "offset", "money"), (data.table("bid_talent"), "talent_type", "fte")))
    free = frame[(frame["refused"] == "") & ~frame["bid"].isin(data.table("bid_rules")["bid"])]
    shape = free.assign(money=free["bid"].map(asked), talent=free["bid"].map(talent))
    out = free[["bid"]].assign(first=shape.groupby(same + ["money", "talent"], dropna=False)["bid"].shift())
    return out.dropna().reset_index(drop=True)


def problems(data) -> Iterator[Problem]:
    """What is wrong in the tender's tables that no single cell shows."""
    frame, order = bids(data), data.table("mission_order")
    if (cycle := _cycle(dict(order.groupby("after")["before"].agg(list)))):
        yield data.problem("mission_order", say("problem.tender.cycle", names=" -> ".join(cycle)),
                           say("mend.tender.cycle"))
    placed = set(data.table("bid_talent")["bid"]) if len(data.table("regions")) else set()
    paid = set(data.table("bid_money")["bid"])
    for at, row in enumerate(frame.itertuples()):
        if row.bid not in paid:
            yield data.problem("bids", say("problem.tender.no_money", bid=row.bid),
                               say("mend.tender.no_money"), at, "bid")
        if row.earliest > row.latest:
            yield data.problem("bids", say("problem.tender.never", bid=row.bid, earliest=row.earliest,
                                           latest=row.latest), say("mend.tender.never"), at, "latest")
        if not row.region and (row.local_share > 0 or row.platform or row.bid in placed):
            yield data.problem("bids", say("problem.tender.no_region", bid=row.bid),
                               say("mend.tender.no_region"), at, "region")
    for name, rows in data.table("bid_rules").groupby("rule", sort=False):
        wrong = _rule_problem(name, rows)
        if wrong:
            yield data.problem("bid_rules", *wrong, at=int(rows.index[0]))
    able = set(starts(data, frame)["mission"])
    if len(frame) and not able:
        yield data.problem("bids", say("problem.tender.none_admitted", count=len(frame)),
                           say("mend.tender.none_admitted"), severity="warning")
    for at, row in enumerate(data.table("missions").itertuples()):
        own = frame[(frame["mission"] == row.mission) & (frame["refused"] == "")]
        if len(own) and row.mission not in able:
            soonest = int((own["earliest"].clip(lower=data.years[0]) + own["years"] - 1).min())
            limit = data.years[-1] if pd.isna(row.deadline) else int(row.deadline)
            yield data.problem("missions", say("problem.tender.too_late", mission=row.mission, limit=limit,
                                               soonest=soonest), say("mend.tender.too_late"), at, "deadline",
                               severity="warning")


def _rule_problem(name: str, rows: pd.DataFrame) -> tuple[str, str] | None:
    """(what, mend) for a rule that says nothing clear."""
    kind = rows["kind"].iloc[0]
    if rows["kind"].nunique() > 1 or rows["count"].nunique(dropna=False) > 1:
        return (say("problem.tender.mixed", name=name), say("mend.tender.mixed"))
    if kind in ("implies", "not_implies"):
        if set(rows["role"]) != {"if", "then"}:
            return (say("problem.tender.roles", name=name, kind=kind), say("mend.tender.roles"))
    elif (rows["role"] != "").any():
        return (say("problem.tender.needless_role", name=name, kind=kind), say("mend.tender.needless_role"))
    elif kind in ("at_most", "at_least") and rows["count"].isna().any():
        return say("problem.tender.no_count", name=name, kind=kind), say("mend.tender.no_count")
    return None


def _cycle(waits_for: dict[str, list[str]]) -> list[str] | None:
    """One round of missions that wait for one another, first and last the same; None without any."""
    settled: set[str] = set()
    for first in waits_for:
        way, branches = [first], [iter(waits_for[first])]
        while way:
            nxt = next(branches[-1], None)
            if nxt is None:
                settled.add(way.pop())
                branches.pop()
            elif nxt in way:
                return way[way.index(nxt):] + [nxt]
            elif nxt not in settled:
                way.append(nxt)
                branches.append(iter(waits_for.get(nxt, ())))
    return None
