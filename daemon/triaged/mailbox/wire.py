"""The octets of one IMAP connection: lines and literals, bounded.

In: a connected socket. Out: lines, literals, what has arrived unasked. This buffer is the only one, so that what
is left in it between commands is known (imaplib's own is private and differs between Pythons), and a line that
comes in two segments is merely not there yet.
Never: more memory than the command at hand allows, whatever a server announces or keeps sending.
"""

import ssl
from enum import Enum
from typing import Protocol

from triaged.mailbox.errors import Garbled, Lost

CHUNK = 65_536
"""Octets asked of the socket at a time."""
LINE = 1_000_000
"""The longest line anybody may send us; imaplib's own bound."""
LINES = 200_000
"""Lines one command may bring, unasked ones included: a folder that loses all its messages says so one by one."""
OCTETS = 16_000_000
"""Octets one command may bring beyond those it asked for."""
ENDING = 40
"""Octets of a line's end in which the literal that it announces is sure to stand."""


class Socket(Protocol):
    """What is used of a socket; an `ssl.SSLSocket` also has `pending()`."""

    def recv(self, size: int, /) -> bytes:
        """Up to `size` octets, b"" at the end."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""
        ...

    def gettimeout(self) -> float | None:
        """Seconds."""
        ...

    def settimeout(self, seconds: float | None, /) -> None:
        """Seconds; 0: do not wait."""
        ...


class Arrival(Enum):
    """What a look at the socket without waiting found."""

    DATA = "data"
    NOTHING = "nothing"
    END = "end"


class Wire:
    """One connection's incoming octets. Not thread-safe: the session lends it to one caller at a time."""

    __slots__ = ("_buffer", "_lines", "_octets", "sock")

    def __init__(self, sock: Socket) -> None:
        self.sock = sock
        self._buffer = bytearray()
        self._lines = LINES
        self._octets = OCTETS

    def allow(self, *, octets: int = OCTETS, lines: int = LINES) -> None:
        """Begin a command that may bring so much; beyond it everything raises `Garbled`."""
        self._octets = octets + len(self._buffer)
        self._lines = lines

    def buffered(self) -> int:
        """Octets that were read from the socket, or decrypted, and not yet consumed."""
        pending = getattr(self.sock, "pending", None)
        return len(self._buffer) + (pending() if pending is not None else 0)

    def readline(self, limit: int = LINE) -> bytes:
        r"""The next line with its ending. Raises `Lost` at the end, `Garbled` beyond `limit` octets."""
        line = self.opening(limit)
        if not line.endswith(b"\n"):
            raise Garbled(f"the server sent a line of more than {limit} octets")
        return line

    def opening(self, limit: int = LINE) -> bytes:
        """The next line with its ending, or the first `limit` octets of a longer one, whose `rest` is to come."""
        buffer, scanned = self._buffer, 0
        self._lines -= 1
        if self._lines < 0:
            raise Garbled("the server sends lines without end")
        while (end := buffer.find(b"\n", scanned)) < 0:
            scanned = len(buffer)
            if scanned > limit:
                break
            self._fill()
        size = end + 1 if 0 <= end < limit else limit
        line = bytes(buffer[:size])
        del buffer[:size]
        return line

    def rest(self) -> bytes:
        """Read what is left of a line and forget it, but for the `ENDING`."""
        buffer = self._buffer
        while (end := buffer.find(b"\n")) < 0:
            del buffer[:-ENDING]
            self._fill()
        line = bytes(buffer[max(end + 1 - ENDING, 0) : end + 1])
        del buffer[: end + 1]
        return line

    def read(self, size: int) -> bytes:
        """Exactly `size` octets. An announcement beyond what the command may bring is refused before reading."""
        self._affordable(size)
        buffer = self._buffer
        if size <= CHUNK:
            while len(buffer) < size:
                self._fill()
            data = bytes(buffer[:size])
            del buffer[:size]
            return data
        parts = [bytes(buffer[:size])]
        del buffer[:size]
        wanting = size - len(parts[0])
        while wanting:
            parts.append(self._receive(min(wanting, CHUNK)))
            wanting -= len(parts[-1])
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Read `size` octets and forget them."""
        self._affordable(size)
        at_hand = min(size, len(self._buffer))
        del self._buffer[:at_hand]
        size -= at_hand
        while size:
            size -= len(self._receive(min(size, CHUNK)))

    def look(self) -> Arrival:
        """Take what has arrived, without waiting. For the event loop while nobody else uses the connection."""
        patience = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            self._fill()
        except Lost:
            return Arrival.END
        except (BlockingIOError, ssl.SSLWantReadError):  # half a record, or one without data of ours (a session ticket)
            return Arrival.NOTHING
        except OSError:
            return Arrival.END
        finally:
            self.sock.settimeout(patience)
        return Arrival.DATA

    def drop_keepalives(self) -> bool:
        """Take whole lines `* OK Still here` off the front. True when nothing else, not even half a line, is left."""
        buffer = self._buffer
        while buffer[:5].upper() == b"* OK " and buffer[5:6] != b"[" and (end := buffer.find(b"\n")) >= 0:
            del buffer[: end + 1]
        return not self.buffered()

    def _affordable(self, size: int) -> None:
        if size - len(self._buffer) > self._octets:
            raise Garbled(f"the server announces {size} octets, more than was asked for")

    def _fill(self) -> None:
        self._buffer += self._receive(CHUNK)

    def _receive(self, size: int) -> bytes:
        data = self.sock.recv(size)
        if not data:
            raise Lost("the server closed the connection")
        self._octets -= len(data)
        if self._octets < 0:
            raise Garbled("the server sends far more than was asked for")
        return data
