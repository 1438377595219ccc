r"""Moving messages so that none is lost: MOVE, else COPY with proof, `\Deleted`, UID EXPUNGE of exactly those.

In: UIDs of the selected folder, a folder. Out: where each went, as far as the server proves it.
Never: EXPUNGE without UIDs (it would take what the person has marked); "OK" as a proof (servers say it for messages
that are gone); a COPYUID of another command.
"""

from collections.abc import Callable, Sequence

from triaged import crash
from triaged.mailbox.capabilities import Capabilities
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import NotMovable, Refused
from triaged.mailbox.exchange import codes, exchange, ignore, number, read_set, uid_sets
from triaged.mailbox.fetched import Place
from triaged.mailbox.fetching import ask

Moved = dict[int, Place | None]
"""By UID: its new place; None where the folder no longer has it and nothing says where it went.
A UID that is missing here is still where it was."""


def move(imap: Imap, capabilities: Capabilities, uids: Sequence[int], target: bytes, *, uid_expunge: bool) -> Moved:
    """Move messages to `target` (quoted, as the server writes it).

    Args:
        imap: the connection, the source folder selected.
        capabilities: what the server can.
        uids: which.
        target: the folder.
        uid_expunge: False where the server offers UIDPLUS and is known to refuse UID EXPUNGE.

    Raises:
        NotMovable: no way without risk.
        Refused: with the server's code (TRYCREATE, OVERQUOTA, …). What was moved before it is found by looking.
    """
    if capabilities.move:
        way = _by_move
    elif capabilities.uidplus and uid_expunge:
        way = _by_copy
    else:
        raise NotMovable("the server has neither MOVE nor UID EXPUNGE: nothing is moved on it")
    moved: Moved = {}
    for chosen, window in uid_sets(uids):
        try:
            moved |= way(imap, chosen, window, target)
        except Refused as refusal:
            # Dovecot refuses the whole set when one of its messages is gone
            if refusal.code != "EXPUNGEISSUED":
                raise
            moved |= _one_by_one(way, imap, window, target)
    return moved


Way = Callable[[Imap, bytes, list[int], bytes], Moved]


def _by_move(imap: Imap, chosen: bytes, window: list[int], target: bytes) -> Moved:
    said: list[tuple[bytes, bytes]] = []
    crash.point("imap.move.before")
    done = exchange(imap, b"UID MOVE %s %s" % (chosen, target), codes(imap.wire, said))
    crash.point("imap.move.after")
    return _proved(imap, window, copied([*said, (done.code, done.arguments)], window))


def _one_by_one(way: Way, imap: Imap, window: list[int], target: bytes) -> Moved:
    here = present(imap, window)
    moved: Moved = {uid: None for uid in window if uid not in here}
    for uid in sorted(here):
        try:
            moved |= way(imap, b"%d" % uid, [uid], target)
        except Refused as refusal:
            if refusal.code != "EXPUNGEISSUED":
                raise
            moved[uid] = None  # taken between the two commands
    return moved


def _proved(imap: Imap, window: list[int], places: dict[int, Place]) -> Moved:
    """The proved places; of the rest, those that the folder no longer has."""
    moved: Moved = dict(places)
    open_ = [uid for uid in window if uid not in places]
    if open_:
        here = present(imap, open_)
        moved |= {uid: None for uid in open_ if uid not in here}
    return moved


def _by_copy(imap: Imap, chosen: bytes, window: list[int], target: bytes) -> Moved:
    crash.point("imap.copy.before")
    said: list[tuple[bytes, bytes]] = []
    done = exchange(imap, b"UID COPY %s %s" % (chosen, target), codes(imap.wire, said))
    crash.point("imap.copy.after")
    places = copied([*said, (done.code, done.arguments)], window)
    for gone, which in uid_sets(list(places)):
        _remove(imap, gone, which)
    return _proved(imap, window, places)


def remove(imap: Imap, uids: Sequence[int]) -> None:
    """Take away exactly these, of which another copy is proved."""
    for chosen, window in uid_sets(uids):
        _remove(imap, chosen, window)


def _remove(imap: Imap, chosen: bytes, window: list[int]) -> None:
    crash.point("imap.store.before")
    exchange(imap, b"UID STORE %s +FLAGS.SILENT (\\Deleted)" % chosen, ignore(imap.wire))
    crash.point("imap.store.after")
    crash.point("imap.expunge.before")
    try:
        exchange(imap, b"UID EXPUNGE %s" % chosen, ignore(imap.wire))
    except Refused as refusal:
        # Proton Bridge offers UIDPLUS and refuses this: what was marked must not vanish by somebody else's EXPUNGE
        exchange(imap, b"UID STORE %s -FLAGS.SILENT (\\Deleted)" % chosen, ignore(imap.wire))
        raise NotMovable(
            f"the server refuses UID EXPUNGE ({refusal.text}); {len(window)} messages were copied"
        ) from refusal
    crash.point("imap.expunge.after")


def copied(said: Sequence[tuple[bytes, bytes]], window: Sequence[int]) -> dict[int, Place]:
    """The new places by COPYUID (RFC 4315 3): `UIDVALIDITY source-set target-set`, in the same order."""
    asked, places = set(window), dict[int, Place]()
    for code, arguments in said:
        words = arguments.split()
        if code != b"COPYUID" or len(words) != 3 or (validity := number(words[0])) is None:  # noqa: PLR2004 — see above
            continue
        sources, targets = read_set(words[1], len(asked)), read_set(words[2], len(asked))
        if sources is None or targets is None or len(sources) != len(targets):
            continue
        places |= {uid: Place(validity, new) for uid, new in zip(sources, targets, strict=True) if uid in asked}
    return places


def present(imap: Imap, uids: Sequence[int]) -> set[int]:
    """Those of the UIDs that the selected folder has."""
    here: set[int] = set()
    for chosen, window in uid_sets(uids):
        here |= ask(imap, chosen, window, b"(UID FLAGS)", {}).keys()
    return here
