"""The command `planner policies`: rules, regimes and optima side by side."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.text import Text

from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.instance import read
from planner.instance.writing import beside
from planner.mechanisms import MECHANISMS
from planner.report.folder import folder_name
from planner.report.headline import percent
from planner.report.words import term, word


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("policies", parents=parents, help="compare allocation policies")
    made.add_argument("--policies", metavar="A,B", help="which, separated by commas (default: all)")
    made.add_argument("--gap", type=share, default=0.01, help="relative gap of each solve (default 0.01)")
    made.add_argument("--time-limit", type=seconds, default=600.0, metavar="SECONDS",
                      help="seconds for each solve (default 600)")


def run(args, out, err) -> int:
    """Scores the policies, prints the table and writes it beside the instance's plans."""
    from planner.cli.commands import DONE, INTERRUPTED, OUTPUTS, find_instance, tell_warnings
    from planner.policies import policies
    names = chosen(args.policies)
    path = find_instance(args.instance)
    with Watch(err, args.gap) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        table = policies(instance, names, progress=watch, gap=args.gap, time_limit=args.time_limit, stop=stop)
        watch({"phase": "writing"})
        folder = folder_name(instance.scenario, list(instance.overrides))
        # Not inside the plan's folder: that is replaced as a whole, and is left alone while it holds no plan.
        file = write(table, OUTPUTS / instance.name / f"{folder}.policies.csv")
    tell_warnings(instance, err)
    show(table, out, args.lang)
    out.print()
    out.print(Text(word("cli.written", args.lang, folder=file)), soft_wrap=True)
    return INTERRUPTED if (table["status"] == "interrupted").any() else DONE


def chosen(text: str | None) -> list[str] | None:
    """The names asked for, each once; None for all. Raises Usage for one that is unknown."""
    from planner.cli.commands import Usage
    from planner.policies import POLICIES
    if text is None:
        return None
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in POLICIES]
    if unknown or not names:
        raise Usage(f"There is no policy {', '.join(unknown) or text!r}. Known: {', '.join(POLICIES)}.")
    return names


def show(table: pd.DataFrame, out, lang: str) -> None:
    """Goals, fairness and broken rules, then the reasons of policies without a plan."""
    from planner.policies.tournament import FAIRNESS, GOALS
    shown = [name for name in (*GOALS, *FAIRNESS) if table[name].notna().any()]
    words = [term(name, lang, "goal") for name in shown]
    sheet = grid("", term("policy", lang), term("status", lang), *words)
    sheet.columns[1].justify = "left"
    for row in table.itertuples():
        sheet.add_row(row.policy, row.status, *(figure(getattr(row, name)) for name in shown))
    out.print(sheet)
    sheet = grid("", term("policy", lang), "gap", "rules broken", "rows", "by", "worst")
    for row in table[table["broken_rules"].notna()].itertuples():
        gap = percent(row.gap) if row.gap == row.gap else "–"  # a rule claims none
        sheet.add_row(row.policy, gap, f"{row.broken_rules:.0f}", f"{row.broken_rows:.0f}",
                      percent(row.worst_by), Text(row.worst))
    if sheet.row_count:
        out.print()
        out.print(sheet)
    for row in table[table["broken_rules"].isna()].itertuples():
        out.print(Text(f"{row.policy}: {row.status}. {row.message}"), soft_wrap=True)


def write(table: pd.DataFrame, file: Path) -> Path:
    """The table as CSV, written beside its place and renamed into it: whole or not there."""
    with beside(file) as made:
        table.to_csv(made, index=False, encoding="utf-8-sig", lineterminator="\n")
    return file
