"""The demo's clocks: one that stands still until the play moves it, and one that goes on from where the play ended."""

import asyncio
from datetime import UTC, datetime, timedelta

from triaged.clock import SystemClock, WakeEvent


class PlayedClock:
    """A `triaged.clock.Clock` for a play: time passes only in `leap`."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._elapsed = 0.0
        self._sleepers: dict[asyncio.Future[None], float] = {}

    def now(self) -> datetime:
        """The instant of the play, aware, UTC."""
        return self._now

    def elapsed(self) -> float:
        """Seconds since the play began."""
        return self._elapsed

    async def sleep(self, seconds: float, wake: WakeEvent | None = None) -> None:
        """Wait until the play has come so far, or until `wake` is set."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[alarm] = self._elapsed + seconds
        try:
            await (wake or WakeEvent()).wait(other=alarm)
        finally:
            del self._sleepers[alarm]

    def leap(self, to: datetime) -> None:
        """It is that instant now; whoever has slept long enough wakes."""
        self._elapsed += max(0.0, (to - self._now).total_seconds())
        self._now = max(to, self._now)
        for alarm, due in self._sleepers.items():
            if due <= self._elapsed and not alarm.done():
                alarm.set_result(None)


class ShiftedClock(SystemClock):
    """The machine's clock, as if it were `start` now."""

    def __init__(self, start: datetime) -> None:
        self._shift: timedelta = start - datetime.now(UTC)

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        return datetime.now(UTC) + self._shift
