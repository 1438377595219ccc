"""The digest of a day, as a mail to myself: once per due time, late rather than never.

What was missed while nothing ran is merged into the next one.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from triaged.core.settings import Mode
from triaged.ledger import Ledger, Period
from triaged.ledger.entries import HistoryRow, Item, ReplyRow
from triaged.person import forgedmail, notarrived, unsent
from triaged.person.mailpage import Entry, Page, Section, as_html, as_text
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing
from triaged.person.selfmail import SelfMail, owe

_BACK = timedelta(days=8)
_HISTORY = timedelta(days=60)


async def deliver(context: PersonContext) -> None:
    """Write the digest if it is due."""
    home, now = context.home, context.now()
    plan = context.person.digest
    if plan is None or plan.at is None or home.settings.mode is Mode.OBSERVE:
        return
    due = _latest_due(context, now)
    written = (await context.write(Ledger.learned, home.id)).get("digest_until")
    since = datetime.fromisoformat(written) if written else None
    if since is None:
        # the first start: there is no day behind it to tell of
        await context.write(Ledger.learn, home.id, digest_until=now.isoformat())
        return
    if due is None or due <= since:
        return
    page = await _day(context, max(since, due - _BACK), due)
    if page is not None:
        key = f"digest:{context.key}:{due.date().isoformat()}"
        html = as_html(page, Phrasing.of(context.person).words.language)
        await owe(context, SelfMail(key, page.title, as_text(page), html), event="digest.delivered")
    await context.write(Ledger.learn, home.id, digest_until=due.isoformat())


def _latest_due(context: PersonContext, now: datetime) -> datetime | None:
    """The newest digest time that has come, on a day with office hours."""
    plan, worktime = context.person.digest, context.person.worktime
    if plan is None or plan.at is None:
        return None
    today = worktime.date_of(now)
    for back in range(15):
        day = today - timedelta(days=back)
        due = worktime.instant(day, plan.at)
        if due <= now and worktime.office_day(day):
            return due
    return None


async def _day(context: PersonContext, since: datetime, until: datetime) -> Page | None:
    """What was put aside, what came back, what is urgent and unanswered; None where there is nothing to tell."""
    phrasing = Phrasing.of(context.person)
    words = phrasing.words
    history = await context.write(Ledger.history, Period(since - _HISTORY, until, person=context.key))
    arrived = [row for row in history if row.item.arrived_at >= since]
    aside = [row for row in arrived if row.put_aside]
    back = [row for row in history if row.returned_at is not None and since <= row.returned_at < until]
    urgent = [row for row in arrived if row.item.verdict == "urgent" and row.item.answered_at is None]
    sections = [
        *_by_client(context, words.came_back, back),
        *_by_client(context, words.put_aside, [row for row in aside if row.item.state == "aside"]),
        *_by_client(context, words.urgent_open, urgent),
        *_by_client(context, words.not_movable, [row for row in arrived if _is_stuck(context, row.item)]),
    ]
    queue = await context.write(Ledger.queue, context.key)
    waiting = [reply for reply in queue if unsent.waits_for_her(reply, since)]
    period = Period(since, until, person=context.key)
    sections = [*await notarrived.sections(context, period), *await forgedmail.sections(context, period), *sections]
    pause = await _pause(context)
    if not sections and not pause and not any(unsent.is_news(reply, since) for reply in waiting):
        return None
    sections = [*filter(None, [await _unsent(context, waiting)]), *sections]
    figures = words.figures.format(aside=len(aside), back=len(back), urgent=len(urgent))
    if pause:
        figures = f"{pause} {figures}"
    return Page(words.digest_title.format(date=phrasing.date(until)), figures, tuple(sections), words.footer)


async def _pause(context: PersonContext) -> str:
    """That nothing is sent or moved for her now, and until when; "" where it is not so."""
    pauses = await context.write(Ledger.pauses)
    if context.key not in pauses:
        return ""
    phrasing, until = Phrasing.of(context.person), pauses[context.key]
    return phrasing.words.paused.format(at=phrasing.when(until)) if until else phrasing.words.paused_open


async def _unsent(context: PersonContext, replies: Sequence[ReplyRow]) -> Section | None:
    covered = [await context.write(Ledger.item, reply.items[0]) for reply in replies if reply.items]
    subjects = {item.id: item.subject for item in covered if item is not None and item.subject}
    return unsent.section(replies, subjects, Phrasing.of(context.person))


def _is_stuck(context: PersonContext, item: Item) -> bool:
    """Whether it should have been put aside, and lies where it is because its account can move nothing."""
    if item.state != "here" or item.verdict != "deferrable":
        return False
    account = context.account_of(item.account)
    layout = account.loop.layout if account is not None else None
    return layout is not None and not layout.movable


def _by_client(context: PersonContext, title: str, rows: Iterable[HistoryRow]) -> Iterator[Section]:
    phrasing = Phrasing.of(context.person)
    groups: dict[str, list[HistoryRow]] = {}
    for row in rows:
        groups.setdefault(row.item.client or "", []).append(row)
    for label, found in groups.items():
        client = context.person.roster.by_label(label)
        entries = tuple(_entry(phrasing, row) for row in found)
        yield Section(f"{title}: {client.name if client else label}", entries)


def _entry(phrasing: Phrasing, row: HistoryRow) -> Entry:
    promise, notes = row.promise, phrasing.answered(row.item)
    if promise is not None and promise.state in ("open", "overdue", "kept", "late"):
        notes = (phrasing.words.promise[promise.state].format(at=phrasing.when(promise.due_at)), *notes)
    return phrasing.entry(row.item, *notes)
