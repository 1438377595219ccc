"""What a person pastes into the terminal: an address of any length, also one that was broken over lines on its way.

In: a stream, the redirect, the state that the address must carry. Out: the whole address, once it is there.
Never: a line cut at 4,095 characters, where a terminal in its usual mode ends it (termios(3), canonical mode).
"""

import contextlib
import os
import re
import termios
from collections.abc import Iterator
from typing import IO
from urllib.parse import parse_qs, urlsplit

QUIET = 0.3
"""Seconds without a keystroke after which what was pasted is there as a whole."""

_PIECE = 64 * 1024
_MOST = 1024 * 1024
_ERASE, _KILL, _END = b"\x7f\x08", b"\x15", b"\x04"  # as stty(1) has them: nobody else looks at them now
_BRACKETS = re.compile(rb"\x1b\[20[01]~")  # what some terminals put around a paste


class Pasted:
    """What has come of a stream so far; its own buffer would hide from `select` what is there."""

    def __init__(self, stream: IO[str], redirect: str) -> None:
        self.descriptor = stream.fileno()
        self.ended = False
        self._redirect = redirect
        self._typed = bytearray()
        self._seen = 0
        self._answered: set[str] = set()  # what the person has been told is not it

    @contextlib.contextmanager
    def raw(self) -> Iterator[None]:
        """While the block runs the terminal hands over each character, and no line is too long for it."""
        if not os.isatty(self.descriptor):
            yield
            return
        before = termios.tcgetattr(self.descriptor)
        changed = [*before[:6], list(before[6])]
        changed[3] &= ~termios.ICANON  # the signals, and that one sees what one types, stay
        changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self.descriptor, termios.TCSADRAIN, changed)
        try:
            yield
        finally:
            termios.tcsetattr(self.descriptor, termios.TCSADRAIN, before)

    def read(self) -> None:
        """Take what is there."""
        piece = os.read(self.descriptor, _PIECE)
        self.ended = not piece or piece.endswith(_END) or len(self._typed) > _MOST
        for key in _BRACKETS.sub(b"", piece).replace(b"\r", b"\n"):
            self._press(key)

    def _press(self, key: int) -> None:
        if key in _ERASE:
            del self._typed[-1:]
        elif key in _KILL:
            del self._typed[self._typed.rfind(b"\n") + 1 :]
        elif key not in _END:
            self._typed.append(key)

    @property
    def is_whole(self) -> bool:
        """Whether a line was ended, and nothing has been begun after it."""
        return self.ended or self._typed.endswith(b"\n")

    def entered(self, state: str) -> tuple[str | None, bool]:
        """The address of this sign-in, if it is there, and whether something else is that was not there before."""
        found = list(self._addresses())
        ours = next((each for each in found if state_of(each) == state), None)
        others = {each for each in found if state_of(each) != state} - self._answered
        self._answered |= others
        return ours, bool(others)

    def is_news(self) -> bool:
        """Whether something was entered since this was last asked."""
        seen, self._seen = self._seen, len(self._typed)
        return bool(self._typed[seen:].strip())

    def _addresses(self) -> Iterator[str]:
        """All that was entered, the pieces of broken lines put together."""
        lines = [line.strip().strip("'\"<>") for line in self._typed.decode("utf-8", "replace").split("\n")]
        starts = [number for number, line in enumerate(lines) if "://" in line or line.startswith("?")]
        starts = starts or [number for number, line in enumerate(lines) if "=" in line][:1]
        for start, end in zip([0, *starts], [*starts, len(lines)], strict=True):
            whole = "".join("".join(lines[start:end]).split())
            if whole:
                yield whole if "://" in whole else self._redirect + "?" + whole.lstrip("?")


def state_of(address: str) -> str | None:
    """The state that an address carries, if there is an answer beside it (RFC 6749 4.1.2)."""
    try:
        told = parse_qs(urlsplit(address).query)
    except ValueError:  # "http://[" is no address
        return None
    return told["state"][0] if "state" in told and ("code" in told or "error" in told) else None
