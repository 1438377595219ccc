"""Calls with a client: standing ones, text in, the occurrences as they will be out; and those that my calendars hold.

A call is written in my zone, takes place on its weekdays, weekly or every few weeks, and does not take place on a
holiday or an away day; the rhythm goes on regardless. Where a calendar holds a series with the client it alone says when.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from triaged.core.spans import parse_span
from triaged.core.timewords import WEEKDAYS, clock_text, parse_clock, parse_date, parse_weekdays
from triaged.core.worktime import HORIZON, WorkTime

DEFAULT_LENGTH = timedelta(minutes=30)
CALL_NOTICE = timedelta(minutes=30)
"""A call that starts sooner is at hand, and not the next one."""

STALE_AFTER = timedelta(hours=6)
"""A calendar that was read longer ago promises no call of today."""

_DAY = timedelta(days=1)
_FIVE_WEEKS = timedelta(weeks=5)
_LONGEST = timedelta(hours=24)
_CLAUSE = re.compile(r"\s+(for|every|from)\s+", re.IGNORECASE)
_SLOT = re.compile(r"(.*\S\s+\d{1,2}:\d{2})\s*[-–]\s*\d.*", re.ASCII)
_EVERY = re.compile(r"(?:(\d{1,2})\s+)?weeks?", re.IGNORECASE | re.ASCII)
_EXAMPLE = 'write it as "fri 10:00", "tue,thu 16:00 for 45m" or "fri 10:00 every 2 weeks from 2026-11-27"'


@dataclass(frozen=True, slots=True)
class Call:
    """A standing call. `anchor` is the date of the first one; with `every_weeks` above 1 it sets the rhythm."""

    text: str
    weekdays: tuple[int, ...]
    at: time
    length: timedelta = DEFAULT_LENGTH
    every_weeks: int = 1
    anchor: date | None = None

    def falls_on(self, day: date) -> bool:
        """Whether the rhythm has a call on that date, taking place or not."""
        if day.weekday() not in self.weekdays or (self.anchor is not None and day < self.anchor):
            return False
        return self.anchor is None or (_monday(day) - _monday(self.anchor)).days // 7 % self.every_weeks == 0


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One call on its day. `id` is its date, weekdays and time; `skipped` says why it does not take place, if so."""

    start: datetime
    end: datetime
    id: str
    call: Call
    skipped: str = ""


_BY_CALENDAR = "calendar:"


def calendar_id(uid: str, original: str) -> str:
    """The id of a call that a calendar holds: the same when it is moved there (RFC 5545 3.8.4.4)."""
    return f"{_BY_CALENDAR}{uid}:{original}"


def is_by_calendar(call: str | None) -> bool:
    """Whether a call's id is that of one that a calendar holds: its people hear of its moves by the invitation."""
    return call is not None and call.startswith(_BY_CALENDAR)


@dataclass(frozen=True, slots=True)
class Series:
    """Calls that my calendars hold: "calendar", or one series by its title or UID, "calendar: Harbor weekly"."""

    text: str
    name: str = ""  # "": whatever is a call with the client

    def names(self, title: str, uid: str) -> bool:
        """Whether it is the series of that title or UID."""
        return bool(self.name) and (self.name == uid or self.name.casefold() == " ".join(title.split()).casefold())


@dataclass(frozen=True, slots=True)
class Appointed:
    """The calls with one client that my calendars hold, in time order, as they were read at `read_at` as far as `until`."""

    calls: tuple[Occurrence, ...] = ()
    is_series: bool = False  # the calendars alone say when, as far as they were read
    until: datetime | None = None
    read_at: datetime | None = None

    def decides(self, at: datetime) -> bool:
        """Whether a configured call at that instant counts for nothing: the calendars know better."""
        return self.is_series and self.until is not None and at < self.until

    def in_doubt(self, one: Occurrence, now: datetime) -> bool:
        """Whether a call of theirs may have been moved since they were read."""
        stale = self.read_at is not None and now - self.read_at > STALE_AFTER
        return stale and one in self.calls


def parse_planned(text: str) -> Call | Series:
    """A standing call, or "calendar", or "calendar: TITLE".

    Raises:
        ValueError: as `parse_call`.
    """
    head, colon, name = text.strip().partition(":")
    if head.strip().casefold() != "calendar":
        return parse_call(text)
    name = " ".join(name.split())
    if colon and not name:
        raise ValueError(
            f'"{text}" names no series: write its title, as in "calendar: Harbor weekly", or "calendar" alone'
        )
    return Series(text, name)


def parse_call(text: str) -> Call:
    """A standing call: "fri 10:00 for 45m", "tue,thu 16:00", "fri 10:00 every 2 weeks from 2026-11-27".

    Raises:
        ValueError: the text is no call; the message says what to write instead.
    """
    if span := _SLOT.fullmatch(text.strip()):
        raise ValueError(f'"{text}" is no standing call: write its start and its length, as in "{span[1]} for 45m"')
    head, *rest = _CLAUSE.split(" ".join(text.split()))
    clauses = dict(zip((word.casefold() for word in rest[::2]), rest[1::2], strict=True))
    if len(clauses) * 2 != len(rest):
        raise ValueError(f'"{text}" says "for", "every" or "from" twice: {_EXAMPLE}')
    days, space, clock = head.rpartition(" ")
    if not space:
        raise ValueError(f'"{text}" is no standing call: {_EXAMPLE}')
    call = Call(
        text,
        parse_weekdays(days),
        parse_clock(clock),
        _length(clauses.get("for")),
        _weeks(clauses.get("every")),
        parse_date(clauses["from"]) if "from" in clauses else None,
    )
    _check_anchor(call)
    return call


