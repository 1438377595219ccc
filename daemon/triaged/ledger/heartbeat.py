"""Being seen: a thread with a connection of its own renews a process's row, and says until when the process may act by its leases.

It waits for nothing else, so that a ledger that is busy is not taken for a host that is gone. Where the machine slept or the line was
down, time has passed for the others: what may be done is counted from before the last renewal was sent, by a clock that runs on in sleep.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from triaged.ledger.book import Ledger
from triaged.ledger.engine import Fence
from triaged.ledger.errors import LedgerError
from triaged.ledger.leases import Beat, Process, beat, held

Lost = Callable[[Collection[str]], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between two renewals; after one that failed; for which one of them lets act."""

    every: float = 10.0
    again: float = 1.0
    acts: float = 15.0  # well below `leases.LEASE`: what was begun in time has ended when somebody else comes


class Heartbeat:
    """`lost` is called in this thread, with the persons whom somebody else serves now."""

    def __init__(self, uri: str, process: Process, lost: Lost, pace: Pace = Pace()) -> None:
        self._uri = uri
        self._process = process
        self._lost = lost
        self._pace = pace
        self._watched: dict[str, Fence] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._renewed: float | None = None
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self.last: Beat | None = None
        self.trouble: str | None = None  # why the last renewal failed

    def start(self) -> None:
        """Be seen from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Be seen no more; the row stays, `leases.leave` takes it away."""
        self._stop.set()
        self._thread.join()

    def watch(self, fences: Collection[Fence]) -> None:
        """These were taken: it is noticed when they are lost."""
        with self._lock:
            self._watched |= {fence.person: fence for fence in fences}

    def let_go(self, persons: Collection[str]) -> None:
        """These are given back: that they are missing is no loss."""
        with self._lock:
            for person in persons:
                self._watched.pop(person, None)

    def may_act(self) -> bool:
        """Whether a command that changes a mailbox may still be sent: the fence is read once more besides."""
        return self._renewed is not None and _now() - self._renewed < self._pace.acts

    def _run(self) -> None:
        ledger: Ledger | None = None
        while not self._stop.is_set():
            sent = _now()
            try:
                if ledger is None:
                    ledger = Ledger.open(self._uri)
                self.last = beat(ledger, self._process, datetime.now(UTC))
                there = held(ledger, self._process)
            except LedgerError as error:
                self.trouble = str(error)
                _close(ledger)
                ledger = None
                self._stop.wait(self._pace.again)
                continue
            self._renewed, self.trouble = sent, None
            self._tell(there)
            self._stop.wait(max(self._pace.every - (_now() - sent), 0))
        _close(ledger)

    def _tell(self, there: Mapping[str, Fence]) -> None:
        with self._lock:
            lost = [person for person, fence in self._watched.items() if there.get(person) != fence]
            for person in lost:
                del self._watched[person]
        if lost:
            self._lost(lost)


def _now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _close(ledger: Ledger | None) -> None:
    if ledger is not None:
        ledger.close()
