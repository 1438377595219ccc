"""`triaged auth`: what it says, what it keeps, how it ends."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.imap import Talk
from fakes.microsoft import NOT_CONNECTED, FakeExchange
from fakes.provider import Provider
from fakes.smtp import Say, ScriptedSmtp
from triaged.cli import main
from triaged.delivery.oauth import Store, Token

CONFIG = """
[service]
state = "sqlite:{folder}/state/triaged.db"
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[account.work]
addresses = ["dana@roth.example"]
imap = {{ host = "127.0.0.1", port = {port}, tls = "none", user = "dana@roth.example", oauth = {{ provider = {{ issuer = "{issuer}" }}, client_id = "triaged-tests" }} }}
[account.plain]
addresses = ["dana@plain.example"]
imap = {{ host = "127.0.0.1", port = 1, tls = "none", user = "dana", password = "x" }}
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "all"
then = "leave"
"""
LOGIN = "dana@roth.example@127.0.0.1"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def provider() -> object:
    with Provider(pending=0) as running:
        yield running


@pytest.fixture
def auth(tmp_path: Path, provider: Provider, capsys: Capture) -> Callable[..., tuple[int, str, str]]:
    """`auth("login", "work", port=…)`: exit code, output, errors."""

    def run(*words: str, port: int = 1, more: str = "", smtp: str = "") -> tuple[int, str, str]:
        path = tmp_path / "triaged.toml"
        written = CONFIG.format(folder=tmp_path, port=port, issuer=provider.url)
        written = written.replace('"triaged-tests" }', f'"triaged-tests"{more} }}').replace(
            "[account.plain]", smtp + "[account.plain]"
        )
        path.write_text(written)
        path.chmod(0o600)
        code = main([*(words if words[0] in ("check", "doctor") else ("auth", *words)), "-c", str(path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state" / "tokens")


def test_signing_in_keeps_a_token_and_says_so(auth: Callable, store: Store, provider: Provider):
    code, said, _ = auth("login", "work", "--no-check")
    assert code == 0
    assert "WDJB-MJHT" in said
    assert f"{LOGIN}: signed in" in said
    token = store.read(LOGIN)
    assert token is not None
    assert provider.owner(token.access_token) == "dana"
    assert token.access_token not in said


def test_signing_in_again_replaces_what_is_damaged(auth: Callable, store: Store):
    auth("login", "work", "--no-check")
    store.file(LOGIN).write_text("{")
    assert auth("status", "work")[0] == 1
    assert auth("login", "work", "--no-check")[0] == 0
    assert auth("status", "work")[0] == 0


def test_a_trial_stays_a_trial_at_the_next_sign_in(auth: Callable, store: Store):
    auth("login", "work", "--no-check", "--testing")
    auth("login", "work", "--no-check")
    token = store.read(LOGIN)
    assert token is not None
    assert token.testing


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("login", "wrk"), "there is no account 'wrk'; known are work, plain"),
        (("login", "plain"), "plain signs in with a password"),
        (("status", "work", "--person", "eva"), "nobody is called 'eva'"),
    ],
)
def test_what_cannot_be_done_is_one_line(auth: Callable, words: tuple[str, ...], complaint: str):
    code, _, errors = auth(*words)
    assert code == 1
    assert complaint in errors
    assert errors.count("\n") == 1


def test_a_provider_that_says_no_ends_with_one_line_and_keeps_nothing(
    auth: Callable, store: Store, provider: Provider
):  # fmt: skip
    provider.declines = True
    code, _, errors = auth("login", "work")
    assert (code, errors.count("\n")) == (1, 1)
    assert "authorization_declined" in errors
    assert store.read(LOGIN) is None


def row(auth: Callable) -> tuple[int, dict[str, object]]:
    code, said, _ = auth("status", "--json")
    (line,) = said.splitlines()
    return code, json.loads(line)


def test_the_states_of_a_sign_in(auth: Callable, store: Store):
    code, told = row(auth)
    assert (code, told["state"], told["command"]) == (1, "never", "triaged auth login work")
    auth("login", "work", "--no-check")
    code, told = row(auth)
    assert (code, told["state"], told["error"]) == (0, "well", None)
    assert datetime.fromisoformat(str(told["expires_at"])).tzinfo is not None
    token = store.read(LOGIN)
    assert token is not None
    now = datetime.now(UTC)
    for changed, state in (
        (replace(token, expires_at=now - timedelta(hours=1)), "expired"),
        (replace(token, refused="revoked", refused_at=now), "signed-out"),
        (replace(token, refresh_expires_at=now - timedelta(hours=1)), "signed-out"),
    ):
        store.write(LOGIN, changed)
        code, told = row(auth)
        assert (code, told["state"]) == (1, state)


def test_the_table_says_when_it_ends_and_no_token(auth: Callable, store: Store):
    auth("login", "work", "--no-check")
    token = store.read(LOGIN)
    assert token is not None
    store.write(LOGIN, replace(token, refresh_expires_at=datetime(2099, 1, 2, tzinfo=UTC)))
    _, said, _ = auth("status")
    assert "2099" in said
    assert "the provider said so" in said
    assert not any(secret in said for secret in (token.access_token, str(token.refresh_token)))


async def test_after_signing_in_the_mailbox_is_tried(auth: Callable, store: Store):
    async with FakeExchange() as server:
        code, _, errors = await asyncio.to_thread(auth, "login", "work", port=server.port)
        assert code == 1
        assert "was it the right person who signed in?" in errors
    assert isinstance(store.read(LOGIN), Token)


async def test_a_mailbox_that_is_not_open_to_a_good_token_is_told_apart(auth: Callable):
    async def not_connected(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + NOT_CONNECTED)

    async with FakeExchange(on={"AUTHENTICATE": not_connected}) as server:
        code, _, errors = await asyncio.to_thread(auth, "login", "work", port=server.port)
    assert code == 1
    assert "the token is good, the mailbox is not open" in errors


def test_the_end_that_a_provider_tells_is_said_at_the_sign_in(auth: Callable, provider: Provider):
    provider.ends, provider.says_end = timedelta(days=7), "sign-in"
    _, said, _ = auth("login", "work", "--no-check")
    assert f"it ends on {datetime.now(UTC) + timedelta(days=7):%Y-%m-%d} (the provider said so)" in said


def test_a_damaged_file_hides_no_other_sign_in(auth: Callable, store: Store):
    auth("login", "work", "--no-check")
    eva = EVA.format(issuer="http://127.0.0.1:1")
    store.file("eva@127.0.0.1").write_text("{")
    code, said, _ = auth("status", "--json", smtp=eva)
    rows = {row["account"]: row for row in map(json.loads, said.splitlines())}
    assert code == 1
    assert (rows["work"]["state"], rows["eva"]["state"]) == ("well", "damaged")
    assert "triaged auth login" in rows["eva"]["error"]
    assert "damaged" in auth("status", smtp=eva)[1]


EVA = """
[account.eva]
addresses = ["eva@roth.example"]
imap = {{ host = "127.0.0.1", port = 1, tls = "none", user = "eva", oauth = {{ provider = {{ issuer = "{issuer}" }}, client_id = "x" }} }}
"""


def test_scopes_that_were_not_granted_are_said(auth: Callable, provider: Provider):
    provider.grants = "imap openid"
    _, said, _ = auth("login", "work", "--no-check", more=', scopes = ["IMAP", "smtp", "offline_access"]')
    assert f"{LOGIN}: asked for, and not granted: smtp" in said


def test_other_scopes_than_were_signed_in_with_are_said_everywhere(auth: Callable):
    auth("login", "work", "--no-check", more=', scopes = ["imap"]')
    assert auth("status", more=', scopes = ["imap", "offline_access"]')[0] == 0
    words = "the sign-in has not the scopes smtp; type: triaged auth login work"
    wanted = ', scopes = ["imap", "smtp"]'
    code, said, _ = auth("status", more=wanted)
    assert (code, words in said) == (1, True)
    assert json.loads(auth("status", "--json", more=wanted)[1])["scopes"] == words
    assert f"warning: [account.work]: {words}" in auth("check", more=wanted)[1]
    assert "the sign-in has not the scopes smtp" in " ".join(auth("doctor", "work", more=wanted)[1].split())


async def test_after_signing_in_the_submission_server_is_tried_too(auth: Callable):
    async def good(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"+ ")
        await talk.line()
        await talk.send(tag + b" OK AUTHENTICATE completed.")

    refuses = {
        "ehlo": Say("250-fake.example\r\n250 AUTH LOGIN XOAUTH2"),
        "auth": Say("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
    }
    async with FakeExchange(on={"AUTHENTICATE": good}) as server, ScriptedSmtp(refuses) as smtp:
        written = f'smtp = {{ host = "127.0.0.1", port = {smtp.port}, tls = "none" }}\n'
        code, said, errors = await asyncio.to_thread(auth, "login", "work", port=server.port, smtp=written)
    assert code == 1
    assert "dana@roth.example is in" in said
    assert "disabled for the Tenant" in errors
    assert "no reply can go" in errors
