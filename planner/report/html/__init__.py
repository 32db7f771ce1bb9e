"""report.html: one file that needs nothing beside it, to be read, printed and checked.

Every word comes from the catalogue, every figure from the plan's tables. The page's policy allows
only the two scripts and the style sheet whose hashes it names, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

import planner
from planner.report.html.answer import figures, title
from planner.report.html.sections import body
from planner.report.html.tables import escape
from planner.report.words import LANGUAGES, Names, word


def write(plan, path: Path | str, lang: str = "en") -> Path:
    """Writes a plan's report beside its place and renames it into it.

    Raises ValueError for an unknown language, OSError when the file cannot be written.
    """
    path, text = Path(path), page(plan, lang)
    handle, beside = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".html", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return path


def page(plan, lang: str = "en") -> str:
    """The whole report as text. Raises ValueError for an unknown language."""
    if lang not in LANGUAGES:
        raise ValueError(f"There is no language {lang!r}; there are {', '.join(LANGUAGES)}.")
    names, told = Names(plan.instance, lang), figures(plan)
    text, navigation, charts = body(plan, names, told)
    return whole(title(plan, lang), navigation, text, charts, told, lang)


def whole(head: str, navigation: str, text: str, charts: dict, told: dict, lang: str) -> str:
    """A page that needs nothing beside it.

    text   the body, with an element of class chart for each of `charts` (key -> Chart)
    told   figures that the page carries so that they can be checked
    """
    style, script, plotly = part("style.css"), scripts(), library()
    policy = ("default-src 'none'; base-uri 'none'; form-action 'none'; "
              f"script-src {fingerprint(plotly)} {fingerprint(script)}; style-src {fingerprint(style)}")
    return Template(part("page.html")).substitute(
        lang={"en": "en", "zh": "zh-CN"}[lang], policy=escape(policy).replace("&#x27;", "'"),
        generator=f"innovation-planner {planner.__version__}", title=escape(head),
        style=style, script=script, plotly=plotly, skip=escape(word("report.skip", lang)),
        stands=stands(), contents=escape(word("report.contents", lang)), navigation=navigation, body=text,
        figures=data(told), charts=data({key: json.loads(chart.figure.to_json(
            validate=False)) for key, chart in charts.items()}))


def data(value: object) -> str:
    """JSON that can stand inside a script element: no end of it, no comment, nothing infinite."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


@cache
def part(name: str) -> str:
    """A file of this folder."""
    return (files(__package__) / name).read_text(encoding="utf-8")


@cache
def scripts() -> str:
    """What draws the charts, as a classic script: the part that the browser app imports, and the page's own."""
    return f'"use strict";\n{part("drawing.js").replace("export const", "const")}\n{part("page.js")}'


@cache
def library() -> str:
    """The charting library's script as its wheel brings it, fit to stand inside a script element."""
    text = (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
    return text.replace("</script", "<\\/script")


@cache
def stands() -> str:
    """Empty elements in the place of style sheets that the library would add for maps, which we do not draw.

    It looks whether one is there by its id, a hash; the policy would refuse what it adds.
    """
    found = re.findall(r'getElementById\("([0-9a-f]{64})"\)', library())
    return "".join(f'<div id="{name}" hidden></div>' for name in dict.fromkeys(found))


@cache
def fingerprint(text: str) -> str:
    """A script's or a style sheet's hash as a security policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
