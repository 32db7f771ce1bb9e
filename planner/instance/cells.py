"""From what stands in a cell to a value, or to words that say why not.

Nothing is repaired: a thousands separator, a percent sign or a decimal comma
is told, with the number to write instead.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Any

from planner.vocabulary import Column, Parameter

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?\d{1,3}([,，\s'’_]\d{3})+(\.\d+)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d+[,，]\d+")
PERCENT = re.compile(r"([+-]?\d+(\.\d+)?)\s*[%％]")
NOTHING = {"nan", "na", "n/a", "#n/a", "null", "none", "nil", "-", "--", "—", "–", ".", "..", "…",
           "inf", "+inf", "-inf", "infinity", "-infinity", "#div/0!", "#value!", "#ref!", "#name?",
           "#num!", "#null!"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NOT_IN_NAMES = re.compile(r"[,\[\]\"\n\t=]")
MOST_NAME = 200
"""Longest short name."""


@dataclass(frozen=True)
class Wrong:
    """Why a value cannot be used; `mend` '' leaves the words to what was expected."""

    what: str
    mend: str = ""


def empty(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def number(raw: Any, typed: bool) -> float | Wrong:
    """A finite number. In typed sources (workbook, TOML) a text is never one."""
    if isinstance(raw, bool):
        return Wrong("true or false where a number belongs")
    if isinstance(raw, (int, float)):
        try:
            value = float(raw)
        except OverflowError:
            value = math.inf
        return value if math.isfinite(value) else Wrong(f"{raw} is not a number that can be used")
    if not isinstance(raw, str):
        return _foreign(raw, "a number")
    text = raw.strip()
    if NUMBER.fullmatch(text):
        if typed:
            return Wrong("a number that is stored as text", "Store it as a number.")
        value = float(text)
        return value if math.isfinite(value) else Wrong("too large a number")
    if text.casefold() in NOTHING:
        return Wrong(f"{text} is not a number")
    if match := PERCENT.fullmatch(text):
        return Wrong("a percent sign in a number cell", f"Write {float(match[1]) / 100:.12g}.")
    if THOUSANDS.fullmatch(text):
        plain = re.sub(r"[,，\s'’_]", "", text)
        return Wrong("a thousands separator in a number cell", f"Write {plain}.")
    if DECIMAL_COMMA.fullmatch(text):
        plain = re.sub("[,，]", ".", text)
        return Wrong("a decimal comma in a number cell", f"Write {plain}, with a decimal point.")
    if text.startswith("="):
        return Wrong("a formula in a number cell", "Write its value.")
    return Wrong("text in a number cell")


def integer(raw: Any, typed: bool) -> float | Wrong:
    value = number(raw, typed)
    if isinstance(value, Wrong):
        return value
    if value != int(value) or abs(value) > 2**53:
        return Wrong("not a whole number")
    return value


def flag(raw: Any, typed: bool) -> bool | Wrong:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().casefold() in ("true", "false"):
        return raw.strip().casefold() == "true"
    return Wrong("neither true nor false")


def text(raw: Any, typed: bool = False) -> str | Wrong:
    """Text as it stands; numbers and dates of a typed source as they would be written."""
    if isinstance(raw, str):
        if CONTROL.search(raw):
            return Wrong("a control character that cannot be seen", "Type the text anew.")
        return raw.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return str(raw)
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(" ")
    if isinstance(raw, (dt.date, dt.time)):
        return raw.isoformat()
    return _foreign(raw, "text")


def name(raw: Any, typed: bool = False) -> str | Wrong:
    """A short name that keys, references and choices are made of."""
    value = text(raw, typed)
    if isinstance(value, Wrong):
        return value
    if value != value.strip():
        return Wrong("a blank before or after the name", f"Write {value.strip()!r}.")
    if match := NOT_IN_NAMES.search(value):
        return Wrong(f"{match[0]!r} in a short name", "Short names do without , [ ] = and quotes.")
    return value


def _foreign(raw: Any, wanted: str) -> Wrong:
    if isinstance(raw, (dt.date, dt.time, dt.timedelta)):
        return Wrong(f"a date where {wanted} belongs")
    if isinstance(raw, (list, tuple, dict)):
        return Wrong(f"a list or table where {wanted} belongs")
    return Wrong("a formula", "Write its value.")


PARSERS = {"number": number, "integer": integer, "flag": flag, "text": text, "choice": name,
           "name": name}


def shown(raw: Any) -> Any:
    """A value as a problem shows it: plain Python, whole numbers without a point, cut if long."""
    if hasattr(raw, "item"):
        raw = raw.item()
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return int(raw)
    if isinstance(raw, str):
        return raw if len(raw) <= 60 else raw[:57] + "..."
    if isinstance(raw, (bool, int, float)) or raw is None:
        return raw
    return str(raw)


def unit_words(unit: str, money: str, talent: str) -> str:
    """A declared unit with the instance's own words for money and FTE."""
    unit = re.sub(r"\bmoney\b", lambda _: money, unit)
    return re.sub(r"\bFTE\b", lambda _: talent, unit)


def expected(item: Column | Parameter, money: str = "money", talent: str = "FTE") -> str:
    """What belongs into a cell, in words: 'a share from 0 to 1'."""
    if item.kind == "flag":
        return "true or false"
    if item.kind == "choice":
        return "one of: " + ", ".join(item.choices)
    if item.kind not in ("number", "integer"):
        return "text"
    noun = "a share" if item.unit == "share" else "a year" if item.unit == "year" else (
        "a whole number" if item.kind == "integer" else "a number")
    low, high = item.low, item.high
    if low is not None and high is not None:
        noun += f" from {low:g} to {high:g}"
    elif low is not None:
        noun += f" of {low:g} or more"
    elif high is not None:
        noun += f" of {high:g} or less"
    if item.unit not in ("", "1", "share", "year", "goal", "ratio"):
        noun += f", in {unit_words(item.unit, money, talent)}"
    return noun


def out_of_bounds(item: Column | Parameter, value: float, money: str = "money",
                  talent: str = "FTE") -> Wrong | None:
    """Words for a number below `low` or above `high`; None when it is within."""
    below = item.low is not None and value < item.low
    above = item.high is not None and value > item.high
    if not below and not above:
        return None
    subject = {"share": "a share", "money": "money", "year": "a year"}.get(item.unit, item.name)
    limit = f"less than {item.low:g}" if below else f"more than {item.high:g}"
    hint = f"; {value:g} % is {value / 100:.12g}" if (
        above and item.unit == "share" and item.high == 1 and value <= 100) else ""
    return Wrong(f"{subject} cannot be {limit}", f"Write {expected(item, money, talent)}{hint}.")
