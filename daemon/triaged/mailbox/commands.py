"""Calls over one connection: one at a time, in the pools' threads, each by its deadline; and waiting without a thread.

In: blocking work for a connection. Out: its result, or one of `mailbox.errors`; after `Refused`, `NotMovable` and
`PollInstead` the connection lives on, after any other it is closed.
Never: two calls at once on a connection; a connection used again after anything but a clean answer.
"""

import asyncio
import contextlib
import functools
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from triaged.clock import WakeEvent
from triaged.mailbox import capabilities as capability_words
from triaged.mailbox import idle
from triaged.mailbox.capabilities import Capabilities
from triaged.mailbox.certificates import not_after
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Lost, MailboxError, NotMovable, PollInstead, Refused, hushed
from triaged.mailbox.exchange import exchange, ignore
from triaged.mailbox.fetched import IdleEnd
from triaged.mailbox.handshake import Line, closing, goodbye
from triaged.mailbox.pools import Pools, Step, bounded
from triaged.mailbox.selecting import Folder

IDLE_AGAIN = 3600.0
"""Seconds after which IDLE is tried again where it was refused."""

T = TypeVar("T")
_CLEAN = (Refused, NotMovable, PollInstead)


@dataclass(frozen=True, slots=True)
class Patience:
    """Deadlines by the wall clock, in seconds."""

    connect: float = 30.0  # name, TCP, TLS, greeting, sign-in, capabilities: each half may take as long
    address: float = 15.0  # for each of the host's addresses, and each silence until the sign-in
    command: float = 60.0
    done: float = 15.0  # the end of IDLE
    goodbye: float = 3.0
    slowest: float = 50_000.0  # octets a second: what a command transfers lengthens its deadline by that


PATIENCE = Patience()


class Calls:
    """A connection, or none; a folder that is selected on it, or none."""

    __slots__ = ("_folder", "_idle_refused", "_idling", "_line", "_lock", "_patience", "_pools", "capabilities")

    def __init__(self, pools: Pools, patience: Patience) -> None:
        self._pools = pools
        self._patience = patience
        self._lock = asyncio.Lock()
        self._line: Line | None = None
        self._folder: Folder | None = None
        self._idling: bytes | None = None  # the tag of an IDLE that was not ended yet
        self._idle_refused: float | None = None
        self.capabilities: Capabilities = capability_words.read(())

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as we know."""
        return self._line is not None

    @property
    def selected(self) -> str | None:
        """The name of the folder that is selected."""
        return self._folder.name if self._folder is not None else None

    @property
    def certificate_expires(self) -> datetime | None:
        """Until when the server's certificate is valid; None: not connected, or not encrypted."""
        sock = self._line.imap.sock if self._line is not None else None
        certificate = sock.getpeercert(binary_form=True) if isinstance(sock, ssl.SSLSocket) else None
        return not_after(certificate) if certificate else None

    async def close(self) -> None:
        """Say goodbye if nothing is under way, and close. Never raises."""
        line, self._line, self._folder = self._line, None, None
        if line is None:
            return
        if self._lock.locked():  # whoever is waiting for an answer gets `Lost`, and closes
            line.lifeline.cut()
            return
        async with self._lock:
            job = functools.partial(goodbye, line.imap, line.lifeline, idling=self._idling is not None)
            with contextlib.suppress(RuntimeError):  # the pools are closed already: the socket goes with its owner
                await bounded(self._pools.commands, job, deadline=self._patience.goodbye, lifeline=line.lifeline)

    # ── waiting ──

    async def idle(self, wake: WakeEvent, timeout: float) -> IdleEnd:  # noqa: ASYNC109 — an end among others, not an error
        """Wait for mail in the selected folder without a thread; every other call waits meanwhile.

        The server stays in IDLE: the next call ends it first, in the same turn of a thread.

        Returns:
            READABLE: the server said something; look for mail. Look for it after the other ends too: IDLE goes deaf.

        Raises:
            PollInstead: no IDLE here; wait `profile.poll` and look.
        """
        if wake.is_set():
            return IdleEnd.WOKEN
        self._may_idle()
        async with self._lock:
            line = self._alive()
            self._idling, news = await self._guarded(line, idle.begin, self._patience.command)
            return IdleEnd.READABLE if news else await self._watched(line, wake, timeout)

    async def noop(self) -> None:
        """Show the server that we are there."""
        await self._call(lambda imap: exchange(imap, b"NOOP", ignore(imap.wire)))

    def _may_idle(self) -> None:
        if not self.capabilities.idle:
            raise PollInstead("the server has no IDLE")
        refused = self._idle_refused
        if refused is not None and asyncio.get_running_loop().time() - refused < IDLE_AGAIN:
            raise PollInstead("the server refused IDLE a while ago")

    async def _watched(self, line: Line, wake: WakeEvent, timeout: float) -> IdleEnd:  # noqa: ASYNC109 — as above
        watch = idle.Watch(line.imap.wire, line.imap.sock.fileno())
        try:
            end = await watch.wait(wake, timeout)
        except asyncio.CancelledError:
            self._drop(line)
            raise
        if watch.ended:
            self._drop(line)
            raise Lost("the server closed the connection")
        return end

    # ── how calls are made ──

    def _alive(self) -> Line:
        if self._line is None:
            raise Lost("the connection is closed")
        return self._line

    async def _call(self, work: Callable[[Imap], T], *, octets: int = 0) -> T:
        """Run a command, in turn; `octets` that it transfers lengthen its deadline."""
        async with self._lock:
            return await self._guarded(self._alive(), work, self._patience.command + octets / self._patience.slowest)

    async def _guarded(self, line: Line, work: Callable[[Imap], T], deadline: float) -> T:
        try:
            job = functools.partial(closing, line.lifeline, functools.partial(work, line.imap), _CLEAN)
            first = self._end_of_idle(line)
            return await bounded(self._pools.commands, job, deadline=deadline, lifeline=line.lifeline, first=first)
        except _CLEAN as error:
            hushed(error, line.hidden)
            if isinstance(error, PollInstead):
                self._idle_refused = asyncio.get_running_loop().time()
            raise
        except BaseException as error:
            if isinstance(error, MailboxError):
                hushed(error, line.hidden)
            # after anything else nobody knows what the next octets belong to
            if self._line is line:
                self._line = self._folder = None
            raise

    def _end_of_idle(self, line: Line) -> Step | None:
        tag, self._idling = self._idling, None
        if tag is None:
            return None
        job = functools.partial(closing, line.lifeline, functools.partial(idle.done, line.imap, tag), ())
        return Step(job, self._patience.done)

    def _drop(self, line: Line) -> None:
        line.lifeline.close()
        if self._line is line:
            self._line = self._folder = None
