"""What the digest of a day tells, gathered from the ledger in one go. Nothing is put into words here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triaged.core.worktime import END_OF_DAY
from triaged.ledger import Ledger, Period
from triaged.ledger.entries import DeferredRow, HistoryRow, Item, PromiseRow, ReplyRow
from triaged.person.personcontext import PersonContext

_HISTORY = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise of an answer that is due by the end of the day, and the last message that it is about."""

    promise: PromiseRow
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What there is to tell from one digest to the next, as it is now."""

    since: datetime
    until: datetime
    urgent: Sequence[Item]
    promised: Sequence[Promised]
    history: Sequence[HistoryRow]  # of two months
    aside: Sequence[DeferredRow]
    queue: Sequence[ReplyRow]
    cancelled: Sequence[ReplyRow]

    @property
    def arrived(self) -> list[HistoryRow]:
        """What arrived since the last one."""
        return [row for row in self.history if row.item.arrived_at >= self.since]

    @property
    def back(self) -> list[HistoryRow]:
        """What came back since the last one and has no answer."""
        return [
            row
            for row in self.history
            if row.returned_at is not None
            and self.since < row.returned_at <= self.until
            and row.item.state == "here"
            and row.item.answered_at is None
            and row.item.settled_at is None
            and row.item.verdict != "urgent"
        ]


async def gather(context: PersonContext, since: datetime, until: datetime) -> Day:
    """All of it."""
    key = context.key
    urgent = await context.write(Ledger.urgent_open, key)
    told = {item.id for item in urgent}
    aside = await context.write(Ledger.deferred, key)
    return Day(
        since=since,
        until=until,
        urgent=urgent,
        promised=await _promised(context, until, told),
        history=await context.write(Ledger.history, Period(since - _HISTORY, until, person=key)),
        aside=[row for row in aside if row.item.id not in told],
        queue=await context.write(Ledger.queue, key),
        cancelled=await context.write(Ledger.cancelled, Period(since, until, person=key)),
    )


async def _promised(context: PersonContext, until: datetime, told: set[int]) -> list[Promised]:
    """Answers that were promised for today or before; one whose message stands among the urgent ones is told there."""
    worktime = context.person.worktime
    night = worktime.instant(worktime.date_of(until), END_OF_DAY)
    found: list[Promised] = []
    for promise in await context.write(Ledger.promises_open, context.key):
        if promise.kind != "answer" or promise.due_at >= night:
            continue
        ids = await context.write(Ledger.promise_items, promise.id)
        items = [item for one in ids if (item := await context.write(Ledger.item, one)) is not None]
        if not told.intersection(ids):
            found.append(Promised(promise, tuple(items)))
    return found
