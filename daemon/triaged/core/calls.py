"""Standing calls with a client: text in, the occurrences as they will be out.

A call is written in my zone, takes place on its weekdays, weekly or every few weeks, and does not take place on a
holiday or an away day; the rhythm goes on regardless.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from triaged.core.spans import parse_span
from triaged.core.timewords import WEEKDAYS, clock_text, parse_clock, parse_date, parse_weekdays
from triaged.core.worktime import HORIZON, WorkTime

DEFAULT_LENGTH = timedelta(minutes=30)
CALL_NOTICE = timedelta(minutes=30)
"""A call that starts sooner is at hand, and not the next one."""

_DAY = timedelta(days=1)
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
    """My hours and the standing calls with one client: all that a moment is reckoned by."""

    worktime: WorkTime
    calls: tuple[Call, ...] = ()

    def occurrences(self, after: datetime, *, skipped: bool = False) -> Iterator[Occurrence]:
        """The calls that start at `after` or later, in time order, for two years.

        With `skipped`, those that do not take place are among them, each with its reason.
        """
        if not self.calls:
            return
        weekdays = {weekday for call in self.calls for weekday in call.weekdays}
        first = self.worktime.date_of(after) - _DAY  # a gap in the clock may move yesterday's call into today
        for number in range(HORIZON.days + 2):
            day = first + number * _DAY
            if day.weekday() in weekdays:
                for one in self.calls_on(day):
                    if one.start >= after and (skipped or not one.skipped):
                        yield one

    def calls_on(self, day: date) -> tuple[Occurrence, ...]:
        """The calls of one date in time order, those that do not take place included."""
        due = [call for call in self.calls if call.falls_on(day)]
        if not due:
            return ()
        why = why_no_call(self.worktime, day)
        found = (_occurrence(call, self.worktime, day, why) for call in due)
        return tuple(sorted(found, key=lambda one: (one.start, one.id)))

    def next_call(self, at: datetime) -> Occurrence | None:
        """The next call that takes place; one that begins in less than half an hour is not the next one any more."""
        return next(self.occurrences(at + CALL_NOTICE), None)

    def call_at_hand(self, at: datetime) -> Occurrence | None:
        """The call that is going on at an instant, or begins within half an hour; the earliest if there are several."""
        if not self.calls:
            return None
        longest = max(call.length for call in self.calls)
        for one in self.occurrences(at - longest):
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
