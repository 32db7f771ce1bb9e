"""Values that people and programs put where others belong."""

from __future__ import annotations

import random

from planner.vocabulary import Column, Parameter

TEXTS = (
    "", " ", "NaN", "nan", "inf", "-inf", "Infinity", "1e999", "-1e308", "1e308", "1e-320", "0", "-0", "-0.0", "-1",
    "1", "2", "1.5", "1e30", "1e15", "1e9", "1e-9", "9007199254740993", "1,5", "1.234.567", "1 000", "10 %", "１２",
    "٣", "½", "0x10", "1_000", "TRUE", "true", "false", "yes", "None", "null", "#N/A", "#REF!", "=1+1",
    "=HYPERLINK(\"http://example.org\")", "+1", "@SUM(A1)", "coast", "chips", "all", "*", "2025", "1899",
    "2025-01-01", "甘肃", "地区\u200b", "\u202eabc", "e\u0301", "😀", "\x00", "\x1f", "\ufeff", "a,b", "a\"b", "a'b",
    "a\nb", "a\tb", "<script>alert(1)</script>", "<b>&amp;", "../../etc/passwd", "/etc/passwd", "C:\\x", "CON",
    "--force", "${HOME}", "%s %d {0} {name}", "[bold]x[/bold]", "x" * 300, "x" * 40_000, "[", "]", "a[b]", "a.b",
    "central", "local", "audit", "core", "\ud7ff", "2" * 400,
)

FACTORS = (0.0, 1e-12, 1e-6, 0.01, 0.1, 0.5, 0.9, 0.999999, 1.000001, 1.1, 2.0, 10.0, 100.0, 1e6, 1e12)


def within(draw: random.Random, item: Column | Parameter, now: float | None = None) -> float | int:
    """A number that a column or parameter allows: a bound, near what stands there, or anywhere."""
    low = item.low if item.low is not None else -100.0
    high = item.high if item.high is not None else max(100.0, 10 * abs(now or 1.0))
    way = draw.random()
    if way < 0.15:
        value = low
    elif way < 0.3:
        value = high
    elif way < 0.7 and now:
        value = min(max(now * draw.choice((0.5, 0.8, 0.95, 1.05, 1.25, 2.0)), low), high)
    else:
        value = draw.uniform(low, high)
    return round(value) if item.kind == "integer" else value


def wild(draw: random.Random) -> str:
    """A text from the list, or a few characters of any kind."""
    if draw.random() < 0.85:
        return draw.choice(TEXTS)
    return "".join(chr(draw.choice((draw.randrange(32, 127), draw.randrange(160, 0xD7FF)))) for _ in
                   range(draw.randrange(1, 12)))
