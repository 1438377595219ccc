"""The course of a period: by day, week or month, and by hour and weekday. Pure.

Goes in: the messages, questions and promises of a client (or all). Comes out: what the pictures draw and their tables say.
"""

from bisect import bisect_right
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

from triaged.core.worktime import WorkTime
from triaged.report.agreed import on_the_clock
from triaged.report.figures import KEPT, KEPT_STATES, Happened, Times, times

Step = Literal["day", "week", "month"]
_DAYS, _WEEKS = 15, 60  # up to that many days by day, up to that many weeks by week


@dataclass(frozen=True, slots=True)
class Stretch:
    """One day, week (from Monday) or month, named by its first date."""

    start: date
    received: int
    answered: Times  # of the questions asked in it, in agreed hours
    promised: timedelta | None  # median time, in agreed hours, for which answers were promised to them
    promises: dict[str, int]  # told in it; one of KEPT each


@dataclass(frozen=True, slots=True)
class Series:
    """A period in order, without gaps."""

    step: Step
    stretches: tuple[Stretch, ...]
    days_off: tuple[tuple[float, float], ...] = ()
    """Holidays and days away, each from where to where it lies; the first stretch reaches from -0.5 to 0.5."""


@dataclass(frozen=True, slots=True)
class Grid:
    """When messages came: by weekday (0 is Monday) and hour, on the clock of a zone."""

    counts: tuple[tuple[int, ...], ...]
    days_off: tuple[tuple[int, ...], ...]  # those of them that came on a holiday or a day away
    hours: WorkTime  # the agreed hours as they are now
    zone: ZoneInfo
    now: datetime

    @property
    def most(self) -> int:
        """The largest count."""
        return max(map(max, self.counts))

    def agreed(self, day: int) -> tuple[tuple[float, float], ...]:
        """The agreed hours of a weekday as hours of the clock; holidays and single dates are not in it."""
        return on_the_clock(self.hours, day, self.zone, self.now)


def grid(
    arrived: Iterable[datetime], hours: WorkTime, zone: ZoneInfo, now: datetime, days_off: Iterable[datetime] = ()
) -> Grid:
    """Count by weekday and hour of that zone. `days_off`: those that arrived on a holiday or a day away."""

    def counted(many: Iterable[datetime]) -> tuple[tuple[int, ...], ...]:
        local = (at.astimezone(zone) for at in many)
        found = Counter((at.weekday(), at.hour) for at in local)
        return tuple(tuple(found[day, hour] for hour in range(24)) for day in range(7))

    return Grid(counted(arrived), counted(days_off), hours, zone, now)


def series(of: Happened, step: Step, starts: Sequence[date], zone: ZoneInfo, days_off: Iterable[date] = ()) -> Series:
    """Count by the stretches that begin at the midnights of `starts`; nothing of it happened before the first.

    `days_off`: the days that are to be marked, none before the first stretch.
    """
    midnights = [datetime.combine(start, time(0), zone).astimezone(UTC) for start in starts]

    def place(at: datetime) -> int:
        return bisect_right(midnights, at) - 1

    received = Counter(place(one.row.arrived_at) for one in of.arrivals)
    answers: list[list[timedelta]] = [[] for _ in starts]
    promised: list[list[float]] = [[] for _ in starts]
    for question in of.asked:
        number = place(question.asked_at)
        if question.answered is not None:
            answers[number].append(question.answered.office)
        if question.promised is not None:
            promised[number].append(question.promised.office.total_seconds())
    kept = Counter(
        (place(p.told_at), KEPT_STATES[p.state]) for p in of.promises if p.told_at and p.state in KEPT_STATES
    )
    return Series(
        step,
        tuple(
            Stretch(
                start,
                received[number],
                times(answers[number]),
                timedelta(seconds=median(promised[number])) if promised[number] else None,
                {name: kept[number, name] for name in KEPT},
            )
            for number, start in enumerate(starts)
        ),
        tuple(_within(day, step, starts) for day in days_off),
    )


def _within(day: date, step: Step, starts: Sequence[date]) -> tuple[float, float]:
    """Where a day lies among the stretches."""
    number = bisect_right(starts, day) - 1
    start = starts[number]
    days = {"day": 1, "week": 7, "month": monthrange(start.year, start.month)[1]}[step]
    begin = number - 0.5 + (day - start).days / days
    return begin, begin + 1 / days


def stretches(since: datetime, until: datetime, zone: ZoneInfo) -> tuple[Step, tuple[date, ...]]:
    """How a period is best divided, and the first date of each part; the first part may have begun before the period."""
    first = since.astimezone(zone).date()
    last = max((until - timedelta(microseconds=1)).astimezone(zone).date(), first)
    days = (last - first).days + 1
    if days <= _DAYS:
        return "day", tuple(first + timedelta(days=n) for n in range(days))
    monday = first - timedelta(days=first.weekday())
    weeks = ((last - monday).days // 7) + 1
    if weeks <= _WEEKS:
        return "week", tuple(monday + timedelta(weeks=n) for n in range(weeks))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return "month", tuple(date(*_month(first, n), 1) for n in range(months))


def _month(first: date, later: int) -> tuple[int, int]:
    years, month = divmod(first.month - 1 + later, 12)
    return first.year + years, month + 1
