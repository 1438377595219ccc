"""How a moment was computed, in English words for the person who asks why: dates, durations, days that were passed over."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from triaged.core.calls import why_no_call
from triaged.core.timewords import clock_text
from triaged.core.worktime import WorkTime

_DAY = timedelta(days=1)
_MOST_NAMED = 4


def say(at: datetime, worktime: WorkTime) -> str:
    """An instant in my zone: "Fri 27 Nov 2026 10:00"."""
    here = at.astimezone(worktime.zone)
    return f"{say_day(here.date())} {clock_text(here.time())}"


@lru_cache(maxsize=1024)
def say_day(day: date) -> str:
    """A date: "Fri 27 Nov 2026"."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def say_length(length: timedelta) -> str:
    """A duration: "2h 20m"."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0m"


def passed_over(worktime: WorkTime, after: date, until: date) -> tuple[str, ...]:
    """Which holidays and away days lie between two dates, as one sentence, if any do."""
    days = [after + number * _DAY for number in range(1, (until - after).days)]
    named = [f"{say_day(day)} ({why})" for day in days if (why := why_no_call(worktime, day))]
    if not named:
        return ()
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return (f"not counted: {', '.join(named[:_MOST_NAMED])}{more}",)


def pieces(worktime: WorkTime, at: datetime, end: datetime) -> tuple[str, ...]:
    """The available time from one instant to another, day by day, and the days passed over, as sentences."""
    first, last = worktime.date_of(at), worktime.date_of(end)
    days = [first + number * _DAY for number in range((last - first).days + 1)]
    told = [f"{say_length(length)} on {say_day(day)}" for day in days if (length := _available(worktime, day, at, end))]
    if len(told) > _MOST_NAMED:
        told = [told[0], f"{len(told) - 2} days in full or in part", told[-1]]
    return (*passed_over(worktime, first, last), f"available: {', '.join(told)}")


def _available(worktime: WorkTime, day: date, at: datetime, end: datetime) -> timedelta:
    nothing = timedelta(0)
    return sum((max(min(b, end) - max(a, at), nothing) for a, b in worktime.working(day)), nothing)
