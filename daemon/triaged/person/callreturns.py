"""Returns that hang on a call ("1h before next call"): a change of the configuration that moves the call takes them along.

Else a message would come back after the call for which it was put aside. What was put off or released is left alone.
"""

from datetime import datetime, timedelta

from triaged.core.calls import CALL_NOTICE, Schedule
from triaged.core.moments import Moment, parse_moment, resolve
from triaged.ledger import Ledger
from triaged.ledger.effects import ReturnAhead
from triaged.person.personcontext import PersonContext

_AROUND = timedelta(days=15)


async def follow(context: PersonContext) -> None:
    """After a reading of the configuration: what comes back for a call comes back for the call as it is now."""
    now = context.now()
    for account in context.accounts.values():
        for ahead in await context.write(Ledger.returns_ahead, account.id, now):
            client = context.person.roster.by_label(ahead.client)
            moved = _moved(ahead, context.person.schedule(client), now) if client is not None else None
            if moved is not None and moved != ahead.effect.due_at:
                await context.write(Ledger.reschedule, ahead.effect.id, moved)
                account.loop.wake.set()


async def compute_again(context: PersonContext) -> None:
    """After the clock was ahead: what was decided in that future comes back at the moment that its rule means now."""
    now = context.now()
    for account in context.accounts.values():
        for ahead in await context.write(Ledger.returns_ahead, account.id, now):
            effect, client = ahead.effect, context.person.roster.by_label(ahead.client)
            until = effect.args.get("until")
            if client is None or not isinstance(until, str) or "again" not in effect.args:
                continue
            found = resolve(parse_moment(until), now, context.person.schedule(client))
            if found is not None:
                await context.write(Ledger.reschedule, effect.id, max(found.at, now))
                account.loop.wake.set()


def _moved(ahead: ReturnAhead, schedule: Schedule, now: datetime) -> datetime | None:
    """When a message comes back whose return hangs on a call; None: it stays.

    For the call that its thread was promised, wherever that is now; else as it was decided, if that holds (again); else for
    the next one.
    """
    effect = ahead.effect
    until = effect.args.get("until")
    if not isinstance(until, str) or effect.tries or "by" in effect.args:
        return None
    moment = parse_moment(until)
    if not moment.needs_call:
        return None
    if ahead.promised is not None:
        found = resolve(moment, ahead.promised - CALL_NOTICE, schedule)
        if found is not None and found.call is not None and found.call.start == ahead.promised:
            return max(found.at, now)
    if ahead.decided is not None and ahead.decided > now and _stands(moment, ahead.decided, schedule, now):
        return ahead.decided
    if _stands(moment, effect.due_at, schedule, now):
        return None
    again = resolve(moment, now, schedule)
    return max(again.at, now) if again is not None else None


def _stands(moment: Moment, due: datetime, schedule: Schedule, now: datetime) -> bool:
    """Whether a call that takes place has the moment at that instant."""
    for call in schedule.occurrences(now - _AROUND):  # one that has begun may have its return ahead
        if call.start > due + _AROUND:
            return False
        found = resolve(moment, call.start - CALL_NOTICE, schedule)
        if found is not None and found.at == due:
            return True
    return False
