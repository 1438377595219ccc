"""Somebody sets the clock, or the machine sleeps: what is due comes back, nobody gets a burst of replies or an old one."""

from datetime import timedelta

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage


async def minutes(stage: Stage, count: int) -> None:
    for _ in range(count):
        await stage.later(minutes=1)


async def waiting(stages: Opening) -> Stage:
    """A stage with one message aside, whose reply is to go at ten past four."""
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    assert list(stage.inbox("Deferred")) == ["question"]
    return stage


async def test_an_hour_ahead_the_reply_waits_ten_minutes_and_goes_once(stages: Opening):
    stage = await waiting(stages)
    stage.clock.set_wall(stage.clock.now() + timedelta(hours=1))
    await minutes(stage, 8)
    assert stage.sent() == []
    await minutes(stage, 8)
    assert len(stage.sent()) == 1


@pytest.mark.parametrize("days", [1, 400])
async def test_far_ahead_the_reply_is_held_and_the_message_comes_back(stages: Opening, days: int):
    stage = await waiting(stages)
    stage.clock.set_wall(stage.clock.now() + timedelta(days=days))
    await minutes(stage, 30)
    assert stage.sent() == []
    assert len(stage.events("reply.held")) <= 1
    await stage.to("fri 09:00")
    assert list(stage.inbox()) == ["question"]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1)])
async def test_set_back_nothing_is_done_twice(stages: Opening, back: timedelta):
    stage = await waiting(stages)
    await stage.to("wed 10:00")
    assert len(stage.sent()) == 1
    stage.clock.set_wall(stage.clock.now() - back)
    await stage.arrives(GARY, "another question")
    await minutes(stage, 90)
    assert len(stage.sent()) == 1  # within a day of the first
    await stage.to("fri 09:00")
    await minutes(stage, 2)
    assert set(stage.inbox()) == {"question", "another question"}
    assert len(stage.events("message.returned")) == 2


async def test_small_steps_of_the_clock_change_nothing(stages: Opening):
    stage = await waiting(stages)
    for step in (3, -2, 30, -30):
        stage.clock.set_wall(stage.clock.now() + timedelta(seconds=step))
        await minutes(stage, 1)
    await stage.to("tue 18:00")
    assert len(stage.sent()) == 1


async def test_after_a_night_asleep_it_connects_again_brings_back_what_is_due_and_answers_nobody_late(stages: Opening):
    stage = await waiting(stages)
    stage.dovecot.kill_sessions(stage.users[0])  # nobody answers for so long
    await stage.clock.leap(timedelta(days=4))
    await stage.quiet()
    await minutes(stage, 8)
    assert len(stage.events("account.connected")) == 2
    assert list(stage.inbox()) == ["question"]
    assert stage.sent() == []
    assert len(stage.events("reply.held")) <= 1


ANSWERS = CONSULTANT.replace('promise = ["next call", "2 business days"]', 'promise = "in 4h"').replace(
    "[account.work]\n", '[promises]\nslip = "send"\n\n[account.work]\n'
)


async def away_and_back(stage: Stage, away: timedelta, *, spent: int = 5) -> None:
    """Somebody sets the clock ahead, and some minutes later back."""
    stage.clock.set_wall(stage.clock.now() + away)
    await minutes(stage, spent)
    stage.clock.set_wall(stage.clock.now() - away)
    await minutes(stage, 2)


@pytest.mark.parametrize("spent", [1, 5, 20])
async def test_ahead_and_back_leaves_no_pause_behind(stages: Opening, spent: int):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await away_and_back(stage, timedelta(days=30), spent=spent)
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1
    told = [line["error"] for line in stage.events("account.degraded") if "clock" in line["error"]]
    assert ["ahead" in words for words in told] == [True, False]


async def test_a_reply_that_waits_goes_at_its_time_after_the_clock_was_away(stages: Opening):
    stage = await waiting(stages)
    await away_and_back(stage, timedelta(days=2), spent=4)
    await stage.later(minutes=10)
    assert len(stage.sent()) == 1
    assert not stage.events("reply.held")


