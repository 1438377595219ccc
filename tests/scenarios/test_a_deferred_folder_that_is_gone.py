"""The deferred folder is renamed, deleted or configured anew while mail lies in it: nothing waits for ever."""

import asyncio

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage
from scenarios.test_whoever_says_no import attention
from server.courier import PLAIN_COURIER
from server.cyrus import PLAIN_CYRUS, CyrusVariant
from server.dovecot import USUAL, Variant
from server.fixtures import AnyVariant
from triaged.cli import main
from triaged.ledger import Ledger

KINDS: dict[str, AnyVariant] = {
    "Dovecot": USUAL,
    "Dovecot, INBOX. and dots": Variant(separator=".", prefix="INBOX.", special_use=False),
    "Cyrus": PLAIN_CYRUS,
    "Cyrus, below INBOX, dots": CyrusVariant(slashes=False, beside=False),
    "Courier": PLAIN_COURIER,
}
OF_DOVECOT = {name: variant for name, variant in KINDS.items() if isinstance(variant, Variant)}
"""The others number folders by the second in which they are made: one made in the same second is taken for a renamed one."""
EVERY = pytest.mark.parametrize("variant", KINDS.values(), ids=KINDS.keys())


async def aside(stages: Opening, config: str = CONSULTANT, variant: AnyVariant = USUAL) -> Stage:
    """A question that is put aside until Friday, nine o'clock."""
    stage = stages(config, variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    return stage


def states(stage: Stage) -> list[str]:
    return [state for (state,) in stage.rows("SELECT state FROM item ORDER BY id")]


def failing(stage: Stage) -> int:
    with Ledger.open(stage.state) as ledger:
        (account,) = ledger.overview()
    return account.failing


@EVERY
async def test_renamed_by_hand_its_mail_comes_back_from_under_the_new_name(stages: Opening, variant: AnyVariant):
    stage = await aside(stages, variant=variant)
    with stage.server.client(stage.users[0]) as client:
        client.rename_folder(stage.server.real("Deferred"), stage.server.real("Later"))
    await stage.to("fri 12:00")
    assert list(stage.inbox()) == ["question"]
    assert list(stage.inbox("Later")) == []
    assert len(stage.events("message.returned", from_folder=stage.server.real("Later"))) == 1


@EVERY
async def test_renamed_while_nothing_runs_likewise(stages: Opening, variant: AnyVariant):
    stage = await aside(stages, variant=variant)
    await stage.close()
    with stage.server.client(stage.users[0]) as client:
        client.rename_folder(stage.server.real("Deferred"), stage.server.real("Later"))
    await stage.open()
    await stage.to("fri 12:00")
    assert list(stage.inbox()) == ["question"]


@EVERY
async def test_renamed_in_the_configuration_its_mail_comes_back_from_the_old_one(stages: Opening, variant: AnyVariant):
    stage = await aside(stages, variant=variant)
    await stage.reload(CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nfolders.deferred = "Later"'))
    await stage.arrives(GARY, "another")
    assert list(stage.inbox("Later")) == ["another"]
    await stage.to("fri 12:00")
    assert set(stage.inbox()) == {"question", "another"}
    assert list(stage.inbox("Deferred")) == []


@EVERY
async def test_deleted_with_what_lay_in_it_that_is_gone_and_nothing_is_tried_for_ever(
    stages: Opening, variant: AnyVariant
):
    stage = await aside(stages, variant=variant)
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder(stage.server.real("Deferred"))
    await stage.to("fri 09:00")
    assert failing(stage) == 1
    (need,) = await attention(stage)
    assert need.startswith("work: 1 act on the mailbox that failed and are tried again")
    await stage.later(minutes=10)
    assert states(stage) == ["gone"]
    assert failing(stage) == 0
    assert stage.rows("SELECT count(*) FROM effect WHERE state IN ('planned', 'trying')") == [(0,)]


@pytest.mark.parametrize("variant", OF_DOVECOT.values(), ids=OF_DOVECOT.keys())
async def test_deleted_after_its_mail_was_moved_elsewhere_that_is_released_and_stays(
    stages: Opening, variant: AnyVariant
):
    stage = await aside(stages, variant=variant)
    await stage.close()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder(stage.server.real("Archive"))
    stage.drag("question", "Deferred", "Archive")
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder(stage.server.real("Deferred"))
    await stage.open()
    await stage.to("fri 12:00")
    assert states(stage) == ["released"]
    assert list(stage.inbox("Archive")) == ["question"]


async def test_what_was_thought_gone_and_is_there_again_comes_back(stages: Opening):
    stage = await aside(stages)
    folder = stage.dovecot.root / "mail" / stage.users[0] / "maildir" / ".Deferred"
    away = folder.rename(stage.dovecot.root / f"away-{stage.users[0]}")
    await stage.to("fri 12:00")
    assert states(stage) == ["gone"]
    away.rename(folder)
    stage.daemon.sweep()
    await stage.to("mon 12:00")
    assert list(stage.inbox()) == ["question"]


async def test_one_that_lies_in_the_new_folder_at_the_number_it_had_in_the_old_is_no_second_one(stages: Opening):
    stage = await aside(stages)
    (before,) = stage.rows("SELECT uid FROM item")
    user = stage.users[0]
    await stage.reload(CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nfolders.deferred = "Later"'))
    stage.server.move(user, "Deferred", before[0], "Later")
    (there,) = stage.server.messages(user, "Later")
    assert there.uid == before[0]
    await stage.later(minutes=10)
    assert stage.rows("SELECT state, folder FROM item") == [("aside", "Later")]
    await stage.to("fri 12:00")
    assert list(stage.inbox()) == ["question"]


async def test_release_says_what_will_happen(stages: Opening, capsys: pytest.CaptureFixture[str]):
    stage = await aside(stages)
    release = ["release", "1", "-c", str(stage.path)]
    assert await asyncio.to_thread(main, release) == 0
    assert capsys.readouterr().out == "item 1 (question) comes back now, unread, if it still lies in Deferred\n"
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder("Deferred")
    await stage.to("fri 09:00")
    await stage.later(minutes=20)
    assert await asyncio.to_thread(main, release) == 1
    assert capsys.readouterr().err == "triaged: item 1 is not put aside: it was deleted by hand\n"
