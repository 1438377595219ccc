"""Drafts of ours: recognised in Sent under whatever Message-ID; removed when nobody sent them and what they say is past."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from triaged.account.loglines import of_reply
from triaged.account.visit import Visit
from triaged.core.message import read
from triaged.core.retyped import still_says
from triaged.core.settings import Person
from triaged.ledger import Ledger
from triaged.ledger.entries import ReplyRow, SentSeen

_OLD = timedelta(days=1)
_APOLOGY_OLD = timedelta(days=7)


async def recognise(visit: Visit, sent: Sequence[tuple[int, SentSeen]]) -> list[SentSeen]:
    """What lies in the selected Sent folder, by UID; with the mark of those that are drafts of ours.

    A mail client that sends a draft may give it another Message-ID.
    """
    drafts = await visit.write(Ledger.drafts, visit.row.id)
    return [await _recognised(visit, uid, one, drafts) for uid, one in sent]


async def _recognised(visit: Visit, uid: int, seen: SentSeen, drafts: Sequence[ReplyRow]) -> SentSeen:
    for draft in drafts:
        if await _may_be(visit, seen, draft) and await _is(visit, uid, draft):
            return replace(seen, ours=draft.id)
    return seen


async def _may_be(visit: Visit, seen: SentSeen, draft: ReplyRow) -> bool:
    """Whether it went to whom the draft was for, about what the draft was about, under an id of its own."""
    if seen.ours is not None or seen.message_id == draft.message_id or draft.correspondent not in seen.rcpts:
        return False
    covered = await visit.write(Ledger.reply_items, draft.id)
    return not {item.message_id for item in covered}.isdisjoint(seen.references)


async def _is(visit: Visit, uid: int, draft: ReplyRow) -> bool:
    raw = await visit.write(Ledger.reply_raw, draft.id)
    if raw is None:
        return False
    sent = await visit.session.fetch([uid], text=True)
    head, _, body = raw.partition(b"\r\n\r\n")
    draft_text = read(head + b"\r\n\r\n", body).new_text
    return any(still_says(read(one.header, one.body).new_text, draft_text) for one in sent)


async def tidy(visit: Visit) -> None:
    """Take back the drafts that are stale; the ledger owes their removal then."""
    now = visit.now()
    for draft in await visit.write(Ledger.drafts, visit.row.id):
        why = _stale(draft, visit.person, now)
        if why is None:
            continue
        taken = await visit.write(Ledger.cancel, draft.id, why, now)
        if taken is not None:
            visit.events.emit("reply.cancelled", **of_reply(taken), reason=why)


def _stale(draft: ReplyRow, person: Person, now: datetime) -> str | None:
    """Why a draft is stale: the moment that it tells has passed; or it tells none, and the next one would be due."""
    written = draft.ended_at or draft.send_at
    if draft.kind == "slip":  # it tells a moment that has passed: that is what it is for
        return "the draft was not sent in time" if written + _APOLOGY_OLD <= now else None
    if draft.tell_at is not None:
        return "the moment that the draft tells has passed" if draft.tell_at <= now else None
    template = person.reply(draft.template)
    asks_time = template is not None and not template.once_a_thread
    stale_at = template.every.after(written, person.worktime) if template and asks_time else written + _OLD
    return "the draft was not sent in time" if stale_at <= now else None
