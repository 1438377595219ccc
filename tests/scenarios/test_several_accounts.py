"""A person with several accounts, each with a mode of its own: what is about a client goes by the account he wrote to."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, GARY
from scenarios.stage import Stage

SECOND = """
[account.second]
mode = "{mode}"
addresses = ["dana@second.example"]
imap = $IMAP2
smtp = $SMTP
"""
SLIP = '\n[promises]\nslip = "send"\n'


async def _overdue(stage: Stage) -> None:
    await stage.to("tue 10:00")
    await stage.arrives(GARY, "question", user=stage.users[1], to="dana@second.example")
    await stage.to("thu 18:00")
    assert len(stage.events("promise.overdue")) == 1


@pytest.mark.parametrize("first", ["observe", "draft"])
async def test_the_apology_goes_as_the_account_of_its_question_says(stages: Opening, first: str):
    config = ANSWERS.replace('mode = "send"', f'mode = "{first}"')
    async with stages(config + SECOND.format(mode="send") + SLIP) as stage:
        await _overdue(stage)
        assert len(stage.sent()) == 2
        assert [line["mode"] for line in stage.events("reply.sent")] == ["send", "send"]


async def test_no_apology_goes_from_an_account_that_only_observes_now(stages: Opening):
    loud = ANSWERS + SECOND.format(mode="send") + SLIP
    async with stages(loud) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question", user=stage.users[1], to="dana@second.example")
        await stage.later(minutes=15)
        await stage.reload(ANSWERS + SECOND.format(mode="observe") + SLIP)
        await stage.to("thu 18:00")
        assert len(stage.events("promise.overdue")) == 1
        assert stage.events("promise.slipped") == []
        assert len(stage.sent()) == 1
