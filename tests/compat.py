"""The standard library's compat32 parser as a reference: what it reads from a well-formed message."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses


def parsed(raw: bytes) -> Message:
    return message_from_bytes(raw)


def header(message: Message, name: str) -> str:
    """The first field of that name, decoded, blanks collapsed."""
    value = message[name]
    if value is None:
        return ""
    pieces = decode_header(str(value))
    text = "".join(
        piece.decode(charset or "latin-1", "replace") if isinstance(piece, bytes) else piece
        for piece, charset in pieces
    )
    return " ".join(text.split())


def addresses(message: Message, name: str) -> list[str]:
    return [address for _, address in getaddresses([str(value) for value in message.get_all(name, [])])]


def plain_texts(message: Message) -> Iterator[str]:
    """The decoded plain texts that are no attachments."""
    for part in message.walk():
        if (
            part.get_content_type() == "text/plain"
            and part.get_content_disposition() != "attachment"
            and not part.is_multipart()
        ):
            payload = part.get_payload(decode=True)
            charset = part.get_content_charset() or "ascii"
            yield payload.decode(charset, "replace")


def squeezed(text: str) -> str:
    """The text without what a reader may lay out differently."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\ufeff>]+", " ", text).strip()
