"""What `planner.explain` found, as HTML: conflicts with their ways out, and why something was not funded.

Both are read from their plain form (`Explanation.plain()`, `Why.plain()`), as a job of another process leaves it.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from planner.report.clauses import Clauses
from planner.report.figures.chart import Grid
from planner.report.figures.look import percents, three
from planner.report.html.tables import escape, link, table
from planner.report.words import term, word

MOST_NAMED = 40
"""Clauses that are listed one by one."""

MOST_COSTS = 12

Act = Callable[[list[str]], tuple[str, str] | None]
"""Overrides of a repair -> the link that applies them: (text, address)."""


def no_act(words: list[str]) -> None:
    """Nothing to click: on paper."""


# --- why nothing fits ---------------------------------------------------------------


def explanation(told: dict, clauses: Clauses, act: Act = no_act) -> str:
    """The verdict, what mends it all, then conflict by conflict."""
    return verdict(told, clauses, act) + "".join(
        conflict(made, number, clauses, act, bool(told["stopped"]))
        for number, made in enumerate(told["conflicts"], 1))


def verdict(told: dict, clauses: Clauses, act: Act) -> str:
    """Does a plan exist? And the changes that together make one exist."""
    lang, alarm = clauses.lang, " alarm" if told["status"] == "infeasible" else ""
    text = f'<p class="notice{alarm}">{escape(word("explain." + told["status"], lang))}</p>'
    if told["stopped"]:
        text += f'<p class="notice">{escape(word("explain.stopped." + told["stopped"], lang))}</p>'
    if not told["words"]:
        return text
    key = "explained.mended" if told["mended"] else "explain.not_mended"
    items = "".join(f"<li><code>{escape(words)}</code></li>" for words in told["words"])
    return (f'{text}<div class="block mended"><p>{escape(word(key, lang))}</p><ul>{items}</ul>'
            f"{applied(act(told['words']))}</div>")


def applied(found: tuple[str, str] | None) -> str:
    return f'<p class="acts">{link(*found)}</p>' if found else ""


def conflict(made: dict, number: int, clauses: Clauses, act: Act, stopped: bool) -> str:
    """Clauses that cannot hold together, how sure that is, and the ways out, the smallest change first."""
    lang, found = clauses.lang, made["conflict"]
    title = word("explain.alone" if len(found["clauses"]) == 1 else "explain.conflict", lang, number=number,
                 count=len(found["clauses"]))
    sure = word("explain.smallest" if found["smallest"] else "explain.not_smallest", lang,
                by=word(f"explain.by.{found['by']}", lang), tests=found["tests"], seconds=f"{found['seconds']:.1f}",
                count=len(found["unproven"]))
    mended = {name for repair in made["repairs"] for name in repair["clauses"]}
    rest = [clause["name"] for clause in found["clauses"] if clause["name"] not in mended]
    left = ""
    if rest and made["repairs"] and not stopped:
        left = f'<p>{escape(word("explain.not_alone", lang, clauses=listed(rest, clauses)))}</p>'
    return (f'<div class="block conflict"><h3>{escape(title)}</h3>{clause_list(found["clauses"], clauses)}'
            f"<p>{escape(sure)}</p>{ways(made['repairs'], clauses, act)}{left}</div>")


def clause_list(found: list[dict], clauses: Clauses) -> str:
    """Clauses in words, with the names that logs and tables know them by."""
    lang, items = clauses.lang, []
    for clause in found[:MOST_NAMED]:
        said = clauses.words(clause["name"])
        said = word("explain.definition", lang, what=said) if clause.get("definition") else said
        items.append(f"<li>{escape(said)} <code>{escape(clause['name'])}</code></li>")
    if len(found) > MOST_NAMED:
        items.append(f'<li>{escape(word("explain.more", lang, count=len(found) - MOST_NAMED))}</li>')
    return f'<ul class="clause-list">{"".join(items)}</ul>'


def listed(names: list[str], clauses: Clauses) -> str:
    more, comma = len(names) - MOST_NAMED, word("cli.comma", clauses.lang)
    return comma.join([*(clauses.words(name) or name for name in names[:MOST_NAMED]),
                       *([word("explain.more", clauses.lang, count=more)] if more > 0 else [])])


def ways(repairs: list[dict], clauses: Clauses, act: Act = no_act) -> str:
    """The ways out of one conflict as a table; each with what can be done with it."""
    lang = clauses.lang
    if not repairs:
        return f'<p>{escape(word("explain.no_way", lang))}</p>'
    head = [word(f"explain.{key}", lang) for key in ("change", "now", "to", "by_share", "checked")]
    rows = [(change(repair, clauses), repair["now"], repair["to"], repair["share"] if repair["key"] else None,
             checked(repair, lang), act(repair["words"]) if repair["words"] else None) for repair in repairs]
    frame, title = pd.DataFrame(rows, columns=[*head, word("explained.do", lang)]), word("explain.ways", lang)
    act_on = frame.pop(word("explained.do", lang))
    if act_on.notna().any():  # beside the change, so that it is in sight on a narrow screen too
        frame.insert(1, act_on.name, act_on)
    kinds = {head[1]: "figure", head[2]: "figure", head[3]: "share", word("explained.do", lang): "link"}
    edges = "".join("<p>" + escape(word("explain.edge", lang, key=repair["key"], edge=written(repair["edge"]),
                                        to=written(repair["to"]))) + "</p>"
                    for repair in repairs if repair["edge"] is not None)
    return f"<h4>{escape(title)}</h4>{table(Grid(frame, kinds), title, lang)}{edges}"


def written(value: float | None) -> str:
    return "" if value is None else f"{value:,.6g}".replace("-", "−")


def change(repair: dict, clauses: Clauses) -> str:
    """What a repair moves: a number of the instance, or by how much its clauses give way."""
    unit = clauses.unit(repair["unit"]) if repair["unit"] else ""
    if repair["key"] is None:
        return f"{listed(repair['clauses'], clauses)} " + word(
            "explain.gives_way", clauses.lang, relief=written(repair["relief"]), unit=unit)
    return f"{repair['key']} ({unit})" if unit else repair["key"]


def checked(repair: dict, lang: str) -> str:
    text = word(f"explain.checked.{repair['checked']}", lang)
    if repair["seconds"] is None:
        return text
    key = "explain.unconfirmed" if repair["checked"] == "unproven" else "explain.checked_in"
    return word(key, lang, checked=text, seconds=f"{repair['seconds']:.0f}")


# --- why something was not funded ----------------------------------------------------------


def why_not(told: dict, plan, clauses: Clauses, act: Act = no_act) -> str:
    """The answer in words and tables."""
    lang, what = clauses.lang, clauses.place(told["what"])
    money = clauses.unit(plan.instance.money_unit)
    unit = f" {money}" if told["kind"] == "cells" else ""
    text = f'<p>{escape(word("why.funded", lang, what=what, amount=written(told["amount"]) + unit))}</p>'
    if told["at_most"]:
        return f'{text}<p class="notice">{escape(word("why.most", lang))}</p>'
    if told["blocked"] is not None:
        return (f'{text}<p class="notice alarm">{escape(word("why.blocked", lang))}</p>'
                f"{clause_list([{'name': name} for name in told['blocked']], clauses)}"
                f"{ways(told['mends'], clauses, act)}")
    if told["cost"] is not None:
        forced = word("why.forced", lang, amount=written(told["asked"]) + unit, points=written(told["cost"]))
        text += f'<p class="notice">{escape(forced)}</p>'
        if None not in (told["most"], told["least"]) and told["most"] - told["least"] > 1e-4 * max(
                abs(told["cost"]), 1e-3):
            text += "<p>" + escape(word("why.forced_sure", lang, least=written(told["least"]),
                                        most=written(told["most"]))) + "</p>"
    if told["tried"]:
        total = float(plan.instance.table("budget")["central"].sum())
        share = (told["enters"] or told["tried"]) - 1
        text += "<p>" + escape(word("why.budget" if told["enters"] else "why.budget_not", lang,
                                    percent=percents(share), by=three(share * total), unit=money)) + "</p>"
    return text + prices(told, clauses) + goals(told, lang) + displaced(told, clauses)


def prices(told: dict, clauses: Clauses) -> str:
    """What one more unit is worth and what it costs, clause by clause."""
    if not told["costs"]:
        return ""
    lang, shown = clauses.lang, list(told["costs"].items())[:MOST_COSTS]
    rest = sum(told["costs"].values()) - sum(cost for _, cost in shown)
    rows = [(word("why.gain", lang), told["gain"]),
            *((clauses.words(name) or name, -cost) for name, cost in shown)]
    if len(told["costs"]) > MOST_COSTS:
        rows.append((word("why.other", lang), -rest))
    rows.append((word("why.balance", lang), told["gain"] - sum(told["costs"].values())))
    points = word("explained.points", lang)
    return _block(word("why.price", lang), pd.DataFrame(rows, columns=[term("rule", lang), points]),
                  {points: "fine"}, lang, sums=True)


def goals(told: dict, lang: str) -> str:
    """The goals as they are and with it forced in."""
    if not told["goals"]:
        return ""
    before, after = word("why.column.before", lang), word("why.column.after", lang)
    rows = [(term(goal, lang, "goal"), *pair) for goal, pair in told["goals"].items()]
    return _block(word("why.goals", lang), pd.DataFrame(rows, columns=[term("goal", lang), before, after]),
                  {before: "fine", after: "fine"}, lang)


def displaced(told: dict, clauses: Clauses) -> str:
    """What moves when it is forced in."""
    if not told["displaced"]:
        return ""
    lang = clauses.lang
    before, after, by = (word(key, lang) for key in ("why.column.before", "why.column.after", "explained.difference"))
    rows = [(clauses.place(row["what"]), row["before"], row["after"], row["after"] - row["before"])
            for row in told["displaced"]]
    frame = pd.DataFrame(rows, columns=[word("explained.what", lang), before, after, by])
    return _block(word("why.displaced", lang), frame, {before: "number", after: "number", by: "signed"}, lang)


def _block(title: str, frame: pd.DataFrame, kinds: dict, lang: str, sums: bool = False) -> str:
    return f'<div class="block"><h3>{escape(title)}</h3>{table(Grid(frame, kinds, sums), title, lang)}</div>'
