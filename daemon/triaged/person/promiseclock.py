"""The promise clock: what was told to clients falls due. Calls begin, answers are warned of, and what is late is said.

Before anything is concluded the mailboxes are looked at: the answer may have gone out from another device a minute ago.
"""

from collections.abc import Sequence
from datetime import datetime

from triaged.account.loglines import of_promise
from triaged.core.clients import Client
from triaged.core.settings import Mode
from triaged.core.spans import Span
from triaged.core.worktime import WorkTime
from triaged.ledger import Ledger, Line, NewEffect, WhenLate
from triaged.ledger.entries import NewReply, PromiseRow
from triaged.person.notices import Occasion, notice, teller
from triaged.person.personcontext import OwnAccount, PersonContext
from triaged.person.pushwords import FallsDue, warning_words
from triaged.person.selfmail import SelfMail, into_inbox
from triaged.person.vanishedcalls import vanished


async def keep(context: PersonContext) -> None:
    """Do what is due about one person's promises."""
    due = await _due(context)
    for promise in due:
        if promise.kind == "call":
            await _call_begins(context, promise)
    if all(promise.kind == "call" for promise in due):
        return
    unseen = await context.look()
    now = context.now()
    for promise in await _due(context):
        if promise.kind == "call":
            continue
        if promise.due_at > now:
            await _warn(context, promise)
        elif await _may_conclude(context, promise, unseen):
            await _overdue(context, promise, apologise=not unseen)


async def _due(context: PersonContext) -> list[PromiseRow]:
    """Calls that begin, answers that are overdue, and answers that fall due within `warn` of her office time."""
    now, warn, worktime = context.now(), context.person.promises.warn, context.person.worktime
    found = await context.write(Ledger.promises_due, now, warn.reach(now, worktime), context.key)
    return [one for one in found if one.due_at <= now or _warn_at(one, warn, worktime) <= now]


def _warn_at(promise: PromiseRow, warn: Span, worktime: WorkTime) -> datetime:
    """When it is warned of: never within the first half of its time, which is hers where `warn` is."""
    told, due = promise.told_at or promise.due_at, promise.due_at
    half = told + (due - told) / 2
    if warn.in_office_time:
        half = worktime.office_time_from(told, worktime.office_time(told, due) / 2) or half
    return max(warn.before(due, worktime), half)


async def _may_conclude(context: PersonContext, promise: PromiseRow, unseen: frozenset[int]) -> bool:
    """Whether the mailbox has been seen from which the answer would have gone."""
    told = await context.write(Ledger.promise_reply, promise.id) if unseen else None
    return told is None or told.account not in unseen


async def _call_begins(context: PersonContext, promise: PromiseRow) -> None:
    if not _takes_place(context, promise):
        await vanished(context, promise)
        return
    kept = await context.write(Ledger.call_kept, promise.id, context.now())
    if kept is not None:
        late = kept.state == "late"
        context.events.emit("promise.kept", **of_promise(kept), by="call", reason=_CALL[late])


def _takes_place(context: PersonContext, promise: PromiseRow) -> bool:
    """Whether there is a call with the client on the promised day."""
    client, worktime = context.person.roster.by_label(promise.client), context.person.worktime
    if client is None:
        return False
    day = worktime.date_of(promise.due_at)
    return any(not one.skipped for one in context.person.schedule(client).calls_on(day))


_CALL = {
    False: "the call begins",
    True: "the call begins, later than the client was told",
}


async def _warn(context: PersonContext, promise: PromiseRow) -> None:
    """A note into the inbox before an answer falls due: the first account's, or, where that only observes, the promise's own."""
    if promise.warned_at is not None:
        return
    home, client = context.home, context.person.roster.by_label(promise.client)
    items = await context.write(Ledger.promise_items, promise.id)
    inboxes = (home, await teller(context, promise))
    inbox = next((one for one in inboxes if one and one.mode_with(client) is not Mode.OBSERVE), None)
    note = await _note(context, promise, items, inbox) if inbox is not None else None
    if await context.write(Ledger.warned, promise.id, context.now(), note):
        (inbox or home).loop.wake.set()
        context.events.emit("promise.warned", **of_promise(promise), reason="an answer falls due", item=_last(items))


async def _note(context: PersonContext, promise: PromiseRow, items: Sequence[int], inbox: OwnAccount) -> NewEffect:
    item = await context.write(Ledger.item, items[-1]) if items else None
    subject, text = warning_words(context.person, FallsDue(promise, item, _settles(context, inbox)), context.now())
    lines = {1: Line((item.id,))} if item is not None else {}
    return into_inbox(context, inbox, SelfMail(f"warn:{promise.id}", subject, text, lines=lines), promise=promise.id)


def _settles(context: PersonContext, inbox: OwnAccount) -> str | None:
    """The folder beside that inbox into which a warning may be dragged to say that it is dealt with, while there is one."""
    there = inbox.loop.layout.snooze.values() if inbox.loop.layout is not None else ()
    return next((name for name, moments in context.person.snooze.items() if not moments and name in there), None)


async def _overdue(context: PersonContext, promise: PromiseRow, *, apologise: bool) -> None:
    """The moment has passed: said in the log, pushed, and, where it is wanted and sure, to the client."""
    policy = context.person.promises
    slip = await _slip(context, promise) if apologise and promise.call is None else None
    owed = WhenLate(slip, policy.notify, context.home.id)
    changed, slipped = await context.write(Ledger.overdue, promise.id, context.now(), owed)
    if not changed:
        return
    items = await context.write(Ledger.promise_items, promise.id)
    context.events.emit(
        "promise.overdue", **of_promise(promise), item=_last(items), reason="no answer went out by the promised moment"
    )
    if slipped is not None:
        context.events.emit("promise.slipped", **of_promise(promise), reply=slipped, reason=f"slip is {policy.slip}")
        for account in context.accounts.values():
            account.loop.on_news()


async def _slip(context: PersonContext, promise: PromiseRow) -> NewReply | None:
    client = context.person.roster.by_label(promise.client)
    if client is None or not client.replies:
        return None
    template = context.person.promises.slip_reply or "slip"
    return await notice(context, promise, Occasion("slip", template, _in_hours(context, client), promise.due_at))


def _in_hours(context: PersonContext, client: Client) -> datetime:
    """When a slip goes: now, if these are my office hours or those agreed with the client; else when either begin."""
    now, mine, theirs = context.now(), context.person.worktime, client.hours
    if mine.available(now) or (theirs is not None and theirs.available(now)):
        return now
    starts = [mine.next_available(now), theirs.next_available(now) if theirs is not None else None]
    return min((start for start in starts if start is not None), default=now)


def _last(items: Sequence[int]) -> int | None:
    return items[-1] if items else None
