"""The catalogue of words, and text that remembers how it was said."""

import ast
import copy
import pickle
import re
from pathlib import Path

import pytest

from planner.instance.cells import expected, unit_said
from planner.instance.reading import declared_tables
from planner.instance.tables import CORE_PARAMETERS, HEADER
from planner.mechanisms import MECHANISMS
from planner.vocabulary import Column
from planner.words import LANGUAGES, as_said, catalogue, say, say_all, word, worded

ROOT = Path(__file__).parent.parent
PLACE = re.compile(r"(?<!\{)\{(\w+(?:![rs])?(?::[^{}]*)?)\}(?!\})|%(\(\w+\)[rs]|[rs])")


def places(text: str) -> set:
    return {first or second for first, second in PLACE.findall(text)}


def test_no_word_is_missing_in_either_language():
    assert not [key for key, words in catalogue().items() if not all(words[lang] for lang in LANGUAGES)]


def test_templates_have_the_same_placeholders_in_both_languages():
    different = {key: words for key, words in catalogue().items()
                 if places(words["en"]) != places(words["zh"])}
    assert not different


def test_sentences_have_chinese_in_them():
    """A template that was copied over untranslated."""
    own = ("list.", "policies.", "cli.recipe", "cli.named", "cli.comma", "problems.", "no_plan.told")
    plain = [key for key, words in catalogue().items() if not re.search(r"[一-鿿]", words["zh"])
             and len(re.findall(r"[A-Za-z]{2,}", PLACE.sub("", words["en"]))) >= 2
             and not key.startswith(own)]
    assert not plain


def calls(name: str):
    """(file, first argument) of every call of a function in the package."""
    for file in sorted((ROOT / "planner").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name and node.args:
                yield file.relative_to(ROOT), node


@pytest.mark.parametrize("name", ["say", "word", "tell"])
def test_every_key_that_is_used_is_there_with_its_values(name):
    wrong, seen = [], 0
    for file, node in calls(name):
        key = node.args[0]
        if not isinstance(key, ast.Constant):
            continue  # made of parts; the commands' tests go through those
        seen += 1
        given = {keyword.arg for keyword in node.keywords}
        wanted = {re.match(r"\w+", place)[0] for place in places(catalogue().get(key.value, {"en": ""})["en"])
                  if not place.startswith("(")}
        if key.value not in catalogue() or None not in given and given != wanted:
            wrong.append((str(file), node.lineno, key.value, given, wanted))
    assert seen > 10 and not wrong


def test_what_is_said_is_english_text_and_can_be_said_in_chinese():
    what = say("mend.expected", expected=expected(Column("floor", "number", "", "share", 0, 1)))
    assert what == "Write a share from 0 to 1." and isinstance(what, str)
    assert worded(what, "en") == what
    assert worded(what, "zh") == "请填写：0 至 1 的比例。"
    assert worded("plain text", "zh") == "plain text"


def test_what_every_column_and_parameter_means_is_there_in_chinese():
    items = [*HEADER, *CORE_PARAMETERS, *(column for table in declared_tables(MECHANISMS).values()
                                          for column in table.columns)]
    told = {item.name: worded(as_said(item.about, "about"), "zh") for item in items}
    assert not {name: text for name, text in told.items() if not re.search("[一-鿿]", text)}
    assert as_said("no such text", "about") == "no such text"


def test_units_are_there_in_chinese():
    """Those that are only money or FTE are the instance's own words."""
    items = [*(column for table in declared_tables(MECHANISMS).values() for column in table.columns),
             *CORE_PARAMETERS, *(parameter for one in MECHANISMS for parameter in one.parameters)]
    units = {item.unit for item in items} - {"", "1", "money", "FTE", "share", "year", "goal", "ratio"}
    told = {unit: worded(unit_said(unit, "万元", "人年"), "zh") for unit in units}
    assert len(units) > 15 and not {unit: text for unit, text in told.items() if re.search("[A-Za-z]", text)}
    assert unit_said("value per money", "million", "FTE") == "value per million"


def test_an_exception_gives_what_it_was_raised_with():
    assert worded(ValueError(say("problem.empty")), "zh") == "单元格为空"
    assert worded(OSError(28, "No space left"), "zh") == "[Errno 28] No space left"


def test_several_texts_in_a_row():
    both = say_all([say("problem.empty"), say("problem.not_whole")])
    assert (both, worded(both, "zh")) == ("the cell is empty; not a whole number", "单元格为空；不是整数")
    assert say_all([say("problem.empty")]) == "the cell is empty"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_copies_and_other_processes_keep_the_key(again):
    text = again(say("mend.or_later", year=2025))
    assert (text, worded(text, "zh")) == ("Write 2025 or later.", "请写 2025 或更晚的年份。")


def test_values_may_have_any_name():
    text = say("problem.would_be", table="t", key="k", column="c", value=1, what="w")
    assert text == "t[k].c would be 1: w"
    assert word("problems.row", "zh", row=3) == "第 3 行"
    with pytest.raises(KeyError):
        say("problem.of_no_such_name")


def test_the_solvers_sentences_are_the_catalogue_s():
    from planner.solving import NoPlan
    from solvers.outcome import Outcome, Stop, words
    for stop in Stop:
        outcome = Outcome(stop)
        outcome.message = words(outcome)
        error = NoPlan(outcome)
        assert str(error).endswith(f" {outcome.message}")
        assert not re.search("[A-Za-z]{2}", worded(error, "zh"))
