"""The process is stopped and goes on, its log is not read, descriptors and memory run short, a second one works beside it."""

import fcntl
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANY_HOUR, GARY, unlimited
from scenarios.process import WAIT, Process
from scenarios.stage import Stage, letter
from server.dovecot import Dovecot
from server.sink import Sink
from triaged.ids import MARK

NOW = unlimited(ANY_HOUR).replace("[reply.until-call]\n", '[reply.until-call]\nsend = "now"\n')
F_SETPIPE_SZ = 1031
MEBI = 1 << 20


@pytest.fixture
def stage(dovecot: Dovecot, sink: Sink, tmp_path: Path) -> Stage:
    made = Stage(NOW, dovecot, sink, tmp_path)
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


def eventually(question: Callable[[], object], what: str) -> None:
    """Ask until the answer is true."""
    end = time.monotonic() + WAIT
    while not question():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def deliver(stage: Stage, number: int, body: str = "Can you ring me?") -> None:
    raw = letter(
        f"g{number}@harbor.example", f"question {number}", body, at=stage.clock.now(),
        message_id=f"<{number}@harbor.example>", return_path="",
    )  # fmt: skip
    stage.dovecot.deliver(stage.users[0], raw)


def aside(stage: Stage) -> int:
    return len(stage.inbox("Deferred"))


def watching(stage: Stage) -> bool:
    """Whether the line has been drawn: what arrives from now on is new."""
    try:
        return bool(stage.rows("SELECT 1 FROM folder WHERE role = 'watch'"))
    except sqlite3.OperationalError:  # the tables are being made
        return False


def test_stopped_for_a_while_it_goes_on_where_it_was(running: Process):
    stage = running.stage
    running.popen.send_signal(signal.SIGSTOP)
    deliver(stage, 1)
    stage.dovecot.kill_sessions(stage.users[0])
    running.popen.send_signal(signal.SIGCONT)
    running.wait_for("message.deferred")
    stage.sink.wait_for(1)
    running.popen.terminate()
    assert running.end() == 0
    assert list(stage.inbox("Deferred")) == ["question 1"]
    assert len(stage.sent()) == 1
    assert "message.deferred" in running.lines().names()


def test_stopped_while_it_works_it_does_nothing_twice(running: Process):
    stage = running.stage
    for number in range(1, 13):
        deliver(stage, number)
        running.popen.send_signal(signal.SIGSTOP)
        time.sleep(0.01)
        running.popen.send_signal(signal.SIGCONT)
    stage.sink.wait_for(12)
    eventually(lambda: aside(stage) == 12, "all are put aside")
    running.popen.terminate()
    assert running.end() == 0
    assert len(stage.sent()) == 12
    assert stage.inbox() == {}


def test_a_log_that_nobody_reads_holds_nothing_up(stage: Stage):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, F_SETPIPE_SZ, 4096)
    command = [sys.executable, "-m", "triaged", "run", "--debug", "-c", str(stage.path)]
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.DEVNULL) as popen:
        os.close(writing)
        try:
            eventually(lambda: stage.state.exists() and watching(stage), "it watches")
            for number in range(1, 31):  # their lines fill the pipe several times over
                deliver(stage, number)
            eventually(lambda: aside(stage) == 30, "all are put aside")
            stage.sink.wait_for(30)
            assert len(os.read(reading, MEBI)) <= 4096
        finally:
            popen.terminate()
            assert popen.wait(WAIT) == 0
            os.close(reading)


def test_out_of_descriptors_it_waits_and_goes_on_when_there_are_some(running: Process):
    stage, pid = running.stage, running.popen.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    stage.dovecot.kill_sessions(stage.users[0])
    running.wait_for("account.disconnected")
    eventually(lambda: "Too many open files" in running.output.read_text(), "it tries and says why it cannot")
    deliver(stage, 1)
    assert running.popen.poll() is None
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)

    def decided() -> bool:
        running.popen.send_signal(signal.SIGUSR1)  # look now; by itself it would after its back-off
        return '"message.deferred"' in running.output.read_text()

    eventually(decided, "it is connected again and has seen the message")
    stage.sink.wait_for(1)
    assert list(stage.inbox("Deferred")) == ["question 1"]


