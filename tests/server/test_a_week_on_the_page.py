"""The consultant's week and the project manager's month, spent on the page alone, with a daemon over a real mailbox behind it."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from server.dovecot import Dovecot
from server.processes import free_port, until
from server.sink import Sink
from server.workplace import Workplace

pytestmark = pytest.mark.server
GARY = "gary@harbor.example"
_FORM = re.compile(r"<form[^>]*action=\"/act\".*?</form>", re.DOTALL)
_FIELD = re.compile(r'name="(\w+)"(?: value="([^"]*)")?')


@dataclass
class Reader:
    """A browser without scripts: it sends the forms that it is shown."""

    port: int
    cookie: str = ""

    def ask(self, path: str, form: dict[str, str] | None = None) -> str:
        """The page that is shown in the end."""
        host = f"127.0.0.1:{self.port}"
        given = {"Host": host, "Cookie": self.cookie}
        if form is not None:
            given |= {"Origin": f"http://{host}", "Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=120)) as line:
            line.request("GET" if form is None else "POST", path, urlencode(form) if form is not None else None, given)
            answer = line.getresponse()
            text = answer.read().decode()
            if cookie := answer.getheader("set-cookie"):
                self.cookie = cookie.partition(";")[0]
            if answer.status == 303:
                return self.ask(answer.headers["location"])
        assert answer.status == 200, (path, answer.status)
        return text

    def press(self, path: str, act: str, **typed: str) -> str:
        """The first form of a page that does this; what is shown then."""
        return self._send(self.ask(path), act, typed)

    def undo(self, text: str) -> str:
        return self._send(text, "undo", {})

    def _send(self, text: str, act: str, typed: dict[str, str]) -> str:
        for found in _FORM.findall(text):
            given = {name: unescape(value) for name, value in _FIELD.findall(found)}
            if given.get("act") == act:
                return self.ask("/act", {**given, **typed})
        raise AssertionError(f"no form for {act}")

    def token(self, path: str) -> str:
        return re.search(r'name="token" value="(\w+)"', self.ask(path))[1]


@dataclass
class Desk:
    place: Workplace
    dovecot: Dovecot
    user: str
    reader: Reader

    def comes(self, number: int, subject: str, sender: str = GARY) -> int:
        """A mail comes and is decided; its item."""
        raw = (
            f"From: {sender}\r\nTo: dana@roth.example\r\nSubject: {subject}\r\nMessage-ID: <{number}@harbor.example>\r\n"
            "\r\nCan you ring me?\r\n"
        )
        self.dovecot.deliver(self.user, raw.encode(), sender)
        return until(lambda: self.decided(subject), 60, subject)["item"]

    def decided(self, subject: str) -> dict | None:
        for number in range(1, 12):
            found = self.place.run("explain", "--json", str(number))
            if found.returncode:
                return None
            one = json.loads(found.stdout)
            if one["subject"] == subject and one["verdict"]:
                return one
        return None

    def edit(self, old: str, new: str) -> None:
        """By hand, into the file; checked, and taken in."""
        text = self.place.config.read_text("utf-8")
        assert text.count(old) == 1
        self.place.config.write_text(text.replace(old, new), "utf-8")
        checked = self.place.run("check")
        assert (checked.returncode, checked.stdout) == (0, "")
        os.kill(self.place.rows("status")[0]["pid"], signal.SIGHUP)


@pytest.fixture
def desk(dovecot: Dovecot, user: str, sink: Sink, tmp_path: Path) -> Iterator[Desk]:
    with at_work(dovecot, user, sink, tmp_path) as given:
        yield given


@contextmanager
def at_work(dovecot: Dovecot, user: str, sink: Sink, tmp_path: Path) -> Iterator[Desk]:
    place, reader = Workplace(tmp_path), Reader(free_port())
    imap = f'{{ host = "{dovecot.host}", port = {dovecot.imap}, tls = "none", user = "{user}", password = "{dovecot.password}" }}'
    place.write(imap, smtp=f'{{ host = "127.0.0.1", port = {sink.port}, tls = "none" }}')
    with place.config.open("a", encoding="utf-8") as file:
        file.write(f'[service]\npage = "127.0.0.1:{reader.port}"\n')
    with place.daemon():
        link = urlsplit(place.run("page").stdout.strip()).path
        reader.ask("/in", {"link": link.rpartition("/")[2]})
        yield Desk(place, dovecot, user, reader)


def test_the_consultants_week(desk: Desk, sink: Sink):
    reader = desk.reader
    first, second = desk.comes(1, "quick question"), desk.comes(2, "another one")

    why = unescape(reader.ask(f"/item/{first}"))
    explained = desk.place.run("explain", str(first)).stdout
    assert "✓ The rest waits" in why
    assert "You will hear from me" in why
    for line in ("Outage", "A pass", "The rest waits"):
        assert line in why
        assert line in explained

    assert "comes back" in reader.press(f"/item/{first}", "until", words="friday 15:00")
    [aside] = [one for one in desk.place.rows("deferred") if one["item"] == first]
    assert "T15:00:00" in aside["until"]

    stopped = reader.press("/", "do not send")
    assert desk.place.rows("queue") == []
    assert "waits as before" in reader.undo(stopped)
    assert len(desk.place.rows("queue")) == 1
    reader.press("/", "do not send")

    assert "settled" in reader.press(f"/item/{second}", "settled")

    shown = unescape(reader.ask(f"/item/{first}/next/urgent"))
    assert "would have changed 2 of 2 messages" in shown
    rule = re.search(r"<textarea readonly[^>]*>(.*?)</textarea>", shown, re.DOTALL)[1]
    assert "above the rule “The rest waits”" in shown
    before = '[[rule]]\nname = "The rest waits"'
    desk.edit(before, f"{rule}\n\n{before}")
    time.sleep(1)
    third = desk.comes(3, "a third")
    assert "<strong>✓ gary@harbor.example</strong>" in reader.ask(f"/item/{third}")
    assert "a third" in reader.ask("/")
    assert sink.received == []


def test_the_project_managers_month(desk: Desk):
    reader = desk.reader
    for number, subject in enumerate(("status of the milestone", "invoice", "status again"), 1):
        desk.comes(number, subject)
    assert "Harbor Trust" in reader.ask("/clients")
    assert "3" in reader.ask("/client/harbor")
    assert "Harbor Trust" in reader.ask("/report")
    own = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", reader.ask("/rules"), re.DOTALL)[1])
    wrong = own.replace('then = "defer"', 'then = "defre"')
    assert "what you typed:" in tried(reader, wrong)
    better = own.replace('subject = "outage"', 'subject = ["outage", "status"]')
    shown = tried(reader, better)
    assert "would have changed 3 of 3 messages" in shown, "the second has a reply of its own once the first is urgent"
    assert "Verdict: waits → urgent" in shown
    text = desk.place.config.read_text("utf-8")
    assert 'subject = "outage"' in text, "the page writes nothing"
    for part in own.strip().split("[[rule]]")[1:2]:
        desk.edit(part.strip(), better.strip().split("[[rule]]")[1].strip())
    time.sleep(1)
    item = desk.comes(4, "status, please")
    assert "<strong>✓ Outage</strong>" in reader.ask(f"/item/{item}")


def tried(reader: Reader, text: str) -> str:
    shown = reader.ask("/rules", {"token": reader.token("/rules"), "text": text})
    return (
        until(lambda: None if "http-equiv" in (one := reader.ask("/rules")) else unescape(one), 60, "a trial")
        if ("http-equiv" in shown)
        else unescape(shown)
    )
