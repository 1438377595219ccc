"""The guard: may this message be answered by a robot, and where to? Every refusal is named and has a reason in words."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from triaged.core.address import Address
from triaged.core.authres import Authentication
from triaged.core.clients import Client, Match
from triaged.core.facts import Facts
from triaged.core.message import Message
from triaged.core.rules import Rule
from triaged.core.telephone import Notice

REFUSALS: tuple[str, ...] = (
    "own-message",
    "malformed-sender",
    "stranger",
    "never",
    "rule",
    "courtesy",
    "null-sender",
    "no-return-path",
    "envelope-mismatch",
    "auto-submitted",
    "auto-response-suppress",
    "mailing-list",
    "bulk",
    "delivery-report",
    "receipt",
    "calendar",
    "spam",
    "robot-sender",
    "loop",
    "resent",
    "not-addressed",
    "only-cc",
    "voicemail",
    "encrypted",
    "unauthenticated",
    "no-valid-address",
    "duplicate",
    "opted-out",
    "bounced",
    "too-old",
    "call-now",
    "already-answered",
    "overdue",
    "no-promise",
    "joined",
    "recently-replied",
    "rate-limit",
)
"""The closed list of `no_reply`, in the order in which the first that applies is told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no reply goes: a code of REFUSALS, and the reason in words."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Everything the guard looks at."""

    message: Message
    facts: Facts
    mine: tuple[Address, ...]  # every address that is me
    client: Client | None
    match: Match | None = None  # by which entry; None for a caller
    authentication: Authentication
    rule: Rule | None
    kinds: frozenset[str] = frozenset()
    notice: Notice | None = None
    require_auth: Literal["always", "if-known", "never"] = "if-known"
    every: timedelta = timedelta(days=1)  # of the rule's reply
    late: timedelta = timedelta(hours=12)  # of the account
    fuse: int = 60  # replies of the account within the fuse's period
    call: str | None = None  # the call with this client that is under way or near, in words
    lacks_promise: bool = False  # the reply's text uses `promise`, and there is none
    trusted_others: tuple[str, ...] = field(default=())


def refusals(sending: Sending) -> tuple[Refusal, ...]:
    """All refusals that apply, in the order of REFUSALS; none: it may be answered at `destination`."""
    return ()


def destination(sending: Sending) -> Address | None:
    """The one address a reply may go to, None if there is none."""
    return None
