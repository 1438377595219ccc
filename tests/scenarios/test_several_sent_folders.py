"""My answer counts wherever my mail programs file it, and whenever they make the folder for it."""

from datetime import timedelta

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage, letter
from server.courier import PLAIN_COURIER
from server.dovecot import Variant
from server.fixtures import AnyVariant

NAMES = [
    "Sent Items",
    "Gesendete Objekte",
    "Elementos enviados",
    "Messages envoyés",
    "Posta inviata",
    "送信済みアイテム",
]
UNTOLD = Variant(separator=".", prefix="INBOX.", special_use=False)


@pytest.mark.parametrize("folder", NAMES)
async def test_an_answer_in_a_mail_programs_own_folder_beside_the_servers_counts(stages: Opening, folder: str):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    stage.answers(question, folder=folder)
    await stage.to("wed 09:00")
    assert stage.sent() == []
    assert len(stage.events("message.answered")) == 1


@pytest.mark.parametrize("variant", [UNTOLD, PLAIN_COURIER], ids=["Dovecot", "Courier"])
async def test_a_folder_for_sent_mail_that_is_made_after_the_start_counts(stages: Opening, variant: AnyVariant):
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    stage.answers(question, folder="INBOX.Sent Messages")
    await stage.to("wed 09:00")
    assert stage.sent() == []


async def test_where_no_folder_for_sent_mail_is_found_it_is_said(stages: Opening):
    stage = stages(variant=UNTOLD)
    await stage.open()
    assert [line["error"] for line in stage.events("account.degraded")] == ["no folder with sent mail is found"]


async def test_folders_of_another_name_are_named_as_a_list_and_the_first_gets_the_copies(stages: Opening):
    folders = 'folders = { sent = ["Post/Raus", "Sent"] }'
    stage = stages(CONSULTANT.replace('mode = "send"', f'mode = "send"\n{folders}'))
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Post/Raus")
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "first")
    await stage.to("wed 09:00")
    assert list(stage.inbox("Post/Raus")) == ["Re: first"]
    question = await stage.arrives(GARY, "second", replies_to="<1@harbor.example>")
    stage.answers(question, folder="Post/Raus")
    await stage.to("thu 16:00")
    assert len(stage.sent()) == 1


async def test_a_folder_of_a_clients_that_is_called_so_is_not_mine(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    stage.answers(question, folder="Kunden/Gesendet")
    await stage.to("wed 09:00")
    assert len(stage.sent()) == 1


async def test_an_old_answer_that_is_imported_today_answers_nothing_of_today(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    old = letter(
        "Dana Roth <dana@roth.example>", "Re: question", "Here it is.", to="gary@harbor.example",
        at=stage.clock.now() - timedelta(days=400), message_id="<old@roth.example>", return_path="",
    )  # fmt: skip
    stage.server.append(stage.users[0], "Sent Items", old, stage.clock.now(), ["\\Seen"])
    await stage.to("wed 09:00")
    assert len(stage.sent()) == 1


def writes(stage: Stage, to: str, replies_to: str | None, subject: str = "Re: question", cc: str = "") -> None:
    """A mail of mine to any address."""
    raw = letter(
        "Dana Roth <dana@roth.example>", subject, "Here it is.", to=to, at=stage.clock.now(), return_path="",
        message_id="<mine@roth.example>", replies_to=replies_to, headers={"Cc": cc} if cc else None,
    )  # fmt: skip
    stage.server.append(stage.users[0], "Sent", raw, stage.clock.now(), ["\\Seen"])


@pytest.mark.parametrize("cc", ["", "dana@roth.example"])
async def test_my_answer_to_the_very_message_counts_at_whatever_address_its_writer_has(stages: Opening, cc: str):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    writes(stage, "gary.private@mail.example", question, cc=cc)
    await stage.to("wed 09:00")
    assert stage.sent() == []
    assert len(stage.events("message.answered")) == 1


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("tom@roth-partners.example", "Re: question"),
        ("somebody@mail.example", "Fwd: question"),
        ("somebody@mail.example", "WG: question"),
    ],
    ids=["to my team", "passed on", "passed on in German"],
)
async def test_what_i_ask_my_team_about_it_or_pass_on_answers_nobody(stages: Opening, to: str, subject: str):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    writes(stage, to, question, subject)
    await stage.to("wed 09:00")
    assert len(stage.sent()) == 1


async def test_a_mail_to_a_stranger_that_answers_another_message_of_the_thread_answers_not_this_one(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question", replies_to="<first@harbor.example>")
    writes(stage, "somebody@mail.example", "<first@harbor.example>")
    await stage.to("wed 09:00")
    assert len(stage.sent()) == 1
