"""The first sheet: what this plan is, how good it is, its headline figures, and its passport."""

from __future__ import annotations

from planner.report.cells import Cell, Formula
from planner.report.headline import percent, rounding_words, rule_counts, status_words
from planner.report.summaries import Summary
from planner.report.sums import Source as Table
from planner.report.sums import quoted
from planner.report.words import Names, catalogue, own_unit, term, times, word


def cover(plan, names: Names, summaries: dict[str, Summary], titles: dict[str, str], unit: str,
          tables: dict[str, Table]) -> list[list]:
    """Rows of cells. Figures that stand on another sheet are pointed at, never written twice.

    titles  key -> tab, in the order of the tabs; tables  key -> the long sheets that figures are taken from
    """
    lang, instance, passport = names.lang, plan.instance, plan.passport
    years = list(instance.years)
    title = (instance.title_zh if lang == "zh" else instance.title) or instance.title or instance.name
    rows = [[Cell(title, "title")], []]

    def line(key, value, style="text", *more):
        rows.append([Cell(word(key, lang), "bold"), Cell(value, style), *more])

    line("cover.status", status_words(passport, lang), status_style(passport))
    if rounded := rounding_words(passport, times(own_unit(instance.money_unit, lang)), lang):
        line("cover.rounding", rounded, "broken" if passport["rounding"]["broken"] else "text")
    # The instance that is kept beside a plan has its scenario applied already.
    told = passport.get("scenario") or instance.scenario
    line("cover.scenario", scenario_words(instance, lang, told))
    if passport.get("overrides"):
        line("cover.overrides", "; ".join(passport["overrides"]), "wrap")
    line("cover.gap", percent(passport.get("gap"), 4))
    line("cover.objective", passport.get("objective"), "fine")
    line("cover.bound", passport.get("bound"), "fine")
    line("cover.years", f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]))
    line("cover.base_year", str(instance.base_year))
    line("cover.money_unit", own_unit(instance.money_unit, lang))
    line("cover.talent_unit", own_unit(instance.talent_unit, lang))
    rows += provenance_line(plan, lang)
    rows += [[], [Cell(word("cover.headline", lang), "block")]]
    rows += headline_lines(plan, lang, summaries, unit, tables.get("goals"))
    rows += share_block(plan, names, summaries)
    rows += [[], [Cell(word("cover.rules", lang), "block")]]
    rows += rule_lines(plan, lang, tables.get("compliance"))
    rows += [[], [Cell(word("cover.contents", lang), "block")]] + contents(titles, summaries, lang)
    rows += [[], [Cell(word("cover.mechanisms", lang), "block")]] + mechanism_lines(plan, lang)
    rows += [[], [Cell(word("cover.passport", lang), "block")]] + passport_lines(passport, lang)
    return rows


def scenario_words(instance, lang: str, name: str | None = None) -> str:
    """A scenario's title, or its name; the instance as it stands is called base. Without a name the instance's own."""
    name = instance.scenario if name is None else name
    scenario = instance.scenarios.get(name)
    if scenario is None:
        return word("cover.base", lang) if name in ("", "base") else name
    title = scenario.title_zh if lang == "zh" and scenario.title_zh else scenario.title
    return f"{scenario.name}: {title}" if title else scenario.name


def status_style(passport: dict) -> str:
    return "kept" if passport.get("status") == "optimal" else "binding"


def headline_lines(plan, lang: str, summaries, unit: str, goals: Table | None) -> list[list]:
    rows = []
    years = list(plan.instance.years)
    made = next((summaries[key] for key in ("stages", "zones", "regions") if key in summaries), None)
    if made is not None:
        total = ("money", "")
        base, last = (made.point(total, made.years[year]) for year in (plan.instance.base_year, years[-1]))
        growth = last.value / base.value - 1 if base.value else 0.0
        rows += [[Cell(f"{word('cover.total_spend', lang)} ({unit})", "bold"),
                  Cell(made.point(total, made.total), "number")],
                 [Cell(f"{word('cover.base_spend', lang)} ({unit})", "bold"), Cell(base, "number")],
                 [Cell(f"{word('cover.last_spend', lang)} ({unit})", "bold"), Cell(last, "number")],
                 [Cell(word("cover.growth", lang), "bold"),
                  Cell(Formula(f"=IF({base[1:]}=0,0,{last[1:]}/{base[1:]}-1)", growth), "share")]]
    if "instruments" in summaries:
        made = summaries["instruments"]
        rows.append([Cell(f"{word('cover.grants', lang)} ({unit})", "bold"),
                     Cell(made.point(("money", ""), made.total), "number")])
    for goal, part in plan.goals.groupby("goal", sort=False) if goals is not None else ():
        shown = term(goal, lang, "goal")
        rows.append([Cell(shown[:1].upper() + shown[1:], "bold"), Cell(Formula(
            f"=SUMIFS({goals.column('value')},{goals.column('goal')},{quoted(shown)})", part["value"].sum()),
            "fine")])
    return rows


