"""Where messages are: found by digest, looked for where a hand puts things. Reading only; the ledger is told by others.

Absent means: SELECT succeeded, UIDVALIDITY is the remembered one, and the UID is not there. Nothing else does.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from triaged.core.message import read
from triaged.desk.telling import tell
from triaged.ledger import Ledger
from triaged.ledger.values import Item, Place
from triaged.mailbox import Session

if TYPE_CHECKING:
    from triaged.desk.account import Desk

Presence = Literal["here", "deleted", "absent", "unknown"]


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
    """Absent where they were: in Trash it is gone, anywhere else a hand took it out. Selects other folders."""
    office = desk.office
    now = office.now()
    for item in items:
        gone = await in_trash(desk, session, item)
        told = await office.write(Ledger.hand, item.id, "gone" if gone else "released", None, now)
        tell(desk.events, told)
