"""The lookout: when an account's mail has not been watched for a quarter of an hour, its person is told on her phone.

In: the desks' health. Out: one push an outage and channel, owed in the ledger, and one more when it is over; an outage
outlives a restart. Never by mail: what is dead may be the mail.
"""

from datetime import datetime, timedelta

from triaged.account.accountloop import AccountLoop
from triaged.account.context import Context
from triaged.ledger import Ledger, NewEffect
from triaged.ledger.values import AccountRow
from triaged.person.personcontext import Household
from triaged.person.pushwords import watching_words

UNWATCHED_AFTER = timedelta(minutes=15)
"""So long nothing proved that an account is watched; an idling connection is proven every nine minutes."""
_SLEPT = timedelta(minutes=5)
"""Rounds are a minute apart: a longer gap means that the machine was suspended, not that a server was silent."""
_FACT = "unwatched_since"
"""What the ledger remembers of an account while an outage is told and not over."""


class Lookout:
    """Looks at the accounts of every person at each round."""

    def __init__(self, office: Context) -> None:
        self._office = office
        self._from = office.now()  # nothing could be proven before
        self._last: dict[str, datetime] = {}
        self._told: dict[int, str] = {}

    async def look(self, household: Household) -> None:
        """Owe a push for every account that is not watched any more, and for each that is again."""
        now = self._office.now()
        last = self._last.get(household.key, now)
        self._last[household.key] = now
        if not timedelta() <= now - last <= _SLEPT:
            self._from = now
        for desk in household.desks.values():
            await self._look_at(household, desk, now)

    async def _look_at(self, household: Household, desk: AccountLoop, now: datetime) -> None:
        told = self._told.setdefault(desk.row.id, str(desk.row.learned.get(_FACT) or ""))
        proven = desk.health.proven_alive
        silent_since = max(proven, self._from) if proven else self._from
        if told and proven is not None and proven > datetime.fromisoformat(told):
            await self._tell(household, desk.row, told, now, over=True)
        elif not told and now - silent_since >= UNWATCHED_AFTER:
            if desk.is_news(_REASON):  # a ledger that is full cannot remember that it was said
                desk.events.emit("account.degraded", level="error", error=desk.health.error, reason=_REASON)
            await self._tell(household, desk.row, silent_since.isoformat(), now, over=False)

    async def _tell(self, household: Household, row: AccountRow, since: str, now: datetime, *, over: bool) -> None:
        office, person = self._office, household.person
        label = next(name for name, desk in household.desks.items() if desk.row.id == row.id)
        title, text = watching_words(
            person, label, datetime.fromisoformat(since), household.desks[label].health.error, now, over=over
        )
        for channel in person.promises.notify or tuple(person.channels):
            key = f"{'watched' if over else 'unwatched'}:{row.id}:{since}:{channel}"
            args = {"channel": channel, "title": title, "text": text}
            await office.write(Ledger.plan, NewEffect(key, "notify", household.key, now, args=args))
        told = "" if over else since
        await office.write(Ledger.learn, row.id, **{_FACT: told or None})
        self._told[row.id] = told


_REASON = f"nothing has proven for {UNWATCHED_AFTER // timedelta(minutes=1)} minutes that the mail is watched"
