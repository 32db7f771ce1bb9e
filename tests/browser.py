"""A real browser for tests: headless Chromium with its log and its requests; skipped where there is none."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager

import pytest

WHY = "Chromium and chromedriver are not installed here: run `make browser`."


@contextmanager
def browser():
    """A driver of Debian's Chromium; ends with it."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip(WHY)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield made
    finally:
        made.quit()


def resize(driver, width: int, height: int = 900) -> None:
    """The page's width in CSS pixels, also below what a window may have."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})


def complaints(driver) -> list[str]:
    """What the console said since it was last asked, of any level."""
    return [entry["message"] for entry in driver.get_log("browser")]


def requested(driver) -> list[str]:
    """Addresses that the pages asked for since this was last asked."""
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [message["params"]["request"]["url"] for message in messages
            if message["method"] == "Network.requestWillBeSent"]
