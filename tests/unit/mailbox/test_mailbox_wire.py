"""The octets of a connection: bounded, whatever arrives."""

import pytest

from fakes.octets import Octets
from triaged.mailbox.errors import Garbled, Lost
from triaged.mailbox.wire import CHUNK, Arrival, Wire


class Silent(Octets):
    """A socket on which nothing more arrives for now."""

    def recv(self, size: int) -> bytes:
        if not self.segments:
            raise BlockingIOError
        return super().recv(size)


def test_a_line_may_come_in_any_number_of_pieces():
    wire = Wire(Octets([b"* OK ", b"hel", b"lo\r", b"\n* 2 ", b"EXISTS\r\n"]))
    assert [wire.readline(), wire.readline()] == [b"* OK hello\r\n", b"* 2 EXISTS\r\n"]


def test_the_end_of_the_connection_is_never_half_a_line():
    wire = Wire(Octets([b"* 4 EXI"]))
    with pytest.raises(Lost):
        wire.readline()


def test_a_line_beyond_its_limit_is_refused_before_it_is_read_to_its_end():
    sock = Octets([b"x" * 50_000] * 100)
    with pytest.raises(Garbled, match="100000 octets"):
        Wire(sock).readline(100_000)
    assert len(sock.segments) > 95
    with pytest.raises(Garbled, match="10 octets"):
        Wire(Octets([b"01234567890\r\n"])).readline(10)


def test_lines_without_end_are_refused():
    wire = Wire(Octets([b"* OK x\r\n" * 1000]))
    wire.allow(lines=10)
    for _ in range(10):
        wire.readline()
    with pytest.raises(Garbled, match="without end"):
        wire.readline()


def test_octets_without_end_are_refused():
    wire = Wire(Octets([b"x" * 60_000 + b"\n"] * 100))
    wire.allow(octets=1_000_000)
    with pytest.raises(Garbled, match="far more"):
        list(iter(wire.readline, b""))


@pytest.mark.parametrize("size", [99_000_000_000, 16_000_001])
def test_an_announcement_beyond_the_allowance_is_refused_before_anything_is_read(size: int):
    sock = Octets([b"never"])
    wire = Wire(sock)
    for take in (wire.read, wire.skip):
        with pytest.raises(Garbled, match="announces"):
            take(size)
    assert sock.segments == [b"never"]


@pytest.mark.parametrize("size", [0, 1, 100, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_literal_is_exactly_as_long_as_announced(size: int):
    data = bytes(range(256)) * (size // 256 + 1)
    for segment in (7_001, CHUNK, 10 * CHUNK):
        octets = b"{line}\r\n" + data[:size] + b")\r\n"
        sock = Octets(octets[at : at + segment] for at in range(0, len(octets), segment))
        wire = Wire(sock)
        assert wire.readline() == b"{line}\r\n"
        assert wire.read(size) == data[:size]
        assert wire.readline() == b")\r\n"
        assert sock.largest <= CHUNK


def test_what_is_skipped_leaves_the_next_line_in_place():
    wire = Wire(Octets([b"y" * 200_000 + b"A1 OK\r\n"]))
    wire.skip(200_000)
    assert wire.readline() == b"A1 OK\r\n"
    assert wire.buffered() == 0


def test_a_look_never_waits_and_leaves_the_patience_as_it_was():
    sock = Silent([b"* 4 EXI"])
    wire = Wire(sock)
    assert wire.look() is Arrival.DATA
    assert wire.look() is Arrival.NOTHING
    assert sock.patience == 60.0
    assert Wire(Octets([])).look() is Arrival.END


@pytest.mark.parametrize(
    ("said", "only"),
    [
        (b"* OK Still here\r\n", True),
        (b"* ok Still here\r\n* OK again\r\n", True),
        (b"* OK Still here\r\n* 4 EXISTS\r\n", False),
        (b"* OK Still he", False),
        (b"* OK [ALERT] disk full\r\n", False),
        (b"* BYE\r\n", False),
    ],
)
def test_signs_of_life_are_told_from_news(said: bytes, only: bool):  # noqa: FBT001 — a column of the table
    wire = Wire(Octets([said]))
    wire.look()
    assert wire.drop_keepalives() is only
