"""Where messages are: asked of the server, found by digest. Reading only; the ledger is told by others.

Absent means: SELECT succeeded, UIDVALIDITY is the remembered one, and the UID is not there. Nothing else does.
"""

from typing import Literal

from triaged.core.flags import folded
from triaged.core.message import Message, read
from triaged.ledger.entries import Item, Place
from triaged.mailbox import Session

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
    return "deleted" if "\\deleted" in folded(flags[place.uid]) else "here"


async def find_in(session: Session, folder: str, item: Item, since: int) -> Place | None:
    """The message in a folder at UIDs from `since` on: by digest."""
    if await session.status(folder) is None:
        return None
    selected = await session.select(folder)
    for fetched in await session.headers(await session.uids_from(since)):
        if is_made_of(item, read(fetched.header)):
            return Place(folder, selected.uidvalidity, fetched.uid)
    return None


def is_made_of(item: Item, message: Message) -> bool:
    """Whether an item's message has these fields; of a second one like another the digest says so, and more."""
    return item.digest.partition("+")[0] in (message.digest, message.older_digest)


async def holds(session: Session, folder: str, message_id: str) -> bool:
    """Whether a folder that is there holds a message of that id. Selects it."""
    if await session.status(folder) is None:
        return False
    await session.select(folder)
    return bool(await session.find(message_id, 1))
