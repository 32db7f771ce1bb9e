"""The whole path on the flagship, in a real browser; the pages answer within a second while it is solved."""

import shutil
import statistics
import time

import pytest

from planner.cli import main
from tests.browser import browser, complaints, requested, resize
from tests.jobs.conftest import INSTANCES
from tests.jobs.waiting import until
from tests.web.test_pages import button, seen, text_of, type_into

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIMIT = 1200.0
"""Seconds until there must be a plan; alone on two cores it takes two minutes."""


def test_pick_edit_solve_explore_and_download(server):
    shutil.copytree(INSTANCES / "china-2022", server.folder / "instances" / "china-2022")
    with browser() as driver:
        resize(driver, 1280)
        driver.get(f"{server.address}/?lang=en")
        seen(driver, "china-2022")
        driver.get(f"{server.address}/edit/china-2022?lang=en&set=basic_research.floor%3D0.085")
        seen(driver, "All changes fit together.")
        type_into(driver, "Gap to stop at", "1")  # per cent
        button(driver, "Solve").click()
        until(lambda: "/job/" in driver.current_url, "the page of the job")
        took, end = [], time.monotonic() + LIMIT
        while "The plan is ready" not in text_of(driver):
            assert time.monotonic() < end, text_of(driver)
            start = time.perf_counter()
            assert server.ask("/edit/tiny?lang=zh")[0] == 200
            took.append(time.perf_counter() - start)
            time.sleep(3)
        assert statistics.median(took) < 1.0, took
        address = button(driver, "Open the plan").get_attribute("href")
        book = next(link.get_attribute("href") for link in driver.find_elements(
            "css selector", ".downloads a") if "xlsx" in link.get_attribute("href"))
        status, _, content = server.ask(book.removeprefix(server.address))
        assert status == 200
        driver.get(address)
        until(lambda: len(driver.find_elements("css selector", ".js-plotly-plot")) >= 8, "the charts", 60)
        assert "basic_research.floor=0.085" in text_of(driver)
        assert complaints(driver) == []
        asked = [url for url in requested(driver)
                 if not url.startswith(("data:", "blob:", "about:", server.address + "/"))]
        assert asked == []
    assert content[:4] == b"PK\x03\x04"
    folder, = (server.folder / "outputs" / "china-2022").glob("base+*")
    assert main(["verify", str(folder)]) == 0
