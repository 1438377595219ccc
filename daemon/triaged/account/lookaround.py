"""Hands first: what a person did since we last looked. Sent mail answers, a drag releases or adopts, a deletion ends it.

One look serves everything that is due: before each return and each reply, and with every re-IDLE.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triaged.account import deferredfolder, drafts, evidence, sentfolder, snoozefolders
from triaged.account.byhand import flagged, taken
from triaged.account.folderlayout import Layout
from triaged.account.visit import Visit
from triaged.account.watch import sweep
from triaged.core.flags import folded
from triaged.ledger import Ledger
from triaged.ledger.entries import FolderRow, Item
from triaged.mailbox import Refused


async def sweep_and_look(visit: Visit) -> None:
    """Take in what is new everywhere, then look: what a filter moved between watched folders was moved by no hand."""
    await sweep(visit, everywhere=True)
    await look(visit)


async def look(visit: Visit) -> None:
    """Look at sent mail, at the deferred folder, and at the flags of what waits elsewhere."""
    layout = visit.layout
    visit.memory.unseen.clear()
    known = await visit.write(_known, visit.row.id, layout, visit.now())
    if visit.account.only_returns:  # without clients nobody knows whose answer it is: that is looked at later
        if layout.deferred is not None:
            await deferredfolder.look_into(visit, layout.deferred, known.deferred, aside=known.aside)
        return
    await sentfolder.look_at_sent(visit, doubts=known.doubts)
    await snoozefolders.look_into(visit)
    if layout.deferred is not None:
        try:
            await deferredfolder.look_into(visit, layout.deferred, known.deferred, aside=known.aside)
        except Refused as refusal:
            visit.cannot_see(layout.deferred, str(refusal))
    if known.watched:
        await _look_at_waiting(visit)
    if known.drafts:
        await drafts.tidy(visit)


@dataclass(frozen=True, slots=True)
class _Known:
    """How the folders were when they were looked at last, and what there is to look for: mostly nothing."""

    deferred: FolderRow | None
    doubts: bool
    aside: bool
    watched: bool
    drafts: bool


def _known(ledger: Ledger, account: int, layout: Layout, now: datetime) -> _Known:
    """All of it in one turn of the ledger: thousands of mailboxes that wait are looked at every few minutes."""
    return _Known(
        deferred=ledger.folder(account, layout.deferred) if layout.deferred else None,
        doubts=any(reply.account == account for reply in ledger.in_doubt_replies(now - evidence.DOUBT_LASTS)),
        aside=ledger.is_any_aside(account),
        watched=ledger.is_watching_here(account),
        drafts=bool(ledger.drafts(account)),
    )


async def _look_at_waiting(visit: Visit) -> None:
    """Messages with a reply or promise ahead, where they lie: answered, moved away or deleted?"""
    session = visit.session
    folders: dict[tuple[str, int], list[Item]] = {}
    for item in await visit.write(Ledger.items_watching_here, visit.row.id):
        if item.place is not None:
            folders.setdefault((item.place.folder, item.place.uidvalidity), []).append(item)
    for (folder, uidvalidity), found in folders.items():
        try:
            if await session.status(folder) is not None and (await session.select(folder)).uidvalidity == uidvalidity:
                await _look_at_flags(visit, found)
        except Refused as refusal:
            visit.cannot_see(folder, str(refusal))


async def _look_at_flags(visit: Visit, items: Sequence[Item]) -> None:
    """Of messages of the selected folder."""
    flags = await visit.session.flags(sorted(item.uid for item in items if item.uid is not None))
    for item in items:
        if item.uid in flags:
            await flagged(visit, item, folded(flags[item.uid]))
    await taken(visit, [item for item in items if item.uid not in flags])
