"""A look at one calendar: whether it can be read, what counts in it, and which series could be bound to a client."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from triaged.calendars import CalendarError, Read, Source, Window, read
from triaged.config import SecretError, ask_calendar
from triaged.core.appointments import LONGEST, SHORTEST, Appointment, Reading, Standing, diary, standing
from triaged.core.calls import calendar_id
from triaged.core.settings import Calendar, Person
from triaged.core.tomltext import listed
from triaged.setup.finding import Checkup, Finding

_MOST_PROPOSED = 5


async def look(person: Person, calendar: Calendar, now: datetime) -> Checkup:
    """Read it once, as the daemon does."""
    name = f"calendar {calendar.label}"
    window = Window.around(now, person.worktime.zone)
    try:
        url, password = await ask_calendar(calendar)
        source = Source(url, calendar.user or "", password)
        found = await read(source, window)
    except (CalendarError, SecretError) as error:
        kept = "The daemon goes on with what it has read last, and says so once."
        return Checkup(name, "", (Finding("calendar", "stop", str(error), kept),))
    assert found is not None  # nothing was known of it
    reading = Reading(calendar, found.appointments, now, window.end)
    findings = (*_read(found), *_calls(person, reading), *_people(found, calendar), *_series(person, reading))
    return Checkup(name, source.named, findings, {"events": found.events, "appointments": len(found.appointments)})


def _read(found: Read) -> Iterator[Finding]:
    yield Finding("calendar", "ok", f"it can be read: {found.events} events")
    if found.flaws:
        yield Finding("calendar", "note", found.flaws, "Put it right in the program that writes the calendar.")


def _calls(person: Person, reading: Reading) -> Iterator[Finding]:
    mine = (*person.addresses, *reading.calendar.me)
    stands = Counter(standing(one, mine) for one in reading.appointments)
    if stands[Standing.SHOWN]:
        told = f"{stands[Standing.SHOWN]} are not answered, tentative or somebody else's"
        yield Finding("invitations", "note", told, "They have no effect until you accept them.")
    if "calls" in reading.calendar.use:
        calls = diary(person, [reading]).calls
        told = ", ".join(f"{len(found)} with {label}" for label, found in sorted(calls.items()))
        yield Finding("calls", "ok" if told else "note", told or "none with a client")


def _people(found: Read, calendar: Calendar) -> Iterator[Finding]:
    if "calls" in calendar.use and found.appointments and not any(one.people for one in found.appointments):
        follows = 'Bind a series to a client by its title: calls = ["calendar: TITLE"] in [client.NAME].'
        yield Finding("people", "note", "no attendees: calls only by title", follows)


def _series(person: Person, reading: Reading) -> Iterator[Finding]:
    """Series that might be calls with a client, and are none: proposed, never taken by themselves."""
    known = {call.id for calls in diary(person, [reading]).calls.values() for call in calls}
    proposed: dict[str, str] = {}
    for one in reading.appointments:
        if (
            "calls" in reading.calendar.use
            and calendar_id(one.uid, one.original) not in known
            and _could_be_a_call(one)
        ):
            title = one.title.casefold()
            for client in person.roster.clients:
                if client.name.casefold() in title or client.label.casefold() in title.split():
                    proposed.setdefault(one.title, client.label)
    for title, label in list(proposed.items())[:_MOST_PROPOSED]:
        follows = f"If it is: calls = {listed([f'calendar: {title}'])} in [client.{label}]."
        yield Finding("series", "note", f'"{title}" may be a call with {label}, and counts for none', follows)


def _could_be_a_call(one: Appointment) -> bool:
    return one.recurring and one.days is None and not one.private and SHORTEST <= one.end - one.start <= LONGEST
