"""The one clock of the daemon. Everything that asks for the time or waits for it is given a `Clock`.

Due times are wall clock; waiting counts with CLOCK_BOOTTIME, so that a suspended machine wakes to what is due.
"""

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the daemon knows of time."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds since some start, counted through suspension."""
        ...

    async def sleep(self, seconds: float, wake: asyncio.Event | None = None) -> None:
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

    async def sleep(self, seconds: float, wake: asyncio.Event | None = None) -> None:
        """Wait `seconds`, or less when `wake` is set."""
        if wake is None:
            await asyncio.sleep(max(seconds, 0))
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), max(seconds, 0))
