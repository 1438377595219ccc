"""Short mails to herself that one account lays into its own inbox at once: written down here, appended like any other."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from triaged.account.visit import Visit
from triaged.core.address import Mailbox
from triaged.core.reply import Head, Origin, compose_note
from triaged.core.wording import short_date
from triaged.ids import new_message_id
from triaged.ledger import Ledger, NewEffect
from triaged.ledger.consequences import Consequence, TooLate
from triaged.words import LEXICON


@dataclass(frozen=True, slots=True)
class OwnNote:
    """What it says, and the key by which it is written once. `read`: there is nothing to be done about it."""

    key: str
    subject: str
    text: str
    origin: Origin | None = None
    read: bool = False


async def lay(visit: Visit, note: OwnNote) -> None:
    """Owe it to the inbox of this account."""
    now, me = visit.now(), visit.person.accounts[0].addresses[0]
    message_id = new_message_id(visit.context.chance, me.domain)
    head = Head(Mailbox(me, visit.person.name), me, note.subject, message_id, now)
    args = {
        "raw": base64.b64encode(compose_note(head, text=note.text, origin=note.origin)).decode("ascii"),
        "message_id": message_id,
        "folder": next(iter(visit.account.watch), "INBOX"),
        "flags": ["\\Seen"] if note.read else [],
    }
    await visit.write(Ledger.plan, NewEffect(note.key, "append", visit.row.person, now, visit.row.id, args=args))


async def say_too_late(visit: Visit, consequences: Sequence[Consequence]) -> None:
    """Who takes a message back when its reply has just gone hears so at once."""
    phrases = LEXICON.section(visit.person.language, "confirm")
    for late in consequences:
        if isinstance(late, TooLate):
            zone = visit.person.worktime.zone
            went = late.reply.ended_at or visit.now()
            at = f"{short_date(went, visit.person.language, zone)} {went.astimezone(zone):%H:%M}"
            subject = phrases["too_late_title"].format(subject=late.item.subject or late.reply.rcpt)
            text = phrases["too_late"].format(to=late.reply.rcpt, at=at) + "\n"
            await lay(visit, OwnNote(f"toolate:{late.reply.id}", subject, text))
