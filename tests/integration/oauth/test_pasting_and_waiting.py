"""The way back from a browser elsewhere: pasted at a terminal, however long; and visitors who take their time."""

import contextlib
import os
import pty
import socket
import termios
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import pytest

from server.processes import until
from triaged.delivery.oauth import Declined
from triaged.delivery.oauth.redirect import Listener


@dataclass
class Terminal:
    """The two ends of one: what a person types, what the program reads."""

    keys: int
    screen: IO[str]

    def types(self, text: str) -> None:
        """As fast as a paste, which is more than a terminal holds at once, and not before the program waits for it."""
        threading.Thread(target=self._type, args=(text.encode(),), daemon=True).start()

    def _type(self, octets: bytes) -> None:
        until(lambda: not termios.tcgetattr(self.screen)[3] & termios.ICANON, 20, "the program waits for keys")
        while octets:
            octets = octets[os.write(self.keys, octets[:1024]) :]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    keys, screen = pty.openpty()
    mode = termios.tcgetattr(screen)
    mode[3] &= ~termios.ECHO  # nobody reads what would be echoed
    termios.tcsetattr(screen, termios.TCSANOW, mode)
    with os.fdopen(screen) as opened:
        yield Terminal(keys, opened)
    os.close(keys)


LONG = "x" * 12_000


@pytest.mark.parametrize(
    "typed",
    [
        "{redirect}?state=mine&code={long}\n",
        "{redirect}?state=mine&code=\n{long}\n",
        "{redirect}?state=m\n  ine&co\r\n  de={long}\n",
        "> {redirect}?code={long}&\n> state=mine\n".replace("> ", ""),
        "state=mine&code={long}\n",
        "'{redirect}?state=mine&code={long}'\n",
        "\x1b[200~{redirect}?state=mine&code={long}\x1b[201~\n",
        "wrong\x15{redirect}?state=mine&code=y{long}\x7f\n".replace("y{long}", "{long}y"),
    ],
    ids=["whole", "broken once", "broken anywhere", "broken at &", "the query", "quoted", "bracketed", "corrected"],
)
def test_an_address_is_taken_whole_however_it_comes(terminal: Terminal, typed: str):
    with Listener() as listener:
        terminal.types(typed.format(redirect=listener.redirect, long=LONG))
        found = listener.wait("mine", terminal.screen, lambda _: None, patience=20)
        assert found.startswith(listener.redirect + "?")
        assert f"code={LONG}" in found
        assert "state=mine" in found


def test_what_is_none_is_told_and_the_next_is_taken(terminal: Terminal):
    said: list[str] = []
    with Listener() as listener:
        address = f"{listener.redirect}?state=mine&code=1"

        def say(text: str) -> None:
            said.append(text)
            terminal.types(address + "\n")

        terminal.types("what do you want?\n")
        assert listener.wait("mine", terminal.screen, say, patience=20) == address
    assert len(said) == 1


@pytest.mark.parametrize("end", ["\x04", ""])
def test_the_terminal_is_afterwards_as_it_was(terminal: Terminal, end: str):
    before = termios.tcgetattr(terminal.screen)
    terminal.types(end)
    with Listener() as listener, pytest.raises(Declined):
        listener.wait("mine", terminal.screen, lambda _: None, patience=0.6)
    assert termios.tcgetattr(terminal.screen) == before


def test_a_visitor_who_trickles_holds_nobody_up():
    with Listener() as listener, contextlib.ExitStack() as visitors:
        slow = [visitors.enter_context(socket.create_connection(("127.0.0.1", listener.port))) for _ in range(3)]
        for each in slow:
            each.sendall(b"GET /?st")
        browser = visitors.enter_context(socket.create_connection(("127.0.0.1", listener.port)))
        browser.sendall(b"GET /?code=1&state=mine HTTP/1.1\r\n\r\n")
        assert listener.wait("mine", None, lambda _: None, patience=20) == listener.redirect + "?code=1&state=mine"
        assert b"200 OK" in browser.recv(1000)


def test_a_visitor_is_sent_away_after_its_time_however_it_trickles(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("triaged.delivery.oauth.redirect._EXCHANGE", 0.5)
    done = threading.Event()
    with Listener() as listener, socket.create_connection(("127.0.0.1", listener.port)) as slow:

        def trickle() -> None:
            with contextlib.suppress(OSError):
                while not done.wait(0.05):
                    slow.sendall(b"G")

        thread = threading.Thread(target=trickle)
        thread.start()
        with pytest.raises(Declined, match="in time"):
            listener.wait("mine", None, lambda _: None, patience=1.5)
        done.set()
        thread.join()
        assert not listener._visitors
