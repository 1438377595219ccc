"""A calendar as it is now: fetched if it has changed, its occurrences made by a process of its own, as values.

In: where it is, as it was known. Out: its appointments between two instants, or that nothing has changed.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from triaged.calendars.errors import CalendarError
from triaged.calendars.feeds import Fetched, Source, fetch
from triaged.core.appointments import Appointment

BEHIND, AHEAD = timedelta(days=35), timedelta(days=190)
"""So far around an instant a calendar is read."""

_TIME_OUT = 60.0
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, and in which zone floating times and whole days are."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    @classmethod
    def around(cls, now: datetime, zone: ZoneInfo) -> "Window":
        """Whole days, so that one that is read again on the same day is the same."""
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(today - BEHIND, today + AHEAD, zone)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read.

    `events` are those that it holds at all, `left_out` those that recur too often, or by no rule that can be followed; `zones` are
    names that nobody knows: what stands there was read as the calendar's own time, or mine.
    """

    version: str
    appointments: tuple[Appointment, ...]
    events: int
    left_out: int
    zones: tuple[str, ...] = ()

    @property
    def flaws(self) -> str:
        """What of it could not be taken as it stands, in words; "": nothing."""
        out = f"{self.left_out} recur by the hour or by no rule that can be followed: left out" if self.left_out else ""
        names = ", ".join(self.zones[:_MOST_NAMED])
        zones = f"nobody knows the zone {names}: its times are read as the calendar's own" if names else ""
        return "; ".join(part for part in (out, zones) if part)


async def read(source: Source, window: Window, known: str = "") -> Read | None:
    """The calendar within a window; None: it is still as it was at the version that is known.

    Raises:
        CalendarError: it cannot be read.
    """
    try:
        fetched = await asyncio.to_thread(fetch, source, window.start, window.end, known)
        if fetched is None:
            return None
        found = await _expanded(source, fetched, window)
        appointments, zones = from_text(json.dumps(found["appointments"])), tuple(found["zones"])
        return Read(fetched.version, appointments, found["events"], found["left_out"], zones)
    except (OSError, ValueError) as error:  # an address that is none, no process to be had: never the daemon's end
        raise CalendarError(f"it could not be read ({type(error).__name__})") from None


async def _expanded(source: Source, fetched: Fetched, window: Window) -> Mapping[str, Any]:
    kind = "collection" if fetched.is_collection else "feed"
    job = {"kind": kind, "from": window.start.isoformat(), "to": window.end.isoformat(), "zone": window.zone.key}
    program = (sys.executable, "-m", "triaged.calendars.expanding")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        given = json.dumps(job).encode() + b"\n" + fetched.octets
        async with asyncio.timeout(_TIME_OUT):
            out, why = await process.communicate(given)
    except TimeoutError:
        raise CalendarError(f"{source.named}: its recurrences take more than {_TIME_OUT:.0f} seconds") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        told = why.decode("utf-8", "replace").strip() if process.returncode == 1 else ""
        last = told.splitlines()[-1][:200] if told else "its recurrences take too much time or memory"
        raise CalendarError(f"{source.named}: {last}")
    return dict(json.loads(out))


def as_text(appointments: Iterable[Appointment]) -> str:
    """Appointments as JSON, as the ledger keeps them."""
    return json.dumps([_as_json(one) for one in appointments], ensure_ascii=False, separators=(",", ":"))


def _as_json(one: Appointment) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "original": one.original,
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "days": [day.isoformat() for day in one.days] if one.days else None,
        **{name: value for name in _PLAIN if (value := getattr(one, name)) != _DEFAULT[name]},
    }


_PLAIN = ("title", "recurring", "organizer", "attendees", "status", "busy", "out_of_office", "private")
_DEFAULT: Mapping[str, object] = {
    "title": "", "recurring": False, "organizer": "", "attendees": (), "status": "", "busy": True,
    "out_of_office": False, "private": False,
}  # fmt: skip


def from_text(text: str) -> tuple[Appointment, ...]:
    """`as_text` the other way round."""
    return tuple(_from_json(one) for one in json.loads(text))


def _from_json(one: Mapping[str, Any]) -> Appointment:
    days = one.get("days")
    attendees = tuple((str(who), str(answer)) for who, answer in one.get("attendees", ()))
    return Appointment(
        one["uid"],
        one["original"],
        datetime.fromisoformat(one["start"]),
        datetime.fromisoformat(one["end"]),
        days=(date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None,
        attendees=attendees,
        **{name: one[name] for name in _PLAIN if name in one and name != "attendees"},
    )
