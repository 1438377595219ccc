"""A mail of mine as evidence: whom it answers, and whether it is one of our own automatic ones. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from triaged.core import robots
from triaged.core.address import Address
from triaged.core.clients import Roster
from triaged.core.identify import is_of_mine
from triaged.core.memento import Memento, unpacked
from triaged.core.message import Message
from triaged.core.message.subject import is_forward
from triaged.core.settings import Person
from triaged.core.trust import Level
from triaged.installkey import InstallKey
from triaged.ledger.entries import SentSeen

_OURS = re.compile(r"(\d{1,15})(?: ([a-z2-7]{10}))?")
"""Which reply, and of which installation; earlier versions did not say the latter."""


@dataclass(frozen=True, slots=True)
class Ours:
    """What X-Triaged says: which reply of which installation a mail is ("": it does not say)."""

    number: int
    install: str


def sent_seen(message: Message, at: datetime, roster: Roster, level: Level) -> SentSeen:
    """A mail of mine (or of my team) as evidence that somebody was answered. `level`: that it is from there."""
    mark = reply_mark(message)
    recipients: tuple[Address, ...] = tuple(dict.fromkeys((*message.to, *message.cc, *message.bcc)))
    found = [(match.client, address) for address in recipients if (match := roster.find(address))]
    persons = (client.counted_as(address) for client, address in found)
    return SentSeen(
        message_id=_original_id(message),
        references=message.references,
        at=at,
        rcpts=tuple(dict.fromkeys((*(address.key for address in recipients), *persons))),
        clients=tuple(dict.fromkeys(client.label for client, _ in found)),
        ours=mark.number if mark else None,
        subject=message.bare_subject,
        level=level,
    )


def with_answers(seen: SentSeen, message: Message, person: Person) -> SentSeen:
    """With the messages that it answers at whatever address; none where it is passed on, or went to nobody but mine."""
    whom = (*message.to, *message.cc, *message.bcc)
    if is_forward(message.subject) or all(is_of_mine(address, person) for address in whom):
        return seen
    return replace(seen, answers=message.in_reply_to)


def known_again(seen: SentSeen, message: Message, install: InstallKey) -> SentSeen:
    """The same, with what an installation knows of it: whatever bears its name is one of its replies, and can be read."""
    mark = reply_mark(message)
    if mark is None or mark.install != install.install:
        return seen
    return replace(seen, here=True, memento=_memento(message, install))


def _memento(message: Message, install: InstallKey) -> Memento | None:
    sealed, beside = message.fields.first("x-triaged-told"), message.fields.first("x-triaged")
    octets = install.unseal(sealed.strip(), (beside or "").strip()) if sealed else None
    return unpacked(octets) if octets is not None else None


def is_evidence(message: Message) -> bool:
    """Whether a person or triaged sent it. Mail systems put absence notices and receipts into Sent, too: they answer nobody."""
    return reply_mark(message) is not None or not robots.auto_submitted(message).startswith("auto-")


def _original_id(message: Message) -> str | None:
    """The Message-ID that we gave it: Microsoft and Google replace it and keep ours aside."""
    for name in ("x-microsoft-original-message-id", "x-google-original-message-id"):
        if original := (message.fields.first(name) or "").strip():
            return original
    return message.message_id


def reply_mark(message: Message) -> Ours | None:
    """What X-Triaged says; None if the message is none of ours."""
    found = _OURS.fullmatch((message.fields.first("x-triaged") or "").strip())
    return Ours(int(found[1]), found[2] or "") if found is not None else None
