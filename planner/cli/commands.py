"""What each command does. Commands return an exit status; errors rise to `main`."""

from __future__ import annotations

import difflib
import json
import time
from pathlib import Path

import pandas as pd
from rich.text import Text

from planner.cli.terminal import Interrupt, Watch, figure, grid, summary
from planner.instance import listing, read, write_folder, write_workbook
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.report.folder import folder_name, may_replace, write_output
from planner.report.words import term, word

DONE, NO_PLAN, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
INSTANCES, OUTPUTS = Path("instances"), Path("outputs")
MOST_LISTED = 40


class Usage(Exception):
    """A command that cannot be carried out as given; the text says why and what would work."""


def find_instance(name: str) -> Path:
    """A path as it is, or an instance of ./instances by its name. Raises Usage with the nearest name."""
    for path in (Path(name), INSTANCES / name, INSTANCES / f"{name}.xlsx"):
        if path.exists():
            return path
    known = []
    if INSTANCES.is_dir():
        known = [entry.stem if entry.suffix == ".xlsx" else entry.name
                 for entry in sorted(INSTANCES.iterdir()) if not entry.name.startswith((".", "~$")) and (
                     entry.suffix == ".xlsx" or (entry / "instance.toml").exists())]
    near = next(iter(difflib.get_close_matches(Path(name).name.casefold(), known, n=1, cutoff=0.45)), None)
    hint = f"Did you mean {near}?" if near else (
        f"Known here: {', '.join(known)}." if known else "There is no folder ./instances here.")
    raise Usage(f"There is no instance {name!r}, neither as a path nor in ./instances. {hint}")


# --- solve --------------------------------------------------------------------------


def solve(args, out, err) -> int:
    """Reads, solves, writes and tells."""
    from planner.explain.checks import refuse
    from planner.solving import solve as find_plan
    from solvers.search import load_profile
    try:
        load_profile(args.profile)
    except ValueError as error:
        raise Usage(str(error).capitalize()) from None
    path = find_instance(args.instance)
    with Watch(err, args.gap) as watch, Interrupt(watch) as stop:
        start = time.perf_counter()
        watch({"phase": "reading"})
        instance = read(path, MECHANISMS, args.scenario, args.set)
        reading = time.perf_counter() - start
        overrides = list(instance.overrides)
        folder = Path(args.out) if args.out else (
            OUTPUTS / instance.name / folder_name(instance.scenario, overrides))
        fate = may_replace(folder, instance.name, instance.scenario, overrides, args.force)
        plan = find_plan(instance, gap=args.gap, time_limit=args.time_limit, profile=args.profile,
                         progress=watch, stop=stop, examine=refuse)
        plan.passport["times"] = {"reading": round(reading, 3), **plan.passport.get("times", {})}
        watch({"phase": "writing"})
        write_output(plan, folder, args.lang)
    tell_warnings(instance, err)
    summary(plan, out, args.lang)
    out.print()
    key = "cli.written" if fate == "new" else "cli.replaced"
    out.print(Text(word(key, args.lang, folder=folder)), soft_wrap=True)
    out.print(Text(word("cli.hint", args.lang, folder=folder), style="dim"), soft_wrap=True)
    return DONE


def tell_warnings(instance, err) -> None:
    if instance.warnings:
        err.print(Text(listing(instance.warnings), style="yellow"), soft_wrap=True)


# --- check, verify ----------------------------------------------------------------------


def check(args, out, err) -> int:
    """All problems of an instance at once, or what it holds."""
    instance = read(find_instance(args.instance), MECHANISMS, args.scenario, args.set)
    tell_warnings(instance, err)
    years = instance.years
    on = [mechanism.name for mechanism in MECHANISMS if instance.on(mechanism.name)]
    out.print(Text(f"{instance.title}: no problems.", style="green"), soft_wrap=True)
    out.print(Text(f"{len(instance.table('baseline')):,} cells, plan years {years[0]}–{years[-1]} "
                   f"(base year {instance.base_year}), {len(instance.table_names)} tables."), soft_wrap=True)
    out.print(Text(f"Scenarios: {', '.join(['base', *instance.scenarios])}."), soft_wrap=True)
    out.print(Text(f"Mechanisms on: {', '.join(on) or 'none'}."), soft_wrap=True)
    possible = wishes(instance, out, args)
    if args.assumptions:
        assumptions(instance, out, args.lang)
    return DONE if possible else NO_PLAN


