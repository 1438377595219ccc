"""Replies as octets: words and addresses go in, one finished message comes out, ready for SMTP or APPEND.

Never a library's message object (speed, and header injection): every field is written here, and every message is read
again with `core.message` and checked before it is returned.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from triaged.core.address import Address, Mailbox
from triaged.core.errors import TriagedError
from triaged.core.template import Rendered, ReplyTemplate, Variables

Kind = Literal["auto-replied", "auto-generated", "draft"]


class ComposeError(TriagedError):
    """What was asked for cannot be written as one clean message; nothing may be sent."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a reply needs of the message it answers: ids with angle brackets."""

    message_id: str | None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that fixes a reply's octets: equal letters give equal octets."""

    template: ReplyTemplate
    language: str
    variables: Variables
    sender: Mailbox  # my configured name, the address of mine that the client wrote to
    to: Address
    message_id: str  # with angle brackets, made with the plan
    reply_id: int
    now: datetime
    kind: Kind = "auto-replied"
    origin: Origin | None = None  # None: a new message to a caller
    precedence: Literal["none", "bulk"] = "none"


@dataclass(frozen=True, slots=True)
class Written:
    """A finished reply: its words and its octets, ready for DATA or APPEND."""

    rendered: Rendered
    raw: bytes


def write(letter: Letter) -> Written:
    """Render and compose: the same words for `explain` and for the socket.

    Raises:
        TemplateFault: the text cannot be rendered.
        ComposeError: the result would not be one clean message to `to`.
    """
    raise NotImplementedError


def compose(
    rendered: Rendered,
    *,
    sender: Mailbox,
    to: Address,
    message_id: str,
    reply_id: int,
    now: datetime,
    kind: Kind = "auto-replied",
    origin: Origin | None = None,
    precedence: Literal["none", "bulk"] = "none",
) -> bytes:
    """Write an automatic reply, or a draft of one without a robot's headers (RFC 3834, RFC 5322)."""
    raise NotImplementedError


def compose_forward(
    *,
    sender: Mailbox,
    to: Address,
    message_id: str,
    reply_id: int,
    now: datetime,
    subject: str,
    language: str,
    name: str,
    original: bytes | None,
) -> bytes:
    """Write a mail of mine to a delegate with the original attached; `original` None: too large, a note without it."""
    raise NotImplementedError


def compose_note(
    *, sender: Mailbox, to: Address, message_id: str, now: datetime, subject: str, text: str, html: str | None = None
) -> bytes:
    """Write a mail to myself (digest, agenda, warning, report): text, and HTML as its alternative."""
    raise NotImplementedError


def reply_headers(raw: bytes) -> dict[str, str]:
    """The fields of a composed message, decoded, in order: what `explain --json` shows."""
    raise NotImplementedError
