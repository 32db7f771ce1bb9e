"""The pages up to a solved plan, in a real browser: nothing in the console, nothing asked from outside."""

import io
import statistics
import time
import zipfile
from contextlib import contextmanager

import pytest

import planner
from planner.report.form import write_form
from tests.browser import browser, complaints, requested, resize
from tests.jobs.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def driver(server):
    with browser() as made:
        resize(made, 1280)
        yield made
        asked = [url for url in requested(made) if not url.startswith(("data:", "blob:", "about:", server.address + "/"))]
        assert asked == []


@pytest.fixture(autouse=True)
def quiet(driver):
    """No test leaves a word in the console."""
    yield
    assert complaints(driver) == []


def all_of(driver, css: str):
    from selenium.webdriver.common.by import By
    return driver.find_elements(By.CSS_SELECTOR, css)


def text_of(driver) -> str:
    """What the page says, read at once: its parts may be replaced while one looks."""
    return driver.execute_script("return document.querySelector('.content')?.innerText || ''")


def seen(driver, text: str) -> None:
    until(lambda: text in text_of(driver), f"{text!r} on {driver.current_url}")


def button(driver, text: str):
    return until(lambda: next((found for found in all_of(driver, "button, a.button")
                               if found.text.strip() == text and found.is_enabled()), None), f"the button {text!r}")


def type_into(driver, label: str, text: str) -> None:
    from selenium.webdriver.common.keys import Keys
    box = until(lambda: all_of(driver, f'input[aria-label="{label}"]'), f"the box {label!r}")[0]
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(text)


def figure(driver, name: str) -> str:
    return driver.execute_script(f"return document.querySelector('.figure.{name}')?.innerText || '–'")


@contextmanager
def another_tab(driver, address: str):
    """A second tab at an address; the first one is back at the end."""
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    resize(driver, 1280)
    driver.get(address)
    try:
        yield
    finally:
        driver.close()
        driver.switch_to.window(first)


def test_pick_edit_solve_and_download(server, driver):
    driver.get(server.address + "/?lang=en")
    seen(driver, "Tiny: two regions")
    next(found for found in all_of(driver, 'a[href^="/edit/tiny"]')).click()
    seen(driver, "Nothing is changed.")
    label = "2025, Central budget of the year"
    type_into(driver, label, "-3")
    seen(driver, "1 problem")
    until(lambda: not all_of(driver, ".solve")[0].is_enabled(), "the button to be closed")
    type_into(driver, label, "66")
    seen(driver, "All changes fit together.")
    until(lambda: "set=budget%5B2025%5D.central%3D66" in driver.current_url, "the change in the address")
    driver.refresh()
    seen(driver, "budget[2025].central 60 → 66")
    button(driver, "Solve").click()
    seen(driver, "The plan is ready")
    assert "budget[2025].central=66" in text_of(driver) and figure(driver, "gap").endswith("%")
    assert "/plan/tiny~base" in button(driver, "Open the plan").get_attribute("href")
    assert "scenario base · input" in all_of(driver, ".passport")[0].text
    links = [found.get_attribute("href").removeprefix(server.address) for found in all_of(driver, ".downloads a")]
    answers = [server.ask(link) for link in links]
    assert [answer[0] for answer in answers] == [200] * 4
    assert [answer[2][:4] for answer in answers] == [b"PK\x03\x04", b"<!DO", b"PK\x03\x04", b"\n[se"]
    assert b'"budget[2025].central" = 66' in answers[3][2]
    assert "tables/allocations.csv" in zipfile.ZipFile(io.BytesIO(answers[2][2])).namelist()


def test_two_sessions_do_not_mix_and_outlive_a_reload(server, driver):
    addresses = {}
    for discount in ("0.02", "0.07"):
        driver.get(f"{server.address}/edit/long?lang=en&set=core.discount%3D{discount}")
        seen(driver, "All changes fit together.")
        type_into(driver, "Gap to stop at", "0")
        button(driver, "Solve").click()
        until(lambda: "/job/" in driver.current_url, "the page of the job")
        addresses[discount] = driver.current_url
    with another_tab(driver, addresses["0.02"]):
        until(lambda: figure(driver, "incumbent") != "–", "a first plan")
        first = figure(driver, "elapsed")
        driver.refresh()
        until(lambda: figure(driver, "incumbent") != "–", "the plan after the reload")
        assert "core.discount=0.02" in text_of(driver) and "0.07" not in text_of(driver)
        assert first != "–" and all_of(driver, ".js-plotly-plot .scatterlayer .trace")
        until(lambda: all_of(driver, '[role=status][aria-live=polite]')[0].get_attribute("textContent"), "a sentence")
        took = []
        for _ in range(9):
            start = time.perf_counter()
            assert server.ask("/?lang=zh")[0] == 200
            took.append(time.perf_counter() - start)
        assert statistics.median(took) < 1.0, took
        button(driver, "Stop and keep the best plan").click()
        seen(driver, "It was stopped; this is the best plan found until then.")
    assert "core.discount=0.07" in text_of(driver) and "0.02" not in text_of(driver)
    button(driver, "End without a plan").click()
    seen(driver, "It was ended without a plan")


