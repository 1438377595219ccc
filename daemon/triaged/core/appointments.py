"""What stands in a person's calendars, as values, and what of it counts: calls with clients, focus, days away.

Appointments go in as they were read, what they make of a person's time comes out. An invitation is a stranger's word until
it is accepted, so nothing counts that I neither organise nor have to myself nor have accepted (RFC 5546 3.2.2).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from triaged.core.address import Address, is_mine, read_address
from triaged.core.calls import Appointed, Call, Occurrence, Series, calendar_id, why_no_call
from triaged.core.clients import Client, Roster
from triaged.core.settings import Calendar, Person
from triaged.core.worktime import Interval, WorkTime

MOST_CLIENTS, MOST_PEOPLE = 3, 12
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=3)
"""An event with more people, or that is shorter or longer, is no call: a workshop, a launch, a day on site."""

FILLED = timedelta(minutes=30)
"""A gap between two blocks of focus that is shorter is no time to be reached in."""


class Standing(StrEnum):
    """What an appointment may do."""

    COUNTS = "counts"
    SHOWN = "not answered"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Appointment:
    """One occurrence of an event (RFC 5545).

    `uid` names its series and `original` the start that the series gave it: both stay when it is moved. `title` is "" for a
    private one. `days` are the first and last date of one that lasts whole days; `attendees` are addresses with their
    PARTSTAT.
    """

    uid: str
    original: str
    start: datetime
    end: datetime
    title: str = ""
    days: tuple[date, date] | None = None
    recurring: bool = False
    organizer: str = ""
    attendees: tuple[tuple[str, str], ...] = ()
    status: str = ""
    busy: bool = True
    out_of_office: bool = False
    private: bool = False

    @property
    def people(self) -> dict[str, str]:
        """Everybody who is named in it, by address, with what they have answered; who organises it has accepted."""
        return {**dict(self.attendees), **({self.organizer: "ACCEPTED"} if self.organizer else {})}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one calendar, when, and as far as when."""

    calendar: Calendar
    appointments: tuple[Appointment, ...]
    read_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Diary:
    """What the calendars of a person make of her time."""

    calls: Mapping[str, tuple[Occurrence, ...]] = field(default_factory=lambda: MappingProxyType({}))  # by client
    series: frozenset[str] = frozenset()  # the clients with whom a series is held
    busy: tuple[Interval, ...] = ()
    away: tuple[tuple[date, date], ...] = ()


def standing(one: Appointment, mine: Collection[Address]) -> Standing:
    """Whether an appointment counts for whom these addresses belong to."""
    answers = {status for person, status in one.attendees if _is_mine(person, mine)}
    if one.status == "CANCELLED" or "DECLINED" in answers:
        return Standing.NOTHING
    invited_by_me = _is_mine(one.organizer, mine) if one.organizer else not one.attendees
    if one.status == "TENTATIVE" or not (invited_by_me or "ACCEPTED" in answers):
        return Standing.SHOWN
    return Standing.COUNTS


def diary(person: Person, readings: Iterable[Reading]) -> Diary:
    """What counts of the calendars of a person, as configured: her hours in `person` are those without them."""
    read = tuple(readings)
    calls: dict[str, dict[datetime, Occurrence]] = {}
    series: set[str] = set()
    for calendar, one in _counting(person, read, "calls"):
        if is_named(calendar.no_calls, one):
            continue
        for client in _clients_of(one, person):
            calls.setdefault(client.label, {})[one.start] = _occurrence(one, person.worktime)
            if one.recurring:
                series.add(client.label)
    blocks = [one for _, one in _counting(person, read, "busy")]
    blocks += [one for _, one in _counting(person, read, "focus") if not _others(one, person)]
    absences = (
        one.days for at, one in _counting(person, read, "away") if _is_absence(one, at) and not _others(one, person)
    )
    return Diary(
        MappingProxyType({label: tuple(found[at] for at in sorted(found)) for label, found in calls.items()}),
        frozenset(series),
        tuple(_filled((one.start, one.end) for one in blocks if one.busy and one.days is None)),
        tuple(sorted(days for days in absences if days is not None)),
    )


def is_named(names: Collection[str], one: Appointment) -> bool:
    """Whether one of these titles or UIDs is that of the event."""
    return any(Series(name, name).names(one.title, one.uid) for name in names)


