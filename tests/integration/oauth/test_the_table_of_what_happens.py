"""The table of config/oauth.md that says what happens when: each row is played, and says what was seen."""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from fakes.provider import REFRESH, Bad, Provider
from integration.oauth.oauthkit import signed_in
from server.clock import DrivenClock
from support.loglines import LogLines
from triaged.account.context import Context
from triaged.config import load
from triaged.core import providers
from triaged.delivery.oauth import NotNow, SignInNeeded, Store, StoreError
from triaged.ledger import Ledger, LedgerThread
from triaged.service.currentsettings import CurrentSettings
from triaged.service.tokens import FOLDER, Tokens, holders_of

PAGE = Path(__file__).resolve().parents[3] / "config" / "oauth.md"
CONFIG = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[account.work]
addresses = ["dana@roth.example"]
imap = { host = "imap.example", user = "dana", oauth = { provider = $PROVIDER, client_id = "triaged-tests", client_secret = "a secret" } }
[client.harbor]
from = ["*@harbor.example"]
[notify.phone]
url = "json://127.0.0.1:1"
[[rule]]
name = "all"
then = "leave"
"""


@dataclass
class Play:
    """The tokens of one account: what the log and the phone hear of them."""

    provider: Provider
    folder: Path
    google: bool = False

    def __post_init__(self) -> None:
        self.clock = DrivenClock()
        self.provider.now = self.clock.now
        self.provider.client_secret = "a secret"
        self.lines = LogLines(self.clock.now)
        self.book = LedgerThread(Ledger.open(":memory:"))
        self.configure()

    def configure(self, **changes: str) -> None:
        """Write the configuration and read it."""
        written = '"google"' if self.google else f'{{ token_url = "{self.provider.url}/token" }}'
        text = CONFIG.replace("$PROVIDER", written)
        for old, new in changes.items():
            text = text.replace(old, new)
        path = self.folder / "triaged.toml"
        path.write_text(text)
        path.chmod(0o600)
        self.loaded = load(path)
        assert not self.loaded.errors, [str(problem) for problem in self.loaded.errors]
        context = Context(self.book, self.clock, self.lines.events, random.Random(1))
        self.tokens = Tokens(self.folder, context, CurrentSettings(self.loaded), lambda _: None, lambda: None)
        (self.holder,) = holders_of(self.loaded.persons[0].accounts[0])

    async def open(self) -> None:
        self.person = (
            await self.book.call(
                lambda ledger: ledger.register("dana", [self.holder.login], self.clock.now(), taken=set())
            )
        )[self.holder.login].person

    def sign_in(self, *, testing: bool = False) -> None:
        """Somebody has signed in with a code, whatever flow the provider has for mail."""
        endpoints = {"token_url": self.provider.url + "/token", "device_url": self.provider.url + "/device"}
        oauth = replace(self.holder.oauth, provider="id.example", endpoints=endpoints, grant="device")
        store = Store(self.folder / FOLDER)
        self.provider.client_secret, wanted = None, self.provider.client_secret
        token = signed_in(self.provider, store, replace(self.holder, oauth=oauth), testing=testing)
        self.provider.client_secret = wanted
        kept = replace(token, provider=self.holder.oauth.provider, grant=self.holder.oauth.grant, question="", asked=())
        store.write(self.holder.login, kept)

    async def passes(self, hours: float, step: timedelta = timedelta(minutes=20)) -> None:
        for _ in range(int(timedelta(hours=hours) / step)):
            await self.clock.leap(step)
            await self.tokens.keeper.once()

    async def row(self) -> tuple[str, str, str]:
        """What the log, the phone and the provider have heard."""
        again = await self.asked_again()
        events = [line["event"] for line in self.lines.lines if line["event"].startswith("account.")]
        told = [(event, len(list(same))) for event, same in groupby(events)]
        log = ", then ".join(f"`{event}`" + (" twice" if times == 2 else "") for event, times in told) or "nothing"
        due = await self.book.call(lambda ledger: ledger.due_pushes(self.person, self.clock.now()))
        return log, {0: "no", 1: "a push", 3: "three pushes"}[len(due)], again

    async def asked_again(self) -> str:
        """How soon the provider is asked after this."""
        pauses: list[str] = []
        while len(pauses) < 8:
            try:
                await self.tokens.keeper.token(self.holder.login)
            except NotNow as later:
                pause = later.retry_after or timedelta()
                pauses.append(_nearest(pause))
                await self.clock.leap(pause + timedelta(seconds=1))
            except SignInNeeded:
                return await self._asked_in_hours()
            except StoreError:
                return "not asked"
            else:
                return "as ever"
        same = [pause for pause, _ in groupby(pauses)]
        return f"every {same[0]}" if len(same) == 1 else f"after {', '.join(same[:-1])}, then every {same[-1]}"

    async def _asked_in_hours(self) -> str:
        """From one question in vain to the next."""
        asked: list[int] = []
        for hour in range(1, 16):
            before = self.provider.asked[REFRESH]
            await self.passes(1, timedelta(hours=1))
            if self.provider.asked[REFRESH] > before:
                asked.append(hour)
        return f"every {asked[1] - asked[0]} hours" if asked else "not asked"


def _nearest(pause: timedelta) -> str:
    known = {"30 s": 0.5, "1 min": 1, "2 min": 2, "4 min": 4, "8 min": 8, "15 min": 15, "hour": 60}
    return min(known, key=lambda name: abs(pause / timedelta(minutes=1.05) - known[name]))


def refusal(code: str, status: int = 400, **more: str) -> Callable[[Play], Awaitable[None]]:
    async def play(on: Play) -> None:
        on.sign_in()
        on.provider.bad = Bad(status, json.dumps({"error": code, **more}).encode())
        await on.passes(2)

    return play


def busy(bad: Bad) -> Callable[[Play], Awaitable[None]]:
    async def play(on: Play) -> None:
        on.sign_in()
        on.provider.bad = bad
        await on.passes(1)

    return play


async def revoked(on: Play) -> None:
    on.sign_in()
    on.provider.revoke("dana")
    await on.passes(2)


async def nobody(on: Play) -> None:
    await on.passes(1)


async def damaged(on: Play) -> None:
    on.sign_in()
    Store(on.folder / FOLDER).file(on.holder.login).write_text("{")
    await on.passes(1)


async def another_client(on: Play) -> None:
    on.sign_in()
    on.configure(**{"triaged-tests": "another"})
    await on.passes(2)


async def unused(on: Play) -> None:
    on.sign_in()
    await on.clock.leap(timedelta(days=91))
    await on.passes(1)


async def in_testing(on: Play) -> None:
    on.provider.testing, on.provider.rotates = timedelta(days=7), False
    on.sign_in(testing=True)
    await on.passes(7 * 24 + 3, timedelta(hours=3))


async def told(on: Play) -> None:
    on.provider.ends, on.provider.says_end = timedelta(days=7), "always"
    on.sign_in()
    await on.passes(7 * 24 + 3, timedelta(hours=3))


async def other_secret(on: Play) -> None:
    on.sign_in()
    on.provider.client_secret = "a new one"
    await on.passes(2)
    on.lines.lines.clear()
    await on.book.call(
        lambda ledger: [ledger.done(each.id, on.clock.now()) for each in ledger.due_pushes(on.person, on.clock.now())]
    )
    on.configure(**{"a secret": "a new one"})
    await on.passes(1)


PLAYS: dict[str, Callable[[Play], Awaitable[None]]] = {
    "the person, an administrator or a new password ends the sign-in": revoked,
    "a Google app in testing is seven days old": in_testing,
    "the provider has told an end, and it comes": told,
    "triaged did not run for 90 days (Microsoft) or six months (Google)": unused,
    "the client secret has expired, or is wrong": refusal("invalid_client", 401),
    "another secret, scope, tenant or grant is in force (reload, start)": other_secret,
    "another client_id is in force": another_client,
    "the provider wants to see the person (a second factor)": refusal("interaction_required"),
    "consent is missing": refusal("invalid_grant", suberror="consent_required"),
    "the registration may not sign in like this": refusal("unauthorized_client"),
    "nobody has signed in yet": nobody,
    "the provider is away or busy": busy(Bad(503)),
    "a gateway says no in its place": busy(Bad(403, b'{"error": "Forbidden"}')),
    "the provider says that it is for the moment": busy(
        Bad(400, b'{"error": "invalid_grant", "error_description": "AADSTS90033: A transient error has occurred."}')
    ),
    "the provider wants to be left alone for a day": busy(Bad(429, retry_after="86400")),
    "the file of the token is damaged": damaged,
}
"""What happens, as the table calls it, and how it is played."""


def table() -> dict[str, tuple[str, ...]]:
    """The rows of the page by their first cell: log, phone, asked again, what to do."""
    lines = PAGE.read_text(encoding="utf-8").partition("| what happens |")[2].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]
    return {first: tuple(rest) for first, *rest in rows}


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    made: list[tuple[Provider, Play]] = []

    def start(what: str) -> Play:
        provider = Provider(pending=0).__enter__()
        google = replace(providers.GOOGLE, token_url=provider.url + "/token")
        monkeypatch.setitem(providers.AUTHORIZATION_SERVERS, "google", google)  # type: ignore[arg-type]
        made.append((provider, Play(provider, tmp_path, google=PLAYS[what] is in_testing)))
        return made[-1][1]

    yield start
    for provider, _ in made:
        provider.__exit__(None, None, None)


def test_the_table_has_a_row_for_everything_that_is_played():
    assert list(table()) == list(PLAYS)


@pytest.mark.parametrize("what", PLAYS)
async def test_what_the_table_says_is_what_happens(what: str, play: Callable[[str], Play]):
    on = play(what)
    await on.open()
    try:
        await PLAYS[what](on)
        said = " ".join(str(line.get(name, "")) for line in on.lines.lines for name in ("error", "reason"))
        assert await on.row() == table()[what][:3]
        for command in table()[what][3].split("`")[1::2]:  # what the person is told to do, she is told by us
            assert command.replace("ACCOUNT", "work") in said
    finally:
        await on.book.close()
