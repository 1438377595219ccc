"""BODYSTRUCTURE (RFC 3501 7.4.2): a bounded reader, and what follows from it for the text of a large message.

In: one parenthesised value, literals included. Out: the leaves of the tree; a body in which only the text part is filled.
Never: recursion, more than is worth the time (it is `TooMuch`, and the message's own trouble), or trust in a name.
"""

import re
from dataclasses import dataclass, field

from triaged.mailbox.errors import Garbled, TooMuch
from triaged.mailbox.exchange import whole
from triaged.mailbox.wire import Wire

DEPTH, TOKENS, LEAVES, VALUE_OCTETS = 100, 25_000, 1000, 1_000_000
OPENED, SMALL, TOGETHER = 5_000, 500, 30_000
"""Parentheses that a value may open (a part of a message has four or five); up to how many it is small; and how many the
large ones of a command may open together, so that two hundred of them cost less than a second."""

Value = bytes | None | list["Value"]
"""A string or atom, NIL, or a list."""

_TOKEN = re.compile(
    rb' *(?:(?P<open>\()|(?P<close>\))|"(?P<quoted>(?:[^"\\\r\n]|\\.)*)"|\{(?P<literal>\d{1,20})\+?\}\r?\n\Z|(?P<atom>[^ ()"\r\n]+))'
)
_TOO_MUCH = "the server's answer nests too deeply, or is too long"
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


@dataclass(slots=True)
class Allowance:
    """What large values may still open, in all responses to a command."""

    left: int = TOGETHER


@dataclass(slots=True)
class Cursor:
    """A place in a response that may go on behind literals."""

    wire: Wire
    line: bytes
    at: int = 0
    allowance: Allowance = field(default_factory=Allowance)
    _opened: int = 0

    def value(self) -> Value:
        """The value that stands here; the cursor moves behind it. Raises `Garbled`, and `TooMuch` before a `drop`."""
        stack: list[list[Value]] = []
        octets = 0
        for _ in range(TOKENS):
            found = _TOKEN.match(self.line, self.at)
            if found is None:
                raise self._no_token()
            self.at = found.end()
            octets += found.end() - found.start()
            value: Value = None
            kind = found.lastgroup
            if kind == "open":
                stack.append([])
                if len(stack) > DEPTH:
                    break
                continue
            if kind == "close":
                if not stack:
                    raise self._no_token()
                value = stack.pop()
            elif kind == "literal":
                octets += int(found["literal"])
                if octets > VALUE_OCTETS:
                    break
                value = self._literal(int(found["literal"]))
            elif kind == "atom":
                value = None if (atom := found["atom"]).upper() == b"NIL" else atom
            else:
                value = _ESCAPED.sub(rb"\1", quoted) if b"\\" in (quoted := found["quoted"]) else quoted
            if not stack:
                return value
            stack[-1].append(value)
        raise TooMuch(_TOO_MUCH)

    def last_value(self) -> Value:
        """As `value`, where hardly anything follows: what a line opens tells at once whether that is too much."""
        self._charge()
        return self.value()

    def drop(self) -> None:
        """Read what is left of the response and forget it."""
        whole(self.line, self.wire, limit=0)

    def _literal(self, size: int) -> bytes:
        value = self.wire.read(size)
        self.line, self.at = self.wire.opening(), 0
        self._charge()
        return value

    def _charge(self) -> None:
        before = max(self._opened, SMALL)
        self._opened += self.line.count(b"(", self.at)
        if self._opened > before:
            self.allowance.left -= self._opened - before
            if self._opened > OPENED or self.allowance.left < 0:
                raise TooMuch(_TOO_MUCH)

    def _no_token(self) -> Garbled:
        """Why nothing can be read here."""
        if self.line.endswith(b"\n"):
            return Garbled(f"the server's answer cannot be read: {self.line[self.at : self.at + 80]!r}")
        return TooMuch(_TOO_MUCH)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no other parts (an attached message counts as one)."""

    number: bytes  # as FETCH wants it: b"1.2"
    kind: bytes  # b"text/plain", lower case
    parameters: tuple[tuple[bytes, bytes], ...] = field(default=())
    disposition: bytes = b""  # b"attachment", b"inline" or b""
    disposition_parameters: tuple[tuple[bytes, bytes], ...] = field(default=())
    size: int = 0  # octets as they are encoded

    @property
    def is_text(self) -> bool:
        """Whether a person would read it as the message."""
        return self.kind in (b"text/plain", b"text/html") and self.disposition != b"attachment"


def leaves(structure: Value) -> list[Leaf]:
    """The leaves of a BODYSTRUCTURE in order; what is malformed is left out."""
    found: list[Leaf] = []
    todo: list[tuple[bytes, Value]] = [(b"", structure)]
    while todo and len(found) < LEAVES:
        number, part = todo.pop()
        if not isinstance(part, list) or not part:
            continue
        if isinstance(part[0], list):
            children = [child for child in part if isinstance(child, list) and child][: _children(part)]
            prefix = number + b"." if number else b""
            todo += [(prefix + b"%d" % at, child) for at, child in reversed(list(enumerate(children, 1)))]
        elif leaf := _leaf(number or b"1", part):
            found.append(leaf)
    return found


def _children(part: list[Value]) -> int:
    """How many of a multipart's elements are parts: those before the subtype."""
    return next((at for at, element in enumerate(part) if not isinstance(element, list)), len(part))


