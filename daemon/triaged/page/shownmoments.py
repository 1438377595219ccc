"""An instant as a page shows it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant: as text, and as <time> wants it."""

    text: str
    exact: str


def moment(at: datetime, zone: ZoneInfo) -> Moment:
    there = at.astimezone(zone)
    return Moment(f"{there:%a} {there.day} {there:%b} {there.year} {there:%H:%M}", there.isoformat(timespec="seconds"))
