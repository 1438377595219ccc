"""How things are inside a running daemon, asked over a private socket: one JSON line in, one JSON line out.

The socket lies in the runtime directory ($RUNTIME_DIRECTORY, as systemd says it), else in the state folder; only its owner
may connect. A link in the state folder leads to it, so that whoever knows the state finds the daemon. It also gives the
link that signs in to the page: whoever may connect may read the ledger anyway. Nothing can be changed through it, and a client that is slow or rude costs the daemon nothing but a closed connection.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from triaged import statefolder
from triaged.core.errors import TriagedError
from triaged.ledger.wake import LONGEST_PATH

PATIENCE: Final = 5.0
"""Seconds for a client to ask, and for the daemon to answer."""
_NAME: Final = "status.sock"
_HOW: Final = {"ask": "status"}
_LONGEST_QUESTION: Final = 1024
_LONGEST_ANSWER: Final = 16_000_000

Provider = Callable[[], Awaitable[Mapping[str, Any]]]
Link = Callable[[str | None], Awaitable[Mapping[str, Any]]]


async def _no_page(_: str | None) -> Mapping[str, Any]:
    return {"error": "no page is served"}


class NoAnswerError(TriagedError):
    """No daemon answers for this state. `running`: one is there, and does not answer."""

    def __init__(self, words: str, *, running: bool = False) -> None:
        super().__init__(words)
        self.running = running


class StatusSocket:
    """The daemon's end. Only the holder of the state's lock may open it."""

    def __init__(
        self, provider: Provider, state: Path, environ: Mapping[str, str] = os.environ, *, link: Link = _no_page
    ) -> None:
        """Tell what `provider` says.

        Args:
            provider: how the daemon is, ready for JSON.
            state: the state folder.
            environ: where the runtime directory is named.
            link: a link to the page of the person with that label, or an error.
        """
        self._provider = provider
        self._page_link = link
        self._link = state / _NAME
        runtime = environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
        self._path = Path(runtime) / _NAME if runtime else self._link
        self._server: asyncio.Server | None = None

    async def open(self) -> str:
        """Listen. Returns "", or why that cannot be; the daemon works without."""
        if len(str(self._path).encode()) > LONGEST_PATH:
            return f"{self._path} is too long for a socket"
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._link.unlink(missing_ok=True)  # left over from a process that was killed
            statefolder.listen_at(listening, self._path)
            if self._link != self._path:
                self._link.symlink_to(self._path)
            self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=_LONGEST_QUESTION)
        except OSError as error:
            listening.close()
            return f"{self._path} cannot be used: {statefolder.why(error)}"
        return ""

    async def close(self) -> None:
        """Listen no more."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for name in (self._path, self._link):
            with contextlib.suppress(OSError):
                name.unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, TimeoutError, ValueError):
                async with asyncio.timeout(PATIENCE):
                    answer = await self._answer(await reader.readline())
                    writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
                    await writer.drain()
        finally:
            writer.close()

    async def _answer(self, question: bytes) -> Mapping[str, Any]:
        try:
            asked = json.loads(question)
        except ValueError:
            asked = None
        if isinstance(asked, dict) and asked.get("ask") == "page":
            return await self._give(self._page_link(str(asked["person"]) if asked.get("person") else None))
        if not isinstance(asked, dict) or asked.get("ask") != "status":
            return {"error": 'ask {"ask": "status"}'}
        return await self._give(self._provider())

    @staticmethod
    async def _give(answer: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
        try:
            return await answer
        except TriagedError as error:
            return {"error": str(error)}


def ask_for_link(state: Path, person: str | None) -> str:
    """A link that signs in to a person's page. Blocking, for seconds at most. Raises NoAnswerError, as `ask` does."""
    return str(ask(state, {"ask": "page", "person": person})["link"])


def ask(state: Path, question: Mapping[str, Any] = _HOW) -> dict[str, Any]:
    """Ask the daemon of a state folder how it is. Blocking, for seconds at most.

    Raises:
        NoAnswerError: none is running, it does not answer, or it is somebody else's.
    """
    with statefolder.as_owner_of(state), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE + 1)
        try:
            line.connect(os.path.realpath(state / _NAME))
        except OSError as error:
            raise NoAnswerError(f"no daemon is running: {error.strerror or error}") from error
        try:
            line.sendall(json.dumps(question).encode() + b"\n")
            with line.makefile("rb") as answers:
                found = json.loads(answers.readline(_LONGEST_ANSWER))
        except (OSError, ValueError) as error:
            raise NoAnswerError(f"the daemon does not answer: {error}", running=True) from error
    if not isinstance(found, dict) or "error" in found:
        told = found.get("error") if isinstance(found, dict) else found
        raise NoAnswerError(f"the daemon says: {told}", running=True)
    return found
