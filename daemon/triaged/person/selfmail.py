"""Mails to myself: composed when they are due, written down, then appended to my inbox by the account's loop."""

import base64
from dataclasses import dataclass
from typing import Any

from triaged.core.reply import Head, compose_note
from triaged.ids import new_message_id
from triaged.ledger import Ledger, NewEffect
from triaged.person.personcontext import OwnAccount, PersonContext


@dataclass(frozen=True, slots=True)
class SelfMail:
    """What it says, and the key by which it is written once. `html` None: text alone."""

    key: str
    subject: str
    text: str
    html: str | None = None


def into_inbox(context: PersonContext, account: OwnAccount, mail: SelfMail, **told: Any) -> NewEffect:
    """The effect that appends it to an account's inbox; `told`: what is remembered of it beside."""
    now = context.now()
    message_id = new_message_id(context.context.chance, context.address.domain)
    head = Head(context.me, context.address, mail.subject, message_id, now)
    args = {
        "raw": base64.b64encode(compose_note(head, text=mail.text, html=mail.html)).decode("ascii"),
        "message_id": message_id,
        "folder": account.settings.watch[0],
        "flags": [],
        **told,
    }
    return NewEffect(mail.key, "append", context.key, now, account.id, args=args)


async def owe(context: PersonContext, mail: SelfMail, **told: str | None) -> None:
    """Owe it to the inbox of the first account; `told`: what the log says when it lies there."""
    home = context.home
    effect = into_inbox(context, home, mail, **told, at=context.now().isoformat())
    if await context.write(Ledger.plan, effect) is not None:
        home.loop.wake.set()
