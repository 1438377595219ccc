"""One command and its answer, on our own wire.

In: a command line. Out: the tagged completion; untagged responses go to whoever asked, line by line.
Never: an untagged response of an earlier command; a NO or BAD as a value (they are raised).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Garbled, farewell, refusal
from triaged.mailbox.wire import ENDING, LINE, LINES, OCTETS, Wire

WINDOW = 500
"""UIDs in one command."""
SET_OCTETS = 8_000
"""Octets of a UID set: Dovecot's imap_max_line_length is 64 kB, others are stricter (RFC 7162 4: 8192)."""


_HIGHEST, _DIGITS = 2**32 - 1, 10


@dataclass(frozen=True, slots=True)
class Completion:
    """A tagged OK: its response code, the code's arguments, the text."""

    code: bytes
    arguments: bytes
    text: bytes


_COMPLETION = re.compile(rb"(OK|NO|BAD)(?: (?:\[([A-Z0-9-]+)(?: ([^\]]*))?\] ?)?(.*))?", re.IGNORECASE | re.DOTALL)
LITERAL = re.compile(rb"\{(\d{1,20})\+?\}\r?\n\Z")
_RESPONSE_CODE = re.compile(rb"\* OK \[([A-Z0-9-]+)(?: ([^\]]*))?\]", re.IGNORECASE)


def exchange(
    imap: Imap,
    command: bytes,
    take: Callable[[bytes], None],
    *,
    octets: int = 0,
    lines: int = LINES,
    longest: int = LINE,
) -> Completion:
    """Send `command` and read to its tagged answer; `take` gets each untagged line and reads the literals it announces.

    Args:
        imap: the connection.
        command: without tag and line ending.
        take: called with each line that begins with "* "; must consume literals from `imap.wire` itself, and the rest
            of a line that was longer than `longest`.
        octets: how much the command asks for, beyond the ordinary.
        lines: how many lines it may bring.
        longest: the most octets in one of them.

    Raises:
        Refused, Throttled, Unavailable: a tagged NO or BAD. The connection lives on.
        Lost, Garbled, OSError: it does not.
    """
    tag = start(imap, command, octets=octets, lines=lines)
    return finish(imap.wire, tag, take, longest=longest)


def start(imap: Imap, command: bytes, *, octets: int = 0, lines: int = LINES) -> bytes:
    """Send `command`; its tag."""
    imap.wire.allow(octets=OCTETS + octets, lines=lines)
    tag = imap.new_tag()
    imap.sock.sendall(b"%s %s\r\n" % (tag, command))
    return tag


def finish(wire: Wire, tag: bytes, take: Callable[[bytes], None], *, longest: int = LINE) -> Completion:
    """Read to the tagged answer of `tag`."""
    tagged = tag + b" "
    while True:
        line = wire.opening(longest)
        if line.startswith(b"* "):
            if line[2:6].upper() == b"BYE ":
                raise farewell(line[6:].decode("utf-8", "replace"))
            take(line)
        elif line.startswith(tagged):
            ended(line, wire)
            return completion(line[len(tagged) :])
        elif line.startswith(b"+"):
            raise Garbled("the server asks for more of a command that was complete")
        else:
            raise Garbled(f"the server's answer is no IMAP: {line[:80]!r}")


def completion(line: bytes) -> Completion:
    """What stands behind the tag. NO and BAD are raised."""
    found = _COMPLETION.match(line.rstrip(b"\r\n"))
    if found is None:
        raise Garbled(f"the server's answer is no IMAP: {line[:80]!r}")
    status, code, arguments, text = found.groups()
    if status.upper() != b"OK":
        raise refusal(status.upper().decode(), line[len(status) :].decode("utf-8", "replace"))
    return Completion((code or b"").upper(), arguments or b"", text or b"")


def whole(line: bytes, wire: Wire, limit: int = 100_000) -> list[bytes]:
    """A response with its literals: line, literal, line, …; at most `limit` octets of literals are kept."""
    fragments = [line]
    while found := LITERAL.search(ended(fragments[-1], wire)):
        size = int(found[1])
        if size <= limit:
            fragments.append(wire.read(size))
        else:
            wire.skip(size)
            fragments.append(b"")
        limit -= min(size, limit)
        fragments.append(wire.opening())
    return fragments


def ended(line: bytes, wire: Wire) -> bytes:
    """The line, or the ending of one that was longer than is kept: nothing of it is left on the wire."""
    return line if line.endswith(b"\n") else line[-ENDING:] + wire.rest()


def ignore(wire: Wire) -> Callable[[bytes], None]:
    """A taker for commands whose untagged responses say nothing new."""

    def take(line: bytes) -> None:
        whole(line, wire, limit=0)

    return take


def codes(wire: Wire, into: list[tuple[bytes, bytes]]) -> Callable[[bytes], None]:
    """A taker that collects the response codes of untagged OKs (RFC 6851 4.3: COPYUID before a MOVE's completion)."""

    def take(line: bytes) -> None:
        whole(line, wire, limit=0)
        if found := _RESPONSE_CODE.match(line):
            into.append((found[1].upper(), found[2] or b""))

    return take


def uid_sets(uids: Sequence[int], window: int = WINDOW) -> Iterator[tuple[bytes, list[int]]]:
    """UID sets of at most `window` UIDs and 8 kB each, ascending, runs as ranges; with the UIDs that each names."""
    runs: list[list[int]] = []
    chosen: list[int] = []
    length = 0
    for uid in sorted(set(uids)):
        if chosen and (len(chosen) >= window or length + 24 > SET_OCTETS):
            yield _written(runs), chosen
            runs, chosen, length = [], [], 0
        if runs and runs[-1][1] == uid - 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
            length += 22  # two numbers of ten digits, colon, comma
        chosen.append(uid)
    if chosen:
        yield _written(runs), chosen


def _written(runs: list[list[int]]) -> bytes:
    return b",".join(b"%d" % first if first == last else b"%d:%d" % (first, last) for first, last in runs)


def number(word: bytes) -> int | None:
    """A number as IMAP has them, 32 bits (RFC 3501 9); None for anything else."""
    if not word.isdigit() or len(word) > _DIGITS or (value := int(word)) > _HIGHEST:
        return None
    return value


def read_set(text: bytes, limit: int) -> list[int] | None:
    """The UIDs of a set as a server writes it, in its order; None if it is no set or names more than `limit`."""
    uids: list[int] = []
    for part in text.split(b","):
        first, colon, last = part.partition(b":")
        low, high = number(first), number(last if colon else first)
        if low is None or high is None:
            return None
        step = 1 if high >= low else -1
        if abs(high - low) + 1 + len(uids) > limit:
            return None
        uids.extend(range(low, high + step, step))
    return uids
