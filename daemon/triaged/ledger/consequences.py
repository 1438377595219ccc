"""What follows from something that was seen: a mail of mine, a hand, a flag. One value each; the account's loop makes events of them."""

from dataclasses import dataclass
from datetime import datetime

from triaged.ledger.entries import AnsweredBy, EffectRow, Item, PromiseRow, ReplyRow

"""A mail of mine, one of the team, a mail client's flag."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A person answered this message."""

    item: Item
    by: AnsweredBy


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """A promise was kept; `late`: after the moment that the client was told."""

    promise: PromiseRow
    late: bool


@dataclass(frozen=True, slots=True)
class ReplyCancelled:
    """A reply will not go. One that was a draft already has an effect 'remove' for it."""

    reply: ReplyRow
    reason: str


@dataclass(frozen=True, slots=True)
class ReplyLeft:
    """This message is no longer covered by a reply that others still wait for."""

    reply: ReplyRow
    item: Item


@dataclass(frozen=True, slots=True)
class ReplyEvidence:
    """A reply in doubt was found: it went."""

    reply: ReplyRow


@dataclass(frozen=True, slots=True)
class ReplyFound:
    """A reply that was believed not to have gone lies in Sent: this ledger was put back, and had forgotten it."""

    reply: ReplyRow


@dataclass(frozen=True, slots=True)
class DraftSent:
    """A draft of ours was sent by the person."""

    reply: ReplyRow


@dataclass(frozen=True, slots=True)
class PromiseOpened:
    """The client has been told, by a reply that a person sent."""

    promise: PromiseRow
    reply: ReplyRow


@dataclass(frozen=True, slots=True)
class EffectsVoided:
    """What was planned for a message will not be done."""

    effects: tuple[EffectRow, ...]


@dataclass(frozen=True, slots=True)
class HandSeen:
    """A person moved or deleted a message; `item` as it is now."""

    item: Item
    before: str  # its state before
    from_folder: str | None = None  # where it lay
    back_at: datetime | None = None  # when it comes back, where it was put aside


@dataclass(frozen=True, slots=True)
class SnoozedThere:
    """A person dragged a message into a snooze folder; `item` as it is now."""

    item: Item
    until: datetime
    from_folder: str | None = None


@dataclass(frozen=True, slots=True)
class TooLate:
    """A person took a message back, and the reply about it has just gone, or is on its way."""

    item: Item
    reply: ReplyRow


Consequence = (
    Answered
    | PromiseKept
    | ReplyCancelled
    | ReplyLeft
    | ReplyEvidence
    | ReplyFound
    | DraftSent
    | PromiseOpened
    | EffectsVoided
    | HandSeen
    | SnoozedThere
    | TooLate
)
