"""Returns that hang on a call ("1h before next call"): a change of the configuration that moves the call takes them along.

Else a message would come back after the call for which it was put aside. What was put off or released is left alone.
"""

from datetime import datetime, timedelta

from triaged.core.calls import CALL_NOTICE, Schedule
from triaged.core.moments import Moment, parse_moment, resolve
from triaged.ledger import Ledger
from triaged.ledger.entries import EffectRow
from triaged.person.personcontext import PersonContext

_AROUND = timedelta(days=15)


async def follow(context: PersonContext) -> None:
    """After a reading of the configuration: what comes back for a call comes back for the call as it is now."""
    now = context.now()
    for account in context.accounts.values():
        for effect, label in await context.write(Ledger.returns_ahead, account.id, now):
            client = context.person.roster.by_label(label)
            moved = _moved(effect, context.person.schedule(client), now) if client is not None else None
            if moved is not None:
                await context.write(Ledger.reschedule, effect.id, moved)
                account.loop.wake.set()


def _moved(effect: EffectRow, schedule: Schedule, now: datetime) -> datetime | None:
    """The instant of a return whose call is no longer where it was; None: it stays."""
    until = effect.args.get("until")
    if not isinstance(until, str) or effect.tries or not {"by", "snoozed"}.isdisjoint(effect.args):
        return None
    moment = parse_moment(until)
    if not moment.needs_call or _stands(moment, effect.due_at, schedule, now):
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
