"""The command `planner sweep`: many solves over a grid, a list or scenarios; it can be killed and goes on."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
from rich.measure import Measurement
from rich.text import Text

from planner.cli.language import tell
from planner.cli.study import place, whole
from planner.cli.terminal import Interrupt, Watch, figure, grid
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.report.headline import percent
from planner.report.words import term, word
from planner.words import say, worded

WIDEST = 1000
OPTIONS = ("gap", "time_limit", "profile", "fresh")


def add_parser(commands, parents, share, seconds) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("sweep", parents=parents, help=tell("help.sweep"))
    made.add_argument("--grid", metavar="KEY=VALUES", action="append", default=[], help=tell("help.sweep_grid"))
    made.add_argument("--zip", action="store_true", help=tell("help.sweep_zip"))
    made.add_argument("--list", metavar="FILE", help=tell("help.sweep_list"))
    made.add_argument("--scenarios", metavar="A,B", help=tell("help.sweep_scenarios"))
    made.add_argument("--study", metavar="FILE", help=tell("help.sweep_study"))
    made.add_argument("--jobs", type=whole, metavar="N", help=tell("help.jobs"))
    made.add_argument("--cluster", metavar="ADDRESS", help=tell("help.study_cluster"))
    made.add_argument("--gap", type=share, help=tell("help.study_gap", gap=0.01))
    made.add_argument("--time-limit", type=seconds, metavar="SECONDS", help=tell("help.study_time"))
    made.add_argument("--profile", help=tell("help.profile"))
    made.add_argument("--fresh", action="store_true", help=tell("help.study_fresh"))
    made.add_argument("--out", metavar="FOLDER", help=tell("help.study_out"))
    made.add_argument("--force", action="store_true", help=tell("help.study_force"))


class StudyInterrupt(Interrupt):
    words = "study.stopping"


def run(args, out, err) -> int:
    """Runs the sweep, prints its table and says where it lies."""
    from planner.cli.commands import Usage, find_instance, tell_warnings
    from planner.cli.statuses import DONE, FAILED, INTERRUPTED
    from planner.studies.kinds import carry_out
    from solvers.crew import NoCluster
    path = find_instance(args.instance)
    try:
        study = described(args)
        with Watch(err, study.options.gap, args.lang) as watch, StudyInterrupt(watch) as stop:
            watch({"phase": "reading"})
            scenario = None if study.scenario == "base" else study.scenario
            instance = read(path, MECHANISMS, scenario, list(study.set))
            if study.instance_hash not in ("", instance.hash):
                err.print(Text(word("study.other_inputs", args.lang, name=study.instance or instance.name),
                               style="yellow"), soft_wrap=True)
            folder = Path(args.out) if args.out else place(instance, study.kind)
            watch({"phase": "study"})
            found = carry_out(study, instance, folder=folder, jobs=args.jobs or study.jobs, cluster=args.cluster,
                              progress=watch, stop=stop, force=args.force)
            watch({"phase": "writing"})
            page = write_page(found, instance, folder, args.lang)
    except NoCluster as error:
        raise Usage(say("cli.no_cluster", address=args.cluster, reason=str(error))) from None
    tell_warnings(instance, err, args.lang)
    tell_problems(getattr(found, "warnings", ()), err, args.lang)
    cases = found.cases
    show(found, out, args.lang)
    out.print()
    for file in (folder / "cases.csv", page, folder / "study.toml"):
        if file is not None:
            out.print(Text(word("cli.written", args.lang, folder=file)), soft_wrap=True)
    out.print(Text(word("study.query", args.lang, file=folder / "study.duckdb"), style="dim"), soft_wrap=True)
    left = int((cases["status"] == "interrupted").sum())
    if left:
        err.print(Text(word("study.stopped", args.lang, left=left, cases=len(cases)), style="yellow"),
                  soft_wrap=True)
        return INTERRUPTED
    return FAILED if (cases["status"] == "failed").any() else DONE


def described(args):
    """The study that the arguments describe, or that the file does. Raises Usage, StudyError, InvalidInstance."""
    from planner.cli.commands import Usage, checked_profile
    from planner.studies.case import Options
    from planner.studies.study import Study, read_study
    from planner.studies.sweep import axis
    if args.study:
        given = [f"--{name.replace('_', '-')}" for name in (
            "grid", "zip", "list", "scenarios", "scenario", "set", "gap", "time_limit", "profile", "fresh")
                 if getattr(args, name)]
        if given:
            raise Usage(say("study.with_file", name=", ".join(given), file=args.study))
        if not Path(args.study).is_file():
            raise Usage(say("study.no_file", file=args.study))
        study = read_study(args.study)
    else:
        usual = asdict(Options())
        options = Options(**usual | {name: value for name in OPTIONS if (value := getattr(args, name)) is not None})
        parts: dict[str, object] = {"grid": {}}
        for text in args.grid:
            key, values = axis(text)
            parts["grid"][key] = values
        if args.zip:
            parts["zip"] = True
        if args.list:
            parts["list"] = listed(Path(args.list))
        if args.scenarios:
            parts["scenarios"] = [name.strip() for name in args.scenarios.split(",") if name.strip()]
        study = replace(Study("sweep", options=options), scenario=args.scenario or "base", set=tuple(args.set),
                        arguments=parts)
    checked_profile(study.options.profile)
    return study


def listed(file: Path) -> list[dict]:
    """The rows of a CSV file, numbers as numbers. Raises Usage."""
    from planner.cli.commands import Usage
    from planner.studies.sweep import number
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Usage(say("study.list_unread", file=file, reason=reason)) from None
    return [{key.strip(): value if key.strip() == "scenario" else number(value) for key, value in row.items() if value}
            for row in frame.to_dict("records")]


def tell_problems(problems, err, lang: str) -> None:
    from planner.instance import listing
    if problems:
        err.print(Text(listing(problems, lang), style="yellow"), soft_wrap=True)


def write_page(found, instance, folder: Path, lang: str) -> Path | None:
    """sweep.html with the figures, where there is something to draw."""
    from planner.report.html.sweep import write
    return write(found, instance, folder / "sweep.html", lang) if hasattr(found, "keys") else None


def show(found, out, lang: str) -> None:
    """A row per case: its values, how it ended, the objective and the goals; then why some have no plan."""
    cases, keys = found.cases, list(getattr(found, "keys", ()))
    if cases["scenario"].nunique() > 1 or not keys:
        keys = ["scenario", *keys] if "scenario" in cases else keys
    goals = getattr(found, "goals", [])
    many = len(keys) > 0
    heads = [word("study.scenario", lang) if key == "scenario" else key.replace(".", "\n.") for key in keys] if many else [
        word("study.case", lang)]
    sheet = grid("", *heads, term("status", lang), *(goal_word(goal, lang) for goal in goals),
                 word("study.gap", lang), word("study.seconds", lang))
    for column in sheet.columns[:len(heads) + 1]:
        column.justify, column.no_wrap = "left", True
    for row in cases.to_dict("records"):
        named = [written(row[key]) for key in keys] if many else [row["case"]]
        sheet.add_row(*map(Text, named), term(row["status"], lang, "ended"), *(figure(row[goal]) for goal in goals),
                      "–" if pd.isna(row.get("gap")) else percent(row["gap"]),
                      "–" if pd.isna(row.get("seconds")) else f"{row['seconds']:.1f}")
    wide = Measurement.get(out, out.options.update(max_width=WIDEST), sheet).maximum
    out.print(sheet, width=max(wide, out.width), crop=False)  # a narrow terminal breaks lines; no figure is cut
    for row in cases[cases["message"].fillna("").astype(bool) & (cases["status"] != "interrupted")].itertuples():
        out.print(Text(word("study.reason", lang, case=row.case, status=term(row.status, lang, "ended"),
                            message=worded(row.message, lang))), soft_wrap=True)


def written(value) -> str:
    return "" if pd.isna(value) else f"{value:.6g}" if isinstance(value, float) else str(value)


def goal_word(goal: str, lang: str) -> str:
    return word("cover.objective", lang) if goal == "objective" else term(goal, lang, "goal")
