"""The command `planner explain`: why nothing fits and the cheapest way out, or why something was not funded."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from planner.cli.language import tell
from planner.cli.terminal import Interrupt, Watch
from planner.instance import read
from planner.instance.writing import beside
from planner.mechanisms import MECHANISMS
from planner.report.clauses import Clauses
from planner.report.folder import folder_name
from planner.report.headline import percent
from planner.report.words import word
from planner.words import say

MOST_NAMED = 40  # clauses and levers named at most in one list


class Stop(Interrupt):
    """Ctrl-C keeps what is proven."""

    words = "explain.stopping"


class Watching(Watch):
    """Shows how the conflict gets smaller, and what is being worked out."""

    detail = ""

    def __call__(self, event: dict) -> None:
        self.detail = str(event.get("what", ""))
        if "groups" in event:
            self.detail = word("explain.smaller", self.lang, groups=event["groups"], tests=event["tests"])
        super().__call__(event)

    def words(self, phase: str) -> str:
        return f"{super().words(phase)} {self.detail}" if self.detail else super().words(phase)


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("explain", parents=parents, help=tell("help.explain"),
                               description=tell("help.explain_about"))
    made.add_argument("instance", metavar="INSTANCE", nargs="?", help=tell("help.explain_instance"))
    made.add_argument("--why", metavar="WHAT", nargs="+", help=tell("help.explain_why"))
    made.add_argument("--time-limit", type=seconds, default=600.0, metavar="SECONDS", help=tell("help.explain_time"))
    made.add_argument("--gap", type=share, help=tell("help.explain_gap"))
    made.add_argument("--out", metavar="FILE", help=tell("help.explain_out"))


def run(args, out, err) -> int:
    """Explains, prints and writes the JSON file. Raises Usage for words that fit nothing."""
    from planner.cli.commands import OUTPUTS, Usage, find_instance, tell_warnings
    from planner.cli.statuses import DONE, INTERRUPTED, NO_PLAN
    if args.why:
        from planner.cli.why import run as run_why
        return run_why(args, out, err)
    if args.instance is None:
        raise Usage(say("explain.no_instance"))
    from planner.explain import explain
    path = find_instance(args.instance)
    with Watching(err, 0.0, args.lang) as watch, Stop(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        found = explain(instance, time_limit=args.time_limit, progress=watch, stop=stop)
        watch({"phase": "writing"})
        name = folder_name(instance.scenario, list(instance.overrides))
        file = Path(args.out) if args.out else OUTPUTS / instance.name / f"{name}.explain.json"
        write(found.plain(), file)
    tell_warnings(instance, err, args.lang)
    show(found, args, out, Clauses(instance, args.lang))
    out.print()
    out.print(Text(word("cli.written", args.lang, folder=file)), soft_wrap=True)
    if found.stopped == "asked":
        return INTERRUPTED
    return DONE if found.status == "feasible" else NO_PLAN


def write(told: dict, file: Path) -> None:
    """JSON, written beside its place and renamed into it."""
    with beside(file) as made:
        made.write_text(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def show(found, args, out: Console, clauses: Clauses) -> None:
    """Conflict by conflict: its clauses and its ways out; then the changes that together make a plan exist."""
    lang = args.lang
    style = {"feasible": "bold green", "infeasible": "bold red"}.get(found.status, "bold yellow")
    out.print(Text(word(f"explain.{found.status}", lang), style=style), soft_wrap=True)
    if found.stopped:
        out.print(Text(word(f"explain.stopped.{found.stopped}", lang), style="yellow"), soft_wrap=True)
    for number, made in enumerate(found.conflicts, 1):
        conflict = made.conflict
        key = "explain.alone" if len(conflict.clauses) == 1 else "explain.conflict"
        out.print()
        out.print(Text(word(key, lang, number=number, count=len(conflict.clauses)), style="bold"))
        for clause in conflict.clauses:
            told = clauses.words(clause.name)
            what = word("explain.definition", lang, what=told) if clause.definition else told
            out.print(Text(f"  {clause.name}  ").append(what, style="dim"), soft_wrap=True)
        out.print(Text(word("explain.smallest" if conflict.smallest else "explain.not_smallest", lang,
                            by=word(f"explain.by.{conflict.by}", lang), tests=conflict.tests,
                            seconds=f"{conflict.seconds:.1f}", count=len(conflict.unproven)), style="dim"),
                  soft_wrap=True)
        ways(made.repairs, out, clauses)
        mended = {name for repair in made.repairs for name in repair.clauses}
        rest = [clause.name for clause in conflict.clauses if clause.name not in mended]
        if rest and made.repairs and not found.stopped:
            out.print(Text(word("explain.not_alone", lang, clauses=listed(rest, lang)), style="dim"), soft_wrap=True)
    if found.words:
        out.print()
        out.print(Text(word("explain.mended" if found.mended else "explain.not_mended", lang)), soft_wrap=True)
        again = {text.partition("=")[0] for text in found.words}
        kept = [text for text in found.overrides if text.partition("=")[0] not in again]
        sets = " ".join(f"--set {shlex.quote(text)}" for text in [*kept, *found.words])
        scenario = "" if found.scenario == "base" else f" --scenario {found.scenario}"
        out.print(Text(f"  planner solve {args.instance}{scenario} {sets}", style="bold"), soft_wrap=True)


def ways(repairs, out: Console, clauses: Clauses) -> None:
    """The table of repairs, cheapest first."""
    lang = clauses.lang
    if not repairs:
        out.print(Text(word("explain.no_way", lang)), soft_wrap=True)
        return
    table = Table(title=word("explain.ways", lang), title_justify="left", title_style="", box=None, pad_edge=False,
                  padding=(0, 2, 0, 0))
    for key in ("change", "now", "to", "by_share", "checked"):
        table.add_column(word(f"explain.{key}", lang), overflow="fold",
                         justify="left" if key in ("change", "checked") else "right")
    for repair in repairs:
        checked = word(f"explain.checked.{repair.checked}", lang)
        if repair.seconds is not None:
            key = "explain.unconfirmed" if repair.checked == "unproven" else "explain.checked_in"
            checked = word(key, lang, checked=checked, seconds=f"{repair.seconds:.0f}")
        if repair.key is None:
            gives = word("explain.gives_way", lang, relief=f"{repair.relief:,.6g}", unit=clauses.unit(repair.unit))
            words = f" ({' '.join(repair.words)})" if repair.words else ""
            table.add_row(Text(f"{listed(repair.clauses, lang)} {gives}{words}"), "", "", "", checked)
        else:
            unit = "" if not repair.unit else f" ({clauses.unit(repair.unit)})"
            table.add_row(Text(f"{repair.key}{unit}"), f"{repair.now:,.6g}", f"{repair.to:,.6g}",
                          percent(repair.share), checked)
    out.print(table)
    for repair in repairs:
        if repair.edge is not None:
            out.print(Text(word("explain.edge", lang, key=repair.key, edge=f"{repair.edge:,.6g}",
                                to=f"{repair.to:,.6g}"), style="dim"), soft_wrap=True)


def listed(names: list[str], lang: str) -> str:
    """Names with commas between them, the first of many."""
    more = len(names) - MOST_NAMED
    comma = word("cli.comma", lang)
    return comma.join([*names[:MOST_NAMED], *([word("explain.more", lang, count=more)] if more > 0 else [])])


def tell_findings(findings, out: Console, clauses: Clauses) -> None:
    """What arithmetic rules out: clauses, the numbers, and what would mend it."""
    lang = clauses.lang
    for finding in findings:
        out.print(Text(word("explain.impossible", lang), style="bold red"), soft_wrap=True)
        for name in finding.clauses[:MOST_NAMED]:
            out.print(Text(f"  {name}  ").append(clauses.words(name), style="dim"), soft_wrap=True)
        if (more := len(finding.clauses) - MOST_NAMED) > 0:
            out.print(Text("  " + word("explain.more", lang, count=more)))
        key = "explain.needs_least" if finding.at_least else "explain.needs_most"
        out.print(Text("  " + word(key, lang, row=finding.row, needs=f"{finding.needs:,.6g}",
                                   possible=f"{finding.possible:,.6g}")), soft_wrap=True)
        levers = [word("explain.lever", lang, key=lever.key, now=f"{lever.now:,.6g}") for lever in finding.levers]
        if levers:
            out.print(Text("  " + word("explain.change_one", lang, levers=listed(levers, lang))), soft_wrap=True)


def tell_never(never: dict[str, list[str]], out: Console, clauses: Clauses) -> None:
    """Bids and platforms that no plan can choose, by name and key."""
    for kind, names in never.items():
        told = [name if (place := clauses.place(name)) == name else
                word("cli.named", clauses.lang, name=place, key=name) for name in names]
        out.print(Text(word(f"explain.never.{kind}", clauses.lang, names=listed(told, clauses.lang))),
                  soft_wrap=True)


def tell_scale(scale, out: Console, lang: str) -> None:
    """The range of the coefficients, and advice where they lie too far apart."""
    if scale is None:
        return
    out.print(Text(word("explain.scale", lang, least=f"{scale.least:.2g}", most=f"{scale.most:.2g}")), soft_wrap=True)
    if scale.bad:
        out.print(Text(word("explain.scale_bad", lang, least_in=scale.least_in, most_in=scale.most_in),
                       style="yellow"), soft_wrap=True)


def hint(args, lang: str) -> str:
    """The command that explains what the same instance, scenario and changes cannot do."""
    words = [args.instance, *(["--scenario", args.scenario] if args.scenario else []),
             *(part for text in args.set for part in ("--set", text))]
    return word("explain.why_hint", lang, words=" ".join(shlex.quote(text) for text in words))
