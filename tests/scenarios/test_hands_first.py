"""What a person did stays done, whenever she did it: before the move, in the deferred folder, while a reply waits."""

from scenarios.conftest import Opening
from scenarios.plays import GARY


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
