"""What days with deaths in them need: a server that counts, a process that daemons are forked from, a folder in memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.sink import Sink

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def counting() -> Iterator[Sink]:
    server = Sink()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def actors() -> Iterator[Path]:
    """The process that daemons are forked from."""
    with tempfile.TemporaryDirectory(prefix="triaged-actors-") as folder:
        path = Path(folder) / "socket"
        command = [sys.executable, str(ROOT / "crash" / "actor.py"), str(path)]
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
        end = time.monotonic() + 30
        while not path.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        yield path
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: dying needs no disk, and every commit would wait for it."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)