def _length(text: str | None) -> timedelta:
    if text is None:
        return DEFAULT_LENGTH
    span = parse_span(text)
    if span.business_days or span.office or span.elapsed > _LONGEST:
        raise ValueError(f'"for {text}" is no length of a call: write minutes or hours, as in "for 45m"')
    return span.elapsed


def _weeks(text: str | None) -> int:
    match = _EVERY.fullmatch(text or "week")
    weeks = int(match[1] or 1) if match else 0
    if not weeks:
        raise ValueError(f'"every {text}" is no rhythm: write "every 2 weeks from" and the date of one of the calls')
    return weeks


def _check_anchor(call: Call) -> None:
    if call.anchor is None:
        if call.every_weeks > 1:
            raise ValueError(f'"{call.text}" does not say in which weeks: add "from" and the date of one of the calls')
        return
    if call.anchor.weekday() not in call.weekdays:
        fit = next(call.anchor + n * _DAY for n in range(7) if (call.anchor + n * _DAY).weekday() in call.weekdays)
        raise ValueError(f"{call.anchor} is a {WEEKDAYS[call.anchor.weekday()]}: write the date of a call, as {fit}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """My hours and the calls with one client: all that a moment is reckoned by."""

    worktime: WorkTime
    calls: tuple[Call, ...] = ()
    appointed: Appointed = field(default_factory=Appointed)

    def occurrences(self, after: datetime, *, skipped: bool = False) -> Iterator[Occurrence]:
        """The calls that start at `after` or later, in time order, for two years.

        With `skipped`, those that do not take place are among them, each with its reason.
        """
        first = self.worktime.date_of(after) - _DAY  # a gap in the clock may move yesterday's call into today
        for day in self._days(first):
            for one in self.calls_on(day):
                if one.start >= after and (skipped or not one.skipped):
                    yield one

    def _days(self, first: date) -> Iterator[date]:
        """The dates from one on that may have a call."""
        weekdays = {weekday for call in self.calls for weekday in call.weekdays}
        appointed = {self.worktime.date_of(one.start) for one in self.appointed.calls}
        if weekdays or appointed:
            days = (first + number * _DAY for number in range(HORIZON.days + 2))
            yield from (day for day in days if day.weekday() in weekdays or day in appointed)

    def calls_on(self, day: date) -> tuple[Occurrence, ...]:
        """The calls of one date in time order, those that do not take place included."""
        appointed = [one for one in self.appointed.calls if self.worktime.date_of(one.start) == day]
        due = [call for call in self.calls if call.falls_on(day)]
        if not due:
            return tuple(appointed)
        why = why_no_call(self.worktime, day)
        configured = (_occurrence(call, self.worktime, day, why) for call in due)
        known = {one.start for one in appointed}
        found = [one for one in configured if one.start not in known and not self.appointed.decides(one.start)]
        return tuple(sorted((*found, *appointed), key=lambda one: (one.start, one.id)))

    def next_call(self, at: datetime) -> Occurrence | None:
        """The next call that takes place; one that begins in less than half an hour is not the next one any more."""
        return next((one for one in self.occurrences(at + CALL_NOTICE) if not self.is_doubtful(one, at)), None)

    def takes_place_at(self, start: datetime) -> bool:
        """Whether a call begins at that very instant."""
        found = next(self.occurrences(start), None)
        return found is not None and found.start == start

    def call_before(self, start: datetime) -> datetime | None:
        """When the call before the one that begins then began; None: there was none within five weeks."""
        earlier = takewhile(lambda one: one.start < start, self.occurrences(start - _FIVE_WEEKS))
        return max((one.start for one in earlier), default=None)

    def day_before(self, start: datetime) -> datetime:
        """When the office hours of the last office day before a call begin; where I have none at all, a day before it."""
        day = next(self.worktime.office_days(self.worktime.date_of(start), -1), None)
        return self.worktime.office(day)[0][0] if day is not None else start - _DAY

    def is_doubtful(self, one: Occurrence, now: datetime) -> bool:
        """Whether it is a call of today that a calendar holds which could not be read for hours."""
        return self.worktime.date_of(one.start) == self.worktime.date_of(now) and self.appointed.in_doubt(one, now)

    def call_at_hand(self, at: datetime) -> Occurrence | None:
        """The call that is going on at an instant, or begins within half an hour; the earliest if there are several."""
        lengths = [*(call.length for call in self.calls), *(one.end - one.start for one in self.appointed.calls)]
        if not lengths:
            return None
        for one in self.occurrences(at - max(lengths)):
            if one.start > at + CALL_NOTICE:
                return None
            if at < one.end:
                return one
        return None


def why_no_call(worktime: WorkTime, day: date) -> str:
    """Why no call takes place on a date, in words: the holiday's name, or being away; "" if nothing stands against it."""
    return worktime.is_holiday(day) or ("away" if worktime.is_away(day) else "")


def _occurrence(call: Call, worktime: WorkTime, day: date, why: str) -> Occurrence:
    start = worktime.instant(day, call.at)
    clock = clock_text(call.at)
    days = ",".join(WEEKDAYS[number] for number in call.weekdays)
    return Occurrence(start, start + call.length, f"{day}T{clock} {days} {clock}", call, why)


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY
