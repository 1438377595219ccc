"""Where messages are: found by digest, looked for where a hand puts things. Reading only; the ledger is told by others.

Absent means: SELECT succeeded, UIDVALIDITY is the remembered one, and the UID is not there. Nothing else does.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from triaged.account.loglines import tell
from triaged.core.message import read
from triaged.ledger import Ledger
from triaged.ledger.values import Item, Place
from triaged.mailbox import Session

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk

Presence = Literal["here", "deleted", "absent", "unknown"]

_MOST_SEARCHES = 500
"""Looks into folders for what a hand took; whoever empties a folder of hundreds does not stop the day."""


async def presence(session: Session, place: Place) -> Presence:
    r"""Whether a message still lies where it was; `deleted`: it is marked so; `unknown`: its folder cannot tell."""
    if await session.status(place.folder) is None:
        return "unknown"
    selected = await session.select(place.folder)
    if selected.uidvalidity != place.uidvalidity:
        return "unknown"
    flags = await session.flags([place.uid])
    if place.uid not in flags:
        return "absent"
    return "deleted" if "\\deleted" in {flag.lower() for flag in flags[place.uid]} else "here"


async def find_in(session: Session, folder: str, item: Item, since: int) -> Place | None:
    """The message in a folder at UIDs from `since` on: by digest."""
    if await session.status(folder) is None:
        return None
    selected = await session.select(folder)
    for fetched in await session.headers(await session.uids_from(since)):
        if read(fetched.header).digest == item.digest:
            return Place(folder, selected.uidvalidity, fetched.uid)
    return None


async def in_trash(desk: "Desk", session: Session, item: Item) -> bool:
    """Whether it lies in the Trash folder."""
    trash = desk.layout.trash if desk.layout else None
    if trash is None or item.message_id is None or await session.status(trash) is None:
        return False
    await session.select(trash)
    return bool(await session.find(item.message_id, 1))


async def taken(desk: "Desk", session: Session, items: Sequence[Item]) -> None:
    """Absent where they were: in Trash, or nowhere any more, they are gone; elsewhere a hand has put them.

    What cannot be looked for everywhere counts as put somewhere. Selects other folders.
    """
    office = desk.office
    found, everywhere = await _sought(desk, session, items)
    now = office.now()
    for item in items:
        place = found.get(item.id)
        deleted = place is None and everywhere and item.message_id is not None
        gone = deleted or (place is not None and desk.layout is not None and place.folder == desk.layout.trash)
        what: Literal["gone", "released"] = "gone" if gone else "released"
        tell(desk.events, await office.write(Ledger.hand, item.id, what, None if gone else place, now))


async def _sought(desk: "Desk", session: Session, items: Sequence[Item]) -> tuple[dict[int, Place], bool]:
    """Where messages are now, by Message-ID, as far as they are found; and whether no folder was left out."""
    found: dict[int, Place] = {}
    missing = [item for item in items if item.message_id is not None]
    searches = 0
    for folder in await _likely_first(desk, session):
        if not missing:
            return found, True
        searches += len(missing)
        if searches > _MOST_SEARCHES:
            return found, False
        if await session.status(folder) is None:
            continue
        selected = await session.select(folder)
        for item in missing:
            if item.message_id is not None and (uids := await session.find(item.message_id, 1)):
                found[item.id] = Place(folder, selected.uidvalidity, uids[-1])
        missing = [item for item in missing if item.id not in found]
    return found, True


async def _likely_first(desk: "Desk", session: Session) -> list[str]:
    """All folders: Trash, where mail arrives, archives, then the others."""
    _, account = desk.settings()
    trash = desk.layout.trash if desk.layout else None
    infos = [info for info in await session.folders() if info.selectable]
    archives = [info.name for info in infos if info.role in ("archive", "all")]
    first = [name for name in (trash, *account.watch, *archives) if name is not None]
    return list(dict.fromkeys([*first, *(info.name for info in infos)]))
