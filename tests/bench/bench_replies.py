"""How fast replies are written and sent: ours beside the standard library's message objects and the bare SMTP client.

Run alone: `python tests/bench/bench_replies.py [COUNT]`. It starts a minimal sink in a process of its own and keeps its
ledger in a file with durable commits; it prints messages a second, medians of three, and what is to be reached.
"""

import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from multiprocessing.connection import Connection
from pathlib import Path

import aiosmtplib

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.clock import DrivenClock
from support.ledgerkit import MONDAY, World, answered, daily, mail
from support.replykit import ALWAYS, DANA, GARY, NOW, ORIGIN, letter
from triaged.core.address import Address
from triaged.core.reply import write
from triaged.core.settings import Server, Tls
from triaged.core.spans import parse_span
from triaged.delivery import Envelope, SmtpDelivery
from triaged.delivery.smtp import Limits
from triaged.ledger import Ledger, LedgerThread
from triaged.ledger.entries import Place, ReplyRow
from triaged.log.events import Events
from triaged.outbox import Outbox, Ready, Way

TEXT = """Hello {{ sender.name or 'there' }},
I have your message{{ 's' if messages|length > 1 }}. Can it wait until our call on {{ promise | when }}?

{{ me }}
"""
MADE = letter(TEXT)
"""As the daemon has it: the template is read once, with the configuration."""
ROUNDS = 3
LIMIT = 600


def main(count: int) -> int:
    """Print the table; 1 if the figure to reach is missed."""
    raw = write(letter(TEXT)).raw
    with Sink() as port, tempfile.TemporaryDirectory() as folder:
        rows = {
            "rendered and composed (ours)": median(count, written),
            "composed with email.message (standard library)": median(count, written_by_the_library),
            "bare: finished octets, one connection (aiosmtplib)": median(
                count, lambda n: asyncio.run(bare(port, raw, n))
            ),
            "delivered: stage known (ours)": median(count, lambda n: asyncio.run(delivered(port, raw, n))),
            "outbox: rendered, claimed, delivered, recorded (ours)": median(
                count, lambda n: asyncio.run(through_the_outbox(port, Path(folder), n))
            ),
        }
    for label, rate in rows.items():
        print(f"{rate:10,.0f} /s  {label}")
    reached = rows["outbox: rendered, claimed, delivered, recorded (ours)"]
    print(f"to reach: {LIMIT} /s through the outbox, ledger writes included: {'yes' if reached >= LIMIT else 'NO'}")
    return 0 if reached >= LIMIT else 1


def median(count: int, work: Callable[[int], float | None]) -> float:
    """Messages a second. Work that prepares something first returns its own seconds."""
    rates = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        seconds = work(count) or time.perf_counter() - start
        rates.append(count / seconds)
    return statistics.median(rates)


def written(count: int) -> None:
    made = letter(TEXT)
    for _ in range(count):
        write(made)


def written_by_the_library(count: int) -> None:
    for _ in range(count):
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = "Dana Roth <dana@roth.example>"
        message["To"] = "gary@harbor.example"
        message["Subject"] = "Re: quick question"
        message["Date"] = format_datetime(NOW)
        message["Message-ID"] = "<triaged.1f@roth.example>"
        message["In-Reply-To"] = ORIGIN.message_id
        message["References"] = f"{ORIGIN.references[0]} {ORIGIN.message_id}"
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content("Hello Gary,\nI have your message. Can it wait until our call on Friday?\n\nDana Roth\n")
        message.as_bytes()


async def bare(port: int, raw: bytes, count: int) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="here") as client:
        for _ in range(count):
            await client.sendmail("", [GARY.spec], raw)


async def nothing() -> None:
    """Nothing is written down."""


async def delivered(port: int, raw: bytes, count: int) -> None:
    delivery = way_out(port)
    for _ in range(count):
        await delivery.deliver(Envelope(GARY, DANA.address), raw, nothing)
    await delivery.close()


def way_out(port: int) -> SmtpDelivery:
    return SmtpDelivery(Server("127.0.0.1", port, Tls.NONE, None, None), limits=Limits(messages=1_000_000))


@dataclass
class Quiet:
    """A mailbox in which nothing happens."""

    delivery: SmtpDelivery
    clock: DrivenClock

    def way(self) -> Way:
        return Way(self.delivery, late=parse_span("12h"), worktime=ALWAYS, saves_sent=False)

    async def look(self, due: Sequence[ReplyRow]) -> None:
        """There is nothing to see."""

    async def prepare(self, reply: ReplyRow) -> Ready:
        raw = write(replace(MADE, message_id=reply.message_id, reply_id=reply.id, now=self.clock.now())).raw
        return Ready(raw, Envelope(GARY, DANA.address), daily, reply.items)

    async def begin(self, reply: ReplyRow) -> None:
        return None

    async def take_back(self, reply: ReplyRow) -> None:
        return None

    async def draft(self, reply: ReplyRow, raw: bytes) -> Place | None:
        raise NotImplementedError


async def through_the_outbox(port: int, folder: Path, count: int) -> float:
    """Seconds for all of `count` replies that are due, each to somebody else."""
    ledger = Ledger.open(_fresh(folder), now=MONDAY)
    world = World.new(ledger)
    for number in range(count):
        to = Address(f"client{number}", "harbor.example")
        world.admit(
            mail(number, sender=to.spec),
            answered(MONDAY, promise=MONDAY + timedelta(days=1), to=to),
            correspondent=to.key,
        )
    clock = DrivenClock(MONDAY + timedelta(minutes=11))
    book, delivery = LedgerThread(ledger), way_out(port)
    outbox = Outbox(1, Quiet(delivery, clock), book=book, clock=clock, events=Events(lambda line: None))
    start = time.perf_counter()
    served = await outbox.once()
    seconds = time.perf_counter() - start
    assert served == count
    await delivery.close()
    await book.close()
    return seconds


def _fresh(folder: Path) -> Path:
    state = folder / str(len(list(folder.iterdir())))
    state.mkdir()
    return state / "triaged.db"


class Sink:
    """A server that says yes to everything, in a process of its own; entering gives its port."""

    def __enter__(self) -> int:
        ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(target=_sink, args=(theirs,), daemon=True)
        self._process.start()
        return int(ours.recv())

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


def _sink(tell: Connection) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            if line.startswith(b"EHLO"):
                writer.write(b"250-sink\r\n250 SIZE 10000000\r\n")
            elif line == b"DATA\r\n":
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 2.0.0 ok\r\n")
            else:
                writer.write(b"250 ok\r\n")

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        tell.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
