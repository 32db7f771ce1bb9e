"""Faults, each with real processes: whatever happens, the earlier output stays whole and verifies.

Where a fault needs root (a small file system, a read-only mount) and there is none, the test is skipped.
"""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from planner.cli import main, statuses
from tests.helpers import ROOT

LONG = 300.0
"""Seconds that anything here may take on a busy machine."""
QUICK = ["solve", str(ROOT / "instances" / "split"), "--out", "base"]


def begun(arguments, place: Path, **more) -> subprocess.Popen:
    """A planner of its own, in a folder."""
    return subprocess.Popen([sys.executable, "-m", "planner", *arguments], cwd=place, text=True, encoding="utf-8",
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=os.environ | {"PYTHONPATH": str(ROOT)}, **more)


def ended(run: subprocess.Popen, status: int) -> str:
    """What it said in the end; its status must be the one promised, and there is no traceback."""
    out, err = run.communicate(timeout=LONG)
    said = " ".join((out + err).split())
    assert "Traceback" not in said and run.returncode == status, said
    return said


def until(found, run: subprocess.Popen):
    """Waits for `found()` to be true of a running process."""
    end = time.monotonic() + LONG
    while not (what := found()):
        assert run.poll() is None and time.monotonic() < end, run.communicate()
        time.sleep(0.002)
    return what


def writing(place: Path, inside: str = ""):
    """The folder beside `base` in which an output is being written, once it holds `inside`."""
    return next((path for path in place.glob(".base.*.writing") if (path / inside).exists()), None)


def content(folder: Path) -> dict:
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def whole(folder: Path) -> bool:
    return main(["verify", str(folder)]) == 0


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """An output of `split`, as a run leaves it."""
    place = tmp_path_factory.mktemp("first")
    ended(begun(QUICK, place), statuses.DONE)
    return place / "base"


@pytest.fixture
def desk(first, tmp_path):
    """A folder with an earlier output `base` in it."""
    shutil.copytree(first, tmp_path / "base")
    return tmp_path


# --- kill -9 and Ctrl-C -------------------------------------------------------------


def test_killed_at_any_moment_of_writing(desk, first):
    """Killed at four moments; the next run clears what was left, and nothing else."""
    (desk / ".base.notes").write_text("mine")
    for inside in ("", "instance", "plan.xlsx", "tables"):
        run = begun(QUICK, desk)
        until(lambda inside=inside: writing(desk, inside), run)
        run.kill()
        run.wait(LONG)
        run.communicate()
        assert whole(desk / "base")
        assert content(desk / "base") == content(first)
    assert writing(desk) is not None
    ended(begun(QUICK, desk), statuses.DONE)
    assert sorted(path.name for path in desk.iterdir()) == [".base.notes", "base"]
    assert whole(desk / "base")


def test_what_a_living_run_writes_is_left_to_it(desk):
    from planner.instance.keeping import clear, folder_beside
    with folder_beside(desk / "base") as made:
        clear(desk / "base")
        assert made.exists()
    assert not made.exists()


def test_an_output_set_aside_by_a_killed_run_comes_back(desk, first):
    """On systems that cannot exchange two folders in one step, a run may be killed between two."""
    from planner.instance.keeping import clear
    (desk / "base").rename(desk / ".base.abcd1234.writing.old")
    clear(desk / "base")
    assert content(desk / "base") == content(first) and not list(desk.glob(".base.*"))


def knapsack(folder: Path) -> Path:
    """A choice of 120 bids under ten talent limits, values close to what they use: a plan at once, no proof
    for hours (after Chu and Beasley, 1998)."""
    draw, bids, kinds = random.Random(5), range(120), range(10)
    need = [[draw.randint(1, 1000) for _ in kinds] for _ in bids]
    tables = {
        "budget": ["year,central", "2025,1000"],
        "missions": ["mission", *(f"m{bid}" for bid in bids)],
        "bids": ["bid,mission,region,earliest,latest,success,value", *(
            f"b{bid},m{bid},nation,2025,2025,1,{sum(need[bid]) / 10 + draw.randint(0, 500)}" for bid in bids)],
        "bid_money": ["bid,offset,money", *(f"b{bid},0,1" for bid in bids)],
        "bid_talent": ["bid,talent_type,fte", *(f"b{bid},t{kind},{need[bid][kind]}" for bid in bids for kind in kinds)],
        "talent_types": ["talent_type", *(f"t{kind}" for kind in kinds)],
        "talent_stock": ["region,talent_type,stock", *(
            f"nation,t{kind},{sum(row[kind] for row in need) // 4}" for kind in kinds)],
        "regions": ["region,population,gdp", "nation,100,1000"], "goals": ["goal,weight", "productivity,1"]}
    folder.mkdir()
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "instance.toml").write_text(
        "base_year = 2024\nfirst_year = 2025\nlast_year = 2025\n[mechanisms.missions]\non = true\n", encoding="utf-8")
    return folder


