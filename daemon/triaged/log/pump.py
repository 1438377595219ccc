"""Lines from the event loop to a sink, through a bounded queue and one thread: a blocked sink never blocks the loop.

In: finished lines as octets. Out: the same, in order, to a `Sink`. What finds the queue full is dropped and counted, and
the count is told once the sink takes lines again.
"""

import contextlib
import os
import select
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

CAPACITY: Final = 10_000
"""Lines that wait for a sink; at some hundred octets each a few megabytes."""
_BATCH: Final = 200


class Sink(Protocol):
    """Where lines end. Called from one thread only; may block."""

    def send(self, lines: Sequence[bytes]) -> int:
        """Write them; the number of those that could not be written."""
        ...


class Stream:
    """A file descriptor: standard output, a pipe, a file."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def send(self, lines: Sequence[bytes]) -> int:
        """Write all of them, waiting where the descriptor would block; a broken pipe loses them."""
        rest = memoryview(b"".join(lines))
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:
                select.select((), (self._fd,), ())
            except OSError:
                return len(lines)
        return 0


class Pump:
    """The queue and its thread. `told` is called, in that thread, with the number of lines that were lost."""

    def __init__(self, sink: Sink, told: Callable[[int], None], capacity: int = CAPACITY) -> None:
        self._sink = sink
        self._told = told
        self._capacity = capacity
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._untold = 0
        self.lost = 0
        """Lines lost since the start."""
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Queue one line; never blocks, never raises."""
        with self._changed:
            if len(self._waiting) >= self._capacity:
                self._lose(1)
                return
            self._waiting.append(line)
            self._changed.notify()

    def close(self, seconds: float) -> bool:
        """Write what waits, within so long; whether all of it was written."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive() and not self._waiting

    def _lose(self, count: int) -> None:
        self.lost += count
        self._untold += count

    def _run(self) -> None:
        while batch := self._next():
            failed = self._sink.send(batch)
            with self._changed:
                self._lose(failed)
                untold = 0 if failed else self._untold
                self._untold -= untold
            if untold:
                with contextlib.suppress(Exception):  # the one thread of the log outlives a bad line
                    self._told(untold)

    def _next(self) -> list[bytes]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
