"""The page as a person uses it: signing in, looking and acting in Chromium, on a telephone, by day and by night; and a daemon's own."""

from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from server.browser import Browser, Page
from server.dovecot import Dovecot
from server.processes import free_port
from server.workplace import Workplace
from support.ledgerkit import mail, urgent
from support.pagekit import served

pytestmark = pytest.mark.server


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_she_signs_in_looks_and_stops_a_reply(browser: Browser, tmp_path: Path, scheme: str):
    with served(tmp_path) as page:
        page.world.admit(mail(1, subject="production is down"), urgent())
        deferred = page.world.deferred(2)
        page.world.put_aside(deferred)
        shown = browser.open(tmp_path / "dana.toml", width=360, height=640, scheme=scheme)
        driver = browser._driver
        driver.get(f"http://{page.host}/in/{page.link()}")
        driver.find_element(By.TAG_NAME, "button").click()
        WebDriverWait(driver, 60).until(lambda one: one.find_elements(By.LINK_TEXT, "Aside"))
        assert _faults(shown) == []
        (tmp_path / "today.png").write_bytes(shown.screenshot())
        driver.find_element(By.XPATH, "//button[.='Do not send']").click()
        said = WebDriverWait(driver, 60).until(lambda one: one.find_element(By.CLASS_NAME, "said"))
        assert "will not be sent" in said.text
        assert driver.switch_to.active_element == said
        assert page.world.ledger.reply(deferred.reply).state == "cancelled"
        for path in ("/aside", f"/item/{deferred.item}"):
            driver.get(f"http://{page.host}{path}")
            assert _faults(shown) == []
            (tmp_path / f"{path.split('/')[1]}.png").write_bytes(shown.screenshot())


def _faults(shown: Page) -> list[str]:
    small = "return [...document.querySelectorAll('button, nav a, input:not([type=hidden])')].filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
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
