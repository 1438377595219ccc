"""The ledger's own thread: the daemon's loop never waits for a disk.

In: a function over the ledger. Out: what it returns, awaited. One at a time, in the order they were asked for; what every
message asks for is committed together when several mailboxes have mail at once (a disk is waited for once, not for each).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from triaged.ledger.book import Ledger
from triaged.ledger.store import Outcome, in_one

P = ParamSpec("P")
T = TypeVar("T")

_WRITES: Final = frozenset({Ledger.admit, Ledger.begin, Ledger.done, Ledger.done_many, Ledger.saw_sent, Ledger.advance})
_READS: Final = frozenset(
    {Ledger.folder, Ledger.standing, Ledger.owed, Ledger.next_at, Ledger.due_replies, Ledger.next_reply_due}
)
"""What a message asks for on its path: one commit or a read each, and nothing is done outside before the answer."""

_HOUR: Final = timedelta(hours=1)
_TOGETHER: Final = 32
"""Uses in one transaction: the first waits for the last."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One use, and where its answer goes."""

    use: Callable[[], Any]
    writes: bool  # one of _WRITES
    shares: bool  # or of _READS
    answer: Future[Any] = field(default_factory=Future)

    def tell(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            self.answer.set_exception(outcome.error)
        else:
            self.answer.set_result(outcome.value)


class LedgerThread:
    """Runs every use of one ledger in one thread."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._asked: deque[_Asked] = deque()
        self._told: datetime | None = None
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")

    async def call(self, use: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `use(ledger, *args)` in the thread.

        A caller that is cancelled does not interrupt it: a step that was begun is ended and written, and only then is
        the caller's cancellation raised.
        """
        writes = use in _WRITES
        asked = _Asked(partial(use, self._ledger, *args, **kwargs), writes, writes or use in _READS)
        self._asked.append(asked)
        self._pool.submit(self._serve)
        work = asyncio.wrap_future(asked.answer)
        try:
            found: T = await asyncio.shield(work)
        except asyncio.CancelledError:
            if not work.done():
                await asyncio.wait([work])
            if not work.cancelled():
                work.exception()  # looked at, so that asyncio does not complain about it
            raise
        return found

    def is_news(self, now: datetime) -> bool:
        """Whether no trouble of this ledger was told within the last hour, by whomever; from now on it was.

        A full disk is everybody's trouble, and one line an hour is enough for it.
        """
        if self._told is not None and timedelta() <= now - self._told < _HOUR:
            return False
        self._told = now
        return True

    def _serve(self) -> None:
        """Serve whoever has asked first, with those behind that may share its commit; an earlier turn may have done so."""
        together = self._next()
        if self._ledger.db.shares_commits and sum(asked.writes for asked in together) > 1:
            outcomes = in_one(self._ledger, [asked.use for asked in together])
            for asked, outcome in zip(together, outcomes, strict=True):
                asked.tell(outcome)
            return
        for asked in together:
            asked.tell(_outcome(asked.use))

    def _next(self) -> list[_Asked]:
        found: list[_Asked] = []
        while self._asked and len(found) < _TOGETHER and (not found or (found[0].shares and self._asked[0].shares)):
            asked = self._asked.popleft()
            if asked.answer.set_running_or_notify_cancel():
                found.append(asked)
        return found

    async def close(self) -> None:
        """End what was asked for, then close the ledger."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._ledger.close)
        self._pool.shutdown(wait=True)


def _outcome(use: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(use())
    except BaseException as error:  # noqa: BLE001 — whatever it is, it is the caller's to see
        return Outcome(error=error)


class InThisThread(LedgerThread):
    """The same over another connection, in the thread that asks: for one that serves nobody but readers."""

    async def call(self, use: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `use(ledger, *args)` at once."""
        return use(self._ledger, *args, **kwargs)
