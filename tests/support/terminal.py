"""A person at a terminal: a command on a pty of 60 by 24, what it shows, and what she types."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

COLUMNS, LINES = 60, 24
_PATIENCE = 60.0
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """One command on a terminal of its own; `shown` is all that has stood on it."""

    def __init__(self, process: "subprocess.Popen[bytes]", screen: int) -> None:
        self._process, self._screen = process, screen
        self.shown = ""
        self._octets = b""
        self._read_to = 0
        self._typed: list[str] = []

    @property
    def widest(self) -> int:
        """Columns of the longest line that the command has written; what she has typed, or a path alone, does not count."""
        shown = self.shown
        for typed in self._typed:
            shown = shown.replace(f": {typed}\n", ": \n")
        return max(len(line) for line in shown.splitlines() if "/" not in line or " " in line.strip())

    def waits_for(self, text: str) -> str:
        """Read on until the text stands there; all that has come since the last time."""
        end = time.monotonic() + _PATIENCE
        while (found := self.shown.find(text, self._read_to)) < 0:
            assert self._more(end), f"{text!r} never came:\n{self.shown[self._read_to :]}"
        came = self.shown[self._read_to : found + len(text)]
        self._read_to = found + len(text)
        return came

    def types(self, answer: str) -> None:
        """A line, and Enter."""
        self._typed.append(answer)
        os.write(self._screen, answer.encode() + b"\n")

    def answers(self, question: str, answer: str) -> str:
        """Wait for a question, and answer it; what stood before it."""
        came = self.waits_for(f"\n{question}")
        came += self.waits_for(": ")
        self.types(answer)
        return came

    def presses_ctrl_c(self) -> None:
        """As the terminal sends it."""
        os.write(self._screen, b"\x03")

    def presses_ctrl_d(self) -> None:
        """The end of what is typed."""
        os.write(self._screen, b"\x04")

    def ends(self) -> int:
        """Read to the end; the exit code."""
        end = time.monotonic() + _PATIENCE
        while self._more(end):
            pass
        return self._process.wait(timeout=_PATIENCE)

    def _more(self, end: float) -> bool:
        ready, _, _ = select.select([self._screen], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return False
        try:
            octets = os.read(self._screen, 65536)
        except OSError:  # EIO: the other side has ended
            return False
        self._octets += octets
        whole = self._octets.removesuffix(b"\r").decode("utf-8", "ignore")  # it may end within a letter
        self.shown = _COLOURS.sub("", whole).replace("\r\n", "\n")
        return bool(octets)


@contextmanager
def terminal(words: Sequence[str], environment: Mapping[str, str], folder: Path) -> Iterator[Terminal]:
    """`triaged WORDS…` on a terminal."""
    screen, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    kept = {name: text for name, text in environment.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "triaged", *words], env={**kept, "TERM": "xterm", "NO_COLOR": "1"}, cwd=folder,
        stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # the terminal is to send Ctrl-C
    )  # fmt: skip
    os.close(inner)
    try:
        yield Terminal(process, screen)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        os.close(screen)
