"""After a call that took place: what was on its agenda is so marked, and closed as `agenda_settles` wants it.

A call that was cancelled or moved, or fell on a day away, settles nothing: it is in the calendar no more.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from triaged.core.calls import Occurrence
from triaged.core.clients import Client
from triaged.core.settings import Mode
from triaged.ledger import Ledger
from triaged.ledger.entries import Item, Line
from triaged.person.mailpage import Page, Section
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing
from triaged.person.selfmail import SelfMail, owe

_BACK = timedelta(days=2)


async def settle(context: PersonContext) -> None:
    """Do what is due after each call that has ended."""
    plan = context.person.digest
    if plan is None or plan.agenda is None or context.home.settings.mode is Mode.OBSERVE:
        return
    for client in context.person.roster.clients:
        for call in _ended(context, client):
            await _after(context, client, call)


def _ended(context: PersonContext, client: Client) -> Iterator[Occurrence]:
    now = context.now()
    for call in context.person.schedule(client).occurrences(now - _BACK) if client.calls else ():
        if call.start > now:
            return
        if call.end <= now:
            yield call


async def _after(context: PersonContext, client: Client, call: Occurrence) -> None:
    agenda = await context.write(Ledger.effect, f"agenda:{context.key}:{client.label}:{call.id}")
    points = [int(item) for item in agenda.args.get("points", ())] if agenda is not None else []
    plan = context.person.digest
    if not points or plan is None or agenda is None or agenda.state == "void":
        return
    if not await context.write(Ledger.not_called_yet, points, call.start) or await context.look():
        return  # done before; or an answer may lie there unseen, and the next round asks again
    settles = plan.agenda_settles
    untouched = await context.write(Ledger.after_call, points, call.start, context.now(), settles=settles is True)
    if settles == "ask" and untouched:
        await _ask(context, client, call, untouched)


async def _ask(context: PersonContext, client: Client, call: Occurrence, items: list[Item]) -> None:
    """One mail lists the points that are still open."""
    phrasing = Phrasing.of(context.person)
    words = phrasing.words
    entries = tuple(replace(phrasing.entry(item), line=Line((item.id,))) for item in items)
    title = words.after_call_title.format(client=client.name, at=phrasing.when(call.start))
    page = Page(
        title, words.after_call_lead, (Section(words.open_items, entries),), phrasing.foot([client], call.start)
    )
    key = f"aftercall:{context.key}:{client.label}:{call.id}"
    await owe(context, SelfMail.of(key, page, words.language), client=client.label)
