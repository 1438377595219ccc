"""What one of our mails says of itself to whoever must remember it from the sent folder alone: what was told, about which messages.

Small: sealed and written in letters it stays below 200 octets. Pure; sealing is not done here.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

Kind = Literal["ack", "slip", "moved", "forward", "paper"]

LONGEST: Final = 118
"""Octets: with a seal of 16, and in base64, 180."""

_VERSION = 1
_HEAD = struct.Struct(">BBBI")
_KINDS: tuple[Kind, ...] = ("ack", "slip", "moved", "forward", "paper")
_PROMISES: tuple[Literal["answer", "call"] | None, ...] = (None, "answer", "call")
_WORDS = 40
"""Octets of a call's name, and of a template's label; longer ones are left out."""
_HASH = 8


@dataclass(frozen=True, slots=True)
class Memento:
    """A mail of ours: what it is, what it promised, and the messages that it is about, each by `hash_of` its id."""

    kind: Kind = "ack"
    due_at: datetime | None = None
    promise: Literal["answer", "call"] | None = None
    call: str | None = None
    template: str = ""
    mails: tuple[str, ...] = ()


def hash_of(message_id: str) -> str:
    """By what a message is known in a memento."""
    return hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[: 2 * _HASH]


def packed(memento: Memento) -> bytes:
    """As few octets; of many messages the newest, as many as there is room for."""
    due = int(memento.due_at.timestamp()) if memento.due_at is not None else 0
    head = _HEAD.pack(_VERSION, _KINDS.index(memento.kind), _PROMISES.index(memento.promise), due)
    head += _word(memento.call or "") + _word(memento.template)
    room = (LONGEST - len(head)) // _HASH
    return head + b"".join(bytes.fromhex(one) for one in memento.mails[-room:])


def unpacked(octets: bytes) -> Memento | None:
    """None: it was written by a later version, or is none."""
    try:
        version, kind, promise, due = _HEAD.unpack_from(octets)
        if version != _VERSION:
            return None
        call, rest = _read(octets[_HEAD.size :])
        template, rest = _read(rest)
        mails = tuple(rest[at : at + _HASH].hex() for at in range(0, len(rest), _HASH))
        due_at = datetime.fromtimestamp(due, UTC) if due else None
        return Memento(_KINDS[kind], due_at, _PROMISES[promise], call or None, template, mails)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None


def about(message_ids: Sequence[str | None]) -> tuple[str, ...]:
    """The hashes of those that have an id."""
    return tuple(hash_of(one) for one in message_ids if one)


def _word(text: str) -> bytes:
    octets = text.encode()
    return bytes([len(octets)]) + octets if len(octets) <= _WORDS else b"\0"


def _read(octets: bytes) -> tuple[str, bytes]:
    end = 1 + octets[0]
    return octets[1:end].decode(), octets[end:]
