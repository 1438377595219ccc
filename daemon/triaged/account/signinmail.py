"""The mail that signs a device in to the page, written when it is laid into the inbox: its link stands nowhere else."""

import secrets

from triaged.account.visit import Visit
from triaged.core.address import Mailbox
from triaged.core.reply import Head, compose_note
from triaged.ledger import Ledger
from triaged.words import LEXICON


async def written(visit: Visit, page: str, message_id: str) -> bytes:
    """A new link, from now on for ten minutes, in a mail to herself. `page`: scheme and name of the page."""
    token, now, me = secrets.token_urlsafe(32), visit.now(), visit.person.accounts[0].addresses[0]
    await visit.write(Ledger.make_link, visit.row.person, token, now)
    words = LEXICON.section(visit.person.language, "page")
    head = Head(Mailbox(me, visit.person.name), me, words["link_subject"], message_id, now)
    return compose_note(head, text=words["link_text"].format(link=f"{page}/in/{token}"))
