"""A person with several accounts, each with a mode of its own: what is about a client goes by the account he wrote to."""

import asyncio
import gc

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, GARY
from scenarios.stage import Stage
from server.dovecot import PASSWORD

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
        await stage.to("fri 09:10")  # a slip goes in office hours
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


async def test_an_account_is_not_let_go_by_a_reload_while_mail_of_it_is_put_aside(stages: Opening):
    async with stages(ANSWERS + SECOND.format(mode="send")) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question", user=stage.users[1], to="dana@second.example")
        await stage.reload(ANSWERS)
        told = [str(line.get("error")) for line in stage.events("config.rejected")]
        assert "1 of its messages is put aside" in told[0]
        assert stage.events("config.reloaded") == []
        await stage.to("tue 13:30")
        assert list(stage.inbox(user=stage.users[1])) == ["question"]
        await stage.reload(ANSWERS)
        assert len(stage.events("config.reloaded")) == 1
        leaving = [task for task in asyncio.all_tasks() if task.get_name().startswith("leave")]
        if leaving:
            await asyncio.wait(leaving)
        gc.collect()  # a connection that nobody closed is a warning now, and warnings are errors


async def test_an_account_that_left_while_triaged_was_stopped_is_told_at_the_start(stages: Opening):
    async with stages(ANSWERS + SECOND.format(mode="send")) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question", user=stage.users[1], to="dana@second.example")
        await stage.close()
        stage.write_config(ANSWERS)
        await stage.open()
        [told] = stage.events("person.left_out")
        assert "put the account back, or `triaged release --all user" in told["reason"]


async def test_the_note_before_an_answer_falls_due_lies_where_something_may_be_laid(stages: Opening):
    observed = ANSWERS.replace('mode = "send"', 'mode = "observe"')
    async with stages(observed + SECOND.format(mode="send")) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question", user=stage.users[1], to="dana@second.example")
        await stage.later(minutes=15)
        await stage.to("thu 15:31")
        assert len(stage.events("promise.warned")) == 1
        assert stage.inbox() == {}
        assert "An answer to Harbor Trust falls due: today at 17:30 (Berlin time)" in stage.inbox(user=stage.users[1])


async def _lost(stage: Stage) -> None:
    """The second account's password is another one, for now."""
    stage.dovecot.set_password(stage.users[1], "another")
    stage.dovecot.kill_sessions(stage.users[1])
    await stage.until(lambda: stage.events("account.disconnected"), "the line ends")
    await stage.later(minutes=5)
    assert len(stage.events("account.auth_failed")) == 1


async def test_an_account_that_cannot_be_reached_hides_no_warning_about_another_but_lets_no_apology_go(
    stages: Opening,
):
    async with stages(ANSWERS + SECOND.format(mode="send") + SLIP) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.later(minutes=15)
        await _lost(stage)
        await stage.to("thu 15:31")
        assert len(stage.events("promise.warned")) == 1
        assert "An answer to Harbor Trust falls due: today at 17:30 (Berlin time)" in stage.inbox()
        await stage.to("thu 17:31")
        assert len(stage.events("promise.overdue")) == 1
        assert stage.events("promise.slipped") == [], "the answer may lie in the other account"
        assert len(stage.sent()) == 1


async def test_nothing_is_called_overdue_while_the_account_of_the_question_cannot_be_reached(stages: Opening):
    async with stages(ANSWERS + SECOND.format(mode="send") + SLIP) as stage:
        await stage.to("tue 10:00")
        question = await stage.arrives(GARY, "question", user=stage.users[1], to="dana@second.example")
        await stage.later(minutes=15)
        await _lost(stage)
        stage.answers(question, user=stage.users[1])
        await stage.to("fri 03:00")
        assert stage.events("promise.overdue") == []
        stage.dovecot.set_password(stage.users[1], PASSWORD)
        await stage.later(hours=7)
        assert stage.events("promise.overdue") == []
        assert len(stage.events("promise.kept")) == 1
