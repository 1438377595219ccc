"""After two office days of observing one mail shows what would have been done, how to go on and how to stop."""

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, PETRA
from scenarios.stage import Stage
from triaged.core.message import read_raw

OBSERVING = CONSULTANT.replace('mode = "send"', 'mode = "observe"')
HOW = "triaged go draft"


async def test_once_after_two_office_days(stages: Opening):
    async with stages(OBSERVING) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.arrives(PETRA, "Vertrag")
        await stage.to("tue 17:00")
        assert not _shown(stage), "the second office day is not over"
        await stage.to("tue 18:00")
        [subject] = _shown(stage)
        assert subject == "This is what I would have done: 2 put aside, 2 replies"
        await stage.to("fri 18:00")
        assert _shown(stage) == [subject]
        assert {"quick question", "Vertrag"} <= set(stage.inbox())
        assert stage.sent() == []


async def test_it_says_how_to_go_on_and_how_to_stop_in_one_line(stages: Opening):
    async with stages(OBSERVING) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.to("wed 18:00")
        [subject] = _shown(stage)
        text = " ".join(read_raw(stage.inbox()[subject].raw).text.split())
        for told in (HOW, "To stop: triaged pause", "quick question", "gary@harbor.example", "Nothing was touched"):
            assert told in text


async def test_nobody_has_written_nothing_is_shown(stages: Opening):
    async with stages(OBSERVING) as stage:
        await stage.to("tue 10:00")
        await stage.to("fri 18:00")
        assert not _shown(stage)


async def test_who_sends_is_not_told_of_it(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.to("fri 18:00")
        assert not _shown(stage)


def _shown(stage: Stage) -> list[str]:
    return [subject for subject in stage.inbox() if "would have done" in subject]
