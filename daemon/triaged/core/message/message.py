"""The Message: raw octets become one immutable value that knows its defects."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from triaged.core.address import (
    ADDRESSES_LIMIT,
    Address,
    Mailbox,
    NullSender,
    addresses_in,
    only_address,
    read_mailbox,
    read_return_path,
)
from triaged.core.message import subject as subjects
from triaged.core.message.besides import quotes_beside
from triaged.core.message.content import Attachment, Content, attachments_of, read_content
from triaged.core.message.dates import read_date, read_local_date, read_received_date
from triaged.core.message.defects import DEFECTS, REFUSING, UNREADABLE
from triaged.core.message.fields import Fields, read_fields
from triaged.core.message.mime import BODY_LIMIT, Part, read_parts
from triaged.core.newtext import Cut, Scan, cuts_of, scan
from triaged.core.once import once
from triaged.core.signatures import own_words
from triaged.core.unlistedheaders import Thread

_ABSENT = (b"",)
_QUOTED = frozenset({"quote", "forwarded"})
_BLANK_LINES = (b"\n\r\n", b"\n\n")


@dataclass(frozen=True)  # no slots: computed values are kept in the instance's dictionary
class Message:
    """One message as read; every attribute is a pure function of the octets given.

    `size` is the whole message's octets, `complete` says whether `body` is all of it.
    """

    fields: Fields
    header_defects: tuple[str, ...]
    body: bytes
    size: int
    complete: bool = True

    @once
    def digest(self) -> str:
        """SHA-256 (hex) of Message-ID, Date, From, Subject and all Received fields, unfolded.

        Without Message-ID and Received (drafts, imports) of the whole header: every fetch of a message has that. Never of
        its size: Exchange estimates it.
        """
        return self._digest("message-id", "date", "from", "subject", "received")

    @once
    def older_digest(self) -> str:
        """The digest without the subject, by which older rows of a ledger know a message."""
        return self._digest("message-id", "date", "from", "received")

    def _digest(self, *names: str) -> str:
        raw = self.fields.raw
        lines = [line for name in names for line in raw(name)]
        if not raw("message-id") and not raw("received"):
            lines = [b"%b:%b" % (name.encode(), value) for name, value in self.fields]
        return hashlib.sha256(b"\n".join(lines)).hexdigest()

    @once
    def message_id(self) -> str | None:
        """The Message-ID with its angle brackets, None if missing or invalid; two in one field are none."""
        raw = self.fields.raw("message-id")
        ids = _ids(raw[0]) if raw else ()
        return ids[0] if len(ids) == 1 else None

    @once
    def in_reply_to(self) -> tuple[str, ...]:
        """The ids of In-Reply-To, with brackets."""
        return _ids(b" ".join(self.fields.raw("in-reply-to")))

    @once
    def ancestors(self) -> tuple[str, ...]:
        """The ids of References alone, which an answer repeats (RFC 5322 3.6.4); order kept, none twice."""
        return _ids(b" ".join(self.fields.raw("references")))

    @once
    def references(self) -> tuple[str, ...]:
        """Every id that names the thread: those of References, then those of In-Reply-To that are missing there."""
        return tuple(dict.fromkeys((*self.ancestors, *self.in_reply_to)))

    @property
    def local_date(self) -> datetime | None:
        """The Date field with the offset that its writer's program gave it."""
        raw = self.fields.raw("date")
        return read_local_date(raw[0]) if raw else None

    @once
    def date(self) -> datetime | None:
        """The Date field as UTC, None if it holds no plausible date."""
        raw = self.fields.raw("date")
        return read_date(raw[0]) if raw else None

    @once
    def received(self) -> datetime | None:
        """The topmost Received field's date as UTC."""
        raw = self.fields.raw("received")
        return read_received_date(raw[0]) if raw else None

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
    def claimed(self) -> Address | None:
        """The address that a From names which is no one plain mailbox, where it names exactly one."""
        raw = self.fields.raw("from")
        return only_address(raw[0]) if self.sender is None and len(raw) == 1 else None

    @property
    def author(self) -> Address | None:
        """Whose message it says it is: the sender, or what a malformed From claims."""
        return self.sender.address if self.sender else self.claimed

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
        return subjects.bare(self.subject)

    @once
    def _octets(self) -> bytes:
        """A line end, then the body; lines may end with LF or CRLF."""
        body = self.body[:BODY_LIMIT]
        if b"\n" not in body and b"\r" in body:
            body = body.replace(b"\r", b"\n")
        return b"\n" + body

    @once
    def _structure(self) -> tuple[Part, tuple[str, ...]]:
        raw = self.fields.raw
        content_type, encoding, disposition = (
            (raw("content-type") or _ABSENT)[0],
            (raw("content-transfer-encoding") or _ABSENT)[0],
            (raw("content-disposition") or _ABSENT)[0],
        )
        whole = self.complete and len(self.body) <= BODY_LIMIT
        return read_parts(content_type, encoding, disposition, self._octets, complete=whole)

    @property
    def structure(self) -> Part:
        """The tree of the parts."""
        return self._structure[0]

    @once
    def _content(self) -> Content:
        return read_content(self.structure, self._octets, complete=self.complete)

    @once
    def _scan(self) -> Scan:
        text, marks = self._content.text, self._content.marks
        found = scan(text, marks, thread=lambda: self._thread)
        if marks or not self.structure.parts or not _QUOTED.isdisjoint(found.kinds):
            return found
        beside = quotes_beside(self.structure, self._octets, text)
        return scan(text, beside, thread=lambda: self._thread) if beside else found

    @once
    def _thread(self) -> Thread:
        people = [one.address for one in (self.sender, self.submitter) if one] + [*self.to, *self.cc]
        addresses = frozenset(address.spec.lower() for address in people)
        return Thread(addresses, answers=bool(self.references), forwarding=subjects.is_forward(self.subject))

    @property
    def text(self) -> str:
        """The whole decoded text: plain preferred, else HTML as text."""
        return self._content.text

    @property
    def new_text(self) -> str:
        """The text without quotes, signature, banners and forwarded part; all of it if nothing is left."""
        return self._scan.new_text

    @once
    def names(self) -> frozenset[str]:
        """The words, case-folded, by which sender and addressees may call each other."""
        texts = [self.fields.first(name) or "" for name in ("from", "to", "cc")]
        return frozenset(word.casefold() for text in texts for word in _NOT_NAMES.split(text[:1000]) if len(word) > 1)

    @once
    def own_text(self) -> str:
        """The new text without a signature that no mark sets apart, where that is one beyond doubt: what rules look at."""
        return own_words(self.new_text, self.names)

    @once
    def cuts(self) -> tuple[Cut, ...]:
        """What was cut from `text`, in order, for explain."""
        return cuts_of(self.text, self._scan.kinds)

    @property
    def forwarded(self) -> bool:
        """Whether a forwarded message has nothing new above it."""
        return self._scan.forwarded

    @property
    def content_type(self) -> str:
        """The message's own media type, lower-case; text/plain if none can be read."""
        return self.structure.content_type

    @once
    def part_types(self) -> tuple[str, ...]:
        """The media types of all parts that were read, the message's own first, lower-case."""
        return tuple(part.content_type for part in self.structure.walk())

    @once
    def attachments(self) -> tuple[Attachment, ...]:
        """The parts that a person would call attachments, in order."""
        return attachments_of(self.structure)

    @once
    def defects(self) -> tuple[str, ...]:
        """Words of DEFECTS: those of the header, of the identity, of the body."""
        found = [*self.header_defects, *self._identity_defects()]
        if self.date is None:
            found.append("bad-date")
        if not self.complete:
            found.append("truncated")
        if self.body:
            found += (*self._structure[1], *self._content.defects)
        return tuple(dict.fromkeys(found))

    @once
    def unreadable(self) -> str:
        """Why its text cannot be read by anybody here, as words of DEFECTS say it; "" if it can, or there is none."""
        return next((DEFECTS[word] for word in self._content.defects if word in UNREADABLE), "") if self.body else ""

    @once
    def doubts(self) -> tuple[str, ...]:
        """Those of the defects with which it is never answered (REFUSING); the text is not decoded for them."""
        found = [*self.header_defects, *self._identity_defects(), *(self._structure[1] if self.body else ())]
        return tuple(dict.fromkeys(word for word in found if word in REFUSING))

    def _identity_defects(self) -> Iterator[str]:
        for name in ("from", "return-path", "message-id", "date", "subject", "to", "content-type"):
            if len(self.fields.raw(name)) > 1:
                yield f"two-{name}"
        if not self.fields.raw("from"):
            yield "no-from"
        elif len(self.fields.raw("from")) == 1 and self.sender is None:
            yield "malformed-from"
        if self.return_path_defect:
            yield "malformed-return-path"
        if self.message_id is None:
            yield "no-message-id"
        if any(len(found) >= ADDRESSES_LIMIT for found in (self.to, self.cc, self.bcc)):
            yield "limit-addresses"

    @property
    def words(self) -> int:
        """The number of words of `own_text`."""
        return len(self.own_text.split())


_NOT_NAMES = re.compile(r"[^\w]+")
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
    return Message(fields, defects, body, len(header) + len(body) if size is None else size, complete)


def read_raw(raw: bytes) -> Message:
    """Read a whole message from one blob."""
    return read(raw)


def split(raw: bytes) -> tuple[bytes, bytes]:
    """Split a blob at its first blank line into header and body."""
    if raw.startswith((b"\n", b"\r\n")):
        return b"", raw.partition(b"\n")[2]
    at, length = len(raw), 0
    for end in _BLANK_LINES:
        found = raw.find(end, 0, at + 1)
        if found >= 0:
            at, length = found, len(end)
    if not length:
        # Where carriage returns alone end the lines, two of them are a blank one.
        header, _, body = raw.partition(b"\r\r") if b"\n" not in raw else (raw, b"", b"")
        return header, body
    return raw[: at + 1], raw[at + length :]
