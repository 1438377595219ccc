"""The deferred folder: what a person dragged into it is adopted, what she took out of it is released."""

from collections.abc import Sequence
from datetime import datetime

from triaged.account import marks
from triaged.account.arriving import arriving
from triaged.account.asidechanges import SLICE, Changes, asked_about_again, since_last_look
from triaged.account.byhand import absent_of, in_trash, taken
from triaged.account.folderlayout import as_seen
from triaged.account.loglines import of_item
from triaged.account.places import came_by_delivery, is_made_of, presence
from triaged.account.regaining import count, regain
from triaged.account.remap import renumbered
from triaged.account.renamedfolder import follow
from triaged.account.visit import Visit
from triaged.core.calls import Schedule
from triaged.core.flags import folded
from triaged.core.identify import identify
from triaged.core.message import Message, read
from triaged.core.moments import parse_moment, resolve
from triaged.core.settings import Mode
from triaged.ledger import ByHand, Ledger, Watermark
from triaged.ledger.entries import FolderRow, Item, Place, Window
from triaged.mailbox import Fetched
from triaged.mailbox.fetched import NO_DATE

_ADOPTED_UNTIL = parse_moment("start of office hours")


async def look_into(visit: Visit, folder: str, row: FolderRow | None, *, aside: bool) -> None:
    """Compare the folder with what the ledger says of it. `aside`: something of ours lies there by the ledger."""
    status = await visit.session.status(folder)
    if aside:
        await follow(visit, folder, status)
    if status is None:
        visit.say_missing(folder)  # renamed or deleted: that says nothing about what lay in it
        return
    visit.found(folder)
    if as_seen(row, status) and not aside and not visit.memory.unclear_aside:
        return  # nothing has come, and nothing of ours lies there that could have gone
    selected = await visit.session.select(folder)
    uidnext = selected.uidnext or 1
    if row is None:
        # what lay there before first contact is never touched
        fresh = FolderRow(visit.row.id, folder, "deferred", selected.uidvalidity, uidnext, uidnext)
        await visit.write(Ledger.put_folder, fresh)
        await count(visit, fresh)
        return
    if row.uidvalidity != selected.uidvalidity:
        row = await renumbered(visit, row, selected.uidvalidity, uidnext, since=_empty_since(visit, row))
    changes = await since_last_look(visit, row, selected)
    strange = await _arrived_there(visit, row, changes)
    if visit.session.selected != folder:
        await visit.session.select(folder)
    await _left_there(visit, row, changes)
    if changes.through or strange or visit.memory.health.unadopted:
        await count(visit, row)
    missed = await visit.write(Ledger.items_aside_at, row, changes.gone) if changes.gone else ()
    unclear = {item.uid for item in missed if item.uid is not None}
    visit.memory.checks.aside = asked_about_again(changes.seen, unclear)


def _empty_since(visit: Visit, row: FolderRow) -> datetime | None:
    """From when on whatever is in the folder was put there, although it has other numbers: it may have been made anew."""
    if row.baseline_uid == 1:
        return NO_DATE  # nothing lay there at first contact
    first = visit.memory.first_contact
    return first.at if first else None


async def _arrived_there(visit: Visit, row: FolderRow, changes: Changes) -> bool:
    """What lies there above the baseline and is not put aside by the ledger: ours at another place, or put there by a hand.

    Not only what has come since the last look: a hand takes a message out and back again, marks it as deleted and takes the
    mark off, between two looks or while nothing runs. Gives whether there was any.
    """
    placed = await visit.write(_placed, row, changes.uids)
    strange = [uid for uid in changes.uids if uid not in placed]
    visit.memory.unclear_aside = False
    for fetched in await visit.session.headers(strange):
        message = read(fetched.header)
        if "\\deleted" in folded(fetched.flags):
            visit.memory.unclear_aside = True
        elif (item := await _lost(visit, message)) is not None:
            await visit.write(Ledger.place_item, item.id, Place(row.name, row.uidvalidity, fetched.uid))
        elif visit.account.mode is not Mode.OBSERVE:
            await _put_aside(visit, row, fetched)
    there = changes.seen.uids
    if there and there[-1] >= row.next_uid:
        await visit.write(Ledger.advance, visit.row.id, Watermark(row.name, there[-1] + 1))
    return bool(strange)


def _placed(ledger: Ledger, row: FolderRow, uids: Sequence[int]) -> frozenset[int]:
    """Of these UIDs those at which something is put aside, or rests."""
    if not uids:
        return frozenset()
    return ledger.uids_aside_at(row, uids) | ledger.resting_at(row, uids)


async def _lost(visit: Visit, message: Message) -> Item | None:
    """Of what is put aside the one that this message is and whose place is not known, or is empty now."""
    for item in await visit.write(Ledger.items_aside_made_of, visit.row.id, message):
        if not await _lies(visit, item.place):
            return item
    return None


async def _lies(visit: Visit, place: Place | None) -> bool:
    """Whether something lies at a place, which may be in a deferred folder of before."""
    return place is not None and await presence(visit.session, place) in ("here", "deleted")


