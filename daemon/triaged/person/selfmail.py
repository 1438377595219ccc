"""Mails to myself: composed when they are due, written down, then appended to my inbox by the account's loop."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from triaged.core.reply import Head, compose_note
from triaged.ids import new_message_id
from triaged.ledger import Ledger, Line, NewEffect
from triaged.person.mailpage import Page, as_html, as_text
from triaged.person.personcontext import OwnAccount, PersonContext


@dataclass(frozen=True, slots=True)
class SelfMail:
    """What it says, and the key by which it is written once. `html` None: text alone."""

    key: str
    subject: str
    text: str
    html: str | None = None
    lines: Mapping[int, Line] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, page: Page, language: str) -> Self:
        """A page as a mail, with what its numbers stand for."""
        return cls(key, page.title, as_text(page), as_html(page, language), page.lines)


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
    return NewEffect(mail.key, "append", context.key, now, account.id, args=args, lines=mail.lines)


async def owe(context: PersonContext, mail: SelfMail, **told: Any) -> bool:
    """Owe it to the inbox of the first account, once; `told`: what the log says when it lies there."""
    home = context.home
    effect = into_inbox(context, home, mail, **told, at=context.now().isoformat())
    if await context.write(Ledger.plan, effect) is None:
        return False
    home.loop.wake.set()
    return True
