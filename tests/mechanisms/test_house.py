"""Every mechanism is whole: source, tests, golden rows; and their order changes nothing."""

import random
import re

import pytest

from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.papers import PAPERS
from solvers.text import lines
from tests.helpers import GOLDEN, ROOT, tiny

NAMES = [mechanism.name for mechanism in MECHANISMS]


def test_names_and_numbers_are_unique():
    assert len(set(NAMES)) == len(NAMES)
    assert len({m.number for m in MECHANISMS}) == len(MECHANISMS)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=NAMES)
def test_is_whole(mechanism):
    assert (ROOT / "planner" / "mechanisms" / f"{mechanism.name}.py").exists()
    test = (ROOT / "tests" / "mechanisms" / f"test_{mechanism.name}.py").read_text()
    assert all(f"def test_{part}" in test for part in ("rows", "bites", "measure"))
    assert (mechanism.check is None) or "def test_words" in test
    assert (GOLDEN / f"{mechanism.name}.txt").stat().st_size > 0
    assert mechanism.sources and all(source.paper in PAPERS for source in mechanism.sources)
    assert mechanism.says and mechanism.formula


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=NAMES)
def test_every_number_says_what_it_is(mechanism):
    for parameter in mechanism.parameters:
        assert parameter.about, parameter.name
        assert parameter.kind in ("flag", "text", "choice") or parameter.unit, parameter.name
    for table in mechanism.tables:
        assert table.about and table.keys
        for column in table.columns:
            assert column.about, f"{table.name}.{column.name}"
            assert column.kind not in ("number", "integer") or column.unit, f"{table.name}.{column.name}"


def test_order_does_not_matter():
    """The rows of the model are the same set under any order of the mechanisms."""
    instance = tiny(*NAMES)
    reference = sorted(lines(build(instance, MECHANISMS).book))
    shuffled = list(MECHANISMS)
    for seed in (1, 2, 3):
        random.Random(seed).shuffle(shuffled)
        assert sorted(canonical(build(instance, shuffled).book)) == sorted(
            canonical(build(instance, MECHANISMS).book))
    assert len(reference) == len(set(reference))


def canonical(book) -> list[str]:
    """Lines with the terms of each row in alphabetical order (columns are numbered by order)."""
    out = []
    for line in lines(book):
        name, colon, body = line.partition(": ")
        terms = body.replace(" <= ", " \n| <= ").replace(" == ", " \n| == ") + " "
        out.append(name + colon + " ".join(sorted(terms.replace("+ ", "\n+ ").replace("- ", "\n- ").split("\n"))))
    return out


ALONE = ("regional_balance", "industry_portfolio", "category_portfolio", "knowledge_foundation",
         "patient_capital", "data_multiplier", "industry_chain", "strategic_backup", "autonomy_targets")
"""Mechanisms that nobody else needs to know. (Others bring what is asked for by name: talent, missions.)"""


GENERATE = ROOT / "planner" / "generate"
"""Writes instances, and like them fills mechanisms' tables and sets their parameters by name."""


@pytest.mark.parametrize("name", ALONE)
def test_a_mechanism_is_one_file_and_one_line(name):
    """No source but its own names it, and the list of mechanisms, where it has its import and its place."""
    own, listed = ROOT / "planner" / "mechanisms" / f"{name}.py", ROOT / "planner" / "mechanisms" / "__init__.py"
    sources = [file for folder in ("planner", "solvers") for file in (ROOT / folder).rglob("*.py")
               if GENERATE not in file.parents]
    naming = {file for file in sources if re.search(rf"\b{name}\b", file.read_text(encoding="utf-8"))}
    assert naming == {own, listed}
    assert len(re.findall(rf"\b{name}\b", listed.read_text(encoding="utf-8"))) == 3  # the import says it twice
