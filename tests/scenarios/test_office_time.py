"""What is written in office time is reckoned in hers wherever it decides: a weekend counts for nothing, in no place for three days."""

from datetime import timedelta

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, GARY
from server.clock import settle

LATE = ANSWERS.replace("smtp = $SMTP", 'smtp = $SMTP\nlate = "4 office hours"')
# Friday ends at 15:00, Monday begins at 9:00


@pytest.mark.parametrize(("decided", "no_reply"), [("mon 10:00", None), ("mon 14:30", "too-old")])
async def test_a_message_is_too_old_after_so_many_of_her_hours(stages: Opening, decided: str, no_reply: str | None):
    stage = stages(LATE)
    await stage.open()
    await stage.to("fri 14:00")
    await stage.close()
    stage.store(GARY, "question")
    await stage.to(decided)
    await stage.open()
    assert len(stage.events("reply.scheduled")) == (no_reply is None)
    assert stage.rows("SELECT no_reply FROM item") == [(no_reply,)]


@pytest.mark.parametrize(("back", "went"), [("mon 10:00", True), ("mon 14:30", False)])
async def test_a_reply_is_held_after_so_many_of_her_hours(stages: Opening, back: str, *, went: bool):
    stage = stages(LATE)
    await stage.open()
    await stage.to("fri 14:52")
    await stage.arrives(GARY, "question")
    await stage.close()
    await stage.to(back)
    await stage.open()
    assert len(stage.sent()) == went
    assert [line["reason"] for line in stage.events("reply.held")] == [
        "late: it could not go within 4 office hours of its time"
    ] * (not went)


@pytest.mark.parametrize(
    ("promise", "asked", "before", "after"),
    [
        ("2 business days", "thu 10:00", "mon 16:25", "mon 16:35"),
        ("mon 09:30", "fri 12:00", "fri 14:25", "fri 14:35"),
        ("mon 12:00", "fri 12:00", "mon 10:55", "mon 11:05"),
    ],
)
async def test_a_warning_comes_one_of_her_hours_ahead(
    stages: Opening, promise: str, asked: str, before: str, after: str
):
    config = ANSWERS.replace('promise = "2 business days"', f'promise = "{promise}"')
    async with stages(config + '[promises]\nwarn = "1 office hour"\n') as stage:
        await stage.to(asked)
        await stage.arrives(GARY, "question")
        await stage.to(before)
        assert stage.events("promise.made")
        assert stage.events("promise.warned") == []
        await stage.to(after)
        assert len(stage.events("promise.warned")) == 1


async def test_one_push_in_one_of_her_hours(stages: Opening):
    phone = '\n[notify.phone]\nurl = "json://phone.example/"\nevery = "1 office hour"\n'
    async with stages(ANSWERS.replace('then = "urgent"', 'then = "urgent"\nnotify = ["phone"]') + phone) as stage:
        await stage.to("fri 14:40")
        await stage.arrives(GARY, "outage in Leeds")
        await stage.to("sat 12:00")
        await stage.arrives(GARY, "outage in York")
        await stage.to("mon 09:35")
        assert len(stage.pushes) == 1
        for _ in range(10):
            await stage.clock.advance(timedelta(minutes=1))
            await settle()
            await stage.quiet()
        assert len(stage.pushes) == 2
