"""Servers that can less, or lie: nothing can be moved, a word is broken, habits are said by a greeting."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.imap import PASSWORD, FakeImap, Mail, Talk
from fakes.smtp import ScriptedSmtp
from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import START, letter, rest
from server.clock import DrivenClock
from server.dovecot import Variant
from support.loglines import LogLines
from triaged.account.preparing import ReplyPreparer
from triaged.config import load
from triaged.core.settings import Account
from triaged.delivery import SmtpDelivery
from triaged.ids import MARK
from triaged.mailbox import Pools, Session
from triaged.service.daemon import Daemon
from triaged.setup.checkup import check_up
from triaged.setup.examination import Examination, Known
from triaged.setup.finding import Checkup

NOT_MOVABLE = Variant(hidden=("MOVE", "UIDPLUS"))


_LIAR = """
[service]
state = "sqlite:{folder}/state/triaged.db"
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
[account.work]
mode = "send"
start = "all"
addresses = ["dana@roth.example"]
imap = {{ host = "127.0.0.1", port = {port}, tls = "none", user = "dana", password = "{password}" }}
smtp = {{ host = "127.0.0.1", port = 9, tls = "none" }}
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "later"
then = "defer"
until = "in 2h"
"""


async def test_where_nothing_can_be_moved_verdicts_flags_and_replies_work_and_it_is_said(stages: Opening):
    stage = stages(variant=NOT_MOVABLE)
    await stage.open()
    assert "neither MOVE nor" in str(stage.events("account.degraded")[0]["error"])
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    await stage.arrives("May <may@harbor.example>", "outage")
    assert stage.flags("outage") == {"\\Flagged"}
    assert stage.flags("question") == set()
    assert "Deferred" not in stage.dovecot.folders(stage.users[0])
    await stage.arrives(GARY, "another question")
    await stage.to("fri 12:00")
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["Re: question"]
    assert set(stage.inbox()) == {"question", "outage", "another question"}
    assert stage.events("message.deferred") == stage.events("message.returned") == []
    told = stage.events("message.left", verdict="deferrable")
    assert [line["subject"] for line in told] == ["question", "another question"]
    assert all("it stays where it is" in line["reason"] for line in told)


async def test_several_watched_folders_and_an_urgent_one(stages: Opening):
    folders = 'watch = ["INBOX", "Clients/Harbor"]\nfolders = { urgent = "Now", deferred = "Aside/Später" }'
    stage = stages(CONSULTANT.replace('mode = "send"', f'mode = "send"\n{folders}'))
    stage.write_config()
    with stage.dovecot.client(stage.users[0]) as client:
        client.create_folder("Clients/Harbor")
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "question", folder="Clients/Harbor")
    await stage.later(minutes=2)
    await stage.arrives(GARY, "outage")
    assert set(stage.inbox("Aside/Später")) == {"question"}
    assert stage.flags("outage", "Now") == {"\\Flagged"}
    await stage.to("fri 09:00")
    assert list(stage.inbox("Clients/Harbor")) == ["question"]
    assert list(stage.inbox()) == []
    assert list(stage.inbox("Now")) == ["outage"]


async def test_a_server_that_breaks_its_word_about_expunge_is_not_tried_again_after_a_restart(tmp_path: Path):
    async def refuse(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" NO not here")

    async def list_(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b'* LIST () "/" "INBOX"', b'* LIST () "/" "Deferred"', tag + b" OK done")

    async def status(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b'* STATUS "Deferred" (UIDVALIDITY 7 UIDNEXT 2 MESSAGES 0)', tag + b" OK done")

    on = {"UID EXPUNGE": refuse, "LIST": list_, "STATUS": status}
    mail = Mail(1, letter(GARY, "question", "Can you ring me?", at=START, message_id="<1@harbor.example>"))
    async with FakeImap(on=on, capabilities=b"IMAP4rev1 IDLE UIDPLUS", mails=[mail]) as server:
        path = tmp_path / "triaged.toml"
        path.write_text(_LIAR.format(folder=tmp_path, port=server.port, password=PASSWORD))
        path.chmod(0o600)
        clock, lines = DrivenClock(START), LogLines()
        for _ in range(2):
            daemon = Daemon(load(path, now=clock.now()), lines.events, clock=clock)
            run = asyncio.create_task(daemon.run())
            await daemon.ready.wait()
            await rest(daemon, run)
            await clock.advance(timedelta(minutes=2))  # what could not be moved is tried again
            await rest(daemon, run)
            daemon.stop()
            assert await run == 0
    assert server.commands.count("UID COPY") == 1
    assert mail.flags - {flag for flag in mail.flags if flag.startswith(MARK)} == set()
    assert [line["error"] for line in lines.of("account.degraded")]


@pytest.mark.parametrize(
    ("greeting", "profile", "saves"),
    [
        (b"* OK Proton Mail Bridge ready", "", True),
        (b"* OK ready", 'profile = "zoho"', True),
        (b"* OK Proton Mail Bridge ready", 'profile = "dovecot"', False),
        (b"* OK ready", "", False),
    ],
)
async def test_habits_are_known_by_what_a_server_says_and_by_what_the_configuration_says(
    tmp_path: Path, greeting: bytes, profile: str, *, saves: bool
):
    async with FakeImap(greeting=greeting) as server:
        path = tmp_path / "triaged.toml"
        text = _LIAR.format(folder=tmp_path, port=server.port, password=PASSWORD)
        path.write_text(text.replace('user = "dana"', f'user = "dana", {profile}' if profile else 'user = "dana"'))
        path.chmod(0o600)
        clock = DrivenClock(START)
        daemon = Daemon(load(path, now=clock.now()), LogLines().events, clock=clock)
        run = asyncio.create_task(daemon.run())
        await daemon.ready.wait()
        (account,) = daemon.accounts.values()
        assert ReplyPreparer(account.loop, lambda _: None).way().saves_sent == saves
        daemon.stop()
        assert await run == 0


@pytest.mark.parametrize(
    ("profile", "relay", "saves"),
    [
        ("gmail", "127.0.0.1", True),
        ("gmail", "localhost", False),
        ("microsoft365", "127.0.0.1", True),
        ("yahoo", "127.0.0.1", False),
        ("dovecot", "localhost", False),
    ],
)
async def test_the_daemon_and_doctor_say_the_same_of_copies(tmp_path: Path, profile: str, relay: str, *, saves: bool):
    async with FakeImap() as server, ScriptedSmtp({}) as smtp:
        path = tmp_path / "triaged.toml"
        text = _LIAR.format(folder=tmp_path, port=server.port, password=PASSWORD)
        text = text.replace('smtp = { host = "127.0.0.1", port = 9', f'smtp = {{ host = "{relay}", port = {smtp.port}')
        path.write_text(text.replace('user = "dana"', f'user = "dana", profile = "{profile}"'))
        path.chmod(0o600)
        clock = DrivenClock(START)
        daemon = Daemon(load(path, now=clock.now()), LogLines().events, clock=clock)
        run = asyncio.create_task(daemon.run())
        await daemon.ready.wait()
        (served,) = daemon.accounts.values()
        assert ReplyPreparer(served.loop, lambda _: None).way().saves_sent == saves
        daemon.stop()
        assert await run == 0
        found = await doctor(load(path).persons[0].accounts[0])
        assert found.figures["saves_sent"] == saves


async def doctor(account: Account) -> Checkup:
    async def password() -> str:
        return PASSWORD

    assert account.smtp is not None
    pools = Pools(commands=1, connects=1)
    try:
        session, delivery = Session(account.imap, pools, secret=password), SmtpDelivery(account.smtp, password=password)
        return await check_up(Examination(account, session, delivery, Known(), datetime.now(UTC)))
    finally:
        pools.close()
