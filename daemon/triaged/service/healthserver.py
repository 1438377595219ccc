"""/healthz, /readyz and /metrics on one small HTTP server, for supervisors and Prometheus.

In: a provider of the daemon's state. Out: answers to GET and HEAD. It changes nothing, knows no secrets, and a client
that is slow, rude or many costs the daemon nothing, and no supervisor its answer: the more are there, the sooner a silent one goes.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

from triaged.core.errors import TriagedError

PATIENCE: Final = 5.0
"""Seconds for a client to ask, and for the daemon to say how it is."""
AT_ONCE: Final = 0.25
"""Seconds for a client to ask where many are there already: a supervisor asks at once."""
_MANY: Final = 16
_MOST_CLIENTS: Final = 64
_LONGEST_HEAD: Final = 8192

FIGURES: Final[Mapping[str, str]] = {
    "aside": "Messages put aside.",
    "waiting": "Replies that wait for their time.",
    "held": "Replies held until a person decides.",
    "in_doubt": "Replies of which it is not known whether they went out.",
    "failing": "Acts on the mailbox that failed more than twice.",
    "unreadable": "Messages that could not be read.",
    "promises_open": "Promises to be kept.",
    "promises_overdue": "Promises whose moment has passed.",
}
"""Figures of an account and what they count; those of promises are the person's, told at her first account."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """How one account is. Instants are aware; None: never."""

    person: str
    account: str
    mode: str
    state: str  # "watching" is the good one
    error: str = ""
    since: datetime | None = None
    proven_alive: datetime | None = None
    last_message: datetime | None = None
    connects: int = 0
    failures: int = 0
    figures: Mapping[str, int] = field(default_factory=dict)  # of FIGURES
    no_reply: str = ""  # why no reply can go, for longer than an outage may last untold
    unwatched: Mapping[str, str] = field(default_factory=dict)  # watched folders that are not watched, and why
    due_reply: float = 0.0  # seconds that the oldest due reply has waited
    due_return: float = 0.0  # seconds that the oldest return is overdue
    smtp_worked: float = 0.0  # seconds since the submission server listened, else since the start
    unadopted: int = 0  # messages put aside by a triaged that no ledger knows
    another: bool = False  # another triaged works on this mailbox
    doubts: Mapping[str, str] = field(default_factory=dict)  # watched folders of which the server's word is in doubt

    @property
    def is_up(self) -> bool:
        """Whether it works: mail is being watched, and replies can go."""
        return self.state == "watching" and not self.no_reply

    @property
    def is_well(self) -> bool:
        """Whether it works, for every folder."""
        return self.is_up and not self.unwatched and not self.doubts

    @property
    def trouble(self) -> str:
        """What is wrong, in words."""
        unwatched = (f"{folder} is not watched: {why}" for folder, why in self.unwatched.items())
        doubtful = (f"{folder}: {why}" for folder, why in self.doubts.items())
        return self.error or "; ".join((*unwatched, *doubtful)) or self.no_reply


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A person who is not worked for, and why."""

    person: str
    why: str
    aside: int = 0  # messages put aside for her


@dataclass(frozen=True, slots=True)
class DaemonState:
    """How the daemon is. It can only be told while the event loop and the ledger answer."""

    started_at: datetime
    ready: bool  # every account has been tried
    accounts: tuple[AccountState, ...]
    lines_lost: int = 0  # of the log
    loop_lag: float = 0.0  # seconds that one turn of the event loop took
    left_out: tuple[LeftOut, ...] = ()
    outdated: int = 0  # persons whose files are not valid, for whom what was in force before stays

    @property
    def persons(self) -> Mapping[str, int]:
        """How many there are by state."""
        watched = len({account.person for account in self.accounts})
        return {"in_force": watched - self.outdated, "outdated": self.outdated, "left_out": len(self.left_out)}


Provider = Callable[[], Awaitable[DaemonState]]
Metrics = Callable[[DaemonState], bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: HTTPStatus
    body: bytes
    kind: str = "text/plain; charset=utf-8"

    def octets(self, *, head_only: bool) -> bytes:
        """As HTTP/1.1 has it (RFC 9112); the connection is closed after it."""
        fields = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"Content-Type: {self.kind}",
            f"Content-Length: {len(self.body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            "Connection: close",
        ]
        if self.status == HTTPStatus.METHOD_NOT_ALLOWED:
            fields.append("Allow: GET, HEAD")
        head = "\r\n".join([*fields, "", ""]).encode("ascii")
        return head if head_only else head + self.body


class HealthServer:
    """Listens while it is open. `metrics` None: /metrics says what to install."""

    def __init__(self, provider: Provider, metrics: Metrics | None) -> None:
        self._provider = provider
        self._metrics = metrics
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._silent: dict[asyncio.Task[None], asyncio.StreamWriter] = {}  # who have not asked yet, in their order
        self._closing = False

    async def open(self, host: str, port: int) -> tuple[str, int]:
        """Listen; where, as the system says it (port 0: any that is free).

        Raises:
            OSError: the address cannot be had.
        """
        self._server = await asyncio.start_server(self._serve, host, port, limit=_LONGEST_HEAD)
        address = self._server.sockets[0].getsockname()
        return address[0], address[1]

    async def close(self) -> None:
        """Listen no more, and leave whoever is connected."""
        if self._server is None:
            return
        self._closing = True
        self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._clients) >= _MOST_CLIENTS and not self._leave_the_first():
            writer.transport.abort()
            return
        patience = PATIENCE if len(self._clients) < _MANY else AT_ONCE
        self._clients.add(task)
        self._silent[task] = writer
        try:
            with contextlib.suppress(OSError, TimeoutError, EOFError, asyncio.LimitOverrunError):
                async with asyncio.timeout(3 * PATIENCE):
                    async with asyncio.timeout(patience):
                        head = await reader.readuntil(b"\r\n\r\n")
                    self._silent.pop(task, None)
                    await self._converse(head, writer)
            writer.close()
        except asyncio.CancelledError:
            if not self._closing:
                raise
        finally:
            self._clients.discard(task)
            self._silent.pop(task, None)
            if not writer.is_closing():
                writer.transport.abort()

    def _leave_the_first(self) -> bool:
        """Hang up on the one who has been silent for longest; False: all have asked."""
        for task, writer in self._silent.items():
            writer.transport.abort()
            del self._silent[task]
            self._clients.discard(task)
            return True
        return False

    async def _converse(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        target, _, version = rest.partition(" ")
        if not version.startswith("HTTP/1."):
            answer = Answer(HTTPStatus.BAD_REQUEST, b"HTTP/1.1 is spoken here\n")
        elif method not in ("GET", "HEAD"):
            answer = Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"GET and HEAD only\n")
        else:
            answer = await self.answer(target.partition("?")[0], names=_is_near(writer))
        writer.write(answer.octets(head_only=method == "HEAD"))
        await writer.drain()

    async def answer(self, path: str, *, names: bool = True) -> Answer:
        """The answer to a path; `names`: whoever asks may know who is left out."""
        if path not in ("/healthz", "/readyz", "/metrics"):
            return Answer(HTTPStatus.NOT_FOUND, b"/healthz, /readyz, /metrics\n")
        try:
            async with asyncio.timeout(PATIENCE):
                state = await self._provider()
        except (TimeoutError, TriagedError) as error:
            return Answer(
                HTTPStatus.SERVICE_UNAVAILABLE, f"not well: {str(error) or 'the ledger does not answer'}\n".encode()
            )
        match path:
            case "/healthz":
                return Answer(HTTPStatus.OK, b"ok\n")
            case "/readyz":
                return readiness(state, names=names)
            case _ if self._metrics is None:
                return Answer(HTTPStatus.NOT_IMPLEMENTED, b"for metrics install triaged[metrics]\n")
            case _:
                return Answer(HTTPStatus.OK, self._metrics(state), "text/plain; version=0.0.4; charset=utf-8")


def _is_near(writer: asyncio.StreamWriter) -> bool:
    """Whether whoever asks sits on this machine."""
    peer = writer.get_extra_info("peername")
    with contextlib.suppress(ValueError, TypeError, IndexError):
        address = ip_address(peer[0])
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    return False


def readiness(state: DaemonState, *, names: bool = True) -> Answer:
    """Ready is when nobody is left out and every account has been tried and watches its mail; the body says how each one is."""
    well = state.ready and not state.left_out and all(account.is_well for account in state.accounts)
    found: dict[str, object] = {"ready": well, "accounts": [_as_json(account) for account in state.accounts]}
    if state.left_out:
        found["persons_left_out"] = len(state.left_out)
        if names:
            found["left_out"] = [{"person": one.person, "error": one.why} for one in state.left_out]
    body = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    return Answer(HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE, body, "application/json")


def _as_json(account: AccountState) -> dict[str, str | None]:
    return {
        "person": account.person,
        "account": account.account,
        "mode": account.mode,
        "state": account.state,
        "since": account.since.isoformat(timespec="seconds") if account.since else None,
        "error": account.trouble or None,
    }