def wishes(instance, out, args) -> bool:
    """Tells what arithmetic alone rules out, and the range of the numbers; False when something is impossible."""
    from planner.cli.explain import hint, tell_findings, tell_scale
    from planner.explain.checks import impossible, scale
    from planner.explain.clauses import Model
    model = Model(instance)
    tell_scale(scale(model), out, args.lang)
    findings = impossible(model)
    tell_findings(findings, out, args.lang)
    if findings:
        out.print(Text(hint(args, args.lang)), soft_wrap=True)
    return not findings


def assumptions(instance, out, lang: str) -> None:
    """Provenance of every group of figures, by status, assumed first."""
    frame = instance.table("provenance")
    if frame.empty:
        out.print("The instance has no table provenance: nothing is said of where its figures come from.")
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
    """Recomputes every rule of a plan from its tables alone."""
    from planner.audit import NotAPlan, audit
    plan = load_plan(Path(args.folder), args.instance)
    try:
        rows = audit(plan, MECHANISMS)
    except NotAPlan as error:
        raise Usage(str(error)) from None
    bad = rows[rows["status"] == "broken"]
    told, true = plan.passport.get("instance_hash", ""), plan.instance.hash
    if told != true:
        out.print(Text("✗ The instance is not the one that the plan was made from "
                       f"(the plan says {told[:12]}, this one is {true[:12]}).", style="red"), soft_wrap=True)
    if bad.empty and told == true:
        out.print(Text(f"✓ All {len(rows):,} rows of {rows.groupby(['mechanism', 'rule']).ngroups} rules "
                       "are kept.", style="green"))
        return DONE
    if len(bad):
        out.print(Text(f"✗ {len(bad):,} of {len(rows):,} rows are broken.", style="red"))
        if count := by_rounding(plan, bad):
            unit = f"{plan.passport['rounding']['unit']:g} {plan.instance.money_unit}"
            out.print(Text(f"{count:,} of them only by rounding grants to whole {unit}, as the plan itself "
                           "tells.", style="yellow"), soft_wrap=True)
        out.print(broken_table(bad))
        if len(bad) > MOST_LISTED:
            out.print(f"… and {len(bad) - MOST_LISTED:,} more.")
    return NO_PLAN


def by_rounding(plan: Plan, bad: pd.DataFrame) -> int:
    """How many broken rows are those, and broken no further, than the passport says that rounding broke."""
    told = plan.passport.get("rounding") or {"rows": [], "most": 0.0}
    rows = {tuple(row) for row in told["rows"]}
    amount = -(bad["slack"] + bad["relief"]) <= told["most"] * (1 + 1e-6)
    return sum(key in rows for key in bad.loc[amount, ["mechanism", "rule", "where", "year"]].itertuples(
        index=False, name=None))


def broken_table(bad: pd.DataFrame):
    """Broken rules, the worst of each first: mechanism, rule, where, year and by how much."""
    bad = bad.assign(by=-(bad["slack"] + bad["relief"]), worst=bad["slack"] / bad["scale"])
    bad = bad.sort_values("worst", kind="stable", na_position="first").head(MOST_LISTED)
    table = grid("", "mechanism")
    for column in ("rule", "where"):
        table.add_column(column, overflow="fold")
    for column in ("year", "by", "reached", "required", "unit"):
        table.add_column(column, justify="right")
    for row in bad.itertuples():
        table.add_row(row.mechanism, Text(row.rule), Text(row.where), str(row.year or ""), figure(row.by),
                      figure(row.reached), f"{row.sense} {figure(row.required)}", row.unit)
    return table


