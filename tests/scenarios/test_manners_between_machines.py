"""Real machines write what the daemon believes: OpenDKIM and OpenDMARC stamp, and forgers are told from clients."""

import smtplib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from scenarios.conftest import Opening
from scenarios.stage import Stage, letter
from server.certificates import Authority
from server.dovecot import USUAL, Dovecot, Variant
from server.milters import AUTHSERV_ID, Milters
from server.postfix import Postfix, Routes
from server.processes import HOST

pytestmark = pytest.mark.server

CONFIG = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"

[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = $IMAP
smtp = $SMTP
authserv_id = "mx.roth.example"

[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example", "*@strict.example"]

[client.quiet]
name = "Quiet Gardens"
from = ["*@quiet.example"]

[reply.later]
text = "Hello {{ sender.name or 'there' }}, about “{{ subject }}”: I answer {{ promise | when }}."

[[rule]]
name = "Everything waits"
then = "defer"
until = "in 2 days"
promise = "in 3 days"
reply = "later"
"""
ALWAYS = CONFIG.replace('authserv_id = "mx.roth.example"', 'authserv_id = "mx.roth.example"\nrequire_auth = "always"')
CLAIMS = {"Authentication-Results": f"{AUTHSERV_ID}; dmarc=pass header.from=harbor.example"}
DEFAULT_CLAIMS = {"Authentication-Results": "OpenDMARC; dmarc=pass (p=none dis=none) header.from=harbor.example"}


@dataclass(frozen=True)
class Servers:
    """The client's own server, which signs what it sends, and the person's incoming one, which verifies."""

    signing: Postfix
    incoming: Postfix
    dovecot: Dovecot


@pytest.fixture(scope="module")
def machines(dovecots: Callable[[Variant], Dovecot], authority: Authority) -> Iterator[Servers]:
    dovecot, certificate = dovecots(USUAL), authority.valid()
    milters = Milters("harbor.example", {"harbor.example": "reject", "strict.example": "reject"})
    incoming = Postfix(
        dovecot, certificate, Routes(others=dovecot),
        milters=(milters.verify, milters.judge), takes_from_anyone=True, name=AUTHSERV_ID,
    )  # fmt: skip
    signing = Postfix(
        dovecot, certificate, Routes(others=incoming),
        milters=(milters.sign,), takes_from_anyone=True, name="mail.harbor.example",
    )  # fmt: skip
    try:
        milters.start()
        incoming.start()
        signing.start()
        yield Servers(signing, incoming, dovecot)
    finally:
        signing.close()
        incoming.close()
        milters.close()


class Post:
    """Mail on its way to the person of a stage, by SMTP through real servers."""

    def __init__(self, stage: Stage, machines: Servers) -> None:
        self.stage, self.servers, self._count = stage, machines, 0

    async def comes(self, through: Postfix, sender: str, subject: str, **more: Any) -> bytes:
        """Somebody hands in a message, and the daemon deals with it. It as it was delivered."""
        self._count += 1
        user, dovecot = self.stage.users[0], self.servers.dovecot
        address = sender.rpartition("<")[2].rstrip(">")
        message_id = f"<{self._count}.{user}.{address}>"
        raw = letter(
            sender, subject, "Can you ring me?", at=datetime.now(UTC), message_id=message_id, return_path="", **more
        )
        with smtplib.SMTP(HOST, through.smtp, local_hostname="client.example") as connection:
            connection.sendmail(address, [f"{user}@roth.example"], raw)
        await self.stage.until(lambda: self._decided(message_id), f"it comes: {through.log()[-3000:]}")
        await self.stage.quiet()
        return next(
            one.raw
            for folder in ("INBOX", "Deferred")
            for one in dovecot.messages(user, folder)
            if message_id.encode() in one.raw
        )

    def _decided(self, message_id: str) -> bool:
        self.stage.daemon.wake()
        return any(
            line.get("message_id") == message_id and line["event"].startswith("message.")
            for line in self.stage.lines.lines
        )


Opened = Callable[..., Awaitable[Post]]


@pytest_asyncio.fixture
async def post(stages: Opening, machines: Servers) -> AsyncIterator[Opened]:
    async def give(config: str = CONFIG) -> Post:
        stage = stages(config, start=datetime.now(UTC))
        await stage.open()
        return Post(stage, machines)

    yield give


# --- what OpenDKIM and OpenDMARC found --------------------------------------------------------------------------


async def test_what_the_clients_server_signed_is_believed_and_answered(post: Opened):
    found = await post()
    raw = await found.comes(found.servers.signing, "Gary Stone <gary@harbor.example>", "question")
    assert b"mx.roth.example;\r\n\tdkim=pass" in raw
    assert b"mx.roth.example; dmarc=pass" in raw
    await found.stage.later(minutes=11)
    (reply,) = found.stage.sent()
    assert reply["To"] == "gary@harbor.example"
    assert reply.get_content().startswith("Hello Gary Stone, about “question”")


async def test_a_forger_is_found_out_and_is_nobodys(post: Opened):
    found = await post()
    raw = await found.comes(found.servers.incoming, "Gary Stone <gary@harbor.example>", "invoice", headers=CLAIMS)
    assert b"mx.roth.example; dmarc=fail (p=reject" in raw
    assert b"mx.roth.example; dmarc=pass" in raw  # the forger's own field stays: OpenDKIM takes none away by itself
    assert "invoice" in found.stage.inbox()
    await found.stage.later(minutes=11)
    assert found.stage.sent() == []
    left = found.stage.lines.one("message.left")
    assert left["reason"] == "authentication failed: dmarc=fail"
    assert (left["level"], left["error"]) == ("info", "forged in the name of Harbor Trust")


async def test_a_forger_who_writes_in_the_name_of_a_common_filter_is_not_believed(post: Opened):
    found = await post()
    raw = await found.comes(found.servers.incoming, "gary@harbor.example", "invoice", headers=DEFAULT_CLAIMS)
    assert b"OpenDMARC; dmarc=pass" in raw
    await found.stage.later(minutes=11)
    assert found.stage.sent() == []
    assert found.stage.events("message.deferred") == []


async def test_who_has_no_policy_and_signs_nothing_is_answered_without_a_name_of_the_mail_if_known(post: Opened):
    found = await post()
    raw = await found.comes(found.servers.incoming, "Mia Quiet <mia@quiet.example>", "garden")
    assert b"mx.roth.example; dmarc=none" in raw
    await found.stage.later(minutes=11)
    (reply,) = found.stage.sent()
    assert reply.get_content().startswith("Hello there, about “garden”")


async def test_a_claim_in_my_servers_name_convinces_nobody_where_my_server_found_nothing(post: Opened):
    found = await post(ALWAYS)
    claims = {"Authentication-Results": f"{AUTHSERV_ID}; dmarc=pass header.from=quiet.example"}
    raw = await found.comes(found.servers.incoming, "Mia Quiet <mia@quiet.example>", "garden", headers=claims)
    assert b"mx.roth.example; dmarc=none" in raw
    assert b"mx.roth.example; dmarc=pass" in raw
    await found.stage.later(minutes=11)
    assert found.stage.sent() == []


async def test_who_has_no_policy_and_signs_nothing_is_not_answered_where_proof_is_always_asked_for(post: Opened):
    found = await post(ALWAYS)
    await found.comes(found.servers.incoming, "Mia Quiet <mia@quiet.example>", "garden")
    await found.stage.later(minutes=11)
    assert found.stage.sent() == []
    assert found.stage.lines.one("message.deferred")["no_reply"] == "unauthenticated"
    assert "garden" in found.stage.inbox("Deferred")


async def test_what_is_signed_is_answered_where_proof_is_always_asked_for(post: Opened):
    found = await post(ALWAYS)
    await found.comes(found.servers.signing, "gary@harbor.example", "question")
    await found.stage.later(minutes=11)
    assert [reply["To"] for reply in found.stage.sent()] == ["gary@harbor.example"]
