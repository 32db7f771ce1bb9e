"""The audit against the solver: every rule and the objective, recomputed from tables alone, on random instances.

Feasible ones are drawn from the fuzzer's gentle mutants (small instances with any mechanisms on, hard or
priced, with parameters and figures inside their ranges). They are solved to proven optimality; then what the
tables say must be what the solver says, to 1e-6.
"""

import random

import pytest

from planner.audit import audit
from planner.instance import InvalidInstance, read
from planner.mechanisms import MECHANISMS
from planner.model.points import objective
from planner.plan import Plan
from planner.solving import NoPlan, solve
from tests.fuzz.bases import base, write
from tests.fuzz.instances import GENTLE, Mutant, switch

CLOSE = 1e-6
LIMIT = 20.0


def drawn(seed: int, place):
    """A feasible instance of the seed with its plan, or None where what was drawn is refused or has no plan."""
    draw = random.Random(1_000_000 + seed)
    name = draw.choice(("tiny", "tiny", "tiny", "selection", "split"))
    made = Mutant(seed, name, dict(base(name)))
    switch(made, draw)
    for _ in range(draw.randrange(1, 4)):
        draw.choices([*GENTLE], [*GENTLE.values()])[0](made, draw)
    try:
        instance = read(write(made.files, place / f"{seed}"), MECHANISMS, made.scenario, made.overrides)
        instance = instance.with_overrides({"mode": "weighted"})
        return solve(instance, gap=0.0, time_limit=LIMIT, rounding=False)
    except (InvalidInstance, NoPlan):
        return None


def differs(plan: Plan, place) -> list[str]:
    """What the tables say otherwise than the solver; also after saving and loading."""
    folder = place / "saved"
    folder.mkdir()
    plan.save(folder)
    found = []
    for one in (plan, Plan.load(folder, plan.instance)):
        rows = audit(one, MECHANISMS)
        found += [f"{row.mechanism}.{row.rule}[{row.where}, {row.year}] {row.slack:g}"
                  for row in rows[rows["status"] == "broken"].itertuples()]
        value, size = objective(one.tables, one.instance)
        # A plan that is proven optimal leaves nothing slack: equal, not only as good.
        if abs(value - plan.objective) > CLOSE * max(1.0, size):
            found.append(f"objective: {value!r} from tables, {plan.objective!r} by the solver")
    return found


def disagreements(seeds, most: int, place) -> tuple[int, list[str]]:
    """(feasible instances looked at, everything that differs); stops after `most` feasible ones."""
    count, found = 0, []
    for seed in seeds:
        if count == most:
            break
        here = place / f"at{seed}"
        here.mkdir()
        plan = drawn(seed, here)
        if plan is None or plan.status != "optimal":
            continue
        count += 1
        found += [f"seed {seed}: {line}" for line in differs(plan, here)]
    return count, found


def test_a_sample_of_random_instances(tmp_path):
    count, found = disagreements(range(60), 12, tmp_path)
    assert count == 12 and not found, found


@pytest.mark.slow
@pytest.mark.fuzz
def test_two_hundred_random_instances(tmp_path):
    count, found = disagreements(range(1000), 200, tmp_path)
    assert count == 200 and not found, found


@pytest.mark.parametrize("spoil", [
    lambda plan: plan.passport.update(objective=plan.objective * 1.001),
    lambda plan: plan.tables["goals"].__setitem__("value", plan.tables["goals"]["value"] * 0.999),
], ids=["told higher", "worth less"])
def test_an_objective_that_is_told_too_high_is_caught(spoil):
    from tests.helpers import ROOT
    plan = solve(read(ROOT / "instances" / "selection", MECHANISMS), gap=0.0)
    spoil(plan)
    rows = audit(plan, MECHANISMS)
    assert "objective_as_told" in set(rows.loc[rows["status"] == "broken", "rule"])
