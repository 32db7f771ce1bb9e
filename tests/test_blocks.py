"""Region by region: the way of the large models, with a plan's blocks, ends at the same optimum."""

import re
from pathlib import Path

import numpy as np
import pytest

import solvers.search
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.goals import aims, write_goal
from planner.solving import solve
from solvers.lagrange import Blocks
from solvers.search import solve as search
from tests.helpers import ROOT

PROFILES = Path(solvers.search.__file__).parent / "profiles"


@pytest.mark.parametrize("name", ["tiny", "selection"])
def test_the_large_way_finds_the_same_plan_value(name, tmp_path):
    text = (PROFILES / "balanced.toml").read_text(encoding="utf-8")
    for word, value in {"small": "0", "first": "0.0", "neighbourhoods": "10", "stall": "5"}.items():
        text = re.sub(f"(?m)^{word} = [^#]*", f"{word} = {value} ", text)
    (tmp_path / "large.toml").write_text(text, encoding="utf-8")
    instance = read(ROOT / "instances" / name, MECHANISMS)
    core = build(instance, MECHANISMS)
    write_goal(core, aims(core))
    usual = search(core.book.matrix(), gap=1e-6)
    plan = solve(instance, gap=1e-6, rounding=False, profile=str(tmp_path / "large.toml"))
    assert {"lp", "blocks"} <= plan.passport["times"].keys() and "lp" not in usual.times
    assert usual.status == plan.passport["status"] == "optimal"
    assert plan.objective == pytest.approx(usual.objective, rel=2e-6)
    assert not (plan.compliance["status"] == "broken").any()


def test_regions_are_the_blocks_of_a_plan():
    instance = read(ROOT / "instances" / "tiny", MECHANISMS)
    matrix, regions = build(instance, MECHANISMS).book.matrix(), len(instance.table("regions"))
    blocks = Blocks(matrix)
    assert [name for name in np.unique(matrix.block) if name >= 0] == list(range(regions))
    assert len(blocks.parts) == regions + 1 and 0 < blocks.coupling.sum() < matrix.n_rows / 2
    assert sum(len(columns) for columns, _ in blocks.parts) == matrix.n_columns
