"""A connection that plays back octets, for readers without a server."""

from collections.abc import Iterable

from triaged.mailbox.wire import Wire


class Octets:
    """A socket that gives prepared segments, then ends."""

    def __init__(self, segments: Iterable[bytes]) -> None:
        self.segments = [segment for segment in segments if segment]
        self.sent = bytearray()
        self.largest = 0
        self.patience: float | None = 60.0

    def recv(self, size: int) -> bytes:
        self.largest = max(self.largest, size)
        if not self.segments:
            return b""
        data, rest = self.segments[0][:size], self.segments[0][size:]
        self.segments[:1] = [rest] if rest else []
        return data

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def gettimeout(self) -> float | None:
        return self.patience

    def settimeout(self, seconds: float | None) -> None:
        self.patience = seconds


class Connection:
    """As much of a connection as commands need; every command has the tag A1."""

    def __init__(self, *segments: bytes) -> None:
        self.sock = Octets(segments)
        self.wire = Wire(self.sock)

    def new_tag(self) -> bytes:
        return b"A1"
