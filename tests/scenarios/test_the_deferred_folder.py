"""What lies in the deferred folder is what the ledger says lies there, whatever hands have done between two looks."""

from datetime import timedelta

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage
from server.courier import PLAIN_COURIER
from server.cyrus import PLAIN_CYRUS
from server.dovecot import USUAL, Variant
from server.fixtures import AnyVariant

KINDS: dict[str, AnyVariant] = {
    "Dovecot": USUAL,
    "Dovecot, no MOVE": Variant(hidden=("MOVE",)),
    "Cyrus": PLAIN_CYRUS,
    "Courier": PLAIN_COURIER,
}
EVERY = pytest.mark.parametrize("variant", KINDS.values(), ids=KINDS.keys())


async def aside(stages: Opening, variant: AnyVariant) -> tuple[Stage, str]:
    """A question that was put aside, and where."""
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    folder = f"{variant.prefix}Deferred"
    assert list(stage.inbox(folder)) == ["question"]
    return stage, folder


async def comes_back(stage: Stage, folder: str) -> None:
    await stage.to("fri 12:00")
    assert list(stage.inbox(folder)) == []
    assert list(stage.inbox()) == ["question"]
    assert stage.rows("SELECT count(*) FROM item WHERE state = 'aside'")[0][0] == 0


@EVERY
async def test_dragged_out_and_back_before_anybody_looks_it_comes_back_in_its_time(
    stages: Opening, variant: AnyVariant
):
    stage, folder = await aside(stages, variant)
    stage.drag("question", folder, "INBOX")
    stage.drag("question", "INBOX", folder)
    stage.daemon.sweep()
    await stage.quiet()
    assert stage.events("message.released") == []
    await comes_back(stage, folder)


@EVERY
async def test_dragged_out_and_back_while_nothing_runs_it_comes_back(stages: Opening, variant: AnyVariant):
    stage, folder = await aside(stages, variant)
    await stage.close()
    stage.drag("question", folder, "INBOX")
    stage.drag("question", "INBOX", folder)
    await stage.open()
    await comes_back(stage, folder)


@EVERY
async def test_uploaded_again_in_its_place_by_a_mail_program_it_comes_back(stages: Opening, variant: AnyVariant):
    stage, folder = await aside(stages, variant)
    lies = stage.inbox(folder)["question"]
    stage.server.append(stage.users[0], folder, lies.raw, lies.arrived)
    stage.server.delete(stage.users[0], folder, lies.uid)
    stage.daemon.sweep()
    await comes_back(stage, folder)


@EVERY
async def test_a_mark_of_deletion_that_is_taken_off_again_is_a_message_put_there_by_hand(
    stages: Opening, variant: AnyVariant
):
    stage, folder = await aside(stages, variant)
    stage.flag("question", "\\Deleted", folder=folder)
    stage.daemon.sweep()
    await stage.quiet()
    assert len(stage.events("message.gone")) == 1
    stage.flag("question", folder=folder, remove=["\\Deleted"])
    await stage.later(minutes=10)
    await comes_back(stage, folder)


@EVERY
async def test_taken_off_while_nothing_runs_likewise(stages: Opening, variant: AnyVariant):
    stage, folder = await aside(stages, variant)
    stage.flag("question", "\\Deleted", folder=folder)
    stage.daemon.sweep()
    await stage.quiet()
    await stage.close()
    stage.flag("question", folder=folder, remove=["\\Deleted"])
    await stage.open()
    await comes_back(stage, folder)


async def test_a_copy_made_by_hand_in_the_folder_is_an_item_of_its_own_and_both_come_back(stages: Opening):
    stage, folder = await aside(stages, USUAL)
    lies = stage.inbox(folder)["question"]
    with stage.dovecot.client(stage.users[0], folder) as client:
        client.copy([lies.uid], folder)
    stage.daemon.sweep()
    await stage.to("fri 12:00")
    assert list(stage.inbox(folder)) == []
    assert len(stage.dovecot.messages(stage.users[0])) == 2
    assert len(stage.sent()) == 1


async def test_what_was_taken_out_for_good_stays_out(stages: Opening):
    stage, folder = await aside(stages, USUAL)
    stage.drag("question", folder, "INBOX")
    stage.daemon.sweep()
    await stage.to("fri 12:00")
    assert list(stage.inbox()) == ["question"]
    assert len(stage.events("message.released")) == 1


async def test_what_lay_there_before_is_never_touched(stages: Opening):
    stage = stages()
    stage.write_config()
    stage.store(GARY, "old", folder="Deferred")
    await stage.open()
    await stage.to("fri 12:00")
    assert list(stage.inbox("Deferred")) == ["old"]


async def test_a_copy_made_by_hand_that_is_deleted_again_is_gone_and_the_other_comes_back(stages: Opening):
    stage, folder = await aside(stages, USUAL)
    lies = stage.inbox(folder)["question"]
    with stage.dovecot.client(stage.users[0], folder) as client:
        client.copy([lies.uid], folder)
    stage.daemon.sweep()
    await stage.quiet()
    copy = stage.dovecot.messages(stage.users[0], folder)[-1]
    stage.dovecot.delete(stage.users[0], folder, copy.uid)
    stage.daemon.sweep()
    await stage.quiet()
    assert len(stage.events("message.gone")) == 1
    await comes_back(stage, folder)
    assert len(stage.events("message.returned")) == 1


@EVERY
async def test_a_mark_of_deletion_that_was_seen_and_is_taken_off_lets_it_come_back_where_it_came_from(
    stages: Opening, variant: AnyVariant
):
    stage = stages(CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nwatch = ["INBOX", "Clients"]'), variant=variant)
    stage.write_config()
    clients, deferred = stage.server.real("Clients"), stage.server.real("Deferred")
    with stage.server.client(stage.users[0]) as client:
        client.create_folder(clients)
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "question", folder="Clients")
    await stage.later(minutes=2)
    stage.flag("question", "\\Deleted", folder=deferred)
    await stage.later(minutes=10)
    assert len(stage.events("message.gone")) == 1
    stage.flag("question", folder=deferred, remove=["\\Deleted"])
    await stage.later(minutes=10)
    await stage.to("fri 12:00")
    assert list(stage.inbox(clients)) == ["question"]
    assert list(stage.inbox()) == []


@EVERY
async def test_what_a_hand_puts_into_a_folder_that_was_deleted_and_made_again_comes_back(
    stages: Opening, variant: AnyVariant
):
    stage, folder = await aside(stages, variant)
    stage.drag("question", folder, "INBOX")
    stage.daemon.sweep()
    await stage.quiet()
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder(folder)
        client.create_folder(folder)
    stage.drag("question", "INBOX", folder)
    await stage.later(minutes=20)
    assert stage.rows("SELECT state FROM item") == [("aside",)]
    await comes_back(stage, folder)


async def test_what_lay_there_before_is_not_touched_when_the_folder_is_numbered_anew(stages: Opening):
    stage = stages()
    stage.write_config()
    stage.store(GARY, "old", folder="Deferred", at=stage.clock.now() - timedelta(days=3))
    stage.store(GARY, "newest")
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    stage.renumber("Deferred")
    await stage.to("fri 12:00")
    assert list(stage.inbox("Deferred")) == ["old"]
    assert set(stage.inbox()) == {"newest", "question"}