def _leaf(number: bytes, part: list[Value]) -> Leaf | None:
    match part:
        case [bytes() as main, bytes() as sub, parameters, _, _, _, size, *rest]:
            disposition, named = _disposition(rest)
            octets = int(size) if isinstance(size, bytes) and size.isdigit() and len(size) < 20 else 0  # noqa: PLR2004 — 64 bit
            return Leaf(number, (main + b"/" + sub).lower(), _pairs(parameters), disposition, named, octets)
    return None


def _disposition(rest: list[Value]) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    # the extension data begins at a different place for text, message and other parts: it is known by its shape
    for element in rest:
        match element:
            case [bytes() as kind, ([*_] | None) as parameters] if kind.lower() in (b"attachment", b"inline"):
                return kind.lower(), _pairs(parameters)
    return b"", ()


def _pairs(parameters: Value) -> tuple[tuple[bytes, bytes], ...]:
    if not isinstance(parameters, list):
        return ()
    flat = [each for each in parameters[:40] if isinstance(each, bytes)]
    return tuple((name.lower(), value) for name, value in zip(flat[::2], flat[1::2], strict=False))


def text_leaf(parts: list[Leaf]) -> Leaf | None:
    """The part to read: the first plain text that is no attachment, else the first HTML."""
    texts = [part for part in parts if part.is_text]
    return next((part for part in texts if part.kind == b"text/plain"), texts[0] if texts else None)


_CONTENT_TYPE = re.compile(
    rb"^content-type:([^\r\n]{0,2000}(?:\r?\n[ \t][^\r\n]{0,2000}){0,20})", re.IGNORECASE | re.MULTILINE
)
_BOUNDARY = re.compile(rb';\s*boundary[ \t]*=[ \t]*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)


def boundary(header: bytes) -> bytes | None:
    """The boundary of a multipart message by its header; None for any other message."""
    field_ = _CONTENT_TYPE.search(header)
    if field_ is None or field_[1].lstrip()[:10].lower() != b"multipart/":
        return None
    found = _BOUNDARY.search(field_[1])
    return (found[1] or found[2]) if found else None


_TEXT_BEGINS = re.compile(rb"^content-type:[ \t]*text/(?:plain|html)\b", re.IGNORECASE | re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")


def shows_text(body: bytes) -> bool:
    """Whether a text part of a multipart message begins within these first octets of its body."""
    found = _TEXT_BEGINS.search(body)
    if found is None:
        return False
    blank = _BLANK.search(body, found.end())
    return blank is not None and blank.end() < len(body)


def filled(edge: bytes, parts: list[Leaf], text: Leaf | None, mime: bytes, content: bytes) -> bytes:
    """A body with that boundary: every part's header, and the text part's content.

    Args:
        edge: the boundary in the message's own header.
        parts: all leaves.
        text: the one whose content there is.
        mime: its own MIME header as the server gave it.
        content: the first octets of it, encoded as they were.
    """
    pieces: list[bytes] = []
    for part in parts:
        if text is not None and part.number == text.number:
            head = mime.strip(b"\r\n")
            pieces += (b"--" + edge, *([head] if head else [_header(part)]), b"", content.rstrip(b"\r\n"))
        else:
            pieces += (b"--" + edge, _header(part), b"", b"")
    return b"\r\n".join((*pieces, b"--" + edge + b"--", b""))


def _header(part: Leaf) -> bytes:
    lines = [b"Content-Type: " + _clean(part.kind) + _written(part.parameters)]
    if part.disposition:
        lines.append(b"Content-Disposition: " + part.disposition + _written(part.disposition_parameters))
    return b"\r\n".join(lines)


_NOT_CLEAN = re.compile(rb'[\x00-\x1f\x7f"\\]')
_PLAIN = re.compile(rb"[!#$%&'*+.^_`|~A-Za-z0-9-]+")


def _clean(text: bytes) -> bytes:
    return _NOT_CLEAN.sub(b"", text[:255])


def _written(parameters: tuple[tuple[bytes, bytes], ...]) -> bytes:
    written = b""
    for name, value in parameters:
        name, value = _clean(name), _clean(value)  # noqa: PLW2901 — the raw ones are not to be used
        if _PLAIN.fullmatch(name) and name != b"boundary":
            # RFC 2231 4: an extended value stands without quotes
            written += b"; " + name + b"=" + (value if _PLAIN.fullmatch(value) else b'"' + value + b'"')
    return written
