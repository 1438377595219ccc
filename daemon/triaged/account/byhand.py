"""What a person did with a message since the last visit: read from where it lies now, written down, said."""

from collections.abc import Mapping, Sequence

from triaged.account.loglines import of_item
from triaged.account.ownnotes import say_too_late
from triaged.account.places import holds, presence
from triaged.account.visit import Visit
from triaged.core.flags import folded
from triaged.ledger import ByHand, Ledger
from triaged.ledger.entries import Item, Place
from triaged.ledger.settling import Settled
from triaged.mailbox import Refused

CAME_BACK = "it had come back already"
_MOST_SEARCHES = 500
"""Looks into folders for what a hand took; whoever empties a folder of hundreds does not stop the day."""


async def flagged(visit: Visit, item: Item, flags: frozenset[str]) -> None:
    r"""Conclude from flags in lower case: `\Deleted` ends it, `\Answered` answers it."""
    if "\\deleted" in flags:
        if await _is_snoozed(visit, item):
            return  # a mail program moves it there: its copy has come, this is what it leaves behind
        if await _moved_by_copy(visit, item):
            return
        if (place := await _taken_back(visit, item)) is not None:
            await _released(visit, item.id, ByHand("released", place, visit.now()))
            return
        visit.tell(await visit.write(Ledger.hand, item.id, ByHand("gone", None, visit.now())))
    elif "\\answered" in flags and item.answered_at is None:
        visit.tell(await visit.write(Ledger.saw_answered_flag, item.id, visit.now()))


async def _is_snoozed(visit: Visit, item: Item) -> bool:
    """Whether it lies in a snooze folder, too: a mail program that cannot move has copied it there. Selects them."""
    others = [folder for folder in visit.layout.snooze if folder != item.folder]
    return any([await _found_in(visit, folder, [item]) for folder in others])


async def _moved_by_copy(visit: Visit, item: Item) -> bool:
    """Whether the one that goes was copied by hand to where mail is put aside, minutes or hours ago: then it lies there, as that one."""
    found = await visit.write(Ledger.copy_by_hand, item)
    if found is None:
        return False
    _, back_at = found
    worktime = visit.person.worktime
    promised = worktime.last_hour(worktime.date_of(back_at)) if back_at else None
    follows = await visit.write(Ledger.moved_by_copy, item.id, visit.now(), promised)
    if isinstance(follows, Settled):
        visit.tell(follows.follows)
        visit.say_settled(follows)
    elif follows:
        visit.tell(follows)
    return True


async def _taken_back(visit: Visit, item: Item) -> Place | None:
    """Where a mail program that cannot move has copied it to out of the deferred folder, if that is watched. Selects them."""
    folders = visit.layout.watch if item.state == "aside" else ()
    return next(iter([found[item.id] for folder in folders if (found := await _found_in(visit, folder, [item]))]), None)


async def reappeared(visit: Visit, item_id: int, place: Place | None, flags: frozenset[str]) -> None:
    """A known message in a watched folder that we believed put aside: dragged back by hand, or a copy of it.

    Or brought back from here, which the ledger has forgotten.
    """
    item = await visit.write(Ledger.item, item_id)
    if item is not None and place is not None and visit.has_come_back(flags):
        if await visit.write(Ledger.came_back, item_id, place, visit.now()):
            visit.events.emit("message.returned", **of_item(item), folder=place.folder, uid=place.uid, reason=CAME_BACK)
        return
    if item is None or place is None or item.state != "aside":
        return
    if item.place is not None:
        selected = await visit.session.select(item.place.folder)
        if selected.uidvalidity == item.place.uidvalidity and await visit.session.flags([item.place.uid]):
            return  # the one that was put aside is still there: this is a copy, and stays
    await _released(visit, item_id, ByHand("released", place, visit.now()))


async def _released(visit: Visit, item_id: int, by_hand: ByHand) -> None:
    """Write down that a hand took it out (or deleted it), and what follows."""
    follows = await visit.write(Ledger.hand, item_id, by_hand)
    visit.tell(follows)
    await say_too_late(visit, follows)


async def in_trash(visit: Visit, item: Item) -> bool:
    """Whether it lies in the Trash folder."""
    trash = visit.layout.trash
    return trash is not None and item.message_id is not None and await holds(visit.session, trash, item.message_id)


