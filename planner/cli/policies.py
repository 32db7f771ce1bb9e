"""The command `planner policies`: rules, regimes and optima side by side."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from rich.text import Text

from planner.cli.language import tell
from planner.cli.study import kept, place, solve_options, whole
from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.instance import read
from planner.instance.writing import beside
from planner.mechanisms import MECHANISMS
from planner.report.headline import percent
from planner.report.sheets import rule_words, where_words
from planner.report.study import may_write, write_study
from planner.report.words import Names, term, word
from planner.words import say


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("policies", parents=parents, help=tell("help.policies"))
    made.add_argument("--policies", metavar="A,B", help=tell("help.policies_which"))
    solve_options(made, share, seconds)
    made.add_argument("--draws", type=whole, default=0, metavar="N", help=tell("help.policies_draws"))
    made.add_argument("--seed", type=int, default=0, help=tell("help.stress_seed"))
    made.add_argument("--by", choices=("category", "cell"), default="category", help=tell("help.stress_by"))
    made.add_argument("--alpha", type=share, default=0.9, help=tell("help.stress_alpha"))
    made.add_argument("--force", action="store_true", help=tell("help.stress_force"))


def run(args, out, err) -> int:
    """Scores the policies, prints the table and writes it beside the instance's plans."""
    from planner.cli.commands import find_instance, tell_warnings
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.policies import policies
    from planner.policies.sampled import tournament
    names, found = chosen(args.policies), None
    path = find_instance(args.instance)
    with Watch(err, args.gap, args.lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        folder = place(instance, "policies")
        if args.draws:
            may_write(folder, "policies", instance.name, args.force)
        # Each policy is kept here when it is done: a killed run goes on, more draws solve nothing again.
        how = {"progress": watch, "lang": args.lang, "gap": args.gap, "time_limit": args.time_limit, "stop": stop,
               "jobs": args.jobs, "folder": kept(folder, instance, args)}
        if args.draws:
            found = tournament(instance, names, args.draws, args.seed, by=args.by, alpha=args.alpha, **how)
        table = found.policies if found else policies(instance, names, **how)
        watch({"phase": "writing"})
        # Not inside the plan's folder: that is replaced as a whole, and is left alone while it holds no plan.
        file = write_sampled(found, instance, folder, args) if found else write(
            table, folder.with_name(f"{folder.name}.csv"))
    tell_warnings(instance, err, args.lang)
    show(table, instance, out, args.lang)
    if found and len(found.sampled):
        show_sampled(found, out, args.lang)
    out.print()
    out.print(Text(word("cli.written", args.lang, folder=file)), soft_wrap=True)
    return INTERRUPTED if (table["status"] == "interrupted").any() else DONE


def write_sampled(found, instance, folder: Path, args) -> Path:
    """Tables and charts of a tournament under draws."""
    from planner.report.figures.samples import spread
    lang = args.lang
    goals = list(dict.fromkeys(found.sampled["goal"])) if len(found.sampled) else []
    title = word("policies.title", lang, title=instance.title_zh if lang == "zh" else instance.title)
    return write_study(folder, "policies", instance.name, found.tables(), [
        spread(found.sampled, goal, lang) for goal in goals], lang, title, word(
            "policies.lead", lang, draws=f"{args.draws:,}", seed=args.seed), args.force,
        instance_hash=instance.hash, **found.settings)


def show_sampled(found, out, lang: str) -> None:
    """Distribution and regret by goal, then dominance."""
    columns = ("mean", "q05", "q95", "cvar", "regret_mean", "regret_most")
    for goal, rows in found.sampled.groupby("goal", sort=False):
        name = word("stress.points", lang) if goal == "points" else term(goal, lang, "goal")
        sheet = grid(word("policies.under", lang, goal=name, draws=f"{found.settings['draws']:,}",
                          seed=found.settings["seed"]), term("policy", lang),
                     *(word(f"samples.{column}", lang) for column in columns), word("samples.best_share", lang))
        for row in rows.to_dict("records"):
            sheet.add_row(term(row["policy"], lang, "policy"), *(figure(row[column]) for column in columns),
                          percent(row["best_share"]))
        out.print()
        out.print(sheet)
    sheet = grid(word("policies.dominance", lang), term("policy", lang), word("policies.rules", lang),
                 word("policies.pareto", lang), word("policies.dominated_by", lang), word("policies.first_order_by", lang))
    for column in sheet.columns[3:]:
        column.justify, column.no_wrap = "left", False
    for row in found.dominance.itertuples():
        names = [word("cli.comma", lang).join(term(name, lang, "policy") for name in text.split("; ") if name) or "–"
                 for text in (row.dominated_by, row.first_order_by)]
        sheet.add_row(term(row.policy, lang, "policy"), f"{row.broken_rules:.0f}", "✓" if row.pareto else "", *names)
    out.print()
    out.print(sheet)


def chosen(text: str | None) -> list[str] | None:
    """The names asked for, each once; None for all. Raises Usage for one that is unknown."""
    from planner.cli.commands import Usage
    from planner.policies import POLICIES
    if text is None:
        return None
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in POLICIES]
    if unknown or not names:
        raise Usage(say("policies.unknown", name=", ".join(unknown) or text, names=", ".join(POLICIES)))
    return names


