"""What the guard looks at, and the one address that a reply may go to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, Literal, Protocol

from triaged.core.address import Address, is_forwarders, srs_origin, unsigned
from triaged.core.authres import Authentication
from triaged.core.clients import Client, Match, Roster
from triaged.core.facts import Facts
from triaged.core.message import Message
from triaged.core.once import kept
from triaged.core.rules import Rule
from triaged.core.telephone import Notice
from triaged.core.trust import Level

NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)


class Standing(Protocol):
    """What time can change about something that would go, whatever message it is about."""

    @property
    def facts(self) -> Facts:
        """What the past says as of now."""
        ...

    @property
    def client(self) -> Client | None:
        """To whom, as configured now."""
        ...

    @property
    def every(self) -> timedelta:
        """How long after the last reply the next may go."""
        ...

    @property
    def send_at(self) -> datetime | None:
        """When it would go; None: now."""
        ...

    @property
    def once_a_thread(self) -> bool:
        """Whether it goes once for each question."""
        ...

    @property
    def repeats(self) -> bool:
        """Whether the very words have gone within 7 days that must not."""
        ...

    @property
    def today(self) -> datetime:
        """When the day began."""
        ...

    @property
    def fuse(self) -> int | None:
        """Replies of the account within the fuse's period; None: not counted."""
        ...

    @property
    def call(self) -> str | None:
        """The call with this client that is under way or near, in words."""
        ...

    @property
    def lacks_promise(self) -> bool:
        """Whether its text uses `promise`, and there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that was decided and is about to go, as things stand now. The words are those of `Sending`."""

    facts: Facts
    client: Client | None = None
    every: timedelta = timedelta(0)
    send_at: datetime | None = None
    once_a_thread: bool = False
    repeats: bool = False
    today: datetime = NEVER
    fuse: int | None = None
    call: str | None = None
    lacks_promise: bool = False


@dataclass(frozen=True, kw_only=True)  # no slots: computed values are kept in the instance's dictionary
class Sending:
    """One message that might be answered, with everything that speaks for or against it."""

    message: Message
    facts: Facts
    mine: tuple[Address, ...]  # every address that is me, over all accounts
    client: Client | None
    authentication: Authentication
    rule: Rule | None  # the rule that matched, where its reply can be had
    level: Level = Level.UNKNOWN  # how sure we are of the sender
    match: Match | None = None  # the entry of the roster that the sender matched; None for a caller
    kinds: frozenset[str] = frozenset()  # those that follow from the message alone
    notice: Notice | None = None  # a telephone system's notice: the reply is a new message to the caller
    roster: Roster | None = None  # where given, whose the Return-Path is; else the client's own patterns say so
    require_auth: Literal["always", "if-known", "never"] = "if-known"
    every: timedelta = timedelta(days=1)  # of the rule's reply
    send_at: datetime | None = None  # when it would go; None: now
    once_a_thread: bool = False  # it goes once for each question
    repeats: bool = False  # the very words have gone within 7 days
    reply: str = ""  # the label of what would go
    today: datetime = NEVER  # when the day began
    says_so: bool = False  # what would go says that a no, or the word offered, moves nothing
    late: timedelta = timedelta(hours=12)  # of the account
    fuse: int | None = 60  # replies of the account within the fuse's period
    call: str | None = None  # the call with this client that is under way or near, in words
    lacks_promise: bool = False  # the reply's text uses `promise`, and there is none
    delegate: Address | None = None  # to whom it would be sent on

    @cached_property
    def sender(self) -> Address | None:
        """The address in From."""
        return self.message.sender.address if self.message.sender else None

    @cached_property
    def envelope(self) -> Address | None:
        """Whose the Return-Path is, if it is an address.

        Tags that sign it (BATV) are taken off, and what a forwarder has made of the address in From (SRS); any other of a
        forwarder's stays what it is.
        """
        path = self.message.return_path
        if not isinstance(path, Address):
            return None
        origin = srs_origin(path)
        return (
            origin
            if origin is not None and self.sender is not None and origin.key == self.sender.key
            else unsigned(path)
        )


@kept
def destination(sending: Sending) -> Address | None:
    """The very address for RCPT TO, None if there is none that may be written to.

    The Return-Path, where it equals From or both are the same client's (RFC 3834 4: never From alone, never Reply-To), with
    its tag, by which alone its server takes an answer; From, where a forwarder says that it is the Return-Path that he has
    rewritten. For a caller the client's `mail`.
    """
    if sending.notice is not None:
        return sending.client.caller_address if sending.client else None
    path, envelope, sender = sending.message.return_path, sending.envelope, sending.sender
    if not isinstance(path, Address) or envelope is None or sender is None:
        return None
    if envelope.key == sender.key:
        return sender if is_forwarders(path) else path
    return path if not is_forwarders(path) and are_same_clients(sending, envelope, sender) else None


def are_same_clients(sending: Sending, path: Address, sender: Address) -> bool:
    """Whether both addresses are the message's client's, by entries that name their domain."""
    client = sending.client
    if client is None:
        return False
    if sending.roster is not None:
        found = [sending.roster.find(address) for address in (path, sender)]
        return all(match and match.may_be_replied_to and match.client.label == client.label for match in found)
    fixed = [glob for glob in client.patterns if glob.has_fixed_domain]
    return all(any(glob.matches(address) for glob in fixed) for address in (path, sender))
