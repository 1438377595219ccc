"""What a condition says about the clock alone: whether it can hold at an instant, and when that changes."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from triaged.core.conditions.circumstances import IsBetween, IsInHours
from triaged.core.conditions.reach import all_of, opposite
from triaged.core.conditions.terms import AllOf, AnyOf, Condition, NoneOf
from triaged.core.worktime import WorkTime

_DAY = timedelta(days=1)
_AHEAD = 35
"""As many days are looked through: the longest period of passes, and what lies around it."""


def at_instant(condition: Condition | None, worktime: WorkTime, at: datetime) -> bool | None:
    """What a condition gives for any message that arrives then: always True, always False, or None: that depends."""
    match condition:
        case None:
            return True
        case IsBetween() | IsInHours():
            return condition.holds_at(worktime, at)
        case AllOf(conditions):
            return all_of(at_instant(inner, worktime, at) for inner in conditions)
        case AnyOf(conditions):
            return opposite(all_of(opposite(at_instant(inner, worktime, at)) for inner in conditions))
        case NoneOf(conditions):
            return all_of(opposite(at_instant(inner, worktime, at)) for inner in conditions)
        case _:
            return None


def can_hold(conditions: Iterable[Condition | None], worktime: WorkTime, at: datetime) -> bool:
    """Whether one of them holds, or may, for what arrives then."""
    return any(at_instant(one, worktime, at) is not False for one in conditions)


def window(
    conditions: Iterable[Condition | None], worktime: WorkTime, now: datetime
) -> tuple[datetime, datetime] | None:
    """The first instant from now on at which one of them can hold, and when the last such hours of that day end.

    Hours that go on past midnight end when they end. None: at no instant of the days ahead.
    """
    asked = tuple(conditions)
    begins = now if can_hold(asked, worktime, now) else None
    ends: datetime | None = None
    for edge in _edges(asked, worktime, now):
        holds = can_hold(asked, worktime, edge)
        if begins is None:
            begins = edge if holds else None
        elif holds and ends is not None and worktime.date_of(edge) != worktime.date_of(begins):
            break
        elif holds:
            ends = None
        elif ends is None:
            ends = edge
    if begins is None:
        return None
    return begins, ends or worktime.instant(worktime.date_of(now) + _AHEAD * _DAY, time(0))


def _edges(conditions: tuple[Condition | None, ...], worktime: WorkTime, now: datetime) -> Iterator[datetime]:
    today = worktime.date_of(now)
    for number in range(_AHEAD):
        day = today + number * _DAY
        yield from sorted({edge for one in conditions for edge in _edges_of(one, worktime, day) if edge > now})


def _edges_of(condition: Condition | None, worktime: WorkTime, day: date) -> Iterator[datetime]:
    match condition:
        case IsBetween(slots):
            for slot in slots:
                yield worktime.instant(day, slot.start)
                yield worktime.instant(day, slot.end)
        case IsInHours():
            yield worktime.instant(day, time(0))
            for interval in (*worktime.office(day), *worktime.free(day)):
                yield from interval
        case AllOf(conditions) | AnyOf(conditions) | NoneOf(conditions):
            for inner in conditions:
                yield from _edges_of(inner, worktime, day)
        case _:
            return
