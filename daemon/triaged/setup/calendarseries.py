"""Series of a calendar that might be calls with a client, and are none: proposed to the person, never taken by themselves.

What a calendar shows without its people says only by its title with whom it is; "Send Harbor invoice" is no call.
"""

from collections.abc import Iterator

from triaged.core.address import is_mine, read_address
from triaged.core.appointments import LONGEST, SHORTEST, Appointment, Reading, Standing, diary, is_named, standing
from triaged.core.calls import calendar_id
from triaged.core.clients import Client
from triaged.core.settings import Person


def proposals(person: Person, reading: Reading) -> dict[str, str]:
    """By its title the client with whom a series may be a call, the next ones first."""
    return {
        title: client.label
        for title in unbound(person, reading)
        for client in person.roster.clients
        if _named(client, title)
    }


def unbound(person: Person, reading: Reading) -> list[str]:
    """The titles of series that could be calls, show nobody, and are no client's; those that she has said no to are left out."""
    if "calls" not in reading.calendar.use:
        return []
    known = {call.id for calls in diary(person, [reading]).calls.values() for call in calls}
    mine = (*person.addresses, *reading.calendar.me)
    return list(
        dict.fromkeys(
            one.title
            for one in reading.appointments
            if _could_be_a_call(one)
            and calendar_id(one.uid, one.original) not in known
            and standing(one, mine) is Standing.COUNTS
            and all((address := read_address(name)) and is_mine(address, mine) for name in one.people)
            and not is_named(reading.calendar.no_calls, one)
        )
    )


def held_with(person: Person, reading: Reading) -> Iterator[str]:
    """The clients with whom it holds a series that counts by itself: they are in it."""
    yield from sorted(diary(person, [reading]).series)


def _could_be_a_call(one: Appointment) -> bool:
    is_plain = one.recurring and one.days is None and not one.private
    return is_plain and bool(one.title) and SHORTEST <= one.end - one.start <= LONGEST


def _named(client: Client, title: str) -> bool:
    said = title.casefold()
    return client.name.casefold() in said or client.label.casefold() in said.split()
