"""What a price, a step and a trade-off say, as sentences."""

from __future__ import annotations

import math

import numpy as np

from planner.words import own_unit, term, word

NOTHING = 1e-9


def short(value: float, digits: int = 3) -> str:
    """So many significant digits, thousands separated."""
    if not np.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "–"
    if abs(value) < 5e-10:  # less than is written
        return "0"
    value = float(f"{value:.{digits}g}")
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, places):,.{min(max(places, 0), 9)}f}".replace("-", "−")


def ends(low: float, high: float) -> tuple[str, str]:
    """Both ends of an interval, with as many digits as tell them apart."""
    for digits in range(3, 10):
        told = short(low, digits), short(high, digits)
        if told[0] != told[1]:
            break
    return told


def unit_of_clause(unit: str, instance, lang: str) -> str:
    own = {"money": instance.money_unit, "FTE": instance.talent_unit}
    if not unit:
        return word("prices.one_unit", lang)
    return own_unit(own[unit], lang) if own.get(unit) else term(unit, lang, "unit")


def objective_words(passport: dict, lang: str) -> str:
    """'points', or 'of productivity' where one goal alone is the objective."""
    unit = passport["unit"]
    if unit == "points":
        return word("prices.points", lang)
    return word("prices.of_goal", lang, goal=term(unit, lang, "goal"))


def of_price(row, passport: dict, instance, lang: str) -> str:
    """What a row of `prices` says: what a unit more of the clause is worth, and how far."""
    unit, objective = unit_of_clause(row["unit"], instance, lang), objective_words(passport, lang)
    floor = "floor" if row["sense"] == ">=" else "cap"
    less, more = row["less"], row["more"]
    if row["holds"] == "unsure":
        return word("prices.unsure", lang, unit=unit, value=signed(row["dual"]), objective=objective)
    if not any(abs(value) > NOTHING for value in (row["dual"], less, more) if np.isfinite(value)):
        return word("prices.free", lang) if np.isfinite(more) or floor == "cap" else word("prices.free_here", lang)
    if row["holds"] == "both":
        low, high = ends(row["low"], row["high"])
        return word(f"prices.{floor}", lang, unit=unit, value=short(abs(row["dual"])), objective=objective, low=low, high=high)
    told = [word("prices.nothing_left" if np.isnan(value) else f"prices.{name}", lang, unit=unit,
                 objective=objective, value=signed(sign * value))
            for name, sign, value in (("more", 1, more), ("less", -1, less))
            if not (np.isnan(value) and name == "less")]
    return word("prices.kink", lang, told=word("list.semicolon", lang, before=told[0], text=told[1])
                if len(told) > 1 else told[0])


def of_step(row, passport: dict, lang: str) -> str:
    """What a row of `steps` says: what the lever's step costs or brings, and whether that is proven."""
    words = {"lever": row["lever"], "now": f"{row['now']:.6g}", "to": f"{row['to']:.6g}",
             "objective": objective_words(passport, lang)}
    if row["status"] == "infeasible":
        return word("steps.infeasible", lang, **words)
    if np.isfinite(row["change"]):
        words |= {name: signed(row[name]) for name in ("least", "most", "fixed")}
        if row["apart"]:
            return word("steps.brings" if row["least"] > 0 else "steps.costs", lang,
                        value=short(abs(row["change"])), **words)
        return word("steps.within", lang, **words)
    if np.isfinite(row["fixed"]):
        return word("steps.fixed", lang, value=signed(row["fixed"]), **words)
    return word("steps.none", lang, **words)


def signed(value: float) -> str:
    told = short(value)
    return f"+{told}" if value > 0 and told != "0" else told


def of_trade_off(row, goals: list[str], lang: str) -> str:
    """What a row of `frontier` says: what one more point of the second goal cost on the way to it."""
    one, other = (term(goal, lang, "goal") for goal in goals)
    if not np.isfinite(row["per_point"]):
        return word("frontier.first", lang, goal=one)
    apart = row["cost_least"] > 1e-9
    text = word("frontier.costs" if apart else "frontier.within", lang, one=one, other=other,
                cost=short(row["per_point"]), least=short(row["cost_least"]), most=short(row["cost_most"]), rate=short(row["unit_rate"]))
    return text + word("frontier.knee_here", lang) if row["knee"] else text
