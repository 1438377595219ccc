"""Changing what lies in a folder: flags, and messages put there.

In: UIDs and flags, or a whole message. Out: nothing, or the new message's place.
Never: a keyword that the server would forget at the end of the session; a flag that somebody else set.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from triaged import crash
from triaged.core.encoding import MONTHS
from triaged.mailbox.connection import Imap
from triaged.mailbox.errors import Garbled, Refused
from triaged.mailbox.exchange import Completion, completion, exchange, finish, ignore, number, start, uid_sets, whole
from triaged.mailbox.fetched import Place
from triaged.mailbox.folders import quoted
from triaged.mailbox.wire import CHUNK


def store(imap: Imap, uids: Sequence[int], *, add: Sequence[str], remove: Sequence[str]) -> None:
    """Add and remove flags, silently (RFC 3501 6.4.6); a message that is gone is no error."""
    for chosen, _ in uid_sets(uids):
        for sign, flags in ((b"+", add), (b"-", remove)):
            if not flags:
                continue
            crash.point("imap.store.before")
            names = b" ".join(flag.encode("ascii") for flag in flags)
            try:
                exchange(imap, b"UID STORE %s %sFLAGS.SILENT (%s)" % (chosen, sign, names), ignore(imap.wire))
            except Refused as refusal:
                if refusal.code != "EXPUNGEISSUED":
                    raise
            crash.point("imap.store.after")


def append(imap: Imap, name: str, raw: bytes, flags: Sequence[str], at: datetime) -> Place | None:
    """APPEND a message (RFC 3501 6.3.11) with that arrival; its place if the server has APPENDUID (RFC 4315 3)."""
    crash.point("imap.append.before")
    when = at.astimezone(UTC)
    date = f'"{when.day:2d}-{MONTHS[when.month - 1]}-{when:%Y %H:%M:%S} +0000"'.encode()
    marks = b" ".join(flag.encode("ascii") for flag in flags)
    tag = start(imap, b"APPEND %s (%s) %s {%d}" % (quoted(name), marks, date, len(raw)))
    refused = _until_invited(imap, tag)
    done = refused or _sent(imap, tag, raw)
    crash.point("imap.append.after")
    return _appended(done)


def _until_invited(imap: Imap, tag: bytes) -> Completion | None:
    while not (line := imap.wire.readline()).startswith(b"+"):
        if line.startswith(tag + b" "):
            return completion(line[len(tag) + 1 :])
        if not line.startswith(b"* "):
            raise Garbled(f"the server's answer is no IMAP: {line[:80]!r}")
        whole(line, imap.wire, limit=0)
    return None


def _sent(imap: Imap, tag: bytes, raw: bytes) -> Completion:
    # in pieces: the socket's patience counts for a whole sendall()
    for at in range(0, len(raw), CHUNK):
        imap.sock.sendall(raw[at : at + CHUNK])
    imap.sock.sendall(b"\r\n")
    return finish(imap.wire, tag, ignore(imap.wire))


def _appended(done: Completion) -> Place | None:
    match done.arguments.split() if done.code == b"APPENDUID" else []:
        case [first, second] if (validity := number(first)) is not None and (uid := number(second)) is not None:
            return Place(validity, uid)
    return None
