"""A comparison of plans in words: its frames with members named, and its CSV tables."""

from __future__ import annotations

import string
from pathlib import Path

import pandas as pd

from planner.comparison import Comparison
from planner.comparison.moves import table_for
from planner.report.folder import WillNotReplace, replaced
from planner.report.headline import SIGN_RULES
from planner.report.sheets import SENSES, Sheet, named, rule_words, unit_words, where_words
from planner.report.words import Names, catalogue, heading, own_unit, term, word
from planner.words import say

LISTED = ("goals", "fairness", "rules", "missions", "platforms", "talent", "decisions", "inputs", "not_shared",
          "passports")
"""Frames that the workbook has as long tables, in this order."""


def letters(found: Comparison) -> dict[str, str]:
    """Name of a plan -> the letter by which tables call it: A is the reference."""
    signs = [*string.ascii_uppercase, *(a + b for a in string.ascii_uppercase for b in string.ascii_uppercase)]
    return dict(zip(found.names, signs))


def column(name: str, lang: str, unit: str = "") -> str:
    """A column's heading: the comparison's own word, else that of all tables."""
    own = f"compare.col.{name}"
    text = word(own, lang) if own in catalogue() else heading(name, lang)
    return f"{text} ({unit})" if unit else text


def by_words(by: tuple[str, ...], lang: str) -> str:
    return " × ".join(heading(dim, lang).lower() for dim in by)


def money_title(found: Comparison, by: tuple[str, ...], lang: str) -> str:
    """What a table of money shows, with its unit: all money, or public money where instruments are told."""
    table = table_for(found.shared[0], by)
    key = "compare.money" if table == "allocations" else "compare.grants"
    return word(key, lang, dim=by_words(by, lang), unit=own_unit(found.plans[0].instance.money_unit, lang))


def policy(rules: pd.DataFrame) -> pd.DataFrame:
    """Changed clauses that are news: no book-keeping, no rules of form, none that stayed as it was."""
    form = rules["rule"].isin(SIGN_RULES) | (rules["sense"] == "==") | (rules["mechanism"] == "core")
    telling = rules["change"].isin(["breaks", "mended", "relieved", "not_relieved"])
    return rules[(rules["change"] != "as_before") & (~form | telling)]


def goal_mark(within, lang: str) -> str:
    """'within the gaps', 'more than the gaps allow', or nothing where it cannot be told."""
    if within is None or pd.isna(within):
        return ""
    return word("compare.within_gaps" if within else "compare.beyond_gaps", lang)


def verdict_words(row, sign: str, lang: str, figure) -> str:
    """What the gaps allow to say of a plan's objective against the reference's."""
    if row.verdict == "not_comparable":
        return word(f"compare.verdict.{row.reason}", lang, plan=sign)
    least, most = row.least, row.most
    if row.verdict == "lower":
        least, most = -row.most, -row.least
    values = {"difference": figure(row.difference)} if row.verdict == "undecided" else {}
    return word(f"compare.verdict.{row.verdict}", lang, plan=sign, least=figure(least), most=figure(most), **values)


# --- frames in words ----------------------------------------------------------------


def sheet(found: Comparison, name: str, names: Names) -> Sheet:
    """One frame of LISTED in words; numbers stay numbers."""
    lang, first = names.lang, found.plans[0]
    frame = named(found.frames[name], names)
    if name == "goals":
        frame["goal"] = [term(key, lang, "goal") for key in frame["goal"]]
        frame["within_gaps"] = [goal_mark(value, lang) for value in frame["within_gaps"]]
    elif name == "fairness":
        frame["measure"] = [term(key, lang, "policies") for key in frame["measure"]]
    elif name == "rules":
        raw = found.rules
        frame["rule"] = [rule_words(*pair, lang) for pair in zip(raw["mechanism"], raw["rule"])]
        frame["where"] = where_words(raw["where"].astype(str), names) if len(raw) else []
        frame["year"] = raw["year"].where(raw["year"] != 0).astype("Int64").astype(object)
        frame["sense"] = raw["sense"].map(SENSES)
        frame["unit"] = [unit_words(unit, first, lang) for unit in raw["unit"]]
        for side in ("status_reference", "status"):
            frame[side] = [term(key, lang, "compliance") if isinstance(key, str) else "" for key in raw[side]]
    elif name in ("talent", "platforms"):
        frame["quantity"] = [term(key, lang) for key in frame["quantity"]]
        frame = frame[frame["difference"] != 0] if name == "talent" else frame
    elif name == "decisions":
        frame["table"] = [term(key, lang, "sheet") for key in frame["table"]]
        frame["where"] = where_words(frame["where"].astype(str), names) if len(frame) else []
        frame["year"] = frame["year"].where(frame["year"] != 0).astype("Int64").astype(object)
    elif name == "inputs":
        frame["kind"] = [word(f"compare.kind.{key}", lang) for key in frame["kind"]]
    elif name == "not_shared":
        frame["dimension"] = [term(key, lang) for key in frame["dimension"]]
    if "change" in frame:
        frame["change"] = [word(f"compare.change.{key}", lang) for key in frame["change"]]
    note = word("compare.rules_note", lang) if name == "rules" else ""
    return Sheet(f"compare_{name}", frame.reset_index(drop=True), note=note)


# --- CSV ----------------------------------------------------------------------------


def write_tables(frames: dict[str, pd.DataFrame], folder: Path, force: bool = False) -> Path:
    """Every frame as CSV into a folder of its own, whole or not there.

    Raises WillNotReplace where something is there that `force` was not given for, or that is not ours.
    """
    folder = Path(folder)
    may_write(folder, force)
    with replaced(folder) as made:
        for name, frame in frames.items():
            frame.to_csv(made / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    return folder


def may_write(path: Path, force: bool) -> None:
    """Raises WillNotReplace for a file that is there without `force`, or a folder of other things."""
    if not path.exists() or path.is_dir() and not any(path.iterdir()):
        return
    if path.is_dir():
        foreign = [entry.name for entry in sorted(path.iterdir()) if entry.suffix != ".csv"]
        if foreign:
            raise WillNotReplace(say("compare.not_ours", path=path, names=", ".join(foreign[:5])))
    if not force:
        raise WillNotReplace(say("compare.there", path=path))
