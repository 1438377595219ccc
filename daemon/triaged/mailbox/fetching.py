"""Reading messages: our own FETCH (RFC 3501 6.4.5), in windows, literals straight from the wire.

In: UIDs of the selected folder. Out: `Fetched` values.
Never: a message marked as seen (only BODY.PEEK); data of a response without UID (servers interleave others' changes
by sequence number); a literal beyond what was asked for in memory.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from triaged.core.encoding import MONTHS
from triaged.core.message.mime import DEPTH_LIMIT
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Garbled, TooMuch
from triaged.mailbox.exchange import exchange, uid_sets, whole
from triaged.mailbox.fetched import NO_DATE, Fetched
from triaged.mailbox.structure import Allowance, Cursor, Leaf, Value, boundary, filled, leaves, shows_text, text_leaf
from triaged.mailbox.wire import LINES

HEADER_OCTETS = 262_144
"""The most of a message's header that is read."""
TEXT_OCTETS = 16_384
"""The most of a message's text that is read."""
MIME_OCTETS = 8_192
"""The most of a part's header that is read."""
_AMPLIFIED = 20
"""How many times as many octets as itself a message of tiny parts takes in a BODYSTRUCTURE, and more."""

_START = re.compile(rb"\* \d{1,10} FETCH \(", re.IGNORECASE)
_ITEM = re.compile(
    rb" ?(?:UID (?P<uid>\d{1,10})"
    rb"|FLAGS \((?P<flags>[^()\r\n]*)\)"
    rb'|INTERNALDATE "(?P<date>[^"\r\n]{0,60})"'
    rb"|RFC822\.SIZE (?P<size>\d{1,19})"
    rb"|BODY\[(?P<section>[^\]\r\n]{0,200})\](?:<\d+>)? ?"
    rb'(?:\{(?P<literal>\d{1,20})\+?\}\r?\n\Z|"(?P<quoted>(?:[^"\\\r\n]|\\.)*)"|(?P<nil>NIL))'
    rb"|(?P<end>\)\r?\n\Z)"
    rb"|(?!(?:UID|FLAGS) )(?P<other>[A-Z0-9][A-Z0-9.-]*(?:\[[^\]\r\n]{0,200}\](?:<\d+>)?)?)(?= ?[^ \r\n]))",
    re.IGNORECASE,
)
_LARGEST = 2**63 - 1  # what the ledger holds (RFC 7162 3.1; RFC 9051 9, number64)
_DATE = re.compile(r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = {name: number for number, name in enumerate(MONTHS, 1)}


@dataclass(slots=True)
class Items:
    """What one message's responses held so far."""

    flags: frozenset[str] | None = None
    arrived: datetime = NO_DATE
    size: int = 0
    sections: dict[bytes, bytes] = field(default_factory=dict)  # b"HEADER", b"TEXT", b"1.2", … as asked for
    structure: Value = None
    server_id: str | None = None  # X-GM-MSGID
    modseq: int = 0  # RFC 7162


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of each message is fetched."""

    text: bool  # also the first 16 KB of text; else headers alone
    parts: bool = False  # of large messages also the names and types of parts that lie beyond
    gmail: bool = False  # also the id that a message keeps under all its labels (X-GM-MSGID)


def fetch(imap: Imap, uids: Sequence[int], extent: Extent) -> Iterator[list[Fetched]]:
    """The messages of those UIDs that exist in the selected folder, window after window, in UID order."""
    for chosen, window in uid_sets(uids):
        yield _window(imap, chosen, window, extent)


def _window(imap: Imap, chosen: bytes, window: list[int], extent: Extent) -> list[Fetched]:
    text = extent.text
    limits = {b"HEADER": HEADER_OCTETS} | ({b"TEXT": TEXT_OCTETS} if text else {})
    body = b" BODY.PEEK[TEXT]<0.%d>" % TEXT_OCTETS if text else b""
    own = b" X-GM-MSGID" if extent.gmail else b""
    wanted = b"(UID FLAGS INTERNALDATE RFC822.SIZE%s BODY.PEEK[HEADER]<0.%d>%s)" % (own, HEADER_OCTETS, body)
    found = ask(imap, chosen, window, wanted, limits)
    for uid in [uid for uid, items in found.items() if not items.sections.get(b"HEADER")]:
        # only a change of flags was told, and the message is gone; or the server will not give the header (now)
        del found[uid]
        found |= ask(imap, b"%d" % uid, [uid], wanted, limits)
    messages = [_message(uid, found[uid], text=text) for uid in window if uid in found]
    if not text:
        return messages
    return _with_far_text(imap, messages, parts=extent.parts)


def _message(uid: int, items: Items, *, text: bool) -> Fetched:
    header, body = items.sections.get(b"HEADER", b""), items.sections.get(b"TEXT", b"")
    complete = text and bool(header) and len(header) < HEADER_OCTETS and len(body) < TEXT_OCTETS
    complete = complete or (bool(header) and len(header) + len(body) == items.size)
    size = len(header) + len(body) if complete else max(items.size, len(header) + len(body))
    return Fetched(uid, items.flags or frozenset(), items.arrived, size, header, body, complete, items.server_id)


def _with_far_text(imap: Imap, messages: list[Fetched], *, parts: bool) -> list[Fetched]:
    """For large multipart messages whose first octets show no text: the text part, by the structure."""
    far = {m.uid: edge for m in messages if (edge := _far(m, parts=parts))}
    if not far:
        return messages
    trees = _trees(imap, {m.uid: m.size for m in messages if m.uid in far})
    texts = {uid: leaf for uid, tree in trees.items() if (leaf := text_leaf(tree))}
    contents: dict[int, Items] = {}
    for number in {leaf.number for leaf in texts.values()}:
        wanted = b"(UID BODY.PEEK[%s.MIME]<0.%d> BODY.PEEK[%s]<0.%d>)" % (number, MIME_OCTETS, number, TEXT_OCTETS)
        limits = {number + b".MIME": MIME_OCTETS, number: TEXT_OCTETS}
        for chosen, window in uid_sets([uid for uid, leaf in texts.items() if leaf.number == number]):
            contents |= ask(imap, chosen, window, wanted, limits)
    return [
        _refilled(m, far[m.uid], trees.get(m.uid), texts.get(m.uid), contents.get(m.uid)) if m.uid in far else m
        for m in messages
    ]


def _trees(imap: Imap, sizes: Mapping[int, int]) -> dict[int, list[Leaf]]:
    """The parts of messages of those sizes, as far as their structures can be had."""
    trees: dict[int, list[Leaf]] = {}
    for chosen, window in uid_sets(list(sizes)):
        octets = sum(100_000 + _AMPLIFIED * sizes[uid] for uid in window)
        shapes = told(imap, b"UID FETCH %s (UID BODYSTRUCTURE)" % chosen, window, {}, octets=octets)
        trees |= {uid: leaves(items.structure) for uid, items in shapes.items() if items.structure is not None}
    return trees


def _far(message: Fetched, *, parts: bool) -> bytes | None:
    if message.complete or (not parts and shows_text(message.body)):
        return None
    return boundary(message.header)


def _refilled(
    message: Fetched, edge: bytes, tree: list[Leaf] | None, text: Leaf | None, content: Items | None
) -> Fetched:
    if tree is None:
        return replace(message, defects=("limit-structure",))
    if not tree:
        return message
    defects = ("limit-depth",) if max(leaf.number.count(b".") for leaf in tree) >= DEPTH_LIMIT else ()
    mime, octets = b"", b""
    if text and content:
        mime, octets = content.sections.get(text.number + b".MIME", b""), content.sections.get(text.number, b"")
    return replace(message, body=filled(edge, tree, text, mime, octets), complete=False, defects=defects)


def ask(  # noqa: D417 — imap is the connection everywhere
    imap: Imap, chosen: bytes, window: Sequence[int], wanted: bytes, limits: Mapping[bytes, int], *, octets: int = 0
) -> dict[int, Items]:
    """One UID FETCH; what the server said about each of the UIDs in `window` that it has.

    Args:
        chosen: the UID set.
        window: the UIDs in it; data about others is dropped.
        wanted: the items, in parentheses.
        limits: the sections that are kept, and how much of each.
        octets: expected for a message beside the sections.
    """
    expected = len(window) * (sum(limits.values()) + 2_000 + octets)
    return told(imap, b"UID FETCH %s %s" % (chosen, wanted), window, limits, octets=expected)


def told(
    imap: Imap, command: bytes, window: Sequence[int], limits: Mapping[bytes, int], *, octets: int
) -> dict[int, Items]:
    """What a command that is answered by FETCH responses brings about each of the UIDs in `window`."""
    found: dict[int, Items] = {}
    asked, allowance = set(window), Allowance()

    def take(line: bytes) -> None:
        if _START.match(line):
            read_fetch(Cursor(imap.wire, line, allowance=allowance), asked, limits, found)
        else:
            whole(line, imap.wire, limit=0)

    # a literal, of which a structure may have one a part, begins a line
    exchange(imap, command, take, octets=octets, lines=LINES + 50 * len(window) + octets // 400)
    return found


def read_fetch(cursor: Cursor, asked: set[int], limits: Mapping[bytes, int], found: dict[int, Items]) -> None:
    """Read one FETCH response at the cursor into `found`; dropped if it names no UID of `asked`. Raises `Garbled`."""
    begun = _START.match(cursor.line)
    assert begun is not None
    cursor.at = begun.end()
    items, uid = Items(), 0
    while True:
        item = _ITEM.match(cursor.line, cursor.at)
        if item is None:
            raise Garbled(f"the server's FETCH cannot be read: {cursor.line[cursor.at : cursor.at + 80]!r}")
        cursor.at = item.end()
        match item.lastgroup:
            case "uid":
                uid = int(item["uid"])
            case "flags":
                items.flags = _flags(item["flags"])
            case "date":
                items.arrived = internal_date(item["date"])
            case "size":
                items.size = min(int(item["size"]), _LARGEST)
            case "literal" | "quoted" | "nil":
                _section(cursor, item, items, limits)
            case "other":
                try:
                    _other(item["other"].upper(), cursor.last_value(), items)
                except TooMuch:  # the sender's doing, not the server's: what comes behind it in this response goes too
                    cursor.drop()
                    break
            case _:
                break
    if uid in asked:
        _merge(found, uid, items)


def _other(name: bytes, value: Value, items: Items) -> None:
    match name, value:
        case b"BODYSTRUCTURE", _:
            items.structure = value
        case b"MODSEQ", [bytes(number)] if number.isdigit() and len(number) < 20:  # noqa: PLR2004 — 63 bits, RFC 7162
            items.modseq = min(int(number), _LARGEST)
        case b"X-GM-MSGID", bytes(number):
            items.server_id = number.decode("ascii", "replace")[:40]
        case _:
            pass


def _section(cursor: Cursor, item: re.Match[bytes], items: Items, limits: Mapping[bytes, int]) -> None:
    name = item["section"].upper().replace(b'"', b"")  # some servers quote the names of header fields
    limit = limits.get(name, 0)
    if item["literal"]:
        size = int(item["literal"])
        data = cursor.wire.read(min(size, limit)) if size <= limit else _first(cursor, size, limit)
        cursor.line, cursor.at = cursor.wire.readline(), 0
    else:
        data = re.sub(rb"\\(.)", rb"\1", item["quoted"] or b"")[:limit]
    if name in limits:
        items.sections[name] = data


def _first(cursor: Cursor, size: int, limit: int) -> bytes:
    """The first `limit` octets of a literal of `size`: some servers do not know partial fetches of a header."""
    kept = cursor.wire.read(limit)
    cursor.wire.skip(size - limit)
    return kept


def _merge(found: dict[int, Items], uid: int, items: Items) -> None:
    """Add to what is known: a second response for a message (somebody changes its flags meanwhile) holds less."""
    known = found.get(uid)
    if known is None:
        found[uid] = items
        return
    known.flags = items.flags if items.flags is not None else known.flags
    known.arrived = items.arrived if items.arrived != NO_DATE else known.arrived
    known.size = items.size or known.size
    known.sections |= items.sections
    known.structure = items.structure or known.structure
    known.server_id = items.server_id or known.server_id
    known.modseq = max(items.modseq, known.modseq)


@lru_cache(maxsize=512)
def _flags(raw: bytes) -> frozenset[str]:
    # \Recent belongs to the session that saw the message first, not to the message
    return frozenset(raw.decode("utf-8", "replace").split()) - {"\\Recent"}


def internal_date(raw: bytes) -> datetime:
    """An INTERNALDATE (RFC 3501 9, date-time) in UTC; `NO_DATE` if it is none."""
    found = _DATE.fullmatch(raw.decode("ascii", "replace"))
    if found is None:
        return NO_DATE
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        at = datetime(
            int(year), _MONTHS[month.title()], int(day), int(hour), int(minute), min(int(second), 59), tzinfo=zone
        )
        return at.astimezone(UTC)
    except (ValueError, KeyError, OverflowError):
        return NO_DATE
