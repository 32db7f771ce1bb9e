"""Scenarios and --set: what they change, and what they say when they do not fit."""

import pytest

from planner.instance import InvalidInstance, read
from planner.instance.scenarios import Override, parse_set
from tests.instance.samples import MECHANISMS, Sample, problems


@pytest.fixture
def instance(tmp_path):
    return read(Sample().folder(tmp_path / "sample"), MECHANISMS)


def refused(instance, *overrides, **named):
    with pytest.raises(InvalidInstance) as caught:
        instance.with_overrides(named.get("given", overrides))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("text, key, operator, value", [
    ("floors.least=0.10", "floors.least", "=", "0.10"),
    ("budget.central*=0.9", "budget.central", "*=", "0.9"),
    (" budget[2025].central += -5 ", "budget[2025].central", "+=", "-5"),
    ('mode="maximin"', "mode", "=", "maximin"),
])
def test_parse_set(text, key, operator, value):
    override = parse_set(text)
    assert (override.key, override.operator, override.value) == (key, operator, value)


@pytest.mark.parametrize("text", ["floors.least", "=3", "*=3", ""])
def test_parse_set_without_a_name_or_value(text):
    with pytest.raises(ValueError, match="an override reads name=value"):
        parse_set(text)


def test_settings(instance):
    made = instance.with_overrides(["floors.least=0.25", "floors.most=7", "floors.price=2",
                                    "core.steering*=0.5",
                                    "mode=maximin", "other.on=true", "other.way=right"])
    assert made.parameters("floors") == {"least": 0.25, "most": 7, "tries": 3}
    assert made.price("floors") == 2 and made.setting("steering") == 0.1 and made.mode == "maximin"
    assert made.on("other") and made.parameter("other", "way") == "right"
    assert made.overrides[0] == "floors.least=0.25" and made.hash != instance.hash
    assert instance.parameter("floors", "least") == 0.1
    assert made.with_overrides({"floors.most": "none", "floors.tries": 5}).parameters("floors") == {
        "least": 0.25, "most": None, "tries": 5}


def test_tables(instance):
    made = instance.with_overrides({"budget.central*": 0.5, "baseline[coast,*,*,*].spend+": 1,
                                    "baseline[inland,all,all,research].spend": 9,
                                    "stages[*].response": "log", "regions[coast].zone": "west",
                                    "zones.hinterland": True, "orders.from_year": 2025})
    assert made.table("budget")["central"].tolist() == [30, 30.625]
    assert made.table("baseline")["spend"].tolist() == [11, 11, 9, 10]
    assert set(made.table("stages")["response"]) == {"log"}
    assert made.table("regions")["zone"].tolist() == ["west", "west"]
    assert made.table("zones")["hinterland"].tolist() == [True, True]
    assert made.table("budget").dtypes.equals(instance.table("budget").dtypes)
    assert made.table("orders")["from_year"].tolist() == [2025]
    assert instance.table("budget")["central"].tolist() == [60, 61.25]


def test_nothing_changed_is_the_same_instance(instance):
    assert instance.with_overrides({}).hash == instance.hash
    assert instance.with_overrides({"budget.central*": 1, "floors.least": 0.1}).hash == instance.hash


def test_a_shorter_horizon_drops_later_rows(instance):
    made = instance.with_overrides({"last_year": 2025})
    assert made.years == (2025,) and made.table("budget")["year"].tolist() == [2025]
    assert refused(instance, "last_year=2030")[0].startswith("budget.csv, column year: no row for 2027, "
        "2028, 2029")
    assert refused(instance, "last_year=2020") == [
        "overrides, column last_year: the last plan year comes before the first, 2025. Write 2025 or later."]


@pytest.mark.parametrize("text, message", [
    ("floors.leest=1", "floors has no entry leest. Did you mean 'least'? Otherwise delete the override."),
    ("flors.least=1", "nothing is called flors. Did you mean 'floors'? "
     "Write mechanism.parameter, core.setting, table.column or table[key].column."),
    ("budget.centrl=1", "budget has no entry centrl. Did you mean 'central'? Otherwise delete the override."),
    ("mod=maximin", "nothing is called mod. Did you mean 'mode'? "
     "Write mechanism.parameter, core.setting, table.column or table[key].column."),
    ("floors.least=8%", "a percent sign in a number cell (found: '8%'). Write 0.08."),
    ("floors.least=8", "a share cannot be more than 1 (found: '8'). Write a share from 0 to 1; 8 % is 0.08."),
    ("floors.most*=2", "most is not set, so *= cannot change it (found: '2'). Use = and a value."),
    ("mode*=2", "mode is not a number (found: '2'). Use = here."),
    ("budget.central*=-1", "budget[2025].central would be -60: money cannot be less than 0 (found: '-1'). "
     "Write a number of 0 or more, in million."),
    ("stages.lag*=0.25", "stages[research].lag would be 0.5: not a whole number (found: '0.25'). "
     "Write a whole number from 0 to 30, in years."),
    ("budget[2031].central=1", "no row of table budget has year 2031. Known: 2025, 2026. Or leave the "
                               "override out."),
    ("regions[cost].gdp=1", "no row of table regions has region cost. Did you mean 'coast'?"),
    ("baseline[coast].spend=1", "table baseline has 4 keys (region, industry, category, stage), not 1. "
     "Write baseline[region,industry,category,stage], with * for all of one."),
    ("budget.year=2025", "year is a key of table budget. Keys are changed in the table itself."),
    ("fit.fit=2", "the instance has no table fit. Add the table, or leave the override out."),
    ("regions.zone=wst", "table zones has no such zone (found: 'wst'). Did you mean 'west'? "
     "Otherwise add it to table zones."),
    ("stages.role=basics", "not one of the words that are allowed (found: 'basics'). Did you mean 'basic'? "
     "Write one of: basic, applied, development, conversion, industrialisation, other."),
])
def test_words(instance, text, message):
    assert refused(instance, text) == [f"--set {text}: {message}"]


