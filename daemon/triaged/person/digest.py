"""The digest of a day and the agenda before a call, as mails to myself: once per due time, late rather than never.

What was missed while nothing ran is merged into the next one. Composed when due, written down, then appended by the desk.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from triaged.account.context import Context
from triaged.core.calls import Occurrence
from triaged.core.clients import Client
from triaged.core.moments import resolve
from triaged.core.reply import Head, compose_note
from triaged.core.settings import Mode
from triaged.core.wording import on_date, short_date
from triaged.ids import new_message_id
from triaged.ledger import Ledger, NewEffect
from triaged.ledger.values import HistoryRow, Item, ReplyRow
from triaged.person import unsent
from triaged.person.mailpage import Entry, Page, Section, as_html, as_text
from triaged.person.pagewords import words_of
from triaged.person.personcontext import Household

_BACK = timedelta(days=8)
_AGENDA_BACK = timedelta(days=60)
_BEFORE_CALL = timedelta(minutes=31)


async def deliver(office: Context, household: Household) -> None:
    """Write what is due: the day's digest, and the agenda of each call that is near."""
    plan = household.person.digest
    home = household.home
    if plan is None or home is None or home.settings()[1].mode is Mode.OBSERVE:
        return
    if plan.at is not None:
        await _digest(office, household)
    if plan.agenda is not None:
        for client in household.person.roster.clients:
            for call in _calls_near(office, household, client):
                await _agenda(office, household, client, call)


# --- the digest -----------------------------------------------------------------------------------------------------


async def _digest(office: Context, household: Household) -> None:
    now = office.now()
    home = household.home
    assert home is not None
    due = _latest_due(household, now)
    written = (await office.write(Ledger.learned, home.row.id)).get("digest_until")
    since = datetime.fromisoformat(written) if written else None
    if since is None:
        # the first start: there is no day behind it to tell of
        await office.write(Ledger.learn, home.row.id, digest_until=now.isoformat())
        return
    if due is None or due <= since:
        return
    page = await _day(office, household, max(since, due - _BACK), due)
    if page is not None:
        await _append(
            office, household, f"digest:{household.key}:{due.date().isoformat()}", page, "digest.delivered", None
        )
    await office.write(Ledger.learn, home.row.id, digest_until=due.isoformat())


def _latest_due(household: Household, now: datetime) -> datetime | None:
    """The newest digest time that has come, on a day with office hours."""
    plan = household.person.digest
    worktime = household.person.worktime
    if plan is None or plan.at is None:
        return None
    today = worktime.date_of(now)
    for back in range(15):
        day = today - timedelta(days=back)
        due = worktime.instant(day, plan.at)
        if due <= now and worktime.office_day(day):
            return due
    return None


async def _day(office: Context, household: Household, since: datetime, until: datetime) -> Page | None:
    """What was put aside, what came back, what is urgent and unanswered; None where there is nothing to tell."""
    words = words_of(household.person.language)
    history = await office.write(Ledger.history, since - _AGENDA_BACK, until, None, household.key)
    aside = [row for row in history if row.item.arrived_at >= since and row.put_aside]
    back = [row for row in history if row.returned_at is not None and since <= row.returned_at < until]
    urgent = [
        row
        for row in history
        if row.item.verdict == "urgent" and row.item.answered_at is None and row.item.arrived_at >= since
    ]
    stuck = [
        row
        for row in history
        if row.item.state == "here"
        and row.item.verdict == "deferrable"
        and row.item.arrived_at >= since
        and not _movable(household, row.item)
    ]
    sections = [
        *_by_client(household, words.came_back, back),
        *_by_client(household, words.put_aside, [row for row in aside if row.item.state == "aside"]),
        *_by_client(household, words.urgent_open, urgent),
        *_by_client(household, words.not_movable, stuck),
    ]
    waiting = [reply for reply in await office.write(Ledger.queue, household.key) if unsent.waits_for_her(reply, since)]
    if not sections and not any(unsent.is_news(reply, since) for reply in waiting):
        return None
    sections = [*filter(None, [await _unsent(office, household, waiting)]), *sections]
    figures = words.figures.format(aside=len(aside), back=len(back), urgent=len(urgent))
    return Page(words.digest_title.format(date=_date(household, until)), figures, tuple(sections), words.footer)


async def _unsent(office: Context, household: Household, replies: Sequence[ReplyRow]) -> Section | None:
    covered = [await office.write(Ledger.item, reply.items[0]) for reply in replies if reply.items]
    subjects = {item.id: item.subject for item in covered if item is not None and item.subject}
    return unsent.section(replies, subjects, words_of(household.person.language), lambda at: _when(household, at))


def _movable(household: Household, item: Item) -> bool:
    desk = next((desk for desk in household.desks.values() if desk.row.id == item.account), None)
    return desk is None or desk.layout is None or desk.layout.movable


def _by_client(household: Household, title: str, rows: Iterable[HistoryRow]) -> Iterator[Section]:
    groups: dict[str, list[HistoryRow]] = {}
    for row in rows:
        groups.setdefault(row.item.client or "", []).append(row)
    for label, found in groups.items():
        client = household.person.roster.by_label(label)
        entries = tuple(_entry(household, row) for row in found)
        yield Section(f"{title}: {client.name if client else label}", entries)


def _entry(household: Household, row: HistoryRow) -> Entry:
    words = words_of(household.person.language)
    item, promise = row.item, row.promise
    notes: list[str] = []
    if promise is not None and promise.state in ("open", "overdue", "kept", "late"):
        said = words.promise[promise.state]
        notes.append(said.format(at=_when(household, promise.due_at)))
    if item.answered_at is not None:
        notes.append(words.answered.format(at=_when(household, item.answered_at)))
    return Entry(
        _when(household, item.arrived_at),
        _who(item),
        item.subject or words.no_subject,
        item.excerpt or "",
        tuple(notes),
    )


