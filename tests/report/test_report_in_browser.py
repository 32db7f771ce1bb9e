"""report.html as a reader sees it: opened from a file in Chromium, at two widths, in both languages."""

import json
from functools import lru_cache

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from planner.mechanisms import MECHANISMS
from planner.report.html import write
from planner.report.words import LANGUAGES
from planner.solving import solve
from tests.browser import browser, complaints, requested, resize
from tests.helpers import tiny
from tests.report.plans import by_hand, hostile

pytestmark = pytest.mark.browser
WIDTHS = (1280, 420)

DRAWN = """return [...document.querySelectorAll('.chart')].map(box => [box.dataset.key,
  box.querySelectorAll('.main-svg path[d], .main-svg rect.node-rect, .main-svg rect').length,
  [...box.querySelectorAll('.main-svg text')].filter(text => text.textContent.trim()).length])"""

CUT = """const out = [];
for (const box of document.querySelectorAll('.chart')) {
  const frame = box.getBoundingClientRect();
  for (const text of box.querySelectorAll('.main-svg text')) {
    const at = text.getBoundingClientRect();
    if (!text.textContent.trim() || getComputedStyle(text).display === 'none' || !at.width) continue;
    if (at.left < frame.left - 2 || at.right > frame.right + 2 || at.top < frame.top - 2 || at.bottom > frame.bottom + 2)
      out.push([box.dataset.key, text.textContent]);
  }
}
for (const part of document.querySelectorAll('h1, h2, h3, p, dt, dd, li, summary')) {
  if (!part.closest('.scroll, .sideways') && part.scrollWidth > part.clientWidth + 1 && part.clientWidth)
    out.push([part.tagName, part.textContent.slice(0, 60)]);
}
return out"""


@lru_cache
def everything():
    """Tiny with all mechanisms."""
    return solve(tiny(*(m.name for m in MECHANISMS)), gap=0.01)


@pytest.fixture(scope="module")
def driver():
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reports")


def opened(driver, path, width: int):
    complaints(driver), requested(driver)
    resize(driver, width)
    driver.get(path.as_uri())
    WebDriverWait(driver, 20).until(lambda d: d.execute_script("return document.documentElement.dataset.ready"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_drawn_whole_without_a_word_from_the_console(driver, folder, lang, width):
    opened(driver, write(everything(), folder / f"{lang}.html", lang), width)
    assert complaints(driver) == []
    assert [url for url in requested(driver) if not url.startswith("file:")] == []
    charts = {key: counts for key, *counts in driver.execute_script(DRAWN)}
    assert {"spend_map", "change_map", "flows", "zones", "industries", "rules", "talent"} <= set(charts)
    assert not [key for key, (shapes, words) in charts.items() if shapes == 0 or words == 0]
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    assert driver.execute_script(CUT) == []


def test_a_tile_for_every_region_and_every_bar_at_nought(driver, folder):
    opened(driver, write(everything(), folder / "en.html", "en"), 1280)
    tiles = driver.execute_script(
        "return document.querySelectorAll('[data-key=spend_map] .main-svg .point path').length")
    assert tiles == len(everything().instance.table("regions"))
    assert driver.execute_script("""return ['zones', 'stages', 'instruments', 'talent'].every(key =>
        document.querySelector(`[data-key=${key}]`).layout.yaxis.range[0] === 0)""")


def test_the_pointer_is_told_the_figure_with_its_unit(driver, folder):
    from selenium.webdriver.common.action_chains import ActionChains
    opened(driver, write(everything(), folder / "en.html", "en"), 1280)
    box = driver.find_element(By.CSS_SELECTOR, "[data-key=spend_map]")
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", box)
    tile = box.find_element(By.CSS_SELECTOR, ".point path")
    ActionChains(driver).move_to_element(tile).perform()
    told = WebDriverWait(driver, 5).until(lambda d: box.find_element(By.CSS_SELECTOR, ".hoverlayer text").text)
    assert "million" in told and ("Coast" in told or "Inland" in told)


def test_narrow_after_wide_is_drawn_anew(driver, folder):
    opened(driver, write(everything(), folder / "en.html", "en"), 1280)
    resize(driver, 420)
    WebDriverWait(driver, 10).until(lambda d: d.execute_script(
        "return [...document.querySelectorAll('.chart')].every(box => +box.dataset.drawn === box.clientWidth)"))
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 420
    assert driver.execute_script(CUT) == []


def test_the_keyboard_reaches_the_report_and_opens_its_tables(driver, folder):
    opened(driver, write(everything(), folder / "en.html", "en"), 1280)
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    focused = driver.switch_to.active_element
    assert focused.get_attribute("class") == "skip" and focused.rect["x"] >= 0
    focused.send_keys(Keys.ENTER)
    assert driver.switch_to.active_element.get_attribute("id") == "report"
    for _ in range(60):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        if driver.switch_to.active_element.tag_name == "summary":
            break
    summary = driver.switch_to.active_element
    assert driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", summary) != "none"
    summary.send_keys(Keys.ENTER)
    assert summary.find_element(By.XPATH, "..").find_element(By.TAG_NAME, "table").is_displayed()


def test_it_prints_on_landscape_pages(driver, folder):
    import base64
    import re
    opened(driver, write(everything(), folder / "en.html", "en"), 1280)
    made = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", base64.b64decode(made["data"]))
    assert len(boxes) > 5 and {(round(float(w)), round(float(h))) for w, h in boxes} == {(842, 595)}


def test_names_that_are_code_stay_names(driver, folder):
    opened(driver, write(hostile(), folder / "hostile.html", "en"), 1280)
    assert complaints(driver) == []
    assert driver.execute_script("return [window.broken, document.querySelectorAll('img, iframe').length]") == [None, 0]
    assert json.loads(driver.execute_script("return document.getElementById('figures').textContent"))["total"] > 0
    assert "<script>" in driver.find_element(By.TAG_NAME, "h1").text


def test_a_plan_made_by_hand_is_drawn_too(driver, folder):
    opened(driver, write(by_hand(), folder / "hand.html", "zh"), 420)
    assert complaints(driver) == [] and driver.execute_script(CUT) == []
