"""How a search goes about it: named settings, one TOML file each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Profile:
    """Named settings; each is explained in `balanced.toml`."""

    gap: float
    time_limit: float
    small: int
    vast: int
    patience: float
    first: float
    threads: int
    race: bool
    apart: float
    dives: int
    neighbourhoods: int
    stall: int
    neighbourhood_share: float
    branch: bool
    node_limit: int


class ProfileError(ValueError):
    """A profile that cannot be used.

    kind   'unknown' (`names` are those known) or 'settings' (`names` are those missing or not known)
    """

    def __init__(self, kind: str, name: str, names: list[str]):
        self.kind, self.name, self.names = kind, name, ", ".join(names)
        super().__init__(f"unknown profile {name!r}; known: {self.names}" if kind == "unknown" else
                         f"profile {name}: missing or unknown settings: {self.names}")


def load_profile(name: str) -> Profile:
    """The settings of a profile by name, or of a TOML file with the same words.

    Raises ProfileError for an unknown profile and for missing or unknown settings, ValueError for no TOML.
    """
    folder = Path(__file__).parent
    path = Path(name) if str(name).endswith(".toml") else folder / f"{name}.toml"
    if not path.is_file():
        raise ProfileError("unknown", name, sorted(file.stem for file in folder.glob("*.toml")))
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    wanted = {field.name for field in fields(Profile)}
    if set(settings) != wanted:
        raise ProfileError("settings", path.name, sorted(set(settings) ^ wanted))
    return Profile(**settings)
