"""A quick check of a mailbox that waits: can anything have changed since it was looked at?

One question to the ledger and one turn on the connection, where a look takes a dozen: of thousands of mailboxes that renew
their IDLE every few minutes nearly all have nothing new. It concludes nothing and changes nothing in the mailbox: where
anything is new, due or open, it is looked at closely.
"""

from collections.abc import Sequence

from triaged.account.evidence import DOUBT_LASTS
from triaged.account.folderlayout import as_seen
from triaged.account.visit import Visit
from triaged.account.watch import select_due
from triaged.ledger import Ledger
from triaged.ledger.waiting import Glance
from triaged.mailbox import Refused, Session


async def quick_check(visit: Visit, *, look: bool) -> Glance | None:
    """What is known of the mailbox, where nothing has come and nothing is to be done; else None.

    `look`: sent mail, the deferred folder and what waits for an answer are to be looked at too.
    """
    checks, now = visit.memory.checks, visit.now()
    first = visit.layout.waiting_in
    more = [folder for folder in visit.layout.watch if folder != first]
    if visit.session.selected != first or select_due(visit) or not visit.memory.is_settled:
        return None
    known = await visit.write(Ledger.glance, visit.row.id, now - DOUBT_LASTS)
    if (known.due is not None and known.due <= now) or (look and known.open):
        return None
    others_due = checks.others_due(now)
    asked = [
        *(more if others_due else ()),
        *(visit.layout.snooze if others_due or look else ()),
        *(_looked_at(visit) if look else ()),
    ]
    if not await _is_as_known(visit.session, known, first, asked):
        return None
    if look:
        checks.looked = now
    if others_due:
        checks.asked_others = now
    return known


def _looked_at(visit: Visit) -> list[str]:
    return [folder for folder in (*visit.layout.sent, visit.layout.deferred) if folder is not None]


async def _is_as_known(session: Session, known: Glance, first: str, others: Sequence[str]) -> bool:
    """Whether nothing has come into the selected folder or any of the others."""
    row = known.folders.get(first)
    if row is None:
        return False
    try:
        uids, told = await session.news_from(row.next_uid, others)
    except Refused:
        return False
    return not uids and all(
        status is not None and as_seen(known.folders.get(other), status)
        for other, status in zip(others, told, strict=True)
    )
