"""Our mark on what is put aside or going to be answered: of two triageds on one mailbox only one acts.

It is a witness, too: a ledger that was put back finds in the mailbox what was in hand. The mark is a keyword that no other installation uses; who finds another's there gives way. It stays on the message, and says
beside it whether that came back, and whether it may have been answered. Where a server keeps no keywords it is as if this
were not there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

from triaged.account.evidence import say_another
from triaged.account.folderlayout import acts
from triaged.account.loglines import of_reply
from triaged.account.visit import Visit
from triaged.core.decision import Aside
from triaged.core.flags import folded
from triaged.ids import BACK
from triaged.ledger import Ledger
from triaged.ledger.entries import Admission, Place, ReplyRow
from triaged.mailbox import Fetched, Refused


async def prove(visit: Visit, folder: str, there: Sequence[Fetched]) -> None:
    """After a start that may have forgotten something: that messages bear no mark says something only where one can be set."""
    unsure = [one for one in there if visit.is_from_before(one.arrived)]
    if not unsure or not acts(visit.person, visit.account) or any(visit.is_ours(one.flags) for one in there):
        return
    if visit.session.selected != folder:
        await visit.session.select(folder)
    if bare := [one.uid for one in unsure if BACK not in folded(one.flags)]:
        await visit.session.try_keyword(bare[0], BACK)


async def mark_admitted(visit: Visit, admissions: Sequence[Admission]) -> None:
    """Mark those messages of a window that are put aside or answered, before anything is done about them."""
    places = {
        one.item: one.arriving.place
        for one in admissions
        if one.item is not None and one.arriving.mode != "observe" and (one.reply is not None or _goes_aside(one))
    }
    if places:
        await mark(visit, places)


def _goes_aside(admission: Admission) -> bool:
    decision = admission.decision
    return decision is not None and any(isinstance(effect, Aside) for effect in decision.effects)


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


async def say_back(visit: Visit, uids: Sequence[int]) -> None:
    """Messages of the selected folder are about to be brought back."""
    with suppress(Refused):  # some servers offer keywords, and take none
        await visit.session.mark(uids, visit.mark, visit.marks)
        await visit.session.store(uids, add=[BACK])


async def say_aside(visit: Visit, uids: Sequence[int]) -> None:
    """Messages of the selected folder are put aside, by a person's hand; or by another triaged, whose they stay."""
    with suppress(Refused):
        another = await visit.session.mark(uids, visit.mark, visit.marks)
        await visit.session.store([uid for uid in uids if uid not in another], remove=[BACK])


async def _of_another(visit: Visit, folder: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
    session = visit.session
    try:
        if session.selected != folder and (await session.select(folder)).uidvalidity != uidvalidity:
            return set()
        return await session.mark(uids, visit.mark, visit.marks)
    except Refused:  # the folder is gone, or may only be read: there the ledger has to do alone
        return set()