def rule_lines(plan, lang: str, compliance: Table | None) -> list[list]:
    """Rows of rules by status: counted on the compliance sheet, and those that are not listed there."""
    rows = []
    for status, count in rule_counts(plan).items():
        told = count
        if compliance is not None:
            listed = int((compliance.frame["status"] == status).sum())
            text = f"=COUNTIF({compliance.column('status')},{quoted(word(f'compliance.{status}', lang))})"
            told = Formula(f"{text}+{count - listed}", count)
        style = status if count else "bold"
        rows.append([Cell(word(f"compliance.{status}", lang), style), Cell(told, "count")])
    return rows


def contents(titles: dict[str, str], summaries, lang: str) -> list[list]:
    """Every sheet with what it holds; a click opens it."""
    rows = []
    for key, title in titles.items():
        held = f"holds.{key}"
        words = word(held, lang) if held in catalogue() else (
            word("holds.summary", lang) if key in summaries else "")
        if key != "cover":
            rows.append([Cell(title, "link", title), Cell(words)])
    return rows


def share_block(plan, names: Names, summaries) -> list[list]:
    """Zones, basic research and intensity by year, each cell a pointer to its summary."""
    lang = names.lang
    lines = []
    if "zones" in summaries:
        for kind, zone in summaries["zones"].anchors:
            if kind == "share":
                words = word("cover.zone_share", lang, zone=names.name("zone", zone))
                lines.append((words, summaries["zones"], (kind, zone)))
    if "stages" in summaries:
        for anchor, key in ((("rd_share", ""), "cover.basic_share"), (("intensity", ""), "cover.intensity")):
            if anchor in summaries["stages"].anchors:
                lines.append((word(key, lang), summaries["stages"], anchor))
    if not lines:
        return []
    years = lines[0][1].years
    rows = [[], [Cell(word("cover.shares", lang), "block")],
            [Cell("", "heading"), *(Cell(year, "heading_year") for year in years)]]
    return rows + [[Cell(words, "bold"), *(Cell(made.point(anchor, letter), "share")
                                          for letter in made.years.values())]
                   for words, made, anchor in lines]


def provenance_line(plan, lang: str) -> list[list]:
    found = plan.instance.table("provenance")
    if found.empty:
        return []
    counts = found["status"].value_counts()
    return [[], [Cell(word("cover.assumed", lang, all=len(found), sheet=word("sheet.assumptions", lang),
                           **{status: int(counts.get(status, 0))
                              for status in ("assumed", "derived", "published")}), "note")]]


def mechanism_lines(plan, lang: str) -> list[list]:
    """Mechanisms that are on, hard or with their price."""
    rows = []
    for name in mechanisms_on(plan):
        price = plan.instance.price(name)
        words = word("cover.hard", lang) if price is None else word("cover.priced", lang, price=f"{price:g}")
        rows.append([Cell(term(name, lang, "mechanism")), Cell(words)])
    return rows


def mechanisms_on(plan) -> list[str]:
    """Names of the mechanisms that the instance switches on, in the order of the formulation."""
    from planner.mechanisms import MECHANISMS
    return [mechanism.name for mechanism in MECHANISMS if plan.instance.on(mechanism.name)]


def passport_lines(passport: dict, lang: str) -> list[list]:
    """Every plain entry of the passport that the catalogue has a word for, then the times."""
    rows = []
    flat = {**passport, **{f"{group}.{key}": value for group in ("options", "size")
                           for key, value in passport.get(group, {}).items()}}
    for key, value in flat.items():
        if not isinstance(value, (dict, list)) and value not in (None, ""):
            try:
                words = word(f"passport.{key}", lang)
            except KeyError:
                continue
            style = "count" if isinstance(value, int) and key.startswith("size.") else "text"
            rows.append([Cell(words), Cell(value, style)])
    for part, seconds in passport.get("times", {}).items():
        rows.append([Cell(word("passport.time", lang, part=term(part, lang))), Cell(seconds, "number")])
    return rows
