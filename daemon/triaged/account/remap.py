"""A folder numbered anew (UIDVALIDITY changed, or UIDNEXT fell back): places are found again by digest, nothing is answered.

Until that is done no effect of this folder is carried out. What is unknown and newer than the last message we saw is new;
the rest was there before, and is baseline.
"""

from typing import TYPE_CHECKING

from triaged.core.message import read
from triaged.ledger import Ledger
from triaged.ledger.values import FolderRow
from triaged.mailbox import Session

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk


async def renumbered(desk: "Desk", session: Session, row: FolderRow, uidvalidity: int, uidnext: int) -> FolderRow:
    """Map the items of the selected folder to their new UIDs; return the folder's new row."""
    office = desk.office
    desk.events.emit(
        "account.degraded",
        folder=row.name,
        error="the server has numbered the folder anew (UIDVALIDITY or UIDNEXT)",
        reason="messages are matched by their headers; nothing old is answered",
    )
    found: dict[int, int] = {}
    newest_unknown = uidnext
    uids = await session.uids_from(1)
    for start in range(0, len(uids), 500):
        for fetched in await session.headers(uids[start : start + 500]):
            digest = read(fetched.header).digest
            item = await office.write(Ledger.item_by_digest, desk.row.id, digest)
            if item is not None:
                if item.folder == row.name:
                    found[item.id] = fetched.uid
            elif row.last_internal_at is not None and fetched.arrived > row.last_internal_at:
                newest_unknown = min(newest_unknown, fetched.uid)
    fresh = FolderRow(
        account=row.account,
        name=row.name,
        role=row.role,
        uidvalidity=uidvalidity,
        next_uid=newest_unknown,
        baseline_uid=newest_unknown,
        last_internal_at=row.last_internal_at,
    )
    await office.write(Ledger.remap, desk.row.id, row.name, uidvalidity, found)
    await office.write(Ledger.put_folder, fresh)
    return fresh