async def _put_aside(visit: Visit, row: FolderRow, fetched: Fetched) -> None:
    """A hand has put it there. A copy of what lies aside already is an item of its own."""
    message = read(fetched.header)
    await marks.prove(visit, row.name, [fetched])
    known = await visit.write(Ledger.item_by_digest, visit.row.id, message)
    if (
        known is None
        and not visit.is_ours(fetched.flags)
        and came_by_delivery(message, row.name, visit.person.addresses)
    ):
        return
    if visit.may_be_ours(fetched.arrived) and (known is None or known.state == "here"):
        place = Place(row.name, row.uidvalidity, fetched.uid)
        if known is None or not await visit.write(Ledger.was_put_aside, known.id, place, visit.now()):
            visit.memory.left_there.add(fetched.uid)
        return
    copied = known is not None and known.state == "aside"
    if visit.is_ours(fetched.flags) and not copied and await _is_by_us(visit, row, fetched, known):
        return
    await _dragged_in(visit, row, fetched, None if copied else known)
    await visit.session.select(row.name)
    await marks.say_aside(visit, [fetched.uid])


async def _is_by_us(visit: Visit, row: FolderRow, fetched: Fetched, known: Item | None) -> bool:
    """Whether it lies there by us, which the ledger has forgotten; then it is remembered."""
    if known is None:
        return await regain(visit, row, fetched.uid) is not None
    if visit.has_come_back(fetched.flags):
        return False
    place = Place(row.name, row.uidvalidity, fetched.uid)
    return await visit.write(Ledger.was_put_aside, known.id, place, visit.now())


async def _dragged_in(visit: Visit, row: FolderRow, fetched: Fetched, item: Item | None) -> None:
    """Put aside by hand: it comes back at the start of office hours, without a reply."""
    now, layout = visit.now(), visit.layout
    back = resolve(_ADOPTED_UNTIL, now, Schedule(visit.person.worktime))
    back_at = back.at if back else now
    if item is None:
        await _adopt(visit, row, fetched, back_at)
        return
    place = Place(row.name, row.uidvalidity, fetched.uid)
    origin = item.folder if item.folder in layout.watch else None
    promised = visit.person.worktime.last_hour(visit.person.worktime.date_of(back_at))
    by_hand = ByHand("aside", place, now, back_at, origin, layout.home, promised)
    visit.tell(await visit.write(Ledger.hand, item.id, by_hand))


async def _adopt(visit: Visit, row: FolderRow, fetched: Fetched, back_at: datetime) -> None:
    message = read(fetched.header, b"", size=fetched.size, complete=False)
    arrived = arriving(visit, row, fetched, identify(message, visit.person, visit.account))
    window = Window(visit.row, visit.now(), [arrived])
    adopted = await visit.write(Ledger.adopt, window, back_at, visit.layout.home)
    visit.events.emit(
        "message.deferred",
        **of_item(adopted),
        verdict=adopted.verdict,
        reason="put aside by hand",
        arrived=adopted.arrived_at,
        until=back_at,
        folder=row.name,
        uid=fetched.uid,
        by="person",
    )


async def _left_there(visit: Visit, row: FolderRow, changes: Changes) -> None:
    """Ours that are no longer where they were put aside, are being deleted there, or have been answered there."""
    ours = await visit.write(Ledger.uids_aside, row) if changes.through else ()
    uids, absent = sorted({*changes.uids, *changes.gone, *ours}), []
    for first in range(0, len(uids), SLICE):  # of years of them only some are held at a time
        if visit.session.selected != row.name:
            await visit.session.select(row.name)
        items = await visit.write(Ledger.items_aside_at, row, uids[first : first + SLICE])
        absent += await absent_of(visit, row.name, items, changes.flags)
    await taken(visit, absent)
    if lost := await visit.write(Ledger.items_aside_in, visit.row.id, None):
        await _unplaced(visit, row, lost)


async def _unplaced(visit: Visit, row: FolderRow, items: Sequence[Item]) -> None:
    """Put aside, and nobody knows where: found by digest; or moved without a word and taken by a hand meanwhile.

    What was lost with its folder's numbers is only looked for: a folder that is new says nothing about what it held.
    """
    missing: list[Item] = []
    free = await _free(visit, row)
    for item in items:
        uid = next((uid for uid, message in free.items() if is_made_of(item, message)), None)
        if uid is not None:
            await visit.write(Ledger.place_item, item.id, Place(row.name, row.uidvalidity, uid))
            del free[uid]
        elif item.folder != row.name or await in_trash(visit, item):
            missing.append(item)
    await taken(visit, missing)


async def _free(visit: Visit, row: FolderRow) -> dict[int, Message]:
    """What lies there and is no other item: of copies made by hand each has its own place."""
    await visit.session.select(row.name)
    placed = await visit.write(Ledger.uids_aside, row)
    uids = [uid for uid in await visit.session.uids_from(row.baseline_uid) if uid not in placed]
    return {fetched.uid: read(fetched.header) for fetched in await visit.session.headers(uids)}
