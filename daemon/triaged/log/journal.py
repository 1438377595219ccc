"""The systemd journal's native protocol: one datagram a line, one field of the line a field of the entry.

In: lines of the log. Out: datagrams to journald's socket, and back: entries of `journalctl -o json` to lines. Fields are
upper-case; `message_id` is TRIAGED_MESSAGE_ID, because MESSAGE_ID is systemd's own (systemd.journal-fields(7)).
"""

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from triaged.log.sentences import sentence
from triaged.log.vocabulary import EVENTS, FIELDS

SOCKET: Final = Path("/run/systemd/journal/socket")
PRIORITIES: Final[Mapping[str, int]] = {"debug": 7, "info": 6, "warning": 4, "error": 3}  # syslog(3)
_LEVELS: Final = {str(number): level for level, number in PRIORITIES.items()}
_OWN_NAMES: Final[Mapping[str, str]] = {"message_id": "TRIAGED_MESSAGE_ID"}
NAMES: Final[Mapping[str, str]] = {name: _OWN_NAMES.get(name, name.upper()) for name in FIELDS}
"""Field of a line -> field of the journal."""


def datagram(line: Mapping[str, Any]) -> bytes:
    """One entry. A field of several words stands several times, as the journal allows."""
    return b"".join(_assignment(name, str(value)) for name, value in _entry(line))


def _entry(line: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield "MESSAGE", sentence(line)
    yield "PRIORITY", PRIORITIES[line["level"]]
    yield "SYSLOG_IDENTIFIER", "triaged"
    yield "TIMESTAMP", line["timestamp"]
    yield "EVENT", line["event"]
    for name, journal_name in NAMES.items():
        value = line.get(name)
        for one in value if isinstance(value, list) else () if value is None else (value,):
            yield journal_name, one


def _assignment(name: str, value: str) -> bytes:
    octets = value.encode("utf-8", "replace")
    if b"\n" in octets:  # the long form, for values that hold a line break
        return name.encode() + b"\n" + len(octets).to_bytes(8, "little") + octets + b"\n"
    return name.encode() + b"=" + octets + b"\n"


class Journal:
    """The sink. journald may be restarted at any time: each datagram is sent to the path, not to a connection."""

    def __init__(self, path: Path = SOCKET) -> None:
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def send(self, lines: Sequence[bytes]) -> int:
        """One datagram each; waits while journald's queue is full."""
        lost = 0
        for line in lines:
            try:
                self._socket.sendto(line, self._path)
            except OSError:
                lost += 1
        return lost

    def close(self) -> None:
        self._socket.close()


def is_journal(fd: int, environ: Mapping[str, str], path: Path = SOCKET) -> bool:
    """Whether that descriptor leads to the journal ($JOURNAL_STREAM, systemd.exec(5)) and journald listens."""
    device, _, inode = environ.get("JOURNAL_STREAM", "").partition(":")
    with contextlib.suppress(OSError):
        found = os.fstat(fd)
        return (device, inode) == (str(found.st_dev), str(found.st_ino)) and path.is_socket()
    return False


def line_of(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """The line that an entry of `journalctl -o json` was written from; None if it is not one of ours."""
    if entry.get("EVENT") not in EVENTS:
        return None
    line = {"timestamp": _timestamp(entry), "level": _LEVELS.get(str(entry.get("PRIORITY")), "info")}
    line["event"] = entry["EVENT"]
    fields = {name: _value(name, entry[where]) for name, where in NAMES.items() if entry.get(where) is not None}
    return line | fields


def _timestamp(entry: Mapping[str, Any]) -> str:
    if isinstance(written := entry.get("TIMESTAMP"), str):
        return written
    microseconds = int(entry.get("__REALTIME_TIMESTAMP", 0))
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat(timespec="milliseconds")


def _value(name: str, value: Any) -> Any:
    if FIELDS[name] == "words":
        return value if isinstance(value, list) else [value]
    if isinstance(value, list):  # octets that are no text come as numbers
        value = bytes(value).decode("utf-8", "replace") if all(isinstance(octet, int) for octet in value) else value[-1]
    match FIELDS[name]:
        case "count":
            return int(value)
        case "number":
            return float(value)
        case _:
            return value
