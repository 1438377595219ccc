"""A mark on messages that only one of several sessions gets: compare-and-set on a mailbox.

In: UIDs of the selected folder, a keyword of ours. Out: the UIDs that bear the mark of another.
Never: a mark of ours beside another's for longer than it takes to read both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from triaged import crash
from triaged.core.flags import folded
from triaged.ids import is_whose
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Refused
from triaged.mailbox.exchange import exchange, ignore, read_set, uid_sets
from triaged.mailbox.fetching import Items, ask, told

_ROUNDS = 3
"""How often a message that changes meanwhile is looked at again. iCloud offers CONDSTORE and does not keep to it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The keyword that we set, and all that are ours."""

    keyword: str
    ours: frozenset[str]

    @property
    def name(self) -> bytes:
        """As it goes over the line."""
        return self.keyword.encode("ascii")


def mark(imap: Imap, uids: Sequence[int], marks: Marks, *, condstore: bool) -> set[int]:
    """Mark messages that nobody has marked.

    With CONDSTORE exactly one session gets each (RFC 7162 3.1.3). Without it a mark is added and the flags are read with
    it: a server puts the changes of two sessions into one order, so that whoever comes second reads the first one's. Should
    each read the other's, none gets the message.

    Returns:
        The UIDs that bear another's mark.
    """
    another: set[int] = set()
    for _, window in uid_sets(uids):
        another |= _if_unchanged(imap, window, marks) if condstore else _and_look(imap, window, marks)
    return another


def mark_once(imap: Imap, uids: Sequence[int], keyword: str, *, condstore: bool) -> set[int]:
    """Mark messages that do not bear the keyword yet; of several sessions with CONDSTORE exactly one gets each.

    Returns:
        The UIDs that bear it already.
    """
    name, before = keyword.encode("ascii"), set[int]()
    for _, window in uid_sets(uids):
        left = window
        for _ in range(_ROUNDS):
            known = _known(imap, left, b"(UID FLAGS MODSEQ)" if condstore else b"(UID FLAGS)")
            before |= {uid for uid, items in known.items() if keyword in folded(items.flags or ())}
            left = [uid for uid in known if uid not in before]
            since = max((known[uid].modseq for uid in left), default=0) if condstore else 0
            left = _store(imap, left, b"(UNCHANGEDSINCE %d) +FLAGS.SILENT" % since if since else _ADD, name)
            if not left:
                break
        _store(imap, left, _ADD, name)
    return before


_ADD = b"+FLAGS.SILENT"


def _known(imap: Imap, window: list[int], what: bytes) -> dict[int, Items]:
    known: dict[int, Items] = {}
    for chosen, some in uid_sets(window):
        known |= ask(imap, chosen, some, what, {})
    return known


def _if_unchanged(imap: Imap, window: list[int], marks: Marks) -> set[int]:
    another: set[int] = set()
    for _ in range(_ROUNDS):
        known = _known(imap, window, b"(UID FLAGS MODSEQ)")
        another |= _of_another(known, marks)
        window = [uid for uid, items in known.items() if uid not in another and marks.keyword not in _whose(items)]
        since = max((known[uid].modseq for uid in window), default=0)
        if not since:
            break
        window = _store(imap, window, b"(UNCHANGEDSINCE %d) +FLAGS.SILENT" % since, marks.name)
    return another | (_and_look(imap, window, marks) if window else set())


def _and_look(imap: Imap, window: list[int], marks: Marks) -> set[int]:
    known: dict[int, Items] = {}
    for chosen, some in uid_sets(window):
        crash.point("imap.store.before")
        known |= told(imap, b"UID STORE %s +FLAGS (%s)" % (chosen, marks.name), some, {}, octets=2_000 * len(some))
        crash.point("imap.store.after")
    for chosen, some in uid_sets([uid for uid in window if uid not in known or known[uid].flags is None]):
        known |= ask(imap, chosen, some, b"(UID FLAGS)", {})  # it bore our mark already: some servers say nothing then
    another = _of_another(known, marks)
    if another:
        _store(imap, another, b"-FLAGS.SILENT", marks.name)
    return another


def _store(imap: Imap, uids: Iterable[int], how: bytes, name: bytes) -> list[int]:
    """The UIDs for which it was not done, because they had changed."""
    left: list[int] = []
    for chosen, some in uid_sets(list(uids)):
        crash.point("imap.store.before")
        try:
            done = exchange(imap, b"UID STORE %s %s (%s)" % (chosen, how, name), ignore(imap.wire))
        except Refused as refusal:
            if refusal.code not in ("EXPUNGEISSUED", "MODIFIED"):
                raise
            left += some
        else:
            left += (read_set(done.arguments, len(some)) or some) if done.code == b"MODIFIED" else []
        crash.point("imap.store.after")
    return left


def _of_another(known: Mapping[int, Items], marks: Marks) -> set[int]:
    return {uid for uid, items in known.items() if _whose(items) - marks.ours}


def _whose(items: Items) -> set[str]:
    return {flag for flag in folded(items.flags or ()) if is_whose(flag)}
