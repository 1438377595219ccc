"""A deferred folder that was renamed by hand: what we put aside lies under the new name, with the same numbers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from triaged.account.places import is_made_of
from triaged.account.visit import Visit
from triaged.core.message import read
from triaged.ledger import Ledger
from triaged.ledger.entries import Item, Place
from triaged.mailbox import FolderStatus, Refused


async def follow(visit: Visit, folder: str, status: FolderStatus | None) -> None:
    """Find what is put aside in no folder that is still there. `status`: of the deferred folder. Selects others."""
    groups: dict[tuple[str, int], list[Item]] = defaultdict(list)
    for item in await visit.write(Ledger.items_aside, visit.row.id):
        if item.place is not None and not (item.folder == folder and _is_numbered(status, item.place.uidvalidity)):
            groups[item.place.folder, item.place.uidvalidity].append(item)
    for (old, uidvalidity), items in groups.items():
        if not _is_numbered(await visit.session.status(old), uidvalidity):
            await _follow(visit, uidvalidity, {item.place.uid: item for item in items if item.place is not None})


async def _follow(visit: Visit, uidvalidity: int, items: Mapping[int, Item]) -> None:
    """UIDVALIDITY stays with a folder that is renamed (RFC 9051, 6.3.6 has it so for its messages); the headers prove it."""
    for name in await _numbered(visit, uidvalidity):
        await visit.session.select(name)
        for fetched in await visit.session.headers(sorted(items)):
            if is_made_of(items[fetched.uid], read(fetched.header)):
                place = Place(name, uidvalidity, fetched.uid)
                await visit.write(Ledger.place_item, items[fetched.uid].id, place)


async def _numbered(visit: Visit, uidvalidity: int) -> Sequence[str]:
    folders = [info.name for info in await visit.session.folders() if info.selectable]
    return [name for name in folders if await _may_be(visit, name, uidvalidity)]


async def _may_be(visit: Visit, folder: str, uidvalidity: int) -> bool:
    """Whether a folder has that number; one that the server does not show is none of ours."""
    try:
        return _is_numbered(await visit.session.status(folder), uidvalidity)
    except Refused:
        return False


def _is_numbered(status: FolderStatus | None, uidvalidity: int) -> bool:
    return status is not None and status.uidvalidity == uidvalidity
