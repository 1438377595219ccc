"""The agenda before a call, as a mail to myself: what the client waits for, in time to look at it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triaged.core.calls import Occurrence
from triaged.core.clients import Client
from triaged.core.moments import resolve
from triaged.core.settings import Mode
from triaged.core.trust import Level
from triaged.ledger import Ledger, Period
from triaged.ledger.entries import Item, Line
from triaged.person.mailpage import Entry, Page, Section
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing
from triaged.person.selfmail import SelfMail, owe

_BACK = timedelta(days=60)
_BEFORE_CALL = timedelta(minutes=31)
_MOST_ANSWERED = 5


async def deliver(context: PersonContext) -> None:
    """Write the agenda of each call that is near."""
    plan = context.person.digest
    if plan is None or plan.agenda is None or context.home.settings.mode is Mode.OBSERVE:
        return
    for client in context.person.roster.clients:
        for call in _calls_near(context, client):
            await _agenda(context, client, call)


def _calls_near(context: PersonContext, client: Client) -> Iterator[Occurrence]:
    """Calls of a client whose agenda is due: from its moment on until the call has ended."""
    plan = context.person.digest
    if plan is None or plan.agenda is None or not client.has_calls:
        return
    now = context.now()
    schedule = context.person.schedule(client)
    for call in schedule.occurrences(now - timedelta(days=1)):
        due = resolve(plan.agenda, call.start - _BEFORE_CALL, schedule)
        if due is None or call.start > now + timedelta(days=8):
            return
        if due.at <= now < call.end:
            yield call


async def _agenda(context: PersonContext, client: Client, call: Occurrence) -> None:
    key = f"agenda:{context.key}:{client.label}:{call.id}"
    if await context.write(Ledger.effect, key) is not None:
        return
    now = context.now()
    items = await context.write(Ledger.arrivals, context.key, Period(now - _BACK, now, client.label))
    phrasing = Phrasing.of(context.person)
    papers = await context.write(Ledger.paper_ids, context.key, client.label)
    since = context.person.schedule(client).call_before(call.start)
    page = _page(phrasing, client, call, _Items.since(since, items, papers))
    points = [item for line in page.lines.values() for item in line.items]
    mail = SelfMail.of(key, page, phrasing.words.language)
    await owe(context, mail, event="agenda.delivered", client=client.label, points=points)


@dataclass(frozen=True, slots=True)
class _Items:
    """What there is to speak about."""

    waiting: Sequence[Item]
    calls: Sequence[Item]
    answered: Sequence[Item]
    doubtful: Sequence[Item] = ()  # what nobody vouches for, while somebody does for the client's other mail

    @classmethod
    def since(cls, last_call: datetime | None, items: Sequence[Item], papers: frozenset[str]) -> "_Items":
        """What came after the last call, or was put off beyond it; and what was answered of late.

        `papers`: the ids of those that the client has; what he answers to them is for the call, whatever the rules say of it.
        """
        new = [item for item in items if last_call is None or item.arrived_at >= last_call]
        known = {item.id for item in new}
        written = [item for item in items if not _rang(item)]
        found = cls(
            waiting=[
                item
                for item in written
                if item.answered_at is None
                and item.settled_at is None
                and (item.verdict != "left" or _is_said_to(item, papers))
                and (item.id in known or item.state == "aside")
            ],
            calls=[item for item in new if _rang(item) and item.settled_at is None],
            answered=[item for item in written if item.answered_at is not None][-_MOST_ANSWERED:],
        )
        return found._parted()

    def _parted(self) -> "_Items":
        """Each counts with mail of its own evidence and more: a forger adds no points to a client's call."""
        found = (*self.waiting, *self.calls)
        if max((item.level for item in found), default=Level.FORGED) < Level.UNKNOWN:
            return self
        return _Items(
            waiting=[item for item in self.waiting if item.level >= Level.UNKNOWN],
            calls=[item for item in self.calls if item.level >= Level.UNKNOWN],
            answered=self.answered,
            doubtful=[item for item in found if item.level < Level.UNKNOWN],
        )


def _is_said_to(item: Item, papers: frozenset[str]) -> bool:
    """Whether it answers one of them with more than thanks."""
    return not papers.isdisjoint(item.references) and not item.automatic and "courtesy" not in item.kind


def _rang(item: Item) -> bool:
    return "voicemail" in item.kind or "missed-call" in item.kind


def _page(phrasing: Phrasing, client: Client, call: Occurrence, items: _Items) -> Page:
    words = phrasing.words
    sections: list[Section] = []
    if items.waiting:
        sections.append(Section(words.open_items, tuple(_asked(phrasing, item) for item in items.waiting)))
    if items.calls:
        sections.append(Section(words.telephone, (_calls_line(phrasing, client, items.calls),)))
    if items.doubtful:
        sections.append(Section(words.not_verified, tuple(_doubtful(phrasing, client, items.doubtful))))
    if items.answered:
        sections.append(Section(words.last_answered, tuple(_asked(phrasing, item) for item in items.answered)))
    lead = words.agenda_lead.format(n=len(items.waiting)) if items.waiting else words.agenda_empty
    title = words.agenda_title.format(client=client.name, at=phrasing.when(call.start))
    return Page(title, lead, tuple(sections), phrasing.foot([client], call.start))


def _doubtful(phrasing: Phrasing, client: Client, items: Sequence[Item]) -> Iterator[Entry]:
    yield from (_asked(phrasing, item) for item in items if not _rang(item))
    if calls := [item for item in items if _rang(item)]:
        yield _calls_line(phrasing, client, calls)


def _asked(phrasing: Phrasing, item: Item) -> Entry:
    """Numbered as long as it is open."""
    entry = phrasing.entry(item, *phrasing.answered(item))
    return entry if item.answered_at is not None else replace(entry, line=Line((item.id,)))


def _calls_line(phrasing: Phrasing, client: Client, calls: Sequence[Item]) -> Entry:
    """All calls in one line: "Gary rang 3 times, 14:02-14:20, no message"."""
    words = phrasing.words
    spoke = any("voicemail" in item.kind for item in calls)
    span = phrasing.span(calls[0].arrived_at, calls[-1].arrived_at)
    names = list(client.people.values())
    who = names[0] if len(names) == 1 else client.name
    text = words.rang_once if len(calls) == 1 else words.rang
    line = Line(tuple(item.id for item in calls))
    return Entry("", who, text.format(who=who, n=len(calls), span=span), "" if spoke else words.no_message, line=line)
