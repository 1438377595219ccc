"""The way back from a browser: a socket on loopback that takes one redirect (RFC 8252 7.3), or a line that a person pastes.

In: the state that the answer must carry, an optional stream of pasted lines. Out: the whole address that the browser was sent to.
Never: anything but loopback; an answer to a request that is not the redirect waited for.
"""

import os
import select
import socket
import time
from collections.abc import Callable
from typing import IO, Any, Self
from urllib.parse import parse_qs, urlsplit

from triaged.delivery.oauth.errors import Declined

PATIENCE = 900.0
"""Seconds for a person to sign in."""

_LONGEST = 16 * 1024
_SILENCE = 5.0
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
        self.redirect = f"http://{host}:{self._socket.getsockname()[1]}/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def wait(
        self, state: str, pasted: IO[str] | None, say: Callable[[str], None], patience: float = PATIENCE
    ) -> str:  # fmt: skip
        """The address that the browser was sent to, or that was pasted.

        Raises:
            Declined: nobody came.
        """
        end = time.monotonic() + patience
        typed = None if pasted is None else _Typed(pasted.fileno())
        while (left := end - time.monotonic()) > 0:
            sources: list[Any] = [self._socket] if typed is None else [self._socket, typed.descriptor]
            ready, _, _ = select.select(sources, [], [], left)
            if self._socket in ready and (found := self._visit(state)):
                return found
            if typed is None or typed.descriptor not in ready:
                continue
            for line in typed.lines():
                if (found := _pasted(line, self.redirect)) and _state(found) == state:
                    return found
                say("That is not the address of this sign-in: paste the whole line of the browser's address bar.")
            typed = None if typed.ended else typed
        raise Declined("nobody signed in in time; begin anew")

    def _visit(self, state: str) -> str | None:
        """One request: the redirect, or a browser that looks for an icon, or somebody else."""
        connection, _ = self._socket.accept()
        with connection:
            connection.settimeout(_SILENCE)
            try:
                path = _path(connection)
                mine = path is not None and _state(path) == state
                _answer(connection, mine=mine)
            except OSError:
                return None
        return self.redirect.rstrip("/") + path if mine and path is not None else None


class _Typed:
    """What a person types or pastes, line by line; a stream's own buffer would hide lines from `select`."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.ended = False
        self._rest = b""

    def lines(self) -> list[str]:
        """The lines that are there, blank ones left out."""
        piece = os.read(self.descriptor, _LONGEST)
        self.ended = not piece or len(self._rest) > _LONGEST
        *whole, self._rest = (self._rest + (piece or b"\n")).split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole if line.strip()]


def _path(connection: socket.socket) -> str | None:
    asked = b""
    while b"\r\n\r\n" not in asked and len(asked) < _LONGEST:
        piece = connection.recv(4096)
        if not piece:
            return None
        asked += piece
    words = asked.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    return words[1] if len(words) == 3 and words[0] == "GET" and words[1].startswith("/") else None  # noqa: PLR2004 — RFC 9112 3


def _answer(connection: socket.socket, *, mine: bool) -> None:
    page = (_PAGE % (_TAKEN if mine else _NOT_MINE)).encode()
    status = b"200 OK" if mine else b"404 Not Found"
    head = b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    connection.sendall(head % (status, len(page)) + page)


def _state(address: str) -> str | None:
    try:
        return next(iter(parse_qs(urlsplit(address).query).get("state", ())), None)
    except ValueError:  # "http://[" is no address
        return None


def _pasted(line: str, redirect: str) -> str | None:
    """The address in a pasted line: whole, or only what follows the question mark."""
    text = line.strip().strip("'\"<>")
    if "://" in text:
        return text
    return redirect + "?" + text.lstrip("?") if "code=" in text or "error=" in text else None
