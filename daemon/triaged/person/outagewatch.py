"""The watch over outages: when an account's mail has not been watched for a quarter of an hour, its person is told on her phone.

In: how the accounts are. Out: one push an outage and channel, owed in the ledger, and one more when it is over; an outage
outlives a restart. Never by mail: what is dead may be the mail.
"""

from datetime import datetime, timedelta

from triaged.account.context import Context
from triaged.ledger import Ledger, NewEffect
from triaged.person.personcontext import PersonContext
from triaged.person.pushwords import Outage, watching_words

UNWATCHED_AFTER = timedelta(minutes=15)
"""So long nothing proved that an account is watched; an idling connection is proven every nine minutes."""
_SLEPT = timedelta(minutes=5)
"""Rounds are a minute apart: a longer gap means that the machine was suspended, not that a server was silent."""
_FACT = "unwatched_since"
"""What the ledger remembers of an account while an outage is told and not over."""
_REASON = f"nothing has proven for {UNWATCHED_AFTER // timedelta(minutes=1)} minutes that the mail is watched"


class OutageWatch:
    """Looks at the accounts of every person at each round."""

    def __init__(self, context: Context) -> None:
        self._from = context.now()  # nothing could be proven before
        self._last: dict[str, datetime] = {}
        self._told: dict[int, str] = {}

    async def look(self, context: PersonContext) -> None:
        """Owe a push for every account that is not watched any more, and for each that is again."""
        now = context.now()
        last = self._last.get(context.key, now)
        self._last[context.key] = now
        if not timedelta() <= now - last <= _SLEPT:
            self._from = now
        for label in context.accounts:
            await self._look_at(context, label, now)

    async def _look_at(self, context: PersonContext, label: str, now: datetime) -> None:
        loop = context.accounts[label].loop
        told = self._told.setdefault(loop.row.id, str(loop.row.learned.get(_FACT) or ""))
        proven = loop.health.proven_alive
        silent_since = max(proven, self._from) if proven else self._from
        if told and proven is not None and proven > datetime.fromisoformat(told):
            await self._tell(context, label, told, over=True)
        elif not told and now - silent_since >= UNWATCHED_AFTER:
            if loop.is_news(_REASON):  # a ledger that is full cannot remember that it was said
                loop.events.emit("account.degraded", level="error", error=loop.health.error, reason=_REASON)
            await self._tell(context, label, silent_since.isoformat(), over=False)

    async def _tell(self, context: PersonContext, label: str, since: str, *, over: bool) -> None:
        person, now, loop = context.person, context.now(), context.accounts[label].loop
        number = loop.row.id
        outage = Outage(label, datetime.fromisoformat(since), loop.health.error)
        title, text = watching_words(person, outage, now, over=over)
        for channel in person.promises.notify or tuple(person.channels):
            key = f"{'watched' if over else 'unwatched'}:{number}:{since}:{channel}"
            args = {"channel": channel, "title": title, "text": text}
            await context.write(Ledger.plan, NewEffect(key, "notify", context.key, now, args=args))
        told = "" if over else since
        await context.write(Ledger.learn, number, **{_FACT: told or None})
        self._told[number] = told
