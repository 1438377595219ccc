"""An instant as a person types it after `--since` and `--until`, in one way for every command. Words in, a datetime out."""

import argparse
import re
from contextlib import suppress
from datetime import MAXYEAR, UTC, datetime, timedelta, tzinfo

from triaged.core.spans import parse_span

_EARLIEST = 1970
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_AGO = re.compile(r"(.+?)\s+ago", re.IGNORECASE)
FORMS = "today, yesterday, 2026-10, 2026-10-01, '2026-10-01 15:10' or 30d"
"""What may be written."""


def instant(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The instant, in UTC. A month or a date is its beginning, in `zone` (None: this machine's); a span lies before `now`.

    >>> instant("2026-10", datetime(2026, 11, 24, tzinfo=UTC), UTC).isoformat()
    '2026-10-01T00:00:00+00:00'

    Raises:
        ValueError: it is no time; the message says what to write instead.
    """
    at = _read(" ".join(text.split()), now.astimezone(zone))
    if not _EARLIEST <= at.year < MAXYEAR:
        raise ValueError(f"{text}: that year is out of reach")
    return (at if at.tzinfo or zone is None else at.replace(tzinfo=zone)).astimezone(UTC)


def here(text: str) -> datetime:
    """The type of an option: an instant in this machine's zone. Raises `argparse.ArgumentTypeError`: wrong usage."""
    try:
        return instant(text, datetime.now(UTC))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def of_a_person(text: str) -> str:
    """The type of an option: the words of an instant, in a zone that only the configuration knows."""
    here(text)
    return text


def _read(text: str, now: datetime) -> datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    named = {"now": now, "today": midnight, "yesterday": midnight - timedelta(days=1)}
    if text.casefold() in named:
        return named[text.casefold()]
    with suppress(ValueError):
        return datetime.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
    ago = _AGO.fullmatch(text)
    try:
        return now - parse_span(ago[1] if ago else text).calendar
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text}: write {FORMS}") from error
