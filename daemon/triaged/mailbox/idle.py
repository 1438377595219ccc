"""IDLE (RFC 2177) without a thread: begun and ended in the pool, waited for in the event loop.

In: a connection with a folder selected. Out: the news that there may be news.
Never: a conclusion from what is said in IDLE (it is only a hint; what counts is the search afterwards); a wait while
something already lies in the buffer; a file descriptor watched after it was closed.
"""

import asyncio
import re

from triaged.clock import WakeEvent
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Garbled, Lost, PollInstead, Refused, farewell
from triaged.mailbox.exchange import completion, finish, ignore, start, whole
from triaged.mailbox.fetched import IdleEnd
from triaged.mailbox.wire import Arrival, Wire

_KEEPALIVE = re.compile(rb"\* OK (?!\[)", re.IGNORECASE)


def begin(imap: Imap) -> tuple[bytes, bool]:
    """Send IDLE and wait for the continuation. Blocking.

    Returns:
        The command's tag, and whether something was said already: before the "+" (iCloud), or right behind it.

    Raises:
        PollInstead: a tagged NO or BAD instead of the continuation.
    """
    wire = imap.wire
    tag = start(imap, b"IDLE")
    early = False
    while not (line := wire.readline()).startswith(b"+"):
        if line.startswith(tag + b" "):
            _refused(line[len(tag) + 1 :])
        if not line.startswith(b"* "):
            raise Garbled(f"the server's answer to IDLE is no IMAP: {line[:80]!r}")
        if line[2:6].upper() == b"BYE ":
            raise farewell(line[6:].decode("utf-8", "replace"))
        whole(line, wire, limit=0)
        early = early or not _KEEPALIVE.match(line)
    return tag, early or not wire.drop_keepalives()


def _refused(line: bytes) -> None:
    try:
        completion(line)
    except Refused as refusal:
        raise PollInstead(f"the server refuses IDLE: {refusal.text}") from refusal
    raise PollInstead("the server ended IDLE before it began")


def done(imap: Imap, tag: bytes) -> None:
    """End IDLE and read to its tagged answer; what was said meanwhile is dropped. Blocking."""
    imap.wire.allow()
    imap.sock.sendall(b"DONE\r\n")
    try:
        finish(imap.wire, tag, ignore(imap.wire))
    except Refused as refusal:  # the server left IDLE by itself before DONE arrived
        raise Lost(f"the server ended IDLE: {refusal.text}") from refusal


class Watch:
    """Waits in the event loop until the connection says something that is no mere sign of life."""

    __slots__ = ("_descriptor", "_loop", "_news", "_wire", "ended")

    def __init__(self, wire: Wire, descriptor: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._wire = wire
        self._descriptor = descriptor
        self._news = False
        self.ended = False  # the connection is closed from the other side

    async def wait(self, wake: WakeEvent, timeout: float) -> IdleEnd:  # noqa: ASYNC109 — an end among others, not an error
        """Until the server speaks, `wake` is set, or `timeout` seconds have passed."""
        end: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._descriptor, self._readable, end)
        try:
            await wake.wait(timeout, other=end)
        finally:
            # before anybody can close the descriptor: its number may be another connection's a moment later
            self._loop.remove_reader(self._descriptor)
        if self._news:
            return IdleEnd.READABLE
        return IdleEnd.WOKEN if wake.is_set() else IdleEnd.TIMED_OUT

    def _readable(self, end: asyncio.Future[None]) -> None:
        arrival = self._wire.look()
        self.ended = arrival is Arrival.END
        if self.ended or not self._wire.drop_keepalives():
            self._loop.remove_reader(self._descriptor)  # it stays readable: the loop would spin
            self._news = True
            if not end.done():
                end.set_result(None)
