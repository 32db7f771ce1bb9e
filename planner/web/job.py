"""The page /job/{id}: a solve while it runs, and how it ended. Every tab reads the same events."""

from __future__ import annotations

import time

from nicegui import ui

from planner.jobs.job import Job
from planner.jobs.progress import closed, first_gap, phase_words, remaining
from planner.report.headline import percent
from planner.web.asking import explain_job
from planner.web.chart import search_figure
from planner.web.downloads import links
from planner.web.frame import View, page
from planner.web.state import here

OFTEN = 0.5
"""Seconds between two looks at a job."""
SPOKEN = 10.0
"""Seconds between two sentences for a screen reader, unless the state changes."""
FIGURES = ("incumbent", "bound", "gap", "elapsed", "remaining")


@page("/job/{id}", "web.title.job")
def job_page(view: View) -> None:
    job = here().jobs.job(view.path["id"])
    if job is None:
        view.refuse(view.word("web.no_job", id=view.path["id"]))
        return
    JobView(view, job)


class JobView:
    """One tab's view of a job: made once, then refreshed by a timer until the job has ended."""

    def __init__(self, view: View, job: Job):
        self.view, self.job, self.drawn, self.shown = view, job, -1, ""
        self.spoken, self.said = 0.0, ""
        asked = job.asked
        with ui.element("section").classes("card"):
            with ui.element("div").classes("line spread"):
                with ui.element("div"):
                    ui.html(f"<h2>{view.escaped(asked['instance'])}</h2>", sanitize=False)
                    ui.label(view.word("web.job.asked", scenario=asked["scenario"] or "base",
                                       gap=percent(asked["gap"]), limit=f"{asked['time_limit']:g}")).classes("muted")
                self.state = ui.label().classes("badge")
            if asked["overrides"]:
                with ui.element("ul").classes("changes"):
                    for text in asked["overrides"]:
                        with ui.element("li"):
                            ui.html(f"<code>{view.escaped(text)}</code>", sanitize=False)
            self.phase = ui.label().classes("phase")
            self.bar = ui.element("progress").classes("progress").props(
                f'max=1 aria-label="{view.escaped(view.word("web.job.way"))}"')
            self.figures = {}
            with ui.element("dl").classes("figures"):
                for name in FIGURES:
                    with ui.element("div"):
                        with ui.element("dt"):
                            ui.label(view.word(f"web.job.{name}"))
                        with ui.element("dd"):
                            self.figures[name] = ui.label("–").classes(f"figure {name}")
            self.chart = ui.plotly(search_figure([], view.lang)).classes("search-chart").props(
                f'role="img" aria-label="{view.escaped(view.word("web.job.chart_about"))}"')
            with ui.element("div").classes("line buttons"):
                self.stop = ui.button(view.word("web.job.stop"), on_click=self.ask_stop).props("no-caps outline")
                self.kill = ui.button(view.word("web.job.kill"), on_click=self.ask_kill).props(
                    "no-caps flat color=negative")
        self.voice = ui.label().classes("spoken").props('role="status" aria-live="polite"')
        self.ending = ui.element("section")
        self.timer = ui.timer(OFTEN, self.refresh)
        self.refresh()

    # --- buttons ------------------------------------------------------------------------

    def ask_stop(self) -> None:
        here().jobs.stop(self.job.id)
        self.refresh()

    def ask_kill(self) -> None:
        here().jobs.kill(self.job.id)
        self.refresh()

    # --- what is shown ------------------------------------------------------------------

    def refresh(self) -> None:
        job, view = self.job, self.view
        events = job.events
        known = [event for event in events if event["incumbent"] is not None or event["bound"] is not None]
        last = known[-1] if known else {}
        elapsed = (job.ended or time.time()) - job.started if job.started else None
        state = view.word("web.state.stopping") if job.stopping and job.waiting else view.word(f"web.state.{job.state}")
        phase = phase_words(events[-1]["phase"], view.lang) if events and job.state == "running" else ""
        if job.state == "queued":
            phase = view.word("web.job.queued", count=here().jobs.place(job))
        self.state.set_text(state)
        self.state.classes(replace=f"badge {job.state}")
        self.phase.set_text(phase)
        searching = job.state == "running" and not job.stopping and bool(last) and events[-1] is last
        left = remaining(known, job.asked["gap"], job.asked["time_limit"], searched(last, elapsed)) if searching else None
        texts = {"incumbent": number(last.get("incumbent")), "bound": number(last.get("bound")),
                 "gap": percent(last.get("gap")), "elapsed": duration(elapsed, view),
                 "remaining": "–" if left is None else view.word("web.job.at_most", time=duration(left, view))}
        for name, text in texts.items():
            self.figures[name].set_text(text)
        self.show_bar(known)
        if len(known) != self.drawn:
            self.drawn = len(known)
            self.chart.update_figure(search_figure(known, view.lang))
        self.stop.set_enabled(job.waiting and not job.stopping)
        for button in (self.stop, self.kill):
            button.set_visibility(job.waiting)
        self.speak(state, phase, texts)
        if not job.waiting and self.shown != job.state:
            self.shown = job.state
            self.timer.deactivate()
            self.show_ending()

    def show_bar(self, known: list[dict]) -> None:
        gaps = [event["gap"] for event in known if event["gap"] is not None]
        goal = self.job.asked["gap"]
        done = closed(gaps[-1], first_gap(gaps[0], goal), goal) if gaps else None
        self.bar.set_visibility(self.job.state == "running")
        if done is None:
            self.bar.props(remove="value")
        else:
            self.bar.props(f"value={done:.3f}")

    def speak(self, state: str, phase: str, texts: dict[str, str]) -> None:
        """One sentence for a screen reader when the state changes, and now and then while it runs."""
        now = time.monotonic()
        if state != self.said or now - self.spoken >= SPOKEN:
            self.said, self.spoken = state, now
            told = " · ".join(part for part in (state, phase) if part)
            self.voice.set_text(self.view.word("web.job.spoken", state=told, gap=texts["gap"],
                                               elapsed=texts["elapsed"]))

    def show_ending(self) -> None:
        """What came of it, and where to go on."""
        job, view = self.job, self.view
        asked = job.asked
        back = view.link(f"/edit/{asked['instance']}", scenario=asked["scenario"], set=asked["overrides"])
        self.ending.classes("card")
        with self.ending:
            ui.html(f"<h2>{view.escaped(view.word(f'web.ended.{job.state}'))}</h2>", sanitize=False)
            text = job.result.get("text", {}).get(view.lang, "")
            if text:
                ui.label(text).classes("prose").props('role="alert"')
            if job.result.get("stop") in ("interrupted", "time_limit"):
                ui.label(view.word(f"web.job.{job.result['stop']}")).classes("prose")
            with ui.element("div").classes("line buttons"):
                if plan := job.result.get("plan"):
                    view.button_link(view.word("web.job.plan"), f"/plan/{plan}", main=True)
                if job.state == "infeasible":
                    ui.button(view.word("web.job.explain"), on_click=lambda: ui.navigate.to(view.link(
                        f"/explain/{explain_job(job, view.lang).id}"))).props("unelevated no-caps").mark("explain")
                ui.link(view.word("web.job.again"), back).classes("button")
            place = here().workspace.plan(job.result.get("plan", ""))
            if place is not None:
                links(view, place.id)
                view.passport(place.passport)


def searched(last: dict, elapsed: float) -> float:
    """Seconds since the search began, which is what the time limit counts; elapsed: since the process began."""
    return elapsed - (last["clock"] - last["time"]) if last["time"] is not None else elapsed


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}"


def duration(seconds: float | None, view: View) -> str:
    """'1 min 05 s'."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return view.word("web.seconds", seconds=f"{seconds:.0f}")
    return view.word("web.minutes", minutes=f"{seconds // 60:.0f}", seconds=f"{seconds % 60:02.0f}")
