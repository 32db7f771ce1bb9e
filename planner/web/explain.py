"""The page /explain/{id}: why nothing fits, or why something was not funded, as far as its job has come."""

from __future__ import annotations

import asyncio
import time

from nicegui import ui

from planner.jobs.job import Job
from planner.jobs.progress import phase_words
from planner.report.clauses import Clauses
from planner.report.html.explained import explanation, why_not
from planner.report.html.tables import escape
from planner.web.asking import edit_link, explain_job
from planner.web.frame import View, arrived, page
from planner.web.passage import Passage, style
from planner.web.state import here

OFTEN = 0.5
"""Seconds between two looks at the job."""


@page("/explain/{id}", "web.title.explain")
async def explain_page(view: View) -> None:
    job = here().jobs.job(view.path["id"])
    if job is None:
        view.refuse(view.word("explore.no_question", id=view.path["id"]))
        return
    if job.asked["kind"] == "solve":
        ui.label(view.word("explore.for_job")).classes("prose")
        ui.button(view.word("explore.why.solve"), on_click=lambda: ui.navigate.to(
            view.link(f"/explain/{explain_job(job, view.lang).id}"))).props("unelevated no-caps")
        return
    ui.add_css(style())
    if not await arrived():
        return
    asked = job.asked
    if asked["kind"] == "why":
        plan = await view.plan(asked["plan"])
        instance = None if plan is None else plan.instance
    else:
        plan, instance = None, await view.instance(asked["instance"], asked["scenario"], asked["overrides"])
    if instance is not None:
        Answer(view, job, plan, Clauses(instance, view.lang))


class Answer:
    """What was asked, how far the job is, and what it has found so far."""

    def __init__(self, view: View, job: Job, plan, clauses: Clauses):
        self.view, self.job, self.plan, self.clauses, self.shown = view, job, plan, clauses, None
        with ui.element("div").classes("report explained"):
            Passage(self.question())
            with ui.element("div").classes("progress"):
                self.line = ui.label().props('role="status"').classes("line")
                self.stop = ui.button(view.word("explore.stop"), on_click=self.end).props(
                    "outline no-caps").mark("stop")
            self.passage = Passage().classes("found")
        self.timer = ui.timer(OFTEN, self.look)

    def question(self) -> str:
        """What was asked, in words."""
        view, asked = self.view, self.job.asked
        if asked["kind"] == "why":
            what = self.clauses.place(", ".join(words.partition("=")[2] or words for words in asked["what"]))
            link = view.link(f"/plan/{asked['plan']}")
            return (f'<h2>{escape(view.word("why.title", what=what))}</h2>'
                    f'<p><a href="{escape(link)}">{escape(view.word("explore.to_plan", id=asked["plan"]))}</a></p>')
        changes = "".join(f"<li><code>{escape(words)}</code></li>" for words in asked["overrides"])
        told = view.word("explore.asked", instance=asked["instance"], scenario=asked["scenario"] or "base")
        return f"<p>{escape(told)}</p>" + (f"<ul>{changes}</ul>" if changes else "")

    def end(self) -> None:
        here().jobs.stop(self.job.id)
        self.stop.set_enabled(False)

    def act(self, words: list[str]) -> tuple[str, str]:
        """The link that opens the scenario with a repair made, ready to be solved or saved."""
        return self.view.word("explore.apply"), edit_link(self.view, self.job.asked, words)

    async def look(self) -> None:
        """Shows what is new."""
        job, waiting = self.job, self.job.waiting
        told = await asyncio.to_thread(lambda: job.found)
        if told is not None and told != self.shown:
            self.shown = told
            self.passage.show(why_not(told, self.plan, self.clauses, self.act) if job.asked["kind"] == "why" else
                              explanation(told, self.clauses, self.act))
        if told is None and not waiting:
            said = job.result.get("text", {}).get(self.view.lang) or self.view.word("explore.no_answer")
            self.passage.show(f'<p class="notice alarm">{escape(said)}</p>')
        self.line.set_text(self.status())
        self.stop.set_visibility(waiting)
        if not waiting:
            self.passage.props('data-whole="yes"')
            self.timer.deactivate()

    def status(self) -> str:
        """How the job stands, in words."""
        view, job = self.view, self.job
        if job.state == "queued":
            return view.word("explore.queued", count=here().jobs.place(job))
        seconds = f"{(job.ended or time.time()) - (job.started or time.time()):,.0f}"
        if not job.waiting:
            return view.word("explore.ended", seconds=seconds)
        events = job.events
        last = events[-1] if events else {}
        doing = phase_words(last.get("phase", "start"), view.lang)
        if last.get("groups"):
            smaller = view.word("explain.smaller", groups=last["groups"], tests=last["tests"])
            doing += view.word("figure.join") + smaller
        elif last.get("what"):
            doing += f" {self.clauses.words(last['what']) or last['what']}"
        return view.word("explore.working", doing=doing, seconds=seconds)
