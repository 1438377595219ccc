"""The loop of one account's replies: what is due is looked at in the mailbox, then served one by one.

Nothing here knows a server or a row's columns; `serving` does. Nothing is served before a look that began after its time.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from triaged.clock import LONGEST_NAP, Clock, Steadiness, WakeEvent
from triaged.core import backoff
from triaged.core.errors import TriagedError
from triaged.ledger import Ledger, LedgerBusy, LedgerFull, LedgerThread, LedgerUnavailable, ReplyRow
from triaged.log.events import Events
from triaged.outbox.prepared import Preparation, Stuck, Wait
from triaged.outbox.serving import Serving, Surroundings

GRACE = timedelta(seconds=30)
"""How long a delivery under way may go on after the order to stop."""

CLOCK_PAUSE = 600.0
"""Seconds for which nothing goes after somebody has set the clock: what looks due may not be."""

_AT_ONCE = 100
_SHORTEST_NAP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Rest:
    """Until when nothing is taken up, by the time that passes, and why."""

    ends: float
    why: str


class Outbox:
    """The loop of one account's replies.

    Args:
        account: its id in the ledger.
        preparation: whoever keeps its mailbox.
        book: the ledger.
        clock: the time, and waiting.
        events: bound to person and account.
        chance: for jitter.
        on_served: called when a reply has come to an end: a copy, a promise may be owed now.
        steady: whether the clock is to be believed, where others ask too.
    """

    def __init__(
        self,
        account: int,
        preparation: Preparation,
        *,
        book: LedgerThread,
        clock: Clock,
        events: Events,
        chance: random.Random | None = None,
        on_served: Callable[[], None] = lambda: None,
        steady: Steadiness | None = None,
    ) -> None:
        self._account, self._preparation, self._book, self._clock = account, preparation, book, clock
        self._events = events
        self._on_served = on_served
        chance = chance or random.Random()  # noqa: S311 — jitter, no secret
        self._serving = Serving(Surroundings(account, preparation, book, clock, events, chance))
        self._wake = WakeEvent()
        self._round = asyncio.Lock()
        self._stopping = False
        self._sleeping = False
        self._steady = steady or Steadiness(clock)
        self._resting: _Rest | None = None  # the server asks for it
        self._blind: _Rest | None = None  # the mailbox cannot be seen
        self._in_a_hurry = False

    def wake(self) -> None:
        """Look at the queue now: something was added."""
        self._wake.set()

    def look_again(self) -> None:
        """The mailbox can be looked at (again): what waits for that waits no longer."""
        self._blind = None
        self._wake.set()

    def try_now(self) -> None:
        """Whatever pause is kept after a failure is over: somebody has signed in, or wants it tried."""
        self._in_a_hurry = True
        self._wake.set()

    @property
    def stuck(self) -> Stuck | None:
        """Why no reply can go, while some wait; None: one could, as far as is known."""
        return self._serving.stuck

    @property
    def went_at(self) -> datetime | None:
        """When the submission server last listened to a reply, whatever it made of it."""
        return self._serving.went_at

    def stop(self) -> None:
        """End after the reply in hand."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Serve the queue until stopped. A cancellation lets a delivery under way end, for at most `GRACE`."""
        while not self._stopping:
            self._wake.clear()
            nap: float | None
            try:
                await self.once()
                nap = await self._until_next()
            except (LedgerBusy, LedgerFull, LedgerUnavailable) as error:
                if self._book.is_news(self._clock.now()):
                    self._events.emit("account.degraded", error=str(error), reason="no reply can be claimed")
                nap = backoff.LEDGER.after().total_seconds()
            await self._rest_for(nap)

    async def _rest_for(self, nap: float | None) -> None:
        """Do nothing for so long, or until woken; with nothing in the queue only until woken."""
        self._sleeping = True
        try:
            if nap is None:
                await self._wake.wait()
            else:
                await self._clock.sleep(nap, self._wake)
        finally:
            self._sleeping = False

    @property
    def at_rest(self) -> bool:
        """Whether nothing is in hand and nobody has asked to look at the queue."""
        return self._sleeping and not self._wake.is_set()

    async def once(self) -> int:
        """Serve what is due now; how many replies were taken up. Waits for a round under way."""
        async with self._round:
            return await self._once()

    async def _once(self) -> int:
        taken = 0
        if self._in_a_hurry:
            await self._book.call(Ledger.hurry, self._account, self._clock.now())
            self._in_a_hurry, self._resting, self._blind = False, None, None
            self._serving.start_afresh()
        while not self._stopping and not self._is_resting():
            due = await self._due()
            if not due or not await self._looked(due):
                break
            taken += await self._protected(self._served([reply.id for reply in due]))
            if len(due) < _AT_ONCE:
                break
        return taken

    async def _served(self, due: list[int]) -> int:
        """Serve what still waits after the look, in order; how many were taken up."""
        self._halting = False
        waiting = await self._book.call(lambda ledger: [reply for each in due if (reply := ledger.reply(each))])
        for number, reply in enumerate(waiting):
            if self._stopping or self._halting or self._is_resting():
                return number
            rest = await self._serving.serve(reply)
            self._on_served()
            if rest is not None:
                self._rest(rest)
        return len(waiting)

    async def _due(self) -> list[ReplyRow]:
        return await self._book.call(Ledger.due_replies, self._clock.now(), self._account, _AT_ONCE)

    # -- when

    async def _until_next(self) -> float | None:
        """Seconds to the next reply or the end of a rest, at most a nap; None: nothing waits."""
        now = self._clock.now()
        nap = timedelta(seconds=LONGEST_NAP)
        if wait := self.waits:
            return min(wait.until - now, nap).total_seconds()
        first = await self._book.call(Ledger.next_reply_due, self._account)
        if first is None:
            self._serving.stuck = None  # nothing waits that could not go
        return None if first is None else max(min(first - now, nap), _SHORTEST_NAP).total_seconds()

    def _is_resting(self) -> bool:
        return self.waits is not None

    @property
    def waits(self) -> Wait | None:
        """Until when nothing is taken up at this instant, and why; None: what is due goes."""
        elapsed = self._clock.elapsed()
        unsure = _Rest(elapsed + self._steady.unsure_for(CLOCK_PAUSE), "the clock of this machine was set")
        ahead = [rest for rest in (self._resting, self._blind, unsure) if rest is not None and rest.ends > elapsed]
        if not ahead:
            return None
        longest = max(ahead, key=lambda rest: rest.ends)
        return Wait(self._clock.now() + timedelta(seconds=longest.ends - elapsed), longest.why)

    def _rest(self, wait: Wait) -> None:
        rest = self._until(wait)
        if self._resting is None or rest.ends > self._resting.ends:
            self._resting = rest

    def _until(self, wait: Wait) -> "_Rest":
        """As a time that passes: what is waited for does not hang on what somebody makes of the clock."""
        return _Rest(self._clock.elapsed() + (wait.until - self._clock.now()).total_seconds(), wait.why)

    # -- one round, one reply

    async def _looked(self, due: list[ReplyRow]) -> bool:
        """One look serves all that are due: it begins after the send time of each."""
        try:
            await self._preparation.look(due)
        except TriagedError as error:
            now = self._clock.now()
            way = self._preparation.way()
            for reply in due:
                if now > way.held_after(reply):
                    await self._serving.hold(reply, f"late: the mailbox could not be looked at ({error})")
            self._blind = self._until(Wait(now + backoff.LOOK.after(), f"the mailbox could not be looked at: {error}"))
            return False
        return True

    async def _protected(self, round_: Coroutine[Any, Any, int]) -> int:
        """Run a round that must not be cut in two: a cancellation lets the reply in hand end, then goes on."""
        task = asyncio.create_task(round_, name=f"replies of account {self._account}")
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._halting = True
            await asyncio.wait({task}, timeout=GRACE.total_seconds())
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # looked at, so that asyncio does not complain about it
            raise
