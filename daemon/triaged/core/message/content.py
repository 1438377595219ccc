"""The tree of parts in, the text a person would read and the attachments out (RFC 2046 5.1, RFC 2183)."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from triaged.core.decoding import decode_base64, decode_quoted_printable, decode_text, fits, is_known
from triaged.core.html import Mark, render
from triaged.core.message.flowed import unflow
from triaged.core.message.mime import Part

TEXT_LIMIT = 200_000  # characters of text, all parts together
_OCTETS_LIMIT = 300_000  # octets of one part that are decoded
_UTF8_TAIL = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_UUENCODED = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_BASE64_SHARE = 0.75
_UNOPENED = frozenset({"application/ms-tnef", "application/vnd.ms-tnef", "text/rtf", "application/rtf"})
_STUB_LIMIT, _STUB_TIMES, _STUB_WORDS = 300, 2, 10  # characters; how many times its words, and so many more
_FEWEST_WORDS = 4  # of an HTML part that says something else
_WORD = re.compile(r"\w+")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_BEGINNING = 1024  # octets (HTML 4.2.5.4 for a charset)
_ONE_LINE = 77  # octets: base64 stands in lines of 76 (RFC 2045 6.8)
_SENTENCE = re.compile(rb"[A-Za-z]{2} [A-Za-z]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is no text to read: cleaned name ("" if none), lower-case type, octets of it that are at hand."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Content:
    """What there is to read: the text, what HTML says about its stretches, and the defects met."""

    text: str
    marks: tuple[Mark, ...] = ()
    defects: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What is read from, and what has been found."""

    body: bytes
    complete: bool
    named: bool = False  # whether text with a file name is read, too
    defects: list[str] = field(default_factory=list)


def read_content(root: Part, body: bytes, *, complete: bool) -> Content:
    """Decode the text of a message: plain preferred unless it is blank, else HTML as text."""
    reading = _Reading(body, complete)
    pieces = _pieces(root, reading)
    if not pieces and root.parts:
        reading.named = True
        pieces = _pieces(root, reading)
    if not pieces and any(_is_unopened(part) for part in root.walk()):
        reading.defects.append("unopened-format")
    if len(pieces) == 1:
        text, marks = pieces[0].text, pieces[0].marks
    else:
        text, marks = _joined(pieces)
    if len(text) > TEXT_LIMIT:
        text = text[:TEXT_LIMIT]
        marks = tuple(mark for mark in marks if mark.end <= TEXT_LIMIT)
        reading.defects.append("limit-text")
    return Content(text, marks, tuple(dict.fromkeys(reading.defects)))


def read_part(part: Part, body: bytes) -> Content:
    """One part as text, as far as it is at hand."""
    return _text(part, _Reading(body, complete=False))


def decoded_octets(part: Part, body: bytes) -> bytes:
    """The octets of one part, decoded from their transfer encoding."""
    return _octets(part, _Reading(body, complete=False))


def _joined(pieces: list[Content]) -> tuple[str, tuple[Mark, ...]]:
    texts: list[str] = []
    marks: list[Mark] = []
    offset = 0
    for piece in pieces:
        text = piece.text if piece.text.endswith("\n") else piece.text + "\n"
        marks += (Mark(mark.kind, mark.start + offset, mark.end + offset) for mark in piece.marks)
        texts.append(text)
        offset += len(text)
    return "".join(texts), tuple(marks)


def _pieces(part: Part, reading: _Reading) -> list[Content]:
    """The readable pieces of a part, in order."""
    if not part.parts:
        return [_text(part, reading)] if _is_text(part) else []
    if part.content_type == "multipart/alternative":
        return _alternative(part, reading)
    if part.content_type == "multipart/encrypted":
        return []
    # RFC 2387: the first part is the root; RFC 1847, RFC 3462: what follows is for machines.
    only_first = part.content_type in {"multipart/related", "multipart/signed", "multipart/report"}
    parts = part.parts[:1] if only_first else part.parts
    return [
        piece
        for below in parts
        if not _is_attachment(below, reading)
        for piece in _pieces(below, reading)
        if piece.text.strip()
    ]


def _alternative(part: Part, reading: _Reading) -> list[Content]:
    """The first plain text that is not blank, else the last alternative that has anything to read.

    A plain text that is only a stub ("This message needs a viewer for HTML") gives way to one that says much more.
    """
    plain = [below for below in part.parts if below.content_type == "text/plain"]
    others = [below for below in reversed(part.parts) if below.content_type != "text/plain"]
    stub: list[Content] = []
    for below in (*plain, *others):
        pieces = _pieces(below, reading)
        if not any(piece.text.strip() for piece in pieces):
            continue
        if not stub and below in plain and _may_be_stub(pieces, others):
            stub = pieces
        elif not stub or _says_something_else(pieces, stub):
            return pieces
    return stub


def _may_be_stub(pieces: list[Content], others: list[Part]) -> bool:
    octets = sum(len(piece.text) for piece in pieces)
    return octets <= _STUB_LIMIT and any(other.end - other.start > octets for other in others)


