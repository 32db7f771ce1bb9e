"""A workbook that somebody hands in: checked like any other input, then kept as an instance folder."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from planner.instance import Instance, read, write_folder
from planner.jobs.workspace import Workspace
from planner.mechanisms import MECHANISMS
from planner.words import say

NAME = re.compile(r"[^\W_][\w-]{0,59}")
"""Names of instances: letters of any script, figures, - and _; never a path."""


class BadName(Exception):
    """No name for an instance, or one that is taken; the text says which."""


def checked(content: bytes, name: str) -> Instance:
    """The instance in a workbook's bytes, read as `planner check` reads it. Raises InvalidInstance.

    name  of the file, for the words of its problems; nothing is written by it
    """
    stem = re.sub(r"[^\w.-]", "_", Path(name.replace("\\", "/")).stem)[:60].strip(".") or "workbook"
    with tempfile.TemporaryDirectory(prefix="planner-upload-") as folder:
        file = Path(folder) / f"{stem}.xlsx"
        file.write_bytes(content)
        return read(file, MECHANISMS)


def keep(workspace: Workspace, instance: Instance, name: str) -> Path:
    """Writes a checked instance as instances/NAME; nothing is ever replaced. Raises BadName, OSError."""
    if not NAME.fullmatch(name):
        raise BadName(say("web.upload.bad_name", name=name))
    taken = {other.casefold() for other in workspace.instance_paths()}
    path = workspace.instances / name
    if name.casefold() in taken or path.exists():
        raise BadName(say("web.upload.taken", name=name))
    return write_folder(instance, path)
