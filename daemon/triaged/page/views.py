"""What the pages show, as values: rows of the ledger and a person's settings in, lines out. Nothing here asks anybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from triaged.core.settings import Person
from triaged.core.wording import on_date
from triaged.ledger.entries import DeferredRow, Item, PromiseRow, ReplyRow
from triaged.page import marks
from triaged.page.pagetexts import texts
from triaged.page.shownmoments import Moment, moment


@dataclass(frozen=True, slots=True)
class Line:
    """One message, promise or reply. `act`: the number that an act takes; 0: there is none. `lang`: of title and excerpt."""

    title: str
    about: str = ""
    at: Moment | None = None
    act: int = 0
    excerpt: str = ""
    why: str = ""
    trouble: str = ""
    mark: str = ""  # how it was when the page was drawn: a form gives it back
    state: str = ""
    lang: str = ""
    text: str = ""  # of a reply: all of it, as it would go


@dataclass(frozen=True, slots=True)
class Day:
    """What comes back on one day."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class State:
    """How her mailboxes are, in a line: `words` as they are meant to be, `troubles` what needs her, in English."""

    words: str
    troubles: Sequence[str]
    paused: str = ""


def hers(at: datetime, person: Person) -> Moment:
    """An instant in her zone and language."""
    return moment(at, person.worktime.zone, person.language)


def state(status: Mapping[str, Any], person: Person) -> State:
    """What `triaged status` says of her, in a line."""
    words = texts(person.language)
    looks = [_instant(one["proven_alive"]) for one in status["accounts"] if one["proven_alive"]]
    if all(one["state"] == "watching" for one in status["accounts"]):
        at = f"{min(looks).astimezone(person.worktime.zone):%H:%M}" if looks else ""
        line = words["watching"].format(at=at) if at else words["watching_no_look"]
    else:
        line = "; ".join(
            words["account_state"].format(account=one["account"], state=words["states"].get(one["state"], one["state"]))
            for one in status["accounts"]
        )
    return State(line, status["attention"], _paused(status, person))


def _paused(status: Mapping[str, Any], person: Person) -> str:
    words, pause = texts(person.language), status["paused"]
    if pause is None:
        return ""
    until = pause["until"]
    return words["paused_until"].format(at=hers(_instant(until), person).text) if until else str(words["paused"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def message(item: Item, person: Person, at: datetime | None = None) -> Line:
    """A message; `at`: what its moment is, else that of its arrival."""
    return Line(
        title=item.subject or f"({texts(person.language)['no_subject']})",
        about=", ".join(filter(None, (_client(person, item.client), item.sender))),
        at=hers(at or item.arrived_at, person),
        act=item.id,
        excerpt=item.excerpt or "",
        why=": ".join(filter(None, (item.rule, item.reason))),
        mark=marks.of_item(item),
        state=item.state,
        lang=item.language or "",
    )


def by_day(rows: Iterable[DeferredRow], person: Person) -> Sequence[Day]:
    """What is put aside, in the order in which it comes back."""
    zone, words = person.worktime.zone, texts(person.language)

    def day(row: DeferredRow) -> date | None:
        return row.until.astimezone(zone).date() if row.until else None

    known = sorted(
        rows, key=lambda row: (row.until is None, row.until, row.item.id) if row.until else (True, row.item.id)
    )
    days = []
    for on, group in groupby(known, day):
        of = list(group)
        until = of[0].until
        name = on_date(until, person.language, zone, until) if on and until else words["no_day"]
        days.append(Day(name, tuple(_aside(row, person) for row in of)))
    return days


def _aside(row: DeferredRow, person: Person) -> Line:
    line = message(row.item, person, row.until)
    return replace(line, trouble=row.error or "", mark=marks.of_aside(row))


def promise(row: PromiseRow, person: Person) -> Line:
    words = texts(person.language)
    kinds = {"call": words["for_call"], "answer": words["an_answer"]}
    about = words["overdue"] if row.state == "overdue" else kinds[row.kind]
    return Line(f"{_client(person, row.client)}, {row.correspondent}", about, hers(row.due_at, person))


def reply(row: ReplyRow, person: Person, text: str = "") -> Line:
    """A reply that waits, or that a person is to look at."""
    words = texts(person.language)
    about = f"{row.template}, {words['reply_states'].get(row.state, row.state)}"
    stoppable = row.id if row.state in ("waiting", "held") else 0
    title = f"{_client(person, row.client)}, {row.rcpt}"
    at, trouble = hers(row.send_at, person), row.reason or ""
    shown = {"trouble": trouble, "mark": marks.of_reply(row), "state": row.state, "text": text, "lang": row.language}
    return Line(title, about, at, stoppable, **shown)


def next_call(person: Person, aside: Sequence[DeferredRow], now: datetime) -> tuple[Line, Sequence[Line]] | None:
    """The next call with anybody, and the points that wait for it: what is put aside of that client."""
    calls = ((next(person.schedule(one).occurrences(now), None), one) for one in person.roster.clients)
    ahead = [(call, client) for call, client in calls if call is not None]
    if not ahead:
        return None
    call, client = min(ahead, key=lambda each: each[0].start)
    points = [_aside(row, person) for row in aside if row.item.client == client.label]
    return Line(client.name, at=hers(call.start, person)), points


def due_today(promises: Iterable[PromiseRow], person: Person, now: datetime) -> Sequence[Line]:
    """What falls due today, and what is overdue."""
    zone = person.worktime.zone
    today = now.astimezone(zone).date()
    return [promise(row, person) for row in promises if row.due_at.astimezone(zone).date() <= today]


def _client(person: Person, label: str | None) -> str:
    client = person.roster.by_label(label) if label else None
    return client.name if client else label or ""
