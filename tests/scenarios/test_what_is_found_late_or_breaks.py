"""What is found late is not hidden, warnings come in a promise's second half, and broken promises are told once, in office hours."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, GARY
from scenarios.stage import Stage

SLIPS = ANSWERS + '\n[promises]\nslip = "send"\n'
SHORT = ANSWERS.replace('promise = "2 business days"', 'promise = "2 office hours"')
AGREED = 'timezone = "Europe/London"\nhours = { mon-sun = "10:00-16:00" }'


def words(stage: Stage, number: int) -> str:
    return " ".join(stage.sent()[number].get_content().split())


async def test_a_question_that_is_found_a_day_late_is_not_hidden(stages: Opening):
    async with stages(ANSWERS) as stage:
        await stage.to("tue 10:00")
        await stage.close()
        stage.store(GARY, "question")
        await stage.to("wed 10:30")
        await stage.open()
        assert list(stage.inbox()) == ["question"]
        assert stage.rows("SELECT verdict, no_reply, state FROM item") == [("deferrable", "too-old", "here")]
        await stage.later(minutes=15)
        assert stage.sent() == []
        await stage.arrives(GARY, "another")
        assert list(stage.inbox()) == ["question"], "what comes in time waits like any other"


async def test_a_promise_of_two_hours_is_warned_of_after_one(stages: Opening):
    async with stages(SHORT) as stage:
        await stage.to("tue 14:00")
        await stage.arrives(GARY, "question")
        await stage.to("tue 15:00")
        assert stage.events("promise.warned") == []
        await stage.to("tue 15:10")
        assert len(stage.events("promise.warned")) == 1


async def test_of_two_broken_threads_of_one_person_one_mail_tells(stages: Opening):
    async with stages(SLIPS) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "Leaflets")
        await stage.arrives(GARY, "Chairs")
        await stage.later(minutes=15)
        await stage.to("thu 18:00")
        assert len(stage.events("promise.overdue")) == 2
        assert len(stage.sent()) == 1, "after hours nothing goes"
        await stage.to("fri 09:05")
        assert len(stage.sent()) == 2
        assert str(stage.sent()[1]["Subject"]) == "Re: Leaflets"
        assert "as soon as I can" in words(stage, 1)


async def test_a_slip_goes_without_the_thread_that_was_answered_meanwhile(stages: Opening):
    async with stages(SLIPS) as stage:
        await stage.to("tue 10:00")
        leaflets = await stage.arrives(GARY, "Leaflets")
        chairs = await stage.arrives(GARY, "Chairs")
        await stage.later(minutes=15)
        await stage.to("thu 18:00")
        stage.answers(leaflets)
        await stage.to("fri 09:05")
        assert [str(mail["In-Reply-To"]) for mail in stage.sent()[1:]] in ([], [chairs])


@pytest.mark.parametrize(("hours", "slips"), [('timezone = "Europe/London"', 0), (AGREED, 1)])
async def test_while_i_am_away_a_slip_goes_in_the_clients_hours_alone_and_says_when_i_am_back(
    stages: Opening, hours: str, slips: int
):
    away = SLIPS.replace('fri = "09:00-15:00"', 'fri = "09:00-15:00"\naway = ["2025-11-28"]').replace(
        'timezone = "Europe/London"', hours
    )
    async with stages(away) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "Leaflets")
        await stage.to("fri 12:00")
        assert len(stage.sent()) == 1 + slips
        if slips:
            assert "when I am back (Monday 1 December at 08:00 (London time))" in words(stage, 1)
            assert "as soon as" not in words(stage, 1)
