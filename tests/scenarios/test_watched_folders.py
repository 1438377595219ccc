"""Each watched folder is watched, or said not to be: by its plain name on every server, whatever becomes of the others."""

import unicodedata

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, MAY
from scenarios.stage import Stage
from scenarios.test_whoever_says_no import attention, is_ready
from server.courier import PLAIN_COURIER
from server.cyrus import CyrusVariant
from server.dovecot import USUAL, Variant
from server.fixtures import AnyVariant

LAYOUTS: dict[str, tuple[AnyVariant, str]] = {
    "Dovecot": (USUAL, "Clients/Harbor"),
    "Dovecot, INBOX. and dots": (Variant(separator=".", prefix="INBOX.", special_use=False), "INBOX.Clients.Harbor"),
    "Cyrus, below INBOX, dots": (CyrusVariant(slashes=False, beside=False), "INBOX.Clients.Harbor"),
    "Courier": (PLAIN_COURIER, "INBOX.Clients.Harbor"),
}
EVERY = pytest.mark.parametrize(("variant", "real"), LAYOUTS.values(), ids=LAYOUTS.keys())


def watching(*folders: str) -> str:
    names = ", ".join(f'"{folder}"' for folder in folders)
    return CONSULTANT.replace('mode = "send"', f'mode = "send"\nwatch = [{names}]')


def make(stage: Stage, *folders: str) -> None:
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        for folder in folders:
            client.create_folder(folder)


@EVERY
async def test_a_folder_below_another_is_watched_by_its_plain_name(stages: Opening, variant: AnyVariant, real: str):
    stage = stages(watching("INBOX", "Clients/Harbor"), variant=variant)
    make(stage, real)
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "question", folder=real)
    await stage.later(minutes=2)
    assert len(stage.events("message.deferred", from_folder=real)) == 1
    await stage.to("fri 09:00")
    assert list(stage.inbox(real)) == ["question"]
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["Re: question"]


@EVERY
async def test_a_first_folder_that_is_missing_keeps_no_other_from_being_watched(
    stages: Opening, variant: AnyVariant, real: str
):
    stage = stages(watching("Clients/Habor", "Clients/Harbor"), variant=variant)
    make(stage, real)
    await stage.open()
    (told,) = stage.events("account.degraded", folder="Clients/Habor")
    assert told["reason"] == "this folder is not watched"
    await stage.to("tue 15:10")
    stage.store(MAY, "outage", folder=real)
    await stage.later(minutes=2)
    assert stage.flags("outage", real) == {"\\Flagged"}
    assert len(stage.events("account.degraded", folder="Clients/Habor")) == 1


async def test_where_no_watched_folder_is_there_it_is_said_and_mail_is_taken_in_once_one_is(stages: Opening):
    stage = stages(watching("Clients"))
    await stage.open()
    assert stage.events("account.degraded", folder="Clients")
    make(stage, "Clients")
    await stage.later(minutes=2)
    stage.store(MAY, "outage", folder="Clients")
    await stage.later(minutes=2)
    assert stage.flags("outage", "Clients") == {"\\Flagged"}
    assert stage.events("account.connected", folder="Clients")


async def test_a_folder_that_is_deleted_later_is_told_within_a_minute_and_watched_again_when_it_is_back(
    stages: Opening,
):
    stage = stages(watching("INBOX", "Clients"))
    make(stage, "Clients")
    await stage.open()
    assert stage.events("account.degraded") == []
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder("Clients")
    await stage.later(minutes=1, seconds=10)
    (told,) = stage.events("account.degraded", folder="Clients")
    assert told["reason"] == "this folder is not watched"
    await stage.arrives(MAY, "outage")
    assert stage.flags("outage") == {"\\Flagged"}
    make(stage, "Clients")
    await stage.later(minutes=3)
    stage.store(MAY, "down", folder="Clients")
    await stage.later(minutes=2)
    assert stage.flags("down", "Clients") == {"\\Flagged"}


async def test_an_inbox_that_is_first_and_a_folder_renamed_by_hand(stages: Opening):
    stage = stages(watching("Clients", "INBOX"))
    make(stage, "Clients")
    await stage.open()
    with stage.server.client(stage.users[0]) as client:
        client.rename_folder("Clients", "Customers")
    await stage.later(minutes=10)
    assert stage.events("account.degraded", folder="Clients")
    stage.store(MAY, "outage")
    await stage.later(minutes=2)
    assert stage.flags("outage") == {"\\Flagged"}


@EVERY
async def test_within_a_minute_status_and_readyz_know_of_a_folder_that_is_gone_while_the_inbox_is_served(
    stages: Opening, variant: AnyVariant, real: str
):
    stage = stages(watching("INBOX", "Clients/Harbor"), variant=variant)
    make(stage, real)
    await stage.open()
    assert await is_ready(stage)
    with stage.server.client(stage.users[0]) as client:
        client.delete_folder(real)
    await stage.later(minutes=1, seconds=10)
    (need,) = await attention(stage)
    assert need.startswith("work: Clients/Harbor is not watched since ")
    assert not await is_ready(stage)
    await stage.arrives(MAY, "outage")
    assert stage.flags("outage") == {"\\Flagged"}
    make(stage, real)
    await stage.later(minutes=3)
    assert await attention(stage) == []
    assert await is_ready(stage)


@EVERY
async def test_folders_one_in_the_other_with_letters_of_any_kind_are_watched_each(
    stages: Opening, variant: AnyVariant, real: str
):
    separator = real.removesuffix("Harbor")[-1]
    below = f"{variant.prefix}Kunden{separator}Entwürfe & 日本"
    stage = stages(watching("INBOX", "Kunden", "Kunden/Entwürfe & 日本"), variant=variant)
    make(stage, f"{variant.prefix}Kunden", below)
    await stage.open()
    assert stage.events("account.degraded", reason="this folder is not watched") == []
    await stage.to("tue 15:10")
    stage.store(GARY, "question", folder=below)
    stage.store(MAY, "outage", folder=f"{variant.prefix}Kunden")
    await stage.later(minutes=2)
    assert len(stage.events("message.deferred", from_folder=below)) == 1
    assert stage.flags("outage", f"{variant.prefix}Kunden") == {"\\Flagged"}
    await stage.to("fri 09:00")
    assert list(stage.inbox(below)) == ["question"]


async def test_a_name_whose_accents_the_server_has_as_signs_of_their_own_is_the_same(stages: Opening):
    stage = stages(watching("INBOX", "Büro"))
    real = unicodedata.normalize("NFD", "Büro")
    make(stage, real)
    await stage.open()
    assert stage.events("account.degraded") == []
    await stage.to("tue 15:10")
    stage.store(MAY, "outage", folder=real)
    await stage.later(minutes=2)
    assert stage.flags("outage", real) == {"\\Flagged"}
