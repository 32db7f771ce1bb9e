"""What can be expected to go wrong, as a sentence: the same for the command line and for jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.instance import InvalidInstance, listing
from planner.instance.folder import reason
from planner.report.folder import Blocked, WillNotReplace
from planner.words import LANGUAGES, say, worded


@dataclass(frozen=True)
class Refusal:
    """Why something was not done: kind 'bad_input', 'not_written' or 'failed', and its words by language."""

    kind: str
    words: Callable[[str], str]


def refusal(error: BaseException) -> Refusal | None:
    """The refusal that an exception stands for; None for one that nobody expects."""
    if isinstance(error, InvalidInstance):
        return Refusal("bad_input", lambda lang: listing(error.problems, lang))
    if isinstance(error, WillNotReplace):
        return Refusal("bad_input", lambda lang: worded(error, lang))
    if isinstance(error, Blocked):
        return Refusal("not_written", lambda lang: worded(error, lang))
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        why = reason(error)
        text = (say("cli.file_in", reason=why, file=error.filename) if error.filename else
                say("cli.file", reason=why))
        return Refusal("not_written", lambda lang: worded(text, lang))
    if isinstance(error, MemoryError):
        return Refusal("failed", lambda lang: worded(say("cli.memory"), lang))
    return None


def result_of(error: BaseException) -> dict:
    """A job's result from what ended it: {state, text by language}."""
    from planner.explain.checks import Impossible
    from planner.solving import NoPlan
    known = refusal(error)
    if known is not None:
        return ending("refused" if known.kind != "failed" else "failed", known.words)
    if isinstance(error, Impossible):
        return ending("infeasible", lambda lang: worded(say("web.impossible"), lang))
    if isinstance(error, NoPlan):
        state = "infeasible" if error.outcome.status == "infeasible" else "no_plan"
        return ending(state, lambda lang: worded(error, lang))
    text = say("cli.own_mistake", kind=type(error).__name__, error=str(error)[:300])
    return ending("failed", lambda lang: worded(text, lang))


def ending(state: str, words: Callable[[str], str]) -> dict:
    return {"state": state, "text": {lang: words(lang) for lang in LANGUAGES}}
