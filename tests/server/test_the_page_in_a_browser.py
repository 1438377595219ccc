"""The page as a person uses it: signing in, looking and acting in Chromium, on a telephone, by day and by night; and a daemon's own."""

from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from server.browser import Browser, Page, Scheme
from server.dovecot import Dovecot
from server.processes import free_port
from server.workplace import Workplace
from support.ledgerkit import HOUR, MONDAY, mail, urgent
from support.pagekit import Served, served

pytestmark = pytest.mark.server


PAGES = ("", "aside", "clients", "client/harbor", "more", "report", "item/1", "nowhere", "rules", "item/1/next/wait")
WIDTHS = (320, 360, 768, 1600)


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[Served]:
    """A morning at eight: something urgent, something aside, a reply that goes."""
    with served(tmp_path) as page:
        world = page.world
        for number, subject in enumerate(("production is down", "Re: outage since 07:40, nobody can sign in")):
            arriving = world.arriving(mail(number, subject=subject), excerpt="Nothing works since this morning. " * 6)
            world.put(arriving, urgent())
        for number in range(2, 5):
            world.put_aside(world.deferred(number))
        page.clock.append(MONDAY + HOUR)
        yield page


def signed_in(browser: Browser, page: Served, width: int = 360, scheme: Scheme = "light", height: int = 640) -> Page:
    shown = browser.open(Path("/dev/null"), width=width, height=height, scheme=scheme)
    browser._driver.get(f"http://{page.host}/in/{page.link()}")
    browser._driver.find_element(By.TAG_NAME, "button").click()
    until(browser, lambda one: one.find_elements(By.TAG_NAME, "nav"))
    return shown


def until(browser: Browser, condition: Callable[[Any], Any]) -> Any:
    return WebDriverWait(browser._driver, 60).until(condition)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_for_everybody(browser: Browser, morning: Served, tmp_path: Path, width: int, scheme: Scheme):
    shown = signed_in(browser, morning, width, scheme)
    for path in PAGES:
        browser._driver.get(f"http://{morning.host}/{path}")
        (tmp_path / f"{path.replace('/', '-') or 'today'}-{width}-{scheme}.png").write_bytes(shown.screenshot())
        assert _faults(shown) == [], path


@pytest.mark.parametrize("path", PAGES)
def test_twice_the_text_needs_no_scrolling_sideways(browser: Browser, morning: Served, path: str):
    shown = signed_in(browser, morning, 640)
    browser._driver.get(f"http://{morning.host}/{path}")
    shown.ask("document.documentElement.style.fontSize = '200%'; document.body.style.fontSize = '32px'")
    assert not shown.overflow()


def test_today_is_seen_at_one_look_on_a_telephone(browser: Browser, morning: Served):
    shown = signed_in(browser, morning)
    lowest = "return Math.max(...[...document.querySelectorAll('main > section > h2, main summary > h2')].map(one => one.getBoundingClientRect().bottom))"
    assert shown.ask(lowest) <= 640


def test_what_a_screen_reader_is_told_of_today(browser: Browser, morning: Served):
    signed_in(browser, morning)
    tree = browser._driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node["ignored"]]
    assert next(name for role, name in named if role == "heading" and name).startswith("Today")
    assert {"Urgent, unanswered", "Going out", "Back since yesterday"} <= {
        name for role, name in named if role == "heading"
    }
    assert [name for role, name in named if role == "navigation"] == ["Pages"]
    assert all(name for role, name in named if role in ("link", "button", "textbox"))
    buttons = [name for role, name in named if role == "button"]
    assert len(buttons) == len(set(buttons)), "two buttons are told apart by their names"


def test_with_the_keyboard_alone(browser: Browser, morning: Served):
    signed_in(browser, morning)
    browser._driver.get(f"http://{morning.host}/")
    reached = []
    for _ in range(60):
        browser._driver.switch_to.active_element.send_keys(Keys.TAB)
        one = browser._driver.switch_to.active_element
        reached.append(one.text.partition("\n")[0])
        if one.tag_name == "summary" and one.text.startswith("Going out"):
            one.send_keys(Keys.ENTER)
        if one.tag_name == "button" and one.text == "Do not send":
            break
    assert reached[:4] == ["Today", "Aside", "Clients", "More"]
    browser._driver.switch_to.active_element.send_keys(Keys.ENTER)
    said = until(browser, lambda one: one.find_element(By.CLASS_NAME, "said"))
    assert "will not be sent" in said.text
    assert browser._driver.switch_to.active_element == said


def test_without_scripts_she_acts_all_the_same(browser: Browser, morning: Served):
    signed_in(browser, morning)
    driver = browser._driver
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver.get(f"http://{morning.host}/aside")
        driver.find_element(By.XPATH, "//button[.='Settled']").click()
        assert "is settled" in until(browser, lambda one: one.find_element(By.CLASS_NAME, "said")).text
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(morning.world.ledger.deferred("dana")) == 2


def test_on_paper_there_is_nothing_to_press(browser: Browser, morning: Served):
    shown = signed_in(browser, morning)
    browser._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        browser._driver.get(f"http://{morning.host}/")
        assert shown.ask("return [...document.querySelectorAll('nav, button')].every(one => !one.checkVisibility())")
        assert len(shown.pdf()) > 1000
    finally:
        browser._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def _faults(shown: Page) -> list[str]:
    """What shuts somebody out: axe's findings, targets that are too small, what has to be scrolled sideways."""
    small = (
        "return [...document.querySelectorAll('button, nav a, summary, .go, input:not([type=hidden])')]"
        ".filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
    )
    return [*shown.accessibility(), *shown.ask(small), *(["scrolls sideways"] if shown.overflow() else [])]


def test_a_daemon_serves_it_and_gives_the_link(dovecot: Dovecot, user: str, tmp_path: Path):
    place, port = Workplace(tmp_path), free_port()
    imap = f'{{ host = "{dovecot.host}", port = {dovecot.imap}, tls = "none", user = "{user}", password = "{dovecot.password}" }}'
    place.write(imap)
    with place.config.open("a", encoding="utf-8") as file:
        file.write(f'[service]\npage = "127.0.0.1:{port}"\n')
    with place.daemon():
        said = place.run("page")
        assert said.returncode == 0, said.stderr
        link = urlsplit(said.stdout.strip())
        assert link.netloc == f"127.0.0.1:{port}"
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as line:
            line.request("GET", link.path)
            assert "Sign this device in" in line.getresponse().read().decode()
    assert place.run("page").returncode == 1
