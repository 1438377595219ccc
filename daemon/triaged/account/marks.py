"""Our mark on what is going to be answered: of two triageds on one mailbox only one speaks.

The mark is a keyword that no other ledger uses; who finds another's there gives way. Where a server keeps no keywords it is
as if this were not there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from triaged.account.evidence import say_another
from triaged.account.loglines import of_reply
from triaged.account.visit import Visit
from triaged.ids import new_mark
from triaged.ledger import Ledger
from triaged.ledger.entries import Admission, Place, ReplyRow
from triaged.mailbox import Refused


async def mark_admitted(visit: Visit, admissions: Sequence[Admission]) -> None:
    """Mark those messages of a window for which a reply is planned, before anything is done about them."""
    places = {
        one.item: one.arriving.place
        for one in admissions
        if one.reply is not None and one.item is not None and one.arriving.mode != "observe"
    }
    if places:
        await mark(visit, places)


async def mark_due(visit: Visit, due: Sequence[ReplyRow]) -> None:
    """Mark what the replies are about that are due: it may lie where it arrived, and a crash may have come between."""
    acknowledgements = [reply.id for reply in due if reply.kind == "ack"]
    if acknowledgements:
        await mark(visit, await visit.write(_covered, acknowledgements))


def _covered(ledger: Ledger, replies: Sequence[int]) -> dict[int, Place | None]:
    return {item.id: item.place for reply in replies for item in ledger.reply_items(reply)}


async def mark(visit: Visit, items: Mapping[int, Place | None]) -> None:
    """Mark messages, each by its id, where they lie; give way where another's mark lies. May select other folders."""
    folders: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    for item, place in items.items():
        if place is not None:
            folders[place.folder, place.uidvalidity][place.uid] = item
    lost: list[int] = []
    for (folder, uidvalidity), uids in folders.items():
        lost += [uids[uid] for uid in await _of_another(visit, folder, uidvalidity, list(uids))]
    if not lost:
        return
    for reply in await visit.write(Ledger.give_way, lost, visit.now()):
        visit.events.emit("reply.cancelled", **of_reply(reply), reason=reply.reason)
    say_another(visit, "a message that bears the mark of another")


async def mark_of(visit: Visit) -> str:
    """Our keyword, the same after every start."""
    memory = visit.memory
    memory.mark = memory.mark or await visit.write(Ledger.mark, new_mark(visit.context.chance))
    return memory.mark


async def _of_another(visit: Visit, folder: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
    session, ours = visit.session, await mark_of(visit)
    try:
        if session.selected != folder and (await session.select(folder)).uidvalidity != uidvalidity:
            return set()
        return await session.mark(uids, ours)
    except Refused:  # the folder is gone, or may only be read: there the ledger has to do alone
        return set()
