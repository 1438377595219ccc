"""Signals that come while the daemon starts: none kills it, and each is followed when it can be."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.processes import until
from server.workplace import NOWHERE, Workplace

UNREACHABLE = '{ host = "127.0.0.1", port = 9, tls = "none", user = "dana", password = "none" }'


@contextmanager
def starting(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A daemon, from the instant on at which it holds its signals: most of its modules are not loaded yet."""
    place = Workplace(folder)
    place.write(UNREACHABLE, smtp=NOWHERE)
    command = [sys.executable, "-m", "triaged", "run"]
    with subprocess.Popen(command, env=place.environment, stdout=subprocess.PIPE, text=True) as running:
        until(lambda: _catches(running.pid, signal.SIGUSR1), 60, "it holds its signals")
        try:
            yield running
        finally:
            running.terminate()
            running.communicate(timeout=60)


def _catches(pid: int, number: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) & 1 << (number - 1))


def events(running: "subprocess.Popen[str]") -> Iterator[str]:
    assert running.stdout is not None
    return (json.loads(line)["event"] for line in running.stdout)


def test_an_early_reload_is_done_when_it_can_be(tmp_path: Path):
    with starting(tmp_path) as running:
        running.send_signal(signal.SIGHUP)
        assert "config.reloaded" in events(running)


def test_an_early_wish_to_try_kills_nothing(tmp_path: Path):
    with starting(tmp_path) as running:
        running.send_signal(signal.SIGUSR1)
        assert "service.ready" in events(running)


@pytest.mark.parametrize("before", [(), (signal.SIGHUP,)])
def test_an_early_stop_is_a_stop(tmp_path: Path, before: tuple[signal.Signals, ...]):
    with starting(tmp_path) as running:
        for number in (*before, signal.SIGTERM):
            running.send_signal(number)
        running.communicate(timeout=60)
        assert running.returncode == 0
