"""A deferred folder that was renamed by hand: what we put aside lies under the new name, with the same numbers."""

import contextlib
from collections.abc import Mapping

from triaged.account.places import is_made_of
from triaged.account.visit import Visit
from triaged.core.message import read
from triaged.ledger import Ledger
from triaged.ledger.entries import Item, Place
from triaged.mailbox import FolderStatus, Refused


async def follow(visit: Visit, folder: str, status: FolderStatus | None) -> None:
    """Find what is put aside in no folder that is still there. `status`: of the deferred folder. Selects others."""
    for old, uidvalidity in await visit.write(Ledger.folders_aside, visit.row.id):
        now = status if old == folder else await visit.session.status(old)
        if not _is_numbered(now, uidvalidity):
            items = await visit.write(Ledger.items_aside_in, visit.row.id, old)
            lost = {one.place.uid: one for one in items if one.place and one.place.uidvalidity == uidvalidity}
            await _follow(visit, uidvalidity, lost)


async def _follow(visit: Visit, uidvalidity: int, items: Mapping[int, Item]) -> None:
    """UIDVALIDITY stays with a folder that is renamed (RFC 9051, 6.3.6 has it so for its messages); the headers prove it.

    Where the server gives it a new one, the folder is that which has all of them at the same UIDs.
    """
    numbers = await _numbers(visit)
    for name in [name for name, number in numbers.items() if number == uidvalidity]:
        if found := await _found_in(visit, name, items):
            await _place(visit, name, numbers[name], found)
            return
    if not visit.session.profile.renumbers_renamed:
        return
    known = {visit.layout.deferred, *visit.layout.watch, *visit.layout.sent}
    for name in [name for name in numbers if name not in known]:
        found = await _found_in(visit, name, items)
        if len(found) == len(items):
            await _place(visit, name, numbers[name], found)
            return


async def _found_in(visit: Visit, folder: str, items: Mapping[int, Item]) -> dict[int, Item]:
    """Those that lie in a folder at their UIDs."""
    await visit.session.select(folder)
    fetched = await visit.session.headers(sorted(items))
    return {one.uid: items[one.uid] for one in fetched if is_made_of(items[one.uid], read(one.header))}


async def _place(visit: Visit, folder: str, uidvalidity: int, found: Mapping[int, Item]) -> None:
    for uid, item in found.items():
        await visit.write(Ledger.place_item, item.id, Place(folder, uidvalidity, uid))


async def _numbers(visit: Visit) -> dict[str, int]:
    """UIDVALIDITY of every folder that the server shows."""
    numbers: dict[str, int] = {}
    for info in await visit.session.folders():
        with contextlib.suppress(Refused):
            status = await visit.session.status(info.name) if info.selectable else None
            if status is not None:
                numbers[info.name] = status.uidvalidity
    return numbers


def _is_numbered(status: FolderStatus | None, uidvalidity: int) -> bool:
    return status is not None and status.uidvalidity == uidvalidity
