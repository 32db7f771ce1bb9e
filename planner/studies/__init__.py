"""Many solves of one instance, one engine: see `planner.studies.engine`."""

from importlib import import_module

_WHERE = {"Case": "planner.studies.case", "Options": "planner.studies.case", "Results": "planner.studies.results",
          "Session": "planner.studies.session", "StudyError": "planner.studies.store", "run": "planner.studies.engine"}

__all__ = [*_WHERE]


def __getattr__(name: str):
    # Words are fetched when used: the command line knows every study's options and loads no solver for that.
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'planner.studies' has no attribute {name!r}")
