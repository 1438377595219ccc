"""A process of its own that makes occurrences of a calendar: a job and its octets on stdin, JSON on stdout.

Recurrences are expanded by `recurring-ical-events`, on data that strangers have a part in: here it may take its time and
memory, be stopped, and never slow the daemon. Run by `triaged.calendars.occurrences`; it knows nothing of the rest.
"""

import json
import math
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

MOST_EVENTS, MOST_OCCURRENCES = 30_000, 30_000
_MEMORY, _SECONDS = 2 * 1024**3, 40
_OFTEN_ENOUGH = frozenset(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
_LONGEST_TEXT = 300
_CALENDAR_DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"
_MOST_A_DAY = 12
_ZONES = {b"tzone://Microsoft/Utc": b"UTC", b"tzone://Microsoft/": b"Microsoft-"}
"""Zones as Outlook.com names them: a colon ends a parameter (RFC 5545 3.1)."""

_PRIVATE = ("PRIVATE", "CONFIDENTIAL")
_AWAY, _FREE, _UNSURE = "OOF", ("FREE", "WORKINGELSEWHERE"), "TENTATIVE"


class Unreadable(Exception):
    """It is no calendar, or too much of one; the message may be told."""


def main() -> int:
    """Do the job on stdin; 1 and one line on stderr where that cannot be done."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    job = json.loads(sys.stdin.buffer.readline())
    try:
        given = sys.stdin.buffer.read()
        texts = _of_collection(given) if job["kind"] == "collection" else [given]
        json.dump(expanded(texts, job), sys.stdout, ensure_ascii=False)
    except ImportError:
        sys.stderr.write("reading calendars needs the extra calendar: pip install 'triaged[calendar]'")
        return 1
    except Unreadable as error:
        sys.stderr.write(str(error))
        return 1
    return 0


def _of_collection(answer: bytes) -> list[bytes]:
    """The events in the answer of a CalDAV server to `calendar-query` (RFC 4791 7.8)."""
    try:
        found = ET.fromstring(answer)  # noqa: S314 — expat bounds entities, and this process is bounded as a whole
    except ET.ParseError as error:
        raise Unreadable(f"the answer of the collection is damaged ({error.code})") from None
    return [(data.text or "").encode() for data in found.iter(_CALENDAR_DATA) if data.text]


def expanded(texts: list[bytes], job: dict[str, Any]) -> dict[str, Any]:
    """The occurrences between `from` and `to` (RFC 3339) of iCalendar texts; floating times are in the zone of `zone`.

    Raises:
        Unreadable
    """
    zone = ZoneInfo(job["zone"])
    found: list[dict[str, Any]] = []
    events = left_out = 0
    for calendar in _calendars(texts):
        bad = _drop_bombs(calendar)
        events += len(calendar.events) + bad + len(calendar.freebusy)
        left_out += bad
        if events > MOST_EVENTS:
            raise Unreadable(f"it has more than {MOST_EVENTS:,} events")
        found += _occurrences(calendar, job, zone)
        if len(found) > MOST_OCCURRENCES:
            raise Unreadable(f"it has more than {MOST_OCCURRENCES:,} occurrences in the time that is looked at")
    found.sort(key=lambda one: (one["start"], one["uid"], one["original"]))
    return {"events": events, "left_out": left_out, "appointments": found}


def _calendars(texts: list[bytes]) -> Iterator[Any]:
    from icalendar import Calendar

    for text in texts:
        if b"BEGIN:VCALENDAR" not in text[:4096].upper():
            what = "a web page, as of a sign-in," if b"<html" in text[:4096].lower() else "something else"
            raise Unreadable(f"{what} came instead of a calendar")
        plain = _plain(text)
        if not plain.upper().endswith(b"END:VCALENDAR"):
            raise Unreadable("it ends in the middle")
        try:
            yield from Calendar.from_ical(plain, multiple=True)
        except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unreadable(f"its text is damaged ({type(error).__name__})") from None


def _plain(text: bytes) -> bytes:
    """Without what some programs write behind the end, and with names of zones that can be read."""
    text = text.rstrip(b"\0\x1a \r\n\t")
    for theirs, ours in _ZONES.items():
        text = text.replace(theirs, ours)
    return text


def _drop_bombs(calendar: Any) -> int:
    """Take out what begins at no time, or recurs more often than any appointment does, or by no rule; how many those were."""
    kept = [part for part in calendar.subcomponents if not _is_bomb(part)]
    dropped = len(calendar.subcomponents) - len(kept)
    calendar.subcomponents = kept
    return dropped


def _is_bomb(part: Any) -> bool:
    if part.name != "VEVENT":
        return False
    rules = part.get("RRULE", [])
    each = rules if isinstance(rules, list) else [rules]
    return "DTSTART" not in part or not all(isinstance(rule, dict) and _is_ordinary(rule) for rule in each)


def _is_ordinary(rule: dict[str, Any]) -> bool:
    a_day = math.prod(max(1, len(rule.get(part, ()))) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    steps = all(isinstance(step, int) and step > 0 for step in rule.get("INTERVAL", (1,)))
    return _OFTEN_ENOUGH.issuperset(rule.get("FREQ", ())) and a_day <= _MOST_A_DAY and steps


def _occurrences(calendar: Any, job: dict[str, Any], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    import recurring_ical_events

    recurring = {
        str(part.get("UID", "")) for part in calendar.events if {"RRULE", "RDATE", "RECURRENCE-ID"} & set(part)
    }
    start, end = _instant(job["from"]), _instant(job["to"])
    query = recurring_ical_events.of(calendar, components=["VEVENT"], skip_bad_series=True)
    for part in query.between(start, end):
        one = _occurrence(part, zone)
        if one is not None:
            yield {**one, "recurring": one["uid"] in recurring}
    for part in calendar.freebusy:
        yield from _busy_periods(part, start, end, zone)


def _occurrence(part: Any, zone: ZoneInfo) -> dict[str, Any] | None:
    first, last = part["DTSTART"].dt, part["DTEND"].dt if "DTEND" in part else part["DTSTART"].dt
    whole_days = not isinstance(first, datetime)
    private = str(part.get("CLASS", "")).upper() in _PRIVATE
    busyness = str(part.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    status = "TENTATIVE" if busyness == _UNSURE else str(part.get("STATUS", "")).upper()
    free = str(part.get("TRANSP", "")).upper() == "TRANSPARENT" or busyness in _FREE
    original = part["RECURRENCE-ID"].dt if "RECURRENCE-ID" in part else first
    try:
        return {
            "uid": _text(part.get("UID", "")),
            "original": _told(original, zone),
            "start": _told(first, zone),
            "end": _told(last, zone),
            "days": [first.isoformat(), max(first, last - timedelta(days=1)).isoformat()] if whole_days else None,
            "title": "" if private else _text(part.get("SUMMARY", "")),
            "private": private,
            "organizer": _address(part.get("ORGANIZER", "")),
            "attendees": list(_attendees(part)),
            "status": status,
            "busy": not free,
            "out_of_office": busyness == _AWAY,
        }
    except (ValueError, OverflowError, TypeError):  # a date beyond those that there are
        return None


def _attendees(part: Any) -> Iterator[tuple[str, str]]:
    """Who is invited, and the answer; rooms and equipment are nobody (RFC 5545 3.2.3)."""
    named = part.get("ATTENDEE", [])
    for one in named if isinstance(named, list) else [named]:
        if str(one.params.get("CUTYPE", "INDIVIDUAL")).upper() not in ("ROOM", "RESOURCE"):
            yield _address(one), str(one.params.get("PARTSTAT", "NEEDS-ACTION")).upper()


def _busy_periods(part: Any, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """What a free/busy list says (RFC 5545 3.6.4): when, and nothing else."""
    named = part.get("FREEBUSY", [])
    for line in named if isinstance(named, list) else [named]:
        if str(line.params.get("FBTYPE", "BUSY")).upper() in ("FREE", "BUSY-TENTATIVE"):
            continue
        if line.start < end and start < line.end:
            first = _told(line.start, zone)
            yield {
                "uid": f"busy-{first}",
                "original": first,
                "start": first,
                "end": _told(line.end, zone),
                "private": True,
            }


def _address(named: Any) -> str:
    """RFC 6068 2 writes an address as a part of a URI; where another URI names somebody the address stands beside it (RFC 7986 6.2)."""
    scheme, colon, address = _text(named).partition(":")
    if colon and scheme.casefold() == "mailto":
        return unquote(address)
    return _text(getattr(named, "params", {}).get("EMAIL", "")) or _text(named)


def _text(text: object) -> str:
    return " ".join(str(text).split())[:_LONGEST_TEXT].encode("utf-8", "replace").decode()


def _told(at: date, zone: ZoneInfo) -> str:
    """An instant, UTC: floating times and whole days are in `zone`."""
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, tzinfo=zone)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).isoformat()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


if __name__ == "__main__":
    sys.exit(main())
