"""Every word that sheets show, in English and Chinese, from one catalogue (catalogue/*.csv)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """key -> {'en': ..., 'zh': ...}; lines whose key begins with # head a section.

    Raises ValueError for a key that stands twice.
    """
    found: dict[str, dict[str, str]] = {}
    for file in sorted((files("planner.report") / "catalogue").iterdir(), key=lambda file: file.name):
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            if row["key"] in found:
                raise ValueError(f"{file.name}: {row['key']} stands twice in the catalogue")
            if not row["key"].startswith("#"):
                found[row["key"]] = {lang: row[lang] for lang in LANGUAGES}
    return found


def word(key: str, lang: str = "en", **values) -> str:
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


def heading(column: str, lang: str, unit: str = "") -> str:
    """A column's heading with its unit in brackets."""
    text = term(column, lang)
    text = text[:1].upper() + text[1:]
    return f"{text} ({unit})" if unit else text


class Names:
    """What the members of an instance's dimensions are called in a language.

    A dimension's table is the one whose only key is the dimension; a member
    without a name, or whose name another member bears too, keeps its key.
    """

    def __init__(self, instance, lang: str):
        self.lang, self._of = lang, {}
        for table in getattr(instance, "tables_declared", ()):
            columns = {column.name for column in table.columns}
            if len(table.keys) != 1 or "name_en" not in columns:
                continue
            self._of.setdefault(table.keys[0], names_in(instance.table(table.name), table.keys[0], lang))

    def of(self, dim: str) -> dict[str, str]:
        """key -> name of a dimension; empty for a dimension without names."""
        return self._of.get(ALIASES.get(dim, dim), {})

    def name(self, dim: str, key) -> str:
        """The name of one member, or the word for it, or the key itself."""
        found = self.of(dim).get(key)
        if found is not None:
            return found
        return term(key, self.lang, dim) if f"{dim}.{key}" in catalogue() else str(key)

    def column(self, dim: str, keys):
        """Names for a whole column of keys."""
        return keys.map({key: self.name(dim, key) for key in keys.unique()})


ALIASES = {"donor": "region", "recipient": "region", "rival": "bid", "upstream": "industry",
           "downstream": "industry"}
"""Columns that hold members of a dimension under another name."""


def names_in(frame, key: str, lang: str) -> dict[str, str]:
    if not len(frame):
        return {}
    shown = frame[f"name_{lang}"].fillna("").where(lambda text: text != "", frame["name_en"].fillna(""))
    shown = shown.where(shown != "", frame[key])
    twice = shown.str.casefold().duplicated(keep=False)  # spreadsheets do not tell case apart
    shown = shown.where(~twice, frame[key])
    return dict(zip(frame[key], shown))
