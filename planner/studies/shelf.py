"""Plans of a study kept in its folder as they are made: a killed chain goes on, a finished one is only read.

A chain's solves rest on one another, so each plan is kept under a key that holds its parent's: whatever
changes early on (inputs, options, code) makes all that follows other plans.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from planner.instance import Instance
from planner.instance.keeping import folder_beside
from planner.plan import Plan
from planner.solving import code_hash

KEY = "study_key"


class Shelf:
    """Kept plans by name and key; without a folder nothing is kept."""

    def __init__(self, folder: Path | None):
        self.folder = None if folder is None else Path(folder)

    @staticmethod
    def key(instance: Instance, *parts) -> str:
        """A hash of what makes a plan: its instance, the code, and whatever else (plain values)."""
        text = json.dumps([instance.hash, code_hash(), *parts], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def take(self, name: str, key: str, instance: Instance) -> Plan | None:
        """The plan kept under a name, if it is the one of this key."""
        if self.folder is None:
            return None
        try:
            plan = Plan.load(self.folder / name, instance)
        except (OSError, ValueError):
            return None
        return plan if plan.passport.get(KEY) == key and plan.tables else None

    def put(self, name: str, key: str, plan: Plan) -> None:
        """Keeps a plan, whole or not at all. Raises OSError."""
        plan.passport[KEY] = key
        if self.folder is None:
            return
        place = self.folder / name
        with folder_beside(place) as made:
            plan.save(made)
            if place.exists():
                shutil.rmtree(place)
            made.chmod(0o755)
            made.rename(place)
