"""An instant as a page shows it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from triaged.core.wording import short_date


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant: as text, and as <time> wants it."""

    text: str
    exact: str


def moment(at: datetime, zone: ZoneInfo, language: str = "en") -> Moment:
    there = at.astimezone(zone)
    return Moment(f"{short_date(at, language, zone)} {there:%H:%M}", there.isoformat(timespec="seconds"))
