"""Urgent reaches the person: pushes through Apprise, at most one per client and channel within its `every`.

At least once: a doubled push is cheaper than a lost one. It never waits for triage, and triage never for it.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta

from triaged.config import ask_secret
from triaged.core.address import shortened
from triaged.core.backoff import PUSH
from triaged.core.errors import TriagedError
from triaged.core.settings import Channel
from triaged.core.trust import Act, may
from triaged.ledger import AsOf, Ledger
from triaged.ledger.entries import EffectRow, Item, Rings
from triaged.person.personcontext import PersonContext
from triaged.person.pushwords import Pending, Push, Shown, is_call, push_words

Send = Callable[[str, Push], Awaitable[None]]
"""Delivers one push to an Apprise URL; raises TriagedError."""

_MENTION = re.compile(r"@(?=everyone|here|channel|all\b)|(?<![\w.+-])@(?=\w)|<(?=[@!#])", re.IGNORECASE)


MOST_UNVOUCHED = 3
"""Pushes a day, client and channel about mail that my server does not vouch for: whoever forges must not ring all night."""

_ENOUGH = "nobody vouches for it, and such mail has rung three times today"


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
    title, text = _calling_nobody(push.title), _calling_nobody(push.text)
    # said to be plain, it is escaped where a service reads Markdown or HTML
    if not service.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT):
        raise PushError("the service did not take the push")


def _calling_nobody(text: str) -> str:
    """The text with what is a mention to chats (@everyone, <!channel>) broken by a joiner that nobody sees."""
    return _MENTION.sub(lambda sign: sign[0] + "\u2060", text)


@dataclass(slots=True)
class Pushes:
    """Sends what is due. `subjects` and `addresses`, asked with each push: whether they may be named, whole."""

    send: Send
    subjects: Callable[[], bool]
    addresses: Callable[[], bool] = lambda: True

    async def push_due(self, context: PersonContext) -> None:
        """Send what is due for a person, one push a channel and client, however many messages it tells of."""
        due = await context.write(Ledger.due_pushes, context.key, context.now())
        groups: dict[tuple[Rings, bool], list[tuple[EffectRow, Item | None]]] = defaultdict(list)
        for effect in due:
            number = effect.item
            item = await context.write(Ledger.item, number) if number is not None else None
            client = (item.client if item else None) or str(effect.args.get("client") or "")
            rings = Rings(str(effect.args.get("channel")), client, vouched=item is None or is_vouched(item))
            groups[rings, item is None].append((effect, item))
        for (rings, _), pushes in groups.items():
            await self._push(context, rings, Pending(rings.client, pushes))

    async def _push(self, context: PersonContext, rings: Rings, pending: Pending) -> None:
        label = rings.channel
        channel = context.person.channels.get(label)
        left = await _rings_left(context, rings)
        if channel is None or left == 0:
            why = _ENOUGH if channel else f"there is no [notify.{label}] any more"
            await context.write(Ledger.void, pending.ids, why, context.now())
            return
        if (wait := await _too_soon(context, channel, rings)) is not None:
            for one in pending.ids:
                # its turn has not come: that is no attempt
                await context.write(Ledger.reschedule, one, context.now() + wait)
            return
        await context.write(Ledger.begin, pending.ids, context.now(), push=pending.ids[0])
        shown = Shown(self.subjects(), await _calls(context, pending), last_today=left == 1)
        words = push_words(context.person, pending, shown)
        if not self.addresses():
            words = replace(words, title=shortened(words.title), text=shortened(words.text))
        try:
            await self.send(await ask_secret(channel.url, service=f"[notify.{label}]"), words)
        except TriagedError as error:
            await _failed(context, label, pending, str(error))
            return
        for one in pending.ids:
            await context.write(Ledger.done, one, context.now())
        context.events.emit(
            "notify.sent", client=pending.client or None, item=pending.newest, to=label, reason=words.reason
        )


async def _calls(context: PersonContext, pending: Pending) -> int:
    """How many calls there were up to the newest that is pushed, within the longest burst that a rule asks for."""
    _, newest = pending.pushes[-1]
    if newest is None or not is_call(newest.kind):
        return 0
    as_of = AsOf(newest.arrived_at, context.person.rules.longest_burst)
    facts = await context.write(Ledger.facts_again, newest, as_of)
    return 1 + sum(is_call(arrival.kinds) for arrival in facts.recent)


def is_vouched(item: Item) -> bool:
    """Whether my server vouches for its sender."""
    return may(Act.RING, item.level)


async def _rings_left(context: PersonContext, rings: Rings) -> int | None:
    """How often mail that my server does not vouch for may ring today, before it is only flagged; None: it is no such mail."""
    if rings.vouched or not rings.client:
        return None
    worktime = context.person.worktime
    today = worktime.instant(worktime.date_of(context.now()), time(0))
    return max(0, MOST_UNVOUCHED - await context.write(Ledger.pushed_since, context.key, rings, today))


async def _too_soon(context: PersonContext, channel: Channel, rings: Rings) -> timedelta | None:
    """How long to wait because a push about this client went within `every`; None: it may go."""
    if channel.every is None or not rings.client:
        return None
    now = context.now()
    since = channel.every.before(now, context.person.worktime)
    recent = await context.write(Ledger.pushed_since, context.key, rings, since)
    return min(now - since, timedelta(minutes=1)) if recent else None


async def _failed(context: PersonContext, label: str, pending: Pending, why: str) -> None:
    now = context.now()
    tries = max(effect.tries for effect, _ in pending.pushes)
    for effect, _ in pending.pushes:
        if effect.tries >= len(PUSH.steps):
            await context.write(Ledger.fail, effect.id, why, now)
        else:
            await context.write(Ledger.postpone, effect.id, now + PUSH.after(effect.tries + 1), why)
    if tries in (0, len(PUSH.steps)):
        reason = "given up" if tries else "it is tried again"
        context.events.emit(
            "notify.failed", client=pending.client or None, item=pending.newest, to=label, error=why, reason=reason
        )
