"""Dates of header fields in, aware UTC instants out; what is no plausible date is None."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_TEXT_LIMIT = 200
_COMMENT = re.compile(r"\([^()]*\)?")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
# RFC 5322 3.3 and 4.3: day month year time zone, the weekday and all that stands before it ignored.
_DATE = re.compile(
    r"\b(\d{1,2})[ \t-]+([A-Za-z]{3})[a-z]{0,6}[ \t-]+(\d{2,4})[ \t]+"
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,6})?[ \t]*([+-]\d{4}|[A-Za-z]{1,5})?"
)
_ZONES = {"ut": 0, "gmt": 0, "utc": 0, "z": 0, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7}
_ZONES |= {"pdt": -7, "pst": -8, "cet": 1, "cest": 2}
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
_HALF, _CENTURY = 50, 100
_LEAP_SECOND = 60


def read_date(raw: bytes) -> datetime | None:
    """Read a Date field body as UTC; None if it holds no date between 1970 and 2200."""
    local = read_local_date(raw)
    try:
        return local.astimezone(UTC) if local is not None else None
    except OverflowError:
        return None


def read_local_date(raw: bytes) -> datetime | None:
    """The same with the offset that it was written with."""
    text = raw[:_TEXT_LIMIT].decode("latin-1")
    found = _DATE.search(_COMMENT.sub(" ", text) if "(" in text else text)
    if found is None:
        return None
    day, name, year, hour, minute, second, zone = found.groups()
    month = _MONTHS.get(name.lower())
    full = _year(year)
    offset = _offset(zone or "")
    if month is None or offset is None or not _FIRST_YEAR <= full <= _LAST_YEAR:
        return None
    try:
        return datetime(
            full, month, int(day), int(hour), int(minute), min(int(second or 0), _LEAP_SECOND - 1), tzinfo=offset
        )
    except (ValueError, OverflowError):
        return None


def read_received_date(raw: bytes) -> datetime | None:
    """Read the date behind the last semicolon of a Received field body (RFC 5321 4.4)."""
    _, semicolon, tail = raw.rpartition(b";")
    return read_date(tail) if semicolon else None


def _year(digits: str) -> int:
    """The full year: two digits below 50 are 20xx, others and three digits count from 1900 (RFC 5322 4.3)."""
    year = int(digits)
    if len(digits) == len("99"):
        return year + (2000 if year < _HALF else 1900)
    return year + 1900 if len(digits) == len("100") else year


@lru_cache(maxsize=256)
def _offset(zone: str) -> timezone | None:
    """The zone as a fixed offset; unknown letters mean UTC (RFC 5322 4.3), a day or more means nonsense."""
    if zone[:1] not in {"+", "-"}:
        return timezone(timedelta(hours=_ZONES.get(zone.lower(), 0)))
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    if offset >= timedelta(days=1):
        return None
    return timezone(offset if zone[0] == "+" else -offset)
