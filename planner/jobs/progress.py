"""How far a search has come, from its gaps: the same for a bar in the terminal and on a page."""

from __future__ import annotations

import math

from planner.words import catalogue, term, word

LEAST_GAP = 1e-6


def closed(gap: float | None, first: float | None, goal: float) -> float | None:
    """Share of the way from the first gap to the wanted one, on a logarithmic scale; None before a first plan.

    gap, first, goal  relative gaps; `first` None means that `gap` is the first
    """
    if gap is None or not math.isfinite(gap):
        return None
    goal, gap = max(goal, LEAST_GAP), max(gap, 1e-9)
    first = first_gap(gap, goal) if first is None else first
    way = math.log(first / goal)
    return min(max(math.log(first / gap) / way, 0.0), 1.0) if way > 0 else 1.0


def first_gap(gap: float, goal: float) -> float:
    """Where the way begins: the first gap seen, but at least ten times the wanted one."""
    return max(gap, max(goal, LEAST_GAP) * 10)


def remaining(events: list[dict], goal: float, limit: float, elapsed: float) -> float:
    """Seconds that a search may still take: at the speed so far, at most what its limit leaves.

    events  those of one solve; elapsed  seconds since it began
    """
    left = max(limit - elapsed, 0.0)
    gaps = [(event["time"], event["gap"]) for event in events
            if event.get("gap") is not None and event.get("time") is not None]
    if not gaps:
        return left
    done = closed(gaps[-1][1], first_gap(gaps[0][1], goal), goal)
    if not done:
        return left
    begun = gaps[0][0]
    return min(left, max(elapsed - begun, 0.0) * (1 - done) / done)


def phase_words(phase: str, lang: str) -> str:
    """A phase's name; 'round 3' and the like keep their number, a policy its own name."""
    name, _, number = phase.rpartition(" ")
    if number.isdigit():
        return word(f"phase.{name}", lang, number=number)
    return term(phase, lang, "phase" if f"phase.{phase}" in catalogue() else "policy")
