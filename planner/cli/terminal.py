"""What people see in the terminal: progress while it runs, and a summary after."""

from __future__ import annotations

import math
import os
import signal
import time
from typing import Self

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from planner.jobs.progress import closed, first_gap, phase_words
from planner.report.cover import scenario_words
from planner.report.headline import (
    binding_rules, by_year, percent, research, rounding_words, rule_counts, status_words)
from planner.report.sheets import rule_words
from planner.report.words import Names, term, word

QUIET_SECONDS = 5.0
"""Without a terminal, a line is written at most this often, and at each new phase."""

MOST_RULES = 25
PHASE_WIDTH = 14


def figure(value) -> str:
    return "–" if value is None or not math.isfinite(value) else f"{value:,.4f}"


class Watch:
    """Shows a solve's progress events on a console: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console, goal_gap: float, lang: str = "en"):
        self.console, self.goal_gap, self.lang = console, max(goal_gap, 1e-6), lang
        self.phase, self._told, self._first = "", -math.inf, None
        self._start = time.perf_counter()
        self._bar = self._task = None

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._bar = Progress(
                SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24),
                TextColumn("{task.fields[figures]}"), TimeElapsedColumn(), console=self.console,
                transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self.words("reading"), total=None, figures="")
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: dict) -> None:
        """One progress event: phase, time, incumbent, bound, gap; any of them may be missing."""
        new, self.phase = event.get("phase", "") != self.phase, event.get("phase", "")
        incumbent, bound, gap = (event.get(name) for name in ("incumbent", "bound", "gap"))
        known = incumbent is not None or bound is not None
        figures = word("cli.progress", self.lang, plan=figure(incumbent), bound=figure(bound),
                       gap=percent(gap) if gap is not None and math.isfinite(gap) else "–") if known else ""
        if self._bar is not None:
            done = self.closed(gap)
            self._bar.update(self._task, description=self.words(self.phase), figures=figures,
                             total=None if done is None else 1.0, completed=done or 0.0)
            return
        now = time.perf_counter() - self._start
        if new or now - self._told >= QUIET_SECONDS:
            self._told = now
            self.console.print(f"{now:7.1f} s  {self.words(self.phase)} {figures}".rstrip(), highlight=False,
                               markup=False, soft_wrap=True)

    def words(self, phase: str) -> str:
        """A phase's name in a column of fixed width (a Chinese character takes two places)."""
        text = phase_words(phase, self.lang)
        return text + " " * (PHASE_WIDTH - cell_len(text))

    def closed(self, gap: float | None) -> float | None:
        """How much of the way to the wanted gap is done; None before a first plan."""
        if self._first is None and gap is not None and math.isfinite(gap):
            self._first = first_gap(gap, self.goal_gap)
        return closed(gap, self._first, self.goal_gap)


class Interrupt:
    """Ctrl-C during the search asks it to stop and keep the plan found; at other times it ends the run.

    A third one ends the run on the spot, for a solver that does not listen.
    """

    words = "cli.stopping"

    def __init__(self, watch: Watch):
        self.watch, self.asked, self.times = watch, False, 0

    def __enter__(self) -> Self:
        try:
            self._before = signal.signal(signal.SIGINT, self._take)
        except ValueError:  # not in the main thread: nothing to take
            self._before = None
        return self

    def __exit__(self, kind, error, trace) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if isinstance(error, KeyboardInterrupt) and self.watch.phase not in ("", "reading", "build", "writing"):
            error.solver_runs = True

    def _take(self, *_) -> None:
        self.times += 1
        searching = self.watch.phase not in ("", "reading", "build", "goal ranges", "writing")
        if self.times >= 3:
            self.watch.console.show_cursor()
            os._exit(130)
        if self.asked or not searching:
            raise KeyboardInterrupt
        self.asked = True
        self.watch.console.print(word(self.words, self.watch.lang))

    def __call__(self) -> bool:
        return self.asked


