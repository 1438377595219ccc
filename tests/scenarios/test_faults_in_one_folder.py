"""A fault of the server in one watched folder: within a minute it is known, and the others are served as if nothing were."""

from scenarios.conftest import Opening
from scenarios.plays import GARY, MAY
from scenarios.stage import Stage
from scenarios.test_watched_folders import make, watching
from scenarios.test_whoever_says_no import attention, is_ready
from server.dovecot import Variant
from server.withholding import Withholding


async def watched(stages: Opening, variant: Variant | None = None) -> Stage:
    stage = stages(watching("INBOX", "Clients"), variant=variant or Variant())
    make(stage, "Clients")
    stage.store(GARY, "before", folder="Clients")
    return stage


async def is_known(stage: Stage, *words: str) -> None:
    """In `status`, for supervisors and in the log, and the inbox goes on."""
    (need,) = [need for need in await attention(stage) if "Clients" in need]
    assert all(word in need for word in words), need
    assert not await is_ready(stage)
    assert len(stage.events("account.degraded", folder="Clients")) == 1
    assert stage.events("account.disconnected") == []
    await stage.arrives(MAY, "outage")
    assert stage.flags("outage") == {"\\Flagged"}


async def test_a_folder_that_is_missing(stages: Opening):
    stage = await watched(stages)
    await stage.open()
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder("Clients")
    await stage.later(minutes=1, seconds=5)
    await is_known(stage, "is not watched", "no such folder")


async def test_a_folder_that_the_server_refuses(stages: Opening):
    stage = await watched(stages, Variant(acl=True))
    stage.dovecot.restrict(stage.users[0], "Clients", "l")
    await stage.open()
    await is_known(stage, "is not watched", "NOPERM")


async def test_a_folder_whose_store_is_damaged(stages: Opening):
    stage = await watched(stages)
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


async def test_a_folder_that_is_numbered_anew(stages: Opening):
    stage = await watched(stages)
    await stage.open()
    stage.renumber("Clients")
    await stage.later(minutes=1, seconds=5)
    (need,) = await attention(stage)
    assert "numbered the folder anew" in need
    assert not await is_ready(stage)
    assert len(stage.events("account.degraded", folder="Clients")) == 1
    await stage.later(minutes=70)
    assert await is_ready(stage)


async def test_a_folder_whose_messages_have_no_header(stages: Opening):
    stage = await watched(stages)
    async with Withholding(stage.server.imap, "Clients") as relay:
        stage.imap = (
            f'{{ host = "127.0.0.1", port = {relay.port}, tls = "none", user = "$USER", password = "$PASSWORD" }}'
        )
        await stage.open()
        assert await is_ready(stage)
        await stage.to("tue 15:10")
        stage.store(GARY, "question", folder="Clients")
        await stage.later(minutes=1, seconds=5)
        await is_known(stage, "gives no header of 1")
        (told,) = stage.events("message.unreadable")
        assert (told["folder"], told["uid"]) == ("Clients", 2)
        assert stage.flags("question", "Clients") == {"\\Flagged"}
        assert stage.sent() == []
        await stage.close()


async def test_one_message_that_the_server_cannot_read_holds_up_none_behind_it(stages: Opening):
    stage = await watched(stages)
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "question", folder="Clients")
    stage.store(MAY, "down", folder="Clients")
    folder = stage.dovecot.root / "mail" / stage.users[0] / "maildir" / ".Clients"
    files = sorted([*(folder / "cur").iterdir(), *(folder / "new").iterdir()])
    (bad,) = [file for file in files if b"Subject: question" in file.read_bytes()]
    bad.chmod(0)
    for _ in range(30):
        await stage.later(minutes=1)
    assert stage.events("message.urgent", subject="down")
    (told,) = stage.events("message.unreadable")
    assert (told["folder"], told["uid"]) == ("Clients", 2)
    lost = len(stage.events("account.disconnected"))
    await stage.arrives(MAY, "outage")
    await stage.later(hours=2)
    assert len(stage.events("account.disconnected")) == lost
    for file in (folder / "cur").iterdir():
        file.chmod(0o600)
    assert stage.flags("question", "Clients") == {"\\Flagged"}
