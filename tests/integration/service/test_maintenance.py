"""The daemon's care of itself: the watchdog's food, the ledger's checks, what is forgotten."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from server.clock import DrivenClock
from support.loglines import LogLines
from triaged.account.context import Context
from triaged.clock import WakeEvent
from triaged.ledger import Ledger, LedgerDamaged, LedgerThread, NewEffect
from triaged.ledger.opening import generation_file
from triaged.service.maintenance import Maintenance
from triaged.service.sdnotify import SdNotifier


@dataclass
class Round:
    """Care of a ledger in a file, on a clock that the test drives."""

    book: LedgerThread
    clock: DrivenClock
    care: Maintenance = field(init=False)
    fed: int = 0
    due: list[frozenset[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        office = Context(self.book, self.clock, LogLines(self.clock.now).events)
        self.care = Maintenance(office, SdNotifier(), self._summary, lambda: timedelta(days=30), self.due.append)

    def _summary(self) -> str:
        self.fed += 1  # it is asked for when the watchdog is fed, and only then
        return "well"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "triaged.db"


@pytest_asyncio.fixture
async def around(path: Path) -> AsyncIterator[Round]:
    book = LedgerThread(await asyncio.to_thread(Ledger.open, path))
    made = Round(book, DrivenClock())
    await book.call(Ledger.recover, made.clock.now())  # as the start does
    yield made
    await book.close()


async def test_the_watchdog_starves_while_the_ledgers_thread_does_not_answer(around: Round):
    go_on = threading.Event()

    def hang(_ledger: Ledger) -> None:
        go_on.wait(20)

    hanging = asyncio.create_task(around.book.call(hang))
    await asyncio.sleep(0)
    caring = asyncio.create_task(around.care.once())
    await asyncio.wait({caring}, timeout=0.2)
    assert around.fed == 0
    go_on.set()
    await asyncio.gather(hanging, caring)
    assert around.fed == 1


async def test_each_round_says_which_accounts_have_something_due(around: Round):
    now = around.clock.now()
    accounts = await around.book.call(Ledger.register, "dana", ["a@roth.example", "b@roth.example"], now)
    owing = accounts["b@roth.example"].id
    await around.book.call(Ledger.plan, NewEffect("digest", "append", "dana", now, owing))
    await around.care.once()
    assert around.due == [frozenset({owing})]


async def test_it_is_fed_again_and_again_until_the_stop(around: Round):
    stopping = WakeEvent()
    running = asyncio.create_task(around.care.run(stopping))
    while around.fed < 4:
        await around.book.call(Ledger.next_due)  # behind what the round has asked the ledger's thread for
        await around.clock.advance(timedelta(minutes=1))
    stopping.set()
    await running


async def test_the_ledger_is_folded_in_every_hour(around: Round, path: Path):
    generations = []
    for _ in range(4):
        await around.care.once()
        generations.append(int(generation_file(path).read_text().split()[0]))
        await around.clock.advance(timedelta(minutes=31))
    first = generations[0]
    assert generations == [first, first, first + 1, first + 1]


async def test_damage_is_found_within_a_day_and_ends_the_daemon(around: Round, path: Path):
    await around.clock.advance(timedelta(hours=2))
    await around.care.once()
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA ignore_check_constraints = on")
        db.execute("INSERT INTO folder VALUES (1, 'INBOX', 'no role that there is', 1, 1, 1, NULL)")
    await around.clock.advance(timedelta(hours=23))
    await around.care.once()
    await around.clock.advance(timedelta(hours=2))
    with pytest.raises(LedgerDamaged):
        await around.care.once()


async def test_what_is_older_than_keep_is_forgotten_once_a_day(around: Round, path: Path):
    def rules() -> int:
        with contextlib.closing(sqlite3.connect(path)) as db:
            (count,) = db.execute("SELECT count(*) FROM ruleset").fetchone()
        return int(count)

    await around.book.call(Ledger.ruleset, "hash", "rules", around.clock.now())
    await around.clock.advance(timedelta(hours=2))
    await around.care.once()
    assert rules() == 1
    await around.clock.advance(timedelta(days=800))
    await around.care.once()
    assert rules() == 0
