"""Mail stops for a person: whoever says no, she is told, once an outage, and when it is over. And what is tried at once."""

import os
import signal
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from fakes.imap import FakeImap, Talk
from fakes.microsoft import NOT_CONNECTED
from fakes.provider import REFRESH, Bad, Provider
from fakes.smtp import Say, ScriptedSmtp
from scenarios.conftest import Opening
from scenarios.plays import ANY_HOUR, CONSULTANT, GARY
from scenarios.stage import Stage
from scenarios.test_a_day_with_tokens import TOKENS, Office
from server.clock import DrivenClock
from server.dovecot import Dovecot, Variant
from triaged.delivery.oauth import Store
from triaged.ledger import Ledger

PHONE = CONSULTANT + '[notify.phone]\nurl = "json://phone"\n'
DISABLED = Say("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.")
WITH_AUTH = Say("250-fake.example\r\n250 AUTH PLAIN")


async def passes(stage: Stage, **span: float) -> None:
    """Time, in steps of minutes: as long as the rounds of the daemon are apart."""
    left = timedelta(**span)
    while left > timedelta(0):
        step = min(left, timedelta(minutes=4))
        await stage.later(minutes=step / timedelta(minutes=1))
        left -= step


def titles(stage: Stage) -> list[str]:
    return [push.title for push in stage.pushes]


async def attention(stage: Stage) -> list[str]:
    """The lines that `triaged status` marks with an exclamation mark; it exits with 1 where there are any."""
    assert stage.daemon.parts is not None
    found = await stage.daemon.parts.status.for_people()
    return [need for one in found["people"] for need in one["attention"]]


async def is_ready(stage: Stage) -> bool:
    """What /readyz says."""
    assert stage.daemon.parts is not None
    state = await stage.daemon.parts.status.for_supervisors()
    return all(account.is_well for account in state.accounts)


async def test_where_the_tenant_has_switched_smtp_off_she_is_told_after_an_hour(stages: Opening):
    stage = stages(PHONE)
    async with ScriptedSmtp({"ehlo": WITH_AUTH, "auth": DISABLED}) as smtp:
        stage.smtp = f'{{ host = "127.0.0.1", port = {smtp.port}, tls = "none", user = "dana", password = "x" }}'
        await stage.open()
        await stage.arrives(GARY, "question")
        await passes(stage, minutes=20)  # the reply falls due after ten
        assert await is_ready(stage)
        await passes(stage, minutes=30)  # supervisors know it earlier
        assert titles(stage) == []
        assert await attention(stage) == []
        assert not await is_ready(stage)
        await passes(stage, minutes=24)
        assert titles(stage) == ["No reply of work can go"]
        assert "answer yourself what cannot wait" in stage.pushes[0].text
        assert "disabled for the Tenant" in stage.pushes[0].text
        (need,) = await attention(stage)
        assert need.startswith("work: no reply can go since Mon 09:1")
        assert not await is_ready(stage)
        (told,) = [line for line in stage.events("account.degraded") if "no reply could go" in line["reason"]]
        assert told["level"] == "error"
        await passes(stage, hours=6)
        assert len(stage.pushes) == 1
        await stage.close()
        await stage.open()  # it outlives a restart
        await passes(stage, hours=2)
        assert len(stage.pushes) == 1
        smtp.script = {"ehlo": WITH_AUTH}
        stage.daemon.try_now()
        await stage.until(lambda: stage.events("reply.sent"))
        await passes(stage, minutes=4)
        assert titles(stage) == ["No reply of work can go", "Replies of work go again"]
        assert await attention(stage) == []
        assert await is_ready(stage)


async def test_the_hour_is_a_setting(stages: Opening, own_dovecot: Callable[..., Dovecot]):
    stage = stages('outage = "3h"\n' + PHONE, dovecot=own_dovecot())
    await stage.open()
    stage.dovecot.stop()
    await passes(stage, hours=2, minutes=50)
    assert titles(stage) == []
    await passes(stage, minutes=20)
    assert titles(stage) == ["work is not watched"]


async def test_where_an_administrator_has_switched_imap_off_a_day_is_one_push(stages: Opening):
    async def not_connected(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + NOT_CONNECTED)

    stage = stages(PHONE)
    async with FakeImap(on={"LOGIN": not_connected}) as server:
        stage.imap = f'{{ host = "127.0.0.1", port = {server.port}, tls = "none", user = "$USER", password = "x" }}'
        await stage.open()
        for _ in range(24):
            await stage.later(hours=1)  # however far apart the rounds are
    assert titles(stage) == ["work is not watched"]
    assert "not connected" in stage.pushes[0].text
    assert [line["reason"] for line in stage.events("account.degraded")] == [
        "nothing has proven for 15 minutes that the mail is watched"
    ]
    assert await attention(stage) != []


# --- with tokens -----------------------------------------------------------------------------------------------------


@pytest.fixture
def office(stages: Opening, own_dovecot: Callable[[Variant], Dovecot]) -> Iterator[Office]:
    clock = DrivenClock()
    with Provider(now=clock.now, pending=0) as provider:
        dovecot = own_dovecot(Variant(oauth=provider.introspection))
        stage = stages(ANY_HOUR + '[notify.phone]\nurl = "json://phone"\n', dovecot=dovecot)
        provider.now = stage.clock.now
        stage.users.append(dovecot.new_user("dana"))
        stage.imap = TOKENS % provider.url
        stage.smtp = (
            f'{{ host = "{stage.sink.host}", port = {stage.sink.port}, tls = "none", user = "x", password = "x" }}'
        )
        yield Office(provider, dovecot, None, stage, "")


def away(office: Office) -> None:
    office.provider.bad = Bad(503)


def wants_a_day(office: Office) -> None:
    office.provider.bad = Bad(503, retry_after="86400")


def damaged(office: Office) -> None:
    store_of(office).file(login_of(office)).write_text("{")


def store_of(office: Office) -> Store:
    return Store(office.stage.state.parent / "tokens")


def login_of(office: Office) -> str:
    return f"{office.user}@127.0.0.1"


@pytest.mark.server
@pytest.mark.parametrize("trouble", [away, wants_a_day, damaged])
async def test_a_day_without_a_token_is_one_push_and_one_when_it_is_over(
    office: Office, trouble: Callable[[Office], None]
):
    stage = office.stage
    office.sign_in()
    async with stage:
        await passes(stage, minutes=56)
        trouble(office)
        office.provider.forget_access_tokens()
        await office.drops()
        await passes(stage, hours=24)
        assert titles(stage) == ["work is not watched"]
        assert await attention(stage) != []
        office.provider.bad = None
        if trouble is damaged:
            await office.signs_in_again()
        await passes(stage, minutes=76)
        assert titles(stage) == ["work is not watched", "work is watched again"]
        assert await attention(stage) == []


@pytest.mark.server
async def test_a_fresh_sign_in_is_taken_up_at_once(office: Office):
    stage = office.stage
    async with stage:
        assert office.state() == "signed out"
        await passes(stage, hours=3)
        await office.signs_in_again()
        assert office.state() == "watching"


@pytest.mark.server
@pytest.mark.parametrize("how", ["the command", "SIGUSR1"])
async def test_what_has_been_mended_is_tried_when_a_person_wants_it(office: Office, how: str):
    stage = office.stage
    office.sign_in()
    async with stage:
        office.provider.revoke("dana")
        await office.drops()
        await passes(stage, hours=1)
        assert office.state() == "signed out"
        office.provider.restore("dana")
        if how == "SIGUSR1":
            os.kill(os.getpid(), signal.SIGUSR1)
        else:
            with Ledger.open(stage.state) as ledger:
                ledger.try_now(login_of(office), stage.clock.now())
            stage.daemon.wake()
        await stage.until(lambda: office.state() == "watching")


@pytest.mark.server
async def test_what_others_could_read_is_told_at_the_start_and_closed(office: Office):
    stage = office.stage
    office.sign_in()
    async with stage:
        pass
    file = store_of(office).file(login_of(office))
    file.chmod(0o644)
    stage.state.chmod(0o640)
    await stage.open()
    (told,) = stage.events("account.degraded")
    assert file.name in told["error"]
    assert "triaged.db" in told["error"]
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, stage.state)] == [0o600, 0o600]


@pytest.mark.server
async def test_a_new_secret_is_tried_when_the_configuration_is_read_again(office: Office):
    stage = office.stage
    office.sign_in()
    office.provider.client_secret = "new"
    async with stage:
        await passes(stage, hours=1)
        office.provider.forget_access_tokens()
        await office.drops()
        await passes(stage, minutes=4)
        assert office.state() == "signed out"
        asked = office.provider.asked[REFRESH]
        await stage.reload(stage.config)
        assert (office.state(), office.provider.asked[REFRESH]) == ("signed out", asked)
        stage.imap = stage.imap.replace(
            'client_id = "triaged-tests"', 'client_id = "triaged-tests", client_secret = "new"'
        )
        await stage.reload(stage.config)
        await stage.until(lambda: office.state() == "watching")
