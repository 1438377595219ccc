"""Drafts of ours that nobody sent: removed when what they say is past. Sending and answering are seen in Sent."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from triaged.core.settings import Person
from triaged.desk.telling import of_reply
from triaged.ledger import Ledger
from triaged.ledger.values import ReplyRow

if TYPE_CHECKING:
    from triaged.desk.account import Desk

_OLD = timedelta(days=1)
_APOLOGY_OLD = timedelta(days=7)


async def tidy(desk: "Desk", person: Person) -> None:
    """Take back the drafts that are stale; the ledger owes their removal then."""
    office = desk.office
    now = office.now()
    for draft in await office.write(Ledger.drafts, desk.row.id):
        why = _stale(draft, person, now)
        if why is None:
            continue
        taken = await office.write(Ledger.cancel, draft.id, why, now)
        if taken is not None:
            desk.events.emit("reply.cancelled", **of_reply(taken), reason=why)


def _stale(draft: ReplyRow, person: Person, now: datetime) -> str | None:
    """Why a draft is stale: the moment that it tells has passed; or it tells none, and the next one would be due."""
    written = draft.ended_at or draft.send_at
    if draft.kind == "slip":  # it tells a moment that has passed: that is what it is for
        return "the draft was not sent in time" if written + _APOLOGY_OLD <= now else None
    if draft.tell_at is not None:
        return "the moment that the draft tells has passed" if draft.tell_at <= now else None
    template = person.replies.get(draft.template)
    stale_at = template.every.after(written, person.worktime) if template else written + _OLD
    return "the draft was not sent in time" if stale_at <= now else None
