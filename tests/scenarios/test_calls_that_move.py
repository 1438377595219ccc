"""A change of the configuration moves a call that clients were promised: the promise moves along, the client hears of it late."""

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage

MOVED = CONSULTANT.replace('calls = ["fri 10:00 for 45m"]', 'calls = ["fri 12:00 for 45m"]')
TOLD = '\n[promises]\nslip = "send"\n'


async def _promised(stage: Stage) -> None:
    await stage.to("tue 10:00")
    await stage.arrives(GARY, "quick question")
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1


async def test_the_promise_moves_with_its_call_and_nobody_is_told_when_slip_is_off(stages: Opening):
    async with stages() as stage:
        await _promised(stage)
        await stage.reload(MOVED)
        assert len(stage.events("promise.moved")) == 1
        await stage.later(hours=3)
        assert len(stage.sent()) == 1
        await stage.to("fri 12:30")
        [kept] = stage.events("promise.kept")
        assert kept["reason"] == "the call begins, later than the client was told"


async def test_the_notice_waits_an_hour_and_names_the_new_time_in_the_clients_zone(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(MOVED + TOLD)
        await stage.later(minutes=55)
        assert len(stage.sent()) == 1
        await stage.later(minutes=10)
        assert len(stage.sent()) == 2
        assert "11:00 (London time)" in " ".join(stage.sent()[1].get_content().split())
        await stage.to("fri 12:30")
        assert [line["reason"] for line in stage.events("promise.kept")] == ["the call begins"]


async def test_a_change_that_is_undone_within_the_hour_is_not_told(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(MOVED + TOLD)
        await stage.later(minutes=20)
        await stage.reload(CONSULTANT + TOLD)
        await stage.later(hours=3)
        assert len(stage.sent()) == 1
        assert stage.rows("SELECT state FROM reply WHERE kind = 'moved'") == [("cancelled",)]
        [notice] = stage.events("reply.scheduled", template="moved")
        [ended] = stage.events("reply.cancelled", reply=notice["reply"])
        assert ended["reason"] == "moved back"


async def test_when_one_change_moves_more_than_three_promises_the_notices_are_held(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await stage.to("tue 10:00")
        for name in ("ann", "bob", "cai", "dee"):
            await stage.arrives(f"{name} <{name}@harbor.example>", f"Question of {name}")
        await stage.later(minutes=15)
        assert len(stage.sent()) == 4
        await stage.reload(MOVED + TOLD)
        await stage.later(hours=3)
        assert len(stage.sent()) == 4
        assert len(stage.events("reply.held")) == 4


AGAIN = CONSULTANT.replace('calls = ["fri 10:00 for 45m"]', 'calls = ["fri 14:00 for 45m"]')


def _words(stage: Stage, number: int) -> str:
    return " ".join(stage.sent()[number].get_content().split())


async def test_a_call_that_moved_while_the_daemon_was_stopped_takes_its_promise_along(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.close()
        stage.write_config(MOVED + TOLD)
        await stage.open()
        assert len(stage.events("promise.moved")) == 1
        await stage.later(minutes=65)
        assert "11:00 (London time)" in _words(stage, 1)
        await stage.close()
        await stage.open()
        await stage.later(minutes=65)
        assert len(stage.events("promise.moved")) == 1
        assert len(stage.sent()) == 2


async def test_a_call_that_moves_again_after_its_notice_went_is_told_again(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(MOVED + TOLD)
        await stage.later(minutes=65)
        await stage.reload(AGAIN + TOLD)
        await stage.later(minutes=65)
        assert "13:00 (London time)" in _words(stage, 2)
        await stage.to("fri 14:30")
        assert [line["reason"] for line in stage.events("promise.kept")] == ["the call begins"]


async def test_a_call_that_moves_back_after_its_notice_went_is_told_too(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(MOVED + TOLD)
        await stage.later(minutes=65)
        await stage.reload(CONSULTANT + TOLD)
        await stage.later(minutes=65)
        assert len(stage.sent()) == 3
        assert "09:00 (London time)" in _words(stage, 2)


async def test_a_call_that_moves_twice_within_the_hour_is_told_once_an_hour_after_the_second(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(MOVED + TOLD)
        await stage.later(minutes=40)
        await stage.reload(AGAIN + TOLD)
        await stage.later(minutes=55)
        assert len(stage.sent()) == 1
        await stage.later(minutes=10)
        assert len(stage.sent()) == 2
        assert "13:00 (London time)" in _words(stage, 1)


async def test_a_notice_that_could_not_go_before_the_call_began_stays_at_home(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.to("fri 09:20")
        await stage.reload(CONSULTANT.replace("fri 10:00 for 45m", "fri 10:15 for 45m") + TOLD)
        await stage.to("fri 10:30")
        assert len(stage.events("promise.moved")) == 1
        assert len(stage.sent()) == 1
        assert stage.rows("SELECT state, reason FROM reply WHERE kind = 'moved'") == [
            ("cancelled", "the call has begun")
        ]


async def test_what_comes_back_before_a_call_comes_back_before_the_call_as_it_is_now(stages: Opening):
    earlier = CONSULTANT.replace('"fri 10:00 for 45m"', '"thu 10:00 for 45m"')
    async with stages() as stage:
        await _promised(stage)
        await stage.reload(earlier)
        await stage.to("thu 08:50")
        assert list(stage.inbox("Deferred")) == ["quick question"]
        await stage.to("thu 09:01")
        assert list(stage.inbox()) == ["quick question"]


async def test_what_comes_back_before_a_call_waits_longer_when_the_call_is_on_a_day_off_now(stages: Opening):
    async with stages() as stage:
        await _promised(stage)
        await stage.reload(CONSULTANT.replace("[hours]", '[hours]\naway = ["2025-11-28"]'))
        await stage.to("fri 12:00")
        assert list(stage.inbox("Deferred")) == ["quick question"]
        await stage.to("fri 09:01")
        assert list(stage.inbox()) == ["quick question"]
        assert stage.clock.now().date().isoformat() == "2025-12-05"


async def test_a_reload_that_moves_no_call_moves_no_return(stages: Opening):
    async with stages() as stage:
        await _promised(stage)
        due = stage.rows("SELECT due_at FROM effect WHERE kind = 'back'")
        await stage.reload(CONSULTANT.replace("Outage", "Down"))
        await stage.close()
        await stage.open()
        assert stage.rows("SELECT due_at FROM effect WHERE kind = 'back'") == due


async def test_what_comes_back_after_a_call_stands_although_the_call_has_begun(stages: Opening):
    after = CONSULTANT.replace(
        'until = ["1h before next call", "start of office hours"]', 'until = "1h after next call"'
    )
    async with stages(after) as stage:
        await _promised(stage)
        await stage.to("fri 10:20")
        await stage.reload(after.replace("Outage", "Down"))
        await stage.to("fri 11:01")
        assert list(stage.inbox()) == ["quick question"]


async def test_a_call_that_only_gets_longer_has_not_moved(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(CONSULTANT.replace("fri 10:00 for 45m", "fri 10:00 for 60m") + TOLD)
        await stage.later(hours=2)
        assert stage.events("promise.moved") == []
        assert len(stage.sent()) == 1
        await stage.to("fri 10:01")
        assert len(stage.events("promise.kept")) == 1


SKIPPED = CONSULTANT.replace('fri = "09:00-15:00"', 'fri = "09:00-15:00"\naway = ["2025-11-28"]')
GONE = CONSULTANT.replace('calls = ["fri 10:00 for 45m"]\n', "")


async def test_a_skipped_call_that_is_taken_back_is_promised_as_before_and_its_mail_is_there_for_it(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(SKIPPED + TOLD)
        [moved] = stage.events("promise.moved")
        assert moved["promise"].startswith("2025-12-05")
        await stage.later(minutes=20)
        await stage.reload(CONSULTANT + TOLD)
        await stage.to("fri 09:05")
        assert len(stage.sent()) == 1, "nobody is told of what has not moved"
        assert "quick question" in stage.inbox()
        await stage.to("fri 10:30")
        assert [line["reason"] for line in stage.events("promise.kept")] == ["the call begins"]


async def test_a_skipped_call_of_which_the_client_was_told_stays_where_he_was_told(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(SKIPPED + TOLD)
        await stage.later(hours=2)
        assert "Friday 5 December" in _words(stage, 1)
        await stage.reload(CONSULTANT + TOLD)
        await stage.later(hours=2)
        assert len(stage.sent()) == 2
        await stage.to("fri 10:30")
        assert stage.events("promise.kept") == []
        assert "quick question" not in stage.inbox(), "it comes back for the call that he expects"


async def test_a_call_that_is_gone_keeps_nothing_and_only_she_is_told(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(GONE + TOLD)
        await stage.to("fri 10:30")
        assert any(subject.startswith("A call that Harbor Trust was promised is gone") for subject in stage.inbox())
        assert len(stage.events("promise.warned")) == 1
        assert stage.events("promise.kept") == []
        assert len(stage.events("promise.overdue")) == 1
        assert len(stage.sent()) == 1, "nothing goes to the client by itself"


async def test_a_call_that_is_gone_and_comes_again_keeps_its_promise(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await _promised(stage)
        await stage.reload(GONE + TOLD)
        await stage.later(hours=1)
        await stage.reload(CONSULTANT + TOLD)
        await stage.to("fri 10:30")
        assert len(stage.sent()) == 1
        assert [line["reason"] for line in stage.events("promise.kept")] == ["the call begins"]


async def test_what_was_not_told_yet_of_a_call_that_is_gone_is_told_anew(stages: Opening):
    async with stages(CONSULTANT + TOLD) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.reload(GONE + TOLD)
        await stage.later(minutes=15)
        assert "Thursday 27 November at 16:30" in _words(stage, 0)


async def test_a_client_who_is_gone_was_not_called(stages: Opening):
    async with stages(CONSULTANT) as stage:
        await _promised(stage)
        nobody = CONSULTANT.replace("*@harbor.example", "*@elsewhere.example").replace(
            "[client.harbor]", "[client.other]"
        )
        await stage.reload(nobody.replace('{ "gary@harbor.example" = "Gary" }', "{}"))
        await stage.to("fri 10:30")
        assert stage.events("promise.kept") == []
        assert len(stage.events("promise.overdue")) == 1
