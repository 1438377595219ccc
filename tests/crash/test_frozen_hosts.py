"""A host freezes at a write, another takes the person over and ends the day; woken, the first does nothing that is not its own."""

import contextlib
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from support.engines import Databases
from support.ledgerday import Day, end_state, where
from support.ledgerkit import MONDAY
from triaged import crash
from triaged.ledger import Ledger, LedgerBusy, LedgerUnavailable
from triaged.ledger.engine import Fence
from triaged.ledger.errors import LeaseLost
from triaged.ledger.leases import Process, beat, take
from triaged.ledger.store import commit

pytestmark = pytest.mark.server

EVERY = 1 if os.environ.get("TRIAGED_TORTURE") == "1" else 17
"""Of how many places one is frozen at: each is a day of two processes."""
LOST = 7
PERSON = "dana"


def taken(ledger: Ledger) -> Fence:
    """The person, as soon as she is free."""
    process = Process("a host", "0.1")
    while True:
        with contextlib.suppress(LedgerBusy):  # one that froze within a transaction is waited for
            beat(ledger, process, MONDAY)
            if found := take(ledger, process, [PERSON], 1):
                return found[0].fence
        time.sleep(0.01)


def lives(folder: Path) -> int:
    """A day as her owner; what it ends with."""
    day = Day(folder)
    fence = taken(day.ledger)
    day.ledger = day.ledger.of(fence)
    try:
        day.play()
    except LeaseLost:
        return LOST
    except LedgerUnavailable:  # it froze within a transaction, and the server has ended that
        try:
            with commit(day.ledger, "again"):
                return 1
        except LeaseLost:
            return LOST
    return 0


def host(folder: Path, *, freeze_at: int = 0, log: str = "") -> int:
    """A process of its own. It stops itself at the place of that number; its id."""
    child = os.fork()
    if child == 0:
        try:
            crash._AT, crash._LOG, crash._passed = str(freeze_at or ""), log, 0
            crash.os = Freezing  # type: ignore[assignment]  # it dies by os._exit
            os._exit(lives(folder))
        except BaseException:  # noqa: BLE001 — a child must never return into the test runner
            import traceback

            traceback.print_exc()
            os._exit(1)
    return child


class Freezing:
    """Stands in for `os` at a crash point."""

    @staticmethod
    def _exit(status: int) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def accepted(folder: Path) -> Counter[str]:
    return Counter(line for line in (folder / "outside").read_text().splitlines() if line.startswith("accept"))


def kinds_of_moves(folder: Path) -> Counter[str]:
    done = {line for line in (folder / "outside").read_text().splitlines() if line.startswith("effect")}
    return Counter(re.sub(r"\d+", "N", line) for line in done)


def unseen(folder: Path) -> None:
    with psycopg.connect(str(where(folder)), autocommit=True) as db:
        db.execute("UPDATE host SET seen_at = seen_at - 31000")


@pytest.fixture
def day(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Path]]:
    """Folders of days whose ledger is in a server, which waits for a frozen transaction two seconds instead of ten."""
    from triaged.ledger import postgres

    patient = postgres._SETTINGS
    monkeypatch.setattr(postgres, "_SETTINGS", patient.replace("session_timeout = '10s'", "session_timeout = '2s'"))
    taken: list[str] = []

    def give() -> Path:
        place = tmp_path / str(len(taken))
        place.mkdir()
        taken.append(databases.ready())
        (place / "ledger").write_text(taken[-1])
        return place

    yield give
    for uri in taken:
        databases.free(uri)


@pytest.mark.parametrize("half", [0, 1])
def test_frozen_at_a_write_and_woken_after_another_has_ended_the_day_nothing_goes_twice(
    day: Callable[[], Path], half: int
):
    whole = day()
    assert ended(host(whole, log=str(whole / "passed"))) == 0
    wanted, moved = end_state(whole), kinds_of_moves(whole)
    passed = (whole / "passed").read_text().splitlines()
    first = passed.index("ledger.take.after") + 2  # before that it serves nobody
    for number in range(first + half * EVERY, len(passed) + 1, 2 * EVERY):
        place, name = day(), f"{number}: {passed[number - 1]}"
        frozen = host(place, freeze_at=number)
        assert os.WIFSTOPPED(os.waitpid(frozen, os.WUNTRACED)[1]), name
        unseen(place)
        assert ended(host(place)) == 0, name
        os.kill(frozen, signal.SIGCONT)
        assert ended(frozen) in ((LOST,) if number < len(passed) else (0, LOST)), name
        assert end_state(place) == wanted, name
        assert set(accepted(place).values()) <= {1}, name
        assert kinds_of_moves(place) == moved, name
