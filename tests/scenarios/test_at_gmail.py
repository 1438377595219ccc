"""The whole daemon on a server that behaves like Gmail's: put aside is a label and out of the inbox, and back again."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

from fakes.gmail import ALL, INBOX, FakeGmail
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


async def test_a_message_is_put_aside_and_comes_back_as_the_same(tmp_path: Path):
    clock, lines = DrivenClock(START), LogLines()
    with Provider(now=clock.now, pending=0, user="dana@gmail.example") as provider:
        async with FakeGmail() as server:
            server.tokens = provider._tokens  # any that the provider has given
            path = tmp_path / "triaged.toml"
            path.write_text(CONFIG.format(folder=tmp_path, port=server.port, issuer=provider.url))
            path.chmod(0o600)
            loaded = load(path, now=clock.now())
            (holder,) = holders_of(loaded.persons[0].accounts[0])
            token = await asyncio.to_thread(
                sign_in, holder, None, web(), Talk(lambda _: None, lambda _: None), clock.now, user="dana", testing=False
            )  # fmt: skip
            Store(tmp_path / "state" / "tokens").write(holder.login, token)
            daemon = Daemon(loaded, lines.events, clock=clock)
            run = asyncio.create_task(daemon.run())
            await daemon.ready.wait()
            await rest(daemon, run)
            number = server.arrives(
                letter(GARY, "question", "Can you ring me?", at=START, message_id="<1@harbor.example>")
            )
            daemon.wake()
            await rest(daemon, run)
            assert [name for name, label in server.labels.items() if label.mails] == [ALL, "Deferred"]
            await clock.leap(timedelta(hours=2, minutes=1))
            await rest(daemon, run)
            assert [name for name, label in server.labels.items() if label.mails] == [INBOX, ALL]
            assert server.labels[INBOX].mails[0].uid == 2
            daemon.sweep()
            await rest(daemon, run)
            daemon.stop()
            assert await run == 0
    assert len(lines.of("message.deferred")) == len(lines.of("message.returned")) == 1
    with sqlite3.connect(tmp_path / "state" / "triaged.db") as db:
        assert db.execute("SELECT server_id, uid FROM item").fetchall() == [(number, 2)]
    db.close()
