"""Ctrl-C: the conversation ends at that instant, whatever a server or a thread is about, and leaves the terminal as it was.

No exception wanders through what happens to run. Only a file that is being written is finished first.
"""

import contextlib
import os
import shutil
import signal
import sys
import termios
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

INTERRUPTED = 130
_WIDEST = 76


class Stopping:
    """What is said at the end, and what is to be finished before it."""

    def __init__(self, words: Callable[[], str]) -> None:
        self._words = words
        self._held = self._asked = False
        self._terminal: list[Any] | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Listen while the block lasts."""
        if sys.stdin.isatty():
            self._terminal = termios.tcgetattr(sys.stdin.fileno())
        before = signal.signal(signal.SIGINT, self._heard)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Finish what is in the block first."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            if self._asked:
                self._end()

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        if not self._held:
            self._end()

    def _end(self) -> None:
        if self._terminal is not None:  # a password was being asked
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._terminal)
        text = textwrap.fill(self._words(), min(shutil.get_terminal_size().columns, _WIDEST))
        with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: it was in the middle of a line
            sys.stdout.flush()
        with contextlib.suppress(OSError):
            os.write(1, f"\n\n{text}\n".encode())
        os._exit(INTERRUPTED)