async def taken(visit: Visit, items: Sequence[Item]) -> None:
    """Absent where they were: in Trash, or nowhere any more, they are gone; elsewhere a hand has put them.

    What cannot be looked for everywhere counts as put somewhere. Selects other folders.
    """
    if not items:
        return
    found, everywhere = await _sought(visit, items)
    now = visit.now()
    for item in items:
        place = found.get(item.id)
        if place is None:
            deleted = everywhere and item.message_id is not None
            if deleted and await _moved_by_copy(visit, item):
                continue
            await _released(visit, item.id, ByHand("gone" if deleted else "released", None, now))
        elif not await _stays_aside(visit, item, place):
            deleted = place.folder == visit.layout.trash or place.folder in visit.layout.snooze
            if deleted and await _moved_by_copy(visit, item):
                continue
            by_hand = ByHand("gone", None, now) if deleted else ByHand("released", place, now)
            await _released(visit, item.id, by_hand)


async def _stays_aside(visit: Visit, item: Item, place: Place) -> bool:
    """Whether nobody took it out: it is where it is believed to be, or about to be; or was put off by another drag."""
    if place.folder == visit.layout.deferred and await _is_put_aside(visit, item, place):
        return True
    # dragged there while we looked, the next look sees when it is to come back; what is being deleted there does not
    return place.folder in visit.layout.snooze and await presence(visit.session, place) != "deleted"


async def _is_put_aside(visit: Visit, item: Item, place: Place) -> bool:
    """Whether what lies in the deferred folder lies there by us; its place is remembered then."""
    if item.state == "aside":
        await visit.write(Ledger.place_item, item.id, place)
        return True
    return await visit.write(Ledger.was_put_aside, item.id, place, visit.now())


async def _sought(visit: Visit, items: Sequence[Item]) -> tuple[dict[int, Place], bool]:
    """Where messages are now, by Message-ID, as far as they are found; and whether no folder was left out."""
    found: dict[int, Place] = {}
    missing = [item for item in items if item.message_id is not None]
    searches, everywhere = 0, True
    for folder in await _likely_first(visit):
        if not missing:
            return found, True
        searches += len(missing)
        if searches > _MOST_SEARCHES:
            return found, False
        try:
            found |= await _found_in(visit, folder, missing)
        except Refused:  # that folder may hold it
            everywhere = False
        missing = [item for item in missing if item.id not in found]
    return found, everywhere


async def _found_in(visit: Visit, folder: str, missing: Sequence[Item]) -> dict[int, Place]:
    session = visit.session
    if await session.status(folder) is None:
        return {}
    selected = await session.select(folder)
    found: dict[int, Place] = {}
    for item in missing:
        uids = await session.find(item.message_id, 1) if item.message_id is not None else ()
        if place := await _free(visit, item, [Place(folder, selected.uidvalidity, uid) for uid in uids]):
            found[item.id] = place
    return found


async def _free(visit: Visit, item: Item, places: Sequence[Place]) -> Place | None:
    """The newest place that is not another item's: of copies made by hand each has its own."""
    for place in reversed(places):
        there = await visit.write(Ledger.item_at, visit.row.id, place)
        if there is None or there.id == item.id:
            return place
    return None


async def _likely_first(visit: Visit) -> list[str]:
    """All folders: Trash, where mail arrives, archives, then the others."""
    infos = [info for info in await visit.session.folders() if info.selectable]
    archives = [info.name for info in infos if info.role in ("archive", "all")]
    first = [
        name for name in (visit.layout.trash, *visit.layout.watch, *visit.layout.snooze, *archives) if name is not None
    ]
    return list(dict.fromkeys([*first, *(info.name for info in infos)]))


async def left(visit: Visit, folder: str, items: Sequence[Item]) -> None:
    """Ours that are no longer where they were put aside, are being deleted there, or have been answered. The folder is selected."""
    await taken(visit, await absent_of(visit, folder, items))


async def absent_of(
    visit: Visit, folder: str, items: Sequence[Item], known: Mapping[int, frozenset[str]] | None = None
) -> list[Item]:
    """Those of ours that lie in the selected folder no more; what the flags of the others say is concluded. May select others.

    `known`: the flags of those that lie there, where the server has told them already.
    """
    placed = {item.uid: item for item in items if item.uid is not None and item.folder == folder}
    if not placed:
        return []
    flags = known if known is not None else await visit.session.flags(sorted(placed))
    for uid in placed.keys() & flags.keys():
        marks = folded(flags[uid])
        visit.memory.unclear_aside |= "\\deleted" in marks  # it may be taken off again
        await flagged(visit, placed[uid], marks)
    return [item for uid, item in placed.items() if uid not in flags]
