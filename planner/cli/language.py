"""The language in which the command line speaks: `--lang`, else the variable PLANNER_LANG, else English."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from planner.words import LANGUAGES, as_said, say, word, worded

VARIABLE = "PLANNER_LANG"
_spoken: ContextVar[str] = ContextVar("spoken", default="en")


class UnknownLanguage(Exception):
    """The variable names a language that the catalogue does not speak; the text says which it does."""


def chosen(argv: Sequence[str]) -> str:
    """The language asked for, known before anything is parsed, so that usage errors are in it too.

    A `--lang` that is no language is left to the parser, which refuses it. Raises UnknownLanguage.
    """
    for at, text in enumerate(argv):
        name, _, value = text.partition("=")
        if name == "--lang":
            asked = value or next(iter(argv[at + 1:]), "")
            if asked in LANGUAGES:
                return asked
    asked = os.environ.get(VARIABLE, "").strip()
    if asked and asked not in LANGUAGES:
        raise UnknownLanguage(say("cli.unknown_language", variable=VARIABLE, value=asked))
    return asked or "en"


@contextmanager
def spoken(lang: str):
    """Within it `tell` and argparse speak a language."""
    token = _spoken.set(lang)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The language that is spoken here."""
    return _spoken.get()


def tell(key: str, /, **values) -> str:
    """The catalogue's words in the language spoken, for help and for what argparse calls back."""
    return word(key, _spoken.get(), **values)


# --- argparse's own words -------------------------------------------------------------

def _translated(text: str | None) -> str | None:
    if not text or _spoken.get() == "en":
        return text
    bare = text.strip()
    return text.replace(bare, worded(as_said(bare, "argparse"), _spoken.get()))


# argparse asks gettext by this global name for each of its words, and offers no other way in.
argparse._ = _translated
