"""A daemon in a process of its own, as it is installed: what it costs, and what it says."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

PATIENCE = 300.0
"""Seconds in which everything that is waited for must come to pass."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Daemon:
    """`triaged run`, and its log."""

    process: subprocess.Popen[bytes]
    log: Path
    _read: int = 0
    _lines: list[dict[str, Any]] = field(default_factory=list)

    def lines(self, *events: str) -> list[dict[str, Any]]:
        """What it has said so far of these events, in order."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            found = file.read()
        whole = found[: found.rfind(b"\n") + 1]
        self._read += len(whole)
        self._lines += [json.loads(line) for line in whole.splitlines() if line.startswith(b"{")]
        return [line for line in self._lines if line["event"] in events]

    def until(self, count: int, *events: str, look_every: float = 0.05) -> list[dict[str, Any]]:
        """Wait until it has said so many of these; `look_every`: seconds between two looks at the log."""
        end = time.monotonic() + PATIENCE
        while len(said := self.lines(*events)) < count:
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{len(said)} of {count} {events}: {self.log.read_text()[-2000:]}")
            time.sleep(look_every)
        return said

    @property
    def resident(self) -> int:
        """Octets of memory in RAM."""
        return self._status("VmRSS") * 1024

    @property
    def threads(self) -> int:
        """How many there are."""
        return self._status("Threads")

    @property
    def processor(self) -> float:
        """Seconds of processor time, user and system, since it began."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(status.partition(f"\n{name}:")[2].split()[0])


@contextmanager
def daemon(config: Path, log: Path) -> Iterator[Daemon]:
    """A daemon at work on that configuration; it is stopped at the end."""
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "triaged", "run", "-c", str(config)], stdout=out, stderr=out)
    try:
        yield Daemon(process, log)
    finally:
        process.terminate()
        process.wait(30)


def instant(line: dict[str, Any]) -> float:
    """Seconds since 1970 at which a line was written."""
    return datetime.fromisoformat(line["timestamp"]).timestamp()
