"""Hands first: what a person did since we last looked. Sent mail answers, a drag releases or adopts, a deletion ends it.

One look serves everything that is due: before each return and each reply, and with every re-IDLE.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from triaged.account import drafts, evidence, remap
from triaged.account.folderlayout import Layout, as_seen
from triaged.account.loglines import tell
from triaged.account.places import find_in, in_trash, taken
from triaged.account.sentmail import is_evidence, sent_seen
from triaged.account.watch import arriving
from triaged.core.calls import Schedule
from triaged.core.identify import identify
from triaged.core.message import read
from triaged.core.moments import parse_moment, resolve
from triaged.core.settings import Account, Mode, Person
from triaged.ledger import Ledger
from triaged.ledger.values import FolderRow, Item, Place, Window
from triaged.mailbox import Fetched, Session

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk

SENT_HISTORY = 500
"""How many of the newest sent messages are read at first contact, so that running threads are known."""

_ADOPTED_UNTIL = parse_moment("start of office hours")


async def look(desk: "Desk", session: Session, person: Person, account: Account) -> None:
    """Look at sent mail, at the deferred folder, and at the flags of what waits elsewhere."""
    layout = desk.layout
    if layout is None:
        return
    known = await desk.office.write(_known, desk.row.id, layout, desk.office.now())
    if layout.sent is not None:
        await _sent(desk, session, person, layout.sent, known.sent)
        if known.doubts:
            await evidence.search_sent(desk, session, layout.sent)
    if layout.deferred is not None:
        await _deferred(desk, session, person, account, layout.deferred, known)
    if known.watched:
        await _waiting(desk, session)
    if known.drafts:
        await drafts.tidy(desk, person)


@dataclass(frozen=True, slots=True)
class _Known:
    """How the folders were when they were looked at last, and what there is to look for: mostly nothing."""

    sent: FolderRow | None
    deferred: FolderRow | None
    doubts: bool
    aside: bool
    watched: bool
    drafts: bool


def _known(ledger: Ledger, account: int, layout: Layout, now: datetime) -> _Known:
    """All of it in one turn of the ledger: thousands of mailboxes that wait are looked at every few minutes."""
    return _Known(
        sent=ledger.folder(account, layout.sent) if layout.sent else None,
        deferred=ledger.folder(account, layout.deferred) if layout.deferred else None,
        doubts=any(reply.account == account for reply in ledger.in_doubt_replies(now - evidence.DOUBT_LASTS)),
        aside=bool(ledger.items_aside(account)),
        watched=bool(ledger.items_watching(account)),
        drafts=bool(ledger.drafts(account)),
    )


# --- sent mail --------------------------------------------------------------------------------------------------


async def look_at_sent(desk: "Desk", session: Session, person: Person) -> None:
    """Look at sent mail only: it says what the person has answered."""
    if desk.layout is not None and desk.layout.sent is not None:
        row = await desk.office.write(Ledger.folder, desk.row.id, desk.layout.sent)
        await _sent(desk, session, person, desk.layout.sent, row)
        await evidence.search_sent(desk, session, desk.layout.sent)


async def _sent(desk: "Desk", session: Session, person: Person, folder: str, row: FolderRow | None) -> None:
    office = desk.office
    if row is not None:
        status = await session.status(folder)
        if status is None or as_seen(row, status):
            return
    selected = await session.select(folder)
    if row is not None and row.uidvalidity == selected.uidvalidity:
        uids = [uid for uid in await session.uids_from(row.next_uid) if uid >= row.next_uid]
    else:
        uids = (await session.uids_from(1))[-SENT_HISTORY:]
        begin = uids[0] if uids else selected.uidnext or 1
        fresh = FolderRow(desk.row.id, folder, "sent", selected.uidvalidity, begin, begin)
        await office.write(Ledger.put_folder, fresh)
    if not uids:
        return
    fetched = [(one, read(one.header)) for one in await session.headers(uids)]
    found = [
        (one.uid, sent_seen(message, one.arrived, person.roster)) for one, message in fetched if is_evidence(message)
    ]
    seen = await drafts.recognise(desk, session, found)
    if row is not None:  # what was there before we came may be from an installation before this one
        await evidence.notice_strangers_mark(desk, seen)
    now = office.now()
    told = await office.write(Ledger.saw_sent, desk.row.id, seen, now, folder=folder, next_uid=uids[-1] + 1)
    tell(desk.events, told)


# --- the deferred folder ----------------------------------------------------------------------------------------


async def _deferred(
    desk: "Desk", session: Session, person: Person, account: Account, folder: str, known: _Known
) -> None:
    office = desk.office
    row = known.deferred
    status = await session.status(folder)
    if status is None:
        desk.say_missing(folder)  # renamed or deleted: that says nothing about what lay in it
        return
    desk.found(folder)
    if as_seen(row, status) and not known.aside:
        return  # nothing has come, and nothing of ours lies there that could have gone
    selected = await session.select(folder)
    if row is None:
        # what lay there before first contact is never touched
        fresh = FolderRow(
            desk.row.id, folder, "deferred", selected.uidvalidity, selected.uidnext or 1, selected.uidnext or 1
        )
        await office.write(Ledger.put_folder, fresh)
        return
    if row.uidvalidity != selected.uidvalidity:
        row = await remap.renumbered(desk, session, row, selected.uidvalidity, selected.uidnext or 1)
    await _arrived_there(desk, session, person, account, row)
    await _left_there(desk, session, row)


async def _arrived_there(desk: "Desk", session: Session, person: Person, account: Account, row: FolderRow) -> None:
    """New in the deferred folder: ours whose place was not told, or something a person dragged in."""
    office = desk.office
    uids = [uid for uid in await session.uids_from(row.next_uid) if uid >= row.next_uid]
    if not uids:
        return
    for fetched in await session.headers(uids):
        place = Place(row.name, row.uidvalidity, fetched.uid)
        digest = read(fetched.header).digest
        item = await office.write(Ledger.item_by_digest, desk.row.id, digest)
        if item is not None and item.state == "aside":
            if item.place is None or item.folder != row.name:
                await office.write(Ledger.place_item, item.id, place)
        elif "\\deleted" not in _lower(fetched.flags) and account.mode is not Mode.OBSERVE:
            await _dragged_in(desk, person, account, row, fetched, item)
    await office.write(Ledger.advance, desk.row.id, row.name, uids[-1] + 1)


async def _dragged_in(
    desk: "Desk",
    person: Person,
    account: Account,
    row: FolderRow,
    fetched: Fetched,
    item: Item | None,
) -> None:
    """Put aside by hand: it comes back at the start of office hours, without a reply."""
    office = desk.office
    now = office.now()
    place = Place(row.name, row.uidvalidity, fetched.uid)
    back = resolve(_ADOPTED_UNTIL, now, Schedule(person.worktime))
    back_at = back.at if back else now
    if item is not None:
        known = item
        origin = known.folder if known.folder in account.watch else account.watch[0]
        told = await office.write(Ledger.hand, known.id, "aside", place, now, back_at=back_at, origin=origin)
        tell(desk.events, told)
        return
    message = read(fetched.header, b"", size=fetched.size, complete=False)
    arrived = arriving(desk, account, row, fetched, identify(message, person, account))
    adopted = await office.write(Ledger.adopt, Window(desk.row, now, [arrived]), back_at, account.watch[0])
    desk.events.emit(
        "message.deferred",
        client=adopted.client,
        mode=adopted.mode,
        item=adopted.id,
        message_id=adopted.message_id,
        sender=adopted.sender,
        subject=adopted.subject,
        verdict=adopted.verdict,
        reason="put aside by hand",
        arrived=adopted.arrived_at,
        until=back_at,
        folder=row.name,
        uid=fetched.uid,
        by="person",
    )


async def _left_there(desk: "Desk", session: Session, row: FolderRow) -> None:
    """Ours that are no longer where they were put aside, are being deleted there, or have been answered there."""
    office = desk.office
    items = await office.write(Ledger.items_aside, desk.row.id)
    placed = {item.uid: item for item in items if item.uid is not None and item.folder == row.name}
    if placed:
        flags = await session.flags(sorted(placed))
        absent = [item for uid, item in placed.items() if uid not in flags]
        for uid, found in flags.items():
            await _flagged(desk, placed[uid], _lower(found))
        await taken(desk, session, absent)
    lost = [item for item in items if item.uid is None]
    if lost:
        await _unplaced(desk, session, row, lost)


async def _flagged(desk: "Desk", item: Item, flags: frozenset[str]) -> None:
    office = desk.office
    now = office.now()
    if "\\deleted" in flags:
        tell(desk.events, await office.write(Ledger.hand, item.id, "gone", None, now))
    elif "\\answered" in flags and item.answered_at is None:
        tell(desk.events, await office.write(Ledger.saw_answered_flag, item.id, now))


async def _unplaced(desk: "Desk", session: Session, row: FolderRow, items: Sequence[Item]) -> None:
    """Put aside, and nobody knows where: found by digest; or moved without a word and taken by a hand meanwhile.

    What was lost with its folder's numbers is only looked for: a folder that is new says nothing about what it held.
    """
    office = desk.office
    missing: list[Item] = []
    for item in items:
        found = await find_in(session, row.name, item, row.baseline_uid)
        if found is not None:
            await office.write(Ledger.place_item, item.id, found)
        elif item.folder != row.name or await in_trash(desk, session, item):
            missing.append(item)
    await taken(desk, session, missing)


# --- what waits elsewhere ---------------------------------------------------------------------------------------


async def _waiting(desk: "Desk", session: Session) -> None:
    """Messages with a reply or promise ahead, where they lie: answered, moved away or deleted?"""
    office = desk.office
    items = await office.write(Ledger.items_watching, desk.row.id)
    folders: dict[tuple[str, int], list[Item]] = {}
    for item in items:
        if item.folder is not None and item.uidvalidity is not None and item.uid is not None and item.state == "here":
            folders.setdefault((item.folder, item.uidvalidity), []).append(item)
    for (folder, uidvalidity), found in folders.items():
        if await session.status(folder) is None:
            continue
        selected = await session.select(folder)
        if selected.uidvalidity != uidvalidity:
            continue
        flags = await session.flags(sorted(item.uid for item in found if item.uid is not None))
        for item in found:
            if item.uid in flags:
                await _flagged(desk, item, _lower(flags[item.uid]))
        await taken(desk, session, [item for item in found if item.uid not in flags])


def _lower(flags: frozenset[str]) -> frozenset[str]:
    return frozenset(flag.lower() for flag in flags)


async def reappeared(desk: "Desk", session: Session, item_id: int, place: Place | None) -> None:
    """A known message in a watched folder that we believed put aside: dragged back by hand, or a copy of it."""
    office = desk.office
    item = await office.write(Ledger.item, item_id)
    if item is None or place is None or item.state != "aside":
        return
    if item.place is not None:
        selected = await session.select(item.place.folder)
        if selected.uidvalidity == item.place.uidvalidity and await session.flags([item.place.uid]):
            return  # the one that was put aside is still there: this is a copy, and stays
    now = office.now()
    tell(desk.events, await office.write(Ledger.hand, item_id, "released", place, now))
