"""A message body in, the tree of its parts out (RFC 2046): found by one forward search a level, bounded, undecoded."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from triaged.core.message.parameters import read_value

PARTS_LIMIT = 200
DEPTH_LIMIT = 20
BODY_LIMIT = 4 * 1024 * 1024
_PART_HEADER_LIMIT = 16 * 1024
_BOUNDARY_LIMIT = 200  # RFC 2046 5.1.1 allows 70
_CLOSING_BLANKS = 100

_CONTENT = re.compile(
    rb"^content-(type|transfer-encoding|disposition)[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
# The field lines a part begins with; what follows them is its content, with or without a blank line between.
_PART_HEADER = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z))*+")
_BLANK_LINE = re.compile(rb"\n(?=\r?\n)")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+*-]+/[a-z0-9!#$&^_.+*-]+")
_NO_PARAMETERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its type, how it is encoded, and where its octets lie in the body; multiparts hold their parts."""

    content_type: str
    parameters: Mapping[str, str]
    encoding: str
    disposition: str
    name: str
    start: int
    end: int
    parts: tuple["Part", ...] = ()

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the message."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(slots=True)
class _Reading:
    """What one reading has used up and found."""

    body: bytes
    complete: bool
    depth: int = 0
    left: int = PARTS_LIMIT
    defects: list[str] = field(default_factory=list)


def read_parts(
    content_type: bytes, encoding: bytes, disposition: bytes, body: bytes, *, complete: bool
) -> tuple[Part, tuple[str, ...]]:
    """Read the structure of a body.

    Args:
        content_type: the message's own Content-Type field body, b"" if there is none; likewise the next two.
        encoding: Content-Transfer-Encoding.
        disposition: Content-Disposition.
        body: a line end, then the octets of the body, or the first of them.
        complete: false if the body was cut: then nothing that is missing at its end is a defect.
    """
    reading = _Reading(body, complete)
    root = _part(reading, (content_type, encoding, disposition), (1, len(body)), "text/plain")
    return root, tuple(dict.fromkeys(reading.defects))


def _part(reading: _Reading, fields: tuple[bytes, bytes, bytes], place: tuple[int, int], default: str) -> Part:
    raw_type, raw_encoding, raw_disposition = fields
    content_type, parameters = read_value(raw_type) if raw_type else (default, _NO_PARAMETERS)
    if not _TYPE.fullmatch(content_type):
        content_type, parameters = "text/plain", _NO_PARAMETERS  # RFC 2045 5.2
        reading.defects.append("bad-content-type")
    disposition, named = read_value(raw_disposition) if raw_disposition else ("", _NO_PARAMETERS)
    encoding = raw_encoding.strip().lower().decode("latin-1") if raw_encoding else ""
    name = (named.get("filename") or parameters.get("name") or "") if named or parameters else ""
    parts: tuple[Part, ...] = ()
    if content_type.startswith("multipart/"):
        reading.depth += 1
        parts = _parts(reading, parameters.get("boundary", ""), place, content_type)
        reading.depth -= 1
    return Part(content_type, parameters, encoding, disposition, name, *place, parts)


def _parts(reading: _Reading, boundary: str, place: tuple[int, int], content_type: str) -> tuple[Part, ...]:
    if not boundary or len(boundary) > _BOUNDARY_LIMIT:
        reading.defects.append("no-boundary")
        return ()
    if reading.depth > DEPTH_LIMIT:
        reading.defects.append("limit-depth")
        return ()
    default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
    found: list[Part] = []
    for part_start, part_end in _slices(reading, boundary.encode(), *place):
        if reading.left <= 0:
            reading.defects.append("limit-parts")
            break
        reading.left -= 1
        fields, content = _part_header(reading, part_start, part_end)
        found.append(_part(reading, fields, (content, part_end), default))
    if not found and reading.complete:
        reading.defects.append("missing-part")
    return tuple(found)


def _slices(reading: _Reading, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between the delimiter lines; a delimiter is a whole line (RFC 2046 5.1.1)."""
    body, delimiter = reading.body, b"\n--" + boundary
    opened: int | None = None
    at = body.find(delimiter, start - 1, end)  # a line end stands before every part
    while at >= 0:
        tail = at + len(delimiter)
        line_end = body.find(b"\n", tail, end)
        if line_end < 0:
            line_end = end
        rest = body[tail : min(line_end, tail + _CLOSING_BLANKS)].strip()
        if rest in {b"", b"--"}:
            if opened is not None:
                yield opened, max(at - body.startswith(b"\r", at - 1), opened)
            opened = None if rest else min(line_end + 1, end)
            if rest:
                return
        at = body.find(delimiter, line_end, end)
    if opened is not None:
        if reading.complete:
            reading.defects.append("unclosed-part")
        yield opened, end


def _part_header(reading: _Reading, start: int, end: int) -> tuple[tuple[bytes, bytes, bytes], int]:
    """The three Content fields of a part, and where its content begins."""
    body = reading.body
    limit = min(end, start + _PART_HEADER_LIMIT)
    header = _PART_HEADER.match(body, start, limit)
    content = header.end() if header else start
    if not body.startswith((b"\n", b"\r\n"), content, end):
        content = _behind_junk(reading, content, limit)
    found = [b"", b"", b""]
    for name, value in _CONTENT.findall(body, start, content):
        place = ("type", "transfer-encoding", "disposition").index(name.lower().decode("ascii"))
        found[place] = found[place] or (_FOLD.sub(b"", value) if b"\n" in value else value).rstrip(b"\r")
    blank = 2 * body.startswith(b"\r\n", content, end) or int(body.startswith(b"\n", content, end))
    return (found[0], found[1], found[2]), content + blank


def _behind_junk(reading: _Reading, content: int, limit: int) -> int:
    """Where a header ends that holds lines which are none of fields: at the next blank line, if fields stand before it."""
    blank = _BLANK_LINE.search(reading.body, content, limit)
    if blank is None or not _CONTENT.search(reading.body, content, blank.start() + 1):
        return content
    reading.defects.append("junk-in-part-header")
    return blank.start() + 1
