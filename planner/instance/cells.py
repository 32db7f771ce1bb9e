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
from planner.words import catalogue, say

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
        return Wrong(say("problem.flag_for_number"))
    if isinstance(raw, (int, float)):
        try:
            value = float(raw)
        except OverflowError:
            value = math.inf
        return value if math.isfinite(value) else Wrong(say("problem.unusable_number", value=raw))
    if not isinstance(raw, str):
        return _foreign(raw, say("expected.number"))
    text = raw.strip()
    if NUMBER.fullmatch(text):
        if typed:
            return Wrong(say("problem.number_as_text"), say("mend.store_as_number"))
        value = float(text)
        return value if math.isfinite(value) else Wrong(say("problem.too_large"))
    if text.casefold() in NOTHING:
        return Wrong(say("problem.not_a_number", text=text))
    if match := PERCENT.fullmatch(text):
        return Wrong(say("problem.percent_sign"), say("mend.write_number", number=float(match[1]) / 100))
    if THOUSANDS.fullmatch(text):
        plain = re.sub(r"[,，\s'’_]", "", text)
        return Wrong(say("problem.thousands"), say("mend.write", what=plain))
    if DECIMAL_COMMA.fullmatch(text):
        plain = re.sub("[,，]", ".", text)
        return Wrong(say("problem.decimal_comma"), say("mend.decimal_point", plain=plain))
    if text.startswith("="):
        return Wrong(say("problem.formula_for_number"), say("mend.write_value"))
    return Wrong(say("problem.text_for_number"))


def integer(raw: Any, typed: bool) -> float | Wrong:
    value = number(raw, typed)
    if isinstance(value, Wrong):
        return value
    if value != int(value) or abs(value) > 2**53:
        return Wrong(say("problem.not_whole"))
    return value


def flag(raw: Any, typed: bool) -> bool | Wrong:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().casefold() in ("true", "false"):
        return raw.strip().casefold() == "true"
    return Wrong(say("problem.not_a_flag"))


def text(raw: Any, typed: bool = False) -> str | Wrong:
    """Text as it stands; numbers and dates of a typed source as they would be written."""
    if isinstance(raw, str):
        if CONTROL.search(raw):
            return Wrong(say("problem.control_character"), say("mend.type_anew"))
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
    return _foreign(raw, say("expected.text"))


def name(raw: Any, typed: bool = False) -> str | Wrong:
    """A short name that keys, references and choices are made of."""
    value = text(raw, typed)
    if isinstance(value, Wrong):
        return value
    if value != value.strip():
        return Wrong(say("problem.blank"), say("mend.write_name", name=value.strip()))
    if match := NOT_IN_NAMES.search(value):
        return Wrong(say("problem.sign_in_name", sign=match[0]), say("mend.sign_in_name"))
    return value


def _foreign(raw: Any, wanted: str) -> Wrong:
    if isinstance(raw, (dt.date, dt.time, dt.timedelta)):
        return Wrong(say("problem.date", wanted=wanted))
    if isinstance(raw, (list, tuple, dict)):
        return Wrong(say("problem.list", wanted=wanted))
    return Wrong(say("problem.formula"), say("mend.write_value"))


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


def unit_said(unit: str, money: str, talent: str) -> str:
    """The same, so that it can be said in another language."""
    key = f"in_unit.{unit}"
    return say(key, money=money, FTE=talent) if key in catalogue() else unit_words(unit, money, talent)


def expected(item: Column | Parameter, money: str = "money", talent: str = "FTE") -> str:
    """What belongs into a cell, in words: 'a share from 0 to 1'."""
    if item.kind == "flag":
        return say("expected.flag")
    if item.kind == "choice":
        return say("expected.choice", names=", ".join(item.choices))
    if item.kind not in ("number", "integer"):
        return say("expected.text")
    told = say(f"expected.{item.unit if item.unit in ('share', 'year') else item.kind}")
    low, high = item.low, item.high
    if low is not None and high is not None:
        told = say("expected.between", noun=told, low=low, high=high)
    elif low is not None:
        told = say("expected.least", noun=told, low=low)
    elif high is not None:
        told = say("expected.most", noun=told, high=high)
    if item.unit not in ("", "1", "share", "year", "goal", "ratio"):
        told = say("expected.in_unit", what=told, unit=unit_said(item.unit, money, talent))
    return told


def out_of_bounds(item: Column | Parameter, value: float, money: str = "money",
                  talent: str = "FTE") -> Wrong | None:
    """Words for a number below `low` or above `high`; None when it is within."""
    below = item.low is not None and value < item.low
    above = item.high is not None and value > item.high
    if not below and not above:
        return None
    subject = say(f"bounded.{item.unit}") if item.unit in ("share", "money", "year") else item.name
    what = (say("problem.below", subject=subject, low=item.low) if below else
            say("problem.above", subject=subject, high=item.high))
    wanted = expected(item, money, talent)
    percent = above and item.unit == "share" and item.high == 1 and value <= 100
    return Wrong(what, say("mend.percent", expected=wanted, value=value, share=value / 100) if percent else
                 say("mend.expected", expected=wanted))
