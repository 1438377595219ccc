"""The one clock of the daemon. Everything that asks for the time or waits for it is given a `Clock`.

Due times are wall clock; waiting counts with CLOCK_BOOTTIME, so that a suspended machine wakes to what is due.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Bell:
    """An `asyncio.Event` for thousands that wait: it is small, and to wait on it with a time limit takes no task."""

    __slots__ = ("_rung", "_waiting")

    def __init__(self) -> None:
        self._rung = False
        self._waiting: tuple[asyncio.Future[None], ...] = ()

    def is_set(self) -> bool:
        """Whether it has rung since it was last cleared."""
        return self._rung

    def set(self) -> None:
        """Ring: whoever waits goes on."""
        self._rung = True
        for waiting in self._waiting:
            _end(waiting)

    def clear(self) -> None:
        """Be silent again."""
        self._rung = False

    async def wait(self, seconds: float | None = None, *, other: asyncio.Future[None] | None = None) -> None:
        """Until it rings, so many seconds have passed, or `other` is done: its owner may end the wait by it."""
        if self._rung:
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

    async def sleep(self, seconds: float, wake: Bell | None = None) -> None:
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

    async def sleep(self, seconds: float, wake: Bell | None = None) -> None:
        """Wait `seconds`, or less when `wake` is set."""
        if wake is None:
            await asyncio.sleep(max(seconds, 0))
            return
        await wake.wait(seconds)


class Alarms:
    """Rings bells at instants of the wall clock: one task for all, however many wait for theirs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: dict[Bell, datetime] = {}
        self._earlier = Bell()
        self._next: datetime | None = None

    def set(self, bell: Bell, at: datetime) -> None:
        """Ring it at that instant, and no more at the one that was set before."""
        self._due[bell] = at
        if self._next is None or at < self._next:
            self._earlier.set()

    def drop(self, bell: Bell) -> None:
        """Do not ring it."""
        self._due.pop(bell, None)

    async def run(self) -> None:
        """Ring what is due, for ever."""
        while True:
            self._earlier.clear()
            now = self._clock.now()
            for bell in [bell for bell, at in self._due.items() if at <= now]:
                del self._due[bell]
                bell.set()
            self._next = min(self._due.values(), default=None)
            left = LONGEST_NAP if self._next is None else (self._next - now).total_seconds()
            await self._clock.sleep(min(left, LONGEST_NAP), self._earlier)
