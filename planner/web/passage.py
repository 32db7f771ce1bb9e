"""A stretch of a page in the report's own HTML, with the report's own charts and its own style."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from nicegui.element import Element
from nicegui.elements import plotly  # noqa: F401  it serves the charting library

from planner.report import html
from planner.report.figures import Chart


class Passage(Element, component="passage.js", dependencies=[Path(html.__file__).parent / "drawing.js"]):
    """HTML from `planner.report.html`, where everything that comes from data is escaped, and its charts by key."""

    def __init__(self, text: str = "", charts: Mapping[str, Chart] | None = None):
        super().__init__()
        self.show(text, charts)

    def show(self, text: str, charts: Mapping[str, Chart] | None = None) -> None:
        """Puts other text and charts in place of what is there."""
        self._props["html"] = text
        made = [f"{json.dumps(key)}: {chart.figure.to_json(validate=False)}" for key, chart in (charts or {}).items()]
        # As text: what Vue watches cannot be copied by structuredClone.
        self._props["charts"] = f"{{{', '.join(made)}}}"
        self.update()


def style() -> str:
    """The report's style sheet for what stands in an element of class `report`, and the app's own for it."""
    text = html.part("style.css").replace(":root {", "& {", 1)
    return f".report {{\n{text}\n}}\n" + (files("planner.web") / "explore.css").read_text(encoding="utf-8")
