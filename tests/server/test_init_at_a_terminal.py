"""`triaged init` as she sits before it: a terminal of 60 by 24, wrong turns and all, on a real mailbox."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.dovecot import Dovecot
from server.sink import Sink
from server.workplace import Workplace
from support.terminal import COLUMNS, terminal

pytestmark = pytest.mark.server


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_wrong_server_a_wrong_password_and_nothing_else_is_asked_again(
    dovecot: Dovecot, sink: Sink, user: str, place: Workplace
):
    with terminal(["init", "--months", "3", "--no-replay"], place.environment, place.folder) as she:
        she.answers("Your address", "dana@roth.example")
        came = she.answers("IMAP server", "127.0.0.1:9/none")
        assert "HOST:PORT/TLS" in came
        she.answers("User", user)
        she.answers("Password", "wrong")
        came = she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/implicit")
        assert "User" not in came.split("127.0.0.1:9/none")[-1]
        she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/none")
        came = she.answers("Password", dovecot.password)
        assert "refused to sign us in" in " ".join(came.split())
        came = she.answers("SMTP server", f"127.0.0.1:{sink.port}/none")
        assert "Signed in" in came
        she.waits_for("takes replies")
        she.waits_for(": ")
        she.presses_ctrl_c()
        assert she.ends() == 130
    assert not place.config.exists()
    assert she.widest <= COLUMNS, she.shown


def test_ctrl_c_loses_nothing_and_the_next_start_goes_on(dovecot: Dovecot, sink: Sink, user: str, place: Workplace):
    with terminal(["init", "--no-replay"], place.environment, place.folder) as she:
        she.answers("Your address", "dana@roth.example")
        she.answers("IMAP server", f"127.0.0.1:{dovecot.imap}/none")
        she.answers("User", user)
        she.answers("Password", dovecot.password)
        she.waits_for("SMTP server for replies [")
        she.presses_ctrl_c()
        assert she.ends() == 130
    kept = place.config.with_suffix(".begun")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert dovecot.password not in kept.read_text(encoding="utf-8")
    with terminal(["init", "--no-replay"], place.environment, place.folder) as she:
        she.answers("Go on from there", "")
        came = she.answers("SMTP server for replies", f"127.0.0.1:{sink.port}/none")
        for known in ("dana@roth.example", f"127.0.0.1:{dovecot.imap}/none", user, "as before", "Signed in"):
            assert known in came
        she.waits_for("takes replies")


def test_ctrl_c_while_a_server_does_not_answer_ends_at_once(place: Workplace, silent_port: int):
    with terminal(["init"], place.environment, place.folder) as she:
        she.answers("Your address", "dana@roth.example")
        she.answers("IMAP server", f"127.0.0.1:{silent_port}/none")
        she.answers("User", "dana")
        she.answers("Password", "secret")
        she.waits_for("Signing in")
        she.presses_ctrl_c()
        assert she.ends() == 130
    assert "typed is kept" in " ".join(she.shown.split())
