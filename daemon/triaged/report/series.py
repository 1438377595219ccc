"""The course of a period: by day, week or month, and by hour and weekday. Pure.

Goes in: the messages, questions and promises of a client (or all). Comes out: what the pictures draw and their tables say.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

from triaged.core.worktime import EndOfDay, WorkTime
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


@dataclass(frozen=True, slots=True)
class Grid:
    """When messages came: by weekday (0 is Monday) and hour, in the zone of the agreed hours as they are now."""

    counts: tuple[tuple[int, ...], ...]
    hours: WorkTime

    @property
    def most(self) -> int:
        """The largest count."""
        return max(map(max, self.counts))

    def agreed(self, day: int) -> tuple[tuple[float, float], ...]:
        """The agreed hours of a weekday as hours of the clock; holidays and single dates are not in it."""
        if self.hours.week is None:
            return ((0.0, 24.0),)
        return tuple((_clock(slot.start), _clock(slot.end)) for slot in self.hours.week.get(day, ()))


def grid(arrived: Iterable[datetime], hours: WorkTime) -> Grid:
    """Count by weekday and hour."""
    local = (at.astimezone(hours.zone) for at in arrived)
    found = Counter((at.weekday(), at.hour) for at in local)
    return Grid(tuple(tuple(found[day, hour] for hour in range(24)) for day in range(7)), hours)


def series(of: Happened, step: Step, starts: Sequence[date], zone: ZoneInfo) -> Series:
    """Count by the stretches that begin at the midnights of `starts`; nothing of it happened before the first."""
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
    )


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


def _clock(at: time | EndOfDay) -> float:
    return 24.0 if isinstance(at, EndOfDay) else at.hour + at.minute / 60


def _month(first: date, later: int) -> tuple[int, int]:
    years, month = divmod(first.month - 1 + later, 12)
    return first.year + years, month + 1
