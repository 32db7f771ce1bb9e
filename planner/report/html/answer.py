"""The first screen: what the plan says, how good it is, what it rests on, and its headline figures."""

from __future__ import annotations

import re

from planner.report.cover import scenario_words
from planner.report.figures.chart import after_number, in_points
from planner.report.figures.look import NONE, percents, three
from planner.report.figures.rules import policy_rows
from planner.report.headline import by_year, percent, research, rounding_words, rule_counts, status_words
from planner.report.html.tables import escape
from planner.report.words import Names, word

DIMENSIONS = ("zone", "stage", "industry", "category", "region", "instrument")

MOST_CHANGES = 4
"""Overrides that the first screen lists."""


def figures(plan) -> dict:
    """The totals that the page tells, in full; the page carries them so that they can be checked.

    Keys: total, grants (both over the plan years), objective, bound, gap, money_by_DIMENSION
    (member -> year -> amount), rules (status -> rows), basic_share and intensity (year -> share).
    """
    spend, grants = plan.table("allocations"), plan.table("grants")
    out = {"total": float(spend["spend"].sum()) if len(spend) else None,
           "grants": float(grants["amount"].sum()) if "amount" in grants else None,
           **{key: plan.passport.get(key) for key in ("objective", "bound", "gap")}, "rules": rule_counts(plan)}
    for dim in DIMENSIONS:
        frame = by_year(plan, dim)
        out[f"money_by_{dim}"] = {str(member): dict(zip(part["year"].astype(str), part["amount"].astype(float)))
                                  for member, part in frame.groupby(dim, sort=False)}
    found = research(plan)
    for share in ("basic_share", "intensity"):
        kept = found[found[share].notna()]
        out[share] = dict(zip(kept["year"].astype(str), kept[share].astype(float)))
    return out


def rate(plan) -> float | None:
    """Growth a year of all money, base year to last plan year."""
    money = by_year(plan, "stage").groupby("year")["amount"].sum()
    base, last = plan.instance.base_year, plan.instance.years[-1]
    if base not in money or not money[base] > 0 or last == base:
        return None
    return (money[last] / money[base]) ** (1 / (last - base)) - 1


def title(plan, lang: str) -> str:
    instance = plan.instance
    return (instance.title_zh if lang == "zh" else instance.title) or instance.title or instance.name


def answer(plan, names: Names, told: dict) -> str:
    """The page's header."""
    lang = names.lang
    kind = f"{word('report.kind', lang)} · {scenario(plan, lang)}"
    return (f'<header><p class="eyebrow">{escape(kind)}</p><h1>{escape(title(plan, lang))}</h1>'
            f'<p class="lead">{escape(lead(plan, names, told))}</p>{facts(plan, lang)}{notices(plan, lang)}'
            f"{headline(plan, names, told)}</header>")


def lead(plan, names: Names, told: dict) -> str:
    """The plan in a few sentences."""
    lang, years, base = names.lang, plan.instance.years, plan.instance.base_year
    text = ""
    if told["total"] is not None:
        text += word("lead.money", lang, first=years[0], last=years[-1], total=three(told["total"]),
                     unit=after_number(plan, lang))
        grows = rate(plan)
        text += word("lead.plain", lang) if grows is None else word(
            "lead.growth", lang, rate=percents(grows, 1, signed=True), base=base)
        if told["grants"]:
            text += word("lead.public", lang, share=percents(told["grants"] / told["total"]))
    for share, key in (("basic_share", "lead.basic"), ("intensity", "lead.intensity")):
        found = list(told[share].values())
        if len(found) > 1:
            text += word(key, lang, first=percents(found[0], 2), last=percents(found[-1], 2))
    counts, binding = told["rules"], int((policy_rows(plan)["status"] == "binding").sum()) if len(
        plan.compliance) else 0
    if any(counts.values()):
        key = "broken" if counts["broken"] else "relieved" if counts["relieved"] else "rules"
        text += word(f"lead.{key}", lang, rows=f"{sum(counts.values()):,}", binding=f"{binding:,}",
                     broken=f"{counts['broken']:,}", relieved=f"{counts['relieved']:,}")
    return text.strip()


