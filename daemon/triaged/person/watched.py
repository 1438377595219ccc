"""Since when all her mail is watched without a gap: remembered beside the first account, and told at the foot of the digest.

Written every ten minutes at most, so that a stop of any sort leaves its trace: what lies between is the gap.
"""

from datetime import datetime, timedelta

from triaged.ledger import Ledger
from triaged.person.personcontext import PersonContext
from triaged.person.phrasing import Phrasing

_WRITTEN = timedelta(minutes=10)
_GAP = timedelta(minutes=30)
"""A shorter one is a connection that was made anew; what came meanwhile was taken in then."""


async def note(context: PersonContext) -> None:
    """Remember that all of it is watched now, and since when that is so again."""
    health = [account.loop.health for account in context.accounts.values()]
    if any(one.state != "watching" or one.unwatched or one.since is None for one in health):
        return
    now, home = context.now(), context.home.loop
    begun = max((one.since for one in health if one.since is not None), default=now)
    until = _read(home.memory.learned.get("watched_until"))
    if until is not None and timedelta() <= now - until < _WRITTEN:
        return
    facts: dict[str, object] = {"watched_until": now.isoformat()}
    if until is None:
        facts["watched_since"] = begun.isoformat()
    elif begun - until > _GAP:
        facts |= {"watched_since": begun.isoformat(), "watched_gap": [until.isoformat(), begun.isoformat()]}
    await home.learn(**facts)


async def foot(context: PersonContext, since: datetime) -> str:
    """The sentence for a digest that tells of what was since then; "" where nothing is known yet."""
    learned = await context.write(Ledger.learned, context.home.id)
    phrasing = Phrasing.of(context.person)
    begun, until = _read(learned.get("watched_since")), _read(learned.get("watched_until"))
    if begun is None or until is None:
        return ""
    if context.now() - until > _GAP:
        return phrasing.words.unwatched_now.format(since=phrasing.when(until))
    gap = [at for at in map(_read, learned.get("watched_gap") or ()) if at is not None]
    if gap and gap[-1] > since:
        return phrasing.words.watch_gap.format(begin=phrasing.when(gap[0]), end=phrasing.when(gap[-1]))
    return phrasing.words.watched.format(since=phrasing.when(begun))


def _read(written: object) -> datetime | None:
    return datetime.fromisoformat(written) if isinstance(written, str) else None