# --- the agenda -----------------------------------------------------------------------------------------------------


def _calls_near(office: Context, household: Household, client: Client) -> Iterator[Occurrence]:
    """Calls of a client whose agenda is due: from its moment on until the call has ended."""
    plan = household.person.digest
    if plan is None or plan.agenda is None or not client.calls:
        return
    now = office.now()
    schedule = household.person.schedule(client)
    for call in schedule.occurrences(now - timedelta(days=1)):
        due = resolve(plan.agenda, call.start - _BEFORE_CALL, schedule)
        if due is None or call.start > now + timedelta(days=8):
            return
        if due.at <= now < call.end:
            yield call


async def _agenda(office: Context, household: Household, client: Client, call: Occurrence) -> None:
    key = f"agenda:{household.key}:{client.label}:{call.id}"
    if await office.write(Ledger.effect, key) is not None:
        return
    words = words_of(household.person.language)
    now = office.now()
    items = await office.write(Ledger.arrivals, household.key, now - _AGENDA_BACK, now, client.label)
    last_call = _previous(household, client, call)
    waiting = [
        item
        for item in items
        if item.answered_at is None
        and item.verdict != "left"
        and (last_call is None or item.arrived_at >= last_call or item.state == "aside")
    ]
    calls = [item for item in items if _rang(item) and (last_call is None or item.arrived_at >= last_call)]
    written = [item for item in waiting if not _rang(item)]
    sections: list[Section] = []
    if written:
        sections.append(Section(words.open_items, tuple(_asked(household, item) for item in written)))
    if calls:
        sections.append(Section(words.telephone, (_calls_line(household, client, calls),)))
    answered = [item for item in items if item.answered_at is not None and not _rang(item)][-5:]
    if answered:
        sections.append(Section(words.last_answered, tuple(_asked(household, item) for item in answered)))
    lead = words.agenda_lead.format(n=len(written)) if written else words.agenda_empty
    title = words.agenda_title.format(client=client.name, at=_when(household, call.start))
    page = Page(title, lead, tuple(sections), words.footer)
    await _append(office, household, key, page, "agenda.delivered", client.label)


def _previous(household: Household, client: Client, call: Occurrence) -> datetime | None:
    """When the client's call before this one began: what came since is for this one."""
    earlier = household.person.schedule(client).occurrences(call.start - timedelta(days=35))
    before = [one.start for one in takewhile(lambda one: one.start < call.start, earlier)]
    return before[-1] if before else None


def _rang(item: Item) -> bool:
    return "voicemail" in item.kind or "missed-call" in item.kind


def _calls_line(household: Household, client: Client, calls: list[Item]) -> Entry:
    """All calls in one line: "Gary rang 3 times, 14:02-14:20, no message"."""
    words = words_of(household.person.language)
    first, last = calls[0].arrived_at, calls[-1].arrived_at
    spoke = any("voicemail" in item.kind for item in calls)
    span = _span(household, first, last)
    names = list(client.people.values())
    who = names[0] if len(names) == 1 else client.name
    text = words.rang_once if len(calls) == 1 else words.rang
    return Entry("", who, text.format(who=who, n=len(calls), span=span), "" if spoke else words.no_message, ())


def _span(household: Household, first: datetime, last: datetime) -> str:
    zone = household.person.worktime.zone
    begin, end = first.astimezone(zone), last.astimezone(zone)
    if begin.date() == end.date():
        hours = f"{begin:%H:%M}" if begin.time() == end.time() else f"{begin:%H:%M}–{end:%H:%M}"
        return f"{_day_of(household, first)}, {hours}"
    return f"{_day_of(household, first)} {begin:%H:%M} – {_day_of(household, last)} {end:%H:%M}"


def _asked(household: Household, item: Item) -> Entry:
    words = words_of(household.person.language)
    notes = () if item.answered_at is None else (words.answered.format(at=_when(household, item.answered_at)),)
    return Entry(
        _when(household, item.arrived_at), _who(item), item.subject or words.no_subject, item.excerpt or "", notes
    )


# --- into the inbox -------------------------------------------------------------------------------------------------


async def _append(office: Context, household: Household, key: str, page: Page, event: str, client: str | None) -> None:
    home = household.home
    assert home is not None
    _, account = home.settings()
    now = office.now()
    message_id = new_message_id(office.chance, household.address.domain)
    raw = compose_note(
        Head(household.me, household.address, page.title, message_id, now),
        text=as_text(page),
        html=as_html(page, words_of(household.person.language).language),
    )
    args: dict[str, Any] = {
        "raw": base64.b64encode(raw).decode("ascii"),
        "message_id": message_id,
        "folder": account.watch[0],
        "flags": [],
        "event": event,
        "client": client,
        "at": now.isoformat(),
    }
    planned = await office.write(Ledger.plan, NewEffect(key, "append", household.key, now, home.row.id, args=args))
    if planned is not None:
        home.wake.set()


def _who(item: Item) -> str:
    name = str((item.decision or {}).get("sender_name") or "")
    return name or item.sender or ""


def _when(household: Household, at: datetime) -> str:
    zone = household.person.worktime.zone
    there = at.astimezone(zone)
    return f"{_day_of(household, at)} {there:%H:%M}"


def _day_of(household: Household, at: datetime) -> str:
    return short_date(at, words_of(household.person.language).language, household.person.worktime.zone)


def _date(household: Household, at: datetime) -> str:
    return on_date(at, words_of(household.person.language).language, household.person.worktime.zone, at)
