"""One daemon a state; commands wake it; its thread ends what was begun."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from support.ledgerkit import MONDAY, World, answered, mail
from triaged.core.decision import Decision
from triaged.ledger import (
    ByHand,
    Ledger,
    LedgerDamaged,
    LedgerThread,
    LedgerUnavailable,
    StateHeld,
    StateLock,
    Waker,
    wake,
)

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
        await woken.wait()
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


def stopped(book: LedgerThread) -> tuple[threading.Event, "asyncio.Future[bool]"]:
    """The thread waits until told to go on: what is asked meanwhile is asked together."""
    go_on = threading.Event()
    return go_on, asyncio.ensure_future(book.call(lambda _: go_on.wait(60)))


def commits_of(ledger: Ledger) -> list[str]:
    found: list[str] = []
    ledger.db.set_trace_callback(lambda sql: found.append(sql) if sql in ("COMMIT", "ROLLBACK") else None)
    return found


async def test_what_several_mailboxes_ask_at_once_is_one_commit(tmp_path: Path):
    ledger = Ledger.open(tmp_path / "triaged.db", now=MONDAY)
    world = World.new(ledger)
    items = [world.deferred(number) for number in range(5)]
    effects = [[e.id for e in ledger.effects_for(found.item or 0) if e.kind == "aside"] for found in items]
    book, commits = LedgerThread(ledger), commits_of(ledger)
    go_on, held = stopped(book)
    asked = [asyncio.ensure_future(book.call(Ledger.begin, each, MONDAY)) for each in effects]
    await asyncio.sleep(0)
    assert not commits
    go_on.set()
    begun = await asyncio.gather(*asked)
    assert [effect.id for found in begun for effect in found] == [effect for each in effects for effect in each]
    assert commits == ["COMMIT"]
    await held
    await book.close()


async def test_what_raises_among_others_is_undone_alone(tmp_path: Path):
    ledger = Ledger.open(tmp_path / "triaged.db", now=MONDAY)
    world = World.new(ledger)
    book, commits = LedgerThread(ledger), commits_of(ledger)
    go_on, held = stopped(book)

    def cannot(_: object, __: object) -> Decision:
        raise ZeroDivisionError

    first = asyncio.ensure_future(book.call(Ledger.admit, world.window(mail(1)), cannot))
    second = asyncio.ensure_future(book.call(Ledger.admit, world.window(mail(2)), lambda *_: answered(MONDAY)))
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(ZeroDivisionError):
        await first
    [admission] = await second
    assert commits == ["COMMIT"]
    assert ledger.item(admission.item or 0) is not None
    assert ledger.overview()
    await held
    await book.close()


async def test_a_commit_that_fails_is_told_to_all_who_shared_it(tmp_path: Path):
    ledger = Ledger.open(tmp_path / "triaged.db", now=MONDAY)
    world = World.new(ledger)
    effects = [e.id for n in range(2) for e in ledger.effects_for(world.deferred(n).item or 0) if e.kind == "aside"]
    book = LedgerThread(ledger)
    go_on, held = stopped(book)
    asked = [asyncio.ensure_future(book.call(Ledger.begin, [each], MONDAY)) for each in effects]
    await asyncio.sleep(0)
    (tmp_path / "triaged.db").rename(tmp_path / "elsewhere")
    go_on.set()
    for each in asked:
        with pytest.raises(LedgerDamaged, match="removed or replaced"):
            await each
    (tmp_path / "elsewhere").rename(tmp_path / "triaged.db")
    assert [ledger.effect(each).state for each in effects] == ["planned", "planned"]
    await held
    await book.close()


async def test_an_error_in_the_thread_is_raised_to_whoever_asked():
    book = LedgerThread(Ledger.open(":memory:"))
    with pytest.raises(LookupError, match="no item 7"):
        await book.call(lambda ledger: ledger.hand(7, ByHand("gone", None, MONDAY)))
    await book.close()


async def test_a_cancelled_caller_does_not_interrupt_a_step():
    ledger = Ledger.open(":memory:")
    world = World.new(ledger)
    book = LedgerThread(ledger)
    begun, go_on = threading.Event(), threading.Event()

    def step(_: Ledger) -> int | None:
        begun.set()
        assert go_on.wait(60)
        return world.deferred(1).item

    async def caller() -> None:
        await book.call(step)

    task = asyncio.create_task(caller())
    await asyncio.to_thread(begun.wait, 60)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await book.call(lambda ledger: ledger.item(1)) is not None
    await book.close()
