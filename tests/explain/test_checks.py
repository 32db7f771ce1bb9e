"""Checks before the solve: what they say is impossible is so, with the clause, the numbers and what mends it."""

from functools import cache

import numpy as np
import pytest

from planner.cli import main
from planner.explain.checks import Impossible, impossible, never, refuse, scale
from planner.explain.clauses import Model
from planner.model.build import build
from planner.solving import solve
from solvers.algebra import total
from solvers.highs import Live
from solvers.outcome import Stop
from tests.explain.gallery import TINY
from tests.helpers import MECHANISMS, tiny

SEEDS = 16
NAMES = [mechanism.name for mechanism in MECHANISMS]


def drawn(seed: int):
    """Tiny with some mechanisms on and some numbers drawn far from their own."""
    rng = np.random.default_rng(seed)
    on = [name for name in NAMES if rng.random() < 0.4]
    changes = {"budget.central*": rng.choice([0.02, 0.3, 1, 1]), "talent_stock.stock*": rng.choice([0.02, 0.5, 1, 1]),
               "private.private*": rng.choice([0.5, 1, 1, 1.8]), "zone_bands[west].floor": rng.choice([0.3, 0.6, 0.8]),
               "basic_research.floor": rng.choice([0.1, 0.5, 0.9]), "platform_stock.base_capacity*": rng.choice([0.1, 1]),
               "regional_balance.intensity": rng.choice([0.02, 0.033, 0.06])}
    return tiny(*on, set={key: float(value) for key, value in changes.items()})


@cache
def judged(seed: int):
    model = Model(drawn(seed))
    return model, impossible(model)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_possible_is_called_impossible(seed):
    model, found = judged(seed)
    if found:
        assert Live(model.matrix).solve_mip(20, gap=1.0).stop is Stop.INFEASIBLE
        rows = {model.clause(row).name: row for row in model.ruled}
        named = np.array([rows[name] for name in found[0].clauses if name in rows], int)
        part = model.matrix.with_only(np.concatenate((model.defined, named)))
        assert Live(part).solve_mip(20, gap=1.0).stop is Stop.INFEASIBLE


def test_some_of_those_are_found():
    assert 3 < sum(bool(judged(seed)[1]) for seed in range(SEEDS)) < SEEDS - 3


def test_it_tells_the_numbers_and_what_would_mend_them():
    finding = impossible(Model(TINY[0].make()))[0]
    assert finding.clauses == ["regional_balance.zone_floor[west, 2026]"]
    assert finding.at_least and finding.needs > finding.possible > 0
    assert [(lever.key, lever.now) for lever in finding.levers] == [("zone_bands[west].floor", 0.9)]


def test_a_solve_is_refused_before_anything_is_solved():
    told = []
    with pytest.raises(Impossible):
        solve(TINY[0].make(), examine=refuse, progress=told.append)
    assert {event["phase"] for event in told} == {"build"}


def test_what_holds_is_not_refused():
    core = build(tiny(*NAMES), MECHANISMS)
    refuse(core, core.book.matrix())


def test_what_can_never_be_chosen_is_so():
    """Judged by solves of its own: each bid and platform is forced in, and what is told has no solution."""
    instance = tiny("missions", "platforms", set={
        "missions[lithography].deadline": 2025, "bids[light_a].earliest": 2026, "bid_rules.count": 0,
        "mission_minimum.at_least": 0, "platform_stock[coast,lab].existing": 1})
    model = Model(instance)
    told, seen = never(model), 0
    core = model.core
    for table, column, keys, kind in (("missions", "start", ["bid"], "bid"),
                                      ("platforms", "open", ["region", "platform"], "place")):
        line = total(next(parts[column] for parts in core.reports[table] if column in parts).linear(), keys)
        for row in range(len(line)):
            name = ", ".join(str(line.index.labels(key)[row]) for key in keys)
            one = total(line.where(**{key: [line.index.labels(key)[row]] for key in keys}))
            forced = model.matrix.with_rows([(core.book.cost(one), 1.0)])
            can = Live(forced).solve_mip(20, gap=1.0).stop is not Stop.INFEASIBLE
            never_told = name in told.get(kind, []) or name.partition(", ")[2] in told.get("platform", [])
            assert can != never_told, name
            seen += never_told
    assert "light_a" in told["bid"] and seen


def test_scale():
    made = scale(Model(tiny("regional_balance")))
    assert not made.bad and 0 < made.least < made.most
    wide = scale(Model(tiny("category_portfolio", "regional_balance", "talent", set={"talent_need.fte": 1e8})))
    assert wide.bad and wide.most_in.startswith("core.talent[")


@pytest.mark.parametrize("command", ["check", "solve"])
def test_the_command_line_says_so(command, capsys, tmp_path, monkeypatch):
    from tests.helpers import ROOT
    monkeypatch.chdir(tmp_path)
    assert main([command, str(ROOT / "instances" / "tiny"), "--set", "zone_bands[west].floor=0.9"]) == 1
    text = " ".join("".join(capsys.readouterr()).split())
    assert "Impossible by arithmetic alone" in text and "zone_bands[west].floor (now 0.9)" in text
    assert "planner explain" in text and not (tmp_path / "outputs").exists()
