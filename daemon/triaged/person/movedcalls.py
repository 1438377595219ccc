"""Promises of calls that a change of the configuration has moved: they move along, and the client is told in an hour.

What is asked is whether the call takes place (again) that the client expects: for the promise, the notice, and the return.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from triaged.account.loglines import of_promise, of_reply
from triaged.core.calls import Occurrence, Schedule, is_by_calendar
from triaged.core.decision import PromisePlan
from triaged.ledger import Ledger
from triaged.ledger.entries import PromiseRow
from triaged.person.notices import Occasion, notice
from triaged.person.personcontext import PersonContext
from triaged.person.vanishedcalls import vanished

GRACE = timedelta(hours=1)
"""A notice that a call has moved waits so long: the change may be undone."""

_SOON = 5  # business days

MOST_MOVED = 3
"""More promises than this moved by one change of the configuration: the notices are held for a person."""


async def follow(context: PersonContext) -> None:
    """After a reading of the configuration: promises of calls that are now at another time move along."""
    moved: list[PromiseRow] = []
    for promise in await context.write(Ledger.promises_open, context.key, planned=True):
        if promise.call is None or promise.due_at <= context.now():
            continue
        after = await _followed(context, promise)
        if after is None or is_by_calendar(after.call):  # an invitation has told the people of that one
            continue
        if after.due_at != await context.write(Ledger.client_expects, promise.id):
            moved.append(after)
    await _tell(context, moved)


async def _followed(context: PersonContext, promise: PromiseRow) -> PromiseRow | None:
    """The promise as it is after its call has moved, where the client was told of it; None: it has not, or there is none."""
    there = await _where(context, promise)
    if there is None:
        await vanished(context, promise)
    elif promise.kind == "answer":
        await context.write(Ledger.call_again, promise.id, PromisePlan("call", there.start, there.id))
    elif (there.start, there.id) != (promise.due_at, promise.call):
        return await _moved(context, promise, there)
    return None


async def _where(context: PersonContext, promise: PromiseRow) -> Occurrence | None:
    """Where the promised call takes place now: where the client expects it, if it does (again); else unmoved; else the next one.

    Of one of which nobody has been told yet the earliest.
    """
    now, client = context.now(), context.person.roster.by_label(promise.client)
    if client is None:
        return None
    schedule = context.person.schedule(client)
    unmoved, following = _at(schedule, promise.due_at, now), schedule.next_call(now)
    if is_by_calendar(promise.call):
        same = next(
            (one for one in schedule.occurrences(now) if one.id == promise.call), None
        )  # wherever it was moved to
        return same or unmoved or _soon(following, schedule, now)
    if promise.told_at is None:
        return min((one for one in (unmoved, following) if one is not None), key=lambda one: one.start, default=None)
    expected = await context.write(Ledger.client_expects, promise.id)
    return (_at(schedule, expected, now) if expected is not None else None) or unmoved or following


def _soon(following: Occurrence | None, schedule: Schedule, now: datetime) -> Occurrence | None:
    """The next call, where it takes the place of one that is gone from the calendar."""
    latest = schedule.worktime.business_days_from(now, _SOON)
    return following if following is not None and (latest is None or following.start <= latest) else None


def _at(schedule: Schedule, start: datetime, now: datetime) -> Occurrence | None:
    """The call that takes place at that very instant, if it lies ahead."""
    found = next(schedule.occurrences(max(start, now)), None)
    return found if found is not None and found.start == start else None


async def _moved(context: PersonContext, promise: PromiseRow, there: Occurrence) -> PromiseRow | None:
    told = await context.write(Ledger.live_notice, promise.id)
    plan = PromisePlan("call", there.start, there.id)
    after = await context.write(Ledger.move_promise, promise.id, plan, context.now())
    if after is None or after.due_at == promise.due_at:  # the same call, written otherwise
        return None
    context.events.emit("promise.moved", **of_promise(after), reason="its call has moved")
    ended = await context.write(Ledger.reply, told.id) if told is not None else None
    if ended is not None and ended.state == "cancelled":  # a draft is taken back after a look at Sent
        context.events.emit("reply.cancelled", **of_reply(ended), reason=ended.reason)
    return after if after.told_at is not None else None


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
