"""The frame around every page: header with navigation and languages, title, footer with the passport.

A page is a function of a `View`:

    @page("/plan/{id}", "web.title.plan")
    async def plan_page(view: View) -> None:
        plan = await view.plan(view.path["id"])      # None: the page has said why
        if plan is not None:
            ui.label(view.word("web.plan.headline"))
            view.passport(plan.passport)

Pages are built anew for every tab and every load; what must outlive them is on disk or in the job
manager. A page that is opened changes nothing: only buttons do.
"""

from __future__ import annotations

import asyncio
import copy
import html
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Self
from urllib.parse import quote, urlencode

from fastapi import Request
from nicegui import Client, ui
from nicegui.client import ClientConnectionTimeout

import planner
from planner.instance import InvalidInstance, listing
from planner.jobs.plans import Unreadable
from planner.plan import Plan
from planner.web.loading import instance_of, plan_of
from planner.web.state import here
from planner.words import LANGUAGES, word, worded

QUASAR = {"en": "en-US", "zh": "zh-CN"}
HTML = {"en": "en", "zh": "zh-CN"}
ARRIVAL = 60.0
"""Seconds within which a browser connects to a page that it has loaded."""

SLOWEST = 120.0
"""Seconds that a page may take to be built, reading a large plan included."""
PAGES = (("/", "web.nav.pick"), ("/compare", "web.nav.compare"))


@dataclass(frozen=True)
class View:
    """One load of one page: its language and what its address says.

    path   parts of the address such as {id}; query  what stands behind the question mark
    sets   changes ('key=value') that the address carries as `set=`, any number of them
    """

    lang: str
    path: dict[str, str]
    query: dict[str, str]
    sets: tuple[str, ...]
    address: str
    foot: ui.element
    languages: dict[str, ui.link]

    def word(self, key: str, /, **values) -> str:
        return word(key, self.lang, **values)

    def worded(self, text) -> str:
        """What was `say`d (or an exception's text) in the page's language."""
        return worded(text, self.lang)

    def escaped(self, text) -> str:
        """Text fit to stand in HTML or in a property."""
        return escape(self.worded(text))

    def button_link(self, text: str, path: str, *, main: bool = False, **query) -> ui.link:
        """A link to a page of this app that looks like a button."""
        return ui.link(text, self.link(path, **query)).classes("button main" if main else "button")

    def link(self, path: str, /, **query) -> str:
        """An address of this app that keeps the language; `path` may hold names, which are quoted."""
        return address(path, self.lang, **query)

    def refuse(self, text, *, title: str | None = None) -> None:
        """Says why the page cannot be shown, with the way back."""
        with ui.element("div").classes("card refusal").props('role="alert"'):
            if title:
                ui.html(f"<h2>{escape(title)}</h2>", sanitize=False)
            ui.label(self.worded(text)).classes("prose")
            ui.link(self.word("web.back"), self.link("/"))

    async def plan(self, id: str) -> Plan | None:
        """A plan by its id, read off the event loop and kept; None after the page has said why not."""
        place = here().workspace.plan(id)
        if place is None:
            self.refuse(self.word("web.no_plan", id=id))
            return None
        try:
            return await asyncio.to_thread(plan_of, place)
        except InvalidInstance as error:
            self.refuse(listing(error.problems, self.lang))
        except Unreadable as error:
            self.refuse(error)
        return None

    async def instance(self, name: str, scenario: str | None = None, overrides=()):
        """An instance by its name, with a scenario and changes; None after the page has said why not."""
        path = here().workspace.instance_paths().get(name)
        if path is None:
            self.refuse(self.word("web.no_instance", name=name))
            return None
        try:
            return await asyncio.to_thread(instance_of, path, scenario, tuple(overrides))
        except InvalidInstance as error:
            self.refuse(listing(error.problems, self.lang))
        return None

    def keep(self, path: str, /, **query) -> None:
        """Puts what the page holds into its address, without a new load; the language links follow."""
        ui.navigate.history.replace(address(path, self.lang, **query))
        for lang, link in self.languages.items():
            link.props["href"] = address(path, lang, **query)
            link.update()

    def passport(self, passport: dict) -> None:
        """Puts a plan's passport into the footer."""
        self.foot.clear()
        with self.foot:
            ui.label(passport_line(passport, self.lang))


