"""Last-minute passes: how many a client has left. Periods begin at midnight in my zone, weeks on Monday."""

from datetime import date, datetime, time, timedelta

from triaged.core.clients import Allowance
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
