"""What supervisors see of a running daemon: health and figures over HTTP, one line for the service manager."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from server.dovecot import Dovecot
from server.processes import HOST, free_port
from triaged.service.sdnotify import SdNotifier


async def ask(port: int, path: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return int(head.split()[1]), body


def listening(port: int, more: str = "") -> str:
    return f'listen = "{HOST}:{port}"\n{more}{CONSULTANT}'


async def test_health_and_figures_are_served_where_listen_says(stages: Opening):
    port = free_port()
    stage = stages(listening(port, "metrics_clients = true\n"))
    await stage.open()
    await stage.arrives(GARY, "question")
    assert await ask(port, "/healthz") == (200, "ok\n")
    status, body = await ask(port, "/readyz")
    assert (status, json.loads(body)["accounts"][0]["state"]) == (200, "watching")
    _, figures = await ask(port, "/metrics")
    lines = figures.splitlines()
    assert 'triaged_aside{account="work",person="dana"} 1.0' in lines
    assert 'triaged_client_messages_total{client="harbor",person="dana",verdict="deferrable"} 1.0' in lines
    assert any(line.startswith("triaged_loop_lag_seconds ") for line in lines)
    await stage.close()
    with pytest.raises(OSError, match="Connect call failed"):
        await ask(port, "/healthz")


async def test_it_is_not_ready_while_an_account_is_not_watched(stages: Opening, own_dovecot: Callable[..., Dovecot]):
    port = free_port()
    stage = stages(listening(port), dovecot=own_dovecot())
    await stage.open()
    stage.dovecot.stop()
    await stage.until(lambda: stage.events("account.disconnected"))
    status, body = await ask(port, "/readyz")
    assert (status, json.loads(body)["ready"]) == (503, False)
    assert (await ask(port, "/healthz"))[0] == 200


async def test_an_address_that_cannot_be_had_is_said_and_mail_is_watched(stages: Opening):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        stage = stages(listening(taken.getsockname()[1]))
        await stage.open()
    (line,) = stage.events("account.degraded")
    assert "cannot be listened at" in line["error"]
    await stage.arrives(GARY, "question")
    assert stage.events("message.deferred")


async def test_a_reload_decides_whether_subjects_are_logged(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.arrives(GARY, "first question")
    assert stage.events("message.deferred")[-1]["subject"] == "first question"
    await stage.reload("log_subjects = false\n" + CONSULTANT)
    await stage.arrives(GARY, "second question", at=stage.clock.now())
    assert "subject" not in stage.events("message.deferred")[-1]
    await stage.reload(CONSULTANT)
    await stage.arrives(GARY, "third question")
    assert stage.events("message.deferred")[-1]["subject"] == "third question"


@pytest_asyncio.fixture
async def manager(tmp_path: Path) -> AsyncIterator[tuple[SdNotifier, list[str]]]:
    """A service manager's socket, and what it was told."""
    told: list[str] = []

    class Ear(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            told.append(data.decode())

    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(str(tmp_path / "notify"))
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Ear, sock=line)
    yield SdNotifier(str(tmp_path / "notify"), 40.0), told
    transport.close()


async def test_the_manager_is_told_when_an_account_is_lost_and_found(
    stages: Opening, own_dovecot: Callable[..., Dovecot], manager: tuple[SdNotifier, list[str]]
):
    stage = stages(dovecot=own_dovecot())
    await stage.open()
    stage.daemon.notifier, told = manager
    stage.dovecot.stop()
    await stage.until(lambda: "STATUS=watching 0 of 1 account" in told)
    stage.dovecot.start()
    await stage.later(minutes=10)
    await stage.until(lambda: told[-1].endswith("STATUS=watching 1 of 1 account"))


async def test_a_sweep_is_a_look_at_every_mailbox_now(stages: Opening):
    stage = stages()
    await stage.open()
    stage.store(GARY, "question")
    stage.daemon.sweep()
    await stage.until(lambda: stage.events("message.deferred"))
    stage.answers(stage.events("message.deferred")[0]["message_id"])
    stage.daemon.sweep()
    await stage.until(lambda: stage.events("reply.cancelled"))
