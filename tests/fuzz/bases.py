"""What the fuzzing starts from: small sound instances as files in memory, {path: bytes}."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from planner.generate import Size, generate
from planner.instance import read, write_folder
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT

Files = dict[str, bytes]

SMALLEST = Size(regions=4, industries=3, categories=1, years=2, seed=7)
"""The generated one: about 60 cells."""

CHANCES = {"tiny": 6, "selection": 3, "split": 2, "generated": 1}
"""How often each is taken."""


def files_of(folder: Path) -> Files:
    return {file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix != ".md"}


@lru_cache
def base(name: str) -> Files:
    """The files of one base; callers copy the dict before they change it."""
    if name != "generated":
        return files_of(ROOT / "instances" / name)
    donor = read(ROOT / "instances" / "china-2022", MECHANISMS)
    with tempfile.TemporaryDirectory() as place:
        return files_of(write_folder(generate(donor, SMALLEST, "generated"), Path(place) / "generated"))


def write(files: Files, folder: Path) -> Path:
    """The files as a folder; a path that ends in '/' is made a folder, bytes b'->TARGET' a link."""
    folder.mkdir(parents=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        elif data.startswith(b"->"):
            path.symlink_to(data[2:].decode())
        else:
            path.write_bytes(data)
    return folder
