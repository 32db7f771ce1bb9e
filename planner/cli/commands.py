"""What each command does. Commands return an exit status; errors rise to `main`."""

from __future__ import annotations

import difflib
from pathlib import Path

from rich.text import Text

from planner.cli.statuses import DONE, NO_PLAN, with_plan
from planner.cli.terminal import Interrupt, Watch, grid, summary
from planner.cli.verdict import tell_rules
from planner.instance import InvalidInstance, listing, read, write_folder
from planner.jobs import plans
from planner.jobs.workspace import instance_paths
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.report.words import term, word
from planner.words import say, worded

INSTANCES, OUTPUTS = Path("instances"), Path("outputs")
EXAMPLE = "tiny"
"""Two of everything: what `planner new` begins with when no instance is named."""


class Usage(Exception):
    """A command that cannot be carried out as given; the text says why and what would work."""


def find_instance(name: str) -> Path:
    """A path as it is, or an instance of ./instances by its name. Raises Usage with the nearest name."""
    for path in (Path(name), INSTANCES / name, INSTANCES / f"{name}.xlsx"):
        if path.exists():
            return path
    known = list(instance_paths(INSTANCES))
    near = next(iter(difflib.get_close_matches(Path(name).name.casefold(), known, n=1, cutoff=0.45)), None)
    hint = (say("cli.did_you_mean", near=near) if near else
            say("cli.known_here", names=", ".join(known)) if known else say("cli.no_instances_folder"))
    raise Usage(say("cli.no_instance", name=name, hint=hint))


def checked_profile(name: str) -> None:
    """Raises Usage, with the names that are known, for a profile that cannot be used."""
    from solvers.profiles import ProfileError, load_profile
    try:
        load_profile(name)
    except ProfileError as error:
        raise Usage(say(f"cli.profile_{error.kind}", name=error.name, names=error.names)) from None
    except ValueError as error:
        raise Usage(say("cli.profile_toml", name=name, error=str(error))) from None


# --- solve --------------------------------------------------------------------------


def solve(args, out, err) -> int:
    """Reads, solves, writes and tells."""
    from planner.jobs.making import make
    from solvers.crew import NoCluster
    checked_profile(args.profile)
    path = find_instance(args.instance)
    with Watch(err, args.gap, args.lang) as watch, Interrupt(watch) as stop:
        try:
            made = make(path, OUTPUTS, scenario=args.scenario, overrides=args.set, force=args.force,
                        out=Path(args.out) if args.out else None, lang=args.lang, progress=watch, stop=stop,
                        gap=args.gap, time_limit=args.time_limit, profile=args.profile, cluster=args.cluster)
        except NoCluster as error:
            raise Usage(say("cli.no_cluster", address=args.cluster, reason=str(error))) from None
    plan, folder = made.plan, made.folder
    tell_warnings(plan.instance, err, args.lang)
    summary(plan, out, args.lang)
    out.print()
    key = "cli.written" if made.fate == "new" else "cli.replaced"
    out.print(Text(word(key, args.lang, folder=folder)), soft_wrap=True)
    out.print(Text(word("cli.hint", args.lang, folder=folder), style="dim"), soft_wrap=True)
    return with_plan(plan)


def tell_warnings(instance, err, lang: str) -> None:
    if instance.warnings:
        err.print(Text(listing(instance.warnings, lang), style="yellow"), soft_wrap=True)


# --- check, verify ----------------------------------------------------------------------


def check(args, out, err) -> int:
    """All problems of an instance at once, or what it holds; a plan's workbook is verified."""
    from planner.report.wayback import is_plan
    if is_plan(Path(args.instance)):
        from planner.cli.wayback import verify_workbook
        return verify_workbook(Path(args.instance), None, args.lang, out)
    path = find_instance(args.instance)
    try:
        instance = read(path, MECHANISMS, args.scenario, args.set)
    except InvalidInstance as error:
        if args.annotate:
            from planner.cli.wayback import mark_problems
            mark_problems(path, error.problems, args.lang, err)
        raise
    lang, years = args.lang, instance.years
    tell_warnings(instance, err, lang)
    on = [word("cli.named", lang, name=term(mechanism.name, lang, "mechanism"), key=mechanism.name)
          for mechanism in MECHANISMS if instance.on(mechanism.name)]
    comma = word("cli.comma", lang)
    title = instance.title_zh if lang == "zh" else instance.title
    out.print(Text(word("cli.no_problems", lang, title=title), style="green"), soft_wrap=True)
    holds = dict(cells=len(instance.table("baseline")), first=years[0], last=years[-1], base=instance.base_year,
                 tables=len(instance.table_names))
    for line in (word("cli.holds", lang, **holds),
                 word("cli.scenarios", lang, names=comma.join(["base", *instance.scenarios])),
                 word("cli.mechanisms_on", lang, names=comma.join(on) or word("cli.none_on", lang))):
        out.print(Text(line), soft_wrap=True)
    possible = wishes(instance, out, args)
    if args.assumptions:
        assumptions(instance, out, lang)
    return DONE if possible else NO_PLAN


