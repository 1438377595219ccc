"""A process of its own that makes occurrences of a calendar: a job and its octets on stdin, JSON on stdout.

Recurrences are expanded by `recurring-ical-events`, on data that strangers have a part in: here it may take its time and
memory, be stopped, and never slow the daemon. Run by `triaged.calendars.occurrences`; it knows nothing of the rest.
"""

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from triaged.calendars.mending import is_public, mend, uid_of

MOST_EVENTS, MOST_OCCURRENCES = 30_000, 30_000
_MEMORY, _SECONDS = 2 * 1024**3, 40
_LONGEST_TEXT = 300
_CALENDAR_DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"
_ZONES = {b"tzone://Microsoft/Utc": b"UTC", b"tzone://Microsoft/": b"Microsoft-"}
"""Zones as Outlook.com names them: a colon ends a parameter (RFC 5545 3.1)."""

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
    unknown: set[str] = set()
    for calendar in _calendars(texts):
        mended = mend(calendar, zone)
        unknown |= mended.zones
        events += len(calendar.events) + mended.left_out + len(calendar.freebusy)
        if events > MOST_EVENTS:
            raise Unreadable(f"it has more than {MOST_EVENTS:,} events")
        occurring, bad = _occurrences(calendar, job, zone)
        found += occurring
        left_out += mended.left_out + bad
        if len(found) > MOST_OCCURRENCES:
            raise Unreadable(f"it has more than {MOST_OCCURRENCES:,} occurrences in the time that is looked at")
    found.sort(key=lambda one: (one["start"], one["uid"], one["original"]))
    return {"events": events, "left_out": left_out, "zones": sorted(unknown), "appointments": found}


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


def _occurrences(calendar: Any, job: dict[str, Any], zone: ZoneInfo) -> tuple[list[dict[str, Any]], int]:
    """What takes place within the time, and how many series of it nobody can expand."""
    start, end = _instant(job["from"]), _instant(job["to"])
    series = _Series.of(calendar, zone)
    try:
        parts, bad = _between(calendar, calendar.events, start, end)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):  # one of them: which?
        parts, bad = [], 0
        for uid in dict.fromkeys(uid_of(part) for part in calendar.events):
            try:
                found, failed = _between(
                    calendar, [part for part in calendar.events if uid_of(part) == uid], start, end
                )
            except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
                found, failed = [], 1
            parts += found
            bad += failed
    told = [one for part in parts if (one := _occurrence(part, series)) is not None]
    told += [one for part in calendar.freebusy for one in _busy_periods(part, start, end, zone)]
    return told, bad


def _between(calendar: Any, events: list[Any], start: datetime, end: datetime) -> tuple[list[Any], int]:
    """The occurrences of events, and how many series of them are none."""
    import recurring_ical_events

    kept = calendar.subcomponents
    calendar.subcomponents = [part for part in kept if part.name == "VTIMEZONE"] + events
    try:
        query = recurring_ical_events.of(calendar, components=["VEVENT"], skip_bad_series=True)
        named = {uid_of(part) for part in events if "UID" in part}
        expected = len(named) + sum("UID" not in part for part in events)
        return list(query.between(start, end)), max(0, expected - len(query.series))
    finally:
        calendar.subcomponents = kept


@dataclass(frozen=True, slots=True)
class _Series:
    """What the occurrences of a calendar have from their series."""

    zone: ZoneInfo
    recurring: frozenset[str]
    private: frozenset[str]
    ranges: dict[tuple[str, str], datetime]  # from an occurrence on moved to begin at

    @classmethod
    def of(cls, calendar: Any, zone: ZoneInfo) -> "_Series":
        """A change of an event is at least as private as the event."""
        secret = [part for part in calendar.events if not is_public(part) and "RECURRENCE-ID" not in part]
        private = {uid_of(part) for part in secret}
        recurring = {uid_of(part) for part in calendar.events if {"RRULE", "RDATE", "RECURRENCE-ID"} & set(part)}
        ranges = {
            (uid_of(part), _told(part["RECURRENCE-ID"].dt, zone)): part["DTSTART"].dt
            for part in calendar.events
            if "RECURRENCE-ID" in part and "RANGE" in part["RECURRENCE-ID"].params
        }
        return cls(zone, frozenset(recurring), frozenset(private - {""}), ranges)

    def original(self, part: Any) -> str:
        """The start that the series gave it: one that follows a change of several is moved as far as that one was."""
        first = part["DTSTART"].dt
        if "RECURRENCE-ID" not in part:
            return _told(first, self.zone)
        named = part["RECURRENCE-ID"].dt
        moved = self.ranges.get((uid_of(part), _told(named, self.zone)))
        if not isinstance(moved, datetime) or not isinstance(named, datetime) or not isinstance(first, datetime):
            return _told(named, self.zone)
        return _told(
            named.astimezone(moved.tzinfo) + (first.replace(tzinfo=None) - moved.replace(tzinfo=None)), self.zone
        )


def _occurrence(part: Any, series: _Series) -> dict[str, Any] | None:
    zone = series.zone
    first, last = part["DTSTART"].dt, part["DTEND"].dt if "DTEND" in part else part["DTSTART"].dt
    whole_days = not isinstance(first, datetime)
    private = not is_public(part) or uid_of(part) in series.private
    busyness = str(part.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    status = "TENTATIVE" if busyness == _UNSURE else str(part.get("STATUS", "")).upper()
    free = str(part.get("TRANSP", "")).upper() == "TRANSPARENT" or busyness in _FREE
    try:
        return {
            "uid": _text(part.get("UID", "")),
            "original": series.original(part),
            "recurring": uid_of(part) in series.recurring,
            "start": _told(first, zone),
            "end": _end(first, last, zone),
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


def _end(first: date, last: date, zone: ZoneInfo) -> str:
    """When it ends; one that begins in the hour that is left out in spring is as long as ever."""
    start, end = _told(first, zone), _told(last, zone)
    if end >= start or not isinstance(first, datetime) or not isinstance(last, datetime):
        return end
    return (_instant(start) + (last.replace(tzinfo=None) - first.replace(tzinfo=None))).isoformat()


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
