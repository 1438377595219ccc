"""A day of an account that signs in with tokens: they expire, rotate, are refused, revoked and given anew. No mail is lost,
no server is hammered, nobody is locked out, and a second account never notices.

Dovecot asks the provider about each token (RFC 7662), for IMAP and, on behalf of Postfix, for SMTP.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.provider import REFRESH, Bad, Provider
from scenarios.conftest import Opening
from scenarios.plays import CLIENTS, ME, REPLY, RULES
from scenarios.stage import START, Stage
from server.clock import DrivenClock
from server.dovecot import Dovecot, Variant
from server.postfix import Postfix, Routes
from server.processes import until
from server.sink import Sink
from triaged.config import load
from triaged.delivery.oauth import Store
from triaged.delivery.oauth.login import Talk, sign_in
from triaged.delivery.oauth.web import web
from triaged.service.tokens import holders_of

pytestmark = pytest.mark.server

ACCOUNTS = """
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = $IMAP
smtp = $SMTP

[account.plain]
mode = "observe"
addresses = ["dana@plain.example"]
imap = $PLAIN

[notify.phone]
url = { env = "TRIAGED_TESTS_NO_SUCH_VARIABLE" }
"""
TOKENS = (
    '{ host = "$HOST", port = $PORT, tls = "none", user = "$USER", '
    'oauth = { provider = { issuer = "%s" }, client_id = "triaged-tests" } }'
)


@dataclass
class Office:
    """A provider, the servers that believe it, and a stage."""

    provider: Provider
    dovecot: Dovecot
    postfix: Postfix | None
    stage: Stage
    plain: str

    @property
    def user(self) -> str:
        return self.stage.users[0]

    def sign_in(self) -> None:
        """What `triaged auth login work` does, by the stage's clock."""
        self.stage.write_config()
        loaded = load(self.stage.path, now=self.stage.clock.now())
        account = loaded.persons[0].account("work")
        assert account is not None
        (holder,) = holders_of(account)
        talk = Talk(lambda _: None, lambda _: None)
        token = sign_in(holder, None, web(), talk, self.stage.clock.now, user=self.user, testing=False)
        store = Store(self.stage.state.parent / "tokens")
        with store.lock(holder.login):
            store.write(holder.login, token)

    async def signs_in_again(self) -> None:
        self.sign_in()
        self.stage.daemon.wake()
        await self.stage.quiet()

    async def passes(self, **span: float) -> None:
        """Time, ten minutes after ten minutes."""
        left = timedelta(**span)
        while left > timedelta(0):
            await self.stage.later(minutes=10)
            left -= timedelta(minutes=10)

    async def drops(self) -> None:
        """The mail server ends all sessions."""
        health = self.stage.daemon.accounts[f"{self.user}@127.0.0.1"].loop.health
        before = health.failures
        self.dovecot.kill_sessions(self.user)
        await self.stage.until(lambda: health.failures > before, "the session's end is noticed")
        await self.stage.quiet()

    def state(self) -> str:
        return self.stage.daemon.accounts[f"{self.user}@127.0.0.1"].loop.health.state

    def refusals(self) -> int:
        """How often Dovecot refused a sign-in."""
        return self.dovecot.log().count("Disconnected: Connection closed (auth failed")


@pytest.fixture
def office(
    stages: Opening, own_dovecot: Callable[[Variant], Dovecot], sink: Sink, authority: object
) -> Iterator[Office]:  # fmt: skip
    clock = DrivenClock(START)
    with Provider(now=clock.now, pending=0) as provider:
        dovecot = own_dovecot(Variant(oauth=provider.introspection))
        postfix = Postfix(dovecot, authority.valid(), Routes(others=sink))
        stage = stages(ME + ACCOUNTS + CLIENTS + REPLY + RULES, dovecot=dovecot)
        provider.now = stage.clock.now
        stage.users.append(dovecot.new_user("dana"))
        plain = dovecot.new_user("plain")
        stage.imap = TOKENS % provider.url
        stage.smtp = f'{{ host = "{postfix.host}", port = {postfix.smtp}, tls = "none" }}'
        stage.config = stage.config.replace(
            "$PLAIN",
            f'{{ host = "{dovecot.host}", port = {dovecot.imap}, tls = "none", user = "{plain}", password = "{dovecot.password}" }}',
        )
        try:
            postfix.start()
            yield Office(provider, dovecot, postfix, stage, plain)
        finally:
            postfix.close()


