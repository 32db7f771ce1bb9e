"""A workspace with solved plans and a server on it, made once for the tests of pages that explain plans."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import lru_cache
from pathlib import Path

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from planner.instance.writing import write_folder
from planner.jobs.making import make
from tests.browser import complaints, requested, resize
from tests.helpers import ROOT, tiny
from tests.report.plans import hostile

BASE, OTHER = "tiny~base", "tiny~base+basic_research.floor=0.30"

WHOLE = """return !!document.querySelector('[data-whole=yes]') &&
  [...document.querySelectorAll('.chart')].every(box => box.dataset.drawn || !box.clientWidth)"""

CUT = """return [...document.querySelectorAll('h1, h2, h3, p, dt, dd, li, summary, label')].filter(part =>
  !part.closest('.scroll, .sideways') && part.clientWidth && part.scrollWidth > part.clientWidth + 1)
  .map(part => [part.tagName, part.textContent.slice(0, 60)])"""


@lru_cache
def workspace() -> Path:
    """instances tiny and lean (one mechanism), two plans of tiny, and one whose names are code."""
    root = Path(tempfile.mkdtemp(prefix="planner-explored-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    shutil.copytree(ROOT / "instances" / "tiny", root / "instances" / "tiny")
    write_folder(tiny("basic_research"), root / "instances" / "lean")
    for floor in ((), ("basic_research.floor=0.30",)):
        make(root / "instances" / "tiny", root / "outputs", overrides=floor, gap=0.01,
             progress=lambda event: None, stop=lambda: False)
    plan, place = hostile(), root / "outputs" / "tiny" / "hostile"
    place.mkdir()
    write_folder(plan.instance, place / "instance")
    plan.save(place)
    return root


@lru_cache
def server() -> str:
    """The address of `planner serve` on the workspace; it ends with this process."""
    pytest.importorskip("nicegui", reason="the extra `web` is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = workspace()
    log = (folder / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "planner", "serve", "--no-browser", "--port", str(port), "--folder", str(folder)],
        stdout=log, stderr=log, env=plain_environment())
    atexit.register(end, process)
    address, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=10).read()
            return address
        except OSError:
            assert process.poll() is None, (folder / "serve.log").read_text()
            time.sleep(0.2)
    raise AssertionError("planner serve does not answer")


def plain_environment() -> dict[str, str]:
    """This process's own, without what tells the framework that it runs in a test."""
    return {key: text for key, text in os.environ.items() if not key.startswith("PYTEST")} | {"PYTHONPATH": str(ROOT)}


def end(process: subprocess.Popen) -> None:
    process.terminate()
    process.wait(20)


def told() -> str:
    """What the server said: nothing beside its address, when all is well."""
    return (workspace() / "serve.log").read_text()


def until(driver, found, seconds: float = 180):
    return WebDriverWait(driver, seconds, poll_frequency=0.1,
                         ignored_exceptions=[StaleElementReferenceException]).until(found)


def opened(driver, path: str, width: int = 1280) -> None:
    """Opens a page and waits until all of it stands there and every chart is drawn."""
    complaints(driver), requested(driver)
    resize(driver, width)
    driver.get(server() + path)
    until(driver, lambda d: d.execute_script(WHOLE))


def quiet(driver) -> None:
    """Nothing in the console, nothing asked for outside this machine, nothing wider than the page or cut off."""
    assert complaints(driver) == []
    assert [url for url in requested(driver) if not url.startswith((server(), "data:", "blob:"))] == []
    width = driver.execute_script("return document.documentElement.clientWidth")
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    assert driver.execute_script(CUT) == []


def box(driver, label: str, place: str = ""):
    """The list with a label, in a part of the page (a CSS selector)."""
    return driver.find_element(By.CSS_SELECTOR, f"{place} input[role=combobox][aria-label='{label}']")


def choose(driver, label: str, option: str, place: str = "") -> None:
    """Opens a list with the keyboard and clicks on one of its options."""
    found = box(driver, label, place)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found)
    found.send_keys(Keys.SPACE)
    until(driver, lambda d: [one for one in d.find_elements(By.CSS_SELECTOR, ".q-menu .q-item") if one.text == option],
          10)[0].click()
    found.send_keys(Keys.ESCAPE)


def cells(driver, place: str) -> list[list[str]]:
    """The texts of the first table in a part of the page, shown or not, headings first."""
    return driver.execute_script("""const table = document.querySelector(arguments[0]).querySelector('table');
      return table ? [...table.rows].map(row => [...row.cells].map(cell => cell.textContent)) : []""", place)


def figure(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").removesuffix("\u00a0%"))
