"""Urgent reaches the person: pushes through Apprise, at most one per client and channel within its `every`.

At least once: a doubled push is cheaper than a lost one. It never waits for triage, and triage never for it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from triaged.account.context import Context
from triaged.config import ask_secret
from triaged.core.errors import TriagedError
from triaged.core.settings import Channel
from triaged.ledger import Ledger
from triaged.ledger.values import EffectRow, Item
from triaged.person.personcontext import Household
from triaged.person.pushwords import Push, is_call, push_words

Send = Callable[[str, Push], Awaitable[None]]
"""Delivers one push to an Apprise URL; raises TriagedError."""

_RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480))


class PushError(TriagedError):
    """A push was not taken."""


async def send_by_apprise(url: str, push: Push) -> None:
    """Hand a push to Apprise, in a thread: its services are a hundred different blocking clients."""
    await asyncio.to_thread(_notify, url, push)


def _notify(url: str, push: Push) -> None:
    try:
        import apprise
    except ImportError as error:
        raise PushError("pushes need the package apprise: pip install 'triaged[notify]'") from error
    service = apprise.Apprise()
    if not service.add(url):
        raise PushError("the URL of the channel is none that Apprise understands")
    if not service.notify(title=push.title, body=push.text):
        raise PushError("the service did not take the push")


async def push_due(office: Context, household: Household, send: Send, *, subjects: bool) -> None:
    """Send what is due, one push a channel and client, however many messages it tells of."""
    now = office.now()
    due = await office.write(Ledger.due_pushes, household.key, now)
    groups: dict[tuple[str, str, bool], list[tuple[EffectRow, Item | None]]] = defaultdict(list)
    for effect in due:
        number = effect.item
        item = await office.write(Ledger.item, number) if number is not None else None
        client = (item.client if item else None) or str(effect.args.get("client") or "")
        groups[str(effect.args.get("channel")), client, item is None].append((effect, item))
    for (label, client, _), pushes in groups.items():
        await _group(office, household, label, client, pushes, send, subjects=subjects)


async def _group(
    office: Context,
    household: Household,
    label: str,
    client: str,
    pushes: Sequence[tuple[EffectRow, Item | None]],
    send: Send,
    *,
    subjects: bool,
) -> None:
    now = office.now()
    channel = household.person.channels.get(label)
    ids = [effect.id for effect, _ in pushes]
    if channel is None:
        await office.write(Ledger.void, ids, f"there is no [notify.{label}] any more", now)
        return
    if (wait := await _too_soon(office, household, channel, client)) is not None:
        for one in ids:
            await office.write(Ledger.reschedule, one, now + wait)  # its turn has not come: that is no attempt
        return
    await office.write(Ledger.begin, ids, now)
    calls = await _calls(office, household, pushes)
    words = push_words(household.person, client, pushes, subjects=subjects, calls=calls)
    fields: dict[str, Any] = {"client": client or None, "item": pushes[-1][0].item, "to": label}
    try:
        url = await ask_secret(channel.url, service=f"[notify.{label}]")
        await send(url, words)
    except TriagedError as error:
        await _failed(office, household, pushes, str(error), fields)
        return
    sent = office.now()
    for one in ids:
        await office.write(Ledger.done, one, sent)
    household.events.emit("notify.sent", **fields, reason=words.reason)


async def _calls(office: Context, household: Household, pushes: Sequence[tuple[EffectRow, Item | None]]) -> int:
    """How many calls there were up to the newest that is pushed, within the longest burst that a rule asks for."""
    newest = pushes[-1][1]
    if newest is None or not is_call(newest.kind):
        return 0
    lookback = household.person.rules.longest_burst
    facts = await office.write(Ledger.facts_again, newest, newest.arrived_at, lookback=lookback, fuse=timedelta(0))
    return 1 + sum(is_call(arrival.kinds) for arrival in facts.recent)


async def _too_soon(office: Context, household: Household, channel: Channel, client: str) -> timedelta | None:
    """How long to wait because a push about this client went within `every`; None: it may go."""
    if channel.every is None or not client:
        return None
    now = office.now()
    every = channel.every.fixed
    recent = await office.write(Ledger.pushed_since, household.key, channel.label, client, now - every)
    return min(every, timedelta(minutes=1)) if recent else None


async def _failed(
    office: Context,
    household: Household,
    pushes: Sequence[tuple[EffectRow, Item | None]],
    why: str,
    fields: dict[str, Any],
) -> None:
    now = office.now()
    tries = max(effect.tries for effect, _ in pushes)
    for effect, _ in pushes:
        if effect.tries >= len(_RETRIES):
            await office.write(Ledger.fail, effect.id, why, now)
        else:
            again = now + _RETRIES[effect.tries]
            await office.write(Ledger.postpone, effect.id, again, why)
    if tries in (0, len(_RETRIES)):
        household.events.emit("notify.failed", **fields, error=why, reason="given up" if tries else "it is tried again")
