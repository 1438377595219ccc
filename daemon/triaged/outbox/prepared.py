"""What the outbox is told about one account, and what it asks of whoever keeps that account's mailbox. Values only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from triaged.core.errors import TriagedError
from triaged.core.guard import Refusal
from triaged.core.settings import Rate
from triaged.core.spans import OfficeClock, Span
from triaged.delivery import Delivery, Envelope
from triaged.ledger import Place, ReplyRow
from triaged.ledger.entries import Turns


@dataclass(frozen=True, slots=True)
class Stuck:
    """No reply of an account can go: since when, and what the submission server said last."""

    since: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Way:
    """How replies leave an account, as configured at this instant."""

    delivery: Delivery | None  # None: no submission server; drafts only
    late: Span  # a reply that could not go within this after its send time is held
    worktime: OfficeClock  # the person's hours, in which that is reckoned
    fuse: Rate | None = None
    saves_sent: bool = False  # the provider keeps a copy in Sent by itself, or none is wanted
    per_minute: int | None = None

    def held_after(self, reply: ReplyRow) -> datetime:
        """The instant after which the reply is held."""
        return self.late.after(reply.send_at, self.worktime)


@dataclass(frozen=True, slots=True)
class Ready:
    """A reply that may go: its octets, to whom, and from its last acknowledgement the earliest instant of this one."""

    raw: bytes
    envelope: Envelope
    every: Callable[[datetime], datetime] = lambda last: last
    items: tuple[int, ...] | None = None  # what `raw` speaks of
    turns: Turns | None = None
    words: int = 0  # the fingerprint of the text that it was written from
    tells_all: bool = False  # its words tell of each of these, not of the first alone


@dataclass(frozen=True, slots=True)
class Suppressed:
    """The guard, run again, says no: a code of the contract's list, and the reason in words."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """A person has to look at it first."""

    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody has answered, moved or deleted what it was about."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """What this one needs cannot be had at the moment; others may go."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when nothing is taken up, and why, in words."""

    until: datetime
    why: str


class AlreadyBegun(TriagedError):
    """The mailbox knows of an attempt that the ledger does not: the reply may have gone."""


Prepared = Ready | Suppressed | Held | Cancelled | NotNow


def ended(refusal: Refusal) -> Suppressed | Held | Cancelled:
    """What the guard's refusal makes of a reply."""
    match refusal.ends:
        case "suppressed":
            return Suppressed(refusal.code, refusal.reason)
        case "held":
            return Held(refusal.reason)
        case "cancelled":
            return Cancelled(refusal.reason)


class Preparation(Protocol):
    """Whoever keeps the mailbox of the account. Every call goes by the settings of its own instant."""

    def way(self) -> Way:
        """How replies leave now."""
        ...

    async def look(self, due: Sequence[ReplyRow]) -> None:
        """Look at Sent, the deferred folder and flags, and write down what a person did. TriagedError: not possible."""
        ...

    async def prepare(self, reply: ReplyRow) -> Prepared:
        """Ask the guard again with fresh facts, and render with `core.reply.write`."""
        ...

    async def learned(self, facts: Mapping[str, bool]) -> None:
        """Keep what sending has taught about the submission server. LedgerError: it cannot be written down now."""
        ...

    async def begin(self, reply: ReplyRow) -> None:
        """Mark what the reply is about, just before its body is sent. AlreadyBegun; TriagedError: not possible now."""
        ...

    async def take_back(self, reply: ReplyRow) -> None:
        """The server has not taken it after all: take the mark off again."""
        ...

    async def draft(self, reply: ReplyRow, raw: bytes) -> Place | None:
        """Put it into Drafts, unless its Message-ID lies there already. TriagedError: not possible now."""
        ...
