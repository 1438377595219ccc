"""Sent mail: what I have written answers what waits, ends what was planned, and settles what was in doubt."""

from dataclasses import replace
from datetime import datetime

from triaged.account import commandmail, drafts, evidence
from triaged.account.folderlayout import as_seen
from triaged.account.sentmail import is_evidence, known_again, sent_seen, with_answers
from triaged.account.visit import Visit
from triaged.core.identify import identify
from triaged.core.message import Message, read
from triaged.core.trust import Act, Level, evidence_of_sent, may
from triaged.ledger import Ledger, SentWindow, Watermark
from triaged.ledger.entries import FolderRow, SentSeen
from triaged.mailbox import Fetched

SENT_HISTORY = 500
"""How many of the newest sent messages are read at first contact, so that running threads are known."""


async def look_at_sent(visit: Visit, *, doubts: bool = True) -> None:
    """Look at all sent mail: it says what the person has answered. `doubts`: and at what became of replies in doubt.

    The folders are asked for anew: a mail program that she uses for the first time files into one of its own.
    """
    folders = await visit.session.all_meant(visit.account.folders.sent, "sent")
    if not folders and visit.is_news("no sent folder"):
        visit.events.emit(
            "account.degraded",
            error="no folder with sent mail is found",
            reason='what you answer yourself is not noticed; name the folder: folders = { sent = "…" }',
        )
    rows = await visit.write(Ledger.folders, visit.row.id)
    for folder in folders:
        await _read_sent(visit, folder, next((row for row in rows if row.name == folder), None))
        if doubts:
            await evidence.search_sent(visit, folder)


async def _read_sent(visit: Visit, folder: str, row: FolderRow | None) -> None:
    """Read what has come into it since it was read last; at first contact the newest of what lies there."""
    if row is not None:
        status = await visit.session.status(folder)
        if status is None or as_seen(row, status):
            return
    uids = await _unread(visit, folder, row)
    if not uids:
        return
    fetched = [(one, read(one.header)) for one in await visit.session.headers(uids)]
    vouched = [(one, message, _evidence(visit, message)) for one, message in fetched]
    found = [
        (one.uid, with_answers(_seen(visit, one, message, level), message, visit.person))
        for one, message, level in vouched
        if is_evidence(message)
    ]
    if row is not None:  # what was there before we came was said to nobody
        await commandmail.take(visit, vouched)
    seen = await drafts.recognise(visit, [(uid, one) for uid, one in found if may(Act.SILENCE, one.level)])
    if row is not None:  # what was there before we came may be from an installation before this one
        await evidence.notice_strangers_mark(visit, [one for one in seen if may(Act.MARK, one.level)])
    window = SentWindow(visit.row.id, visit.now(), seen, Watermark(folder, uids[-1] + 1))
    visit.tell(await visit.write(Ledger.saw_sent, window))


def _seen(visit: Visit, fetched: Fetched, message: Message, level: Level) -> SentSeen:
    seen = sent_seen(message, _sent_at(fetched, message), visit.person.roster, level)
    return known_again(replace(seen, filed_at=fetched.arrived), message, visit.install)


def _sent_at(fetched: Fetched, message: Message) -> datetime:
    """What is imported is dated today by the server, and was written when its Date says."""
    return min(fetched.arrived, message.date) if message.date is not None else fetched.arrived


def _evidence(visit: Visit, message: Message) -> Level:
    """How sure we are that I have put it there: what is delivered to a tag, or moved by a filter, lies there as well."""
    who = identify(message, visit.person, visit.account)
    level = evidence_of_sent(message, who.authentication, who.level, visit.person.addresses)
    # what was delivered there is its sender's: a client's own mail is no answer to him, however sure my server is of it
    return level if level is Level.PROVED or who.mine or who.team else Level.FORGED


async def _unread(visit: Visit, folder: str, row: FolderRow | None) -> list[int]:
    """The UIDs in it that were not read; a folder never seen, or numbered anew, is remembered from now on."""
    session = visit.session
    selected = await session.select(folder)
    if row is not None and row.uidvalidity == selected.uidvalidity:
        return [uid for uid in await session.uids_from(row.next_uid) if uid >= row.next_uid]
    uids = (await session.uids_from(1))[-SENT_HISTORY:]
    begin = uids[0] if uids else selected.uidnext or 1
    await visit.write(Ledger.put_folder, FolderRow(visit.row.id, folder, "sent", selected.uidvalidity, begin, begin))
    return uids
