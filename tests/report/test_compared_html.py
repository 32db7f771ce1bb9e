"""A comparison as HTML: its figures are those of the frames, its words are in both languages."""

import re

import pytest

import planner
from planner.report.html import compared
from planner.report.html.tables import link
from planner.report.words import LANGUAGES, Names, word
from tests.report.plans import by_hand
from tests.report.test_slices import plan


@pytest.fixture(scope="module")
def found():
    return planner.compare(by_hand(), plan(), names=["one", "<b>two"])


def rows(text: str) -> list[list[str]]:
    return [[re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", text)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_part_has_its_words(found, lang):
    names = Names(found.plans[0].instance, lang)
    text = compared.answer(found, names) + compared.inputs(found, names)
    assert word("compare.none_inputs", lang) in text and word("compare.note_amounts", lang) in text
    assert "&lt;b&gt;two" in text and "<b>two" not in text
    assert word("compare.goals", lang) in compared.goals(found, names)


def test_goals_and_fairness_are_those_of_compare(found):
    text = compared.goals(found, Names(found.plans[0].instance, "en"))
    shown = {row[0]: row[1:4] for row in rows(text)}
    goal = found.goals[found.goals["goal"] == "productivity"].iloc[0]
    first, second, apart = shown["productivity"]
    assert float(first.replace(",", "")) == pytest.approx(goal["reference"], abs=1e-6)
    assert float(second.replace(",", "")) == pytest.approx(goal["amount"], abs=1e-6)
    assert float(apart.replace(",", "").replace("−", "-")) == pytest.approx(goal["difference"], rel=0.01)
    gini = found.fairness[found.fairness["measure"] == "gini"].iloc[0]
    assert float(shown["Gini"][1]) == pytest.approx(gini["amount"], abs=1e-6)


def test_links_are_escaped():
    assert link('<b>"', '/x?"><script>') == '<a class="act" href="/x?&quot;&gt;&lt;script&gt;">&lt;b&gt;&quot;</a>'
    assert link("", "/x") == ""