def memory(pid: int, field: str = "VmHWM") -> int:
    """Octets, as the kernel counts."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def test_a_message_of_fifty_megabytes_costs_no_memory_and_is_decided(running: Process):
    stage, pid = running.stage, running.popen.pid
    deliver(stage, 1)
    running.wait_for("message.deferred")
    before = memory(pid)
    held = memory(pid, "VmSize")
    resource.prlimit(pid, resource.RLIMIT_AS, (held + 48 * MEBI, resource.RLIM_INFINITY))  # less than the message
    line = "QUJD" * 19 + "\r\n"
    head = (
        "From: g2@harbor.example\r\nTo: dana@roth.example\r\nSubject: question 2\r\nMessage-ID: <2@harbor.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        "Can you ring me?\r\n--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    stage.dovecot.deliver(stage.users[0], (head + line * (50 * MEBI // len(line)) + "--b--\r\n").encode())
    eventually(lambda: aside(stage) == 2, "the large one is put aside")
    assert memory(pid) - before < 16 * MEBI
    assert running.popen.poll() is None


def test_a_message_that_kills_the_process_each_time_is_left_alone_after_the_third(stage: Stage):
    assert Process(stage, "--once").end() == 0
    deliver(stage, 1)
    ends = [Process(stage, "--once", TRIAGED_CRASH_AT="ledger.admit.before").end() for _ in range(5)]
    assert set(ends[:3]) == {100}
    last = Process(stage, "--once", TRIAGED_CRASH_AT="ledger.admit.before")
    assert (ends[-1], last.end()) == (0, 0)
    assert list(stage.inbox()) == ["question 1"]  # where it was, flagged for a person
    assert "\\Flagged" in stage.flags("question 1")
    assert stage.sent() == []
    deliver(stage, 2)
    assert Process(stage, "--once").end() == 0
    assert list(stage.inbox("Deferred")) == ["question 2"]


def test_figures_of_the_process_are_the_same_after_a_day_of_mail(running: Process):
    stage, pid = running.stage, running.popen.pid

    def figures() -> tuple[int, int]:
        return len(list(Path(f"/proc/{pid}/fd").iterdir())), len(list(Path(f"/proc/{pid}/task").iterdir()))

    for number in range(1, 4):
        deliver(stage, number)
    stage.sink.wait_for(3)
    eventually(lambda: aside(stage) == 3, "all are put aside")
    files, threads = figures()
    for number in range(4, 34):
        deliver(stage, number)
    stage.sink.wait_for(33, 40)
    stage.dovecot.kill_sessions(stage.users[0])
    running.wait_for("account.disconnected")
    running.popen.send_signal(signal.SIGUSR1)
    deliver(stage, 34)
    stage.sink.wait_for(34)
    eventually(lambda: aside(stage) == 34, "all are put aside")
    eventually(lambda: figures()[0] <= files + 3, "descriptors are given back")
    assert figures()[1] <= threads + 24  # both pools at their fullest, and not one more


def test_two_that_see_every_message_at_the_same_instant_answer_nobody_twice(
    stage: Stage, dovecot: Dovecot, sink: Sink, tmp_path: Path
):
    other = Stage(NOW, dovecot, sink, tmp_path / "other", users=list(stage.users))
    other.folder.mkdir()
    other.write_config()
    processes = [Process(one) for one in (stage, other)]
    try:
        for process in processes:
            process.wait_for("service.ready")
        for number in range(1, 13):  # both wait, and hear of each at once
            deliver(stage, number)
            eventually(lambda number=number: aside(stage) == number, "it is put aside")
        stage.sink.wait_for(12)
    finally:
        for process in processes:
            process.popen.terminate()
    assert [process.end() for process in processes] == [0, 0]
    answered = Counter(recipient for one in sink.received for recipient in one.recipients)
    assert answered == {f"g{number}@harbor.example": 1 for number in range(1, 13)}
    assert len(stage.inbox("Deferred")) == 12
    told = [line["reason"] for process in processes for line in process.lines().of("account.degraded")]
    assert any("another triaged" in reason for reason in told)


async def test_a_second_one_elsewhere_on_the_same_mailbox_is_noticed_and_nobody_is_answered_twice(stages: Opening):
    both = first, second = stages(), stages()
    await first.open()
    second.users = list(first.users)
    second.server = first.server
    second.clock = first.clock
    await second.open()
    await first.to("tue 15:10")
    await second.quiet()
    first.store(GARY, "question")
    for one in both:
        one.daemon.wake()
        await one.quiet()
    for moment in ("tue 15:20", "tue 15:30", "wed 12:00"):  # neither must find itself hours late for its reply
        await first.to(moment)
        await second.quiet()
    assert len(first.sent()) == 1
    told = [line for one in both for line in one.events("account.degraded") if "another triaged" in line["reason"]]
    assert told
    await first.to("fri 09:00")
    await second.quiet()
    assert list(first.inbox()) == ["question"]


async def test_where_another_has_set_its_mark_no_reply_goes_and_the_message_stays_the_other_s(stages: Opening):
    stage = stages()
    await stage.open()
    stage.store(GARY, "question", flags=["triaged-zzzzzzzzzz"])
    stage.daemon.wake()
    await stage.quiet()
    (cancelled,) = stage.events("reply.cancelled")
    assert cancelled["reason"] == "another triaged answers it"
    assert "another triaged" in stage.events("account.degraded")[0]["reason"]
    await stage.arrives(GARY, "and another thing")  # the other is about to answer him; so he is not answered from here
    await stage.to("fri 12:00")
    assert stage.sent() == []
    assert "question" in stage.inbox()


async def test_our_mark_stays_when_the_message_comes_back_and_says_so_after_a_restart_too(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    await stage.to("wed 09:00")
    (aside,) = stage.dovecot.messages(stage.users[0], "Deferred")
    assert any(flag.startswith(MARK) for flag in aside.flags)
    await stage.close()
    await stage.open()
    await stage.to("fri 09:00")
    (back,) = stage.dovecot.messages(stage.users[0])
    assert back.flags == {*aside.flags, "triaged-back"}
