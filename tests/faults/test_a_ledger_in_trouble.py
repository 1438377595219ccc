"""The ledger cannot be written, is held by somebody, rots, vanishes, or is an older one: degraded and honest, never dead or doubled."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANY_HOUR, CONSULTANT, GARY
from scenarios.process import Process
from scenarios.stage import Stage
from server.dovecot import Dovecot
from server.sink import Sink
from triaged.ledger import LedgerDamaged

EX_DAMAGED = 74
NOW = CONSULTANT.replace("[reply.until-call]\n", '[reply.until-call]\nsend = "now"\n')


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of four megabytes."""
    folder = Path(tempfile.mkdtemp(prefix="triaged-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=False, capture_output=True, text=True
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"a small disk needs root: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


def fill(disk: Path) -> Path:
    """Leave no octet free; what fills it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out:
        for size in (1 << 16, 1 << 12, 1):
            while True:
                try:
                    out.write(bytes(size))
                except OSError:
                    break
                if size == 1:
                    break
    return filler


def on(disk: Path, stage: Stage) -> Stage:
    """The stage, its ledger on that disk."""
    (stage.folder / "state").symlink_to(disk, target_is_directory=True)
    return stage


async def minutes(stage: Stage, count: int) -> None:
    """Let them pass one by one: whoever tries again does so with others between."""
    for _ in range(count):
        await stage.later(minutes=1)


async def test_a_full_disk_stops_every_act_and_room_starts_them_again_without_a_restart(
    small_disk: Path, stages: Opening
):
    stage = on(small_disk, stages(NOW))
    await stage.open()
    await stage.arrives(GARY, "first")
    await stage.later(minutes=1)
    filler = fill(small_disk)
    await stage.arrives("may@harbor.example", "second")
    await minutes(stage, 20)
    assert list(stage.inbox()) == ["second"]  # what cannot be written down is not done
    assert len(stage.sent()) == 1
    told = [line["level"] for line in stage.events("account.degraded") if "room" in line.get("error", "")]
    assert told == ["warning", "error"]  # an hour, whoever meets it; and once that the mail is not watched
    assert any("no room" in account.loop.health.error for account in stage.daemon.accounts.values())
    filler.unlink()
    await minutes(stage, 5)
    assert list(stage.inbox("Deferred")) == ["first", "second"]
    assert len(stage.sent()) == 2
    await stage.to("fri 09:00")
    assert set(stage.inbox()) == {"first", "second"}
    assert len(stage.events("service.started")) == 1


async def test_a_disk_that_stays_full_is_told_once_an_hour(small_disk: Path, stages: Opening):
    stage = on(small_disk, stages(NOW))
    await stage.open()
    fill(small_disk)
    await stage.arrives(GARY, "first")
    await minutes(stage, 150)
    told = [line["level"] for line in stage.events("account.degraded") if "room" in line.get("error", "")]
    assert told == ["warning", "error", "warning", "warning"]


async def test_a_reply_that_is_due_while_the_disk_is_full_goes_once_when_there_is_room(
    small_disk: Path, stages: Opening
):
    stage = on(small_disk, stages())
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    filler = fill(small_disk)
    await stage.to("tue 16:30")
    assert stage.sent() == []
    filler.unlink()
    await minutes(stage, 5)
    assert len(stage.sent()) == 1


async def test_a_stop_on_a_full_disk_is_a_stop(small_disk: Path, stages: Opening):
    stage = on(small_disk, stages(NOW))
    await stage.open()
    fill(small_disk)
    assert await stage.close() == 0


async def test_a_ledger_that_another_process_holds_is_waited_for_and_told(stages: Opening):
    stage = stages(NOW)
    await stage.open()
    other = sqlite3.connect(stage.state, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    stage.store(GARY, "question")
    stage.daemon.wake()
    await stage.until(lambda: [line for line in stage.events("account.degraded") if "another process" in line["error"]])
    assert list(stage.inbox()) == ["question"]
    other.execute("ROLLBACK")
    other.close()
    await minutes(stage, 3)
    assert list(stage.inbox("Deferred")) == ["question"]
    assert len(stage.sent()) == 1
    assert len(stage.events("service.started")) == 1


def overwrite(file: Path) -> None:
    """Nonsense in the middle of every page but the first, and no log that would hide it."""
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as there:
        for page in range(1, file.stat().st_size // 4096):
            there.seek(page * 4096)
            there.write(b"nonsense" * 512)


def truncate(file: Path) -> None:
    """Half of it is gone."""
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as there:
        there.truncate(file.stat().st_size // 2 // 4096 * 4096)


def delete(file: Path) -> None:
    """Somebody tidies up."""
    for each in file.parent.glob("triaged.db*"):
        each.unlink()


@pytest.mark.parametrize("harm", [overwrite, truncate, delete])
async def test_a_ledger_that_is_harmed_while_in_use_ends_it_and_is_not_made_anew(
    stages: Opening, harm: Callable[[Path], None]
):
    stage = stages(NOW)
    await stage.open()
    await stage.arrives(GARY, "first")
    harm(stage.state)
    left = stage.state.read_bytes() if stage.state.exists() else None
    stage.store("may@harbor.example", "second")
    stage.daemon.wake()
    with pytest.raises(LedgerDamaged):
        await stage.later(minutes=20)
    stage._run = None
    assert (stage.state.read_bytes() if stage.state.exists() else None) == left
    assert "second" in stage.inbox()


@pytest.mark.parametrize("harm", [overwrite, delete])
def test_the_process_says_so_by_its_exit_code_each_time(
    dovecot: Dovecot, sink: Sink, tmp_path: Path, harm: Callable[[Path], None]
):
    stage = Stage(ANY_HOUR, dovecot, sink, tmp_path)
    stage.write_config()
    process = Process(stage)
    process.wait_for("account.idle")
    harm(stage.state)
    stage.dovecot.deliver(stage.users[0], b"From: gary@harbor.example\r\nSubject: question\r\n\r\nwhen?\r\n")
    assert process.end() == EX_DAMAGED
    left = stage.state.read_bytes() if stage.state.exists() else None
    assert Process(stage).end() == EX_DAMAGED  # again, and still nothing is made anew
    assert (stage.state.read_bytes() if stage.state.exists() else None) == left
    assert "restore it" in process.errors.read_text()


@pytest.mark.parametrize("where", ["the same state folder", "a new one"])
async def test_a_ledger_put_back_from_a_backup_answers_nobody_again(stages: Opening, where: str):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    backup = stage.folder / "backup.db"
    command = [sys.executable, "-m", "triaged", "backup", "-c", str(stage.path), str(backup)]
    await asyncio.to_thread(subprocess.run, command, check=True)  # the reply still waits in it
    await stage.to("tue 17:00")
    await stage.arrives("may@harbor.example", "after the backup")
    await stage.to("tue 17:30")
    assert len(stage.sent()) == 2
    await stage.close()
    delete(stage.state)
    if where == "a new one":
        shutil.rmtree(stage.state.parent)
        stage.state.parent.mkdir()
    shutil.copy(backup, stage.state)
    await stage.open()
    await stage.to("fri 09:00")
    assert len(stage.sent()) == 2
    assert set(stage.inbox()) == {"question", "after the backup"}  # and both came back all the same, once
    assert stage.events("reply.held")
    told = [line["reason"] for line in stage.events("account.degraded")]
    assert [reason for reason in told if "restored" in reason]
    assert not [reason for reason in told if "another triaged" in reason]  # what it finds in Sent is its own
