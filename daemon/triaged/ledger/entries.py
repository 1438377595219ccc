"""What the ledger takes and gives: frozen values, instants aware UTC. No row of the database leaves the room as a tuple."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Literal

from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.core.guard import Outgoing, Refusal
from triaged.core.identify import Identified
from triaged.core.memento import Memento
from triaged.core.message import Message
from triaged.core.settings import Rate
from triaged.core.template import SAYS_SO
from triaged.core.trust import Level

AnsweredBy = Literal["answer", "team", "flag"]
"""What shows that a person answered: a mail of mine, one of my team's, or nothing but a mail client's mark."""
BY_HAND = "by hand"
"""The reason of a reply that a person has told to go: no fuse holds it."""

Mode = Literal["observe", "draft", "send"]
ItemState = Literal["new", "here", "aside", "released", "gone", "unreadable"]
EffectKind = Literal["flag", "urgent", "aside", "back", "append", "remove", "notify"]
EffectState = Literal["planned", "trying", "done", "failed", "void"]
PromiseKind = Literal["answer", "call"]
PromiseState = Literal["planned", "open", "overdue", "kept", "late", "settled", "void"]
ReplyKind = Literal["ack", "slip", "moved", "forward", "paper"]
ReplyState = Literal[
    "waiting", "held", "sending", "sent", "drafted", "in_doubt", "failed", "cancelled", "suppressed", "simulated"
]
Role = Literal["watch", "deferred", "urgent", "sent", "drafts"]

BOUNCED_FOR = timedelta(days=60)
"""How long nothing is sent to an address from which a reply came back."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: valid as long as the folder keeps its UIDVALIDITY (RFC 3501 2.3.1.1)."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One mailbox: its login is its name, `person` the key that its history is filed under."""

    id: int
    person: str
    login: str
    learned: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FolderRow:
    """What is remembered of a folder: everything below `next_uid` is decided, or is an item in state 'new'."""

    account: int
    name: str
    role: Role
    uidvalidity: int
    next_uid: int
    baseline_uid: int  # UIDs below it were there before first contact
    last_internal_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a folder has been read: everything below `next_uid`. `newest`: the newest INTERNALDATE that was seen."""

    folder: str
    next_uid: int
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A message of a client: what was decided, and where we believe it to be."""

    id: int
    person: str
    account: int
    client: str | None
    correspondent: str | None
    sender: str | None
    message_id: str | None
    references: tuple[str, ...]  # with In-Reply-To at their end; the first and the last of very long ones
    digest: str
    server_id: str | None
    thread: str | None
    dated_at: datetime | None
    arrived_at: datetime
    decided_at: datetime | None
    kind: tuple[str, ...]
    automatic: bool
    subject: str | None
    excerpt: str | None
    mode: Mode
    verdict: Literal["urgent", "deferrable", "left"] | None
    rule: str | None
    reason: str | None
    no_reply: str | None
    decision: Mapping[str, Any] | None
    ruleset: str | None
    state: ItemState
    folder: str | None
    uidvalidity: int | None
    uid: int | None
    promise: int | None
    answered_at: datetime | None
    tries: int
    retry_at: datetime | None
    level: Level  # how sure we were of its sender
    answered_by: AnsweredBy | None = None  # what showed the answer
    settled_at: datetime | None = (
        None  # a person said that it is dealt with, or the call on whose agenda it was took place
    )
    settled_by: str | None = None
    call_at: datetime | None = None  # it was on the agenda of the call that began then, and that took place
    language: str | None = None  # that it shows, where it does

    @property
    def place(self) -> Place | None:
        """Where it lies; None: not known."""
        if self.folder is None or self.uidvalidity is None or self.uid is None:
            return None
        return Place(self.folder, self.uidvalidity, self.uid)


@dataclass(frozen=True, slots=True)
class EffectRow:
    """Something we owe the mailbox or the person."""

    id: int
    key: str
    person: str
    account: int | None
    item: int | None
    reply: int | None
    kind: EffectKind
    args: Mapping[str, Any]
    due_at: datetime
    state: EffectState
    tries: int
    error: str | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """What a number in a mail to myself stands for: messages (several of one caller), and the reply about them, if it is about one."""

    items: tuple[int, ...] = ()
    reply: int | None = None


@dataclass(frozen=True, slots=True)
class NewEffect:
    """Something that is to be owed from now on, once per key."""

    key: str
    kind: EffectKind
    person: str
    due_at: datetime
    account: int | None = None
    item: int | None = None
    reply: int | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[int, Line] = field(default_factory=dict)  # of a mail to myself, whose Message-ID is in `args`


class Nowhere(Enum):
    """Where a message lies that was moved, and nobody said where to."""

    KNOWN = auto()


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a person did with a message, in whatever mail client.

    released: dragged out of the deferred folder. gone: deleted. aside: dragged into it; it comes back at `back_at` to
    `origin`; where that is not known to where it was to come back last, or `home`. here: moved between watched folders, or
    seen again; only the place changes.
    """

    what: Literal["released", "gone", "aside", "here"]
    place: Place | None
    now: datetime
    back_at: datetime | None = None
    origin: str | None = None
    home: str | None = None
    promised: datetime | None = None  # what a client who has been told nothing yet is told at the earliest


