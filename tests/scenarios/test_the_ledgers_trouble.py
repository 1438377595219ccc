"""A ledger that can take nothing stops everything that would have to be written down first; a damaged one ends it all."""

import pytest

from faults.proxy import FaultProxy
from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage
from triaged.ledger import Ledger, LedgerDamaged


async def shrink(stage: Stage, pages: int) -> None:
    """Let SQLite find the disk full at so many pages; 0: as many as it likes."""
    office = stage.daemon.parts.context
    assert office is not None

    def limit(ledger: Ledger) -> None:
        now = ledger.db.execute("PRAGMA page_count").fetchone()[0]
        ledger.db.execute(f"PRAGMA max_page_count = {now + pages if pages else 1_000_000}")

    await office.book.call(limit)


async def test_with_a_full_disk_nothing_is_done_and_it_goes_on_by_itself(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await shrink(stage, 1)
    for number in range(12):
        stage.store(GARY, f"question {number}", "Can you ring me?\n" * 300)
    stage.daemon.wake()
    await stage.quiet()
    full = [line for line in stage.events("account.degraded") if "room" in line["error"]]
    assert 1 <= len(full) <= 2
    assert len(stage.inbox()) + len(stage.inbox("Deferred")) == 12
    decided = stage.rows("SELECT count(*) FROM item")[0][0]
    assert len(stage.inbox("Deferred")) <= decided
    await stage.later(minutes=5)
    assert stage.sent() == []
    await shrink(stage, 0)
    await stage.later(minutes=1)
    await stage.later(minutes=1)
    assert len(stage.inbox("Deferred")) == 12
    await stage.later(minutes=20)
    assert len(stage.sent()) == 1
    assert stage.events("account.disconnected") == []


async def test_a_ledger_that_was_taken_away_ends_the_daemon(stages: Opening):
    stage = stages()
    await stage.open()
    stage.state.rename(stage.state.with_suffix(".away"))
    stage.store(GARY, "question")
    stage.daemon.wake()
    run, stage._run = stage._run, None
    assert run is not None
    with pytest.raises(LedgerDamaged, match="removed or replaced"):
        await run
    assert list(stage.inbox()) == ["question"]
    assert not stage.state.exists()


async def test_a_stop_does_not_wait_for_a_server_that_says_nothing(stages: Opening):
    stage = stages(CONSULTANT)
    async with FaultProxy(stage.dovecot.imap) as proxy:
        stage.imap = (
            f'{{ host = "127.0.0.1", port = {proxy.port}, tls = "none", user = "$USER", password = "$PASSWORD" }}'
        )
        await stage.open()
        proxy.stall()
        stage.daemon.sweep()
        assert await stage.close() == 0
        assert stage.events("account.disconnected") == []  # sooner than a server is given up that does not answer
