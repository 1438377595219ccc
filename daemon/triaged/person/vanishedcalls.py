"""A promised call that does not take place any more, and that none follows."""

from triaged.account.loglines import of_promise
from triaged.ledger import Ledger
from triaged.ledger.entries import PromiseRow
from triaged.person.personcontext import PersonContext
from triaged.person.pushwords import vanished_words
from triaged.person.selfmail import SelfMail, into_inbox


async def vanished(context: PersonContext, promise: PromiseRow) -> None:
    """It keeps nothing, and the person is told, never the client by itself."""
    if promise.kind != "call":
        return  # she has been told
    subject, text = vanished_words(context.person, promise, context.now())
    note = into_inbox(context, context.home, SelfMail(f"gone:{promise.id}", subject, text), promise=promise.id)
    if await context.write(Ledger.call_vanished, promise.id, context.now(), note):
        context.home.loop.wake.set()
        why = "its call does not take place any more, and none follows"
        context.events.emit("promise.warned", **of_promise(promise), reason=why)