def test_ctrl_c_in_the_search_writes_the_plan_found(tmp_path):
    run = begun(["solve", str(knapsack(tmp_path / "hard")), "--gap", "0", "--out", "base"], tmp_path)
    heard = []

    def a_plan():
        heard.append(run.stderr.readline())
        return heard[-1] if "plan" in heard[-1] and "plan –" not in heard[-1] else None
    until(a_plan, run)
    run.send_signal(signal.SIGINT)
    said = ended(run, statuses.INTERRUPTED)
    assert "Interrupted: best plan so far" in said and "Written to base" in said
    told = json.loads((tmp_path / "base" / "plan.json").read_text(encoding="utf-8"))
    assert told["stop"] == "interrupted" and told["status"] == "feasible"
    assert "Interrupted: best plan so far" in (tmp_path / "base" / "report.html").read_text(encoding="utf-8")
    assert whole(tmp_path / "base")


def test_ctrl_c_while_it_writes_leaves_the_earlier_output(desk, first):
    run = begun(QUICK, desk)
    until(lambda: writing(desk), run)
    run.send_signal(signal.SIGINT)
    assert "no plan was written" in ended(run, statuses.INTERRUPTED)
    assert [path.name for path in desk.iterdir()] == ["base"]
    assert content(desk / "base") == content(first)


# --- two runs, other programs -------------------------------------------------------


def test_two_runs_into_one_folder_do_not_mix(desk):
    """Both end well; the output is the later one's, whole."""
    runs = [begun(QUICK, desk), begun(QUICK, desk)]
    for run in runs:
        ended(run, statuses.DONE)
    assert [path.name for path in desk.iterdir()] == ["base"]
    assert whole(desk / "base")


def test_a_workbook_open_elsewhere_is_told_at_once(desk, first):
    (desk / "base" / ".~lock.plan.xlsx#").write_text("somebody")
    assert "is open in another program" in ended(begun(QUICK, desk), statuses.BAD_INPUT)
    (desk / "base" / ".~lock.plan.xlsx#").unlink()
    assert content(desk / "base") == content(first)


def test_a_workbook_opened_or_edited_during_the_solve_keeps_both(desk, first):
    run = begun(QUICK, desk)
    until(lambda: writing(desk), run)
    with (desk / "base" / "plan.xlsx").open("ab") as book:
        book.write(b"edited by hand")
    said = ended(run, statuses.NOT_WRITTEN)
    assert "was changed since it was written" in said and "base-new-1" in said
    assert (desk / "base" / "plan.json").read_bytes() == (first / "plan.json").read_bytes()
    assert (desk / "base" / "plan.xlsx").read_bytes().endswith(b"edited by hand")
    assert whole(desk / "base-new-1")


def test_somebody_elses_files_are_not_swept_away(desk):
    (desk / "base" / "minutes.docx").write_text("of the meeting")
    assert "did not write: minutes.docx" in ended(begun(QUICK, desk), statuses.BAD_INPUT)
    assert (desk / "base" / "minutes.docx").exists()


@pytest.mark.parametrize("spoil, out, status", [
    (lambda desk: (desk / "x").write_text("a file"), "x", statuses.BAD_INPUT),
    (lambda desk: (desk / "x").write_text("a file"), "x/base", statuses.NOT_WRITTEN),
    (lambda desk: ((desk / "base" / "plan.xlsx").unlink(), (desk / "base" / "plan.xlsx").mkdir()), "base",
     statuses.BAD_INPUT),
], ids=["a file", "below a file", "a folder for the workbook"])
def test_a_file_for_a_folder_and_a_folder_for_a_file(spoil, out, status, desk, capsys):
    spoil(desk)
    before = content(desk)
    assert main([*QUICK[:3], str(desk / out)]) == status
    assert "Traceback" not in (said := capsys.readouterr().err) and str(desk / out) in "".join(said.split("\n"))
    assert content(desk) == before


# --- disks --------------------------------------------------------------------------


@contextmanager
def mounted(place: Path, *arguments):
    """A mount for as long as the block runs; skips the test where mounting is not allowed."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small or read-only file system needs root")
    place.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *arguments, str(place)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine allows no mount: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_runs_full_while_it_writes(first, tmp_path):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=48m", "tmpfs") as disk:
        shutil.copytree(first, disk / "base")
        run = begun(QUICK, disk)
        until(lambda: writing(disk), run)
        with (disk / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(65536))
            except OSError:
                pass
        assert "No space left on device" in ended(run, statuses.NOT_WRITTEN)
        assert sorted(path.name for path in disk.iterdir()) == ["base", "filler"]
        assert content(disk / "base") == content(first) and whole(disk / "base")
        # Still full: told before the search.
        assert "No space left on device" in (said := ended(begun(QUICK, disk), statuses.NOT_WRITTEN))
        assert "mip" not in said and "Writing" not in said


def test_files_that_may_not_grow(desk, first):
    """A limit on the size of files, as a quota sets it; needs no root."""
    run = begun(QUICK, desk, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)))
    assert "File too large" in ended(run, statuses.NOT_WRITTEN)
    assert [path.name for path in desk.iterdir()] == ["base"] and content(desk / "base") == content(first)


def test_a_read_only_place_is_told_before_the_search(first, tmp_path):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=48m", "tmpfs") as disk:
        shutil.copytree(first, disk / "base")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        said = ended(begun([*QUICK[:3], str(disk / "base")], tmp_path), statuses.NOT_WRITTEN)
        assert "Read-only file system" in said and "mip" not in said
        assert content(disk / "base") == content(first) and whole(disk / "base")
