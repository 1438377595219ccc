"""The mark of an attempt, set on a message before the body of a reply to it is sent: the mailbox knows what a ledger forgets.

Absence in Sent proves nothing, this does: a reply that has not gone, by the ledger, and whose message bears the mark of an
attempt that the ledger does not know, may have gone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from triaged.account import evidence
from triaged.account.loglines import of_reply
from triaged.account.visit import Visit
from triaged.core.flags import folded
from triaged.ids import said
from triaged.ledger import Ledger
from triaged.ledger.entries import Item, ReplyRow
from triaged.mailbox import Refused

Places = Mapping[tuple[str, int], Sequence[int]]
"""UIDs by folder and UIDVALIDITY."""

UNKNOWN = "its message bears the mark of an attempt that this ledger does not know"


async def look_back(visit: Visit) -> None:
    """After a start, before anything is sent: what of the replies that have not gone has gone, by the mailbox.

    Raises:
        MailboxError: a sent folder, or a folder with their messages, cannot be looked at.
    """
    live = await visit.write(Ledger.live_replies, visit.row.id)
    await look_for(visit, live)
    for reply in await visit.write(Ledger.live_replies, visit.row.id):
        places = _places(visit, await visit.write(Ledger.unsaid_items, reply.id))
        if reply.mode == "send" and await _bearing(visit, places, said(reply.kind)):
            await _doubt(visit, reply)


async def look_for(visit: Visit, replies: Sequence[ReplyRow]) -> None:
    """Find replies in the sent folders by their own Message-IDs, however old the copies are: those went."""
    for folder in await visit.session.all_meant(visit.account.folders.sent, "sent") if replies else ():
        await visit.session.select(folder)
        for reply in replies:
            if uids := await visit.session.find(reply.message_id, 1):
                found = await visit.session.headers(uids[:1])
                since = found[0].arrived if found else visit.now()
                await evidence.found_in_sent(visit, reply, since)


async def begin(visit: Visit, reply: ReplyRow) -> bool:
    """Set the mark before the body is sent. False: it is there, from an attempt that the ledger does not know."""
    items = await visit.write(Ledger.unsaid_items, reply.id)
    keyword = said(reply.kind)
    for (folder, uidvalidity), uids in _places(visit, items).items():
        if await _select(visit, folder, uidvalidity):
            with suppress(Refused):  # some servers offer keywords, and take none
                if await visit.session.mark_once(uids, keyword):
                    return False
    return True


async def take_back(visit: Visit, reply: ReplyRow) -> None:
    """The server has said that it did not take it."""
    items = await visit.write(Ledger.unsaid_items, reply.id)
    for (folder, uidvalidity), uids in _places(visit, items).items():
        if await _select(visit, folder, uidvalidity):
            with suppress(Refused):
                await visit.session.store(uids, remove=[said(reply.kind)])


def _places(visit: Visit, items: Iterable[Item]) -> Places:
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for item in items:
        if item.account == visit.row.id and item.place is not None:
            found[item.place.folder, item.place.uidvalidity].append(item.place.uid)
    return found


async def _bearing(visit: Visit, places: Places, keyword: str) -> bool:
    for (folder, uidvalidity), uids in places.items():
        if await _select(visit, folder, uidvalidity):
            flags = await visit.session.flags(uids)
            if any(keyword in folded(found) for found in flags.values()):
                return True
    return False


async def _select(visit: Visit, folder: str, uidvalidity: int) -> bool:
    """Whether the folder is there, numbered as it was."""
    try:
        return (await visit.session.select(folder)).uidvalidity == uidvalidity
    except Refused:
        return False


async def _doubt(visit: Visit, reply: ReplyRow) -> None:
    if await visit.write(Ledger.may_have_gone, reply.id, visit.now(), UNKNOWN):
        visit.events.emit("reply.in_doubt", **of_reply(reply), error=UNKNOWN)