@dataclass(frozen=True, slots=True)
class InHand:
    """A message that is in hand and may be to blame for what goes wrong. `next_uid` lets those behind it pass before."""

    account: AccountRow
    place: Place
    now: datetime
    mode: Mode = "observe"
    next_uid: int | None = None


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """Something we owe the client."""

    id: int
    person: str
    client: str
    correspondent: str
    thread: str | None
    kind: PromiseKind
    due_at: datetime
    first_due_at: datetime
    call: str | None
    state: PromiseState
    told_at: datetime | None
    warned_at: datetime | None
    overdue_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """Something we say. `tell_*`: the promise its text will name, which counts as told only once it went."""

    id: int
    person: str
    account: int
    client: str
    correspondent: str
    rcpt: str
    kind: ReplyKind
    template: str  # of a forward: the delegate's label
    language: str
    auto: Literal["auto-replied", "auto-generated"]
    promise: int | None
    tell_at: datetime | None
    tell_kind: PromiseKind | None
    tell_call: str | None
    message_id: str
    mode: Mode
    state: ReplyState
    stage: Literal["envelope", "data"] | None
    made_at: datetime
    send_at: datetime
    try_at: datetime
    tries: int
    claimed_at: datetime | None
    code: int | None
    reason: str | None
    ended_at: datetime | None
    place: Place | None  # of a draft
    level: Level  # of the message that it was made for
    returned_at: datetime | None  # a report says that it has not arrived
    slot: str  # the thread for which there is one; "": there is one for all of a correspondent's
    items: tuple[int, ...]  # the first is the one that it was made for

    @property
    def outgoing(self) -> Outgoing:
        """What the guard takes it for."""
        if self.kind == "ack" and self.auto == "auto-generated":
            return "caller"
        return "said" if self.kind == "ack" and self.template in SAYS_SO else self.kind


@dataclass(frozen=True, slots=True)
class Arriving:
    """A message that has been fetched, read and identified: where it lies, when it came, whom it is from."""

    who: Identified
    arrived_at: datetime
    mode: Mode
    place: Place | None = None
    flags: frozenset[str] = frozenset()
    baseline: bool = False  # it was there before first contact
    ours: bool = False  # it bears our mark: it was in hand before, whatever is known of it
    excerpt: str | None = None
    server_id: str | None = None
    new_message_id: str = ""  # for a reply, should one be made: with angle brackets
    mine: str | None = None  # the address of mine that it was written to
    came_at: datetime | None = None  # where it was filed anew since: when it came, as its Received says

    @property
    def message(self) -> Message:
        """The message itself."""
        return self.who.message

    @property
    def client(self) -> str | None:
        """Whose message it is, by the roster."""
        return self.who.client.label if self.who.client is not None else None


@dataclass(frozen=True, slots=True)
class Window:
    """Messages of one folder that are decided together, in the order of their UIDs, and what they share."""

    account: AccountRow
    now: datetime
    messages: Sequence[Arriving] = ()
    next_uid: int | None = None  # everything below it in the folder is done with then
    ruleset: str | None = None  # its hash; it must have been remembered before
    lookback: timedelta = timedelta(0)  # the longest burst of the rules
    fuse: timedelta = timedelta(hours=1)  # the period of the account's reply_fuse
    accounts: Mapping[str, int] = field(default_factory=dict)  # the person's account labels -> ids
    asked: frozenset[int] = frozenset()  # items that the mailbox was asked about …
    standing: frozenset[int] = frozenset()  # … and those of them that still lie where they lay


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant at which the past is asked, and how far back bursts and the fuse look."""

    now: datetime
    lookback: timedelta = timedelta(0)  # the longest burst of the rules
    fuse: timedelta = timedelta(0)  # the period of the account's reply_fuse


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of one message of a window."""

    arriving: Arriving
    decision: Decision | None = None
    facts: Facts | None = None  # that it was decided by
    item: int | None = None
    known: bool = False
    how: Literal["new", "stranger", "same", "placed", "reappeared"] = "new"
    # same: at its remembered place. placed: its place was unknown or outdated, now it is this one.
    # reappeared: it is believed to lie in the deferred folder; the caller looks there and calls `hand`.
    reply: int | None = None
    joined: bool = False
    promise: int | None = None
    pass_spent: bool = False
    cancelled: tuple[ReplyRow, ...] = ()
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Strike:
    """A message that could not be fetched or read, once more."""

    item: int
    tries: int
    unreadable: bool
    reason: str  # what came of the attempt before


@dataclass(frozen=True, slots=True)
class SentSeen:
    """One message of a Sent folder (or of the team, in a watched one)."""

    message_id: str | None
    references: tuple[str, ...]
    at: datetime
    rcpts: tuple[str, ...] = ()  # keys of To, Cc, Bcc
    clients: tuple[str, ...] = ()  # labels of the clients among them, by the roster
    ours: int | None = None  # the reply's id, if it carries the mark of a triaged
    here: bool = False  # that mark is of this installation
    memento: Memento | None = None  # what it says of itself, where it is of here and says it
    by_team: bool = False
    subject: str | None = None
    level: Level = Level.PROVED  # how sure we are that it is from whom it names
    answers: tuple[str, ...] = ()  # ids of the very messages that it answers, whatever the address it went to
    filed_at: datetime | None = None  # when it was put there


