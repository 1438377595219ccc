"""A fault of the server in one watched folder: within a minute it is known, and the others are served as if nothing were."""

from dataclasses import replace
from typing import Any

import pytest

from scenarios.conftest import Opening
from scenarios.plays import GARY, MAY
from scenarios.stage import Stage
from scenarios.test_watched_folders import make, watching
from scenarios.test_whoever_says_no import attention, is_ready
from server.dovecot import Variant
from server.withholding import Withholding

EVERY = pytest.mark.parametrize(
    "variant",
    [Variant(), Variant(separator=".", prefix="INBOX.", special_use=False)],
    ids=["Dovecot", "Dovecot, INBOX. and dots"],
)


async def watched(stages: Opening, variant: Variant) -> Stage:
    stage = stages(watching("INBOX", "Clients"), variant=variant)
    make(stage, real(variant))
    stage.store(GARY, "before", folder=real(variant))
    return stage


def real(variant: Variant) -> str:
    """The folder's name on the server."""
    return f"{variant.prefix}Clients"


def said(stage: Stage) -> list[dict[str, Any]]:
    """What the log says of the folder: by its configured name, or by the server's."""
    return [line for line in stage.events("account.degraded") if str(line.get("folder")).endswith("Clients")]


async def is_known(stage: Stage, *words: str) -> None:
    """In `status`, for supervisors and in the log, and the inbox goes on."""
    (need,) = [need for need in await attention(stage) if "Clients" in need]
    assert all(word in need for word in words), need
    assert not await is_ready(stage)
    assert len(said(stage)) == 1
    assert stage.events("account.disconnected") == []
    await stage.arrives(MAY, "outage")
    assert stage.flags("outage") == {"\\Flagged"}


@EVERY
async def test_a_folder_that_is_missing(stages: Opening, variant: Variant):
    stage = await watched(stages, variant)
    await stage.open()
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder(real(variant))
    await stage.later(minutes=1, seconds=5)
    await is_known(stage, "is not watched", "no such folder")


@EVERY
async def test_a_folder_that_the_server_refuses(stages: Opening, variant: Variant):
    stage = await watched(stages, replace(variant, acl=True))
    stage.dovecot.restrict(stage.users[0], "Clients", "l")
    await stage.open()
    await is_known(stage, "is not watched", "NOPERM")


@EVERY
async def test_a_folder_whose_store_is_damaged(stages: Opening, variant: Variant):
    stage = await watched(stages, variant)
    await stage.open()
    folder = stage.dovecot.root / "mail" / stage.users[0] / "maildir" / ".Clients"
    for part in (folder / "cur", folder / "new", folder):
        part.chmod(0)
    try:
        await stage.later(minutes=1, seconds=5)
        await is_known(stage, "is not watched")
    finally:
        for part in (folder, folder / "cur", folder / "new"):
            part.chmod(0o700)
    await stage.later(minutes=2)
    assert await is_ready(stage)


@EVERY
async def test_a_folder_that_is_numbered_anew(stages: Opening, variant: Variant):
    stage = await watched(stages, variant)
    await stage.open()
    stage.renumber("Clients")
    await stage.later(minutes=1, seconds=5)
    (need,) = await attention(stage)
    assert "numbered the folder anew" in need
    assert not await is_ready(stage)
    assert len(said(stage)) == 1
    await stage.later(minutes=70)
    assert await is_ready(stage)


@EVERY
async def test_a_folder_whose_messages_have_no_header(stages: Opening, variant: Variant):
    stage = await watched(stages, variant)
    async with Withholding(stage.server.imap, real(variant)) as relay:
        stage.imap = (
            f'{{ host = "127.0.0.1", port = {relay.port}, tls = "none", user = "$USER", password = "$PASSWORD" }}'
        )
        await stage.open()
        assert await is_ready(stage)
        await stage.to("tue 15:10")
        stage.store(GARY, "question", folder=real(variant))
        await stage.later(minutes=1, seconds=5)
        await is_known(stage, "gives no header of 1")
        (told,) = stage.events("message.unreadable")
        assert (told["folder"], told["uid"]) == (real(variant), 2)
        assert stage.flags("question", real(variant)) == {"\\Flagged"}
        assert stage.sent() == []
        await stage.close()


@EVERY
async def test_one_message_that_the_server_cannot_read_holds_up_none_behind_it(stages: Opening, variant: Variant):
    stage = await watched(stages, variant)
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "question", folder=real(variant))
    stage.store(MAY, "down", folder=real(variant))
    folder = stage.dovecot.root / "mail" / stage.users[0] / "maildir" / ".Clients"
    files = sorted([*(folder / "cur").iterdir(), *(folder / "new").iterdir()])
    (bad,) = [file for file in files if b"Subject: question" in file.read_bytes()]
    bad.chmod(0)
    for _ in range(30):
        await stage.later(minutes=1)
    assert stage.events("message.urgent", subject="down")
    (told,) = stage.events("message.unreadable")
    assert (told["folder"], told["uid"]) == (real(variant), 2)
    lost = len(stage.events("account.disconnected"))
    await stage.arrives(MAY, "outage")
    await stage.later(hours=2)
    assert len(stage.events("account.disconnected")) == lost
    for file in (folder / "cur").iterdir():
        file.chmod(0o600)
    assert stage.flags("question", real(variant)) == {"\\Flagged"}
