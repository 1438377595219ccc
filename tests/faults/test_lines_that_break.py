"""The line to the mail server breaks in all the ways that lines do; the day goes on by itself, nothing is lost or doubled."""

import os
import signal
from collections import Counter
from collections.abc import Callable

import pytest

from faults.conftest import begin_to_watch
from faults.proxy import Fault, FaultProxy
from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, unlimited
from scenarios.stage import Stage
from server.dovecot import Dovecot

NOW = unlimited(CONSULTANT).replace("[reply.until-call]\n", '[reply.until-call]\nsend = "now"\n')
"""The same day, but nobody waits until ten minutes after the hour for a reply."""


def through(stage: Stage, proxy: FaultProxy) -> Stage:
    """The stage's mailbox, reached through the proxy."""
    stage.imap = f'{{ host = "127.0.0.1", port = {proxy.port}, tls = "none", user = "$USER", password = "$PASSWORD" }}'
    return stage


async def heal(stage: Stage, proxy: FaultProxy) -> None:
    """The line is whole again."""
    proxy.fault = Fault()
    await recover(stage)


async def recover(stage: Stage) -> None:
    """Time enough for every back-off: where a busy server has said that it is not available, that is an hour."""
    for _ in range(20):
        await stage.later(minutes=6)


def once_each(stage: Stage, subjects: set[str]) -> None:
    """Every message lies aside exactly once, and each of them was answered exactly once."""
    lie = Counter(
        str(line, "utf-8")
        for folder in ("INBOX", "Deferred")
        for one in stage.dovecot.messages(stage.users[0], folder)
        for line in one.raw.split(b"\r\n")
        if line.startswith(b"Subject: ")
    )
    assert lie == Counter({f"Subject: {subject}": 1 for subject in subjects})
    lost = [line.get("error") for line in stage.lines.lines if line["event"].startswith("account.")]
    assert set(stage.inbox("Deferred")) == subjects, lost
    assert Counter(str(reply["Subject"]) for reply in stage.sent()) == Counter({f"Re: {s}": 1 for s in subjects})


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_cut_at_any_point_of_a_day_nothing_is_lost_or_doubled(
    stages: Opening, dovecot: Dovecot, hasty: None, how: str
):
    async with FaultProxy(dovecot.imap) as proxy:
        stage = through(stages(NOW), proxy)
        await begin_to_watch(stage)
        whole = proxy.passed
        subjects = set()
        for number, after in enumerate(range(200, whole + 6000, 450)):
            proxy.fault = Fault(how, after)  # type: ignore[arg-type]
            proxy.cut_all()
            subjects.add(f"question {number}")
            stage.store(f"g{number}@harbor.example", f"question {number}")
            await stage.later(minutes=2)
            await stage.later(minutes=4)
        await heal(stage, proxy)
        once_each(stage, subjects)
        assert len(stage.events("account.disconnected")) >= 5
        assert not stage.events("account.auth_failed")  # a line that breaks while signing in is no wrong password
        await stage.close()


@pytest.mark.parametrize(("how", "points"), [("stall", (0.01, 0.5, 1.2)), ("trickle", (0.01, 1.2))])
async def test_a_line_that_says_too_little_too_late_is_given_up_and_the_next_one_serves(
    stages: Opening, dovecot: Dovecot, hasty: None, how: str, points: tuple[float, ...]
):
    async with FaultProxy(dovecot.imap) as proxy:
        stage = through(stages(NOW), proxy)
        await begin_to_watch(stage)
        whole = proxy.passed
        subjects = set()
        for number, part in enumerate(points):
            proxy.fault = Fault(how, round(whole * part))  # type: ignore[arg-type]
            proxy.cut_all()
            subjects.add(f"question {number}")
            stage.store(f"g{number}@harbor.example", f"question {number}")
            told = len(stage.events("account.disconnected"))
            await stage.later(minutes=3)
            await stage.until(lambda told=told: len(stage.events("account.disconnected")) > told)
            await stage.later(minutes=3)
        await heal(stage, proxy)
        once_each(stage, subjects)
        await stage.close()


async def test_a_line_that_goes_dead_while_we_wait_is_found_at_the_next_look(
    stages: Opening, dovecot: Dovecot, hasty: None
):
    async with FaultProxy(dovecot.imap) as proxy:
        stage = through(stages(NOW), proxy)
        await begin_to_watch(stage)
        proxy.stall()
        stage.store("g@harbor.example", "question")
        stage.daemon.wake()
        await stage.until(lambda: stage.events("account.disconnected"))
        proxy.flow()
        await heal(stage, proxy)
        once_each(stage, {"question"})
        await stage.close()


async def test_a_session_whose_server_process_dies_is_noticed_at_once(stages: Opening):
    stage = stages(NOW)
    await stage.open()
    for pid in stage.dovecot.session_pids(stage.users[0]):
        os.kill(pid, signal.SIGKILL)
    await stage.until(lambda: stage.events("account.disconnected"))
    await stage.later(minutes=3)
    await stage.arrives("g@harbor.example", "question")
    await stage.later(minutes=1)
    once_each(stage, {"question"})


async def test_a_server_process_that_is_stopped_is_given_up_and_another_one_serves(stages: Opening, hasty: None):
    stage = stages(NOW)
    await begin_to_watch(stage)
    stopped = stage.dovecot.session_pids(stage.users[0])
    try:
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        stage.store("g@harbor.example", "question")
        stage.daemon.wake()
        await stage.until(lambda: stage.events("account.disconnected"))
        await recover(stage)
        once_each(stage, {"question"})
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


async def test_a_server_that_restarts_while_we_wait_is_found_again_and_its_news_too(
    stages: Opening, own_dovecot: Callable[..., Dovecot]
):
    dovecot = own_dovecot()
    stage = stages(NOW, dovecot=dovecot)
    await stage.open()
    dovecot.stop()
    dovecot.start()
    stage.store("g@harbor.example", "question")
    await stage.until(lambda: stage.events("account.disconnected"))
    await stage.later(minutes=3)
    await stage.later(minutes=3)
    once_each(stage, {"question"})


async def test_many_accounts_that_lose_their_lines_at_once_come_back_spread_out(stages: Opening, dovecot: Dovecot):
    more = "".join(
        f'[account.a{n}]\nmode = "observe"\naddresses = ["a{n}@roth.example"]\nimap = {{ host = "127.0.0.1",'
        f' port = $PROXY, tls = "none", user = "{dovecot.new_user()}", password = "$PASSWORD" }}\n'
        for n in range(20)
    )
    async with FaultProxy(dovecot.imap) as proxy:
        text = NOW + more.replace("$PROXY", str(proxy.port)).replace("$PASSWORD", dovecot.password)
        stage = through(stages(text), proxy)
        await stage.open()
        proxy.cut_all()
        await stage.until(lambda: len(stage.events("account.disconnected")) == 21)
        assert len({line["reason"] for line in stage.events("account.disconnected")}) > 1  # not all in the same second
        await stage.later(minutes=3)
        assert len(stage.events("account.connected")) == 42
        assert proxy.connections == 42  # one attempt each, no storm
        await stage.close()
