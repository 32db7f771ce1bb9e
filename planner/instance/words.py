"""Problems as plain text, grouped by file or sheet: what the command line prints."""

from __future__ import annotations

from collections.abc import Iterable

from planner.vocabulary import Problem


def listing(problems: Iterable[Problem]) -> str:
    """A count, then every problem below its file or sheet.

    >>> from planner.vocabulary import Problem
    >>> print(listing([Problem("budget.csv", "the cell is empty", "Write a number.", 3, "central")]))
    1 problem
    <BLANKLINE>
    budget.csv
      row 3, column central: the cell is empty. Write a number.
    """
    problems = list(problems)
    parts = [count(problems)]
    for place in dict.fromkeys(problem.place for problem in problems):
        lines = [f"  {line(problem)}" for problem in problems if problem.place == place]
        parts.append("\n".join([place, *lines]))
    return "\n\n".join(parts)


def count(problems: list[Problem]) -> str:
    """'3 problems and 1 warning'."""
    errors = sum(problem.severity == "error" for problem in problems)
    others = len(problems) - errors
    words = [f"{number:,} {word}{'' if number == 1 else 's'}"
             for number, word in ((errors, "problem"), (others, "warning")) if number]
    return " and ".join(words) or "No problems"


def line(problem: Problem) -> str:
    """One problem without its file: where in it, what, the value, how to mend it."""
    spots = []
    if problem.cell:
        spots.append(f"cell {problem.cell}")
    elif problem.row:
        spots.append(f"row {problem.row}")
    if problem.column:
        spots.append(f"column {problem.column}" if problem.row or problem.cell else problem.column)
    where = ", ".join(spots) + ": " if spots else ""
    shown = "" if problem.value is None else f" (found: {problem.value!r})"
    warning = "warning: " if problem.severity != "error" else ""
    return f"{where}{warning}{problem.what}{shown}. {problem.mend}"
