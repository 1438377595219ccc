"""The real process: how it starts, what it says, how it ends."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.plays import ANY_HOUR, GARY
from scenarios.process import Process
from scenarios.stage import Stage, letter
from server.dovecot import Dovecot
from server.sink import Sink


@pytest.fixture
def stage(dovecot: Dovecot, sink: Sink, tmp_path: Path) -> Stage:
    made = Stage(ANY_HOUR, dovecot, sink, tmp_path)
    made.write_config()
    return made


@pytest.fixture
def running(stage: Stage) -> Iterator[Process]:
    process = Process(stage)
    process.wait_for("service.ready")
    yield process
    if process.popen.poll() is None:
        process.popen.kill()
        process.popen.wait()


def deliver(stage: Stage, subject: str) -> None:
    now = stage.clock.now()
    raw = letter(
        GARY,
        subject,
        "Can you ring me?",
        at=now,
        message_id=f"<{subject.replace(' ', '.')}@harbor.example>",
        return_path="",
    )
    stage.dovecot.deliver(stage.users[0], raw)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_zero(running: Process, how: signal.Signals):
    running.popen.send_signal(how)
    assert running.end() == 0
    assert running.errors.read_text() == ""
    assert running.lines().names()[-2:] == ["service.stopping", "service.stopped"]


def test_new_mail_is_dealt_with_by_the_servers_notice(running: Process):
    deliver(running.stage, "outage of everything")
    running.wait_for("message.urgent")
    running.popen.terminate()
    running.end()
    assert running.stage.flags("outage of everything") == {"\\Flagged"}


def test_a_second_one_on_the_same_state_says_who_holds_it(running: Process):
    second, once = Process(running.stage), Process(running.stage, "--once")
    assert (second.end(), once.end()) == (1, 0)
    for process in (second, once):
        (line,) = process.errors.read_text().splitlines()
        assert str(running.popen.pid) in line


def test_once_does_what_is_there_and_ends(stage: Stage):
    assert Process(stage, "--once").end() == 0
    deliver(stage, "question")
    again = Process(stage, "--once")
    assert again.end() == 0
    assert list(stage.inbox("Deferred")) == ["question"]
    names = again.lines().names()
    assert names[0] == "config.loaded"
    assert "message.deferred" in names


def test_once_with_a_server_that_is_not_there_did_not_work(stage: Stage):
    stage.imap = '{ host = "127.0.0.1", port = 1, tls = "none", user = "$USER", password = "$PASSWORD" }'
    stage.write_config()
    process = Process(stage, "--once")
    assert process.end() == 1
    assert "refused" in process.lines().one("account.disconnected")["error"]


def test_a_damaged_ledger_ends_it_with_74_and_is_not_replaced(stage: Stage):
    stage.state.parent.mkdir(parents=True)
    stage.state.write_bytes(b"SQLite format 3\0" + b"nonsense" * 2000)
    before = stage.state.read_bytes()
    process = Process(stage)
    assert process.end() == 74
    assert stage.state.read_bytes() == before
    assert "damaged" in process.errors.read_text()


def test_an_invalid_configuration_ends_it_with_78(stage: Stage):
    stage.write_config(ANY_HOUR.replace("then =", "thn ="))
    process = Process(stage)
    assert process.end() == 78
    assert (
        "did you mean" in process.errors.read_text() + process.output.read_text()
        or "then" in process.errors.read_text()
    )


def test_after_a_kill_the_next_start_goes_on(running: Process):
    stage = running.stage
    deliver(stage, "question")
    running.wait_for("message.deferred")
    running.popen.kill()
    running.popen.wait()
    again = Process(stage, "--once")
    assert again.end() == 0
    assert list(stage.inbox("Deferred")) == ["question"]
    assert "message.deferred" not in again.lines().names()


def test_a_message_that_ends_the_process_each_time_is_left_and_told_after_the_third(stage: Stage):
    assert Process(stage, "--once").end() == 0
    deliver(stage, "deadly")
    for _ in range(3):
        assert Process(stage, "--once", TRIAGED_CRASH_AT="ledger.admit.before").end() == 100
    last = Process(stage, "--once", TRIAGED_CRASH_AT="ledger.admit.before")
    assert last.end() == 0
    assert last.lines().one("message.unreadable")["verdict"] == "urgent"
    assert stage.flags("deadly") == {"\\Flagged"}
    deliver(stage, "harmless")
    assert Process(stage, "--once").end() == 0
    assert list(stage.inbox()) == ["deadly"]
    assert list(stage.inbox("Deferred")) == ["harmless"]


def test_a_reload_is_in_force_at_once_and_a_bad_one_changes_nothing(running: Process):
    stage = running.stage
    stage.write_config(ANY_HOUR.replace('"outage"', '"fire"'))
    running.popen.send_signal(signal.SIGHUP)
    running.wait_for("config.reloaded")
    deliver(stage, "fire in the house")
    running.wait_for("message.urgent")
    stage.write_config(ANY_HOUR.replace("then =", "thn ="))
    running.popen.send_signal(signal.SIGHUP)
    running.wait_for("config.rejected")
    deliver(stage, "a question")
    running.wait_for("message.deferred")
    running.popen.terminate()
    assert running.end() == 0
