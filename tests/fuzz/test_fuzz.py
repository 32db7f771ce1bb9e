"""A small portion of the fuzzing, and what the whole of it found (docs/robustness.md).

The whole: `make fuzz`.
"""

import pytest

from tests.fuzz import judge
from tests.fuzz.instances import mutant
from tests.fuzz.run import run
from tests.helpers import ROOT

INSTANCES, WORKBOOKS = range(100_000, 100_050), range(100_000, 100_030)
"""Seeds beside those of the whole run."""


def broken(found) -> list:
    return [(entry["seed"], entry["kind"], entry["done"], entry["text"][-500:])
            for entry in found if entry["kind"] not in judge.KEPT]


def test_a_portion_of_instances():
    found = run("instances", INSTANCES)
    assert len(found) == len(INSTANCES) and not broken(found)
    kinds = {entry["kind"] for entry in found}
    assert {"plan", "refused"} <= kinds  # neither everything nor nothing is refused


def test_a_portion_of_workbooks():
    found = run("workbooks", WORKBOOKS)
    assert len(found) == len(WORKBOOKS) and not broken(found)
    assert {"plan", "refused"} <= {entry["kind"] for entry in found}


@pytest.mark.slow
@pytest.mark.fuzz
@pytest.mark.parametrize("kind, cases", [("instances", 2000), ("workbooks", 500)])
def test_the_whole(kind, cases):
    (ROOT / ".fuzz").mkdir(exist_ok=True)
    found = run(kind, range(cases), ROOT / ".fuzz" / f"{kind}.jsonl")
    assert len(found) == cases and not broken(found)


def test_a_seed_is_always_the_same_mutant():
    one, other = mutant(11), mutant(11)
    assert (one.files, one.overrides, one.scenario, one.done) == (other.files, other.overrides, other.scenario,
                                                                  other.done)
    assert mutant(12).done != one.done


# --- the judge itself ---------------------------------------------------------------


def test_a_traceback_and_a_hang_break_the_promise(monkeypatch, tmp_path):
    def falls(path, scenario, overrides):
        raise KeyError("x")

    def hangs(path, scenario, overrides):
        while True:
            pass
    monkeypatch.setattr(judge, "LONGEST", 0.2)
    assert judge.judged(falls, tmp_path).kind == "traceback"
    assert judge.judged(hangs, tmp_path).kind == "hang"
    assert not judge.judged(falls, tmp_path).kept


def test_a_wrong_plan_is_seen():
    from planner.instance import read
    from planner.mechanisms import MECHANISMS
    from planner.solving import solve
    plan = solve(read(ROOT / "instances" / "split", MECHANISMS))
    assert judge.verified(plan)[0] == "plan"
    plan.tables["allocations"].loc[0, "spend"] += 1.0
    assert judge.verified(plan)[0] == "wrong plan"
