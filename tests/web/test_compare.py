"""Two plans side by side in a real browser: the figures are those of `planner.compare`."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import planner
from planner.report.words import Names, word
from tests.browser import browser, complaints
from tests.web.explored import (
    BASE,
    OTHER,
    box,
    cells,
    choose,
    figure,
    opened,
    quiet,
    server,
    until,
    workspace,
)

pytestmark = pytest.mark.browser
ADDRESS = f"/compare?a={BASE}&b={OTHER.replace('+', '%2B').replace('=', '%3D')}"


@pytest.fixture(scope="module")
def driver():
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def found():
    outputs = workspace() / "outputs" / "tiny"
    return planner.compare(outputs / "base", outputs / "base+basic_research.floor=0.30")


def test_the_difference_shown_is_that_of_compare(driver, found):
    opened(driver, f"{ADDRESS}&lang=en")
    quiet(driver)
    choose(driver, "By", "Region")
    until(driver, lambda d: cells(d, ".money")[0][0] == "Region")
    names, head = Names(found.plans[0].instance, "en"), cells(driver, ".money")[0]
    shown = {row[0]: [figure(text) for text in row[1:4]] for row in cells(driver, ".money")[1:]}
    assert "B − A" in head[3] and len(shown) == 2
    for row in found.moved("region").itertuples():
        assert shown[names.name("region", row.region)] == pytest.approx(
            [row.reference, row.amount, row.difference], abs=0.0051)
    choose(driver, "and by", "Stage")
    until(driver, lambda d: len(cells(d, ".money")) == 1 + len(found.moved("region", "stage")))
    choose(driver, "and by", "Instrument")
    until(driver, lambda d: len(cells(d, ".money")) == 1 + len(found.moved("region", "instrument")))
    assert complaints(driver) == []


def test_rules_that_changed_and_goals_are_there_in_chinese_on_a_small_screen(driver, found):
    opened(driver, f"{ADDRESS}&lang=zh", 420)
    quiet(driver)
    text = driver.find_element(By.CSS_SELECTOR, "main").text
    assert word("compare.rules", "zh") in text and word("compare.fairness", "zh") in text
    assert "basic_research.floor" in text  # what differs in the inputs
    assert any(word(f"compare.change.{change}", "zh") in text for change in ("starts_binding", "stops_binding"))
    drawn = driver.execute_script("return [...document.querySelectorAll('.money .main-svg .point')].length")
    assert drawn >= 2 * 2


def test_the_keyboard_alone_turns_the_plans_round(driver):
    opened(driver, f"{ADDRESS}&lang=en")
    keys = ActionChains(driver)
    for _ in range(40):
        keys.send_keys(Keys.TAB).perform()
        if driver.switch_to.active_element.text == word("explore.compare.swap", "en"):
            break
    assert driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle") != "none"
    keys.send_keys(Keys.ENTER).perform()
    until(driver, lambda d: f"b={BASE}" in d.current_url.replace("%7E", "~"))
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".money table"))
    assert box(driver, "Plan B").get_attribute("value") == "tiny / base"


def test_a_plan_that_is_not_there_is_told(driver):
    complaints(driver)
    driver.get(f"{server()}/compare?a={BASE}&b=..~..&lang=en")
    alert = until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "[role=alert]"))[0]
    assert "..~.." in alert.text and complaints(driver) == []
