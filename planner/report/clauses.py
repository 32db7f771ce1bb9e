"""Clauses, places and units in a reader's words, from the names under which `planner.explain` tells them."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

from planner.instance.cells import unit_said
from planner.report.sheets import own_unit, rule_words, where_words
from planner.report.words import Names, catalogue, term, word
from planner.words import worded

PARTS = re.compile(r"(?P<mechanism>\w+)\.(?P<rule>[^\[]+)(?:\[(?P<inside>.*)\])?")


class Clauses:
    """What an instance's clauses, labels and units are called in a language."""

    def __init__(self, instance, lang: str):
        self.instance, self.lang, self.names = instance, lang, Names(instance, lang)
        self.place = cache(self._place)

    def words(self, name: str) -> str:
        """`MECHANISM.zone_floor[west, 2025]` -> 'Its name: floor of the zone (West, 2025)'.

        A rule that the catalogue does not know keeps its key: it bears the instance's own name for it, or
        defines something.
        """
        found = PARTS.fullmatch(name)
        if found is None:
            return ""
        mechanism, rule = found["mechanism"], found["rule"]
        known = {f"rule.{mechanism}.{rule}", f"rule.{rule}"} & catalogue().keys()
        told = {"mechanism": term(mechanism, self.lang, "mechanism"),
                "rule": rule_words(mechanism, rule, self.lang) if known else rule}
        if not found["inside"]:
            return word("explain.clause_words", self.lang, **told)
        return word("explain.clause_words_at", self.lang, where=self.place(found["inside"]), **told)

    def _place(self, text: str) -> str:
        """Labels with commas between them, by their names."""
        return where_words(pd.Series([text]), self.names)[0]

    def unit(self, unit: str) -> str:
        """A unit; money and people are counted in the instance's own."""
        own = {name: own_unit(name, self.lang) for name in (self.instance.money_unit, self.instance.talent_unit)}
        if unit in own:
            return own[unit]
        said = unit_said(unit, *own.values()) if f"in_unit.{unit}" in catalogue() else None
        return worded(said, self.lang) if said is not None else term(unit, self.lang, "unit")