def test_all_at_once(instance):
    assert len(refused(instance, "floors.leest=1", "bad", "mode=x")) == 3


def test_checks_of_mechanisms_see_the_new_values(instance):
    assert refused(instance, given={"regional_floors.floor": 0.6}) == [
        "regional_floors.csv, column floor: the floors add up to more than 1 (found: 1.2). Lower some of "
        "them."]


def test_a_parameter_of_a_mechanism_that_is_off_is_a_warning(instance):
    made = instance.with_overrides(["other.way=right"])
    assert [str(warning) for warning in made.warnings] == [
        "--set other.way=right: mechanism other is off, so this changes nothing. "
        "Set other.on=true as well, or leave it out."]
    assert instance.with_overrides(["other.way=right", "other.on=true"]).warnings == ()


# --- scenario files -----------------------------------------------------------


def with_scenarios(tmp_path, **scenarios):
    sample = Sample()
    sample.scenarios = {name.replace("_", "-"): text for name, text in scenarios.items()}
    return sample.folder(tmp_path / "scenarios-sample")


def test_scenarios_inherit(tmp_path):
    path = with_scenarios(
        tmp_path, poor='title = "Poor"\n[set]\n"budget.central*" = 0.5\n',
        careful='inherits = "poor"\n[set]\nfloors.least = 0.3\ncore.steering = 0\n',
        both='inherits = ["careful", "poor"]\n[set]\n"budget[2025].central+" = 1\n"core.steering" = 0.4\n')
    instance = read(path, MECHANISMS, "both", ["floors.tries=4"])
    assert instance.scenario == "both" and instance.overrides == ("floors.tries=4",)
    assert instance.table("budget")["central"].tolist() == [31, 30.625]
    assert instance.parameters("floors") == {"least": 0.3, "most": None, "tries": 4}
    assert instance.setting("steering") == 0.4
    base = read(path, MECHANISMS)
    assert base.scenarios["poor"].title == "Poor"
    assert base.scenarios["poor"].overrides == (Override("budget.central", "*=", 0.5),)
    assert base.with_overrides({}, "careful").setting("steering") == 0
    assert read(path, MECHANISMS, "base").hash == base.hash


def test_broken_scenarios(tmp_path):
    path = with_scenarios(
        tmp_path, first='inherits = "second"\n', second='inherits = "first"\n',
        third='inherits = "frist"\ntitel = "x"\n\n[set]\nfloors.leest = 0.3\n"budget.central*" = -1\n',
        fourth='[set\n')
    found = "\n".join(problems(path))
    assert ("column inherits: scenarios inherit in a circle: first -> second -> first. Take one inherits "
            "out.") in found
    assert "scenarios/fourth.toml, row 1: the line is not TOML (" in found
    assert ("scenarios/third.toml, row 1, column inherits: no scenario has this name (found: 'frist'). "
            "Did you mean 'first'? Otherwise leave it out.") in found
    assert ("scenarios/third.toml, row 2: a scenario has no such entry (found: 'titel'). Did you mean "
            "'title'? "
            "Overrides stand below [set].") in found
    assert ("scenarios/third.toml, row 5, column floors.leest: floors has no entry leest. Did you mean "
            "'least'? "
            "Otherwise delete the override.") in found
    assert ("scenarios/third.toml, row 6, column budget.central: budget[2025].central would be -60: money "
            "cannot "
            "be less than 0 (found: -1).") in found
    assert len(problems(path)) == 6


def test_unknown_scenario(tmp_path):
    path = with_scenarios(tmp_path, west_first="[set]\n")
    assert problems(path, scenario="westfirst") == [
        "--scenario: the instance has no scenario of this name (found: 'westfirst'). Did you mean "
        "'west-first'? "
        "Otherwise write scenarios/NAME.toml."]
