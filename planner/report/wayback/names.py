"""Names as people read them, in either language, back to the keys of the instance."""

from __future__ import annotations

import difflib

from planner.audit import known_members
from planner.mechanisms import MECHANISMS
from planner.report.sheets import owner_word
from planner.report.words import ALIASES, LANGUAGES, Names, catalogue, term

OWNERS = ("item", "owner", "mechanism")
"""Columns that name a mechanism or an item of a balance."""


class Keys:
    """What may stand in the label columns of a plan's sheets, and the key that each text means.

    written  the plan's tables as they were written ({} when they are not at hand): the words
             that no table of the instance declares, such as the sides of a balance
    lang     the language of the workbook; its names go before those of the other
    """

    def __init__(self, instance, written: dict, lang: str):
        self.instance, self.written = instance, written
        self.languages = (lang, *(other for other in LANGUAGES if other != lang))
        self._members = known_members(instance)
        self._names = {each: Names(instance, each) for each in LANGUAGES}
        self._of: dict[str, dict[str, str]] = {}

    def of(self, column: str) -> dict[str, str]:
        """Text (in lower case) -> key, for one label column."""
        if column not in self._of:
            keys = sorted(self._known(column))
            found = {key.casefold(): key for key in keys}
            for lang in self.languages:
                for key in keys:
                    found.setdefault(self.shown(column, key, lang).casefold(), key)
            self._of[column] = found
        return self._of[column]

    def closed(self, column: str) -> bool:
        """Are all words of the column known, so that another one is a mistake?"""
        return bool(self._members.get(ALIASES.get(column, column))) or column in (*OWNERS, "goal", "side")

    def key(self, column: str, text: str) -> str | None:
        """The key that a text means; None for a text that no name fits."""
        return self.of(column).get(text.strip().casefold())

    def nearest(self, column: str, text: str) -> str | None:
        """The known name, as the workbook shows it, that a mistyped one most likely means."""
        near = difflib.get_close_matches(text.strip().casefold(), self.of(column), n=1, cutoff=0.5)
        return self.shown(column, self.of(column)[near[0]]) if near else None

    def shown(self, column: str, key: str, lang: str = "") -> str:
        """A key as a sheet shows it."""
        lang = lang or self.languages[0]
        if column in OWNERS:
            return owner_word(key, lang)
        if column == "goal":
            return term(key, lang, "goal")
        return self._names[lang].name(column, key)

    def _known(self, column: str) -> set[str]:
        keys = set(self._members.get(ALIASES.get(column, column), ()))
        for frame in self.written.values():
            if column in frame:
                keys |= set(frame[column].dropna().astype(str).unique())
        families = ("item", "mechanism") if column in OWNERS else (column,)
        keys |= {key.partition(".")[2] for key in catalogue() if key.partition(".")[0] in families
                 and "." in key} if column in (*OWNERS, "goal", "level", "class", "nature") else set()
        if column in OWNERS:
            keys |= {mechanism.name for mechanism in MECHANISMS} | {"core"}
        if column == "side":
            keys |= {"draw", "supply"}
        return keys - {""}
