"""`triaged run` as a process of its own, beside a stage that brings servers and a configuration."""

import os
import subprocess
import sys
import time

from scenarios.stage import Stage
from support.loglines import LogLines

WAIT = 60.0
"""Seconds. To start costs one of a processor that others want too."""


class Process:
    """`triaged run` as a user starts it."""

    def __init__(self, stage: Stage, *arguments: str, **environment: str) -> None:
        self.stage = stage
        self.output = stage.folder / f"output-{time.monotonic_ns()}"
        self.errors = self.output.with_suffix(".err")
        environ = {**os.environ, **environment}
        environ.pop("NOTIFY_SOCKET", None)
        with self.output.open("wb") as out, self.errors.open("wb") as err:
            command = [sys.executable, "-m", "triaged", "run", "-c", str(stage.path), *arguments]
            self.popen = subprocess.Popen(command, stdout=out, stderr=err, env=environ)

    def wait_for(self, event: str) -> None:
        """Block until it has logged that."""
        end = time.monotonic() + WAIT
        while f'"{event}"' not in self.output.read_text():
            assert self.popen.poll() is None, self.errors.read_text()
            assert time.monotonic() < end, self.output.read_text()
            time.sleep(0.01)

    def end(self) -> int:
        """Wait for its end; its exit code."""
        return self.popen.wait(WAIT)

    def lines(self) -> LogLines:
        """What it said, each line held against the schema."""
        found = LogLines()
        found.read(self.output.read_text())
        return found
