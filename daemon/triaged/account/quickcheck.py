"""A glance at a mailbox that waits: can anything have changed since it was looked at?

One question to the ledger and one turn on the connection, where a look takes a dozen: of thousands of mailboxes that renew
their IDLE every few minutes nearly all have nothing new. It concludes nothing and changes nothing in the mailbox: where
anything is new, due or open, it is looked at closely.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from triaged.account.evidence import DOUBT_LASTS
from triaged.account.folderlayout import as_seen
from triaged.ledger import Ledger
from triaged.ledger.waiting import Glance
from triaged.mailbox import Refused, Session

if TYPE_CHECKING:
    from triaged.account.accountloop import Desk


async def glance(desk: "Desk", session: Session, *, look: bool) -> Glance | None:
    """What is known of the mailbox, where nothing has come and nothing is to be done; else None.

    `look`: sent mail, the deferred folder and what waits for an answer are to be looked at too.
    """
    office, rhythm = desk.office, desk.rhythm
    now = office.now()
    first, *more = desk.settings()[1].watch
    if session.selected != first or rhythm.select_due(now) or desk.missing:
        return None
    known = await office.write(Ledger.glance, desk.row.id, now - DOUBT_LASTS)
    if (known.due is not None and known.due <= now) or (look and known.open):
        return None
    others_due = rhythm.others_due(now)
    asked = [*(more if others_due else ()), *(_looked_at(desk) if look else ())]
    if not await _is_as_known(session, known, first, asked):
        return None
    if look:
        rhythm.looked = now
    if others_due:
        rhythm.asked_others = now
    return known


def _looked_at(desk: "Desk") -> list[str]:
    layout = desk.layout
    return [folder for folder in (layout.sent, layout.deferred) if folder is not None] if layout else []


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
