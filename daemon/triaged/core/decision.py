"""The one value that says what is to happen to a message, and why. `triaged.account` carries it out from the ledger."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from triaged.core.address import Address, unsigned
from triaged.core.guard import Refusal
from triaged.core.moments import Resolved
from triaged.core.rules import TraceLine
from triaged.core.trust import Level


class Verdict(StrEnum):
    """What a message is. The words are those of events and listings."""

    URGENT = "urgent"
    DEFERRABLE = "deferrable"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Flag:
    r"""Set \Flagged where the message lies."""


@dataclass(frozen=True, slots=True)
class ToUrgent:
    """Move it into the configured folder for urgent mail."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Move it into the deferred folder, and bring it back, unread, at `back_at`."""

    back_at: datetime
    until: str  # as the rule writes it


@dataclass(frozen=True, slots=True)
class Notify:
    """Push to one channel of the person."""

    channel: str


@dataclass(frozen=True, slots=True)
class Forward:
    """Send it on to a delegate, attached to a mail of mine."""

    delegate: str
    to: Address


Effect = Flag | ToUrgent | Aside | Notify | Forward


@dataclass(frozen=True, slots=True)
class PromisePlan:
    """The moment the reply will tell. It exists as a promise once the client has been told."""

    kind: Literal["answer", "call"]
    due_at: datetime
    call: str | None = None  # the occurrence's id
    continues: int | None = None  # the open promise of the thread that it keeps to


@dataclass(frozen=True, slots=True)
class ReplyPlan:
    """An acknowledgement to be sent. The text is rendered when it is claimed; here is what is fixed at once."""

    template: str
    language: str
    send_at: datetime
    to: Address
    kind: Literal["auto-replied", "auto-generated"] = "auto-replied"
    account: str = ""  # label of the account whose address it comes from
    joins: int | None = None  # the waiting reply that it joins, changing neither time nor template
    slot: str = ""  # the thread for which there is one; "": one for all of the correspondent's
    ousts: bool = False  # it takes the place of whatever reply waits
    counted_as: str = ""  # `Client.counted_as` of the address

    @property
    def correspondent(self) -> str:
        """By whom it is counted."""
        return self.counted_as or unsigned(self.to).key


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen. Everything that `explain` prints is here; nothing is computed a second time."""

    verdict: Verdict
    reason: str
    client: str | None = None
    claims: str | None = None  # in whose name it is forged
    neighbour: bool = False  # a stranger of whom we are sure enough, at a client's own domain
    sender: str | None = None  # key of the address in From
    correspondent: str | None = None  # key of the address a reply would go to, else of the sender
    kind: tuple[str, ...] = ()
    rule: str | None = None
    until: Resolved | None = None
    promise_moment: Resolved | None = None  # that of the rule, also where nothing is sent
    promise: PromisePlan | None = None
    reply: ReplyPlan | None = None
    no_reply: str | None = None
    refusals: tuple[Refusal, ...] = ()
    effects: tuple[Effect, ...] = ()
    no_forward: Refusal | None = None  # why it is not sent on, where the rule asks for that
    notify: tuple[str, ...] = ()
    delegate: str | None = None
    spends_pass: bool = False
    passes_left: int | None = None
    pass_wanted: str | None = None  # the rule that did not match only because no pass was left
    verified: bool | None = None  # trusted authentication: passed, failed, or nothing known
    level: Level = Level.UNKNOWN  # how sure we are of the sender
    automatic: bool = False
    cancels_replies: bool = False  # urgent: waiting replies to its correspondent are cancelled
    opt_out: bool = False  # STOP, to something of ours
    opts_out: tuple[str, ...] = ()  # whose replies it is about, beside the sender
    pauses: bool = False  # STOP, to nothing of ours
    marks_robot: str = ""  # why its answers are taken for a machine's from now on
    said: str | None = None  # what this answer to us says, as `core.echo` knows it again
    language: str | None = None  # that it shows, for the reply to a message of few words after it
    trace: tuple[TraceLine, ...] = ()