def with_diary(person: Person, readings: Iterable[Reading], *, not_away: Collection[date] = ()) -> Person:
    """The person as her calendars make her; `not_away`: dates on which she is there, whatever they say, until she has been asked."""
    read = tuple(readings)
    if not read:
        return person
    found = diary(person, read)
    calling = [one for one in read if "calls" in one.calendar.use]
    away = tuple(piece for span in found.away for piece in _without(span, not_away))
    worktime = replace(person.worktime, busy=found.busy, away=(*person.worktime.away, *away))
    clients = person.roster.clients
    if calling:
        until, read_at = min(one.until for one in calling), min(one.read_at for one in calling)
        clients = tuple(
            replace(
                client,
                appointed=Appointed(found.calls.get(client.label, ()), client.label in found.series, until, read_at),
            )
            for client in clients
        )
    asked = tuple(sorted(day for day in not_away if any(first <= day <= last for first, last in found.away)))
    return replace(person, worktime=worktime, roster=Roster(clients), away_in_question=asked)


def _counting(person: Person, readings: Iterable[Reading], use: str) -> Iterator[tuple[Calendar, Appointment]]:
    for reading in readings:
        if use in reading.calendar.use:
            mine = (*person.addresses, *reading.calendar.me)
            for one in reading.appointments:
                if standing(one, mine) is Standing.COUNTS:
                    yield reading.calendar, one


def _is_mine(text: str, mine: Collection[Address]) -> bool:
    address = read_address(text)
    return address is not None and is_mine(address, tuple(mine))


def _others(one: Appointment, person: Person) -> list[str]:
    """Who is in it beside me, and has not declined."""
    mine = (*person.addresses, *(address for calendar in person.calendars.values() for address in calendar.me))
    return [name for name, status in one.people.items() if status != "DECLINED" and not _is_mine(name, mine)]


def _clients_of(one: Appointment, person: Person) -> tuple[Client, ...]:
    """The clients with whom it is a call."""
    if one.days is not None or one.private or not SHORTEST <= one.end - one.start <= LONGEST:
        return ()
    bound = tuple(client for client in person.roster.clients if any(s.names(one.title, one.uid) for s in client.series))
    if bound:
        return bound[:MOST_CLIENTS]
    if len(one.people) > MOST_PEOPLE or not _within_hours(one, person.worktime):
        return ()
    coming = (read_address(name) for name, status in one.people.items() if status == "ACCEPTED")
    matches = (person.roster.find(address) for address in coming if address is not None)
    clients = {match.client.label: match.client for match in matches if match is not None}
    return tuple(clients.values()) if len(clients) <= MOST_CLIENTS else ()


def _within_hours(one: Appointment, worktime: WorkTime) -> bool:
    office = worktime.office(worktime.date_of(one.start))
    return any(start <= one.start < end for start, end in office) and any(
        start < one.end <= end for start, end in office
    )


def _occurrence(one: Appointment, worktime: WorkTime) -> Occurrence:
    clock = one.start.astimezone(worktime.zone).time()
    day = worktime.date_of(one.start)
    call = Call(one.title or "calendar", (day.weekday(),), clock, one.end - one.start)
    return Occurrence(one.start, one.end, calendar_id(one.uid, one.original), call, why_no_call(worktime, day))


def _is_absence(one: Appointment, calendar: Calendar) -> bool:
    """Whole days that are marked out of office, or called so."""
    title = one.title.casefold().split()
    named = (word.casefold().split() for word in calendar.away_words)
    return one.days is not None and (one.out_of_office or any(title[: len(word)] == word for word in named))


def _filled(blocks: Iterable[Interval]) -> Iterator[Interval]:
    """Blocks in time order, those that touch or nearly touch made one."""
    before: Interval | None = None
    for start, end in sorted(blocks):
        if before is not None and start - before[1] < FILLED:
            before = (before[0], max(before[1], end))
            continue
        if before is not None:
            yield before
        before = (start, end)
    if before is not None:
        yield before


def _without(span: tuple[date, date], dates: Collection[date]) -> Iterator[tuple[date, date]]:
    """A span of dates with some of them taken out."""
    first, last = span
    for day in sorted(day for day in dates if first <= day <= last):
        if first < day:
            yield first, day - timedelta(days=1)
        first = day + timedelta(days=1)
    if first <= last:
        yield first, last