def show(table: pd.DataFrame, instance, out, lang: str) -> None:
    """Goals, fairness and broken rules, then the reasons of policies without a plan."""
    from planner.policies.tournament import FAIRNESS, GOALS
    shown = [name for name in (*GOALS, *FAIRNESS) if table[name].notna().any()]
    words = [term(name, lang, "goal" if name in GOALS else "policies") for name in shown]
    names = {name: word("cli.named", lang, name=term(name, lang, "policy"), key=name)
             for name in table["policy"]}
    sheet = grid("", term("policy", lang), term("status", lang), *words)
    sheet.columns[1].justify = "left"
    for row in table.itertuples():
        sheet.add_row(term(row.policy, lang, "policy"), term(row.status, lang, "ended"),
                      *(figure(getattr(row, name)) for name in shown))
    out.print(sheet)
    sheet = grid("", term("policy", lang), *(
        word(f"policies.{name}", lang) for name in ("gap", "rules", "rows", "by", "worst")))
    sheet.columns[-1].justify, sheet.columns[-1].no_wrap = "left", False
    for row in table[table["broken_rules"].notna()].itertuples():
        gap = percent(row.gap) if row.gap == row.gap else "–"  # a rule claims none
        sheet.add_row(names[row.policy], gap, f"{row.broken_rules:.0f}", f"{row.broken_rows:.0f}",
                      percent(row.worst_by), Text(clause_words(row.worst, instance, lang)))
    if sheet.row_count:
        out.print()
        out.print(sheet)
    for row in table[table["broken_rules"].isna()].itertuples():
        out.print(Text(word("policies.reason", lang, policy=names[row.policy], message=row.message,
                           status=term(row.status, lang, "ended"))), soft_wrap=True)


def clause_words(clause: str, instance, lang: str) -> str:
    """'core.funding[coast, research, 2025]' in words; '' stays ''."""
    found = re.fullmatch(r"(\w+)\.(\w+)(?:\[(.*)\])?", clause)
    if not found:
        return clause
    mechanism, rule, place = found.groups()
    text = word("policies.clause", lang, mechanism=term(mechanism, lang, "mechanism"),
                rule=rule_words(mechanism, rule, lang))
    return text if place is None else text + f" [{where_words(pd.Series([place]), Names(instance, lang))[0]}]"


def write(table: pd.DataFrame, file: Path) -> Path:
    """The table as CSV, written beside its place and renamed into it: whole or not there."""
    with beside(file) as made:
        table.to_csv(made, index=False, encoding="utf-8-sig", lineterminator="\n")
    return file
