"""How every figure looks: colours, ink that can be read on them, numbers, and the bare layout.

Calm on purpose: no zoom, no buttons, no legend that toggles, so that nothing of a figure speaks a
language of its own. What a narrow screen needs otherwise stands in `layout.meta["narrow"]`.
"""

from __future__ import annotations

import html
import math

import pandas as pd
import plotly.graph_objects as go

from planner.report.words import word

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7F7F7F", "#F0E442")
"""Okabe and Ito's colours, told apart by colour-blind readers too."""

INK, MUTED, RULE, PAPER = "#1c2733", "#54606c", "#d9dee3", "#ffffff"
BLUES = ("#eaf1f7", "#b9d3e6", "#7fb0d3", "#3d84b8", "#135a92", "#0a3761")
"""One hue, light to dark, for amounts."""

DIVERGING = ("#8c3a0b", "#cf7434", "#f0c9a8", "#f6f6f4", "#b5d3e4", "#4a8fbd", "#0f4c7d")
"""Orange below nought, blue above, for differences."""

LIGHTS = {"broken": "#B2182B", "relieved": "#D55E00", "binding": "#E6A417", "kept": "#C9D3DC"}
CLASSES = {"emerging": PALETTE[0], "future": PALETTE[3], "traditional": PALETTE[1], "other": PALETTE[6]}
STATUS = {"assumed": PALETTE[1], "derived": PALETTE[4], "published": PALETTE[0]}
FONTS = ('"Helvetica Neue", Arial, "Liberation Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", '
         'sans-serif')
NONE = "–"


def luminance(colour: str) -> float:
    """Relative luminance of '#rrggbb' (WCAG 2): 0 for black, 1 for white."""
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                        for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour; one of them always has a contrast of 4.5."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, colour))


def shade(value: float, low: float, high: float, stops: tuple[str, ...]) -> str:
    """The colour of a value on a scale from `low` to `high`; grey where there is no value."""
    if pd.isna(value):
        return "#eeeeee"
    at = 0.0 if high <= low else min(max((value - low) / (high - low), 0.0), 1.0) * (len(stops) - 1)
    left = min(int(at), len(stops) - 2)
    return "#" + "".join(
        f"{round(int(stops[left][i:i + 2], 16) * (left + 1 - at) + int(stops[left + 1][i:i + 2], 16) * (at - left)):02x}"
        for i in (1, 3, 5))


def faded(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[at:at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def three(value: float | None) -> str:
    """Three significant digits with thousands separators; a dash for none, 0 for nought."""
    if value is None or pd.isna(value) or math.isinf(value):
        return NONE
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(digits, 0)}f}".replace("-", "−")


def percents(share: float | None, digits: int = 1, signed: bool = False) -> str:
    """A share as per cent; with its sign where it is a difference."""
    if share is None or pd.isna(share):
        return NONE
    shown = round(100 * share, digits) + 0.0
    return f"{shown:{'+' if signed and shown else ''},.{digits}f}\u00a0%".replace("-", "−")


def safe(text: object) -> str:
    """Text for a figure: the library reads a few tags, so none may come from data."""
    return html.escape(str(text), quote=False)


def bare(figure: go.Figure, height: int, narrow: dict | None = None, **layout) -> go.Figure:
    """The common layout; `narrow` holds what a small screen changes: {'layout': …, 'traces': …, 'height': …}."""
    common = {
        "template": "none", "height": height, "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "font": {"family": FONTS, "size": 13, "color": INK}, "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)", "separators": ".,", "dragmode": False, "hovermode": "closest",
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": MUTED, "align": "left",
                       "font": {"family": FONTS, "size": 13, "color": INK}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False,
                   "itemdoubleclick": False, "traceorder": "normal", "font": {"size": 12}},
        "meta": {"narrow": narrow or {}}}
    figure.update_layout(common)
    figure.update_layout(layout)
    axis = {"fixedrange": True, "zeroline": False, "automargin": True, "showline": False, "ticks": ""}
    figure.update_xaxes(axis, showgrid=False)
    figure.update_yaxes(axis)
    return figure


def sentences(lang: str, *parts: str) -> str:
    """Sentences one after the other; Chinese sets no space between them."""
    return ("" if lang == "zh" else " ").join(filter(None, parts))


def titled(key: str, plan, lang: str, unit: str = "") -> str:
    """A figure's title from the catalogue, its unit in brackets."""
    text = word(f"figure.{key}", lang, base=plan.instance.base_year, last=plan.instance.years[-1])
    return f"{text} ({unit})" if unit and lang == "en" else f"{text}（{unit}）" if unit else text
