"""`planner explain PLAN_FOLDER --why WHAT`: what blocks or prices it out, when it enters, what it displaces."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from planner.cli.explain import Stop, Watching, ways, write
from planner.cli.terminal import figure, grid
from planner.report.clauses import Clauses
from planner.report.headline import percent
from planner.report.words import term, word
from planner.words import say

MOST_COSTS = 12


def run(args, out, err) -> int:
    """Answers for a written plan, prints, and writes the JSON file. Raises Usage for words that name nothing."""
    from planner.cli.commands import OUTPUTS, Usage, load_plan
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.explain.target import Unknown
    from planner.explain.why import GAP, why
    if args.scenario or args.set:
        raise Usage(say("why.as_made"))
    words = list(args.why)
    folder = Path(words.pop(0) if args.instance is None else args.instance)
    plan = load_plan(folder, None)
    try:
        with Watching(err, args.gap or GAP, args.lang) as watch, Stop(watch) as stop:
            made = why(plan, words, gap=args.gap, time_limit=args.time_limit, progress=watch, stop=stop)
            watch({"phase": "writing"})
            name = "".join(letter if letter.isalnum() else "_" for letter in made.what)
            instance = str(plan.passport.get("instance") or plan.instance.name)
            file = Path(args.out) if args.out else OUTPUTS / instance / f"{folder.name}.why.{name}.json"
            write(made.plain(), file)
    except Unknown as error:
        raise Usage(error.args[0]) from None
    show(made, plan, out, Clauses(plan.instance, args.lang))
    out.print()
    out.print(Text(word("cli.written", args.lang, folder=file)), soft_wrap=True)
    return INTERRUPTED if stop() else DONE


def show(made, plan, out, clauses: Clauses) -> None:
    """The answer in words and tables, and whether more would have been asked."""
    answer(made, plan, out, clauses)
    if made.stopped:
        out.print()
        out.print(Text(word(f"explain.stopped.{made.stopped}", clauses.lang), style="yellow"), soft_wrap=True)


def answer(made, plan, out, clauses: Clauses) -> None:
    """What is known: blocked, or what it costs, displaces, and the budget at which it enters."""
    lang, what, money = clauses.lang, clauses.place(made.what), clauses.unit(plan.instance.money_unit)
    unit = money if made.kind == "cells" else ""
    amount = f"{made.amount:,.6g} {unit}".strip()
    out.print(Text(word("why.title", lang, what=what), style="bold"), soft_wrap=True)
    out.print(Text(word("why.funded", lang, what=what, amount=amount)), soft_wrap=True)
    if made.at_most:
        out.print(Text(word("why.most", lang)), soft_wrap=True)
        return
    if made.blocked is not None:
        out.print(Text(word("why.blocked", lang), style="bold red"), soft_wrap=True)
        for clause in made.blocked.clauses:
            out.print(Text(f"  {clause.name}  ").append(clauses.words(clause.name), style="dim"), soft_wrap=True)
        ways(made.mends, out, clauses)
        return
    if made.cost is not None:
        out.print(Text(word("why.forced", lang, amount=f"{made.asked:,.6g} {unit}".strip(), points=figure(made.cost))),
                  soft_wrap=True)
        if made.most - made.least > 1e-4 * max(abs(made.cost), 1e-3):
            out.print(Text(word("why.forced_sure", lang, least=figure(made.least), most=figure(made.most)),
                           style="dim"), soft_wrap=True)
    if made.costs:
        out.print()
        out.print(Text(word("why.price", lang), style="bold"))
        sheet = grid("", "", "")
        sheet.add_row(word("why.gain", lang), figure(made.gain))
        shown = list(made.costs.items())[:MOST_COSTS]
        for name, cost in shown:
            sheet.add_row(Text(f"{name}  ").append(clauses.words(name), style="dim"), figure(-cost))
        rest = sum(made.costs.values()) - sum(cost for _, cost in shown)
        if len(made.costs) > MOST_COSTS:
            sheet.add_row(word("why.other", lang), figure(-rest))
        sheet.add_row(word("why.balance", lang), figure(made.gain - sum(made.costs.values())))
        out.print(sheet)
    if made.goals:
        out.print()
        sheet = grid(word("why.goals", lang), term("goal", lang), word("why.column.before", lang),
                     word("why.column.after", lang))
        for goal, (before, after) in made.goals.items():
            sheet.add_row(term(goal, lang, "goal"), figure(before), figure(after))
        out.print(sheet)
    if len(made.displaced):
        out.print()
        sheet = grid(word("why.displaced", lang), "", word("why.column.before", lang), word("why.column.after", lang))
        for row in made.displaced.itertuples():
            sheet.add_row(Text(clauses.place(row.what)), f"{row.before:,.4f}", f"{row.after:,.4f}")
        out.print(sheet)
    if made.tried:
        total = float(plan.instance.table("budget")["central"].sum())
        out.print()
        key = "why.budget" if made.enters else "why.budget_not"
        share = (made.enters or made.tried) - 1
        out.print(Text(word(key, lang, percent=percent(share), by=f"{share * total:,.6g}",
                            unit=money)), soft_wrap=True)