def page(path: str, title: str) -> Callable:
    """Registers a page function under an address; `title` is a catalogue key."""
    def register(build: Callable) -> Callable:
        @ui.page(path, response_timeout=SLOWEST, reconnect_timeout=30.0)
        async def shown(client: Client, request: Request) -> None:
            lang = request.query_params.get("lang", "en")
            lang = lang if lang in LANGUAGES else "en"
            # The page object is shared by all loads of an address; its language is this load's own.
            client.page = copy.copy(client.page)
            client.page.language = QUASAR[lang]
            client.page.title = f"{word(title, lang)} · {word('web.app', lang)}"
            query = {key: value for key, value in request.query_params.items() if key != "lang"}
            sets = tuple(request.query_params.getlist("set"))
            if sets:
                query["set"] = sets
            with framed(lang, request.url.path, query, word(title, lang)) as frame:
                made = build(View(lang, dict(request.path_params), query, sets, request.url.path, frame.foot,
                                  frame.languages))
                if inspect.isawaitable(made):
                    await made
        shown.__name__ = build.__name__
        return build
    return register


async def arrived(client: Client | None = None) -> bool:
    """Waits until the page stands in its reader's browser; False when the reader has gone, or asked for its text alone."""
    client = client or ui.context.client
    try:
        await client.connected(timeout=ARRIVAL)
    except ClientConnectionTimeout:
        return False
    return not client.is_deleted


class framed:
    """Header, title and main part of a page; `foot` is the footer's left part."""

    def __init__(self, lang: str, path: str, query: dict[str, str], title: str):
        self.lang, self.path, self.query, self.title = lang, path, query, title

    def __enter__(self) -> Self:
        lang, self.languages = self.lang, {}
        ui.add_css(style())
        ui.colors(primary="#1f5fa8")
        ui.query("body").classes("planner")
        with ui.element("header").classes("bar"):
            ui.html(f'<a class="skip" href="#main">{escape(word("web.skip", lang))}</a>', sanitize=False)
            ui.link(word("web.app", lang), address("/", lang)).classes("brand")
            with ui.element("nav").props(f'aria-label="{escape(word("web.nav", lang))}"'):
                for path, key in PAGES:
                    link = ui.link(word(key, lang), address(path, lang))
                    if path == self.path:
                        link.props('aria-current="page"')
            with ui.element("nav").classes("languages").props(f'aria-label="{escape(word("web.languages", lang))}"'):
                for other in LANGUAGES:
                    link = ui.link(word(f"web.language.{other}", other), address(self.path, other, **self.query))
                    self.languages[other] = link
                    link.props(f'lang="{HTML[other]}" hreflang="{HTML[other]}"')
                    if other == lang:
                        link.props('aria-current="true"')
        self.main = ui.element("div").classes("content").props('id="main" tabindex="-1"')
        with ui.element("footer").classes("foot"):
            self.foot = ui.element("div").classes("passport")
            ui.label(word("web.local", lang, version=planner.__version__)).classes("local")
        self.main.__enter__()
        ui.html(f"<h1>{escape(self.title)}</h1>", sanitize=False)
        return self

    def __exit__(self, *error) -> None:
        self.main.__exit__(*error)


def address(path: str, lang: str, /, **query) -> str:
    """An address of this app: path quoted, query without empty values, the language last."""
    asked = {key: value for key, value in query.items() if value not in (None, "", [], ())} | {"lang": lang}
    return f"{quote(path, safe='/~')}?{urlencode(asked, doseq=True)}"


def passport_line(passport: dict, lang: str) -> str:
    """Instance, scenario, hash, version, solver and time of a plan in one line."""
    shown = {key: passport.get(key) for key in ("instance", "scenario", "code_version", "solver", "made")}
    return word("web.passport", lang, hash=str(passport.get("instance_hash", ""))[:12], **shown)


def escape(text: str) -> str:
    return html.escape(str(text), quote=True)


def style() -> str:
    """The app's own style sheet."""
    return (files("planner.web") / "style.css").read_text(encoding="utf-8")
