"""A message of a folder as the ledger must know it before it is asked about the past."""

from triaged.account.visit import Visit
from triaged.core.identify import Identified
from triaged.core.record import excerpt_of, written_to
from triaged.ids import new_message_id
from triaged.ledger.entries import Arriving, FolderRow, Place
from triaged.mailbox import Fetched


def arriving(visit: Visit, row: FolderRow, fetched: Fetched, who: Identified) -> Arriving:
    """What was fetched, and whom it is from, with a Message-ID for a reply should one be made."""
    account, first = visit.account, visit.memory.first_contact
    ours = visit.is_ours(fetched.flags) or visit.may_be_ours(fetched.arrived)
    return Arriving(
        who=who,
        arrived_at=fetched.arrived,
        mode=account.mode_with(who.client).value,
        place=Place(row.name, row.uidvalidity, fetched.uid),
        flags=fetched.flags,
        baseline=ours or fetched.uid < row.baseline_uid or (first is not None and first.is_old(fetched)),
        ours=ours,
        excerpt=excerpt_of(who.message),
        server_id=fetched.server_id,
        new_message_id=new_message_id(visit.context.chance, account.addresses[0].domain),
        came_at=fetched.came,
        mine=written_to(who.message, account.addresses),
    )
