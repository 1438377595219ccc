"""Folders: their names as people write them and as the server joins them, their special uses.

In: names from the configuration, LIST and NAMESPACE responses. Out: names as the server has them.
Never: a path joined with a delimiter that LIST did not name; INBOX compared by case.
"""

import contextlib
import re
import unicodedata
from collections.abc import Iterator, Sequence

from imapclient import imap_utf7

from triaged.mailbox.capabilities import Capabilities
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Garbled, Refused, Unavailable
from triaged.mailbox.exchange import exchange, ignore, whole
from triaged.mailbox.fetched import FolderInfo, FolderStatus, Role
from triaged.mailbox.naming import Naming
from triaged.mailbox.structure import Cursor, Value
from triaged.mailbox.usualnames import by_role, with_usual_names

__all__ = [
    "Naming",
    "by_role",
    "create",
    "decoded_name",
    "folders",
    "listed",
    "locate",
    "naming",
    "of_one_folder",
    "quoted",
    "status",
    "status_if_there",
    "subscribe",
]

FOLDERS = 20_000
"""The most folders that are looked at."""

_ROLES: dict[str, Role] = {
    "\\sent": "sent",
    "\\drafts": "drafts",
    "\\trash": "trash",
    "\\junk": "junk",
    "\\archive": "archive",
    "\\all": "all",
    "\\snoozed": "snoozed",
}


def quoted(name: str) -> bytes:
    """A folder's name as it stands in a command: modified UTF-7 (RFC 3501 5.1.3), quoted."""
    if name.upper() == "INBOX":
        return b"INBOX"
    encoded: bytes = imap_utf7.encode(name)
    return b'"' + encoded.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def naming(imap: Imap, capabilities: Capabilities) -> Naming:
    """How the server joins names: NAMESPACE (RFC 2342), else LIST "" "" (RFC 3501 6.3.8)."""
    if capabilities.namespace and (personal := _personal(imap)) is not None:
        return personal
    rows: list[list[Value]] = []
    _list(imap, b'LIST "" ""', rows)
    delimiter = next((_text(row[1]) for row in rows), "/")
    return Naming(delimiter, "")


def _personal(imap: Imap) -> Naming | None:
    found: list[Value] = []

    def take(line: bytes) -> None:
        if line[:12].upper() == b"* NAMESPACE ":
            found.extend(_values(Cursor(imap.wire, line, 12), 3) or _values(Cursor(imap.wire, line, 12), 1))
        else:
            whole(line, imap.wire, limit=0)

    try:
        exchange(imap, b"NAMESPACE", take)
    except Refused:
        return None
    match found:
        case [[[bytes() as raw, delimiter, *_], *_], *others]:
            prefix, joins = _text(raw), _text(delimiter)
            if prefix.upper() == "INBOX":  # its delimiter belongs to it
                prefix += joins
            return Naming(joins, prefix, tuple(name for other in others for name in _prefixes(other)))
    return None


def _prefixes(namespaces: Value) -> list[str]:
    """The prefixes of other users' or shared namespaces; an empty one says nothing about whose a folder is."""
    if not isinstance(namespaces, list):
        return []
    texts = [_text(one[0]) for one in namespaces if isinstance(one, list) and one]
    return [decoded_name(text.encode()) for text in texts if text]


def folders(imap: Imap, capabilities: Capabilities, how: Naming | None = None) -> list[FolderInfo]:
    """All folders, with their special uses where the server or a usual name tells them; those of others have none."""
    rows: list[list[Value]] = []
    if capabilities.special_use and capabilities.list_extended:
        try:
            _list(imap, b'LIST "" "*" RETURN (SPECIAL-USE)', rows)
        except Refused:
            rows = []
    if not rows:
        _list(imap, b'LIST "" "*"', rows)
    return with_usual_names([info for row in rows if (info := _info(row))], how or Naming("", ""))


def listed(imap: Imap, name: str) -> FolderInfo | None:
    """The folder of exactly that name; None if there is none."""
    rows: list[list[Value]] = []
    # "*" and "%" are wildcards in LIST and may stand in names: what comes back is compared
    _list(imap, b'LIST "" ' + quoted(name), rows)
    wanted = name.upper() if name.upper() == "INBOX" else name
    infos = (info for row in rows if (info := _info(row)))
    return next((i for i in infos if (i.name.upper() if i.name.upper() == "INBOX" else i.name) == wanted), None)


def _list(imap: Imap, command: bytes, rows: list[list[Value]]) -> None:
    """LIST; of each folder flags, delimiter and name. A line that is none is left out, not an error of all."""

    def take(line: bytes) -> None:
        if line[:7].upper() != b"* LIST " or len(rows) >= FOLDERS:
            whole(line, imap.wire, limit=0)
            return
        if row := _values(Cursor(imap.wire, line, 7), 3):
            rows.append(row)

    exchange(imap, command, take)


def _values(cursor: Cursor, count: int) -> list[Value]:
    """The next values of a response, of which nothing is left afterwards; none where they cannot be read."""
    try:
        values = [cursor.value() for _ in range(count)]
    except Garbled:
        values = []
    cursor.drop()
    return values


