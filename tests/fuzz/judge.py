"""The promise: every input ends in a plan that verifies, or in a message with a place.

A `Verdict` says which. Kinds that keep the promise: `plan`, `refused`, `infeasible`, `unbounded`, `no_plan`
(the limit came first), `failed` (the solver said so). Those that break it: `traceback`, `hang`, `wrong plan`,
`no place`, `wrongly infeasible`.
"""

from __future__ import annotations

import contextlib
import re
import signal
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

from planner.audit import audit
from planner.instance import InvalidInstance, listing, read
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.solving import NoPlan, solve
from planner.words import worded

LIMIT, GAP = 4.0, 0.05
"""Seconds and gap of a solve."""
LONGEST = 60.0
"""Seconds of the processor after which a case counts as hanging; ten times as long by the clock."""
KEPT = ("plan", "refused", "infeasible", "unbounded", "no_plan", "failed")


@dataclass(frozen=True)
class Verdict:
    """How a case ended, in a word and a few more; `noise` is what Python warned of."""

    kind: str
    text: str = ""
    seconds: float = 0.0
    noise: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        return self.kind in KEPT


class Hang(BaseException):
    """Raised by the clock; no `except Exception` on the way takes it for something else."""


@contextlib.contextmanager
def clock(seconds: float):
    def ring(*_):
        raise Hang
    timers = {signal.SIGPROF: (signal.ITIMER_PROF, seconds), signal.SIGALRM: (signal.ITIMER_REAL, 10 * seconds)}
    before = {kind: signal.signal(kind, ring) for kind in timers}
    for timer, limit in timers.values():
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for timer, _ in timers.values():
            signal.setitimer(timer, 0)
        for kind, handler in before.items():
            signal.signal(kind, handler)


def judged(case, path: Path, scenario=None, overrides=()) -> Verdict:
    """Runs `case(path, scenario, overrides) -> (kind, text)`; whatever it raises breaks the promise."""
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as noise:
        warnings.simplefilter("always")
        try:
            with clock(LONGEST):
                kind, text = case(path, scenario, overrides)
        except Hang:
            kind, text = "hang", "".join(traceback.format_stack()[-1:])
        except Exception:  # noqa: BLE001 (this is what is looked for)
            kind, text = "traceback", traceback.format_exc()
    heard = tuple(sorted({f"{type(one.message).__name__}: {str(one.message)[:100]} ({Path(one.filename).name}:"
                          f"{one.lineno})" for one in noise}))
    return Verdict(kind, text, round(time.perf_counter() - start, 2), heard)


def solved_or_told(path: Path, scenario, overrides) -> tuple[str, str]:
    """Reads, solves and audits."""
    try:
        instance = read(path, MECHANISMS, scenario, overrides)
    except InvalidInstance as error:
        return told(error)
    try:
        plan = solve(instance, gap=GAP, time_limit=LIMIT, profile="quick")
    except NoPlan as error:
        words = [worded(error, lang) for lang in ("en", "zh")]
        if not all(words):
            return "no place", "an end without a plan and without words"
        if error.outcome.status == "infeasible" and not really_infeasible(instance):
            return "wrongly infeasible", "with prices on all rules a plan is found that uses no relief"
        return error.outcome.status, words[0]
    return verified(plan)


def told(error: InvalidInstance) -> tuple[str, str]:
    """A refusal must name a place for each problem, in both languages, and at least one must be an error."""
    texts = [listing(error.problems, lang) for lang in ("en", "zh")]
    bare = [problem for problem in error.problems if not str(problem.place).strip() or not problem.what.strip()]
    if bare or not any(problem.severity == "error" for problem in error.problems):
        return "no place", str(bare or error.problems)
    if re.search(r"Traceback|<class|object at 0x|\bKeyError\b", texts[0]):
        return "no place", texts[0]
    return "refused", texts[0][:300]


def verified(plan: Plan) -> tuple[str, str]:
    """The audit must find every rule kept, but for those that rounding is said to break."""
    rows = audit(plan, MECHANISMS)
    bad = rows[rows["status"] == "broken"]
    owned = {tuple(row) for row in (plan.passport.get("rounding") or {}).get("rows", [])}
    keys = list(bad[["mechanism", "rule", "where", "year"]].itertuples(index=False, name=None))
    if any(key not in owned for key in keys):
        return "wrong plan", bad.head(8).to_string()
    return "plan", f"{plan.status}, {len(rows)} rules"


def really_infeasible(instance) -> bool:
    """With a price on every mechanism, a plan without relief would contradict the proof."""
    priced = {f"{m.name}.price": 1.0 for m in MECHANISMS if instance.on(m.name) and instance.price(m.name) is None}
    if not priced:
        return True
    try:
        plan = solve(instance.with_overrides(priced), gap=GAP, time_limit=LIMIT, profile="quick", rounding=False)
    except NoPlan:
        return True
    relief = plan.table("relief")
    names = [key.partition(".")[0] for key in priced]
    rows = plan.compliance
    used = rows[rows["mechanism"].isin(names) & (rows["relief"] > 1e-7 * rows["scale"])]
    return len(relief) > 0 and len(used) > 0
