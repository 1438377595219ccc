"""A process that dies anywhere between the queue and the server: the reply goes once, or is in doubt, and never twice."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from crash.one_reply import serve
from server.sink import Sink
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


def planned(path: Path) -> str:
    """A ledger with one reply that waits; its Message-ID."""
    path.parent.mkdir()
    ledger = Ledger.open(path, now=MONDAY)
    world = World.new(ledger)
    world.uid = int(path.parent.name)  # each file its own Message-ID: one server counts for all
    world.deferred(1, promise=MONDAY + timedelta(days=1))
    (reply,) = ledger.due_replies(MONDAY + timedelta(days=1))
    ledger.close()
    return reply.message_id


def started(path: Path, sink: Sink, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(TESTS / "crash" / "one_reply.py"), str(path), str(sink.port), "11"]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(TESTS), **environment})


def accepted(sink: Sink, message_id: str) -> int:
    return sum(message_id.encode() in message.raw for message in sink.received)


async def test_at_every_point_it_goes_once_or_is_in_doubt(tmp_path: Path, sink: Sink):
    whole, log = tmp_path / "0" / "triaged.db", tmp_path / "points"
    planned(whole)
    assert started(whole, sink, TRIAGED_CRASH_LOG=str(log)).wait() == 0
    points = [point for point in dict.fromkeys(log.read_text().split()) if point.startswith(OURS)]
    assert {"ledger.claim.before", "smtp.data.before", "smtp.dot.before", "ledger.sent.after"} <= set(points)

    ledgers = {point: tmp_path / str(number) / "triaged.db" for number, point in enumerate(points, 1)}
    ids = {point: planned(path) for point, path in ledgers.items()}
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
