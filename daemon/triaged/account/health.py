"""How an account is, what of it has been said, and what it makes of a server that keeps it busy with nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triaged.outbox.prepared import Stuck

SAY_AGAIN = timedelta(hours=1)
"""How long one and the same trouble is not said again."""

_FIGURES = re.compile(r"[\d.+ ]+")

BREATH = 5.0
"""Seconds that a server which speaks for no reason is not listened to; it is looked at all the same."""

_BEARABLE = 10
"""Times in a row that it may wake us for nothing: mail clients at work do that too."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """Since when a watched folder cannot be watched, and why."""

    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Since when a server's word about a folder that is watched is in doubt, why, and when that showed last."""

    since: datetime
    why: str
    seen: datetime


@dataclass(slots=True)
class Health:
    """How an account is, for `status` and the metrics."""

    state: str = "starting"
    since: datetime | None = None
    error: str = ""
    proven_alive: datetime | None = None
    connects: int = 0
    failures: int = 0
    last_message: datetime | None = None
    returned_at: datetime | None = None  # when something was last brought back
    unwatched: dict[str, Unwatched] = field(default_factory=dict)  # folders by their configured names
    next_try: datetime | None = None  # while it is not connected: when it signs in again
    unadopted: int = 0  # messages put aside by a triaged that no ledger knows
    doubts: dict[str, Doubt] = field(default_factory=dict)  # likewise: what the server says of them is in doubt
    stuck: Callable[[], Stuck | None] = lambda: None  # why no reply can go, while some wait
    went_at: Callable[[], datetime | None] = lambda: None  # when the submission server last listened to one


@dataclass(slots=True)
class Attention:
    """Counts the times that a server woke us and had nothing new."""

    _wasted: int = 0
    _last: datetime | None = None

    def pause(self, spoke: bool, last_message: datetime | None) -> float:  # noqa: FBT001 — what the wait ended with
        """Seconds to wait before it is listened to again, after it `spoke` or not; `last_message`: when there was one."""
        self._wasted = self._wasted + 1 if spoke and last_message == self._last else 0
        self._last = last_message
        return BREATH if self._wasted > _BEARABLE else 0


@dataclass(slots=True)
class Said:
    """Which troubles have been said, and when."""

    _at: dict[str, datetime] = field(default_factory=dict)

    def is_news(self, trouble: str, now: datetime) -> bool:
        """Whether it has not been said lately; from now on it has."""
        trouble = _FIGURES.sub("", trouble)  # servers put durations and counts into their words
        said = self._at.get(trouble)
        if said is not None and timedelta() <= now - said < SAY_AGAIN:  # the clock may have been ahead
            return False
        self._at = {what: at for what, at in self._at.items() if timedelta() <= now - at < SAY_AGAIN} | {trouble: now}
        return True
