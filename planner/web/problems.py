"""What is wrong with an input, as a list with its places: the cell of a workbook, the row of a file."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from planner.instance.words import count, line
from planner.vocabulary import Problem
from planner.web.frame import View

MOST = 100


def problem_list(view: View, problems: Sequence[Problem]) -> None:
    """A count, then every problem with its place, in the order in which they were found."""
    with ui.element("div").classes("problems").props('role="alert"'):
        ui.html(f"<h3>{view.escaped(count(list(problems), view.lang))}</h3>", sanitize=False)
        for place in dict.fromkeys(problem.place for problem in problems[:MOST]):
            ui.html(f"<h4>{view.escaped(place)}</h4><ul>" + "".join(
                f"<li>{view.escaped(line(problem, view.lang))}</li>"
                for problem in problems[:MOST] if problem.place == place) + "</ul>", sanitize=False)
        if len(problems) > MOST:
            ui.label(view.word("web.problems_more", count=len(problems) - MOST))
