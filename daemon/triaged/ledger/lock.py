"""One daemon a state: a lock on a file in the state folder, held as long as the process lives.

The kernel releases it with the process, however that ends; the text in it is only for people.
"""

import fcntl
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from triaged import statefolder
from triaged.ledger.errors import LedgerUnavailable, StateHeld


class StateLock:
    """`with StateLock(folder, now):` raises StateHeld, saying by whom, when another daemon has it."""

    def __init__(self, folder: Path, now: datetime | None = None) -> None:
        self._file = folder / "lock"
        self._now = now
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        try:
            with statefolder.opened(self._file.parent, make=True) as folder:
                descriptor = statefolder.open_in(folder, self._file.name, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise LedgerUnavailable(f"{self._file} cannot be used: {statefolder.why(error)}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise StateHeld(f"{self._file.parent} is in use by {self.held_by()}") from error
        since = f" since {self._now.isoformat(timespec='seconds')}" if self._now else ""
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}{since}\n".encode(), 0)
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def held_by(self) -> str:
        """Who has it, in words; "nobody" if it is free."""
        try:
            with statefolder.opened(self._file.parent) as folder:
                text = statefolder.read_in(folder, self._file.name).decode("utf-8", "replace").strip()
        except OSError:
            return "nobody"
        return text or "another process"
