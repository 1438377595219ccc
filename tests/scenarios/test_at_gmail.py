"""The whole daemon on a server that behaves like Gmail's: put aside is a label and out of the inbox, and back again."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from fakes.gmail import ALL, INBOX, FakeGmail, Label
from fakes.provider import Provider
from scenarios.plays import GARY
from scenarios.stage import START, letter, rest
from server.clock import DrivenClock
from support.loglines import LogLines
from triaged.config import load
from triaged.delivery.oauth import Store
from triaged.delivery.oauth.login import Talk, sign_in
from triaged.delivery.oauth.web import web
from triaged.service.daemon import Daemon
from triaged.service.tokens import holders_of

CONFIG = """
[service]
state = "sqlite:{folder}/state/triaged.db"
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[account.work]
mode = "send"
addresses = ["dana@gmail.example"]
imap = {{ host = "127.0.0.1", port = {port}, tls = "none", user = "dana@gmail.example", oauth = {{ provider = {{ issuer = "{issuer}" }}, client_id = "triaged-tests" }} }}
smtp = {{ host = "127.0.0.1", port = 1, tls = "none" }}
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "later"
then = "defer"
until = "in 2h"
"""


@asynccontextmanager
async def at_gmail(
    folder: Path, config: str = CONFIG
) -> AsyncIterator[tuple[FakeGmail, Daemon, asyncio.Task[int], DrivenClock, LogLines]]:
    """The server, and a daemon signed in to it that rests."""
    clock, lines = DrivenClock(START), LogLines()
    with Provider(now=clock.now, pending=0, user="dana@gmail.example") as provider:
        async with FakeGmail() as server:
            server.tokens = provider._tokens  # any that the provider has given
            path = folder / "triaged.toml"
            path.write_text(config.format(folder=folder, port=server.port, issuer=provider.url))
            path.chmod(0o600)
            loaded = load(path, now=clock.now())
            (holder,) = holders_of(loaded.persons[0].accounts[0])
            token = await asyncio.to_thread(
                sign_in, holder, None, web(), Talk(lambda _: None, lambda _: None), clock.now, user="dana", testing=False
            )  # fmt: skip
            Store(folder / "state" / "tokens").write(holder.login, token)
            server.labels |= {f"Deferred/{name}": Label(41 + n) for n, name in enumerate(("Tomorrow", "Settled"))}
            daemon = Daemon(loaded, lines.events, clock=clock)
            run = asyncio.create_task(daemon.run())
            await daemon.ready.wait()
            await rest(daemon, run)
            yield server, daemon, run, clock, lines
            daemon.stop()
            assert await run == 0


async def test_a_label_that_says_when_is_taken_off_after_a_minute_and_it_comes_back(tmp_path: Path):
    snooze = (
        CONFIG.replace('then = "defer"\nuntil = "in 2h"', 'then = "urgent"')
        + '[snooze]\n"Tomorrow" = "next office day 09:00"\n'
    )
    async with at_gmail(tmp_path, snooze) as (server, daemon, run, clock, lines):
        server.arrives(letter(GARY, "question", "Can you ring me?", at=START, message_id="<1@harbor.example>"))
        daemon.wake()
        await rest(daemon, run)
        [mail] = server.labels[INBOX].mails
        server.put("Deferred/Tomorrow", mail)  # "move to" of Gmail's own program: one label for another
        server.labels[INBOX].mails.clear()
        daemon.sweep()
        await rest(daemon, run)
        [snoozed] = lines.of("message.snoozed")
        assert snoozed["until"].startswith("2025-11-25T09:00")
        await clock.leap(timedelta(minutes=2))
        await rest(daemon, run)
        assert [name for name, label in server.labels.items() if label.mails] == [ALL, "Deferred"]
        await clock.leap(timedelta(days=1))
        await rest(daemon, run)
        assert [name for name, label in server.labels.items() if label.mails] == [INBOX, ALL]
        assert len(lines.of("message.returned")) == 1


async def test_a_message_is_put_aside_and_comes_back_as_the_same(tmp_path: Path):
    async with at_gmail(tmp_path) as (server, daemon, run, clock, lines):
        number = server.arrives(letter(GARY, "question", "Can you ring me?", at=START, message_id="<1@harbor.example>"))
        daemon.wake()
        await rest(daemon, run)
        assert [name for name, label in server.labels.items() if label.mails] == [ALL, "Deferred"]
        await clock.leap(timedelta(hours=2, minutes=1))
        await rest(daemon, run)
        assert [name for name, label in server.labels.items() if label.mails] == [INBOX, ALL]
        assert server.labels[INBOX].mails[0].uid == 2
        daemon.sweep()
        await rest(daemon, run)
    assert len(lines.of("message.deferred")) == len(lines.of("message.returned")) == 1
    with sqlite3.connect(tmp_path / "state" / "triaged.db") as db:
        assert db.execute("SELECT server_id, uid FROM item").fetchall() == [(number, 2)]
    db.close()
