"""A look at one calendar: whether it can be read, what counts in it, and which series could be bound to a client."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from triaged.calendars import CalendarError, Read, Source, Window, read
from triaged.config import SecretError, ask_calendar
from triaged.core.appointments import Reading, Standing, diary, standing
from triaged.core.settings import Calendar, Person
from triaged.core.tomltext import listed
from triaged.setup.calendarseries import proposals
from triaged.setup.finding import Checkup, Finding

_MOST_PROPOSED = 5


async def look(person: Person, calendar: Calendar, now: datetime, told: Collection[str] = ()) -> Checkup:
    """Read it once, as the daemon does. `told`: titles of series that were proposed before, and are not again."""
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
    new = [(title, label) for title, label in proposals(person, reading).items() if title not in told]
    proposed = dict(new[:_MOST_PROPOSED])
    findings = (*_read(found), *_calls(person, reading), *_people(found, calendar), *_series(calendar.label, proposed))
    figures = {"events": found.events, "appointments": len(found.appointments), "proposed": list(proposed)}
    return Checkup(name, source.named, findings, figures)


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


def _series(calendar: str, proposed: Mapping[str, str]) -> Iterator[Finding]:
    for title, label in proposed.items():
        follows = (
            f"If it is: calls = {listed([f'calendar: {title}'])} in [client.{label}]."
            f" If not: no_calls = {listed([title])} in [calendar.{calendar}]."
        )
        yield Finding("series", "note", f'"{title}" may be a call with {label}, and counts for none', follows)
