"""An infeasible scenario explained, repaired with one click and solved; and why something was not funded."""

import time

import pytest
from selenium.webdriver.common.by import By

from planner.explain import explain, why
from planner.jobs.plans import load_plan
from planner.jobs.workspace import Workspace
from planner.report.clauses import Clauses
from planner.report.html.explained import explanation, why_not
from planner.report.words import LANGUAGES, word
from tests.browser import browser, complaints, resize
from tests.helpers import tiny
from tests.web.explored import BASE, choose, opened, quiet, server, until, workspace

ENDED = ".found[data-whole=yes]"


def button(driver, text: str):
    """The button with a text, if it is there and can be clicked."""
    return next((one for one in driver.find_elements(By.CSS_SELECTOR, "button, a.button")
                 if one.text == text and one.is_enabled()), None)


def press(driver, text: str) -> None:
    """Clicks on the button with a text as soon as it can be; a page that is drawn anew meanwhile is looked at again."""
    def pressed(d):
        found = button(d, text)
        if found is not None:
            found.click()
        return found is not None
    until(driver, pressed)


@pytest.fixture(scope="module")
def driver():
    with browser() as made:
        yield made


@pytest.mark.browser
def test_infeasible_explained_repaired_with_one_click_and_solved(driver):
    complaints(driver)
    resize(driver, 1280)
    driver.get(f"{server()}/edit/lean?set=basic_research.floor%3D0.95&lang=en")
    press(driver, word("web.solve", "en"))
    press(driver, word("web.job.explain", "en"))
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ENDED))
    quiet(driver)
    text = driver.find_element(By.TAG_NAME, "main").text
    assert word("explain.infeasible", "en") in text and "basic_research.floor[2026]" in text
    address = driver.current_url
    driver.get(address.replace("lang=en", "lang=zh"))
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ENDED))
    assert word("explain.infeasible", "zh") in driver.find_element(By.TAG_NAME, "main").text
    driver.get(address)
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, f"{ENDED} a.act"))
    driver.find_element(By.CSS_SELECTOR, f"{ENDED} a.act").click()
    until(driver, lambda d: "/edit/lean" in d.current_url and "basic_research.floor" in d.current_url)
    assert "0.95" not in driver.current_url
    press(driver, word("web.solve", "en"))
    link = until(driver, lambda d: button(d, word("web.job.plan", "en"))).get_attribute("href")
    assert "/plan/lean~" in link and complaints(driver) == []
    plans = [id for id in Workspace(workspace()).plans() if id.startswith("lean~")]
    assert len(plans) == 1 and "0.95" not in plans[0]


@pytest.mark.browser
def test_why_is_asked_from_the_page_of_a_plan(driver):
    opened(driver, f"/plan/{BASE}?lang=zh")
    press(driver, word("explore.why.ask", "zh"))
    until(driver, lambda d: word("explore.why.nothing", "zh") in d.find_element(By.CSS_SELECTOR, ".said").text)
    choose(driver, word("explore.why.what", "zh"), word("explore.why.bid", "zh"))
    until(driver, lambda d: len(d.find_elements(By.CSS_SELECTOR, "section#why")) == 1)
    time.sleep(0.5)
    choose(driver, "揭榜方案", "内陆方案")
    press(driver, word("explore.why.ask", "zh"))
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ENDED) and "/explain/" in d.current_url)
    text = driver.find_element(By.TAG_NAME, "main").text
    assert word("why.most", "zh") in text and "内陆方案" in text
    quiet(driver)
    opened(driver, f"/plan/{BASE}?lang=zh")
    assert word("explore.why.earlier", "zh") in driver.find_element(By.TAG_NAME, "main").text


@pytest.mark.browser
def test_a_question_that_is_not_known_is_told(driver):
    complaints(driver)
    driver.get(f"{server()}/explain/none?lang=en")
    assert "none" in until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "[role=alert]"))[0].text


def test_what_is_found_is_told_while_the_rest_is_looked_for():
    told, instance = [], tiny("basic_research", basic_research__floor=0.95)
    found = explain(instance, found=lambda so_far: told.append(so_far.plain()))
    assert [len(one["conflicts"][0]["repairs"]) for one in told] == [0, len(found.conflicts[0].repairs)]
    assert told[0]["status"] == "infeasible" and told[0]["words"] == [] and told[-1]["words"] == found.words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_text_of_an_explanation(lang):
    instance = tiny("basic_research", basic_research__floor=0.95)
    text = explanation(explain(instance).plain(), Clauses(instance, lang), lambda words: ("!", "/x?" + words[0]))
    assert text.count('href="/x?basic_research.floor=') == 2  # all repairs together, and the one of this conflict
    assert word("explain.infeasible", lang) in text and word("explain.checked.holds", lang) in text


def test_the_text_of_why_not_has_what_it_costs_and_displaces():
    plan = load_plan(workspace() / "outputs" / "tiny" / "base")
    told = []
    made = why(plan, ["region=inland", "year=2026"], gap=0.01, budgets=False,
               found=lambda so_far: told.append(so_far.cost))
    text = why_not(made.plain(), plan, Clauses(plan.instance, "en"))
    assert told[0] is None and told[-1] == made.cost
    for key in ("why.goals", "why.price"):
        assert word(key, "en") in text
    assert made.blocked is not None or made.cost is not None
