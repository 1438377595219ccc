"""Everybody's calendars, read when it is time: what they say is laid over the settings, and remembered in the ledger.

A calendar that cannot be read keeps what was read last, and is told once; one person's trouble is hers.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from triaged.account.context import Context
from triaged.calendars import CalendarError, Source, Window, as_text, from_text, read
from triaged.clock import LONGEST_NAP, WakeEvent
from triaged.config import SecretError, ask_calendar
from triaged.core.appointments import Reading, with_diary
from triaged.core.settings import Calendar, Person
from triaged.ledger import Ledger, LedgerBusy, LedgerFull, LedgerUnavailable
from triaged.ledger.calendarpast import CalendarRow
from triaged.log.events import Events
from triaged.service.currentsettings import CurrentSettings

FIRST_READ = 10.0
"""Seconds that a start waits for calendars of which nothing is remembered: a call in them beats one in the file."""

_AT_ONCE = 2


@dataclass(slots=True)
class Known:
    """What is known of one calendar, and how the last attempts to read it went."""

    row: CalendarRow | None = None
    kept: bool = False  # the row is in the ledger: at a person's first start she is not in it yet
    reading: Reading | None = None
    tried_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    flaws: str = ""  # what was told of one that can be read, but not as it stands

    def is_due(self, every: timedelta, now: datetime) -> bool:
        """Whether it is time; a clock that was set back waits for nothing."""
        return self.tried_at is None or not timedelta(0) <= now - self.tried_at < every


@dataclass(slots=True)
class CalendarKeeper:
    """One loop for the calendars of all persons. `changed` is called after what somebody's say has become another thing."""

    context: Context
    settings: CurrentSettings
    changed: Callable[[], None]
    _known: dict[tuple[str, str], Known] = field(default_factory=dict)  # by person and calendar
    _not_away: dict[str, frozenset[date]] = field(default_factory=dict)  # by person: days that are asked about first
    at_rest: bool = False  # nothing is being read

    async def run(self, stopping: WakeEvent) -> None:
        """Go round until the daemon stops."""
        while not stopping.is_set():
            await self.once()
            self.at_rest = True
            try:
                await self.context.clock.sleep(LONGEST_NAP, stopping)
            finally:
                self.at_rest = False

    async def remember(self) -> None:
        """At a start: what was known at the last stop holds again; what was never read is read, if that is quickly done."""
        now = self.context.now()
        for person, calendar in self._all():
            known = self._known.setdefault((person.label, calendar.label), Known())
            key = await self._key(person)
            rows = await self.context.write(Ledger.calendars, key, now) if key else []
            row = next((row for row in rows if row.label == calendar.label), None)
            if row is not None:
                known.row, known.reading, known.kept = row, reading_of(calendar, row), True
        self._lay_over()
        if any(known.row is None for known in self._known.values()):
            try:
                async with asyncio.timeout(FIRST_READ):
                    await self.once()
            except TimeoutError:
                return

    async def once(self) -> None:
        """Read what is due, each calendar for itself."""
        gate = asyncio.Semaphore(_AT_ONCE)
        try:
            news = await asyncio.gather(*(self._look(gate, *one) for one in self._all()))
            asked = await self._ask_first()
        except (LedgerBusy, LedgerFull, LedgerUnavailable):
            return  # the accounts' loops say so; the next round tries again
        if any(news) or asked:
            self._lay_over()
            self.changed()

    def failures(self) -> Mapping[tuple[str, str], str]:
        """Why a calendar cannot be read, by person and calendar."""
        return {key: known.error for key, known in self._known.items() if known.failing_since is not None}

    def _all(self) -> Iterator[tuple[Person, Calendar]]:
        yield from ((person, one) for person in self.settings.loaded.persons for one in person.calendars.values())

    async def _key(self, person: Person) -> str | None:
        """The person's key in the ledger."""
        logins = {account.login for account in person.accounts}
        return next((one.person for one in await self.context.write(Ledger.accounts) if one.login in logins), None)

    async def _look(self, gate: asyncio.Semaphore, person: Person, calendar: Calendar) -> bool:
        known = self._known.setdefault((person.label, calendar.label), Known())
        now = self.context.now()
        if known.reading is not None and known.reading.calendar != calendar:  # it is configured otherwise now
            known.reading, known.tried_at = replace(known.reading, calendar=calendar), None
        await self._keep(known, person)
        if not known.is_due(calendar.every.reach(now, person.worktime), now):
            return False
        known.tried_at = now
        async with gate:
            try:
                return await self._read(known, person, calendar)
            except (CalendarError, SecretError) as error:
                self._failed(known, person, calendar, str(error))
                return False

    async def _read(self, known: Known, person: Person, calendar: Calendar) -> bool:
        """Read it; whether what it says has changed."""
        now = self.context.now()
        window = Window.around(now, person.worktime.zone)
        row = known.row
        version = row.version if row is not None and row.until == window.end else ""
        url, password = await ask_calendar(calendar)
        found = await read(Source(url, calendar.user or "", password), window, version)
        if found is None and row is not None:
            row = replace(row, seen_at=now)
            if known.kept and (key := await self._key(person)) is not None:
                await self.context.write(Ledger.calendar_unchanged, key, row, now)
        elif found is not None:
            if not found.events and row is not None and row.events:
                raise CalendarError("it has become empty: what was read last is kept")
            self._flawed(known, person, calendar, found.flaws)
            text = as_text(found.appointments)
            row, known.kept = (
                CalendarRow(calendar.label, now, now, window.end, found.version, found.events, text),
                False,
            )
        assert row is not None  # nothing known has no version, and what has none is never unchanged
        known.row, before = row, known.reading
        known.reading = reading_of(calendar, row)
        await self._keep(known, person)
        self._recovered(known, person, calendar)
        self._lay_over()
        return before is None or before.appointments != known.reading.appointments

    async def _keep(self, known: Known, person: Person) -> None:
        """Put what is new into the ledger, once the person is in it."""
        if known.row is not None and not known.kept and (key := await self._key(person)) is not None:
            await self.context.write(Ledger.calendar_read, key, known.row)
            known.kept = True

    def _failed(self, known: Known, person: Person, calendar: Calendar, why: str) -> None:
        known.error = why
        if known.failing_since is None:
            known.failing_since = self.context.now()
            kept = "what was read last is kept" if known.row else "nothing is known of it yet"
            self._events(person).emit("calendar.failed", error=f'calendar "{calendar.label}": {why}', reason=kept)

    def _recovered(self, known: Known, person: Person, calendar: Calendar) -> None:
        if known.failing_since is not None:
            known.failing_since, known.error = None, ""
            self._events(person).emit("calendar.recovered", reason=f'calendar "{calendar.label}" is read again')

    def _flawed(self, known: Known, person: Person, calendar: Calendar, flaws: str) -> None:
        """Say once what of a calendar is not read as it stands, and once that it is again."""
        if flaws and flaws != known.flaws:
            error = f'calendar "{calendar.label}": {flaws}'
            self._events(person).emit("calendar.failed", error=error, reason="the rest is read")
        elif known.flaws and not flaws:
            self._events(person).emit("calendar.recovered", reason=f'calendar "{calendar.label}" is read whole again')
        known.flaws = flaws

    def _events(self, person: Person) -> Events:
        return self.context.events.within(person.worktime.zone).bind(person=person.label)

    async def _ask_first(self) -> bool:
        """A day away that takes away a call which was promised counts only once I have said so; whether that is news."""
        before = dict(self._not_away)
        for person in self.settings.loaded.persons:
            if not any("away" in calendar.use for calendar in person.calendars.values()):
                continue
            key = await self._key(person)
            promises = await self.context.write(Ledger.promises_open, key) if key else []
            days = {person.worktime.date_of(one.due_at) for one in promises if one.kind == "call"}
            self._not_away[person.label] = frozenset(days)
        return before != self._not_away

    def _lay_over(self) -> None:
        self.settings.lay_over("calendar", self._laid)

    def _laid(self, person: Person) -> Person:
        known = (self._known.get((person.label, label), Known()) for label in person.calendars)
        readings = [one.reading for one in known if one.reading is not None]
        return with_diary(person, readings, not_away=self._not_away.get(person.label, frozenset()))


def reading_of(calendar: Calendar, row: CalendarRow) -> Reading:
    """What the ledger remembers of a calendar, as a value of the core."""
    return Reading(calendar, from_text(row.content), row.seen_at, row.until)
