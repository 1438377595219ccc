"""The Message: raw octets become one immutable value that knows its defects."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Self, TypeVar, overload

from triaged.core.address import Address, Mailbox, NullSender, addresses_in, read_mailbox, read_return_path
from triaged.core.message.fields import Fields, read_fields

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is no text to read: its cleaned name ("" if none), lower-case type, size in octets as far as known."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of `Message.text` that is not new: quote, signature, banner, disclaimer, forwarded."""

    kind: str
    start: int
    end: int


class once(Generic[T]):  # noqa: N801  # reads like the `property` it stands beside
    """A value computed when first asked for and kept: reading a whole backlog must not pay for what no rule asks."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, message: None, owner: type) -> Self: ...
    @overload
    def __get__(self, message: object, owner: type) -> T: ...
    def __get__(self, message: object | None, owner: type) -> T | Self:
        if message is None:
            return self
        value = message.__dict__[self._name] = self._compute(message)
        return value


@dataclass(frozen=True)  # no slots: computed values are kept in the instance's dictionary
class Message:
    """One message as read; every attribute is a pure function of the octets given.

    `size` is the whole message's octets, `complete` says whether `body` is all of it.
    """

    fields: Fields
    header_defects: tuple[str, ...]
    header: bytes
    body: bytes
    size: int
    complete: bool = True

    @once
    def digest(self) -> str:
        """SHA-256 (hex) of Message-ID, Date, From and all Received fields, unfolded; of the header if none is there."""
        raw = self.fields.raw
        known = [*raw("message-id"), *raw("received")]
        if not known:
            return hashlib.sha256(self.header[:65536]).hexdigest()
        return hashlib.sha256(
            b"\n".join([*raw("message-id"), *raw("date"), *raw("from"), *raw("received")])
        ).hexdigest()

    @once
    def message_id(self) -> str | None:
        """The Message-ID with its angle brackets, None if missing or invalid."""
        raw = self.fields.raw("message-id")
        ids = _ids(raw[0]) if raw else ()
        return ids[0] if ids else None

    @once
    def in_reply_to(self) -> tuple[str, ...]:
        """The ids of In-Reply-To, with brackets."""
        return _ids(b" ".join(self.fields.raw("in-reply-to")))

    @once
    def references(self) -> tuple[str, ...]:
        """The ids of References, then those of In-Reply-To that are missing there; order kept, none twice."""
        return tuple(dict.fromkeys((*_ids(b" ".join(self.fields.raw("references"))), *self.in_reply_to)))

    @once
    def date(self) -> datetime | None:
        """The Date field as UTC."""
        return None

    @once
    def received(self) -> datetime | None:
        """The topmost Received field's date as UTC."""
        return None

    @once
    def _sender(self) -> tuple[Mailbox | None, str]:
        raw = self.fields.raw("from")
        if len(raw) != 1:
            return None, "two From fields" if raw else "no From field"
        read = read_mailbox(raw[0])
        return (None, read) if isinstance(read, str) else (read, "")

    @property
    def sender(self) -> Mailbox | None:
        """The one From mailbox, None with a reason in `sender_defect`."""
        return self._sender[0]

    @property
    def sender_defect(self) -> str:
        """Why there is no sender, "" if there is one."""
        return self._sender[1]

    @once
    def submitter(self) -> Mailbox | None:
        """The mailbox of the Sender field (RFC 5322 3.6.2), None if there is none that can be read."""
        raw = self.fields.raw("sender")
        read = read_mailbox(raw[0]) if raw else ""
        return None if isinstance(read, str) else read

    @once
    def _return_path(self) -> tuple[Address | NullSender | None, str]:
        raw = self.fields.raw("return-path")
        if not raw:
            return None, ""
        read = read_return_path(raw[0])
        return (None, read) if isinstance(read, str) else (read, "")

    @property
    def return_path(self) -> Address | NullSender | None:
        """The topmost Return-Path; None and no defect: no such field."""
        return self._return_path[0]

    @property
    def return_path_defect(self) -> str:
        """Why the Return-Path cannot be read, "" if it can or is not there."""
        return self._return_path[1]

    @once
    def reply_to(self) -> tuple[Address, ...]:
        """The addresses of Reply-To."""
        return self._addresses("reply-to")

    @once
    def to(self) -> tuple[Address, ...]:
        """The addresses of To."""
        return self._addresses("to")

    @once
    def cc(self) -> tuple[Address, ...]:
        """The addresses of Cc."""
        return self._addresses("cc")

    @once
    def bcc(self) -> tuple[Address, ...]:
        """The addresses of Bcc."""
        return self._addresses("bcc")

    @once
    def resent_to(self) -> tuple[Address, ...]:
        """The addresses of Resent-To, Resent-Cc and Resent-Bcc."""
        return self._addresses("resent-to", "resent-cc", "resent-bcc")

    @property
    def resent(self) -> bool:
        """Whether somebody passed it on (any Resent-From or Resent-To)."""
        return "resent-from" in self.fields or "resent-to" in self.fields

    def _addresses(self, *names: str) -> tuple[Address, ...]:
        return tuple(address for name in names for raw in self.fields.raw(name) for address in addresses_in(raw))

    @once
    def subject(self) -> str:
        """The subject decoded and cleaned, with its prefixes; "" if there is none."""
        return self.fields.first("subject") or ""

    @once
    def bare_subject(self) -> str:
        """The subject without Re:, AW:, Fwd: and the like."""
        return self.subject

    @once
    def text(self) -> str:
        """The whole decoded text: plain preferred, else HTML as text."""
        return self.body.decode("utf-8", "replace").replace("\r\n", "\n")

    @once
    def new_text(self) -> str:
        """The text without quotes, signature, banners and forwarded part; all of it if nothing is left."""
        return self.text.strip()

    @once
    def cuts(self) -> tuple[Cut, ...]:
        """What was cut from `text`, in order, for explain."""
        return ()

    @once
    def forwarded(self) -> bool:
        """Whether a forwarded message has nothing new above it."""
        return False

    @once
    def content_type(self) -> str:
        """The message's own media type, lower-case; text/plain if none."""
        return "text/plain"

    @once
    def part_types(self) -> tuple[str, ...]:
        """The media types of all parts, the message's own first, lower-case."""
        return (self.content_type,)

    @once
    def attachments(self) -> tuple[Attachment, ...]:
        """The parts that are no text to read."""
        return ()

    @once
    def defects(self) -> tuple[str, ...]:
        """Words of DEFECTS, in the order found."""
        return self.header_defects

    @property
    def words(self) -> int:
        """The number of words of `new_text`."""
        return len(self.new_text.split())


