"""What a study leaves behind: a folder of CSV tables, a page with its charts, and study.json that says what it was.

The folder is written beside its place and renamed into it, as a plan's is. One that holds something else
than an earlier run of the same study is left alone.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

import planner
from planner.report.figures.chart import Chart
from planner.report.folder import WillNotReplace, replaced
from planner.report.html import whole
from planner.report.html.sections import figure_block
from planner.report.html.tables import escape
from planner.words import say

MARK = "study.json"


def may_write(folder: Path, study: str, of: str, force: bool = False) -> None:
    """Raises WillNotReplace where the folder holds something else than this study of the same thing.

    of     what was studied, e.g. a plan's folder; `force` allows another study's result to be replaced
    """
    if not folder.exists() or folder.is_dir() and not any(folder.iterdir()):
        return
    try:
        told = json.loads((folder / MARK).read_text(encoding="utf-8"))
        same = (told["study"], told["of"]) == (study, of)
    except (OSError, ValueError, KeyError, TypeError):
        raise WillNotReplace(say("kept_study.none", folder=folder)) from None
    if not same and not force:
        raise WillNotReplace(say("kept_study.other", folder=folder, study=told["study"], of=told["of"]))


def write_study(folder: Path, study: str, of: str, tables: dict[str, pd.DataFrame], charts: list[Chart],
                lang: str = "en", title: str = "", lead: str = "", force: bool = False, **told) -> Path:
    """Writes tables as NAME.csv, charts as report.html (where there are any) and study.json.

    told  plain values that go into study.json: seed, draws, instance hash ...
    Raises WillNotReplace, Blocked or OSError.
    """
    with replaced(folder, lambda: may_write(folder, study, of, force)) as made:
        for name, frame in tables.items():
            frame.to_csv(made / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
        if charts := [chart for chart in charts if chart is not None]:
            (made / "report.html").write_text(page(title, lead, charts, lang), encoding="utf-8")
        note = {"study": study, "of": of, "code_version": planner.__version__,
                "made": datetime.now(UTC).isoformat(timespec="seconds"), **told}
        (made / MARK).write_text(json.dumps(note, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder


def page(title: str, lead: str, charts: list[Chart], lang: str) -> str:
    """One self-contained page: a heading, a sentence where there is one, the charts with their tables; no request to anywhere."""
    below = f'<p class="lead">{escape(lead)}</p>' if lead else ""
    body = (f"<header><h1>{escape(title)}</h1>{below}</header>"
            + "".join(f'<section id="{chart.key}">{figure_block(chart, lang)}</section>' for chart in charts))
    contents = "\n".join(f'<li><a href="#{chart.key}">{escape(chart.title)}</a></li>' for chart in charts)
    return whole(title, contents, body, {chart.key: chart for chart in charts}, {}, lang)
