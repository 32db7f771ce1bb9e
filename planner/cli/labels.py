"""The command `planner labels`: core, borderline or outside, from near-optimal alternatives and sampled weights."""

from __future__ import annotations

from rich.text import Text

from planner.cli.language import tell
from planner.cli.study import kept, place, solve_options, whole
from planner.cli.terminal import Interrupt, Watch, grid
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.report.folder import ready
from planner.report.headline import percent
from planner.report.study import may_write, write_study
from planner.report.words import Names, term, word
from planner.words import say, worded

ORDER = ("core", "borderline", "outside")
DIMENSIONS = ("region", "industry", "category", "stage")


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("labels", parents=parents, help=tell("help.labels"))
    made.add_argument("--alternatives", type=whole, default=20, metavar="N", help=tell("help.labels_alternatives"))
    made.add_argument("--weights", type=whole, default=20, metavar="N", help=tell("help.labels_weights"))
    made.add_argument("--tolerance", type=share, default=0.01, help=tell("help.labels_tolerance"))
    made.add_argument("--level", default="region,industry,stage", metavar="A,B", help=tell("help.labels_level"))
    made.add_argument("--margin", type=share, default=0.0, help=tell("help.labels_margin"))
    made.add_argument("--prove", type=int, default=0, metavar="N", help=tell("help.labels_prove"))
    made.add_argument("--seed", type=int, default=0, help=tell("help.stress_seed"))
    solve_options(made, share, seconds, gap=0.005)
    made.add_argument("--force", action="store_true", help=tell("help.stress_force"))


def run(args, out, err) -> int:
    """Labels every item, prints the counts and what is decided, and writes the tables."""
    from planner.cli.commands import Usage, find_instance, tell_warnings
    from planner.cli.statuses import DONE, INTERRUPTED
    from planner.studies.case import Options
    from planner.studies.labels import NoLabels, labels
    path, lang = find_instance(args.instance), args.lang
    level = list(dict.fromkeys(part.strip() for part in args.level.split(",") if part.strip()))
    if not level or set(level) - set(DIMENSIONS):
        raise Usage(say("labels.level", level=args.level, names=", ".join(DIMENSIONS)))
    with Watch(err, args.gap, lang) as watch, Interrupt(watch) as stop:
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        folder = place(instance, "labels")
        may_write(folder, "labels", instance.name, args.force)
        ready(folder)
        watch({"phase": "alternatives"})
        try:
            found = labels(instance, args.alternatives, args.weights, args.tolerance, seed=args.seed, level=level,
                           margin=args.margin, prove=max(args.prove, 0), jobs=args.jobs, stop=stop, progress=watch,
                           options=Options(gap=args.gap, time_limit=args.time_limit),
                           folder=kept(folder, instance, args))
        except NoLabels as error:
            raise Usage(worded(error, lang)) from None
        watch({"phase": "writing"})
        write_study(folder, "labels", instance.name, found.tables(), [], lang, force=args.force,
                    instance_hash=instance.hash, **found.settings)
    tell_warnings(instance, err, lang)
    show(found, instance, level, out, lang)
    out.print()
    out.print(Text(word("cli.written", lang, folder=folder)), soft_wrap=True)
    return INTERRUPTED if stop() else DONE


def show(found, instance, level, out, lang: str) -> None:
    """Counts by kind and label; every bid and platform by name; what the plans seen do not tell."""
    names, seen = Names(instance, lang), int(found.labels["plans"].max())
    told = found.settings
    out.print(Text(word("labels.seen", lang, plans=seen, tolerance=percent(told["tolerance"])), style="bold"),
              soft_wrap=True)
    if not told["weights"]:
        out.print(Text(word("labels.one_goal", lang)), soft_wrap=True)
    sheet = grid("", word("labels.items", lang), *(word(f"label.{label}", lang) for label in ORDER),
                 word("labels.proven", lang))
    for kind, part in found.counts.groupby("kind", sort=False):
        counts = part.set_index("label")
        sheet.add_row(word(f"labels.{kind}", lang), *(f"{int(counts['items'].get(label, 0)):,}" for label in ORDER),
                      f"{int(counts['proven'].sum()):,}")
    out.print()
    out.print(sheet)
    dims = {"money": level, "bid": ["bid"], "platform": ["region", "platform"]}
    for kind in ("bid", "platform", "money"):
        part = found.labels[(found.labels["kind"] == kind) & (found.labels["label"] != "outside" if kind == "platform"
                                                             else found.labels["kind"] == kind)]
        part = part[part["label"] == "borderline"] if kind == "money" else part
        for label in ORDER:
            here = part[part["label"] == label]
            if len(here):
                items = [word("labels.item", lang, frequency=percent(row.frequency), name=" · ".join(
                    names.name(dim, key) for dim, key in zip(dims[kind], row.item.split(", "))))
                    for row in here.head(20).itertuples()]
                out.print(Text(word("labels.line", lang, kind=word(f"labels.{kind}", lang), label=word(
                    f"label.{label}", lang), names=word("cli.comma", lang).join(items))), soft_wrap=True)
    missing = found.plans[~found.plans["status"].isin(("optimal", "feasible"))]
    if len(missing):
        out.print(Text(word("labels.missing", lang, count=len(missing), case=missing["case"].iloc[0],
                            status=term(missing["status"].iloc[0], lang, "ended"))), soft_wrap=True)
    out.print(Text(word("labels.honest", lang)), soft_wrap=True)