def facts(plan, lang: str) -> str:
    """Status, objective, bound and gap, years, scenario, data: what a reader must know first."""
    passport, instance = plan.passport, plan.instance
    points = "report.points" if in_points(plan) else "report.own_unit"
    objective, bound = passport.get("objective"), passport.get("bound")
    lines = [
        ("cover.status", status_words(passport, lang), rounding_words(passport, after_number(plan, lang), lang)),
        ("cover.objective", NONE if objective is None else f"{objective:,.4f}", word(points, lang)),
        ("cover.gap", percent(passport.get("gap"), 3),
         f"{word('cover.bound', lang)} {NONE if bound is None else f'{bound:,.4f}'}"),
        ("cover.years", f"{instance.years[0]}–{instance.years[-1]}", data_date(instance, lang)),
        ("cover.scenario", scenario(plan, lang), changes(plan, lang)),
        ("report.data", passport.get("instance") or instance.name, made(passport, lang))]
    return '<dl class="facts">' + "".join(
        f"<div><dt>{escape(word(key, lang))}</dt><dd>{escape(text)}"
        f"{f'<small>{escape(more)}</small>' if more else ''}</dd></div>" for key, text, more in lines) + "</dl>"


def scenario(plan, lang: str) -> str:
    """The scenario that was solved: the instance that is kept beside a plan has it applied already."""
    return scenario_words(plan.instance, lang, plan.passport.get("scenario") or plan.instance.scenario)


def changes(plan, lang: str) -> str:
    """What was changed beside the scenario; a long list stands in the passport."""
    found = plan.passport.get("overrides", plan.instance.overrides)
    return word("report.changes", lang, count=len(found)) if len(found) > MOST_CHANGES else "; ".join(found)


def made(passport: dict, lang: str) -> str:
    date = str(passport.get("made", ""))[:10]
    return word("report.made", lang, date=date) if date else ""


def data_date(instance, lang: str) -> str:
    """The base year, and the year in which the latest source was published."""
    published = instance.table("sources")
    years = [int(year) for text in published.get("published", ()) for year in re.findall(r"\b\d{4}\b", str(text))]
    if not years:
        return word("report.data_base", lang, base=instance.base_year)
    return word("report.data_date", lang, base=instance.base_year, year=max(years))


def is_illustrative(instance) -> bool:
    """No figure of it was published or derived from something published."""
    found = instance.table("provenance")
    return found.empty or bool((found["status"] == "assumed").all())


def notices(plan, lang: str) -> str:
    if is_illustrative(plan.instance):
        return f'<p class="notice">{escape(word("report.illustrative", lang))}</p>'
    counts = plan.instance.table("provenance")["status"].value_counts()
    words = word("report.assumed", lang, all=int(counts.sum()), **{
        status: int(counts.get(status, 0)) for status in ("published", "derived", "assumed")})
    return f'<p class="notice">{escape(words)}</p>'


def headline(plan, names: Names, told: dict) -> str:
    """At most six figures, large, each with what it is compared with."""
    lang, unit, base = names.lang, after_number(plan, names.lang), plan.instance.base_year
    made = []
    if told["total"] is not None:
        grows = rate(plan)
        made.append((word("headline.total", lang), three(told["total"]), unit, "" if grows is None else word(
            "headline.growth", lang, rate=percents(grows, 1, signed=True), base=base)))
    if told["grants"] and told["total"]:
        made.append((word("headline.public", lang), three(told["grants"]), unit, word(
            "headline.of_money", lang, share=percents(told["grants"] / told["total"]))))
    for share, key in (("basic_share", "headline.basic"), ("intensity", "headline.intensity")):
        found = list(told[share].items())
        if found:
            made.append((word(key, lang), percents(found[-1][1], 2), found[-1][0], word(
                "headline.from_to", lang, base=found[0][0], first=percents(found[0][1], 2))))
    zones = by_year(plan, "zone")
    if zones["zone"].nunique() > 1:
        last = zones[zones["year"] == plan.instance.years[-1]].sort_values("share").iloc[-1]
        first = zones[(zones["zone"] == last["zone"]) & (zones["year"] == zones["year"].min())].iloc[0]
        made.append((word("headline.zone", lang, zone=names.name("zone", last["zone"])),
                     percents(last["share"], 2), str(last["year"]), word(
                         "headline.from_to", lang, base=first["year"], first=percents(first["share"], 2))))
    rows = policy_rows(plan)
    if len(rows):
        made.append((word("headline.rules", lang), f"{int((rows['status'] == 'binding').sum()):,}", "", word(
            "headline.of_rows", lang, rows=f"{len(rows):,}", broken=f"{told['rules']['broken']:,}")))
    return '<dl class="headline">' + "".join(
        f'<div><dt>{escape(name)}</dt><dd><span class="big">{escape(figure)} <small>{escape(unit_)}</small></span>'
        f"<small>{escape(more)}</small></dd></div>" for name, figure, unit_, more in made) + "</dl>"
