"""What all servers of the tests share: free ports, folders of their own, and an end by their own pid."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

T = TypeVar("T")

HOST = "127.0.0.1"
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = range(20_000 + _WORKER % 8, 32_000, 8)
"""Below Linux's ephemeral range: no outgoing connection takes one while a server restarts. Each worker has its own."""
_given: set[int] = set()


def free_port() -> int:
    """A port on loopback that nobody listens on and that this process has not given away yet."""
    for port in random.sample(_PORTS, 500):
        if port in _given:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            _given.add(port)
            return port
    raise RuntimeError("no free port on loopback")


def own_folder(name: str) -> Path:
    """A new folder directly under the temporary one: socket paths are short and other uids may enter."""
    folder = Path(tempfile.mkdtemp(prefix=f"triaged-{name}-"))
    folder.chmod(0o755)
    return folder


def remove(folder: Path) -> None:
    """Delete such a folder."""
    shutil.rmtree(folder, ignore_errors=True)


def until(question: Callable[[], T], seconds: float, what: str) -> T:
    """Ask until the answer is true; a server that never comes up fails with `what`."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what} within {seconds:g} s")
        time.sleep(0.01)
    return answer


def greets(port: int, greeting: bytes) -> bool:
    """Whether a server on that port says hello."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=5) as connection:
        return connection.recv(200).startswith(greeting)
    return False


def end(process: subprocess.Popen[bytes], seconds: float = 10, *, gently: bool = True) -> None:
    """Terminate a process that leads its own session, then whatever is left of the session."""
    if gently and process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(seconds)


def required_program(name: str, package: str) -> str:
    """The path of a program; without it the test is skipped, or fails where TRIAGED_REQUIRE_SERVERS=1."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=path)
    if not found:
        missing(f"{name} is missing: apt-get install {package}")
    return found


def missing(what: str) -> NoReturn:
    """Skip the test, and say what to install; with TRIAGED_REQUIRE_SERVERS=1 fail it."""
    if os.environ.get("TRIAGED_REQUIRE_SERVERS") == "1":
        pytest.fail(what)
    pytest.skip(what)
