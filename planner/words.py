"""Every word that people read, in English and Chinese, from one catalogue (catalogue/*.csv).

Who finds something wrong does not know what language its reader has chosen: it `say`s the words by
their key and with their values. What it says is English text like any other, and the door through
which it leaves (`worded`) says the same in the reader's language.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache, reduce
from importlib.resources import files

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """key -> {'en': ..., 'zh': ...}; lines whose key begins with # head a section.

    Raises ValueError for a key that stands twice.
    """
    found: dict[str, dict[str, str]] = {}
    for file in sorted((files("planner") / "catalogue").iterdir(), key=lambda file: file.name):
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            if row["key"] in found:
                raise ValueError(f"{file.name}: {row['key']} stands twice in the catalogue")
            if not row["key"].startswith("#"):
                found[row["key"]] = {lang: row[lang] for lang in LANGUAGES}
    return found


def word(key: str, lang: str = "en", /, **values) -> str:
    """The catalogue's word, with {placeholders} filled. Raises KeyError for an unknown key."""
    found = catalogue()[key][lang]
    return found.format(**values) if values else found


def term(key: str, lang: str = "en", kind: str = "") -> str:
    """A word for a name that a table may bring along; unknown names are spelled out.

    kind  a family such as 'mechanism' or 'rule', looked up as 'kind.key' first
    """
    for known in (f"{kind}.{key}", key) if kind else (key,):
        if known in catalogue():
            return catalogue()[known][lang]
    return str(key).replace("_", " ")


def own_unit(unit: str, lang: str) -> str:
    """What an instance calls its unit of money or talent, in the language where the catalogue knows it."""
    return catalogue().get(f"unit_name.{unit}", {}).get(lang, unit)


def heading(column: str, lang: str, unit: str = "") -> str:
    """A column's heading with its unit in brackets."""
    text = term(column, lang)
    text = text[:1].upper() + text[1:]
    return f"{text} ({unit})" if unit else text


class Said(str):
    """English text that remembers its key and values, so that it can be said in another language.

    Text made from it (by +, an f-string or `strip`) is plain text and stays English: put what is
    `say`d into what is `say`d as a value instead.
    """

    key: str
    values: dict

    def __new__(cls, key: str, /, **values):
        made = super().__new__(cls, word(key, "en", **values))
        made.key, made.values = key, values
        return made

    def __getnewargs_ex__(self):
        return (self.key,), self.values


def say(key: str, /, **values) -> Said:
    """The catalogue's words for a key; values may be `Said` themselves. Raises KeyError."""
    return Said(key, **values)


def say_all(parts: Iterable[str]) -> str:
    """Several texts (one at least) in a row, with semicolons between them."""
    return reduce(lambda before, text: say("list.semicolon", before=before, text=text), parts)


@cache
def _keys(family: str) -> dict[str, str]:
    """English -> key, for the keys of a family such as 'about'."""
    return {words["en"]: key for key, words in catalogue().items() if key.startswith(f"{family}.")}


def as_said(text: str, family: str) -> str:
    """Text declared elsewhere (a column's meaning, argparse's own words), found in a family by its English.

    Text that the catalogue does not know comes back as it is.
    """
    key = _keys(family).get(text)
    return text if key is None else say(key)


def worded(text, lang: str) -> str:
    """What was `say`d in a language; other text as it is. An exception gives the text it was raised with."""
    if isinstance(text, BaseException):
        text = text.args[0] if len(text.args) == 1 else str(text)
    if isinstance(text, Said):
        return word(text.key, lang, **{
            name: worded(value, lang) if isinstance(value, Said) else value
            for name, value in text.values.items()})
    return str(text)
