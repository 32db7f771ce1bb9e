"""What a question `why not?` is about: cells, a bid, a mission or a platform, as one expression of the model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from planner.model.core import Core
from solvers.algebra import Linear, total

DIMS = ("region", "zone", "industry", "category", "stage", "year", "bid", "mission", "platform")


class Unknown(Exception):
    """Words that name nothing of the plan; the text says which and what would work."""


@dataclass(frozen=True)
class Target:
    """labels: dimension -> label; kind: 'cells', 'bid', 'mission' or 'platform'."""

    kind: str
    labels: tuple[tuple[str, object], ...]

    @property
    def name(self) -> str:
        return ", ".join(str(label) for _, label in self.labels)

    def rows(self, core: Core) -> Linear:
        """The expressions it sums. Raises Unknown when the model has none."""
        source = core.spend if self.kind == "cells" else self._reported(core)
        if source is None:
            raise Unknown(f"The plan decides nothing on a {self.kind}: its mechanism is off or its tables are empty.")
        part = source.linear().where(**{dim: [label] for dim, label in self.labels})
        if not len(part):
            raise Unknown(f"Nothing in the model is {self.name}: no plan could fund it. A bid that the tender "
                          "refuses, or a platform without room, has no decision at all.")
        return part

    def amount(self, core: Core) -> Linear:
        """Its sum: money, or the number of bids or platforms."""
        return total(self.rows(core))

    def _reported(self, core: Core):
        table, column = ("platforms", "open") if self.kind == "platform" else ("missions", "start")
        return next((parts[column] for parts in core.reports.get(table, ()) if column in parts), None)


def target(core: Core, words: list[str]) -> Target:
    """The target that some words name: labels, or dimension=label. Raises Unknown."""
    labels: dict[str, object] = {}
    for text in (part for word in words for part in re.split(r"[,\s]+", word) if part):
        dim, equals, label = text.partition("=")
        found = [dim] if equals else [name for name in DIMS if _known(core, name, text) is not None]
        label = label if equals else text
        if not found or equals and (dim not in DIMS or _known(core, dim, label) is None):
            raise Unknown(f"Nothing in the instance is called {text}. Name labels such as those of its tables: "
                          f"{', '.join(DIMS)}, or dimension=label.")
        if len(found) > 1:
            raise Unknown(f"{text} may be a {' or a '.join(found)}: write {found[0]}={text}.")
        if found[0] in labels:
            raise Unknown(f"{labels[found[0]]} and {label} are both a {found[0]}: name one.")
        labels[found[0]] = _known(core, found[0], label)
    if not labels:
        raise Unknown("Name what was not funded: a cell (region industry category stage), a bid, a mission or a "
                      "platform.")
    kind = next((kind for kind in ("bid", "mission", "platform") if kind in labels), "cells")
    allowed = {"bid": ("bid", "year"), "mission": ("mission", "year"), "platform": ("platform", "region", "zone", "year"),
               "cells": ("region", "zone", "industry", "category", "stage", "year")}[kind]
    wrong = [dim for dim in labels if dim not in allowed]
    if wrong:
        raise Unknown(f"A {kind} has no {wrong[0]} of its own: leave {labels[wrong[0]]} out.")
    made = Target(kind, tuple((dim, labels[dim]) for dim in DIMS if dim in labels))
    made.rows(core)
    return made


def _known(core: Core, dim: str, text: str):
    members = core.space.members.get(dim, ())
    return next((label for label in members if str(label) == text), None)
