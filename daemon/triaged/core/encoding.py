"""Clean text in, octets of mail out: header fields, display names, dates, quoted-printable. The counterpart of `decoding`.

What comes out is ASCII with CRLF line ends, no line longer than 998 octets (RFC 5322 2.1.1), and folded at 76 where it
can be. No value can end its field or begin another one: line ends and controls are taken out before anything is written.
"""

import binascii
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from triaged.core.decoding import clean_line, clean_text

WIDTH = 76
"""Columns to fold at (RFC 2045 6.7, RFC 2047 2)."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As mail and IMAP write them (RFC 5322 3.3; RFC 9051 9, date-month)."""

_LONGEST_ID = 250
_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_WORD_OCTETS = 45  # 60 base64 letters, with =?utf-8?B??= a word of 72 (RFC 2047: at most 75)
_MBOX_FROM = re.compile(rb"(?m)^F(?=rom )")


def text_field(name: str, text: str) -> bytes:
    """An unstructured field such as Subject: as it is where ASCII allows, else encoded words (RFC 2047)."""
    line = clean_line(text)
    if line.isascii() and "=?" not in line:
        return _folded(name, line.split(" "))
    return _folded(name, encoded_words(line, WIDTH - len(name) - 2))


def mailbox_field(name: str, display: str, spec: str) -> bytes:
    """A field of one mailbox, such as From: the display name quoted or encoded, the address in angle brackets."""
    line = clean_line(display)
    if not line:
        return _folded(name, [spec])
    if not line.isascii() or "=?" in line:
        words = encoded_words(line, WIDTH - len(name) - 2)
    elif _PLAIN_NAME.fullmatch(line):
        words = line.split(" ")
    else:
        words = ['"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return _folded(name, [*words, f"<{spec}>"])


def ids_field(name: str, ids: Iterable[str]) -> bytes:
    """A field of message ids, one a line where they are many."""
    return _folded(name, ids)


def plain_field(name: str, value: str) -> bytes:
    """A field whose value this program wrote itself. ValueError: it is not one line of printable ASCII."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"{name} is not one line of printable ASCII")
    return f"{name}: {value}\r\n".encode("ascii")


def date_field(at: datetime) -> bytes:
    """The Date field (RFC 5322 3.3), in UTC."""
    utc = at.astimezone(UTC)
    day, month = _DAYS[utc.weekday()], MONTHS[utc.month - 1]
    return f"Date: {day}, {utc.day:02} {month} {utc.year:04} {utc:%H:%M:%S} +0000\r\n".encode("ascii")


def is_id(text: str) -> bool:
    """Whether it is a message id, with its brackets, that can be repeated in a field of ours."""
    return len(text) <= _LONGEST_ID and _ID.fullmatch(text) is not None


def encoded_words(text: str, first: int = WIDTH) -> list[str]:
    """Encoded words (RFC 2047, base64 of UTF-8) for a text; no character is split between two of them.

    Args:
        text: any text of one line.
        first: columns that the first word may take; the others take up to 75.
    """
    words: list[str] = []
    held = bytearray()
    room = min(max((first - 12) // 4 * 3, 3), _WORD_OCTETS)
    for character in text:
        octets = character.encode("utf-8", "replace")
        if held and len(held) + len(octets) > room:
            words.append(_word(held))
            held.clear()
            room = _WORD_OCTETS
        held += octets
    return [*words, _word(held)] if held else words


def _word(octets: bytes | bytearray) -> str:
    return f"=?utf-8?B?{binascii.b2a_base64(octets, newline=False).decode('ascii')}?="


def _folded(name: str, words: Iterable[str]) -> bytes:
    """A field out of words that may be parted by a line end; a word longer than a line stays whole."""
    lines: list[str] = []
    line = f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > WIDTH and line != f"{name}:":
            lines.append(line)
            line = ""
        line += " " + word
    lines.append(line)
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def text_part(text: str, subtype: str = "plain") -> bytes:
    """A text part with its MIME fields: 7bit where every line is short ASCII, else quoted-printable UTF-8.

    Lines end with CRLF and the text with one of them; there is no bare CR or LF (RFC 5322 2.3), and no line can be
    mistaken for the separator of an mbox file.
    """
    lines = clean_text(text.replace("\r\n", "\n").replace("\r", "\n")).rstrip("\n").split("\n")
    body = "\r\n".join([*lines, ""]).encode("utf-8", "replace")
    if (
        body.isascii()
        and all(len(line) <= WIDTH and not line.startswith("From ") for line in lines)
        and b"\0" not in body
    ):
        encoding = "7bit"
    else:
        encoding, body = "quoted-printable", _MBOX_FROM.sub(b"=46", binascii.b2a_qp(body, istext=True))
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + body


def is_seven_bit(raw: bytes) -> bool:
    """Whether octets may travel as 7bit: ASCII without NUL, lines of at most 998, no bare CR or LF (RFC 2045 2.7)."""
    bare = raw.count(b"\r\n")
    return (
        raw.isascii()
        and b"\0" not in raw
        and raw.count(b"\r") == bare == raw.count(b"\n")
        and max(map(len, raw.split(b"\r\n")), default=0) <= 998  # noqa: PLR2004 — RFC 5322 2.1.1
    )


def base64_lines(raw: bytes) -> bytes:
    """Base64 in lines of 76 (RFC 2045 6.8)."""
    return b"".join(binascii.b2a_base64(raw[at : at + 57], newline=False) + b"\r\n" for at in range(0, len(raw), 57))
