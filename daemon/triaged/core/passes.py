"""Last-minute passes: how many a client has left, and until when one counts.

Periods begin at midnight in my zone, weeks on Monday.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from triaged.core.clients import Allowance
from triaged.core.conditions import Condition, window
from triaged.core.facts import Facts
from triaged.core.worktime import WorkTime


def period_start(at: datetime, allowance: Allowance, worktime: WorkTime) -> datetime:
    """When the running period began (aware UTC)."""
    today = worktime.date_of(at)
    match allowance.period:
        case "day":
            first = today
        case "week":
            first = today - timedelta(days=today.weekday())
        case "month":
            first = date(today.year, today.month, 1)
    return worktime.instant(first, time(0))


def left(facts: Facts, allowance: Allowance | None, worktime: WorkTime) -> int:
    """How many passes are left in the period in which the message arrived; without an allowance none."""
    if allowance is None:
        return 0
    start = period_start(facts.arrived, allowance, worktime)
    return max(0, allowance.count - sum(1 for spent in facts.passes if spent.at >= start))


def thread_has_one(facts: Facts, allowance: Allowance | None, worktime: WorkTime) -> bool:
    """Whether the thread spent a pass in this period already: it needs no second one."""
    if allowance is None or facts.thread is None:
        return False
    start = period_start(facts.arrived, allowance, worktime)
    return any(spent.at >= start and spent.thread == facts.thread for spent in facts.passes)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a client can be offered: so many passes, and the instant until which one counts."""

    left: int
    until: datetime


def offer(facts: Facts, allowance: Allowance, worktime: WorkTime, whens: Iterable[Condition | None]) -> Offer:
    """The passes of the period in which one can be used next, as of `facts.now`.

    `whens`: the conditions of the rules that spend one. It counts until the last hours of that day end in which one of
    them can hold, and no longer than the period.
    """
    hours = window(whens, worktime, facts.now)
    start = period_start(hours[0] if hours else facts.now, allowance, worktime)
    left_then = max(0, allowance.count - sum(1 for spent in facts.passes if spent.at >= start))
    end = period_end(start, allowance, worktime)
    return Offer(left_then, min(end, hours[1]) if hours else end)


def period_end(start: datetime, allowance: Allowance, worktime: WorkTime) -> datetime:
    """When the period that began at `start` ends (aware UTC)."""
    first = worktime.date_of(start)
    match allowance.period:
        case "day":
            after = first + timedelta(days=1)
        case "week":
            after = first + timedelta(days=7)
        case "month":
            after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return worktime.instant(after, time(0))
