"""The model of a disk that forgets: what is committed survives it, and what is not synced does not."""

import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from faults.power import SECTOR, cut, mixed

WRITER = """
import sqlite3, sys
from pathlib import Path
from faults.power import Disk
Disk(Path(sys.argv[2])).watch()
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA wal_autocheckpoint=20")
db.execute("PRAGMA synchronous=" + sys.argv[3])
db.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER, words TEXT)")
while True:
    (last,) = db.execute("SELECT coalesce(max(n), 0) FROM t").fetchone()
    if last % 2 == 0 and len(sys.argv) > 4:
        db.execute("PRAGMA synchronous=" + sys.argv[4])
    db.execute("INSERT INTO t VALUES (?, ?)", (last + 1, "words " * 400))
    db.execute("PRAGMA synchronous=" + sys.argv[3])
    print(last + 1, flush=True)
"""


def write(folder: Path, rows: int, *synchronous: str) -> int:
    """Let a process commit at least so many rows and end it by force; the last row that it said was committed.

    A second word is that of every other commit, beginning with the first.
    """
    command = [sys.executable, "-c", WRITER, str(folder / "triaged.db"), str(folder / "shadow"), *synchronous]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(rows)]
        process.kill()
        return int([*told, *process.stdout.read().split()][-1])


def kept(folder: Path) -> tuple[int, int, str]:
    """Rows, the last of them, and whether the file is sound: of a copy, since what reads it folds its log in."""
    with tempfile.TemporaryDirectory() as aside:
        copy = shutil.copytree(folder, Path(aside) / "copy")
        with closing(sqlite3.connect(copy / "triaged.db")) as db:
            (sound,) = db.execute("PRAGMA integrity_check").fetchone()
            return (*db.execute("SELECT count(*), max(n) FROM t").fetchone(), sound)


@pytest.mark.parametrize("seed", range(6))
def test_what_was_committed_is_there_after_every_power_cut(tmp_path: Path, seed: int):
    chance = random.Random(seed)
    for _ in range(3):
        told = write(tmp_path, chance.randrange(1, 60), "FULL")
        cut(tmp_path, tmp_path / "shadow", chance)
        rows, last, sound = kept(tmp_path)
        assert (rows, sound) == (last, "ok")
        assert told <= last <= told + 1  # the one that was not told may have been committed too


@pytest.mark.parametrize("seed", range(6))
def test_a_commit_that_was_not_waited_for_is_there_with_the_next_that_was(tmp_path: Path, seed: int):
    chance = random.Random(seed)
    for _ in range(3):
        told = write(tmp_path, chance.randrange(2, 60), "FULL", "NORMAL")
        cut(tmp_path, tmp_path / "shadow", chance)
        rows, last, sound = kept(tmp_path)
        assert (rows, sound) == (last, "ok")
        assert told - told % 2 <= last <= told + 1  # the even ones were synced, and what came before them


def test_a_ledger_that_did_not_sync_would_lose_by_it(tmp_path: Path):
    told = write(tmp_path, 50, "OFF")
    cut(tmp_path, tmp_path / "shadow", random.Random(1))
    with closing(sqlite3.connect(tmp_path / "triaged.db")) as db:
        assert told >= 50
        assert not db.execute("SELECT name FROM sqlite_schema").fetchall()


def test_sectors_reach_the_disk_whole_or_not_at_all():
    old, new = b"o" * 10 * SECTOR, b"n" * 12 * SECTOR
    assert mixed(old, new, 0.0, random.Random(1)) == old
    left = mixed(old, new, 0.5, random.Random(1))
    sectors = {left[at : at + SECTOR] for at in range(0, len(left), SECTOR)}
    assert {b"o" * SECTOR, b"n" * SECTOR} <= sectors <= {b"o" * SECTOR, b"n" * SECTOR, bytes(SECTOR)}
