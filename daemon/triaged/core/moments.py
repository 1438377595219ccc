"""When a moment is: the arithmetic of `until`, `promise` and `send`, forward from an instant, in my zone.

A `Moment`, an instant, hours and a client's calls go in; a `Resolved` with its steps in words, or None, comes out.
It never raises and every search ends within two years.
"""

from dataclasses import dataclass
from datetime import datetime

from triaged.core.calls import (
    Call,
    Occurrence,
    call_under_way_or_near,
    occurrences,
    parse_call,
)
from triaged.core.momentwords import Moment, Shift, parse_moment
from triaged.core.spans import Span, parse_span
from triaged.core.worktime import WorkTime

__all__ = [
    "Call",
    "Moment",
    "Occurrence",
    "Resolved",
    "Shift",
    "Span",
    "call_under_way_or_near",
    "occurrences",
    "parse_call",
    "parse_moment",
    "parse_span",
    "resolve",
    "resolve_first",
]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A moment that exists: its instant in UTC, the call it came from, and how it was computed, in words."""

    at: datetime
    moment: Moment
    call: Occurrence | None = None
    steps: tuple[str, ...] = ()


def resolve(moment: Moment, at: datetime, worktime: WorkTime, calls: tuple[Call, ...] = ()) -> Resolved | None:
    """When a moment is, forward from `at`; None where there is no such moment."""
    return Resolved(at, moment)


def resolve_first(
    moments: tuple[Moment, ...], at: datetime, worktime: WorkTime, calls: tuple[Call, ...] = ()
) -> Resolved | None:
    """The first moment, in the order written, that exists and lies after `at`."""
    for moment in moments:
        found = resolve(moment, at, worktime, calls)
        if found is not None and found.at > at:
            return found
    return None
