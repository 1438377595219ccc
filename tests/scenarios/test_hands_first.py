"""What a person did stays done, whenever she did it: before the move, in the deferred folder, while a reply waits."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY

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