def wishes(instance, out, args) -> bool:
    """Tells what arithmetic rules out, and the range of the numbers; False when a wish is impossible."""
    from planner.cli.explain import hint, tell_findings, tell_never, tell_scale
    from planner.explain.checks import impossible, never, scale
    from planner.explain.clauses import Model
    from planner.report.clauses import Clauses
    model, clauses = Model(instance), Clauses(instance, args.lang)
    tell_scale(scale(model), out, args.lang)
    findings = impossible(model)
    tell_findings(findings, out, clauses)
    if findings:
        out.print(Text(hint(args, args.lang)), soft_wrap=True)
    else:
        tell_never(never(model), out, clauses)
    return not findings


def assumptions(instance, out, lang: str) -> None:
    """Provenance of every group of figures, by status, assumed first."""
    frame = instance.table("provenance")
    if frame.empty:
        out.print(word("cli.no_provenance", lang))
        return
    for status in ("assumed", "derived", "published"):
        part = frame[frame["status"] == status]
        if part.empty:
            continue
        table = grid(f"{term(status, lang, 'provenance')} ({len(part)})", term("table", lang))
        for column in ("column", "source", "reason"):
            table.add_column(term(column, lang), overflow="fold")
        for row in part.itertuples():
            table.add_row(*(Text(str(text)) for text in (row.table, row.column, row.source, row.reason)))
        out.print()
        out.print(table)


def verify(args, out, err) -> int:
    """Recomputes every rule of a plan from its tables alone, or from an edited plan.xlsx."""
    from planner.audit import NotAPlan, audit
    if Path(args.folder).suffix.lower().startswith((".xls", ".ods")):
        from planner.cli.wayback import verify_workbook
        return verify_workbook(Path(args.folder), args.instance, args.lang, out)
    plan = load_plan(Path(args.folder), args.instance)
    try:
        rows = audit(plan, MECHANISMS)
    except NotAPlan as error:
        raise Usage(worded(error, args.lang)) from None
    return tell_rules(plan, rows, args.lang, out)


def load_plan(folder: Path, instance_path: str | None) -> Plan:
    """A plan and the instance it was made from. Raises Usage for what is no plan, InvalidInstance."""
    try:
        return plans.load_plan(folder, find_instance(instance_path) if instance_path else None)
    except plans.Unreadable as error:
        raise Usage(error.args[0]) from None


# --- new, calibrate ---------------------------------------------------------------------


def new(args, out, err) -> int:
    """Copies an instance to a new folder or workbook; without --from the small example."""
    source = find_instance(args.source) if args.source else example()
    instance = read(source, MECHANISMS)
    path = Path(args.name)
    if path.parent == Path("."):
        path = INSTANCES / path
    if args.xlsx and path.suffix.lower() != ".xlsx":
        path = path.with_name(path.name + ".xlsx")
    if path.exists():
        raise Usage(say("cli.there_already", path=path))
    if path.suffix.lower() == ".xlsx":
        from planner.report.form import write_form
        write_form(instance, path, args.lang)
    else:
        write_folder(instance, path)
    out.print(Text(word("cli.made", args.lang, path=path, name=instance.name)), soft_wrap=True)
    return DONE


def example() -> Path:
    """The instance that `new` copies when none is named. Raises Usage."""
    for place in (INSTANCES, Path(__file__).parents[2] / "instances"):
        if (place / EXAMPLE / "instance.toml").is_file():
            return place / EXAMPLE
    raise Usage(say("cli.no_example", name=EXAMPLE))


def calibrate(args, out, err) -> int:
    """Computes the tables that calibration.toml describes and writes them into the instance."""
    from planner.instance.calibration import calibrate as fit
    from planner.instance.calibration import write
    folder = find_instance(args.instance)
    if args.goals:
        return calibrate_goals(folder, out, err, args.lang)
    if not (folder / "calibration.toml").is_file():
        raise Usage(say("cli.no_recipe", folder=folder))
    try:
        tables = fit(folder, progress=lambda words: err.print(Text(worded(words, args.lang)), soft_wrap=True))
    except (ValueError, KeyError) as error:
        raise Usage(say("cli.recipe", folder=folder, error=error.args[0] if error.args else error)) from None
    write(folder, tables)
    for name, frame in tables.items():
        written = word("cli.table_written", args.lang, file=f"{folder / name}.csv", count=len(frame))
        out.print(Text(written), soft_wrap=True)
    return DONE


def calibrate_goals(folder: Path, out, err, lang: str) -> int:
    """Solves for each goal's ideal and nadir and keeps them in the instance's goals.csv."""
    from planner.instance.calibration import write
    from planner.solving import goal_ranges
    if not folder.is_dir():
        raise Usage(say("cli.is_workbook", folder=folder))
    with Watch(err, 0.0, lang) as watch, Interrupt(watch) as stop:
        table = goal_ranges(read(folder, MECHANISMS), progress=watch, stop=stop)
    write(folder, {"goals": table})
    out.print(Text(word("cli.goals_written", lang, file=folder / "goals.csv",
                        count=int(table["ideal"].notna().sum()))), soft_wrap=True)
    return DONE
