"""What an audit found, in words: rules kept or broken, where and by how much."""

from __future__ import annotations

import pandas as pd
from rich.text import Text

from planner.cli.terminal import figure, grid
from planner.plan import Plan
from planner.report.sheets import rule_words, unit_words, where_words
from planner.report.words import Names, own_unit, term, times, word

MOST_LISTED = 40
OF_WHAT = {"compliance_as_recorded": "mechanism", "relief_without_price": "mechanism",
           "goal_not_overstated": "goal"}
"""What the audit's own rules name, where it is no member of a dimension."""


def tell_rules(plan: Plan, rows: pd.DataFrame, lang: str, out) -> int:
    """Tells whether the instance is the plan's own and which rules are broken; the exit status.

    rows  compliance as the audit recomputed it
    """
    same, bad = same_instance(plan, lang, out), rows[rows["status"] == "broken"]
    if bad.empty:
        if same:
            rules = rows.groupby(["mechanism", "rule"]).ngroups
            out.print(Text(word("verify.kept", lang, rows=len(rows), rules=rules), style="green"))
        return 0 if same else 1
    out.print(Text(word("verify.broken", lang, bad=len(bad), rows=len(rows)), style="red"))
    if count := by_rounding(plan, bad):
        whole = f"{plan.passport['rounding']['unit']:g} {times(own_unit(plan.instance.money_unit, lang))}"
        out.print(Text(word("verify.by_rounding", lang, count=count, unit=whole), style="yellow"),
                  soft_wrap=True)
    out.print(broken_table(bad, plan, lang))
    if len(bad) > MOST_LISTED:
        out.print(word("verify.more", lang, count=len(bad) - MOST_LISTED))
    return 1


def same_instance(plan: Plan, lang: str, out) -> bool:
    """Is the instance the one that the plan was made from? Tells it when not."""
    told, true = plan.passport.get("instance_hash", ""), plan.instance.hash
    if told != true:
        out.print(Text(word("verify.other_instance", lang, told=told[:12], true=true[:12]), style="red"),
                  soft_wrap=True)
    return told == true


def by_rounding(plan: Plan, bad: pd.DataFrame) -> int:
    """How many broken rows are those, and broken no further, than the passport says that rounding broke."""
    told = plan.passport.get("rounding") or {"rows": [], "most": 0.0}
    rows = {tuple(row) for row in told.get("rows", [])}
    amount = -(bad["slack"] + bad["relief"]) <= told["most"] * (1 + 1e-6)
    return sum(key in rows for key in bad.loc[amount, ["mechanism", "rule", "where", "year"]].itertuples(
        index=False, name=None))


def broken_table(bad: pd.DataFrame, plan: Plan, lang: str):
    """Broken rules, the worst of each first: mechanism, rule, where, year and by how much."""
    bad = bad.assign(by=-(bad["slack"] + bad["relief"]), worst=bad["slack"] / bad["scale"])
    bad = bad.sort_values("worst", kind="stable", na_position="first").head(MOST_LISTED)
    table = grid("", term("mechanism", lang))
    for column in ("rule", "where"):
        table.add_column(term(column, lang), overflow="fold")
    for column in ("year", "by", "reached", "required", "unit"):
        table.add_column(term(column, lang, "verify"), justify="right")
    places = where_words(bad["where"], Names(plan.instance, lang))
    for row, place in zip(bad.itertuples(), places):
        if kind := OF_WHAT.get(row.rule):
            place = term(row.where, lang, kind)
        table.add_row(term(row.mechanism, lang, "mechanism"), Text(rule_words(row.mechanism, row.rule, lang)),
                      Text(place), str(row.year or ""), figure(row.by), figure(row.reached),
                      f"{row.sense} {figure(row.required)}", unit_words(row.unit, plan, lang))
    return table
