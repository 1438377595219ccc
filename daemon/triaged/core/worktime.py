"""When somebody works: hours of the week, dates, holidays, away days and focus blocks, in one time zone.

In go aware instants and dates, out come instants in UTC, names and durations. Nothing here knows what time it is now,
and every search ends within `HORIZON`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from triaged.core.publicholidays import holidays_of, parse_holidays
from triaged.core.spans import Span, parse_span
from triaged.core.timewords import (
    END_OF_DAY,
    WHOLE_DAY,
    EndOfDay,
    Slot,
    merge_week,
    parse_clock,
    parse_date,
    parse_dates,
    parse_slots,
    parse_weekdays,
)

__all__ = [
    "END_OF_DAY",
    "EndOfDay",
    "Slot",
    "Span",
    "WorkTime",
    "merge_week",
    "parse_clock",
    "parse_date",
    "parse_dates",
    "parse_holidays",
    "parse_slots",
    "parse_span",
    "parse_weekdays",
]

HORIZON = timedelta(days=731)
_DAY = timedelta(days=1)
_WEEKEND = (5, 6)
_REMEMBERED_DAYS = 3000
_EDGE = (date(1, 1, 3), date(9999, 12, 28))

Interval = tuple[datetime, datetime]
Hours = Literal["office", "focus", "off"]


@dataclass(frozen=True, slots=True)
class _Day:
    office: tuple[Interval, ...]
    working: tuple[Interval, ...]  # office without focus
    free: tuple[Interval, ...]  # and without what calendars hold
    worked: timedelta  # how long `working` is in all


@dataclass(frozen=True)
class WorkTime:
    """The hours of one person, or those agreed with a client.

    `week` maps days of the week (0 is Monday) to office hours; None, as without [hours], is every day from 00:00 to
    24:00. Holidays and away days have no hours, in either case. `on` gives the hours of a date and wins over
    everything: over the week, over focus, and, where it gives hours at all, that date is neither holiday nor away day.
    `busy`, in time order, is focus that calendars hold: I am not available in it, but durations in office hours, as of a
    promise, do not know it.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[Slot, ...]] | None = None
    on: Mapping[date, tuple[Slot, ...]] = field(default_factory=lambda: MappingProxyType({}))
    holidays: str = ""
    away: tuple[tuple[date, date], ...] = ()
    focus: Mapping[int, tuple[Slot, ...]] = field(default_factory=lambda: MappingProxyType({}))
    busy: tuple[Interval, ...] = ()
    _days: dict[date, _Day] = field(default_factory=dict, init=False, repr=False, compare=False)

    # -- days

    def date_of(self, at: datetime) -> date:
        """The date on this zone's calendar."""
        try:
            return at.astimezone(self.zone).date()
        except OverflowError:  # the first and last hours that a datetime can hold
            return at.date()

    def is_weekend(self, day: date) -> bool:
        """Whether it is a Saturday or a Sunday."""
        return day.weekday() in _WEEKEND

    def is_holiday(self, day: date) -> str | None:
        """The name of the public holiday, if it is one and `on` gives that date no hours."""
        if not self.holidays or self.on.get(day):
            return None
        return holidays_of(self.holidays, day.year).get(day)

    def is_away(self, day: date) -> bool:
        """Whether it is an away day and `on` gives that date no hours."""
        return not self.on.get(day) and any(first <= day <= last for first, last in self.away)

    def slots(self, day: date) -> tuple[Slot, ...]:
        """The office hours of a date as wall clocks."""
        if day in self.on:
            return self.on[day]
        if self.is_away(day) or self.is_holiday(day):
            return ()
        return (WHOLE_DAY,) if self.week is None else self.week.get(day.weekday(), ())

    def focus_slots(self, day: date) -> tuple[Slot, ...]:
        """The focus blocks of a date as wall clocks; none on a date that `on` names."""
        return () if day in self.on else self.focus.get(day.weekday(), ())

    def office_day(self, day: date) -> bool:
        """Whether the date has office hours, focus or not."""
        return bool(self.office(day))

    def office_days(self, after: date, step: Literal[1, -1] = 1) -> Iterator[date]:
        """The office days after a date (or before it), nearest first, as far as `HORIZON`."""
        for number in range(1, HORIZON.days + 1):
            day = after + step * number * _DAY
            if self.office_day(day):
                yield day

    def last_hour(self, day: date) -> datetime | None:
        """When the office hours of a date end; None: it has none."""
        office = self.office(day)
        return office[-1][1] if office else None

    # -- instants

    def instant(self, day: date, clock: time | EndOfDay) -> datetime:
        """The instant, in UTC, of a wall clock on a date.

        A skipped wall clock is moved forward by the gap (02:30 is 03:30), one that comes twice is the first
        (PEP 495: `fold=0` reads both so).
        """
        if isinstance(clock, EndOfDay):
            day, clock = day + _DAY, time(0)
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def office(self, day: date) -> tuple[Interval, ...]:
        """The office hours of a date as instants in UTC, in order, focus not counted out."""
        return self._day(day).office

    def free(self, day: date) -> tuple[Interval, ...]:
        """The hours of a date at which I am available, as instants in UTC, in order: office without focus."""
        return self._day(day).free

    def working(self, day: date) -> tuple[Interval, ...]:
        """The hours of a date that count as office time: office without the focus of the configuration."""
        return self._day(day).working

    def _day(self, day: date) -> _Day:
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _REMEMBERED_DAYS:
                self._days.clear()
            known = self._days[day] = self._compute(day)
        return known

    def _compute(self, day: date) -> _Day:
        if not _EDGE[0] <= day <= _EDGE[1]:
            return _Day((), (), (), timedelta(0))
        office = self._intervals(day, self.slots(day))
        working = _without(office, self._intervals(day, self.focus_slots(day))) if office else ()
        free = _without(working, self._held(working[0][0], working[-1][1])) if working and self.busy else working
        return _Day(office, working, free, sum((end - start for start, end in working), timedelta(0)))

    def _held(self, first: datetime, last: datetime) -> tuple[Interval, ...]:
        """What calendars hold between two instants."""
        return tuple((start, end) for start, end in self.busy if start < last and first < end)

    def _intervals(self, day: date, slots: tuple[Slot, ...]) -> tuple[Interval, ...]:
        if not slots:
            return ()
        # Hours never leave their date: a gap may push a slot past midnight, and some dates were skipped whole (Apia 2011).
        midnight, end_of_day = self.instant(day, time(0)), self.instant(day, END_OF_DAY)
        found: list[Interval] = []
        for slot in slots:
            start = max(self.instant(day, slot.start), found[-1][1] if found else midnight)
            end = min(self.instant(day, slot.end), end_of_day)
            if found and found[-1][1] == start < end:
                found[-1] = (found[-1][0], end)
            elif start < end:
                found.append((start, end))
        return tuple(found)

    # -- questions about an instant

    def available(self, at: datetime) -> bool:
        """Whether it lies inside office hours and outside focus."""
        return any(start <= at < end for start, end in self.free(self.date_of(at)))

    def hours(self, at: datetime) -> Hours:
        """`office` (available), `focus` (inside office hours but not available) or `off`: exactly one."""
        if self.available(at):
            return "office"
        return "focus" if any(start <= at < end for start, end in self.office(self.date_of(at))) else "off"

    @property
    def always(self) -> bool:
        """Whether there is no hour at which I am not available."""
        return self.week is None and not (self.on or self.holidays or self.away or self.focus or self.busy)

    # -- searches

    def _free_from(self, day: date) -> Iterator[Interval]:
        for number in range(HORIZON.days + 2):
            yield from self.free(day + number * _DAY)

    def _working_from(self, day: date) -> Iterator[Interval]:
        for number in range(HORIZON.days + 2):
            yield from self.working(day + number * _DAY)

    def next_available(self, at: datetime, *, strictly: bool = False) -> datetime | None:
        """The first instant from `at` on at which I am available; `strictly`: at which I become so, after `at`.

        None where there is none within `HORIZON`, and, strictly, for somebody who is always available.
        """
        if strictly and self.always:
            return None  # not one day of two years need be looked at
        before: datetime | None = None
        for start, end in self._free_from(self.date_of(at) - _DAY):
            if not strictly and at < end:
                return max(start, at)
            if start > at and start != before:
                return start
            before = end
        return None

    def office_time(self, a: datetime, b: datetime) -> timedelta:
        """The available time between two instants; zero if `b` is not after `a`."""
        if b <= a:
            return timedelta(0)
        day, last = self.date_of(a), self.date_of(b)
        total = self._within(day, a, b)
        if day == last:
            return total
        while (day := day + _DAY) < last:
            total += self._day(day).worked
        return total + self._within(last, a, b)

    def _within(self, day: date, a: datetime, b: datetime) -> timedelta:
        """The available time of a date that lies between two instants."""
        spans = (min(end, b) - max(start, a) for start, end in self.working(day))
        return sum((span for span in spans if span > timedelta(0)), timedelta(0))

    def office_time_from(self, at: datetime, length: timedelta) -> datetime | None:
        """The earliest instant by which `length` of available time has passed; negative: the latest since which it has."""
        if length < timedelta(0):
            return self._office_time_before(at, -length)
        for start, end in self._working_from(self.date_of(at)):
            here = max(end - max(start, at), timedelta(0))
            if here and here >= length:
                return max(start, at) + length
            length -= here
        return None

    def _office_time_before(self, at: datetime, length: timedelta) -> datetime | None:
        last = self.date_of(at)
        for number in range(HORIZON.days + 2):
            for start, end in reversed(self.working(last - number * _DAY)):
                here = max(min(end, at) - start, timedelta(0))
                if here and here >= length:
                    return min(end, at) - length
                length -= here
        return None

    def business_days_from(self, at: datetime, days: int) -> datetime | None:
        """The same wall clock on the office day that many office days after the date of `at`, or before it."""
        here = at.astimezone(self.zone)
        step: Literal[1, -1] = 1 if days > 0 else -1
        for count, day in enumerate(self.office_days(here.date(), step), 1):
            if count == abs(days):
                return self.instant(day, here.time())
        return None


def _without(office: tuple[Interval, ...], focus: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Office hours with every focus block cut out."""
    free = list(office)
    for first, last in focus:
        free = [
            piece
            for start, end in free
            for piece in ((start, min(end, first)), (max(start, last), end))
            if piece[0] < piece[1]
        ]
    return tuple(free)
