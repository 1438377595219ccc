"""A folder numbered anew (UIDVALIDITY changed, or UIDNEXT fell back): places are found again by digest, nothing is answered.

Until that is done no effect of this folder is carried out. What is unknown and newer than the last message we saw is new;
the rest was there before, and is baseline.
"""

from dataclasses import replace
from datetime import datetime

from triaged.account.visit import Visit
from triaged.core.message import read
from triaged.ledger import Ledger
from triaged.ledger.entries import FolderRow

_AT_ONCE = 500


async def renumbered(
    visit: Visit, row: FolderRow, uidvalidity: int, uidnext: int, *, since: datetime | None = None
) -> FolderRow:
    """Map the items of the selected folder to their new UIDs; return the folder's new row.

    What came after `since`, by default the newest arrival that was seen in it, is new.
    """
    since = since or row.last_internal_at
    if visit.layout.watch.get(row.name) not in visit.memory.health.unwatched:  # else it was gone, and was made again
        visit.doubts(row.name, "the server has numbered the folder anew (UIDVALIDITY or UIDNEXT)")
    found, newest_unknown = await _matched(visit, row, uidnext, since)
    fresh = replace(row, uidvalidity=uidvalidity, next_uid=newest_unknown, baseline_uid=newest_unknown)
    await visit.write(Ledger.remap, fresh, found)
    await visit.write(Ledger.put_folder, fresh)
    return fresh


async def _matched(visit: Visit, row: FolderRow, uidnext: int, since: datetime | None) -> tuple[dict[int, int], int]:
    """The new UIDs of what is known there, by item; and the lowest UID of what is new."""
    found: dict[int, int] = {}
    newest_unknown = uidnext
    uids = await visit.session.uids_from(1)
    for start in range(0, len(uids), _AT_ONCE):
        for fetched in await visit.session.headers(uids[start : start + _AT_ONCE]):
            item = await visit.write(Ledger.item_by_digest, visit.row.id, read(fetched.header))
            if item is not None and item.folder == row.name:
                found[item.id] = fetched.uid
            elif since is not None and fetched.arrived > since:
                newest_unknown = min(newest_unknown, fetched.uid)
    return found, newest_unknown
