"""Writing so that nothing is lost: beside the place first, then renamed into it.

What is being written lies beside its place as `.NAME.xxxxxxxx.writing` and is locked while its process
lives. Whoever writes to the same place next removes what a killed process left, and never what a living
one is writing.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks: age decides
    fcntl = None

MARK = ".writing"
TRIES = 5
OLD = 24 * 3600.0
"""Seconds after which a leftover is one even where locks do not tell."""
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


@contextmanager
def folder_beside(place: Path):
    """A new locked folder beside `place`, for as long as the block runs; removed at its end if still there.

    The block renames it to where it belongs. Raises OSError where nothing can be written.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    clear(place)
    made, lock = _locked(lambda: Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=MARK, dir=place.parent)))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        let_go(lock)


@contextmanager
def beside(place: Path):
    """A path to write a file to; it is renamed to `place` when all went well, removed otherwise."""
    place.parent.mkdir(parents=True, exist_ok=True)
    clear(place)

    def fresh() -> Path:
        handle, name = tempfile.mkstemp(prefix=f".{place.stem}.", suffix=MARK + place.suffix, dir=place.parent)
        os.close(handle)
        return Path(name)
    made, lock = _locked(fresh)
    try:
        yield made
        made.chmod(0o644)
        made.replace(place)
    finally:
        let_go(lock)
        made.unlink(missing_ok=True)


def exchange(one: Path, other: Path) -> bool:
    """Swaps two existing paths in one step of the system; False where the system cannot."""
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    return swap is not None and swap(
        AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0


def clear(place: Path) -> None:
    """Removes what killed processes left beside a place; an earlier output that was set aside comes back."""
    name, stem, suffix = (re.escape(part) for part in (place.name, place.stem, place.suffix))
    ours = re.compile(rf"\.(?:{name}|{stem})\.\w{{8}}{re.escape(MARK)}(?P<old>\.old)?(?:{suffix})?")
    try:
        found = [entry for entry in place.parent.iterdir() if ours.fullmatch(entry.name)]
    except OSError:
        return
    for entry in found:
        if not _abandoned(entry):
            continue
        if entry.name.endswith(".old") and not place.exists():
            entry.rename(place)
        elif entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _locked(fresh):
    """(path, lock) of something new; again if a clearing neighbour was quicker than the lock."""
    for _ in range(TRIES):
        made = fresh()
        lock = hold(made)
        if lock is not False and made.exists():
            return made, lock
        let_go(lock)
    raise FileExistsError(f"{made} is taken away while it is being made")


def hold(path: Path) -> int | bool | None:
    """Locks a path while this process lives: a handle, False when another has it, None where there are no locks."""
    if fcntl is None:
        return None
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    except OSError:
        os.close(handle)
        return None
    return handle


def let_go(lock: int | bool | None) -> None:
    """Ends what `hold` began."""
    if lock is not None and lock is not False:
        os.close(lock)


def _abandoned(path: Path) -> bool:
    lock = hold(path)
    if lock is None:
        try:
            return time.time() - path.stat().st_mtime > OLD
        except OSError:
            return False
    let_go(lock)
    return lock is not False