def load_plan(folder: Path, instance_path: str | None) -> Plan:
    """A plan and the instance it was made from. Raises Usage for what is no plan, InvalidInstance."""
    if not (folder / "plan.json").is_file():
        raise Usage(f"{folder} holds no plan: there is no plan.json. "
                    "Name a folder that `planner solve` wrote.")
    try:
        plan = Plan.load(folder)
    except json.JSONDecodeError as error:
        raise Usage(f"{folder / 'plan.json'}, row {error.lineno}: not JSON ({error.msg}).") from None
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise Usage(f"The tables of {folder} cannot be read: {error}") from None
    if not isinstance(plan.passport, dict) or not plan.tables:
        raise Usage(f"{folder} holds no tables. Name a folder that `planner solve` wrote.")
    if instance_path:
        instance = read(find_instance(instance_path), MECHANISMS, plan.passport.get("scenario") or None,
                        plan.passport.get("overrides", []))
    elif (folder / "instance").is_dir():
        instance = read(folder / "instance", MECHANISMS)
    else:
        raise Usage(f"{folder} has no copy of its instance. Name the instance with --instance PATH.")
    return Plan(instance, plan.tables, plan.passport)


# --- new, calibrate ---------------------------------------------------------------------


def new(args, out, err) -> int:
    """Copies an instance to a new folder or workbook."""
    instance = read(find_instance(args.source), MECHANISMS)
    path = Path(args.name)
    if path.parent == Path("."):
        path = INSTANCES / path
    if args.xlsx and path.suffix.lower() != ".xlsx":
        path = path.with_name(path.name + ".xlsx")
    if path.exists():
        raise Usage(f"{path} is there already; it is left as it is. Choose another name.")
    (write_workbook if path.suffix.lower() == ".xlsx" else write_folder)(instance, path)
    out.print(Text(f"Made {path} from {instance.name}."), soft_wrap=True)
    return DONE


def calibrate(args, out, err) -> int:
    """Computes the tables that calibration.toml describes and writes them into the instance."""
    from planner.instance.calibration import calibrate as fit
    from planner.instance.calibration import write
    folder = find_instance(args.instance)
    if args.goals:
        return calibrate_goals(folder, out, err)
    if not (folder / "calibration.toml").is_file():
        raise Usage(f"{folder} has no calibration.toml: there is nothing to calibrate.")
    try:
        tables = fit(folder, progress=lambda words: err.print(Text(str(words)), soft_wrap=True))
    except (ValueError, KeyError) as error:
        raise Usage(f"{folder}: {error.args[0] if error.args else error}") from None
    write(folder, tables)
    for name, frame in tables.items():
        out.print(Text(f"{folder / name}.csv: {len(frame):,} rows"), soft_wrap=True)
    return DONE



def calibrate_goals(folder: Path, out, err) -> int:
    """Solves for each goal's ideal and nadir and keeps them in the instance's goals.csv."""
    from planner.instance.calibration import write
    from planner.solving import goal_ranges
    if not folder.is_dir():
        raise Usage(f"{folder} is a workbook: copy it to a folder first (planner new NAME --from {folder}).")
    with Watch(err, 0.0) as watch, Interrupt(watch) as stop:
        table = goal_ranges(read(folder, MECHANISMS), progress=watch, stop=stop)
    write(folder, {"goals": table})
    out.print(Text(f"{folder / 'goals.csv'}: ideal and nadir of {int(table['ideal'].notna().sum())} goals"))
    return DONE


# --- explain ----------------------------------------------------------------------------


def explain(args, out, err) -> int:
    """Says why; see `planner.cli.explain`."""
    from planner.cli.explain import run
    return run(args, out, err)


# --- policies ---------------------------------------------------------------------------


def policies(args, out, err) -> int:
    """Compares allocation policies; see `planner.cli.policies`."""
    from planner.cli.policies import run
    return run(args, out, err)


# --- tender -----------------------------------------------------------------------------


def tender(args, out, err) -> int:
    """Plays the rounds of the tender; see `planner.cli.tender`."""
    from planner.cli.tender import run
    return run(args, out, err)


# --- generate ---------------------------------------------------------------------------


def generate(args, out, err) -> int:
    """Makes a synthetic instance; see `planner.cli.generate`."""
    from planner.cli.generate import run
    return run(args, out, err)