_ANGLE = re.compile(rb"<([!-;=?-~]+)>")


def _ids(raw: bytes) -> tuple[str, ...]:
    found = (f"<{inner.decode('ascii')}>" for inner in _ANGLE.findall(raw) if b"@" in inner)
    return tuple(dict.fromkeys(found))


def read(header: bytes, body: bytes = b"", *, size: int | None = None, complete: bool = True) -> Message:
    """Read a message from its header octets and the first octets of its body. Never raises, linear, bounded.

    Args:
        header: the header block, with or without its blank line; the whole message where `body` is empty.
        body: the body's octets, or the first of them.
        size: octets of the whole message, if more than what is given.
        complete: false if `body` was cut.
    """
    if not body:
        header, body = split(header)
    fields, defects = read_fields(header)
    return Message(fields, defects, header, body, len(header) + len(body) if size is None else size, complete)


def read_raw(raw: bytes) -> Message:
    """Read a whole message from one blob."""
    return read(raw)


_BLANK = re.compile(rb"(?:\A|\n)\r?\n|\r\r")


def split(raw: bytes) -> tuple[bytes, bytes]:
    """Split a blob at its first blank line into header and body."""
    blank = _BLANK.search(raw)
    return (raw[: blank.start() + 1], raw[blank.end() :]) if blank else (raw, b"")
