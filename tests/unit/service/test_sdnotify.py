"""The service manager is told what it understands, and nothing goes wrong where there is none."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from triaged.service.sdnotify import SdNotifier


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(30)
        yield listening


@pytest.fixture
def notifier(manager: socket.socket) -> SdNotifier:
    return SdNotifier.from_environment({"NOTIFY_SOCKET": manager.getsockname()})


def test_each_state_is_one_datagram(notifier: SdNotifier, manager: socket.socket):
    notifier.ready("watching 1 of 1 account")
    notifier.alive("watching")
    notifier.stopping()
    assert [manager.recv(1000) for _ in range(3)] == [
        b"READY=1\nSTATUS=watching 1 of 1 account",
        b"WATCHDOG=1\nSTATUS=watching",
        b"STOPPING=1\nSTATUS=stopping",
    ]


def test_a_reload_carries_the_time_on_the_managers_clock(notifier: SdNotifier, manager: socket.socket):
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notifier.reloading()
    first, second = manager.recv(1000).decode().split("\n")
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def test_a_status_cannot_forge_another_state(notifier: SdNotifier, manager: socket.socket):
    notifier.ready("fine\nMAINPID=1\ud800")
    assert manager.recv(1000) == b"READY=1\nSTATUS=fine MAINPID=1?"


def test_a_socket_without_a_file_is_reached():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = f"triaged-test-{os.getpid()}"
        listening.bind(f"\0{name}")
        listening.settimeout(30)
        SdNotifier(f"@{name}").ready("x")
        assert listening.recv(100).startswith(b"READY=1")


def test_nobody_there_is_no_error(tmp_path: Path):
    SdNotifier.from_environment({}).ready("x")
    assert SdNotifier.from_environment({}).address is None
    SdNotifier(str(tmp_path / "gone")).ready("x")
    assert not (tmp_path / "gone").exists()


def test_a_manager_that_does_not_read_blocks_nobody(notifier: SdNotifier, manager: socket.socket):
    for _ in range(2000):  # far more than a socket's queue holds
        notifier.alive("x" * 100)
    assert manager.recv(1000).startswith(b"WATCHDOG=1")


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "120000000"}, 40.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": str(os.getpid())}, 40.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_three_times_as_often_as_needed(environ: dict[str, str], seconds: float | None):
    assert SdNotifier.from_environment(environ).watchdog_seconds == seconds
