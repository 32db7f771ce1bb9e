"""One job: what was asked, how it stands, and its folder on disk.

    outputs/.jobs/<id>/job.json       what was asked, written once
                       events.jsonl   progress, one JSON object a line, appended by the worker
                       found.json     what is found so far, written anew each time (explain, why)
                       stop           there when it is to stop and keep what it has
                       result.json    how it ended, written once and whole
                       log.txt        what its process said, for developers
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ASKED, EVENTS, FOUND, STOP, RESULT, LOG = (
    "job.json", "events.jsonl", "found.json", "stop", "result.json", "log.txt")
WAITING = ("queued", "running")
ENDED = ("done", "infeasible", "no_plan", "refused", "failed", "died", "cancelled")
"""done: a result is held; infeasible: proven that none exists; no_plan: stopped or out of time before a first
plan; refused: the input or the place of output; failed: a mistake of our own; died: the process ended without
a word; cancelled: ended by the user without a plan."""


@dataclass
class Job:
    """A job as the manager knows it.

    asked   kind, instance, scenario, overrides, gap, time_limit, profile, lang, cores, memory (MB), created; of a
            question why: plan (an id), what (labels)
    events  progress so far: {time, phase, incumbent, bound, gap}, numbers finite or None; `clock` is the
            seconds since the process began
    result  {state, text: {en, zh}, ...}, with `plan` (an id) when one is held
    """

    id: str
    folder: Path
    asked: dict
    state: str = "queued"
    started: float | None = None
    ended: float | None = None
    stopping: bool = False
    result: dict = field(default_factory=dict)
    _events: list[dict] = field(default_factory=list)
    _read: int = 0

    @property
    def events(self) -> list[dict]:
        """All events so far; reads what the worker has appended since it was last asked."""
        try:
            with (self.folder / EVENTS).open("rb") as stream:
                stream.seek(self._read)
                new = stream.read()
        except OSError:
            return self._events
        whole = new.rfind(b"\n") + 1  # a line that is being written comes next time
        self._read += whole
        for line in new[:whole].splitlines():
            try:
                self._events.append(json.loads(line))
            except ValueError:
                continue
        return self._events

    @property
    def found(self) -> dict | None:
        """What is found so far; None before the first."""
        return read_json(self.folder / FOUND)

    @property
    def waiting(self) -> bool:
        return self.state in WAITING

    @property
    def target(self) -> tuple:
        """Two jobs with the same target write to the same place."""
        if self.asked["kind"] != "solve":  # an answer lies in its own job's folder
            return self.asked["kind"], self.id
        return "solve", self.asked["instance"], self.asked["scenario"], tuple(self.asked["overrides"])


def fresh_id() -> str:
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


def write_json(path: Path, value: dict) -> None:
    """A whole file or none; infinities are refused (browsers do not read them). Raises OSError, ValueError."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    beside.write_text(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1), encoding="utf-8")
    os.replace(beside, path)


def read_json(path: Path) -> dict | None:
    """What a file of ours holds; None where it is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
