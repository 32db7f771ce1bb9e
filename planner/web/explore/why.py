"""Asking why a cell, a mission, a bid or a platform is not in a plan, or not with more: a job of its own."""

from __future__ import annotations

from nicegui import ui

from planner.plan import Plan
from planner.report.figures.slices import DIMS, members
from planner.report.words import Names, heading
from planner.web.asking import ask_why, questions
from planner.web.frame import View

TABLES = {"mission": ("missions", "mission"), "bid": ("bids", "bid"), "platform": ("platform_types", "platform")}
"""Kind of question -> the instance's table that lists what can be asked for, and its column."""


def kinds(plan: Plan) -> dict[str, list]:
    """Kind of question -> what can be asked for; cells by their dimensions."""
    found = {} if plan.allocations.empty else {"cells": []}
    for kind, (table, column) in TABLES.items():
        frame = plan.instance.table(table)
        if len(frame) and f"{'platforms' if kind == 'platform' else 'missions'}" in plan.tables:
            found[kind] = list(frame[column])
    return found


def chosen(plan: Plan, kind: str) -> set:
    """Bids, missions or platforms that the plan has."""
    frame = plan.table("platforms" if kind == "platform" else "missions")
    if kind == "platform":
        return set(frame.loc[frame["open"] > 0.5, "platform"]) if "open" in frame else set()
    won = set(frame.loc[frame["start"] > 0.5, "bid"]) if "start" in frame else set()
    bids = plan.instance.table("bids")
    return won if kind == "bid" else set(bids.loc[bids["bid"].isin(won), "mission"])


class WhyNot:
    """The question and a button; the answer has a page of its own, which lives on when this one is closed."""

    @staticmethod
    def able(plan: Plan) -> bool:
        return bool(kinds(plan))

    def __init__(self, view: View, plan: Plan, names: Names):
        self.view, self.plan, self.names = view, plan, names
        self.known = kinds(plan)
        self.selects: dict[str, ui.select] = {}
        options = {kind: view.word(f"explore.why.{kind}") for kind in self.known}
        with ui.element("div").classes("controls"):
            self.kind = ui.select(options, value=next(iter(options)), label=view.word("explore.why.what"),
                                  on_change=self.choose).props(
                                      "outlined dense options-dense behavior=menu").mark("why.kind")
        self.parts = ui.element("div").classes("controls filters")
        self.said = ui.label().classes("said").props('role="alert"')
        ui.button(view.word("explore.why.ask"), on_click=self.ask).props("unelevated no-caps").mark("why.ask")
        self.earlier()
        self.choose()

    def choose(self) -> None:
        """Shows what can be chosen for the kind of question."""
        self.parts.clear()
        self.selects, kind = {}, self.kind.value
        with self.parts:
            if kind == "cells":
                for dim in DIMS:
                    keys = members(self.plan, dim)
                    if keys:
                        self._add(dim, {key: self.names.name(dim, key) for key in keys})
                return
            there, column = chosen(self.plan, kind), TABLES[kind][1]
            order = sorted(self.known[kind], key=lambda key: key in there)
            self._add(column, {key: self.names.name(column, key) if key in there else self.view.word(
                "explore.why.absent", name=self.names.name(column, key)) for key in order})
            if kind == "platform":
                regions = self.plan.instance.table("regions")["region"]
                self._add("region", {key: self.names.name("region", key) for key in regions})

    def _add(self, dim: str, options: dict) -> None:
        self.selects[dim] = ui.select(options, value=None, clearable=True, label=heading(dim, self.view.lang)).props(
            "outlined dense options-dense stack-label behavior=menu").mark(f"why.{dim}")

    async def ask(self) -> None:
        """Starts the job and goes to its page."""
        words = [f"{dim}={select.value}" for dim, select in self.selects.items() if select.value not in (None, "")]
        if not words:
            self.said.set_text(self.view.word("explore.why.nothing"))
            return
        job = ask_why(self.view.path["id"], self.plan, words, self.view.lang)
        ui.navigate.to(self.view.link(f"/explain/{job.id}"))

    def earlier(self) -> None:
        """Links to the answers of earlier questions about this plan."""
        asked = questions(self.view.path["id"])
        if not asked:
            return
        ui.label(self.view.word("explore.why.earlier")).classes("earlier")
        with ui.element("ul").classes("earlier"):
            for job in asked:
                with ui.element("li"):
                    ui.link(", ".join(part.partition("=")[2] for part in job.asked["what"]),
                            self.view.link(f"/explain/{job.id}"))