def grid(title: str, *columns: str) -> Table:
    """A table whose first column is words and whose others are figures."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False,
                  padding=(0, 2, 0, 0))
    table.add_column(columns[0], overflow="fold")
    for column in columns[1:]:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def summary(plan, console: Console, lang: str) -> None:
    """Status, gap, goals, shares, what binds, and how long it took."""
    passport, names = plan.passport, Names(plan.instance, lang)
    console.print()
    console.print(Text(f"{plan.instance.title_zh if lang == 'zh' else plan.instance.title} · "
                       f"{scenario_words(plan.instance, lang)}", style="bold"))
    style = "bold green" if passport.get("status") == "optimal" else "bold yellow"
    console.print(Text(status_words(passport, lang), style=style))
    if rounded := rounding_words(passport, plan.instance.money_unit, lang):
        console.print(Text(rounded, style="red" if passport["rounding"]["broken"] else ""))
    console.print(Text(f"{word('cover.objective', lang)} {figure(passport.get('objective'))} · "
                       f"{word('cover.bound', lang)} {figure(passport.get('bound'))} · "
                       f"{word('cover.gap', lang)} {percent(passport.get('gap'), 4)}"))
    for table in (goal_table(plan, lang), share_table(plan, names), rules_table(plan, lang)):
        if table is not None and table.row_count:
            console.print()
            console.print(table)
    counts = rule_counts(plan)
    console.print(Text(" · ".join(f"{counts[status]:,} {word(f'cover.rows_{status}', lang)}"
                                  for status in counts if counts[status]), style="dim"))
    times = passport.get("times", {})
    if times:
        console.print()
        console.print(Text(f"{word('cli.times', lang)} ({word('cli.time', lang)}): " + " · ".join(
            f"{term(part, lang, 'phase')} {seconds:.1f}" for part, seconds in times.items()), style="dim"))


def goal_table(plan, lang: str) -> Table | None:
    goals = plan.goals
    if goals.empty:
        return None
    table = grid("", term("goal", lang), term("value", lang))
    for goal, part in goals.groupby("goal", sort=False):
        table.add_row(term(goal, lang, "goal"), figure(part["value"].sum()))
    return table


def share_table(plan, names: Names) -> Table | None:
    """Zones' and stages' shares in the base year, the first and the last plan year."""
    lang, years = names.lang, plan.instance.years
    shown = list(dict.fromkeys([plan.instance.base_year, years[0], years[-1]]))
    table = grid("", word("cli.share_of", lang), *map(str, shown))
    for dim in ("zone", "stage"):
        frame = by_year(plan, dim)
        for member, part in frame.groupby(dim, sort=False):
            if member and frame[dim].nunique() > 1:
                share = part.set_index("year")["share"]
                table.add_row(names.name(dim, member), *(percent(share.get(year)) for year in shown))
    lines = research(plan).set_index("year")
    for column, key in (("basic_share", "cover.basic_share"), ("intensity", "cover.intensity")):
        if len(lines) and lines[column].notna().any():
            table.add_row(word(key, lang), *(percent(lines[column].get(year)) for year in shown))
    return table


def rules_table(plan, lang: str) -> Table | None:
    """Rules that bind, are relieved or broken, and in how many rows."""
    rules = binding_rules(plan)
    table = Table(title=word("cli.binding", lang), title_justify="left", title_style="bold", box=None,
                  pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("mechanism", "rule", "status"):
        table.add_column(term(column, lang))
    table.add_column(word("cli.rule_rows", lang), justify="right")
    for row in rules.head(MOST_RULES).itertuples():
        style = {"broken": "red", "relieved": "yellow"}.get(row.status, "")
        table.add_row(Text(term(row.mechanism, lang, "mechanism")),
                      Text(rule_words(row.mechanism, row.rule, lang)),
                      Text(term(row.status, lang, "compliance"), style=style), f"{row.rows:,}")
    if len(rules) > MOST_RULES:
        table.add_row("…", "", "", f"{int(rules['rows'].iloc[MOST_RULES:].sum()):,}")
    return table
