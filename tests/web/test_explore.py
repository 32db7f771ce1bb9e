"""The page of a plan in a real browser: every section, its filters, the keyboard, both languages and widths."""

import time

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from planner.jobs.plans import load_plan
from planner.report.figures import FIGURES, charts
from planner.report.html.sections import ORDER
from planner.report.words import Names, word
from tests.browser import browser, complaints
from tests.web.explored import BASE, box, cells, choose, figure, opened, quiet, told, until, workspace

pytestmark = pytest.mark.browser
SECTIONS = {*ORDER, "cells", "rows", "why"}


@pytest.fixture(scope="module")
def driver():
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def plan():
    return load_plan(workspace() / "outputs" / "tiny" / "base")


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 420)])
def test_every_section_is_there_the_answer_first(driver, plan, lang, width):
    opened(driver, f"/plan/{BASE}?lang={lang}", width)
    quiet(driver)
    story = driver.find_element(By.ID, "report")
    assert {part.get_attribute("id") for part in story.find_elements(By.TAG_NAME, "section")} >= SECTIONS
    first = story.find_element(By.TAG_NAME, "header").text
    for text in (word("report.illustrative", lang), f"{plan.objective:,.4f}", "2025–2026", word("cover.gap", lang)):
        assert text in first
    drawn = driver.execute_script("""return [...document.querySelectorAll('.chart')].filter(box =>
      box.querySelector('.main-svg')).map(box => box.dataset.key)""")
    assert set(drawn) == {*charts(plan, Names(plan.instance, lang)), "slice"} and len(drawn) > 12
    assert set(drawn) - {"slice"} <= set(FIGURES)
    assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang").startswith(lang)
    links = driver.find_elements(By.CSS_SELECTOR, "nav[aria-label] ol a")
    assert {link.get_attribute("href").partition("#")[2] for link in links} == SECTIONS
    assert told().count("\n") == 1, told()  # the address, and nothing that went wrong


def total(driver) -> float:
    """The last figure of the last line under the chart of cells."""
    return figure(cells(driver, ".cells")[-1][-1])


def test_a_filter_changes_chart_and_table(driver, plan):
    opened(driver, f"/plan/{BASE}?lang=en")
    spend = plan.allocations
    assert total(driver) == pytest.approx(spend["spend"].sum(), abs=0.006)
    before = driver.execute_script("return document.querySelector('.cells .main-svg').outerHTML")
    choose(driver, "Region", "Coast", ".filters")
    coast = spend[spend["region"] == "coast"]
    until(driver, lambda d: total(d) == pytest.approx(coast["spend"].sum(), abs=0.006))
    assert driver.execute_script("return document.querySelector('.cells .main-svg').outerHTML") != before
    assert [row[0] for row in cells(driver, ".cells")[1:]] == ["Coast", "Total"]
    assert "region: Coast" in driver.find_element(By.CSS_SELECTOR, ".cells").text
    choose(driver, "Rows", "Industry")
    choose(driver, "Measure", "growth over the base year")
    growth = coast["spend"].sum() / coast["baseline"].sum() - 1
    until(driver, lambda d: total(d) == pytest.approx(100 * growth, abs=0.006))
    assert {row[0] for row in cells(driver, ".cells")[1:]} == {"Chips", "Food", "Total"}
    assert complaints(driver) == []


def test_rules_are_filtered_and_stand_worst_first(driver, plan):
    opened(driver, f"/plan/{BASE}?lang=en")
    found = cells(driver, ".rows")
    slack = found[0].index("Slack")
    assert len(found) == 51 and "binding" in found[1][0] and "Core" not in found[1][1]
    choose(driver, "Status", "✓ kept")
    until(driver, lambda d: all("kept" in row[0] for row in cells(d, ".rows")[1:]))
    rooms = [figure(row[slack]) for row in cells(driver, ".rows")[1:]]
    assert len(rooms) == 50 and min(rooms) >= 0
    choose(driver, "Mechanism", "Talent")
    until(driver, lambda d: {row[1] for row in cells(d, ".rows")[1:]} == {"Talent"})
    own = plan.compliance[(plan.compliance["mechanism"] == "talent") & (plan.compliance["status"] == "kept")]
    assert 0 < len(cells(driver, ".rows")) - 1 <= len(own)


def test_the_keyboard_alone_cuts_the_money(driver):
    opened(driver, f"/plan/{BASE}?lang=en")
    keys = ActionChains(driver)
    for _ in range(120):
        keys.send_keys(Keys.TAB).perform()
        if driver.switch_to.active_element == box(driver, "Rows"):
            break
    field = driver.find_element(By.XPATH, "//label[.//input[@aria-label='Rows']]")
    assert "q-field--focused" in field.get_attribute("class")
    before = cells(driver, ".cells")
    keys.send_keys(Keys.SPACE).perform()
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".q-menu .q-item"), 10)
    time.sleep(0.4)  # the list unfolds
    keys.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER).perform()
    until(driver, lambda d: cells(d, ".cells")[1:] not in ([], before[1:]))
    assert cells(driver, ".cells")[0][0].startswith(("Zone", "Industry"))
    assert complaints(driver) == []


def test_names_that_are_code_stay_names(driver):
    opened(driver, "/plan/tiny~hostile?lang=en")
    assert complaints(driver) == []
    assert driver.execute_script("return window.broken") is None
    assert driver.execute_script("return document.querySelectorAll('main img, main iframe').length") == 0
    assert "<script>" in driver.find_element(By.CSS_SELECTOR, "#report h1").text