@dataclass(frozen=True, slots=True)
class SentWindow:
    """Mails that were newly seen in Sent (or of the team, in a watched folder), and how far the Sent folder is read."""

    account: int
    now: datetime
    mails: Sequence[SentSeen]
    read: Watermark | None = None


@dataclass(frozen=True, slots=True)
class NewReply:
    """A reply that follows from a promise, not from a message."""

    kind: Literal["slip", "moved"]
    template: str
    language: str
    message_id: str
    send_at: datetime
    mode: Mode
    tell_at: datetime | None = None
    tell_call: str | None = None


@dataclass(frozen=True, slots=True)
class WhenLate:
    """What is owed when an answer is late: a second mail to the client, and pushes through these channels."""

    slip: NewReply | None = None
    channels: Sequence[str] = ()
    account: int | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What the submission server said in the end. `code` None: nothing."""

    code: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took a reply. `saves_copy`: the provider keeps one in Sent; else one is owed."""

    now: datetime
    response: Response
    saves_copy: bool
    rcpts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turns:
    """How the hour's replies are shared: whether there are other clients; to how many addresses of its own that nobody knows."""

    shared: bool
    to_new: int  # an hour
    today: datetime  # its first instant: who wrote before is known


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send a reply: its octets, and on what terms it may be claimed.

    `synced` False: for what is sent with `mark_data` between the envelope and the body. That commit takes this one with it;
    a power cut before it has lost an attempt of which no octet of the body went out.
    """

    raw: bytes
    now: datetime
    next_try: datetime
    every: Callable[[datetime], datetime]  # from the last acknowledgement to this correspondent to the earliest next
    items: Sequence[int] | None = None  # what `raw` speaks of
    fuse: Rate | None = None
    turns: Turns | None = None
    words: int = 0  # the fingerprint of the text that it was written from
    tells_all: bool = False  # its words tell of each of these messages, not of the first alone
    synced: bool = True


@dataclass(frozen=True, slots=True)
class Claimed:
    """The reply is ours to send, now, once."""

    reply: ReplyRow


@dataclass(frozen=True, slots=True)
class NotClaimed:
    """The reply may not go, and why.

    `code` is the guard's, or: gone (not waiting, not due), changed (something joined or left it since it was rendered:
    render again), later (others have their turn first; `try_at` says when).
    """

    code: str
    reply: ReplyRow | None = None
    refusal: Refusal | None = None  # the guard's, which has ended it


@dataclass(frozen=True, slots=True)
class NotDone:
    """A person's act that changed nothing, and why, in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Rings:
    """How a telephone rings: through which channel, about whom, and whether for mail that a server may vouch for."""

    channel: str
    client: str
    vouched: bool


@dataclass(frozen=True, slots=True)
class Forgery:
    """A mail that is forged in a client's name (as the configuration called it then). Nothing of it is to be believed."""

    login: str
    client: str
    sender: str
    subject: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OptOut:
    """Somebody who is not written to, or whose answers are a machine's; until when, and why."""

    person: str
    address: str
    at: datetime | None  # since; not known of what an earlier version closed
    what: str = "opted out"  # opted out, paused, bounced, muted
    until: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class DeferredRow:
    """A message that is put aside, until when, and what was promised."""

    item: Item
    until: datetime | None
    promise: PromiseRow | None
    reply: ReplyRow | None
    next_try: datetime | None = None  # of its return, where `until` has passed in vain
    tries: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """How one account stands."""

    account: AccountRow
    folders: tuple[FolderRow, ...]
    aside: int
    waiting: int
    held: int
    in_doubt: int
    failing: int  # returns that have failed, other effects that failed three times; all are tried again
    unreadable: int
    promises_open: int
    promises_overdue: int
    next_due: datetime | None
    first_return: datetime | None = None  # when the first of what is put aside is, or was, to come back
    first_reply: datetime | None = None  # when the first reply that waits is, or was, to go


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until) of one client's label or all, of one person's key or all."""

    since: datetime
    until: datetime
    client: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One message for the report: when it came, when it was acknowledged, answered, and what became of its promise."""

    item: Item
    login: str
    acknowledged_at: datetime | None  # the first automatic reply that covers it went
    returned_at: datetime | None
    put_aside: bool  # now or before; by triaged or by hand
    promise: PromiseRow | None
    pass_spent: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start found."""

    generation: int
    restored: bool = False  # the ledger is older than the file beside it
    unclean: bool = False  # the last stop was none of ours
    familiar: bool = True  # it is the very file that we left, in this run of the machine
    held: tuple[ReplyRow, ...] = ()
    waiting: tuple[ReplyRow, ...] = ()
    in_doubt: tuple[ReplyRow, ...] = ()
    trying: tuple[EffectRow, ...] = ()
