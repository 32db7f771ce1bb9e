"""What a question `why not?` is about: cells, a bid, a mission or a platform, as one expression of the model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from planner.model.core import Core
from planner.words import say
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
            raise Unknown(say("why.nothing_decided", kind=say(f"why.kind.{self.kind}")))
        part = source.linear().where(**{dim: [label] for dim, label in self.labels})
        if not len(part):
            raise Unknown(say("why.no_decision", what=self.name))
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
            raise Unknown(say("why.unknown", text=text, dims=", ".join(DIMS)))
        if len(found) > 1:
            raise Unknown(say("why.ambiguous", text=text, dims=", ".join(found), first=found[0]))
        if found[0] in labels:
            raise Unknown(say("why.both", one=labels[found[0]], other=label, dim=found[0]))
        labels[found[0]] = _known(core, found[0], label)
    if not labels:
        raise Unknown(say("why.nothing_named"))
    kind = next((kind for kind in ("bid", "mission", "platform") if kind in labels), "cells")
    allowed = {"bid": ("bid", "year"), "mission": ("mission", "year"), "platform": ("platform", "region", "zone", "year"),
               "cells": ("region", "zone", "industry", "category", "stage", "year")}[kind]
    wrong = [dim for dim in labels if dim not in allowed]
    if wrong:
        raise Unknown(say("why.not_its_own", kind=say(f"why.kind.{kind}"), dim=wrong[0], label=labels[wrong[0]]))
    made = Target(kind, tuple((dim, labels[dim]) for dim in DIMS if dim in labels))
    made.rows(core)
    return made


def _known(core: Core, dim: str, text: str):
    members = core.space.members.get(dim, ())
    return next((label for label in members if str(label) == text), None)
