"""A clock that stands still until a test moves it."""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

from triaged.clock import WakeEvent

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, nine o'clock in Berlin."""


class DrivenClock:
    """A `triaged.clock.Clock`. Whoever sleeps wakes when the test gets there, one after the other, in order of time."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        return self._now

    def elapsed(self) -> float:
        """Seconds since the clock was made; a jump of the wall clock does not change it."""
        return self._elapsed

    async def sleep(self, seconds: float, wake: WakeEvent | None = None) -> None:
        """Wait until the test has moved the clock so far, or until `wake` is set."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), alarm))
        try:
            await (wake or WakeEvent()).wait(other=alarm)
        finally:
            alarm.cancel()

    @property
    def sleeping(self) -> int:
        """How many wait for this clock."""
        return sum(not alarm.done() for _, _, alarm in self._sleepers)

    async def advance(self, by: timedelta | float) -> None:
        """Let time pass: each sleeper wakes at its own instant and may sleep again before the next one wakes."""
        end = self._elapsed + (by.total_seconds() if isinstance(by, timedelta) else by)
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, alarm = heapq.heappop(self._sleepers)
            if alarm.done():
                continue
            self._pass(at - self._elapsed)
            alarm.set_result(None)
            await settle()
        self._pass(end - self._elapsed)
        await settle()

    async def advance_to(self, instant: datetime) -> None:
        """Let time pass until it is that instant."""
        await self.advance(instant - self._now)

    async def leap(self, by: timedelta) -> None:
        """A machine that was suspended: all that time passes at once, and everybody who is due wakes after it."""
        self._pass(by.total_seconds())
        while self._sleepers and self._sleepers[0][0] <= self._elapsed:
            alarm = heapq.heappop(self._sleepers)[2]
            if not alarm.done():
                alarm.set_result(None)
        await settle()

    def set_wall(self, instant: datetime) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._now = instant

    def _pass(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds


async def settle(rounds: int = 30) -> None:
    """Let every task that can run, run. Threads are not waited for: wait for what they do instead."""
    for _ in range(rounds):
        await asyncio.sleep(0)
