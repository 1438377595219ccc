"""Replies as octets: words and addresses go in, one finished message comes out, ready for SMTP or APPEND.

Never a library's message object (speed, and header injection): every field is written here, and every message is read
again with `core.message` and checked before it is returned.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
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
        TemplateError: the text cannot be rendered.
        ComposeError: the result would not be one clean message to `to`.
    """
    rendered = render(letter.template, letter.language, letter.variables, called=letter.origin is None)
    raw = compose(
        rendered,
        sender=letter.sender,
        to=letter.to,
        message_id=letter.message_id,
        reply_id=letter.reply_id,
        now=letter.now,
        kind=letter.kind,
        origin=letter.origin,
        precedence=letter.precedence,
    )
    return Written(rendered, raw)


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
    """Write an automatic reply (RFC 3834 3.1), or a draft of one without a robot's fields.

    Args:
        rendered: subject and text.
        sender: my name and the address the client wrote to.
        to: the one recipient; the To field and RCPT TO are the same string.
        message_id: with angle brackets.
        reply_id: told in X-Triaged, by which a copy in the sent folder is known.
        now: the Date.
        kind: "auto-replied" to a message, "auto-generated" for a new one to a caller, "draft" for a person to send.
        origin: the message it answers; None: none.
        precedence: "bulk" writes that field, which some old responders know alone.

    Raises:
        ComposeError: the octets, read again, are not one clean message to `to`.
    """
    fields = [*_head(sender, to, rendered.subject, now, message_id), *_thread(origin)]
    if kind != "draft":
        fields += [*_automatic(kind), _plain("X-Triaged", str(reply_id))]
        if precedence == "bulk":
            fields.append(_plain("Precedence", "bulk"))
    return _checked(fields, text_part(rendered.text), sender, to)


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
    """Write a mail of mine to a delegate, with a client's message attached as it came.

    Args:
        sender: my name and address.
        to: the delegate's address.
        message_id: with angle brackets.
        reply_id: told in X-Triaged.
        now: the Date.
        subject: the client's, bare.
        language: mine; without words of ours in it, English.
        name: the delegate's.
        original: the whole message; None, or more than `LARGEST_FORWARD` octets: only a note about it.

    Raises:
        ComposeError: the octets, read again, are not one clean message to `to`.
    """
    words = LEXICON.section(language, "replies")
    attached = original is not None and len(original) <= LARGEST_FORWARD
    shape = words["forward_attached" if attached else "forward_too_large"]
    text = shape.format(name=name, subject=clean_line(subject), me=sender.name)
    fields = [*_head(sender, to, words["forward_subject"] + subject, now, message_id), *_automatic("auto-generated")]
    fields.append(_plain("X-Triaged", str(reply_id)))
    part = text_part(text)
    if attached and original is not None:
        part = _multipart("mixed", [part, _attachment(original)], message_id)
    return _checked(fields, part, sender, to)


def compose_note(
    *,
    sender: Mailbox,
    to: Address,
    message_id: str,
    now: datetime,
    subject: str,
    text: str,
    html: str | None = None,
    origin: Origin | None = None,
) -> bytes:
    """Write a mail to myself (digest, agenda, warning, report): a text, and HTML as its alternative.

    Raises:
        ComposeError: the octets, read again, are not one clean message to `to`.
    """
    fields = [*_head(sender, to, subject, now, message_id), *_thread(origin), *_automatic("auto-generated")]
    part = text_part(text)
    if html is not None:
        part = _multipart("alternative", [part, text_part(html, "html")], message_id)
    return _checked(fields, part, sender, to)


def reply_headers(raw: bytes) -> dict[str, str]:
    """The fields of a composed message, decoded, in order and as written: what `explain --json` shows."""
    message = read_raw(raw)
    names = (line.partition(b":")[0].decode("ascii") for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))
    return {name: message.fields.first(name) or "" for name in names if name and name[0] not in " \t"}


def _head(sender: Mailbox, to: Address, subject: str, now: datetime, message_id: str) -> list[Field]:
    if not (sender.address.is_ascii and to.is_ascii):
        raise ComposeError(f"writing to {to} from {sender.address} needs SMTPUTF8, which this program does not speak")
    if not is_id(message_id):
        raise ComposeError(f"{message_id!r} is no message id")
    return [
        ("from", mailbox_field("From", sender.name, sender.address.spec)),
        _plain("To", to.spec),  # the bare address: a display name is a stranger's text
        ("subject", text_field("Subject", clean_line(subject)[:SUBJECT_LIMIT])),
        ("date", date_field(now)),
        _plain("Message-ID", message_id),
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


def _checked(fields: Sequence[Field], part: bytes, sender: Mailbox, to: Address) -> bytes:
    """Join, read again, and make sure that a receiver reads what was meant."""
    raw = b"".join((*(octets for _, octets in fields), b"MIME-Version: 1.0\r\n", part))
    mime = [name for name in _PART_FIELDS if name.encode() + b":" in part.partition(b"\r\n\r\n")[0].lower()]
    expected = [*(name for name, _ in fields), "mime-version", *mime]
    fault = _fault(read_raw(raw), expected, sender, to) or (_bare_line_end(raw) and "a bare CR or LF")
    if fault:
        raise ComposeError(f"the message to {to} would not be clean: {fault}")
    return raw


def _fault(message: Message, expected: Sequence[str], sender: Mailbox, to: Address) -> str:
    names = [name for name, _ in message.fields]
    if names != expected:
        return f"fields {', '.join(names)} instead of {', '.join(expected)}"
    if message.fields.raw("to") != (to.spec.encode("ascii"),) or message.to != (to,):
        return "To is not the recipient"
    if message.sender is None or message.sender.address != sender.address:
        return "From is not the sender"
    return ", ".join(message.header_defects)


def _bare_line_end(raw: bytes) -> bool:
    pairs = raw.count(b"\r\n")
    return not (raw.count(b"\r") == pairs == raw.count(b"\n"))
