"""What the keeper of the tokens has to tell becomes events, pushes, and an account that tries again."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.provider import Provider
from server.clock import START, DrivenClock
from support.loglines import LogLines
from triaged.account.context import Context
from triaged.config import load
from triaged.delivery.oauth import News, Token
from triaged.ledger import Ledger, LedgerThread
from triaged.mailbox import SignInNeeded, Throttled
from triaged.service.currentsettings import CurrentSettings
from triaged.service.tokens import Tokens, holders_of

CONFIG = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[account.work]
addresses = ["dana@roth.example"]
imap = { host = "imap.example", user = "dana", oauth = { provider = { token_url = "TOKENS/token" }, client_id = "triaged-tests" } }
smtp = { host = "smtp.example", oauth = { provider = { token_url = "TOKENS/token" }, client_id = "another" } }
[client.harbor]
from = ["*@harbor.example"]
[notify.phone]
url = "json://127.0.0.1:1"
[notify.desk]
url = "json://127.0.0.1:1"
[[rule]]
name = "all"
then = "leave"
"""


class Scene:
    """Tokens of one account, over a ledger in memory."""

    def __init__(self, folder: Path, url: str) -> None:
        path = folder / "triaged.toml"
        path.write_text(CONFIG.replace("TOKENS", url))
        path.chmod(0o600)
        loaded = load(path)
        assert loaded.usable, [str(problem) for problem in loaded.problems]
        (self.person,) = loaded.persons
        (self.account,) = self.person.accounts
        self.lines, self.restored, self.pushes = LogLines(), [], 0
        self.book = LedgerThread(Ledger.open(":memory:"))
        self.office = Context(self.book, DrivenClock(), self.lines.events, random.Random(1))
        self.tokens = Tokens(folder, self.office, CurrentSettings(loaded), self.restored.append, self.pushed)

    def pushed(self) -> None:
        self.pushes += 1

    async def tell(self, what: str, stamp: str = "1") -> None:
        (holder, _) = holders_of(self.account)
        await self.tokens._tell(News(what, holder, "type: triaged auth login work", stamp, START))  # type: ignore[arg-type]

    async def planned(self) -> list[str]:
        person = (await self.office.write(Ledger.accounts))[0].person
        return [str(one.args["channel"]) for one in await self.office.write(Ledger.due_pushes, person, START)]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with Provider() as provider:
        made = Scene(tmp_path, provider.url)
        await made.office.write(Ledger.register, made.person.label, [made.account.login], START, taken=set())
        yield made
        await made.book.close()


async def test_an_end_that_is_near_is_an_event_and_one_push_to_every_channel(scene: Scene):
    await scene.tell("expiring")
    await scene.tell("expiring")
    assert {line["until"] for line in scene.lines.of("account.auth_expiring")} == {"2026-11-23T09:00:00+01:00"}
    assert sorted(await scene.planned()) == ["desk", "phone"]
    await scene.tell("expiring", "2")
    assert len(await scene.planned()) == 4
    assert scene.pushes == 3


async def test_an_end_that_came_names_the_command_and_is_pushed(scene: Scene):
    await scene.tell("lapsed")
    line = scene.lines.one("account.auth_failed")
    assert (line["account"], line["error"]) == ("work", "type: triaged auth login work")
    assert sorted(await scene.planned()) == ["desk", "phone"]


async def test_an_endpoint_that_fails_is_an_event_without_a_push(scene: Scene):
    await scene.tell("failing")
    assert scene.lines.one("account.degraded")["error"]
    assert await scene.planned() == []


async def test_a_sign_in_that_lives_again_makes_the_desk_try(scene: Scene):
    await scene.tell("restored")
    assert scene.restored == [scene.account.login]


async def test_an_account_whose_submission_has_its_own_registration_has_two_sign_ins(scene: Scene):
    assert [holder.login for holder in holders_of(scene.account)] == ["dana@imap.example", "dana@smtp.example"]


async def test_a_mailbox_hears_its_own_words_for_what_the_keeper_says(scene: Scene, tmp_path: Path):
    signing = scene.tokens.of_mailbox(scene.account)
    assert signing is not None
    with pytest.raises(SignInNeeded, match="triaged auth login work"):
        await signing.token()
    away = Scene(tmp_path, "http://127.0.0.1:1")
    away.tokens.keeper._store.write(away.account.login, token_of_yesterday())
    signing = away.tokens.of_mailbox(away.account)
    assert signing is not None
    with pytest.raises(Throttled) as caught:
        await signing.token()
    assert caught.value.retry_after is not None
    await away.book.close()


def token_of_yesterday() -> Token:
    return Token("x", "triaged-tests", "device", "old", START, "refresh", signed_in_at=START, renewed_at=START)