async def test_no_mail_is_lost_and_nobody_is_hammered_on_a_day_when_tokens_go_wrong(office: Office):
    stage, provider = office.stage, office.provider
    office.sign_in()
    async with stage:
        # morning: the first message is put aside and answered, over IMAP and SMTP with tokens alone
        await stage.arrives("One <one@harbor.example>", "in the morning")
        await office.passes(hours=3)
        assert len(stage.events("reply.sent")) == 1
        assert 2 <= provider.asked[REFRESH] <= 4

        # noon: access tokens end before their time; the one that is refused is replaced at once
        provider.forget_access_tokens()
        await office.drops()
        await office.passes(minutes=20)
        assert office.state() == "watching"
        await stage.arrives("Two <two@harbor.example>", "at noon")
        assert office.refusals() == 1

        # afternoon: the token endpoint is down for two hours, longer than a token lives
        provider.bad, before = Bad(503), provider.asked[REFRESH]
        await office.passes(hours=1)
        provider.forget_access_tokens()
        await office.drops()
        stage.store("Three <three@harbor.example>", "while no token comes")
        await office.passes(hours=1)
        assert office.state() == "disconnected"
        assert "while no token comes" in stage.inbox()
        assert provider.asked[REFRESH] - before <= 15
        provider.bad = None
        await office.passes(minutes=40)
        assert office.state() == "watching"
        assert stage.events("message.deferred", subject="while no token comes")

        # evening: somebody revokes the sign-in
        provider.revoke("dana")
        asked, refused = provider.asked[REFRESH], office.refusals()
        await office.drops()
        stage.store("Four <four@harbor.example>", "while nobody is signed in")
        await office.passes(hours=3)
        assert office.state() == "signed out"
        (told,) = [line for line in stage.events("account.auth_failed") if "triaged auth login work" in line["error"]]
        assert told["reason"] == "mail waits in the inbox until then; other accounts go on"
        pushes = stage.rows(
            "SELECT json_extract(args, '$.text') FROM effect WHERE kind = 'notify' AND key LIKE 'auth:%'"
        )
        assert pushes == [(told["error"],)]
        assert provider.asked[REFRESH] - asked <= 2
        assert office.refusals() == refused + 1  # with the access token in hand, and then no more
        stage.store("Five <five@harbor.example>", "to the other account", user=office.plain)
        stage.daemon.sweep()
        await stage.quiet()
        assert stage.events("message.deferred", subject="to the other account")

        # night: somebody signs in again, and everything that waited is done
        await office.signs_in_again()
        await office.passes(minutes=20)
        assert office.state() == "watching"
        await office.passes(hours=12)
    await everything_came_out_right(office)


async def everything_came_out_right(office: Office) -> None:
    stage = office.stage
    mine = ["in the morning", "at noon", "while no token comes", "while nobody is signed in"]
    for subject in mine:
        assert len(stage.events("message.deferred", subject=subject)) == 1
    held = stage.inbox() | stage.inbox("Deferred")
    assert set(mine) <= set(held)
    replies = until(lambda: len(stage.sink.received) == len(mine) and stage.sink.received, 20, "Postfix hands all on")
    assert sorted(reply.recipients[0] for reply in replies) == [
        f"{name}@harbor.example" for name in ("four", "one", "three", "two")
    ]
    assert not stage.events("reply.in_doubt")
    assert office.provider.asked[REFRESH] <= 40  # a day of hourly tokens, and four bad hours
    assert office.refusals() == 2  # the token that ended before its time, and the one that was revoked
    assert office.dovecot.log().count("Login: user=<dana>, method=XOAUTH2") <= 6
    assert office.provider.introspected <= 20
    assert not any(session.dead for session in office.provider.sessions)


async def test_from_nothing_to_a_sent_reply_by_signing_in_alone(office: Office, tmp_path: Path):
    stage = office.stage
    office.provider.now = lambda: datetime.now(UTC)
    stage.config = re.sub(
        r"^calls = .*\n", "", stage.config, flags=re.MULTILINE
    )  # by the machine's clock one may be near
    stage.config = stage.config.replace("text.en =", 'send = "now"\ntext.en =')
    stage.write_config()
    missing = triaged(stage, "auth", "status", "work", "--json")
    assert (missing.returncode, json.loads(missing.stdout)["state"]) == (1, "never")
    login = triaged(stage, "auth", "login", "work")
    assert login.returncode == 0, login.stderr
    assert "WDJB-MJHT" in login.stdout
    assert f"{office.user} is in" in login.stdout
    status = triaged(stage, "auth", "status", "work", "--json")
    assert (status.returncode, json.loads(status.stdout)["state"]) == (0, "well")
    assert triaged(stage, "run", "--once").returncode == 0
    stage.store("One <one@harbor.example>", "a question", at=datetime.now(UTC))
    assert triaged(stage, "run", "--once").returncode == 0
    (reply,) = stage.sink.wait_for(1)
    assert reply.recipients == ("one@harbor.example",)
    kept = stage.state.parent / "tokens"
    assert kept.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept.iterdir())


def triaged(stage: Stage, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "triaged", *words, "-c", str(stage.path)],
        check=False, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, env=dict(os.environ),
    )  # fmt: skip
