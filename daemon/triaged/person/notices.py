"""A second mail to a client about a promise: it will not be kept, or its call has moved. From the account that told her."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from triaged.core.settings import Mode
from triaged.core.template import built_in, choose_language
from triaged.ids import new_message_id
from triaged.ledger import Ledger
from triaged.ledger.entries import NewReply, PromiseRow
from triaged.person.personcontext import OwnAccount, PersonContext


@dataclass(frozen=True, slots=True)
class Occasion:
    """What there is to say, when it is to go, and the moment that it tells."""

    kind: Literal["slip", "moved"]
    template: str
    send_at: datetime
    tell_at: datetime
    call: str | None = None


async def teller(context: PersonContext, promise: PromiseRow) -> OwnAccount | None:
    """The account from which the client was told, and will be told more; None: it is no longer configured."""
    told = await context.write(Ledger.promise_reply, promise.id)
    return context.account_of(told.account) if told is not None else None


async def notice(context: PersonContext, promise: PromiseRow, occasion: Occasion) -> NewReply | None:
    """Such a mail as `slip` wants it, to be written down; None where nothing may be sent now."""
    person, how = context.person, context.person.promises.slip
    client = person.roster.by_label(promise.client)
    account = await teller(context, promise)
    mode = account.mode_with(client) if account is not None else Mode.OBSERVE
    if how == "off" or client is None or mode is Mode.OBSERVE:
        return None
    template = person.replies.get(occasion.template) or built_in(occasion.kind)
    return NewReply(
        kind=occasion.kind,
        template=template.label,
        language=choose_language(template, client.language, None, person.language) or template.languages[0],
        message_id=new_message_id(context.context.chance, context.address.domain),
        send_at=occasion.send_at,
        mode="draft" if how == "draft" or mode is Mode.DRAFT else "send",
        tell_at=occasion.tell_at,
        tell_call=occasion.call,
    )