def test_a_broken_workbook_is_told_by_cell_and_a_sound_one_is_kept(server, driver, tmp_path):
    from openpyxl import load_workbook
    book = write_form(planner.load(server.folder / "instances" / "tiny"), tmp_path / "form.xlsx")
    opened = load_workbook(book)
    opened["budget"]["B3"] = "much"
    opened.save(tmp_path / "broken.xlsx")
    driver.get(server.address + "/?lang=zh")
    seen(driver, "上传工作簿")
    all_of(driver, "input[type=file]")[0].send_keys(str(tmp_path / "broken.xlsx"))
    seen(driver, "单元格 B3")
    all_of(driver, "input[type=file]")[0].send_keys(str(book))
    seen(driver, "无误")
    type_into(driver, "新算例名称", "../mine")
    button(driver, "保存为算例").click()
    seen(driver, "不能用作算例名称")
    type_into(driver, "新算例名称", "mine")
    button(driver, "保存为算例").click()
    until(lambda: "/edit/mine" in driver.current_url, "the new instance")
    assert (server.folder / "instances" / "mine" / "budget.csv").is_file()


def test_a_scenario_is_saved_and_replaced_only_when_asked(server, driver):
    file = server.folder / "instances" / "split" / "scenarios" / "later.toml"
    for value in ("0.05", "0.06"):
        driver.get(f"{server.address}/edit/split?lang=en&set=core.discount%3D{value}")
        seen(driver, "All changes fit together.")
        button(driver, "Save as a new scenario").click()
        type_into(driver, "Name (letters, figures, - and _)", "later")
        button(driver, "Save").click()
        if value == "0.06":
            replace = button(driver, "Replace it")
            assert "0.05" in file.read_text()
            replace.click()
        until(lambda: "scenario=later" in driver.current_url, "the new scenario")
    assert '"core.discount" = 0.06' in file.read_text()


def test_an_impossible_wish_leads_to_its_explanation(server, driver):
    driver.get(server.address + "/edit/tiny?lang=zh&set=basic_research.floor%3D0.95")
    button(driver, "求解").click()
    seen(driver, "没有方案能遵守全部规则")
    again = button(driver, "修改后再求解").get_attribute("href")
    assert "/edit/tiny?" in again and "set=basic_research.floor%3D0.95" in again and "lang=zh" in again
    button(driver, "查看原因").click()
    until(lambda: "/explain/" in driver.current_url, "the explanation")


def test_hard_or_priced_and_undone(server, driver):
    driver.get(server.address + "/edit/tiny?lang=en")
    seen(driver, "Nothing is changed.")
    next(found for found in all_of(driver, ".fold .q-item") if "Basic-research floor" in found.text).click()
    button(driver, "priced").click()
    seen(driver, "basic_research.price – → 1")
    type_into(driver, "Hard or priced", "2.5")
    seen(driver, "basic_research.price – → 2.5")
    all_of(driver, '[aria-label="Basic-research floor: on"]')[0].click()
    seen(driver, "basic_research.on true → false")
    all_of(driver, '[aria-label="Undo basic_research.price"]')[0].click()
    until(lambda: "basic_research.price –" not in text_of(driver), "the price to be undone")
    assert not all_of(driver, '[aria-label="Hard or priced"]')[0].is_displayed()
    button(driver, "hard")
    assert "basic_research.on true → false" in text_of(driver)


def test_the_keyboard_is_enough(server, driver):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(key) -> None:
        ActionChains(driver).send_keys(key).perform()

    def focused() -> str:
        return driver.execute_script("let e = document.activeElement; return e.getAttribute('aria-label') || e.innerText || ''")

    def tab_to(text: str, most: int = 80) -> None:
        for _ in range(most):
            press(Keys.TAB)
            if focused().strip() == text:
                outline = driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"{text} has no visible focus"
                return
        pytest.fail(f"the keyboard does not reach {text!r}")

    driver.get(server.address + "/edit/tiny?lang=en&set=core.discount%3D0.01")
    seen(driver, "All changes fit together.")
    press(Keys.TAB)
    assert focused() == "Skip to the content"
    tab_to("Undo core.discount", 400)
    press(Keys.ENTER)
    seen(driver, "Nothing is changed.")
    driver.get(server.address + "/?lang=en")
    seen(driver, "Tiny: two regions")
    tab_to("Choose a workbook")
    driver.get(server.address + "/edit/long?lang=en")
    seen(driver, "Nothing is changed.")
    all_of(driver, ".side")[0].click()
    tab_to("Solve", 20)
    press(Keys.ENTER)
    until(lambda: "/job/" in driver.current_url, "the page of the job")
    until(lambda: all_of(driver, ".buttons button"), "its buttons")
    tab_to("End without a plan", 20)
    press(Keys.SPACE)
    seen(driver, "It was ended without a plan")
