"""How a solve may end: each with words, an exit status and files of its own (docs/troubleshooting.md)."""

import json
import shutil

import pytest

from planner import solving
from planner.audit import audit
from planner.cli import main, statuses
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.words import worded
from solvers.outcome import Outcome, Stop
from tests.helpers import ROOT

SPLIT = ["solve", "split", "--out", "plan"]
TINY = ["solve", "tiny", "--out", "plan", "--set", "minimum_grant.on=false"]


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("split", "tiny"):
        shutil.copytree(ROOT / "instances" / name, tmp_path / "instances" / name)
    return tmp_path


def said(capsys) -> str:
    found = capsys.readouterr()
    assert "Traceback" not in found.out + found.err
    return " ".join((found.out + found.err).split())


def passport(desk) -> dict:
    return json.loads((desk / "plan" / "plan.json").read_text(encoding="utf-8"))


def stopping(monkeypatch, **changes):
    """The search ends as told, with the plan it has or without."""
    real = solving.search

    def search(matrix, **options):
        found = real(matrix, **options)
        for name, value in changes.items():
            setattr(found, name, value)
        return found
    monkeypatch.setattr(solving, "search", search)


def test_optimal(desk, capsys):
    assert main(SPLIT) == statuses.DONE == 0
    assert "Proven optimal" in said(capsys) and passport(desk)["status"] == "optimal"


@pytest.mark.parametrize("stop, words", [(Stop.GAP_LIMIT, "Feasible, gap"), (Stop.TIME_LIMIT, "Time limit")])
def test_feasible_with_a_gap(stop, words, desk, capsys, monkeypatch):
    stopping(monkeypatch, stop=stop, bound=1e4)
    assert main(SPLIT) == statuses.DONE
    text = said(capsys)
    assert words in text and passport(desk)["status"] == "feasible" and passport(desk)["gap"] > 0


def test_interrupted_with_a_plan(desk, capsys, monkeypatch):
    stopping(monkeypatch, stop=Stop.INTERRUPTED, bound=1e4)
    assert main(SPLIT) == statuses.INTERRUPTED == 130
    assert "Interrupted: best plan so far, gap" in said(capsys)
    assert passport(desk)["stop"] == "interrupted" and (desk / "plan" / "plan.xlsx").exists()


WITHOUT = {
    Stop.INFEASIBLE: (1, "The rules cannot all hold together", "不存在可行方案"),
    Stop.TIME_LIMIT: (3, "The time limit came before a first plan", "时间已用完"),
    Stop.FAILED: (4, "The solver failed", "求解器失败"),
    Stop.UNBOUNDED: (4, "The goal can grow without end", "无限增大"),
    Stop.INTERRUPTED: (130, "Interrupted before a first plan was found; nothing was written", "被中断"),
}


@pytest.mark.parametrize("stop", WITHOUT)
def test_without_a_plan_nothing_is_written_and_nothing_is_lost(stop, desk, capsys, monkeypatch):
    """The words are its own in both languages; an earlier output stays as it is."""
    assert main(SPLIT) == 0
    before = {path: path.read_bytes() for path in (desk / "plan").rglob("*") if path.is_file()}
    capsys.readouterr()
    stopping(monkeypatch, stop=stop, x=None, objective=None, duals=None)
    status, words, chinese = WITHOUT[stop]
    assert main(SPLIT) == status
    assert words in said(capsys)
    assert main([*SPLIT, "--lang", "zh"]) == status
    assert chinese in said(capsys)
    assert {path: path.read_bytes() for path in (desk / "plan").rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in desk.iterdir()) == ["instances", "plan"]


def test_every_word_and_status_of_an_end_without_a_plan_is_its_own():
    texts = {worded(solving.NoPlan(Outcome(stop)), "en") for stop in WITHOUT}
    assert len(texts) == len(WITHOUT)
    documented = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    for name, status in vars(statuses).items():
        if name.isupper() and isinstance(status, int):
            assert f"\n| {status} |" in documented, f"exit status {status} is not told"


def test_a_real_limit_without_a_plan(desk, capsys):
    assert main([*TINY, "--time-limit", "0.0001"]) == statuses.TOO_SHORT
    assert "--profile quick" in said(capsys) and not (desk / "plan").exists()


@pytest.mark.parametrize("mode", ["lexicographic", "leximin"])
def test_a_sequence_that_is_stopped_keeps_the_plan_before(mode, desk, capsys, monkeypatch):
    """Ctrl-C in the second of several solves: the first one's plan is written, and not called optimal."""
    real, count = solving.search, []

    def search(matrix, **options):
        count.append(matrix)
        return real(matrix, **options) if len(count) == 1 else Outcome(Stop.INTERRUPTED)
    monkeypatch.setattr(solving, "search", search)
    goals = desk / "instances" / "split" / "goals.csv"
    goals.write_text("goal,weight,ideal,nadir,level\nproductivity,1,1000,0,1\nbalance,1,0,-1,2\n", encoding="utf-8")
    assert main([*SPLIT, "--set", f"mode={mode}"]) == statuses.INTERRUPTED
    assert len(count) == 2 and "Interrupted: best plan so far, gap –" in said(capsys)
    told = passport(desk)
    assert told["status"] == "feasible" and told["bound"] is None and told["gap"] is None
    assert main(["verify", "plan"]) == 0


@pytest.mark.parametrize("change", [{"missions.maturity": 1.0}, {"missions.on": False}])
def test_a_tender_in_which_nothing_can_be_decided(change):
    """Found by fuzzing: such an instance has no goals, and ended in a KeyError."""
    instance = read(ROOT / "instances" / "selection", MECHANISMS).with_overrides(change)
    if "missions.maturity" in change:
        assert "none of the 8 bids can start" in str(instance.warnings[-1])
    plan = solving.solve(instance)
    assert plan.objective == 0 and plan.goals.empty
    rows = audit(plan, MECHANISMS)
    assert len(rows) and not (rows["status"] == "broken").any()
