"""Durations as people write them: "15m", "2 weeks", "1 business day", "4 office hours". Text in, `Span` out.

A day is 24 hours. Business days and office hours mean something only beside somebody's hours (`OfficeClock`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from triaged.core.timewords import nearest

_LONGEST = timedelta(days=3660)
_UNITS: Mapping[str, timedelta] = MappingProxyType(
    {
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), timedelta(seconds=1)),
        **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), timedelta(minutes=1)),
        **dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1)),
        **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
        **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
        **dict.fromkeys(("month", "months"), timedelta(days=30)),
        **dict.fromkeys(("y", "year", "years"), timedelta(days=365)),
    }
)
_PART = re.compile(r"(\d{1,6})\s*(business\s+|office\s+)?([a-z]+)", re.ASCII)
_EXAMPLE = 'write a number and a unit, as in "15m", "2 hours", "1 business day" or "4 office hours"'


class OfficeClock(Protocol):
    """Somebody's hours, as far as a duration needs them. Both searches may find nothing and then return None."""

    def business_days_from(self, at: datetime, days: int) -> datetime | None:
        """The same wall clock so many office days later, or earlier if `days` is negative."""

    def office_time_from(self, at: datetime, length: timedelta) -> datetime | None:
        """The instant by which so much available time has passed, or since when, if `length` is negative."""


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: elapsed time, then office days, then available time."""

    text: str
    elapsed: timedelta = timedelta(0)
    business_days: int = 0
    office: timedelta = timedelta(0)

    def __str__(self) -> str:
        """As it was written."""
        return self.text

    def after(self, at: datetime, worktime: OfficeClock) -> datetime:
        """The instant that lies this much after `at`. Without any office hours ahead, days are calendar days."""
        return self._from(at, worktime, 1)

    def before(self, at: datetime, worktime: OfficeClock) -> datetime:
        """The instant that lies this much before `at`."""
        return self._from(at, worktime, -1)

    def _from(self, at: datetime, worktime: OfficeClock, sign: int) -> datetime:
        at += sign * self.elapsed
        if self.business_days:
            at = worktime.business_days_from(at, sign * self.business_days) or at + sign * timedelta(self.business_days)
        if self.office:
            at = worktime.office_time_from(at, sign * self.office) or at + sign * self.office
        return at

    def reach(self, at: datetime, worktime: OfficeClock) -> timedelta:
        """How far ahead of `at` to look for all from which this much before is `at` or earlier: no less, maybe more."""
        if not self.in_office_time:
            return self.elapsed
        end, step = self.after(at, worktime), timedelta(days=1)
        while self.before(end, worktime) <= at:
            end, step = end + step, 2 * step
        return end - at

    @property
    def in_office_time(self) -> bool:
        """Whether it means something only beside somebody's hours."""
        return bool(self.business_days or self.office)

    @property
    def calendar(self) -> timedelta:
        """On the calendar alone, where nobody's hours are asked: in weeks of five eight-hour days, rounded up to days."""
        office_days = -(-self.office // timedelta(hours=8))
        days = self.business_days + office_days
        return self.elapsed + timedelta(days=days + 2 * -(-days // 5)) if days else self.elapsed


def parse_span(text: str) -> Span:
    """A duration: "15m", "15 minutes", "1h 30m", "2 weeks", "1 business day", "4 office hours".

    Raises:
        ValueError: the text is no duration; the message says what to write instead.
    """
    rest = text.strip().casefold().replace(" and ", " ")
    elapsed = office = timedelta(0)
    business_days = 0
    while rest:
        match = _PART.match(rest)
        if match is None:
            raise ValueError(f'"{text}" is no duration: {_EXAMPLE}')
        number, kind, unit = int(match[1]), (match[2] or "").strip(), _unit(text, match[3])
        match kind:
            case "business":
                business_days += _business_days(text, number, unit)
            case "office":
                office += _office(text, number, unit)
            case _:
                elapsed += number * unit
        rest = rest[match.end() :].strip()
    if not (elapsed or office or business_days):
        raise ValueError(f'"{text}" is no duration: {_EXAMPLE}')
    if elapsed + office + timedelta(days=business_days) > _LONGEST:
        raise ValueError(f'"{text}" is longer than ten years')
    return Span(" ".join(text.split()), elapsed, business_days, office)


def _unit(text: str, word: str) -> timedelta:
    unit = _UNITS.get(word)
    if unit is None:
        raise ValueError(f'"{text}": "{word}" is no unit of time{nearest(word, _UNITS) or f"; {_EXAMPLE}"}')
    return unit


def _business_days(text: str, number: int, unit: timedelta) -> int:
    if unit != timedelta(days=1):
        raise ValueError(
            f'"{text}": business time is counted in days, as in "2 business days"; for hours write "office hours"'
        )
    return number


def _office(text: str, number: int, unit: timedelta) -> timedelta:
    if unit not in (timedelta(hours=1), timedelta(minutes=1)):
        raise ValueError(
            f'"{text}": office time is counted in hours, as in "4 office hours"; for days write "business days"'
        )
    return number * unit
