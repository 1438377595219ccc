"""Replies that were refused or came back, as a section of the digest: the client knows nothing of them, and she must.

What such a reply promised stays hers: it is warned of when it falls due, and nobody else tells the client.
"""

from triaged.ledger import Ledger, Period
from triaged.ledger.entries import ReplyRow
from triaged.person.mailpage import Entry, Section
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing

_OPEN = ("open", "overdue")


async def sections(context: PersonContext, period: Period) -> list[Section]:
    """One, or none."""
    found = await context.write(Ledger.not_arrived, period)
    words = Phrasing.of(context.person).words
    return [Section(words.returned_title, tuple([await _entry(context, one) for one in found]))] if found else []


async def _entry(context: PersonContext, reply: ReplyRow) -> Entry:
    phrasing = Phrasing.of(context.person)
    item = await context.write(Ledger.item, reply.items[0]) if reply.items else None
    subject = (item.subject if item is not None else None) or phrasing.words.no_subject
    notes = (*await _notes(context, reply, phrasing),)
    return Entry(phrasing.when(reply.ended_at or reply.send_at), reply.rcpt, subject, notes=notes)


async def _notes(context: PersonContext, reply: ReplyRow, phrasing: Phrasing) -> list[str]:
    """Why, what is still promised, and whether anything more goes there."""
    words = phrasing.words.returned
    promise = await context.write(Ledger.promise, reply.promise) if reply.promise is not None else None
    closed = await context.write(Ledger.opt_outs, context.key, context.now())
    bounced = [
        one.until for one in closed if one.address == reply.correspondent and one.what == "bounced" and one.until
    ]
    return [
        words["why"].format(reason=reply.reason or ""),
        *([words["promise"].format(at=phrasing.when(promise.due_at))] if promise and promise.state in _OPEN else []),
        *(words["closed"].format(until=phrasing.day(until)) for until in bounced),
    ]
