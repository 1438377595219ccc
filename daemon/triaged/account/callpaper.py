"""What there is for a call with a client, as the paper for it tells: one line a thread, and nothing that he did not write himself."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from triaged.account.context import Context
from triaged.core.address import read_address
from triaged.core.clients import Client
from triaged.core.letters import Parties, Planned, Points, Told, paper
from triaged.core.memento import Memento, packed
from triaged.core.record import Record, from_record
from triaged.core.reply import Kind, Letter, marked
from triaged.core.settings import Person
from triaged.core.trust import Level
from triaged.ledger import Ledger, Period
from triaged.ledger.entries import Item, ReplyRow

PAPER: Final = "paper"
"""The text of the paper: a [reply.paper], else the built-in one."""

_BACK = timedelta(days=60)
_RINGS = frozenset({"voicemail", "missed-call"})


async def letter_of(context: Context, reply: ReplyRow, parties: Parties) -> Letter | None:
    """The paper as it would go now; None: there is nothing to say."""
    to, template = read_address(reply.rcpt), parties.person.reply(PAPER)
    if to is None or template is None or reply.tell_at is None:
        return None
    items = await items_for(context, reply.person, reply.client)
    points = points_of(items, parties.person, parties.client, reply.tell_at)
    if not points:
        return None
    kind: Kind = "draft" if reply.mode == "draft" else "auto-generated"
    install = context.install
    memento = Memento("paper", reply.tell_at, reply.tell_kind, reply.tell_call, reply.template)
    told = install.seal(packed(memento), marked(reply.id, install.install))
    planned = Planned(template, reply.language, to, reply.message_id, reply.id, kind, install.install, told)
    return paper(parties, planned, points, Told(context.now(), reply.tell_at, None, promised_before=False, passes=None))


async def items_for(context: Context, key: str, client: str) -> list[Item]:
    """The messages of a client among which its points are."""
    now = context.now()
    return await context.write(Ledger.arrivals, key, Period(now - _BACK, now + timedelta(seconds=1), client))


def points_of(items: Iterable[Item], person: Person, client: Client, starts: datetime) -> Points:
    """What waits for the call that begins then, and what was answered since the one before."""
    since = person.schedule(client).call_before(starts)
    counted = [item for item in items if _counts(item)]
    waiting = {_thread(item): item for item in reversed(counted) if _waits(item, since)}
    answered = {
        _thread(item): item
        for item in reversed(counted)
        if item.answered_at is not None
        and (since is None or item.answered_at >= since)
        and _thread(item) not in waiting
    }
    return Points(_records(waiting.values()), _records(answered.values()))


def _counts(item: Item) -> bool:
    """Whether a person wrote it, under a name that nobody doubts, and a rule took it up."""
    written = not item.automatic and _RINGS.isdisjoint(item.kind)
    return written and item.decision is not None and item.verdict != "left" and item.level >= Level.UNKNOWN


def _waits(item: Item, since: datetime | None) -> bool:
    """As the agenda has it: it came after the last call, or was put off beyond it."""
    if item.answered_at is not None or item.settled_at is not None or item.state == "gone":
        return False
    return since is None or item.arrived_at >= since or item.state == "aside"


def _thread(item: Item) -> str:
    return item.thread or f"#{item.id}"


def _records(items: Iterable[Item]) -> tuple[Record, ...]:
    found = (from_record(item.decision) for item in items if item.decision is not None)
    return tuple(sorted(found, key=lambda record: record.received))
