"""What can be edited comes from the declarations, and its own value is no change."""

import pytest

import planner
from planner.instance import InvalidInstance
from planner.mechanisms import MECHANISMS
from planner.web import fields
from planner.web.changes import Changes, same
from planner.words import LANGUAGES
from tests.helpers import ROOT


@pytest.fixture(scope="module", params=["tiny", "china-2022"])
def instance(request):
    return planner.load(ROOT / "instances" / request.param)


def test_every_parameter_of_every_mechanism_is_offered(instance):
    known = fields.index(instance, "en")
    for mechanism in MECHANISMS:
        for name in ("on", "price", *(parameter.name for parameter in mechanism.parameters)):
            label, field = known[f"{mechanism.name}.{name}"]
            assert label and field.key == f"{mechanism.name}.{name}"
    assert {"mode", "core.discount", "goals[productivity].weight"} <= set(known)
    for table in ("zone_bands", "category_bands", "class_bands"):
        assert any(key.startswith(f"{table}[") for key in known), table


def test_what_a_box_shows_is_what_the_scenario_says(instance):
    """Every field's own text, taken as an override, is accepted and changes nothing."""
    offered = [field for _, field in fields.index(instance, "en").values() if field.shown()]
    assert len(offered) > 150
    again = instance.with_overrides([f"{field.key}={field.shown()}" for field in offered])
    for name in instance.table_names:
        one, other = instance.table(name), again.table(name)
        for column in one:
            assert one[column].equals(other[column]) or one[column].to_numpy() == pytest.approx(
                other[column].to_numpy(), rel=1e-9, nan_ok=True), (name, column)
    assert again.parameters("basic_research") == instance.parameters("basic_research")


def test_every_field_is_told_in_both_languages(instance):
    for lang in LANGUAGES:
        for label, field in fields.index(instance, lang).values():
            assert label and fields.about(field.item, lang)
            assert fields.wanted(field.item, instance, lang)
    zh = fields.index(instance, "zh")
    assert not any(label.isascii() for label, _ in zh.values())


def test_changes_keep_what_differs(instance):
    known = fields.index(instance, "en")
    changes, floor = Changes({}, known), known["basic_research.floor"][1]
    own = floor.shown()
    assert not changes.set(floor, own) and not changes.texts
    assert changes.set(floor, " 0.5 ") and changes.texts == ["basic_research.floor=0.5"]
    assert not changes.set(floor, "0.5")
    assert changes.told("basic_research.floor")[1:] == (own, "0.5")
    assert changes.set(floor, f"{float(own):.6f}") and not changes.texts  # the same number, written otherwise
    assert same("1", "1.0") and not same("", "0") and not same("a", "b")
    changes.set(floor, "much")
    with pytest.raises(InvalidInstance):
        instance.with_overrides(changes.texts)


def test_the_flagship_tells_where_its_figures_come_from():
    instance = planner.load(ROOT / "instances" / "china-2022")
    known = fields.index(instance, "en")
    assert fields.status_words(instance, known["local_budget.local*"][1], "en") == "derived"
    assert fields.status_words(instance, known["regional_balance.gini"][1], "zh") == "假设"
    assert fields.status_words(instance, known["mode"][1], "en") == ""
