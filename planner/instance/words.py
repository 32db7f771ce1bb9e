"""Problems as plain text, grouped by file or sheet: what the command line prints."""

from __future__ import annotations

from collections.abc import Iterable

from planner.vocabulary import Problem
from planner.words import word, worded


def listing(problems: Iterable[Problem], lang: str = "en") -> str:
    """A count, then every problem below its file or sheet.

    >>> from planner.vocabulary import Problem
    >>> print(listing([Problem("budget.csv", "the cell is empty", "Write a number.", 3, "central")]))
    1 problem
    <BLANKLINE>
    budget.csv
      row 3, column central: the cell is empty. Write a number.
    """
    problems = list(problems)
    parts = [count(problems, lang)]
    for place in dict.fromkeys(problem.place for problem in problems):
        lines = [f"  {line(problem, lang)}" for problem in problems if problem.place == place]
        parts.append("\n".join([place, *lines]))
    return "\n\n".join(parts)


def count(problems: list[Problem], lang: str = "en") -> str:
    """'3 problems and 1 warning'."""
    errors = sum(problem.severity == "error" for problem in problems)
    told = [word(f"problems.one_{kind}" if number == 1 else f"problems.{kind}s", lang, count=number)
            for number, kind in ((errors, "error"), (len(problems) - errors, "warning")) if number]
    if len(told) == 2:
        return word("problems.both", lang, errors=told[0], warnings=told[1])
    return told[0] if told else word("problems.none", lang)


def line(problem: Problem, lang: str = "en") -> str:
    """One problem without its file: where in it, what, the value, how to mend it."""
    what = worded(problem.what, lang)
    if problem.value is not None:
        what = word("problems.found", lang, what=what, value=problem.value)
    text = word("problems.line", lang, what=what, mend=worded(problem.mend, lang)).rstrip()
    if problem.severity != "error":
        text = word("problems.warning", lang, text=text)
    spot = where(problem, lang)
    return word("problems.at", lang, where=spot, text=text) if spot else text


def where(problem: Problem, lang: str = "en") -> str:
    """'row 3, column central', 'cell B3, column central', or the bare name of a setting."""
    spot = ""
    if problem.cell:
        spot = word("problems.cell", lang, cell=problem.cell)
    elif problem.row:
        spot = word("problems.row", lang, row=problem.row)
    if not problem.column:
        return spot
    if not spot:
        return problem.column
    return word("problems.and", lang, first=spot, second=word("problems.column", lang, column=problem.column))
