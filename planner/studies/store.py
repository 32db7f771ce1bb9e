"""The folder of a study: what is done is kept there, one folder a case, and one DuckDB file to query it all.

    study.toml            what the study is
    cases/NAME-KEY/       a case: case.json (its row) and a Parquet file per table; written beside, then renamed
    cases.csv, .parquet   the table `cases`, written at the end of every run
    study.duckdb          every table over all cases, made anew at the end of every run

A study may run the engine several times (a frontier looks where to go next): the tables at the end then hold the
cases of all runs that were made of the same inputs, by the same code.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from planner.instance import InvalidInstance
from planner.instance.keeping import beside, folder_beside
from planner.studies.case import Case, Options
from planner.studies.results import Tables
from planner.studies.study import FILE, Study, read_study, written
from planner.studies.work import Done, Job
from planner.words import Said, say

try:
    import fcntl
except ImportError:  # Windows: whoever deletes study.duckdb while it is open is told by the system
    fcntl = None

DATABASE, RUNS, LONGEST = "study.duckdb", "runs.json", 40
OURS = {FILE, DATABASE, "cases", "cases.csv", "cases.parquet"}


class StudyError(ValueError):
    """A study that cannot be carried out as asked; the text says why and how to mend it."""


def key(case: Case, options: Options, base: str, own: str, where: str, code: str) -> str:
    """Hash of all that shapes a case's result.

    base, own  hashes of the study's instance and of the case's
    where      its task's function; code: hash of the planner's sources
    """
    text = json.dumps([case.plain(), asdict(options), base, own, where, code, version("highspy")],
                      sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class Store:
    """The cases kept in a folder. Only one process at a time has a folder (`opened`)."""

    def __init__(self, folder: Path):
        self.folder = folder

    def place(self, job: Job) -> Path:
        name = re.sub(r"[^\w.=+\-]", "_", job.case.name)[:LONGEST].strip(".") or "_"
        return self.folder / "cases" / f"{name}-{job.key}"

    def kept(self, job: Job) -> Done | None:
        """What was kept of a case, without its tables (they stay in their files); None if it is not done."""
        try:
            text = (self.place(job) / "case.json").read_text(encoding="utf-8")
            found = json.loads(text)
            return Done({name: said(value) for name, value in found["told"].items()})
        except (OSError, ValueError, KeyError):
            return None

    def keep(self, job: Job, done: Done) -> None:
        """Writes a case beside its place and renames it there: whole, or not there at all. Raises OSError."""
        place = self.place(job)
        with folder_beside(place) as made:
            for name, table in done.tables.items():
                pq.write_table(table, made / f"{name}.parquet")
            told = {name: unsaid(value) for name, value in done.told.items()}
            text = json.dumps({"case": job.case.plain(), "key": job.key, "told": told}, indent=1,
                              ensure_ascii=False, allow_nan=False, default=str)
            (made / "case.json").write_text(text + "\n", encoding="utf-8")
            if place.exists():  # and could not be read
                shutil.rmtree(place)
            made.chmod(0o755)
            made.rename(place)

    def define(self, study: Study, force: bool) -> None:
        """Writes study.toml. Raises StudyError where the folder holds another study, or something else.

        force  another study gives way; what is kept of its cases stays, and is used where it fits
        """
        file = self.folder / FILE
        if not file.exists():
            foreign = sorted(entry.name for entry in self.folder.iterdir()
                             if entry.name not in OURS and not entry.name.startswith("."))
            if foreign:
                raise StudyError(say("study.foreign", folder=self.folder, names=", ".join(foreign[:5])))
        elif not force:
            other = earlier(file)
            if other is None:
                raise StudyError(say("study.unread", file=file))
            if other.kind == study.kind == "cases":
                study = joined(other, study)
            names = study.differs(other)
            if names and not (study.kind == "cases" and names == ["arguments"]):  # one more run of it
                raise StudyError(say("study.another", folder=self.folder, names=", ".join(names)))
        else:
            (self.folder / "cases" / RUNS).unlink(missing_ok=True)
        with beside(file) as made:
            made.write_text(written(study), encoding="utf-8")

    def tables(self, jobs: list[Job]) -> Tables:
        """Every table of the cases that are kept, in the order of the jobs; read when asked for."""
        return self.of_places({job.case.name: self.place(job).name for job in jobs})

    def of_places(self, places: dict[str, str]) -> Tables:
        files: dict[str, list[tuple[str, Path]]] = {}
        for case, place in places.items():
            for file in sorted((self.folder / "cases" / place).glob("*.parquet")):
                files.setdefault(file.stem, []).append((case, file))
        return Tables(files)

    def finish(self, cases: pd.DataFrame, jobs: list[Job], mark: str) -> None:
        """Writes the table `cases` and the DuckDB file, each beside its place. Raises OSError.

        mark  what runs must have in common for their cases to stand in one table
        """
        places = {job.case.name: self.place(job).name for job in jobs}
        index = self.folder / "cases" / RUNS
        try:
            before = json.loads(index.read_text(encoding="utf-8"))
            rows = pd.read_parquet(self.folder / "cases.parquet")
        except (OSError, ValueError):
            before, rows = {}, cases
        if before.get("mark") == mark:
            rows = rows[~rows["case"].isin(cases["case"])]
            if len(rows):
                cases = pd.concat([rows, cases], ignore_index=True)
            places = before["places"] | places
            places = {case: places[case] for case in cases["case"] if case in places}
        with beside(index) as made:
            made.write_text(json.dumps({"mark": mark, "places": places}, ensure_ascii=False, indent=0))
        with beside(self.folder / "cases.csv") as made:
            cases.to_csv(made, index=False, encoding="utf-8-sig", lineterminator="\n")
        with beside(self.folder / "cases.parquet") as made:
            cases.to_parquet(made, index=False)
        with beside(self.folder / DATABASE) as made:
            made.unlink()
            database(made, self.folder / "cases.parquet", self.of_places(places))


def earlier(file: Path) -> Study | None:
    """The study that a folder says it holds; None where it cannot be read."""
    try:
        return read_study(file)
    except InvalidInstance:
        return None


def joined(one: Study, other: Study) -> Study:
    """A study of the cases of two runs, those of the second where both have one of a name."""
    named = {case["name"]: case for study in (one, other) for case in study.arguments["cases"]}
    return replace(other, arguments={"cases": list(named.values())})


def database(file: Path, cases: Path, tables: Tables) -> None:
    """A DuckDB file with the table `cases` and all others, cases in the study's order."""
    import duckdb
    with duckdb.connect(str(file)) as made:
        made.execute("CREATE TABLE cases AS SELECT * FROM read_parquet($1)", [str(cases)])
        for name, files in tables.files.items():
            part = pd.DataFrame({"case": [case for case, _ in files], "file": [str(path) for _, path in files],
                                 "place": range(len(files))})
            made.register("part", part)
            made.execute(
                f'CREATE TABLE "{name}" AS SELECT part."case", made.* EXCLUDE (filename, file_row_number) '
                "FROM read_parquet($1, union_by_name = true, filename = true, file_row_number = true) made "
                "JOIN part ON part.file = made.filename ORDER BY part.place, made.file_row_number",
                [part["file"].tolist()])
            made.unregister("part")


@contextmanager
def opened(folder: Path):
    """The store of a folder, for this process alone. Raises StudyError while another one has it.

    The lock goes with the process that holds it, however it ends.
    """
    folder = Path(folder).absolute()
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if fcntl is not None:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StudyError(say("study.busy", folder=folder)) from None
        yield Store(folder)
    finally:
        os.close(handle)


def unsaid(value):
    """What was `say`d, as JSON can keep it so that it can be said in another language later."""
    if isinstance(value, Said):
        return {"say": value.key, "with": {name: unsaid(part) for name, part in value.values.items()}}
    return value


def said(value):
    if isinstance(value, dict) and "say" in value:
        try:
            return say(value["say"], **{name: said(part) for name, part in value["with"].items()})
        except KeyError:  # words of another version
            return value["say"]
    return value
