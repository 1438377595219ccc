"""Folders: their names as people write them and as the server joins them, their special uses.

In: names from the configuration, LIST and NAMESPACE responses. Out: names as the server has them.
Never: a path joined with a delimiter that LIST did not name; INBOX compared by case.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from imapclient import imap_utf7

from triaged.mailbox.capabilities import Capabilities
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Garbled, Refused, Unavailable
from triaged.mailbox.exchange import exchange, ignore, whole
from triaged.mailbox.fetched import FolderInfo, FolderStatus, Role
from triaged.mailbox.structure import Cursor, Value
from triaged.words import LEXICON

FOLDERS = 20_000
"""The most folders that are looked at."""

_ROLES: dict[str, Role] = {
    "\\sent": "sent",
    "\\drafts": "drafts",
    "\\trash": "trash",
    "\\junk": "junk",
    "\\archive": "archive",
    "\\all": "all",
}
_NAMED: tuple[Role, ...] = ("sent", "drafts", "trash", "junk", "archive")
"""Roles that a usual name tells where the server does not (RFC 6154 is optional)."""


def quoted(name: str) -> bytes:
    """A folder's name as it stands in a command: modified UTF-7 (RFC 3501 5.1.3), quoted."""
    if name.upper() == "INBOX":
        return b"INBOX"
    encoded: bytes = imap_utf7.encode(name)
    return b'"' + encoded.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


@dataclass(frozen=True, slots=True)
class Naming:
    """How this server joins names."""

    delimiter: str  # "" where there is no hierarchy
    prefix: str  # of the personal namespace, with its delimiter at the end: "INBOX." or ""

    def as_written(self, name: str) -> str:
        """A configured name with "/" between levels, as the server writes it: "Clients/Deferred" -> "INBOX.Clients.Deferred"."""
        if name.upper() == "INBOX":
            return "INBOX"
        joined = self.joined(name)
        if not self.prefix or joined.startswith(self.prefix) or joined + self.delimiter == self.prefix:
            return joined
        return self.prefix + joined

    def joined(self, name: str) -> str:
        """The name with the server's delimiter for "/"."""
        return name.replace("/", self.delimiter) if self.delimiter not in ("", "/") else name


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
            found.extend(_values(Cursor(imap.wire, line, 12), 1))
        else:
            whole(line, imap.wire, limit=0)

    try:
        exchange(imap, b"NAMESPACE", take)
    except Refused:
        return None
    match found:
        case [[[bytes() as prefix, delimiter, *_], *_], *_]:
            return Naming(_text(delimiter), _text(prefix))
    return None


def folders(imap: Imap, capabilities: Capabilities) -> list[FolderInfo]:
    """All folders, with their special uses where the server or a usual name tells them."""
    rows: list[list[Value]] = []
    if capabilities.special_use and capabilities.list_extended:
        try:
            _list(imap, b'LIST "" "*" RETURN (SPECIAL-USE)', rows)
        except Refused:
            rows = []
    if not rows:
        _list(imap, b'LIST "" "*"', rows)
    return _with_usual_names([info for row in rows if (info := _info(row))])


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


def _with_usual_names(infos: list[FolderInfo]) -> list[FolderInfo]:
    """Roles by the names that mail programs give, for the folders of which the server says nothing.

    Also beside one that it tells of: a program files into its own "Sent Items" whatever the server calls Sent.
    """
    return [replace(info, role=_by_name(info)) if info.role is None and info.selectable else info for info in infos]


def _by_name(info: FolderInfo) -> Role | None:
    # "Clients/Sent" is the person's own: only the top counts, or what lies directly in the inbox (Courier)
    if _parent(info).upper() not in ("", "INBOX"):
        return None
    return next((role for role in _NAMED if _last(info) in _usual(role)), None)


@cache
def _usual(role: Role) -> Mapping[str, int]:
    """The usual names of a role in all languages, in lower case, and their rank."""
    names = LEXICON.everywhere("folders", role)
    return {name.lower(): rank for rank, name in reversed(list(enumerate(names)))}


def _parent(info: FolderInfo) -> str:
    return info.name.rpartition(info.delimiter)[0] if info.delimiter else ""


def _last(info: FolderInfo) -> str:
    name = info.name.rpartition(info.delimiter)[2] if info.delimiter else info.name
    return name.lower()


def locate(imap: Imap, how: Naming, name: str) -> str | None:
    """The existing folder that a configured name means: exactly that one, else by the server's way to join."""
    for candidate in dict.fromkeys((name, how.joined(name), how.as_written(name))):
        if candidate.upper() == "INBOX":
            return "INBOX"
        info = listed(imap, candidate)
        if info is not None and info.selectable:
            return info.name
    return None


def create(imap: Imap, how: Naming, name: str) -> str:
    """Create and subscribe the folder that a configured name means; its name on the server. Raises `Refused`."""
    written = how.as_written(name)
    try:
        exchange(imap, b"CREATE " + quoted(written), ignore(imap.wire))
    except Refused as refusal:
        # somebody else was faster, or the server has it and does not list it
        if refusal.code != "ALREADYEXISTS" and listed(imap, written) is None:
            raise
    subscribe(imap, written)
    return written


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


def by_role(infos: Sequence[FolderInfo], role: Role) -> list[str]:
    """The folders with that use: those of the server's word first, then by their usual names."""
    found = [info for info in infos if info.role == role and info.selectable]
    return [info.name for info in sorted(found, key=lambda info: (not info.told, _usual(role).get(_last(info), 0)))]