def _says_something_else(pieces: list[Content], stub: list[Content]) -> bool:
    """Whether it says much more than the stub, or hardly anything of what that says."""
    said, short = _words(pieces), _words(stub)
    if not short:
        return bool(said)
    if len(said) > _STUB_TIMES * len(short) + _STUB_WORDS:
        return True
    return len(said) >= max(len(short), _FEWEST_WORDS) and 2 * len({*said} & {*short}) < len({*short})


def _words(pieces: list[Content]) -> list[str]:
    return [word for piece in pieces for word in _WORD.findall(piece.text.casefold())]


def _is_text(part: Part) -> bool:
    # A multipart type without any part is read as the plain text it looks like.
    return part.content_type in {"text/plain", "text/html", "text/enriched", "text/markdown"} or (
        part.content_type.startswith("multipart/")
    )


def _is_unopened(part: Part) -> bool:
    """Outlook's own wrapping of a whole message (TNEF), and word processors' text."""
    return part.content_type in _UNOPENED or part.name.lower() == "winmail.dat"


def _is_attachment(part: Part, reading: _Reading) -> bool:
    return part.disposition == "attachment" or (bool(part.name) and not part.parts and not reading.named)


def _text(part: Part, reading: _Reading) -> Content:
    charset = part.parameters.get("charset", "")
    if charset and not is_known(charset):
        reading.defects.append("unknown-charset")
    raw = _octets(part, reading)
    if not charset and part.content_type == "text/html" and (told := _META.search(raw, 0, _BEGINNING)):
        charset = told[1].decode("ascii")
    if not reading.complete and raw[-1:] >= b"\x80" and (tail := _UTF8_TAIL.search(raw, max(0, len(raw) - 3))):
        raw = raw[: tail.start()]  # cut inside a character
    text, garbled = decode_text(raw, charset)
    if garbled:
        reading.defects.append("garbled-text")
    if part.content_type in {"text/html", "text/enriched"}:
        rendered = render(text[: 2 * TEXT_LIMIT])
        return Content(rendered.text, rendered.marks)
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    return Content(text)


def _octets(part: Part, reading: _Reading) -> bytes:
    """The part's octets, decoded from their transfer encoding, line ends LF."""
    raw = reading.body[part.start : min(part.end, part.start + _OCTETS_LIMIT)]
    if part.encoding == "quoted-printable":
        raw = decode_quoted_printable(raw)
    elif part.encoding == "base64":
        raw, whole = _from_base64(raw, part.parameters.get("charset", "utf-8"))
        if not whole and reading.complete and part.end - part.start <= _OCTETS_LIMIT:
            reading.defects.append("bad-base64")
    elif part.encoding in _UUENCODED:
        raw = _uudecode(raw)
    elif part.encoding not in _IDENTITY:
        reading.defects.append("unknown-encoding")
    return raw.replace(b"\r\n", b"\n") if b"\r" in raw else raw


def _from_base64(raw: bytes, charset: str) -> tuple[bytes, bool]:
    """The octets that base64 stands for; text that only claims to be base64 as it stands."""
    decoded, whole = decode_base64(raw)
    if raw.find(b" ", 0, _BEGINNING) >= 0 and _SENTENCE.search(raw, 0, _BEGINNING):
        return raw, False
    if len(raw) < _ONE_LINE and not fits(decoded, charset):
        return raw, False
    return decoded, whole


def _uudecode(raw: bytes) -> bytes:
    """Decode the lines between `begin` and `end`; what is no line of it stays as it is."""
    out: list[bytes] = []
    lines = iter(raw.split(b"\n"))
    for line in lines:
        if line.startswith(b"begin "):
            break
        out.append(line + b"\n")
    for line in lines:
        if line.strip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(line.rstrip(b"\r")))
        except binascii.Error:
            out.append(line + b"\n")
    out.extend(line + b"\n" for line in lines)
    return b"".join(out)


def attachments_of(root: Part) -> tuple[Attachment, ...]:
    """The parts that a person would call attachments: not the text, pictures inside it, signatures or reports."""
    return tuple(_attachments(root, "multipart/mixed" if not root.parts else "", is_root=True))


def _attachments(part: Part, parent: str, *, is_root: bool = False) -> Iterator[Attachment]:
    if part.parts:
        for below in part.parts:
            yield from _attachments(below, part.content_type)
    elif _counts(part, parent, is_root=is_root):
        size = part.end - part.start
        yield Attachment(part.name, part.content_type, int(size * _BASE64_SHARE) if part.encoding == "base64" else size)


def _counts(part: Part, parent: str, *, is_root: bool) -> bool:
    if part.disposition == "attachment":
        return True
    if parent in {"multipart/related", "multipart/alternative", "multipart/report"}:
        return False
    if part.content_type in _SIGNATURES or part.content_type.startswith("multipart/"):
        return False
    return not _is_text(part) or (bool(part.name) and not is_root)
