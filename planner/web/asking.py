"""Questions as jobs: why nothing fits, and why something was not funded."""

from __future__ import annotations

from collections.abc import Iterable

from planner.instance.scenarios import BASE
from planner.jobs.job import Job
from planner.jobs.needs import needs
from planner.plan import Plan
from planner.web.frame import View
from planner.web.state import here

MOST_EARLIER = 12


def ask_why(id: str, plan: Plan, what: Iterable[str], lang: str) -> Job:
    """A job that says why a plan does not fund something (more); `what` as `planner explain --why` takes it."""
    gap = plan.passport.get("options", {}).get("gap", 0.001)
    return here().jobs.submit(str(plan.passport.get("instance")), kind="why", plan=id, what=list(what), gap=gap,
                              lang=lang, **needs(plan.instance))


def explain_job(job: Job, lang: str) -> Job:
    """The job that explains why a solve has no plan: the one that was started for it already, or a new one."""
    asked = job.asked
    same = ("instance", "scenario", "overrides")
    for other in here().jobs.jobs():
        if (other.asked["kind"] == "explain" and other.asked["created"] > asked["created"]
                and other.state not in ("died", "cancelled", "failed")
                and all(other.asked[name] == asked[name] for name in same)):
            return other
    return here().jobs.submit(asked["instance"], kind="explain", lang=lang, memory=asked["memory"],
                              **{name: asked[name] for name in same[1:]})


def questions(id: str) -> list[Job]:
    """Jobs that asked about a plan, the newest first."""
    found = [job for job in here().jobs.jobs() if job.asked["kind"] == "why" and job.asked.get("plan") == id]
    return found[:MOST_EARLIER]


def told(view: View, job: Job) -> tuple[str, str]:
    """(what a job was asked, the address of its page)."""
    asked = job.asked
    if asked["kind"] == "why":
        what = ", ".join(words.partition("=")[2] or words for words in asked["what"])
        plan = asked["plan"].replace("~", " / ", 1)
        return view.word("explore.job.why", plan=plan, what=what), view.link(f"/explain/{job.id}")
    text = " · ".join((asked["instance"], asked["scenario"] or BASE, *asked["overrides"]))
    if asked["kind"] == "explain":
        return view.word("explore.job.explain", what=text), view.link(f"/explain/{job.id}")
    return text, view.link(f"/job/{job.id}")


def edit_link(view: View, asked: dict, words: Iterable[str]) -> str:
    """The address at which what was asked about can be edited with further changes made.

    words  overrides as after --set; one that moves a number again takes the place of the earlier
    """
    words = list(words)
    moved = {text.partition("=")[0] for text in words}
    kept = [text for text in asked["overrides"] if text.partition("=")[0] not in moved]
    return view.link(f"/edit/{asked['instance']}", scenario=asked["scenario"], set=[*kept, *words])
