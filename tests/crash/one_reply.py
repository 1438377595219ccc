"""Serve what is due in a ledger, at a given instant, by a submission server on loopback. Run as a program, or imported.

`python one_reply.py LEDGER PORT MINUTES`: as many minutes after the plan; a crash point may end it (TRIAGED_CRASH_AT).
"""

import asyncio
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from server.clock import DrivenClock
from support.ledgerkit import GARY, MONDAY, daily
from support.replykit import ALWAYS, DANA, letter
from triaged.core.reply import write
from triaged.core.settings import Server, Tls
from triaged.core.spans import parse_span
from triaged.delivery import Envelope, SmtpDelivery
from triaged.ledger import Ledger, LedgerThread
from triaged.ledger.entries import Place, ReplyRow
from triaged.log.events import Events
from triaged.outbox import Outbox, Ready, Way


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
        raw = write(letter(message_id=reply.message_id, reply_id=reply.id, now=self.clock.now())).raw
        return Ready(raw, Envelope(GARY, DANA.address), daily, reply.items)

    async def learned(self, facts: Mapping[str, bool]) -> None:
        """There is nothing to remember."""

    async def begin(self, reply: ReplyRow) -> None:
        return None

    async def take_back(self, reply: ReplyRow) -> None:
        return None

    async def draft(self, reply: ReplyRow, raw: bytes) -> Place | None:
        raise NotImplementedError


async def serve(where: Path | str, port: int, minutes: int) -> None:
    """Open, put in order, serve, and look once more some hours later."""
    clock = DrivenClock(MONDAY + timedelta(minutes=minutes))
    book = LedgerThread(Ledger.open(where, now=clock.now()))
    delivery = SmtpDelivery(Server("127.0.0.1", port, Tls.NONE, None, None))
    quiet = Quiet(delivery, clock)
    outbox = Outbox(1, quiet, book=book, clock=clock, events=Events(lambda line: None), chance=random.Random(1))
    for _ in range(3):
        await outbox.once()
        await clock.advance(timedelta(hours=1))
    await delivery.close()
    await book.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