@pytest.mark.parametrize("spent", [5, 30, 90])
async def test_no_promise_is_judged_for_good_and_no_apology_goes_while_the_clock_is_away(stages: Opening, spent: int):
    stage = stages(ANSWERS)
    await stage.open()
    await stage.to("tue 10:10")
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1
    await away_and_back(stage, timedelta(days=40), spent=spent)
    assert stage.rows("SELECT state FROM promise") == [("open",)]
    assert len(stage.sent()) == 1
    await stage.later(hours=6)  # now it is overdue indeed
    assert stage.rows("SELECT state FROM promise") == [("overdue",)]
    assert len(stage.sent()) == 2


async def test_what_was_decided_in_that_future_waits_for_the_moment_that_its_rule_means_now(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    stage.clock.set_wall(stage.clock.now() + timedelta(days=21))
    await minutes(stage, 1)
    await stage.arrives(GARY, "question")
    assert list(stage.inbox("Deferred")) == ["question"]
    stage.clock.set_wall(stage.clock.now() - timedelta(days=21))
    await minutes(stage, 2)
    assert list(stage.inbox("Deferred")) == ["question"]  # moves stay
    await stage.to("tue 16:30")
    (reply,) = stage.sent()
    assert "Friday 28 November" in reply.get_payload()
    await stage.to("fri 09:30")
    assert list(stage.inbox()) == ["question"]


async def test_a_restart_between_leaves_nothing_of_that_future_either(stages: Opening):
    stage = stages(ANSWERS.replace("in 4h", "in 2 days"))
    await stage.open()
    await stage.to("tue 10:10")
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)
    stage.clock.set_wall(stage.clock.now() + timedelta(days=40))
    await minutes(stage, 1)
    await stage.later(hours=7)
    assert stage.rows("SELECT state FROM promise") == [("overdue",)]
    await stage.close()
    stage.clock.set_wall(stage.clock.now() - timedelta(days=40))
    await stage.open()
    await minutes(stage, 2)
    assert stage.rows("SELECT state FROM promise") == [("open",)]


@pytest.mark.parametrize("days", [1, 5, 40])
@pytest.mark.parametrize("before", [0, 9], ids=["long before its moment", "at its moment"])
async def test_behind_and_back_a_reply_that_waits_goes_once_at_its_time_and_says_the_right_one(
    stages: Opening, days: int, before: int
):
    stage = await waiting(stages)
    await minutes(stage, before)
    stage.clock.set_wall(stage.clock.now() - timedelta(days=days))
    await minutes(stage, 4)
    stage.clock.set_wall(stage.clock.now() + timedelta(days=days))
    await minutes(stage, 30)
    (reply,) = stage.sent()
    assert "Friday 28 November" in reply.get_payload()
    assert not stage.events("reply.held")
    await stage.to("fri 09:30")
    assert list(stage.inbox()) == ["question"]
    assert len(stage.sent()) == 1


@pytest.mark.parametrize("days", [1, 5, 40])
async def test_what_arrives_while_the_clock_is_behind_is_answered_at_most_once_and_comes_back(
    stages: Opening, days: int
):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    real = stage.clock.now()
    stage.clock.set_wall(real - timedelta(days=days))
    await minutes(stage, 2)
    await stage.arrives(GARY, "question", at=real + timedelta(minutes=2))
    await minutes(stage, 4)
    stage.clock.set_wall(stage.clock.now() + timedelta(days=days))
    await minutes(stage, 60)
    assert len(stage.sent()) <= 1
    await stage.to("fri 09:40")
    assert list(stage.inbox()) == ["question"]
    assert len(stage.sent()) <= 1


@pytest.mark.parametrize("days", [1, 3, 40])
async def test_ahead_and_back_at_its_very_moment_it_goes_once(stages: Opening, days: int):
    stage = await waiting(stages)
    await minutes(stage, 9)
    await away_and_back(stage, timedelta(days=days), spent=3)
    await minutes(stage, 30)
    assert len(stage.sent()) == 1
    assert stage.rows("SELECT count(*) FROM promise WHERE state = 'overdue'") == [(0,)]
