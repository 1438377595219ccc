"""The one clock of the daemon. Everything that asks for the time or waits for it is given a `Clock`.

Due times are wall clock; waiting counts with CLOCK_BOOTTIME, so that a suspended machine wakes to what is due.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count
from typing import Protocol


class WakeEvent:
    """An `asyncio.Event` for thousands that wait: it is small, and to wait on it with a time limit takes no task."""

    __slots__ = ("_set", "_waiting")

    def __init__(self) -> None:
        self._set = False
        self._waiting: tuple[asyncio.Future[None], ...] = ()

    def is_set(self) -> bool:
        """Whether it was set since it was last cleared."""
        return self._set

    def set(self) -> None:
        """Let whoever waits go on."""
        self._set = True
        for waiting in self._waiting:
            _end(waiting)

    def clear(self) -> None:
        """Hold up whoever waits from now on."""
        self._set = False

    async def wait(self, seconds: float | None = None, *, other: asyncio.Future[None] | None = None) -> None:
        """Wait until it is set, so many seconds have passed, or `other` is done: its owner may end the wait by it."""
        if self._set:
            return
        loop = asyncio.get_running_loop()
        waiting = loop.create_future() if other is None else other
        timer = None if seconds is None else loop.call_later(max(seconds, 0), _end, waiting)
        self._waiting += (waiting,)
        try:
            await waiting
        finally:
            self._waiting = tuple(each for each in self._waiting if each is not waiting)
            if timer is not None:
                timer.cancel()


def _end(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


class Clock(Protocol):
    """What the daemon knows of time."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds since some start, counted through suspension."""
        ...

    async def sleep(self, seconds: float, wake: WakeEvent | None = None) -> None:
        """Wait so long, or until `wake` is set, whichever comes first."""
        ...


LONGEST_NAP = 60.0
"""Seconds. A wall clock may be set forward while we sleep: due times are looked at again at least this often."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Seconds since boot, suspension included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    async def sleep(self, seconds: float, wake: WakeEvent | None = None) -> None:
        """Wait `seconds`, or less when `wake` is set."""
        if wake is None:
            await asyncio.sleep(max(seconds, 0))
            return
        await wake.wait(seconds)


SLIP = 120.0
"""Seconds that the wall clock may move against the time that passes, and nobody set it."""

_BELIEVED_AFTER = 6 * 3600.0
"""Seconds after which a clock that was set is believed, whatever it says."""


class Steadiness:
    """Whether the wall clock goes as it went. Whoever is about to act by it asks; the first to ask notices that it was set.

    A clock that is set and set back again a moment later has never been away: nothing is left of it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._home = self._drift = self._ahead()
        self._left: float | None = None  # when it was set, by the time that passes
        self.on_set: Callable[[float], None] = lambda _by: None
        """Is told by how many seconds the clock was set."""

    def unsure_for(self, patience: float) -> float:
        """Seconds until the clock is believed again by one with such patience; 0: it is."""
        self._look()
        return 0.0 if self._left is None else max(self._left + patience - self._clock.elapsed(), 0.0)

    def _look(self) -> None:
        ahead, elapsed = self._ahead(), self._clock.elapsed()
        by, self._drift = ahead - self._drift, ahead
        if abs(by) > SLIP:
            self._left = None if abs(ahead - self._home) <= SLIP else elapsed
            self.on_set(by)
        elif self._left is None or elapsed - self._left >= _BELIEVED_AFTER:
            self._home, self._left = ahead, None  # it is slewed all the time

    def _ahead(self) -> float:
        """Wall clock less time elapsed: constant, unless somebody sets the clock."""
        return self._clock.now().timestamp() - self._clock.elapsed()


class Timers:
    """Sets events at instants of the wall clock: one task for all, however many wait for theirs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: dict[WakeEvent, datetime] = {}
        self._order: list[
            tuple[datetime, int, WakeEvent]
        ] = []  # a heap; an event may stand in it earlier than it is due
        self._queued: dict[WakeEvent, datetime] = {}  # since when it does
        self._number = count()  # events have no order of their own
        self._earlier = WakeEvent()

    def set(self, event: WakeEvent, at: datetime) -> None:
        """Set it at that instant, and no more at the one that was given before."""
        self._due[event] = at
        if event not in self._queued or at < self._queued[event]:
            self._queue(event, at)
            if self._order[0][2] is event:
                self._earlier.set()

    def _queue(self, event: WakeEvent, at: datetime) -> None:
        self._queued[event] = at
        heappush(self._order, (at, next(self._number), event))

    def drop(self, event: WakeEvent) -> None:
        """Do not set it."""
        self._due.pop(event, None)

    async def run(self) -> None:
        """Set what is due, for ever."""
        while True:
            self._earlier.clear()
            now = self._clock.now()
            while self._order and self._order[0][0] <= now:
                queued, _, event = heappop(self._order)
                self._come(event, queued, now)
            left = (self._order[0][0] - now).total_seconds() if self._order else LONGEST_NAP
            await self._clock.sleep(min(left, LONGEST_NAP), self._earlier)

    def _come(self, event: WakeEvent, queued: datetime, now: datetime) -> None:
        """Its turn in the order: set it, or let it stand where it is due now."""
        if self._queued.get(event) != queued:
            return  # it stands further ahead, and has had its turn
        del self._queued[event]
        at = self._due.get(event)
        if at is not None and at > now:
            self._queue(event, at)
        elif at is not None:
            del self._due[event]
            event.set()
