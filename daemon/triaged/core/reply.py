"""Replies as octets: words and addresses go in, one finished message comes out, ready for SMTP or APPEND.

Never a library's message object (speed, and header injection): every field is written here, and every message is read
again with `core.message` and checked before it is returned.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from triaged.core.address import Address, Mailbox
from triaged.core.decoding import clean_line
from triaged.core.encoding import (
    base64_lines,
    date_field,
    ids_field,
    is_id,
    is_seven_bit,
    mailbox_field,
    plain_field,
    text_field,
    text_part,
)
from triaged.core.errors import TriagedError
from triaged.core.message import Message, read_raw
from triaged.core.template import SUBJECT_LIMIT, Rendered, ReplyTemplate, Variables, render
from triaged.words import LEXICON

Field = tuple[str, bytes]
"""The name it is read by, lower-case, and the octets."""

Kind = Literal["auto-replied", "auto-generated", "draft"]

LARGEST_FORWARD = 10 * 1024 * 1024
"""Octets of a message that is still sent on; a larger one is only told about."""

_MOST_REFERENCES = 20
_PART_FIELDS = ("content-type", "content-transfer-encoding")


class ComposeError(TriagedError):
    """What was asked for cannot be written as one clean message; nothing may be sent."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a reply needs of the message it answers: ids with angle brackets."""

    message_id: str | None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """What every mail of ours begins with."""

    sender: Mailbox  # my configured name, the address of mine that the client wrote to
    to: Address  # the one recipient; the To field and RCPT TO are the same string
    subject: str
    message_id: str  # with angle brackets
    now: datetime  # the Date


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that fixes a reply's octets: equal letters give equal octets.

    `kind`: "auto-replied" to a message, "auto-generated" for a new one to a caller, "draft" for a person to send.
    `precedence`: "bulk" writes that field, which some old responders know alone.
    """

    template: ReplyTemplate
    language: str
    variables: Variables
    sender: Mailbox
    to: Address
    message_id: str  # made with the plan
    reply_id: int  # told in X-Triaged, by which a copy in the sent folder is known
    now: datetime
    kind: Kind = "auto-replied"
    install: str = ""  # told beside it: another installation counts its replies as we do
    told: str = ""  # sealed: what it says, for an installation that has lost its ledger
    origin: Origin | None = None  # None: a new message to a caller
    precedence: Literal["none", "bulk"] = "none"


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A client's message as a delegate gets it."""

    reply_id: int  # told in X-Triaged
    language: str  # mine; without words of ours in it, English
    name: str  # the delegate's
    original: bytes | None  # the whole message; None, or more than `LARGEST_FORWARD` octets: only a note about it
    install: str = ""


def marked(reply_id: int, install: str) -> str:
    """What X-Triaged says: which reply it is, and of which installation."""
    return f"{reply_id} {install}".rstrip()


@dataclass(frozen=True, slots=True)
class Written:
    """A finished reply: its words and its octets, ready for DATA or APPEND."""

    rendered: Rendered
    raw: bytes


def write(letter: Letter) -> Written:
    """Render and compose: the same words for `explain` and for the socket.

    Raises:
        TemplateError: the text cannot be rendered.
        ComposeError: the result would not be one clean message to `to`.
    """
    rendered = render(letter.template, letter.language, letter.variables, called=letter.origin is None)
    return Written(rendered, compose(letter, rendered))


def compose(letter: Letter, rendered: Rendered) -> bytes:
    """Write an automatic reply (RFC 3834 3.1), or a draft of one without a robot's fields, in the words given.

    Raises:
        ComposeError: the octets, read again, are not one clean message to `to`.
    """
    head = Head(letter.sender, letter.to, rendered.subject, letter.message_id, letter.now)
    fields = [*_fields(head), *_thread(letter.origin)]
    if letter.kind != "draft":
        fields += [*_automatic(letter.kind), _plain("X-Triaged", marked(letter.reply_id, letter.install))]
        if letter.told:
            fields.append(_plain("X-Triaged-Told", letter.told))
        if letter.precedence == "bulk":
            fields.append(_plain("Precedence", "bulk"))
    return _checked(fields, text_part(rendered.text), head)


def compose_forward(head: Head, passed_on: PassedOn) -> bytes:
    """Write a mail of mine to a delegate, with a client's message attached as it came; the subject is the client's, bare.

    Raises:
        ComposeError: the octets, read again, are not one clean message to `to`.
    """
    original = passed_on.original
    words = LEXICON.section(passed_on.language, "replies")
    attached = original is not None and len(original) <= LARGEST_FORWARD
    shape = words["forward_attached" if attached else "forward_too_large"]
    text = shape.format(name=passed_on.name, subject=clean_line(head.subject), me=head.sender.name)
    head = replace(head, subject=words["forward_subject"] + head.subject)
    fields = [
        *_fields(head),
        *_automatic("auto-generated"),
        _plain("X-Triaged", marked(passed_on.reply_id, passed_on.install)),
    ]
    part = text_part(text)
    if attached and original is not None:
        part = _multipart("mixed", [part, _attachment(original)], head.message_id)
    return _checked(fields, part, head)


