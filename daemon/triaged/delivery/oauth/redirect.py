"""The way back from a browser: a socket on loopback that takes one redirect (RFC 8252 7.3), or a line that a person pastes.

In: the state that the answer must carry, an optional stream of pasted lines. Out: the whole address that the browser was sent to.
Never: anything but loopback; an answer to a request that is not the redirect waited for.
"""

import contextlib
import select
import socket
import time
from collections.abc import Callable
from typing import IO, Any, Self

from triaged.delivery.oauth.errors import Declined
from triaged.delivery.oauth.pasted import QUIET, Pasted, state_of

PATIENCE = 900.0
"""Seconds for a person to sign in."""

_LONGEST = 64 * 1024
_EXCHANGE = 5.0
"""Seconds for one request as a whole, however it trickles."""
_PAGE_TAKES = 1.0
_PAGE = """\
<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>triaged</title>
<p style="font: 1.2em system-ui, sans-serif; margin: 10vw">%s</p>
"""
_TAKEN = "triaged has what it needs. You can close this window and go back to the terminal."
_NOT_MINE = "This is not the sign-in that triaged waits for."


class Listener:
    """Use as a context manager; `redirect` is the address to name as the redirect URI."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.redirect = f"http://{host}:{self.port}/"
        self._visitors: dict[socket.socket, _Visitor] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in (*self._visitors, self._socket):
            connection.close()

    def wait(
        self, state: str, pasted: IO[str] | None, say: Callable[[str], None], patience: float = PATIENCE
    ) -> str:  # fmt: skip
        """The address that the browser was sent to, or that was pasted.

        Raises:
            Declined: nobody came.
        """
        if pasted is None:
            return self._wait(state, None, say, patience)
        typed = Pasted(pasted, self.redirect)
        with typed.raw():
            return self._wait(state, typed, say, patience)

    def _wait(self, state: str, typed: Pasted | None, say: Callable[[str], None], patience: float) -> str:
        end = time.monotonic() + patience
        while (now := time.monotonic()) < end:
            open_ears = typed is not None and not typed.ended
            ready = self._ready(typed.descriptor if typed and open_ears else None, min(end - now, QUIET))
            if typed is not None and typed.descriptor in ready:
                typed.read()
            elif typed is not None and typed.is_whole and typed.is_news():
                found, others = typed.entered(state)
                if others:
                    say("That is not the address of this sign-in: paste the whole line of the browser's address bar.")
                if found is not None:
                    return found
            if (path := self._visited(ready, state)) is not None:
                return self.redirect.rstrip("/") + path
        raise Declined("nobody signed in in time; begin anew")

    def _ready(self, typed: int | None, seconds: float) -> list[Any]:
        sources: list[Any] = [self._socket, *self._visitors]
        ready, _, _ = select.select(sources if typed is None else [*sources, typed], [], [], seconds)
        return ready

    def _visited(self, ready: list[Any], state: str) -> str | None:
        """The path of the redirect, if one of the visitors brought it. None of them holds up another, or stays for long."""
        for connection, visitor in list(self._visitors.items()):
            if connection in ready:
                visitor.hear(connection)
            if not visitor.is_done:
                continue
            del self._visitors[connection]
            mine = visitor.path is not None and state_of(visitor.path) == state
            _answer(connection, mine=mine)
            if mine:
                return visitor.path
        if self._socket in ready:
            connection, _ = self._socket.accept()
            connection.settimeout(0)
            self._visitors[connection] = _Visitor(time.monotonic() + _EXCHANGE)
        return None


class _Visitor:
    """One request: the redirect, or a browser that looks for an icon, or somebody else."""

    def __init__(self, until: float) -> None:
        self._until = until
        self._asked = b""
        self._gone = False

    def hear(self, connection: socket.socket) -> None:
        """Take what has come."""
        try:
            piece = connection.recv(_LONGEST)
        except OSError:
            piece = b""
        self._gone = not piece
        self._asked += piece

    @property
    def is_done(self) -> bool:
        """Whether there is no more to wait for: the head is there or too long, the visitor has left, or its time is over."""
        return self._gone or b"\r\n\r\n" in self._asked or len(self._asked) > _LONGEST or time.monotonic() > self._until

    @property
    def path(self) -> str | None:
        """What was asked for, once the head is whole."""
        if b"\r\n\r\n" not in self._asked:
            return None
        words = self._asked.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        return words[1] if len(words) == 3 and words[0] == "GET" and words[1].startswith("/") else None  # noqa: PLR2004 — RFC 9112 3


def _answer(connection: socket.socket, *, mine: bool) -> None:
    """Answer within the second that a page of half a screen takes on loopback, and hang up."""
    page = (_PAGE % (_TAKEN if mine else _NOT_MINE)).encode()
    status = b"200 OK" if mine else b"404 Not Found"
    head = b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    with connection, contextlib.suppress(OSError):
        connection.settimeout(_PAGE_TAKES)
        connection.sendall(head % (status, len(page)) + page)
