"""What a person did stays done, whenever she did it: before the move, in the deferred folder, while a reply waits."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, SIGNED_IN

LEFT = CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nwatch = ["INBOX", "Clients"]').replace(
    'then = "defer"\nuntil = ["1h before next call", "start of office hours"]\n', 'then = "leave"\n'
)
"""Nothing is put aside; two folders are watched."""


async def test_what_was_answered_in_the_deferred_folder_comes_back_as_it_is(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        stage.flag("question", "\\Seen", "\\Answered", folder="Deferred")
        await stage.to("fri 09:05")
        assert stage.flags("question") == {"\\Seen", "\\Answered"}


async def test_what_was_answered_from_another_device_comes_back_as_it_is(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        question = await stage.arrives(GARY, "question")
        stage.flag("question", "\\Seen", folder="Deferred")
        stage.answers(question)
        await stage.to("fri 09:05")
        assert stage.flags("question") == {"\\Seen"}


@pytest.mark.parametrize("seconds", [5, 570, 595])
async def test_what_a_filter_moves_into_another_watched_folder_is_answered_once_all_the_same(
    stages: Opening, seconds: int
):
    async with stages(LEFT) as stage:
        with stage.dovecot.client(stage.users[0]) as client:
            client.create_folder("Clients")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.later(seconds=seconds)
        stage.drag("question", "INBOX", "Clients")
        await stage.later(minutes=15)
        assert len(stage.sent()) == 1
        assert stage.rows("SELECT state, folder FROM item") == [("here", "Clients")]
        assert stage.events("message.released") == []


async def test_the_log_says_from_where_a_hand_took_a_message_and_where_it_put_it(stages: Opening):
    async with stages() as stage:
        with stage.dovecot.client(stage.users[0]) as client:
            client.create_folder("Archive")
        await stage.to("tue 10:00")
        for number in range(3):
            await stage.arrives(GARY, f"question {number}")
        stage.drag("question 0", "Deferred", "Archive")
        stage.drag("question 1", "Deferred", "INBOX")
        stage.flag("question 2", "\\Deleted", folder="Deferred")
        await stage.later(minutes=20)
        archived, back = sorted(stage.events("message.released"), key=lambda line: line["item"])
        assert archived["from_folder"] == back["from_folder"] == "Deferred"
        assert (archived["folder"], archived["uid"]) == ("Archive", stage.inbox("Archive")["question 0"].uid)
        assert (back["folder"], back["uid"]) == ("INBOX", stage.inbox()["question 1"].uid)
        assert stage.lines.one("message.gone")["from_folder"] == "Deferred"


async def test_dragged_in_again_the_log_says_until_when(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        stage.drag("question", "Deferred", "INBOX")
        await stage.later(minutes=20)
        stage.drag("question", "INBOX", "Deferred")
        await stage.later(minutes=20)
        [line] = stage.events("message.deferred", by="person")
        assert (line["from_folder"], line["folder"]) == ("INBOX", "Deferred")
        assert line["until"] == "2025-11-25T13:30:00+01:00"
        await stage.to("tue 13:30")
        assert list(stage.inbox()) == ["question"]


async def test_the_log_says_by_what_a_message_was_answered(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        mine = await stage.arrives(GARY, "to me")
        team = await stage.arrives(GARY, "to the team")
        await stage.arrives(GARY, "marked")
        await stage.later(minutes=15)
        stage.answers(mine)
        stage.store(
            "Tom <tom@roth-partners.example>",
            "Re: to the team",
            to="gary@harbor.example",
            replies_to=team,
            headers=SIGNED_IN,
        )
        stage.flag("marked", "\\Answered", folder="Deferred")
        await stage.later(minutes=15)
        told = {line["subject"]: line["reason"] for line in stage.events("message.answered")}
        assert told == {
            "to me": "a mail of mine answers it",
            "to the team": "a mail of the team answers it",
            "marked": "a mail client marked it as answered",
        }


FORWARDED = CONSULTANT.replace(
    "[reply.until-call]", '[delegate.tom]\nname = "Tom"\naddress = "tom@tom.example"\n\n[reply.until-call]'
).replace('then = "urgent"', 'then = "leave"\ndelegate = "tom"\nforward = true')


async def test_what_was_answered_before_it_was_seen_is_not_sent_on(stages: Opening):
    async with stages(FORWARDED) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage: answered", flags=["\\Seen", "\\Answered"])
        await stage.arrives(GARY, "outage: read", flags=["\\Seen"])
        assert [mail["To"] for mail in stage.sent()] == ["tom@tom.example"]
        assert [line["item"] for line in stage.events("message.forwarded")] == [2]


async def test_what_came_from_a_folder_that_was_renamed_comes_back_to_the_inbox(stages: Opening):
    watched = CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nwatch = ["INBOX", "Clients"]')
    async with stages(watched) as stage:
        with stage.dovecot.client(stage.users[0]) as client:
            client.create_folder("Clients")
        await stage.to("tue 10:00")
        stage.store(GARY, "question", folder="Clients")
        await stage.later(minutes=2)
        assert list(stage.inbox("Deferred")) == ["question"]
        with stage.dovecot.client(stage.users[0]) as client:
            client.rename_folder("Clients", "Customers")
        await stage.to("fri 09:05")
        assert list(stage.inbox()) == ["question"]
        assert "Clients" not in stage.dovecot.folders(stage.users[0])


async def test_an_answer_that_is_seen_before_its_question_and_dated_before_it_counts(stages: Opening):
    watched = CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nwatch = ["INBOX", "Clients"]')
    async with stages(watched) as stage:
        with stage.dovecot.client(stage.users[0]) as client:
            client.create_folder("Clients")
        await stage.to("tue 10:00")
        question = stage.store(GARY, "question", folder="Clients")
        stage.answers(question)
        stage.daemon.sweep()
        await stage.quiet()
        assert stage.rows("SELECT count(*) FROM sent") == [(1,)]
        assert stage.rows("SELECT count(*) FROM item") == [(0,)]
        await stage.close()
        await stage.open()
        await stage.later(minutes=30)
        assert stage.sent() == []