def compose_note(head: Head, text: str, html: str | None = None, origin: Origin | None = None) -> bytes:
    """Write a mail to myself (digest, agenda, warning, report): a text, and HTML as its alternative.

    Raises:
        ComposeError: the octets, read again, are not one clean message to `to`.
    """
    fields = [*_fields(head), *_thread(origin), *_automatic("auto-generated")]
    part = text_part(text)
    if html is not None:
        part = _multipart("alternative", [part, text_part(html, "html")], head.message_id)
    return _checked(fields, part, head)


def reply_headers(raw: bytes) -> dict[str, str]:
    """The fields of a composed message, decoded, in order and as written: what `explain --json` shows."""
    message = read_raw(raw)
    names = (line.partition(b":")[0].decode("ascii") for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))
    return {name: message.fields.first(name) or "" for name in names if name and name[0] not in " \t"}


def _fields(head: Head) -> list[Field]:
    sender, to = head.sender, head.to
    if not (sender.address.is_ascii and to.is_ascii):
        raise ComposeError(f"writing to {to} from {sender.address} needs SMTPUTF8, which this program does not speak")
    if not is_id(head.message_id):
        raise ComposeError(f"{head.message_id!r} is no message id")
    return [
        ("from", mailbox_field("From", sender.name, sender.address.spec)),
        _plain("To", to.spec),  # the bare address: a display name is a stranger's text
        ("subject", text_field("Subject", clean_line(head.subject)[:SUBJECT_LIMIT])),
        ("date", date_field(head.now)),
        _plain("Message-ID", head.message_id),
    ]


def _thread(origin: Origin | None) -> list[Field]:
    if origin is None or origin.message_id is None or not is_id(origin.message_id):
        return []
    return [
        ("in-reply-to", ids_field("In-Reply-To", [origin.message_id])),
        ("references", ids_field("References", references(origin))),
    ]


def references(origin: Origin) -> tuple[str, ...]:
    """The ids of the thread, oldest first (RFC 5322 3.6.4), none twice; of a long one the first and the last 19."""
    known = origin.references or (origin.in_reply_to if len(origin.in_reply_to) == 1 else ())
    parents = [each for each in dict.fromkeys(known) if is_id(each) and each != origin.message_id]
    ids = [*parents, origin.message_id] if origin.message_id else parents
    return tuple(ids if len(ids) <= _MOST_REFERENCES else [ids[0], *ids[1 - _MOST_REFERENCES :]])


def _automatic(kind: Literal["auto-replied", "auto-generated"]) -> list[Field]:
    # RFC 3834 5; the bare tokens, since some programs know nothing else.
    return [_plain("Auto-Submitted", kind), _plain("X-Auto-Response-Suppress", "All")]


def _plain(name: str, value: str) -> Field:
    return name.lower(), plain_field(name, value)


def _multipart(subtype: str, parts: Sequence[bytes], seed: str) -> bytes:
    """A multipart body with its MIME fields. The boundary follows from `seed` and occurs in no part."""
    boundary = "=_" + hashlib.sha256(seed.encode()).hexdigest()[:24]
    while any(boundary.encode() in part for part in parts):
        boundary = "=_" + hashlib.sha256(boundary.encode()).hexdigest()[:24]
    line = f"--{boundary}\r\n".encode("ascii")
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return head + b"".join(line + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode("ascii")


def _attachment(original: bytes) -> bytes:
    """A message attached as it came. RFC 2046 5.2.1: message/rfc822 takes no base64, so what is not 7bit goes as a file."""
    if is_seven_bit(original):
        head = b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"
        return head + original
    head = (
        b'Content-Type: application/octet-stream; name="message.eml"\r\n'
        b'Content-Disposition: attachment; filename="message.eml"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head + base64_lines(original)


def _checked(fields: Sequence[Field], part: bytes, head: Head) -> bytes:
    """Join, read again, and make sure that a receiver reads what was meant."""
    raw = b"".join((*(octets for _, octets in fields), b"MIME-Version: 1.0\r\n", part))
    mime = [name for name in _PART_FIELDS if name.encode() + b":" in part.partition(b"\r\n\r\n")[0].lower()]
    expected = [*(name for name, _ in fields), "mime-version", *mime]
    fault = _fault(read_raw(raw), expected, head) or (_bare_line_end(raw) and "a bare CR or LF")
    if fault:
        raise ComposeError(f"the message to {head.to} would not be clean: {fault}")
    return raw


def _fault(message: Message, expected: Sequence[str], head: Head) -> str:
    names = [name for name, _ in message.fields]
    if names != expected:
        return f"fields {', '.join(names)} instead of {', '.join(expected)}"
    if message.fields.raw("to") != (head.to.spec.encode("ascii"),) or message.to != (head.to,):
        return "To is not the recipient"
    if message.sender is None or message.sender.address != head.sender.address:
        return "From is not the sender"
    return ", ".join(message.header_defects)


def _bare_line_end(raw: bytes) -> bool:
    pairs = raw.count(b"\r\n")
    return not (raw.count(b"\r") == pairs == raw.count(b"\n"))
