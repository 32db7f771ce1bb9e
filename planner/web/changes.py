"""The changes that somebody makes to a scenario; no face here."""

from __future__ import annotations

from dataclasses import dataclass, field

from planner.web.fields import Field


@dataclass
class Changes:
    """key (with its operator, but without '=') -> text, as after --set.

    known  key -> (where it belongs, in words; its field)
    """

    values: dict[str, str] = field(default_factory=dict)
    known: dict[str, tuple[str, Field]] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        """'key=value' of every change, in the order in which they were made."""
        return [f"{key}={value}" for key, value in self.values.items()]

    def text(self, one: Field) -> str:
        """What stands in a field's box: the change, else the scenario's value."""
        return self.values.get(one.key, one.shown())

    def set(self, one: Field, text: str) -> bool:
        """Takes what was typed; a value that is the scenario's own is no change. True if anything changed."""
        text, before = text.strip(), self.values.get(one.key)
        if same(text, one.shown()):
            self.values.pop(one.key, None)
        else:
            self.values[one.key] = text
        return self.values.get(one.key) != before

    def drop(self, key: str) -> None:
        self.values.pop(key, None)

    def told(self, key: str) -> tuple[str, str, str]:
        """(where it belongs, the scenario's value, the new one)."""
        label, one = self.known.get(key, ("", None))
        return label, "" if one is None else one.shown(), self.values[key]


def same(one: str, other: str) -> bool:
    """Equal as text or as numbers."""
    if one == other:
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False
