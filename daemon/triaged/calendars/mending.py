"""What programs write against the standard, put right before recurrences are expanded. A parsed calendar in, changed in place.

Times without a zone, or in one that nobody knows, get the calendar's (X-WR-TIMEZONE) or the person's: where some dates of a series
have a zone and others none, no expansion is right. Dates that stand for an occurrence of a series with times get its time.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

_OFTEN_ENOUGH = frozenset(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
_MOST_A_DAY = 12
_DATES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
_OF_A_SERIES = _DATES[2:]
_ZONE = "X-WR-TIMEZONE"


@dataclass(slots=True)
class Mended:
    """What could not be taken as it stands: events left out, zones by names that nobody knows."""

    left_out: int = 0
    zones: set[str] = field(default_factory=set)


def mend(calendar: Any, zone: ZoneInfo) -> Mended:
    """Put right what can be; floating times are in `zone` where the calendar names none."""
    mended = Mended()
    kept = [part for part in calendar.subcomponents if not _is_left_out(part)]
    mended.left_out = len(calendar.subcomponents) - len(kept)
    calendar.subcomponents = kept
    own = _zone_of(calendar, mended) or zone
    for part in calendar.events:
        for date_, named in _dates(part, _DATES):
            if named and _is_floating(date_.dt):
                mended.zones.add(named)
            date_.dt = _placed(date_.dt, own)
    firsts = {uid_of(part): part["DTSTART"].dt for part in calendar.events if "RECURRENCE-ID" not in part}
    for part in calendar.events:
        first = firsts.get(uid_of(part))
        for date_, _ in _dates(part, _OF_A_SERIES):
            if isinstance(first, datetime) and isinstance(date_.dt, date) and not isinstance(date_.dt, datetime):
                date_.dt = first.replace(year=date_.dt.year, month=date_.dt.month, day=date_.dt.day)
    return mended


def uid_of(part: Any) -> str:
    """What the parts of a series have in common."""
    return str(part.get("UID", ""))


def is_public(part: Any) -> bool:
    """Whether what it says may be shown; a word that nobody knows is to be read as private (RFC 5545 3.8.1.3)."""
    return str(part.get("CLASS", "")).upper() in ("", "PUBLIC")


def _zone_of(calendar: Any, mended: Mended) -> tzinfo | None:
    """The zone that a calendar names as its own, also by Windows' name; one that nobody knows is taken out."""
    from icalendar.timezone import tzp

    named = str(calendar.get(_ZONE, "")).strip()
    found = tzp.timezone(named) if named else None
    if named and found is None:
        mended.zones.add(named)
    calendar.pop(_ZONE, None)
    if found is not None:
        calendar[_ZONE] = str(found)
    return found


def _dates(part: Any, names: tuple[str, ...]) -> Iterator[tuple[Any, str]]:
    """The dates under some names, each with the zone that was written for it."""
    for name in names:
        held = part.get(name)
        for one in held if isinstance(held, list) else [held]:
            if one is not None:
                named = str(one.params.get("TZID", ""))[:100]
                yield from ((each, named) for each in (one.dts if name in ("EXDATE", "RDATE") else (one,)))


def _is_floating(at: object) -> bool:
    """Whether a time, or the first of a period, has no zone."""
    first = at[0] if isinstance(at, tuple) else at
    return isinstance(first, datetime) and first.tzinfo is None


def _placed(at: Any, zone: tzinfo) -> Any:
    if isinstance(at, tuple):
        return tuple(_placed(one, zone) for one in at)
    return at.replace(tzinfo=zone) if _is_floating(at) else at


def _is_left_out(part: Any) -> bool:
    """What begins at no time, recurs more often than any appointment does, or by a rule that nobody can follow."""
    if part.name != "VEVENT":
        return False
    rules = part.get("RRULE", [])
    each = rules if isinstance(rules, list) else [rules]
    return (
        "DTSTART" not in part
        or "EXRULE" in part
        or not all(isinstance(one, dict) and _is_ordinary(one) for one in each)
    )


def _is_ordinary(rule: dict[str, Any]) -> bool:
    if [str(scale).upper() for scale in rule.pop("RSCALE", ["GREGORIAN"])] != ["GREGORIAN"]:  # RFC 7529
        return False
    rule.pop("SKIP", None)
    a_day = math.prod(max(1, len(rule.get(part, ()))) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    steps = all(isinstance(step, int) and step > 0 for step in rule.get("INTERVAL", (1,)))
    return _OFTEN_ENOUGH.issuperset(rule.get("FREQ", ())) and a_day <= _MOST_A_DAY and steps
