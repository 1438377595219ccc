"""Promises of calls that a change of the configuration has moved: they move along, and the client is told in an hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from triaged.account.loglines import of_promise, of_reply
from triaged.core.calls import Occurrence, Schedule, is_by_calendar
from triaged.core.decision import PromisePlan
from triaged.ledger import Ledger
from triaged.ledger.entries import PromiseRow
from triaged.person.notices import Occasion, notice
from triaged.person.personcontext import PersonContext

GRACE = timedelta(hours=1)
"""A notice that a call has moved waits so long: the change may be undone."""

MOST_MOVED = 3
"""More promises than this moved by one change of the configuration: the notices are held for a person."""


async def follow(context: PersonContext) -> None:
    """After a reading of the configuration: promises of calls that are now at another time move along."""
    moved: list[PromiseRow] = []
    for promise in await context.write(Ledger.promises_open, context.key, planned=True):
        after = await _moved(context, promise)
        if after is None or after.told_at is None or is_by_calendar(after.call):
            continue
        if after.due_at != await context.write(Ledger.client_expects, promise.id):
            moved.append(after)
    await _tell(context, moved)


async def _moved(context: PersonContext, promise: PromiseRow) -> PromiseRow | None:
    """The promise as it is after its call has moved; None: it has not."""
    now, client = context.now(), context.person.roster.by_label(promise.client)
    if promise.kind != "call" or client is None or promise.due_at <= now:
        return None
    there = _same_call(context.person.schedule(client), promise, now)
    if there is None or (there.start == promise.due_at and there.id == promise.call):
        return None
    told = await context.write(Ledger.live_notice, promise.id)
    after = await context.write(Ledger.move_promise, promise.id, PromisePlan("call", there.start, there.id), now)
    if after is None or after.due_at == promise.due_at:  # the same call, written otherwise
        return None
    context.events.emit("promise.moved", **of_promise(after), reason="its call has moved")
    if told is not None and (ended := await context.write(Ledger.reply, told.id)) is not None:
        context.events.emit("reply.cancelled", **of_reply(ended), reason=ended.reason)
    return after


def _same_call(schedule: Schedule, promise: PromiseRow, now: datetime) -> Occurrence | None:
    """Where the promised call takes place now: unmoved if it still does, else the client's next one from now."""
    for occurrence in schedule.occurrences(now):
        if occurrence.id == promise.call and is_by_calendar(occurrence.id):  # wherever it was moved to
            return occurrence
    for occurrence in schedule.occurrences(now):
        if occurrence.start == promise.due_at:
            return occurrence
        if occurrence.start > promise.due_at + timedelta(days=14):
            break
    return schedule.next_call(now)


async def _tell(context: PersonContext, moved: Sequence[PromiseRow]) -> None:
    now = context.now()
    for promise in moved:
        occasion = Occasion("moved", "moved", now + GRACE, promise.due_at, promise.call)
        planned = await notice(context, promise, occasion)
        made = await context.write(Ledger.add_reply, promise.id, planned, now) if planned is not None else None
        row = await context.write(Ledger.reply, made) if made is not None else None
        if row is None:
            continue
        if len(moved) <= MOST_MOVED:
            why = "the call that was promised has moved"
            context.events.emit(
                "reply.scheduled", **of_reply(row), send_at=row.send_at, promise=row.tell_at, reason=why
            )
            continue
        why = f"one change of the configuration moved {len(moved)} promised calls"
        await context.write(Ledger.hold, row.id, why)
        context.events.emit("reply.held", **of_reply(row), reason=why)