def _info(row: list[Value]) -> FolderInfo | None:
    match row:
        case [list() as flags, delimiter, bytes() as name]:
            pass
        case _:
            return None
    marks = {flag.decode("ascii", "replace").lower() for flag in flags if isinstance(flag, bytes)}
    role = next((_ROLES[mark] for mark in _ROLES if mark in marks), None)
    decoded = decoded_name(name)
    if decoded.upper() == "INBOX":
        decoded = "INBOX"
    return FolderInfo(
        decoded, role, _text(delimiter), not marks & {"\\noselect", "\\nonexistent"}, told=role is not None
    )


def decoded_name(raw: bytes) -> str:
    """A folder's name from the wire; one that is no modified UTF-7 (or is UTF-8) as its octets read."""
    try:
        name: str = imap_utf7.decode(raw)
    except (ValueError, LookupError):
        return raw.decode("utf-8", "replace")
    return name


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def locate(imap: Imap, how: Naming, name: str) -> str | None:
    """The existing folder that a configured name means: exactly that one, else by the server's way to join."""
    for candidate in how.candidates(name):
        if candidate.upper() == "INBOX":
            return "INBOX"
        info = listed(imap, candidate)
        if info is not None and info.selectable:
            return info.name
    return None if name.isascii() else _otherwise_composed(imap, how.candidates(name))


def _otherwise_composed(imap: Imap, names: Sequence[str]) -> str | None:
    """A folder whose name has the same letters, otherwise put together: a Mac writes accents as signs of their own."""
    wanted = {unicodedata.normalize("NFC", name) for name in names}
    rows: list[list[Value]] = []
    _list(imap, b'LIST "" "*"', rows)
    infos = (info for row in rows if (info := _info(row)) and info.selectable)
    return next((info.name for info in infos if unicodedata.normalize("NFC", info.name) in wanted), None)


def create(imap: Imap, how: Naming, name: str) -> str:
    """Create and subscribe the folder that a configured name means; its name on the server. Raises `Refused`."""
    written = how.as_written(name)
    try:
        _create(imap, written)
    except Refused:
        if how.prefix or how.delimiter != "." or written.upper().startswith("INBOX"):
            raise
        written = f"INBOX{how.delimiter}{written}"  # Courier, where it names no namespace
        _create(imap, written)
    subscribe(imap, written)
    return written


def _create(imap: Imap, written: str) -> None:
    try:
        exchange(imap, b"CREATE " + quoted(written), ignore(imap.wire))
    except Refused as refusal:
        # somebody else was faster, or the server has it and does not list it
        if refusal.code != "ALREADYEXISTS" and listed(imap, written) is None:
            raise


def subscribe(imap: Imap, name: str) -> None:
    """Subscribe, so that mail programs show the folder; a refusal changes nothing for us."""
    try:
        exchange(imap, b"SUBSCRIBE " + quoted(name), ignore(imap.wire))
    except Refused:
        return


_OF_ONE = frozenset({"SERVERBUG", "INUSE", "CONTACTADMIN"})
"""RFC 5530: these are said of a folder or a message; of the others, where it is the inbox, all wait."""


@contextlib.contextmanager
def of_one_folder(name: str) -> Iterator[None]:
    """A tagged "later" about one folder (a damaged index, one that is locked) is that folder's; about the inbox everybody's."""
    try:
        yield
    except Unavailable as later:
        if name.upper() == "INBOX" and later.code not in _OF_ONE:
            raise
        raise Refused(str(later), code=later.code or "UNAVAILABLE") from later


_STATUS = re.compile(rb"\(([^()]*)\)\s*\Z")
_NUMBER = re.compile(rb"\b(MESSAGES|UIDNEXT|UIDVALIDITY) (\d{1,10})(?!\d)", re.IGNORECASE)  # 32 bits: RFC 3501 9


def status(imap: Imap, name: str) -> dict[str, int]:
    """STATUS (RFC 3501 6.3.10): MESSAGES, UIDNEXT, UIDVALIDITY, as far as the server tells. Raises `Refused`."""
    told: dict[str, int] = {}

    def take(line: bytes) -> None:
        fragments = whole(line, imap.wire)
        if fragments[0][:9].upper() == b"* STATUS " and (inner := _STATUS.search(fragments[-1])):
            told.update((key.decode().upper(), int(number)) for key, number in _NUMBER.findall(inner[1]))

    with of_one_folder(name):
        exchange(imap, b"STATUS %s (MESSAGES UIDNEXT UIDVALIDITY)" % quoted(name), take)
    return told


def status_if_there(imap: Imap, name: str) -> FolderStatus | None:
    """STATUS; None if there is no such folder, also where the server refuses without a code.

    Raises:
        Refused: the server does not tell, or tells no UIDVALIDITY.
    """
    try:
        told = status(imap, name)
    except Refused as refusal:
        if refusal.code != "NONEXISTENT":
            there = listed(imap, name)
            if there is not None and there.selectable:
                raise
        return None
    if not told.get("UIDVALIDITY"):
        raise Refused(f"folder {name} has no UIDVALIDITY: its messages cannot be told apart", code="NOUIDVALIDITY")
    return FolderStatus(told["UIDVALIDITY"], told.get("UIDNEXT") or None, told.get("MESSAGES", 0))
