"""Many solves of one instance, one engine: see `planner.studies.engine`."""

from planner.studies.case import Case, Options
from planner.studies.engine import run
from planner.studies.results import Results
from planner.studies.session import Session
from planner.studies.store import StudyError

__all__ = ["Case", "Options", "Results", "Session", "StudyError", "run"]
