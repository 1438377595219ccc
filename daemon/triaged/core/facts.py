"""What the past says about one message: gathered by the ledger inside the admitting transaction, read by `decide`.

A value: equal facts and an equal message give an equal decision.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from triaged.core.trust import Level


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """A promise of this thread that the client has been told, or is about to be told."""

    id: int
    kind: Literal["answer", "call"]
    due_at: datetime
    told: bool
    call: str | None = None
    level: Level = Level.FORGED  # of the surest message that it covers


@dataclass(frozen=True, slots=True)
class WaitingReply:
    """An acknowledgement to this correspondent that has not gone yet; what comes meanwhile joins it."""

    id: int
    template: str
    send_at: datetime
    promise: OpenPromise | None
    level: Level = Level.UNKNOWN  # of the message that it was made for


@dataclass(frozen=True, slots=True)
class Arrival:
    """An earlier message of the same client, for bursts. `automatic`: no person wrote it."""

    at: datetime
    kinds: frozenset[str]
    automatic: bool


@dataclass(frozen=True, slots=True)
class SpentPass:
    """A pass that was spent and not given back."""

    at: datetime
    thread: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about a message that is not in the message. All instants are aware UTC."""

    now: datetime
    arrived: datetime
    flags: frozenset[str] = frozenset()
    folder: str = "INBOX"
    level: Level | None = None  # how sure we are of the sender, by what we know of him; None: by the message alone
    came: datetime | None = None  # the earlier of its arrival and of what its topmost Received says; None: its arrival
    baseline: bool = False  # it was there before first contact: nothing is ever replied to it
    duplicate: bool = False  # this Message-ID has been decided before, for any person of the service
    thread: str | None = None
    newest_in_thread: Literal["mine", "client"] | None = None  # who wrote the newest earlier message of the thread
    last_answer: datetime | None = None  # when I last wrote in this thread
    answered_since: bool = False  # I wrote to this client in this thread after this message arrived
    answered_at: datetime | None = None  # the first time that I (or my team) did
    promise: OpenPromise | None = None  # the earliest open one of the thread
    promised_before: bool = False
    waiting: WaitingReply | None = None  # one for all that the correspondent writes
    waiting_here: WaitingReply | None = None  # one for this thread alone
    replied_here: datetime | None = None  # when the last one went whose words told of this thread
    replies_in_hour: int = 0  # to this correspondent
    replies_in_day: int = 0
    last_reply_at: datetime | None = None  # the last acknowledgement charged to this correspondent
    last_language: str | None = None  # that she wrote last in this thread, else this client; of short mail only
    had: tuple[tuple[str, datetime, int], ...] = ()
    """Texts that this correspondent has had lately or will have: label, when last, and the fingerprint of the words."""
    heard_at: datetime | None = None  # when a no of this client was urgent last; asked of answers to ours only
    had_reply_at: datetime | None = None  # the last one that went, on whatever evidence
    opted_out: bool = False
    bounced_until: datetime | None = None
    robot_until: datetime | None = None
    answers_ours: datetime | None = None  # it refers to one of our automatic replies, which went at this instant
    answers_own: datetime | None = None  # the same, and that reply went to its very sender
    last_said: str | None = None  # what the correspondent's last answer to us said, as `core.echo` knows it again
    spoken_to: tuple[
        str, ...
    ] = ()  # of this client, whose replies of ours it or its thread refers to; of brief mail only
    answers_paper: bool = False  # it refers to the paper for a call
    answers_forward: bool = False  # it refers to a mail by which we have sent something on
    replies_in_fuse: int = 0  # replies of this account within the fuse's period
    recent: tuple[Arrival, ...] = ()  # newest first, this message not included, within the longest burst of the rules
    passes: tuple[SpentPass, ...] = ()  # since the start of the month before this message
