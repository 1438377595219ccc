"""Where messages are: asked of the server, found by digest. Reading only; the ledger is told by others.

Absent means: SELECT succeeded, UIDVALIDITY is the remembered one, and the UID is not there. Nothing else does.
"""

import re
from collections.abc import Sequence
from typing import Literal

from triaged.core.address import Address, is_mine, read_address
from triaged.core.flags import folded
from triaged.core.message import Message, read
from triaged.ledger.entries import Item, Place
from triaged.mailbox import Session

_DELIVERED = ("delivered-to", "x-original-to", "x-delivered-to", "envelope-to")
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


def came_by_delivery(message: Message, folder: str, mine: Sequence[Address]) -> bool:
    """Whether the server has filed it there by its tag (dana+tomorrow@…): no hand has dragged it."""
    names = {part for part in re.split(r"[^\w]+", folder.casefold()) if part} | {folder.casefold()}
    written = [address for name in _DELIVERED for text in message.fields.all(name) if (address := read_address(text))]
    tags = [_tag(address, mine) for address in (*message.to, *message.cc, *message.bcc, *written)]
    return any(tag and not names.isdisjoint({tag, *re.split(r"[^\w]+", tag)}) for tag in tags)


def _tag(address: Address, mine: Sequence[Address]) -> str:
    """The tag of an address that is mine, in small letters; "" it has none, or is another's."""
    _, plus, tag = address.local.partition("+")
    return tag.casefold() if plus and is_mine(address, mine) else ""
