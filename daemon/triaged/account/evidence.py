"""What mail says about our own replies: a report that one came back, the mark of a triaged elsewhere, a copy in Sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triaged.account.loglines import of_reply
from triaged.account.visit import Visit
from triaged.core.address import same
from triaged.core.message import Message
from triaged.ids import is_as_made
from triaged.ledger import Ledger
from triaged.ledger.entries import BOUNCED_FOR, ReplyRow, SentSeen

DOUBT_LASTS = timedelta(minutes=75)
"""How long a reply in doubt is looked for in Sent."""

_MOST_IDS = 20
_IDS = re.compile(rb"^(?:original-)?message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_GROUP_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_RECIPIENT = re.compile(rb"^(?:final|original)-recipient:[^;\r\n]*;\s*<?([^\s<>]{3,320})", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(rb"^action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^status:[ \t]*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a delivery report says about recipients (keys; none: it names none): that it failed, and by which status."""

    recipients: frozenset[str]
    status: str

    @property
    def is_lasting(self) -> bool:
        """RFC 3463 2: 4.x.x may go well another time."""
        return not self.status.startswith("4")

    def concerns(self, reply: ReplyRow) -> bool:
        """Whether it is about the recipient of a reply; a report that names nobody is."""
        return not self.recipients or not self.recipients.isdisjoint({reply.correspondent, same(reply.rcpt)})


def failures(message: Message, body: bytes) -> list[Failure]:
    """What a delivery report says has failed (RFC 3464 2.3.3: only "failed" says that it will not arrive). Pure."""
    found: list[Failure] = []
    for group in _GROUP_END.split(body):
        action = _ACTION.search(group)
        if action is None or action[1].lower() != b"failed":
            continue
        status = _STATUS.search(group)
        named = frozenset(same(address.decode("utf-8", "replace")) for address in _RECIPIENT.findall(group))
        found.append(Failure(named, status[1].decode("ascii") if status else ""))
    failed = message.fields.all("x-failed-recipients")  # Exim, Google
    if failed and not _ACTION.search(body):
        found.append(Failure(frozenset(same(one.strip()) for text in failed for one in text.split(",")), ""))
    return found


def returned_ids(body: bytes, references: Sequence[str]) -> tuple[str, ...]:
    """The ids of the messages that a delivery report is about: those of the returned header fields (RFC 3462 2). Pure."""
    found = [raw.decode("ascii", "replace") for raw in _IDS.findall(body)[:_MOST_IDS]]
    return tuple(dict.fromkeys((*found, *references[-_MOST_IDS:])))


async def take_report(visit: Visit, message: Message, body: bytes) -> None:
    """A delivery report: a reply of ours that it names did not arrive; where that is for good, the address gets nothing more."""
    now = visit.now()
    failed = failures(message, body)
    for message_id in returned_ids(body, message.references) if failed else ():
        reply = await visit.write(Ledger.reply_by_message_id, message_id)
        failure = next((one for one in failed if reply is not None and one.concerns(reply)), None)
        if reply is None or failure is None or reply.account != visit.row.id:
            continue
        until = now + BOUNCED_FOR if failure.is_lasting else None
        why = f"a reply came back {failure.status}".rstrip()
        await visit.write(Ledger.bounced, reply.id, until, now, why)
        visit.events.emit(
            "reply.failed", **of_reply(reply), reason="it came back undelivered", until=until, promise=reply.tell_at
        )


async def notice_strangers_mark(visit: Visit, seen: Sequence[SentSeen]) -> None:
    """Automatic replies in my name that this ledger knows nothing of: another triaged works on this mailbox."""
    for one in seen:
        if one.ours is None or one.message_id is None or visit.memory.another_noticed:
            continue
        if one.here or await visit.write(Ledger.has_forgotten, one.at):
            continue  # it was sent from here, after this ledger was copied
        known = await visit.write(Ledger.reply_by_message_id, one.message_id)
        if known is None and (is_as_made(one.message_id) or not await _is_marked(visit, one, one.ours)):
            say_another(visit, "an automatic reply in my name that was not sent from here", one.message_id)


def say_another(visit: Visit, found: str, message_id: str | None = None) -> None:
    """Another triaged works on this mailbox: say so, once, and by what it is known."""
    if not visit.memory.another_noticed:
        visit.memory.another_noticed = True
        visit.events.emit(
            "account.degraded", level="error", message_id=message_id, error=found,
            reason="another triaged seems to work on this mailbox: stop one of them",
        )  # fmt: skip


async def _is_marked(visit: Visit, seen: SentSeen, number: int) -> bool:
    """Whether our reply of that number went to the same address: a provider has given it another Message-ID."""
    reply = await visit.write(Ledger.reply, number)
    return reply is not None and not {reply.correspondent, reply.rcpt}.isdisjoint(seen.rcpts)


async def search_sent(visit: Visit, folder: str) -> None:
    """Replies in doubt, looked for in Sent: what lies there went."""
    now = visit.now()
    doubts = await visit.write(Ledger.in_doubt_replies, now - DOUBT_LASTS)
    mine = [reply for reply in doubts if reply.account == visit.row.id]
    if not mine or await visit.session.status(folder) is None:
        return
    await visit.session.select(folder)
    for reply in mine:
        if await visit.session.find(reply.message_id, 1):
            await found_in_sent(visit, reply, now)


async def found_in_sent(visit: Visit, reply: ReplyRow, since: datetime) -> None:
    """It went, whatever the ledger believed. `since`: when the copy was filed."""
    visit.tell(await visit.write(Ledger.evidence, reply.id, visit.now(), since))
