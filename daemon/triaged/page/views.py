"""What the pages show, as values: rows of the ledger and a person's settings in, lines out. Nothing here asks anybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from triaged.core.settings import Person
from triaged.ledger.entries import DeferredRow, Item, PromiseRow, ReplyRow
from triaged.page import marks
from triaged.page.shownmoments import Moment, moment


@dataclass(frozen=True, slots=True)
class Line:
    """One message, promise or reply. `act`: the number that an act takes; 0: there is none."""

    title: str
    about: str = ""
    at: Moment | None = None
    act: int = 0
    excerpt: str = ""
    why: str = ""
    trouble: str = ""
    mark: str = ""  # how it was when the page was drawn: a form gives it back
    state: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """What comes back on one day."""

    name: str
    lines: tuple[Line, ...]


def message(item: Item, person: Person, at: datetime | None = None) -> Line:
    """A message; `at`: what its moment is, else that of its arrival."""
    return Line(
        title=item.subject or "(no subject)",
        about=", ".join(filter(None, (_client(person, item.client), item.sender))),
        at=moment(at or item.arrived_at, person.worktime.zone),
        act=item.id,
        excerpt=item.excerpt or "",
        why=": ".join(filter(None, (item.rule, item.reason))),
        mark=marks.of_item(item),
        state=item.state,
    )


def by_day(rows: Iterable[DeferredRow], person: Person) -> Sequence[Day]:
    """What is put aside, in the order in which it comes back."""
    zone = person.worktime.zone

    def day(row: DeferredRow) -> date | None:
        return row.until.astimezone(zone).date() if row.until else None

    known = sorted(
        rows, key=lambda row: (row.until is None, row.until, row.item.id) if row.until else (True, row.item.id)
    )
    return [
        Day(
            f"{on:%A}, {on.day} {on:%B} {on.year}" if on else "No day is known",
            tuple(_aside(row, person) for row in of),
        )
        for on, of in groupby(known, day)
    ]


def _aside(row: DeferredRow, person: Person) -> Line:
    line = message(row.item, person, row.until)
    return replace(line, trouble=row.error or "", mark=marks.of_aside(row))


def promise(row: PromiseRow, person: Person) -> Line:
    about = "overdue" if row.state == "overdue" else {"call": "for the call", "answer": "an answer"}[row.kind]
    title = f"{_client(person, row.client)}, {row.correspondent}"
    return Line(title, about, moment(row.due_at, person.worktime.zone))


def reply(row: ReplyRow, person: Person) -> Line:
    """A reply that waits, or that a person is to look at."""
    about = f"{row.template}, {row.state.replace('_', ' ')}"
    at = moment(row.send_at, person.worktime.zone)
    stoppable = row.id if row.state in ("waiting", "held") else 0
    title, trouble = f"{_client(person, row.client)}, {row.rcpt}", row.reason or ""
    return Line(title, about, at, stoppable, trouble=trouble, mark=marks.of_reply(row), state=row.state)


def next_call(person: Person, aside: Sequence[DeferredRow], now: datetime) -> tuple[Line, Sequence[Line]] | None:
    """The next call with anybody, and the points that wait for it: what is put aside of that client."""
    calls = ((next(person.schedule(one).occurrences(now), None), one) for one in person.roster.clients)
    ahead = [(call, client) for call, client in calls if call is not None]
    if not ahead:
        return None
    call, client = min(ahead, key=lambda each: each[0].start)
    points = [_aside(row, person) for row in aside if row.item.client == client.label]
    return Line(client.name, at=moment(call.start, person.worktime.zone)), points


def due_today(promises: Iterable[PromiseRow], person: Person, now: datetime) -> Sequence[Line]:
    """What falls due today, and what is overdue."""
    zone = person.worktime.zone
    today = now.astimezone(zone).date()
    return [promise(row, person) for row in promises if row.due_at.astimezone(zone).date() <= today]


def _client(person: Person, label: str | None) -> str:
    client = person.roster.by_label(label) if label else None
    return client.name if client else label or ""
