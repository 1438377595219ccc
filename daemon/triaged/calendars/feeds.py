"""The octets of a calendar, as far as they have changed: a file, a feed over HTTP, or only the news that a collection has.

Blocking: run in a thread. Bounded in time, size and redirections; a password goes to the host that was configured and no
other, and the address of a feed, which is a key to it, stands in no error.
"""

import base64
import hashlib
import http.client
import re
import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from triaged.calendars.errors import CalendarError

MOST_OCTETS = 24 * 1024**2
TIME_OUT = 30.0
_PIECE = 256 * 1024
_MOST_REDIRECTIONS = 3
_REDIRECTED = (301, 302, 303, 307, 308)
_ASK_FOR_CHANGE = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:" xmlns:s="http://calendarserver.org/ns/"><prop>
<resourcetype/><s:getctag/><sync-token/><getetag/></prop></propfind>"""
_ASK_FOR_EVENTS = """<?xml version="1.0" encoding="utf-8"?>
<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><c:calendar-data/></prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{start}" end="{end}"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"""
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_IS_CALENDAR = re.compile(rb"<[^<>]*resourcetype[^<>]*>(?:(?!resourcetype).)*?<[^<>/]*\bcalendar\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a calendar is, with everything that opens it."""

    url: str
    user: str = ""
    password: str = ""

    @property
    def named(self) -> str:
        """How it may be called in an error: its host, or the name of its file."""
        parts = urlsplit(self.url)
        return parts.hostname or Path(unquote(parts.path)).name


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: a calendar, or a collection's answer in XML. `version` is another when it has changed."""

    version: str
    octets: bytes
    is_collection: bool = False


def fetch(source: Source, start: datetime, end: datetime, known: str = "") -> Fetched | None:
    """Its octets, of a collection those of the events between two instants; None: still as at the version that is known.

    Raises:
        CalendarError: it cannot be had.
    """
    parts = urlsplit(source.url)
    if parts.scheme.lower() == "file":
        return _from_file(Path(unquote(parts.path)), known)
    source = Source(_of_web(parts).geturl(), source.user, source.password)
    try:
        if source.user and (version := _collection(source)):
            return None if version == known else Fetched(version, _events(source, start, end), is_collection=True)
        return _feed(source, known)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise CalendarError(f"{source.named} could not be asked: {why}") from None


def _from_file(path: Path, known: str) -> Fetched | None:
    try:
        stat = path.stat()
        version = f"{stat.st_mtime_ns} {stat.st_size}"
        if version == known:
            return None
        if stat.st_size > MOST_OCTETS:
            raise CalendarError(f"{path.name} is larger than {MOST_OCTETS >> 20} MB")
        return Fetched(version, path.read_bytes())
    except OSError as error:
        raise CalendarError(f"{path.name} could not be read: {error.strerror}") from None


def _of_web(there: SplitResult) -> SplitResult:
    """The address at which it is asked for: webcal is what programs call https so that they open it."""
    return there._replace(scheme="https") if there.scheme.lower() in ("webcal", "webcals") else there


def _collection(source: Source) -> str:
    """The version of a CalDAV collection (RFC 4918 9.1); "": it is none."""
    answer = _ask(source, urlsplit(source.url), "PROPFIND", {"Depth": "0", **_XML}, _ASK_FOR_CHANGE)
    if answer.status in (401, 403):
        raise CalendarError(f"{source.named} refused the sign-in ({answer.status})")
    is_collection = answer.status == HTTPStatus.MULTI_STATUS and _IS_CALENDAR.search(answer.body)
    return hashlib.sha256(answer.body).hexdigest() if is_collection else ""


def _events(source: Source, start: datetime, end: datetime) -> bytes:
    """A collection's answer to what is asked for events that touch a time (RFC 4791 7.8)."""
    question = _ASK_FOR_EVENTS.format(start=f"{start:%Y%m%dT%H%M%SZ}", end=f"{end:%Y%m%dT%H%M%SZ}").encode()
    answer = _ask(source, urlsplit(source.url), "REPORT", {"Depth": "1", **_XML}, question)
    if answer.status != HTTPStatus.MULTI_STATUS:
        raise CalendarError(f"{source.named} answered {answer.status} {answer.reason}".rstrip())
    return answer.body


def _feed(source: Source, known: str) -> Fetched | None:
    there, signed = urlsplit(source.url), True
    for _ in range(_MOST_REDIRECTIONS + 1):
        answer = _ask(source if signed else Source(source.url), there, "GET", _unless_changed(known))
        if answer.status not in _REDIRECTED:
            return _taken(source, answer, known)
        before, there = there, _of_web(urlsplit(urljoin(there.geturl(), answer.location)))
        signed = signed and there.hostname == before.hostname
        if before.scheme == "https" and there.scheme != "https":
            raise CalendarError(f"{source.named} leads to an address without encryption")
    raise CalendarError(f"{source.named} leads on and on to other addresses")


def _taken(source: Source, answer: "_Answer", known: str) -> Fetched | None:
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return None
    if answer.status in (401, 403):
        raise CalendarError(f"{source.named} refused the sign-in ({answer.status})")
    if answer.status != HTTPStatus.OK:
        raise CalendarError(f"{source.named} answered {answer.status} {answer.reason}".rstrip())
    digest = hashlib.sha256(answer.body).hexdigest()
    if known.startswith(f"{digest} "):
        return None
    return Fetched(f"{digest} {answer.etag}", answer.body)


def _unless_changed(known: str) -> dict[str, str]:
    """RFC 9110 13.1.2."""
    etag = known.partition(" ")[2]
    return {"If-None-Match": etag} if etag else {}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    reason: str
    location: str
    etag: str
    body: bytes


def _ask(source: Source, there: SplitResult, method: str, fields: dict[str, str], body: bytes | None = None) -> _Answer:
    """One question to a server: its whole answer, within time and size."""
    until = time.monotonic() + TIME_OUT
    if there.scheme == "https":
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            there.hostname or "", there.port, timeout=TIME_OUT, context=ssl.create_default_context()
        )
    elif there.scheme == "http":
        line = http.client.HTTPConnection(there.hostname or "", there.port, timeout=TIME_OUT)
    else:
        raise CalendarError(f"{source.named} leads to an address that is none of the web")
    if source.user:
        fields["Authorization"] = "Basic " + base64.b64encode(f"{source.user}:{source.password}".encode()).decode()
    try:
        path = (there.path or "/") + (f"?{there.query}" if there.query else "")
        line.request(method, path, body, {"User-Agent": "triaged", "Accept": "text/calendar, */*;q=0.1", **fields})
        answer = line.getresponse()
        octets = bytearray()
        while piece := answer.read(_PIECE):
            octets += piece
            if len(octets) > MOST_OCTETS:
                raise CalendarError(f"{source.named} sends more than {MOST_OCTETS >> 20} MB")
            if time.monotonic() > until:
                raise CalendarError(f"{source.named} took more than {TIME_OUT:.0f} seconds")
        location, etag = answer.getheader("Location", ""), answer.getheader("ETag", "")
        return _Answer(answer.status, answer.reason[:80], location, etag, bytes(octets))
    finally:
        line.close()
