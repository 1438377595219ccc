"""Drafts of ours: recognised in Sent under whatever Message-ID; removed when nobody sent them and what they say is past."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from triaged.account.loglines import of_reply
from triaged.account.places import holds
from triaged.account.visit import Visit
from triaged.core.message import Message, read
from triaged.core.retyped import still_says
from triaged.core.settings import Person
from triaged.ids import new_message_id
from triaged.ledger import Ledger
from triaged.ledger.entries import ReplyRow, SentSeen
from triaged.ledger.leaving import Withdrawal

_OLD = timedelta(days=1)
_GONE = timedelta(hours=1)
"""A phone takes the draft away before its copy lies in Sent."""
_REMEMBERED = timedelta(days=7)
_MOST_DRAFTS = 200
_APOLOGY_OLD = timedelta(days=7)


async def recognise(visit: Visit, sent: Sequence[tuple[int, SentSeen]]) -> list[SentSeen]:
    """What lies in the selected Sent folder, by UID; with the mark of those that are drafts of ours.

    A mail client that sends a draft may give it another Message-ID.
    """
    drafts = await visit.write(_sendable, visit.row.id, visit.now() - _REMEMBERED)
    return [await _recognised(visit, uid, one, drafts) for uid, one in sent]


async def _recognised(visit: Visit, uid: int, seen: SentSeen, drafts: Sequence[ReplyRow]) -> SentSeen:
    for draft in drafts:
        if await _may_be(visit, seen, draft) and await _is(visit, uid, draft):
            return replace(seen, ours=draft.id, here=True)
    return seen


async def _may_be(visit: Visit, seen: SentSeen, draft: ReplyRow) -> bool:
    """Whether it went to whom the draft was for, about what the draft was about, under an id of its own."""
    if seen.ours is not None or seen.message_id == draft.message_id or draft.correspondent not in seen.rcpts:
        return False
    if draft.kind == "paper":  # it begins a thread of its own: it is known by its words
        return (seen.filed_at or seen.at) >= draft.made_at.replace(microsecond=0)
    covered = await visit.write(Ledger.reply_items, draft.id)
    return not {item.message_id for item in covered}.isdisjoint(seen.references)


async def _is(visit: Visit, uid: int, draft: ReplyRow) -> bool:
    raw = await visit.write(Ledger.reply_raw, draft.id)
    if raw is None:
        return False
    sent = await visit.session.fetch([uid], text=True)
    head, _, body = raw.partition(b"\r\n\r\n")
    drafted = read(head + b"\r\n\r\n", body)
    found = [read(one.header, one.body) for one in sent]
    if draft.kind == "paper" and any(one.bare_subject == drafted.bare_subject for one in found):
        return True
    return any(still_says(one.new_text, drafted.new_text) for one in found)


def _sendable(ledger: Ledger, account: int, since: datetime) -> list[ReplyRow]:
    """The drafts that lie there, and those that were taken back: she may have sent them before."""
    return [*ledger.drafts(account), *ledger.drafts_taken_back(account, since)]


async def tidy(visit: Visit) -> None:
    """Take back the drafts that are not wanted any more, stale or thrown away, once Sent has been looked at."""
    now, drafts = visit.now(), await visit.write(Ledger.drafts, visit.row.id)
    absent = {draft.id for draft in await _absent(visit, drafts)}
    visit.memory.drafts_seen |= {draft.id: now for draft in drafts if draft.id not in absent}
    for draft in drafts:
        why = draft.reason or _stale(draft, visit.person, now)
        if why is None and draft.id in absent and await _is_gone(visit, draft):
            why = "the draft was thrown away"
        if why is not None:
            await _withdraw(visit, draft, why)


async def _withdraw(visit: Visit, draft: ReplyRow, why: str) -> None:
    message_id = new_message_id(visit.context.chance, draft.message_id.rpartition("@")[2].rstrip(">"))
    taken = await visit.write(Ledger.withdraw, draft.id, Withdrawal(why, message_id, visit.now()))
    if taken is not None:
        visit.events.emit("reply.cancelled", **of_reply(taken.reply), reason=why)
        if taken.instead is not None:
            visit.on_news()


async def _absent(visit: Visit, drafts: Sequence[ReplyRow]) -> list[ReplyRow]:
    """Those that do not lie in Drafts: neither under their id, nor as a mail program has saved them anew."""
    folder, session = visit.layout.drafts, visit.session
    if not drafts or folder is None or await session.status(folder) is None:
        return []
    await session.select(folder)
    missing = [draft for draft in drafts if not await session.find(draft.message_id, 1)]
    if not missing:
        return []
    uids = (await session.uids_from(1))[-_MOST_DRAFTS:]
    saved = [(one.uid, read(one.header)) for one in await session.headers(uids)] if uids else []
    return [draft for draft in missing if not await _is_saved_anew(visit, draft, saved)]


async def _is_saved_anew(visit: Visit, draft: ReplyRow, saved: Sequence[tuple[int, Message]]) -> bool:
    """To that address, with its In-Reply-To, or its text."""
    covered = {item.message_id for item in await visit.write(Ledger.reply_items, draft.id)}
    for uid, message in saved:
        if draft.correspondent not in {address.key for address in message.to}:
            continue
        if not covered.isdisjoint(message.references) or await _is(visit, uid, draft):
            return True
    return False


async def _is_gone(visit: Visit, draft: ReplyRow) -> bool:
    """Whether one that is absent was thrown away: it lies in the bin, or has been neither in Drafts nor in Sent for an hour."""
    seen = visit.memory.drafts_seen.get(draft.id, draft.ended_at or draft.send_at)
    trash = visit.layout.trash
    in_trash = trash is not None and await holds(visit.session, trash, draft.message_id)
    return in_trash or visit.now() - seen >= _GONE


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
