"""Days away that a calendar names and on which a promised call would not take place: I am asked before they count."""

from triaged.ledger import Ledger
from triaged.person.personcontext import PersonContext
from triaged.person.pushwords import absence_words
from triaged.person.selfmail import SelfMail, owe


async def ask(context: PersonContext) -> None:
    """One note a day in question; its key stays taken, so that it is asked once."""
    if not context.person.away_in_question:
        return
    promises = await context.write(Ledger.promises_open, context.key)
    for day in context.person.away_in_question:
        on_it = {
            one.client for one in promises if context.person.worktime.date_of(one.due_at) == day and one.kind == "call"
        }
        if on_it:
            subject, text = absence_words(context.person, day, sorted(on_it))
            await owe(context, SelfMail(f"away:{context.key}:{day}", subject, text))
