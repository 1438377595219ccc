"""Waking the daemon: a command that has written to the ledger sends one datagram to a socket in the state folder.

Best effort both ways: a daemon that is not running finds the rows when it starts, and one that missed a datagram at its
next look. Nothing is ever read from the datagram.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from triaged import statefolder
from triaged.ledger.errors import LedgerUnavailable

LONGEST_PATH = 107  # sun_path of unix(7), without its terminating zero
_ENOUGH = 1


def wake(folder: Path) -> bool:
    """Tell the daemon of this state to look at the ledger. False: none listens."""
    with (
        statefolder.as_owner_of(folder),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out,
        contextlib.suppress(OSError),
    ):
        out.settimeout(0)
        out.sendto(b"\n", str(_name(folder)))
        return True
    return False


class Waker:
    """The daemon's end. Only the holder of the state's lock may listen."""

    def __init__(self, folder: Path) -> None:
        self._name = _name(folder)
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def listen(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        """Call `callback` in the loop for every datagram, until `close`. Raises LedgerUnavailable."""
        if len(str(self._name).encode()) > LONGEST_PATH:
            raise LedgerUnavailable(f"{self._name} is too long for a socket; commands cannot wake the daemon")
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            listening.settimeout(0)
            statefolder.listen_at(listening, self._name)
        except OSError as error:
            listening.close()
            raise LedgerUnavailable(f"{self._name} cannot be used: {statefolder.why(error)}") from error
        self._socket, self._loop = listening, loop
        loop.add_reader(listening, self._woken, listening, callback)

    @staticmethod
    def _woken(listening: socket.socket, callback: Callable[[], None]) -> None:
        with contextlib.suppress(BlockingIOError):
            listening.recv(_ENOUGH)
        callback()

    def close(self) -> None:
        """Stop listening."""
        if self._socket is None:
            return
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
        self._socket.close()
        self._socket = None
        self._name.unlink(missing_ok=True)


def _name(folder: Path) -> Path:
    return folder / "wake"
