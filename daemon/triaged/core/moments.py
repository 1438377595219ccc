"""When a moment is: the arithmetic of `until`, `promise` and `send`, forward from an instant, in my zone.

A `Moment`, an instant, my hours with a client's calls go in; a `Resolved` with its steps in words, or None, comes out.
It never raises on instants of our centuries and every search ends within two years.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import assert_never

from triaged.core.calls import CALL_NOTICE, Occurrence, Schedule
from triaged.core.momentsteps import passed_over, pieces, say, say_day, say_length
from triaged.core.momentwords import (
    BusinessDays,
    Clock,
    EndOfOfficeHours,
    Form,
    In,
    Moment,
    NextCall,
    NextOfficeHours,
    Now,
    OfficeHours,
    Shift,
    StartOfNextOfficeDay,
    StartOfNextWeek,
    StartOfOfficeHours,
    Tomorrow,
    parse_moment,
)
from triaged.core.spans import Span
from triaged.core.timewords import WEEKDAYS, clock_text
from triaged.core.worktime import WorkTime

__all__ = ["Moment", "Resolved", "parse_moment", "resolve", "resolve_first"]

_DAY = timedelta(days=1)
_NIGHT_ENDS = time(4)
_YEARS = (1900, 2200)
_MOST_TOLD = 5  # calls that do not take place, told one by one


@dataclass(frozen=True, slots=True)
class Resolved:
    """A moment that exists: its instant in UTC, the call it came from, and how it was computed, in words."""

    at: datetime
    moment: Moment
    call: Occurrence | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    at: datetime
    steps: tuple[str, ...]
    call: Occurrence | None = None


def resolve(moment: Moment, at: datetime, schedule: Schedule) -> Resolved | None:
    """When a moment is, forward from `at` (aware); None where there is no such moment within two years.

    What is to be shifted is chosen first, then shifted; so the result may lie before `at`.
    """
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        return None
    found = _find(moment.form, at, schedule)
    if found is None:
        return None
    for shift in moment.shifts:
        found = _shift(found, shift, schedule.worktime)
    return Resolved(found.at, moment, found.call, found.steps)


def resolve_first(moments: tuple[Moment, ...], at: datetime, schedule: Schedule) -> Resolved | None:
    """The first moment, in the order written, that exists and lies after `at`; its steps tell what came before it."""
    told: list[str] = []
    for moment in moments:
        found = resolve(moment, at, schedule)
        if found is not None and found.at > at:
            return replace(found, steps=(*told, *found.steps)) if told else found
        why = "does not exist" if found is None else f"would be {say(found.at, schedule.worktime)}, which is not ahead"
        told.append(f'"{moment}" {why}')
    return None


def _shift(found: _Found, shift: Shift, worktime: WorkTime) -> _Found:
    move = shift.span.before if shift.direction == "before" else shift.span.after
    at = move(found.at, worktime)
    return _Found(at, (*found.steps, f"{shift.span} {shift.direction} it is {say(at, worktime)}"), found.call)


def _find(form: Form, at: datetime, schedule: Schedule) -> _Found | None:  # noqa: PLR0911 one return a form
    worktime = schedule.worktime
    match form:
        case Now():
            return _Found(at, (f"now is {say(at, worktime)}",))
        case In(span):
            return _elapsed(span, at, worktime)
        case Clock(clock, weekdays):
            return _next_clock(clock, weekdays, at, worktime)
        case Tomorrow(clock):
            return _on(worktime.date_of(at) + _DAY, clock, worktime, f"tomorrow {clock_text(clock)}")
        case NextOfficeHours():
            return _next_office_hours(at, worktime)
        case StartOfOfficeHours():
            return _start_of_office_hours(at, worktime)
        case StartOfNextOfficeDay() | StartOfNextWeek():
            today = evening_of(at, worktime)
            rest_of_week = (6 - today.weekday()) * _DAY if isinstance(form, StartOfNextWeek) else 0 * _DAY
            return _start_of_day_after(today + rest_of_week, at, worktime)
        case EndOfOfficeHours():
            return _end_of_office_hours(at, worktime)
        case BusinessDays(count, clock):
            return _business_day(count, clock, at, worktime)
        case OfficeHours(length):
            return _office_hours(length, at, worktime)
        case NextCall(within):
            return _next_call(at, schedule, _latest(within, at, worktime))
        case _:  # pragma: no cover
            assert_never(form)


def _elapsed(span: Span, at: datetime, worktime: WorkTime) -> _Found:
    end = span.after(at, worktime)
    return _Found(end, (f"{span} after {say(at, worktime)} is {say(end, worktime)}",))


def _on(day: date, clock: time, worktime: WorkTime, name: str) -> _Found:
    at = worktime.instant(day, clock)
    steps: tuple[str, ...] = (f"{name} is {say(at, worktime)}",)
    if at.astimezone(worktime.zone).replace(tzinfo=None) != datetime.combine(day, clock):
        steps = (*steps, f"{clock_text(clock)} is skipped on {say_day(day)}: the clock goes forward")
    return _Found(at, steps)


def _next_clock(clock: time, weekdays: tuple[int, ...] | None, at: datetime, worktime: WorkTime) -> _Found | None:
    named = "" if weekdays is None else ",".join(WEEKDAYS[day] for day in weekdays) + " "
    today = worktime.date_of(at)
    for number in range(-1, 9):  # from yesterday: a gap in the clock may move its wall clock into today
        day = today + number * _DAY
        if (weekdays is None or day.weekday() in weekdays) and worktime.instant(day, clock) > at:
            return _on(day, clock, worktime, f"the next {named}{clock_text(clock)}")
    return None


def _business_day(count: int, clock: time | None, at: datetime, worktime: WorkTime) -> _Found | None:
    today = worktime.date_of(at)
    day = next(islice(worktime.office_days(today), count - 1, None), None)
    if day is None:
        return None
    name = "the next office day" if count == 1 else f"office day {count}"
    steps = (*passed_over(worktime, today, day), f"{name} after {say_day(today)} is {say_day(day)}")
    if clock is None:
        end = worktime.office(day)[-1][1]
        return _Found(end, (*steps, f"its office hours end {_ending(end, day, worktime)}"))
    found = _on(day, clock, worktime, f"{clock_text(clock)} then")
    return replace(found, steps=(*steps, *found.steps))


def _ending(end: datetime, day: date, worktime: WorkTime) -> str:
    here = end.astimezone(worktime.zone)
    return f"at {clock_text(here.time())}" if here.date() == day else "at 24:00"


def _next_office_hours(at: datetime, worktime: WorkTime) -> _Found | None:
    if worktime.available(at):
        return _Found(at, (f"{say(at, worktime)} is inside office hours",))
    start = worktime.next_available(at)
    if start is None:
        return None
    days = passed_over(worktime, worktime.date_of(at), worktime.date_of(start))
    return _Found(start, (*days, f"the next time I am available after {say(at, worktime)} is {say(start, worktime)}"))


def _start_of_office_hours(at: datetime, worktime: WorkTime) -> _Found | None:
    start = worktime.next_available(at, strictly=True)
    if start is None:
        return None
    days = passed_over(worktime, worktime.date_of(at), worktime.date_of(start))
    return _Found(start, (*days, f"after {say(at, worktime)} I next become available on {say(start, worktime)}"))


def evening_of(at: datetime, worktime: WorkTime) -> date:
    """Which day it is to somebody who is still up: until 04:00 it is yesterday."""
    here = at.astimezone(worktime.zone)
    return here.date() - _DAY if here.time() < _NIGHT_ENDS else here.date()


def _start_of_day_after(last: date, at: datetime, worktime: WorkTime) -> _Found | None:
    """When the hours of the first office day after a date begin, later than `at`."""
    for day in worktime.office_days(last):
        start = worktime.office(day)[0][0]
        if start > at:
            return _Found(
                start, (*passed_over(worktime, last, day), f"the hours of {say_day(day)} begin {say(start, worktime)}")
            )
    return None


def _end_of_office_hours(at: datetime, worktime: WorkTime) -> _Found | None:
    today = worktime.date_of(at)
    for day in _today_and(worktime.office_days(today), today):
        office = worktime.office(day)
        if office and office[-1][1] > at:
            which = "today's" if day == today else f"the next office day's, {say_day(day)},"
            steps = (
                *passed_over(worktime, today, day),
                f"{which} office hours end {_ending(office[-1][1], day, worktime)}",
            )
            return _Found(office[-1][1], steps)
    return None


def _today_and(days: Iterable[date], today: date) -> Iterable[date]:
    yield today
    yield from days


def _office_hours(length: timedelta, at: datetime, worktime: WorkTime) -> _Found | None:
    end = worktime.office_time_from(at, length)
    if end is None:
        return None
    total = f"{say_length(length)} of it have passed by {say(end, worktime)}"
    return _Found(end, (*pieces(worktime, at, end), total))


def _latest(within: Span | None, at: datetime, worktime: WorkTime) -> datetime | None:
    """By when a call must begin: in business days by the end of the last of them, as "2 business days" is its end."""
    if within is None:
        return None
    end = within.after(at, worktime)
    return worktime.instant(worktime.date_of(end) + _DAY, time(0)) if within.business_days else end


def _next_call(at: datetime, schedule: Schedule, latest: datetime | None) -> _Found | None:
    worktime = schedule.worktime
    told: list[str] = []
    for one in schedule.occurrences(at, skipped=True):
        if one.skipped:
            told.append(f"the call on {say(one.start, worktime)} does not take place: {one.skipped}")
        elif latest is not None and one.start > latest:
            return None
        elif schedule.is_doubtful(one, at):
            told.append(
                f"the call on {say(one.start, worktime)} may have moved: the calendar could not be read for hours"
            )
        elif one.start < at + CALL_NOTICE:
            told.append(f"the call on {say(one.start, worktime)} begins in less than {say_length(CALL_NOTICE)}")
        else:
            return _Found(
                one.start,
                (*told[-_MOST_TOLD:], f"the next call is on {say(one.start, worktime)} ({one.call.text})"),
                one,
            )
    return None
