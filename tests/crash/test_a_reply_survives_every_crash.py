"""A process that dies anywhere between the queue and the server: the reply goes once, or is in doubt, and never twice."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crash.one_reply import serve
from server.sink import Sink
from support.engines import Databases
from support.ledgerkit import MONDAY, World
from triaged import crash
from triaged.ledger import Ledger

TESTS = Path(__file__).parents[1]
OURS = ("smtp.", "ledger.claim.", "ledger.mark_data.", "ledger.sent.")
AFTER_THE_FIRST_OCTET = {
    "smtp.dot.before",
    "smtp.dot.after",
    "ledger.mark_data.after",
    "smtp.data.after",
    "ledger.sent.before",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[int], Path | str]]:
    """Where each of many ledgers is to be, on each engine."""
    if request.param == "sqlite":
        yield lambda number: tmp_path / str(number) / "triaged.db"
        return
    databases: Databases = request.getfixturevalue("databases")
    taken: list[str] = []

    def give(_: int) -> str:
        taken.append(databases.ready())
        return taken[-1]

    yield give
    for uri in taken:
        databases.free(uri)


def planned(where: Path | str, number: int) -> str:
    """A ledger with one reply that waits; its Message-ID."""
    if isinstance(where, Path):
        where.parent.mkdir()
    ledger = Ledger.open(where, now=MONDAY)
    world = World.new(ledger)
    world.uid = number  # each its own Message-ID: one server counts for all
    world.deferred(1, promise=MONDAY + timedelta(days=1))
    (reply,) = ledger.due_replies(MONDAY + timedelta(days=1))
    ledger.close()
    return reply.message_id


def started(path: Path | str, sink: Sink, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(TESTS / "crash" / "one_reply.py"), str(path), str(sink.port), "11"]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(TESTS), **environment})


def accepted(sink: Sink, message_id: str) -> int:
    return sum(message_id.encode() in message.raw for message in sink.received)


async def test_at_every_point_it_goes_once_or_is_in_doubt(
    tmp_path: Path, sink: Sink, places: Callable[[int], Path | str]
):
    whole, log = places(0), tmp_path / "points"
    planned(whole, 0)
    assert started(whole, sink, TRIAGED_CRASH_LOG=str(log)).wait() == 0
    points = [point for point in dict.fromkeys(log.read_text().split()) if point.startswith(OURS)]
    assert {"ledger.claim.before", "smtp.data.before", "smtp.dot.before", "ledger.sent.after"} <= set(points)

    ledgers = {point: places(number) for number, point in enumerate(points, 1)}
    ids = {point: planned(path, number) for number, (point, path) in enumerate(ledgers.items(), 1)}
    running = [started(path, sink, TRIAGED_CRASH_AT=point) for point, path in ledgers.items()]
    assert {process.wait() for process in running} == {crash.EXIT}

    for point, path in ledgers.items():
        await serve(path, sink.port, 60)
        ledger = Ledger.open(path)
        (reply,) = [found for number in (1,) if (found := ledger.reply(number))]
        promise = ledger.promise(reply.promise or 0)
        ledger.close()
        times = accepted(sink, ids[point])
        assert times <= 1, point
        assert reply.state == ("in_doubt" if point in AFTER_THE_FIRST_OCTET else "sent"), point
        assert times == 1 or reply.state == "in_doubt", point
        assert promise is not None
        assert promise.state == "open", point
