"""One daemon a state; commands wake it; its thread ends what was begun."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from support.ledgerkit import MONDAY, World
from triaged.ledger import Ledger, LedgerThread, LedgerUnavailable, StateHeld, StateLock, Waker, wake

HOLDER = """
import sys
from pathlib import Path
from triaged.ledger import StateLock
with StateLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_daemon_is_told_who_holds_the_state(tmp_path: Path):
    with StateLock(tmp_path, MONDAY) as mine:
        assert mine.held_by() == f"process {os.getpid()} since 2026-11-23T09:00:00+00:00"
        with pytest.raises(StateHeld, match=f"in use by process {os.getpid()} since 2026"), StateLock(tmp_path):
            pytest.fail("held twice")
    with StateLock(tmp_path):
        pass


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path: Path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StateHeld, match=f"process {holder.pid}"), StateLock(tmp_path):
            pytest.fail("held twice")
        holder.kill()
        holder.wait()
    with StateLock(tmp_path) as mine:
        assert str(os.getpid()) in mine.held_by()


def test_a_state_that_nobody_holds_says_so(tmp_path: Path):
    assert StateLock(tmp_path).held_by() == "nobody"
    (tmp_path / "lock").touch()
    assert StateLock(tmp_path).held_by() == "another process"


def test_a_state_folder_that_cannot_be_made_is_said_so(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(LedgerUnavailable), StateLock(tmp_path / "file"):
        pytest.fail("locked nothing")


async def test_a_command_wakes_the_daemon(tmp_path: Path):
    woken = asyncio.Event()
    assert not wake(tmp_path)
    (tmp_path / "wake").touch()  # left over from a process that was killed
    waker = Waker(tmp_path)
    waker.listen(asyncio.get_running_loop(), woken.set)
    assert (tmp_path / "wake").stat().st_mode & 0o777 == 0o600
    for _ in range(2):
        assert wake(tmp_path)
        await asyncio.wait_for(woken.wait(), 5)
        woken.clear()
    waker.close()
    waker.close()
    assert not wake(tmp_path)


async def test_many_wakes_at_once_never_block_the_command(tmp_path: Path):
    waker = Waker(tmp_path)
    waker.listen(asyncio.get_running_loop(), lambda: None)
    sent = [wake(tmp_path) for _ in range(2000)]
    assert sent[0]
    waker.close()


async def test_a_path_too_long_for_a_socket_is_said_so(tmp_path: Path):
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    with pytest.raises(LedgerUnavailable, match="too long"):
        Waker(deep).listen(asyncio.get_running_loop(), lambda: None)
    with pytest.raises(LedgerUnavailable, match="cannot be used"):
        Waker(tmp_path / "nowhere").listen(asyncio.get_running_loop(), lambda: None)


async def test_the_thread_runs_one_step_after_the_other_and_hands_back_what_it_returns(tmp_path: Path):
    book = LedgerThread(Ledger.open(tmp_path / "triaged.db", now=MONDAY))
    names: list[str] = []

    def step(ledger: Ledger, number: int) -> int:
        names.append(threading.current_thread().name)
        return number + len(ledger.accounts())

    found = await asyncio.gather(*(book.call(step, number) for number in range(5)))
    assert found == [0, 1, 2, 3, 4]
    assert len(set(names)) == 1
    assert names[0].startswith("ledger")
    await book.close()


async def test_an_error_in_the_thread_is_raised_to_whoever_asked():
    book = LedgerThread(Ledger.open(":memory:"))
    with pytest.raises(LookupError, match="no item 7"):
        await book.call(lambda ledger: ledger.hand(7, "gone", None, MONDAY))
    await book.close()


async def test_a_cancelled_caller_does_not_interrupt_a_step():
    ledger = Ledger.open(":memory:")
    world = World.new(ledger)
    book = LedgerThread(ledger)
    begun, go_on = threading.Event(), threading.Event()

    def step(_: Ledger) -> int | None:
        begun.set()
        assert go_on.wait(10)
        return world.deferred(1).item

    async def caller() -> None:
        await book.call(step)

    task = asyncio.create_task(caller())
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await book.call(lambda ledger: ledger.item(1)) is not None
    await book.close()
