"""SELECT and SEARCH: what is in a folder.

In: a folder, a UID or a Message-ID. Out: `Selected`, UIDs.
Never: a UID below the one that was asked for (`n:*` names the last message even when it is older, RFC 3501 6.4.8);
a hit of SEARCH HEADER that was not compared (it finds parts of values).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from triaged.core.encoding import MONTHS
from triaged.core.flags import folded
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Garbled, Refused
from triaged.mailbox.exchange import exchange, number, uid_sets, whole
from triaged.mailbox.fetched import Selected
from triaged.mailbox.fetching import ask
from triaged.mailbox.folders import listed, of_one_folder, quoted, status

SEARCH_OCTETS = 32_000_000
"""The longest SEARCH answer: some three million UIDs."""
CANDIDATES = 100
"""How many hits for a Message-ID are compared."""

_EXISTS = re.compile(rb"\* (\d{1,10}) EXISTS\b", re.IGNORECASE)
_NUMBER = re.compile(rb"\* OK \[(UIDVALIDITY|UIDNEXT) (\d{1,10})\]", re.IGNORECASE)
_MODSEQ = re.compile(rb"\* OK \[HIGHESTMODSEQ (\d{1,19})\]", re.IGNORECASE)
_FLAGS = re.compile(rb"\* (?:OK \[(PERMANENTFLAGS)|FLAGS) \(([^()]*)\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Folder:
    """The selected folder: what is told, and which flags stay."""

    name: str
    selected: Selected
    permanent: frozenset[str]  # lower case
    known: frozenset[str] = frozenset()  # lower case: those that occur in it, as far as the server lists them

    def keeps(self, flag: str) -> bool:
        r"""Whether a flag is worth storing: system flags always, a keyword if it stays (RFC 3501 7.1, PERMANENTFLAGS)."""
        return flag.startswith("\\") or "\\*" in self.permanent or flag.lower() in self.permanent

    def without_keywords(self) -> "Folder":
        """As it is known once it has refused a keyword."""
        kept = frozenset(flag for flag in self.permanent if flag.startswith("\\") and flag != "\\*")
        return replace(self, selected=replace(self.selected, keywords=False), permanent=kept)


def select(imap: Imap, name: str, *, keywords: bool | None) -> Folder:
    r"""SELECT a folder.

    Args:
        imap: the connection.
        name: as the server has it.
        keywords: False where PERMANENTFLAGS is known to lie.

    Raises:
        Refused: no such folder, or one without UIDVALIDITY: nothing in it could be remembered.
    """
    numbers: dict[str, int] = {}
    flags: dict[str, frozenset[str]] = {}

    def take(line: bytes) -> None:
        whole(line, imap.wire)
        if found := _EXISTS.match(line):
            numbers["EXISTS"] = int(found[1])
        elif found := _NUMBER.match(line):
            numbers[found[1].decode().upper()] = int(found[2])
        elif found := _MODSEQ.match(line):
            numbers["HIGHESTMODSEQ"] = int(found[1])
        elif found := _FLAGS.match(line):
            flags["permanent" if found[1] else "known"] = _flags(found[2])

    with of_one_folder(name):
        done = exchange(imap, b"SELECT " + quoted(name), take)
    if not numbers.get("UIDVALIDITY"):
        raise Refused(f"folder {name} has no UIDVALIDITY: its messages cannot be told apart", code="NOUIDVALIDITY")
    # RFC 3501 6.3.1: without PERMANENTFLAGS all of FLAGS can be changed permanently
    permanent = flags.get("permanent", flags.get("known", frozenset()))
    selected = Selected(
        uidvalidity=numbers["UIDVALIDITY"],
        uidnext=numbers.get("UIDNEXT") or None,
        exists=numbers.get("EXISTS", 0),
        keywords="\\*" in permanent,
        read_only=done.code == b"READ-ONLY",
        modseq=numbers.get("HIGHESTMODSEQ", 0),
    )
    folder = Folder(name, selected, permanent, permanent | flags.get("known", frozenset()))
    return folder.without_keywords() if keywords is False else folder


@lru_cache(maxsize=256)
def _flags(words: bytes) -> frozenset[str]:
    """Flags as a server lists them; equal folders share one value."""
    return folded(words.decode("utf-8", "replace").split())


def select_or_say(imap: Imap, name: str, *, keywords: bool | None) -> Folder:
    """As `select`; a missing folder is NONEXISTENT also where the server refuses without a code (Dovecot)."""
    try:
        found = select(imap, name, keywords=keywords)
    except Refused as refusal:
        if not refusal.code and listed(imap, name) is None:
            raise Refused(refusal.text, code="NONEXISTENT") from refusal
        raise
    if found.selected.uidnext is None:
        found = replace(found, selected=replace(found.selected, uidnext=_uidnext(imap, name)))
    return found


def _uidnext(imap: Imap, name: str) -> int | None:
    """What STATUS says where SELECT does not: Courier, 163.com, Winmail."""
    try:
        return status(imap, name).get("UIDNEXT") or None
    except Refused:
        return None


def uids_from(imap: Imap, uid: int) -> list[int]:
    """The UIDs of the selected folder from `uid` on, ascending."""
    return found_from(imap, uid)[0]


def found_from(imap: Imap, uid: int, selected: Selected | None = None) -> tuple[list[int], int]:
    """The UIDs of the selected folder from `uid` on, ascending; and how many messages its search does not find at all.

    `n:*` names at least the last message: a folder in which it names none is empty, or the server (mailutils) knows no `*`.
    `selected`: as it was when the folder was selected.
    """
    hits = search(imap, b"UID %d:*" % uid)
    if not hits and selected is not None and (selected.uidnext or 0) > uid:
        hits = search(imap, b"UID %d:%d" % (uid, (selected.uidnext or 0) - 1))
    unfound = 0
    if not hits:
        hits = search(imap, b"ALL")
        unfound = max(0, selected.exists - len(hits)) if selected is not None else 0
    return [each for each in hits if each >= uid], unfound


def uids_since(imap: Imap, at: datetime) -> list[int]:
    """The UIDs of the selected folder whose INTERNALDATE is on the day before `at` or later (RFC 3501 6.4.4 SINCE)."""
    return search(imap, _since(at))


def _since(at: datetime) -> bytes:
    day = at.astimezone(UTC).date() - timedelta(days=1)
    return b"SINCE %d-%s-%d" % (day.day, MONTHS[day.month - 1].encode(), day.year)


def uids_marked(imap: Imap, keywords: Sequence[str]) -> list[int]:
    """The UIDs of the selected folder that bear one of these keywords and are not being deleted."""
    asked = (b"UNDELETED KEYWORD " + keyword.encode("ascii") for keyword in keywords)
    return sorted({uid for criteria in asked for uid in search(imap, criteria)})


def search(imap: Imap, criteria: bytes) -> list[int]:
    """UID SEARCH; ascending."""
    hits: set[int] = set()

    def take(line: bytes) -> None:
        if line[:8].upper() == b"* SEARCH":
            if not line.endswith(b"\n"):  # half of the hits would pass for all of them
                raise Garbled(f"the server sent a line of more than {SEARCH_OCTETS} octets")
            hits.update(uid for word in line[8:].split() if (uid := number(word)) is not None)
        else:
            whole(line, imap.wire, limit=0)

    exchange(imap, b"UID SEARCH " + criteria, take, octets=SEARCH_OCTETS, longest=SEARCH_OCTETS)
    return sorted(hits)


# Microsoft and Google put a new Message-ID into what they send and keep ours here.
_ORIGINALS = (b"X-MICROSOFT-ORIGINAL-MESSAGE-ID", b"X-GOOGLE-ORIGINAL-MESSAGE-ID")
_SEARCHABLE = re.compile(r"[\x21-\x7e]{3,900}")


def naming(imap: Imap, message_id: str, since: datetime) -> list[int]:
    """The UIDs of messages from about `since` on that may answer the one of that Message-ID; none was compared."""
    if not _SEARCHABLE.fullmatch(message_id):
        return []
    hits: set[int] = set()
    for field in (b"IN-REPLY-TO", b"REFERENCES"):
        hits.update(search(imap, _since(since) + b" HEADER %s %s" % (field, _key(message_id))))
    return sorted(hits)[-CANDIDATES:]


def _key(message_id: str) -> bytes:
    return b'"' + message_id.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def find(imap: Imap, message_id: str, since_uid: int, *, rewritten: bool) -> list[int]:
    """The UIDs from `since_uid` on of messages with that Message-ID, compared in full.

    Args:
        imap: the connection, a folder selected.
        message_id: with angle brackets.
        since_uid: the first UID to look at.
        rewritten: also look where providers keep a Message-ID that they replaced.
    """
    if not _SEARCHABLE.fullmatch(message_id):
        return []  # cannot be asked for, and no message of ours has it
    key = _key(message_id)
    fields = (b"MESSAGE-ID", *(_ORIGINALS if rewritten else ()))
    hits: set[int] = set()
    for field in fields:
        hits.update(search(imap, b"UID %d:* HEADER %s %s" % (since_uid, field, key)))
    candidates = sorted(uid for uid in hits if uid >= since_uid)[-CANDIDATES:]
    return [uid for uid, ids in message_ids(imap, candidates, fields).items() if message_id in ids]


def message_ids(imap: Imap, uids: list[int], fields: tuple[bytes, ...]) -> dict[int, set[str]]:
    """By UID, the values of those header fields."""
    section = b"HEADER.FIELDS (%s)" % b" ".join(fields)
    told: dict[int, set[str]] = {}
    for chosen, window in uid_sets(uids):
        for uid, items in ask(imap, chosen, window, b"(UID BODY.PEEK[%s])" % section, {section: 8_000}).items():
            lines = re.sub(rb"\r?\n[ \t]+", b" ", items.sections.get(section, b"")).splitlines()
            told[uid] = {line.partition(b":")[2].decode("ascii", "replace").strip() for line in lines}
    return dict(sorted(told.items()))
