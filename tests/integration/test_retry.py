"""`triaged retry`: which account, and whether anybody heard it."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from triaged.cli import main
from triaged.ledger import Ledger

CONFIG = """
[service]
state = "sqlite:{folder}/state/triaged.db"
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[account.work]
addresses = ["dana@roth.example"]
imap = {{ host = "127.0.0.1", port = 1, tls = "none", user = "dana", password = "x" }}
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "all"
then = "leave"
"""
LOGIN = "dana@127.0.0.1"
Retry = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def retry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Retry:
    path = tmp_path / "triaged.toml"
    path.write_text(CONFIG.format(folder=tmp_path))
    path.chmod(0o600)

    def run(account: str) -> tuple[int, str, str]:
        code = main(["retry", account, "-c", str(path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def known(folder: Path) -> Path:
    ledger = folder / "state" / "triaged.db"
    with Ledger.open(ledger) as opened:
        opened.register("triaged", [LOGIN], datetime.now(UTC), taken=set())
    return ledger


def test_an_account_that_nobody_knows_is_one_line(retry: Retry, tmp_path: Path):
    known(tmp_path)
    code, _, errors = retry("wrk")
    assert (code, errors.count("\n")) == (1, 1)
    assert "known are work" in errors


def test_without_a_daemon_it_says_so(retry: Retry, tmp_path: Path):
    known(tmp_path)
    code, _, errors = retry("work")
    assert code == 1
    assert "no daemon is running" in errors


@pytest.mark.parametrize("name", ["work", LOGIN])
def test_a_daemon_is_woken_and_finds_what_is_wanted(retry: Retry, tmp_path: Path, name: str):
    ledger = known(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(ledger.parent / "wake"))
        code, said, _ = retry(name)
        assert daemon.recv(1)
    assert code == 0
    assert said.startswith(f"{LOGIN}: signing in now")
    with Ledger.open(ledger) as opened:
        assert opened.wanted() == [LOGIN]
