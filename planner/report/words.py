"""What the members of an instance's dimensions are called; every other word is in `planner.words`."""

from __future__ import annotations

from planner.words import LANGUAGES, catalogue, heading, own_unit, term, word

__all__ = ["LANGUAGES", "Names", "catalogue", "heading", "names_in", "own_unit", "term", "times", "word"]


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


def times(unit: str) -> str:
    """A unit that begins with a figure, fit to stand behind another figure."""
    return f"× {unit}" if unit[:1].isdigit() else unit


def names_in(frame, key: str, lang: str) -> dict[str, str]:
    if not len(frame):
        return {}
    shown = frame[f"name_{lang}"].fillna("").where(lambda text: text != "", frame["name_en"].fillna(""))
    shown = shown.where(shown != "", frame[key])
    twice = shown.str.casefold().duplicated(keep=False)  # spreadsheets do not tell case apart
    shown = shown.where(~twice, frame[key])
    return dict(zip(frame[key], shown))
