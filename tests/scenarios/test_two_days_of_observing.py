"""After two office days of observing one mail shows what would have been done, how to go on and how to stop."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, PETRA
from scenarios.stage import Stage
from triaged.core.message import read_raw
from triaged.core.settings import Mode

OBSERVING = CONSULTANT.replace('mode = "send"', 'mode = "observe"')
HOW = "triaged go draft"
DANA = "Dana Roth <dana@roth.example>"


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
        lines = read_raw(stage.inbox()[subject].raw).text.splitlines()
        [line] = [one for one in lines if HOW in one]
        assert "How to stop: answer this mail with the one word “pause”" in line
        text = " ".join(" ".join(lines).split())
        for told in ("quick question", "gary@harbor.example", "Nothing was touched"):
            assert told in text


async def test_each_reply_stands_there_in_full_and_never_in_the_log(stages: Opening):
    async with stages(OBSERVING) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.arrives(PETRA, "Vertrag")
        await stage.to("wed 18:00")
        [subject] = _shown(stage)
        text = read_raw(stage.inbox()[subject].raw).text
        for told in ("Subject: Re: quick question", "| Hello Gary,", "| Guten Tag"):
            assert told in text
        assert "unwritten" not in text
        assert not any("Hello Gary" in str(line) for line in stage.lines.lines)


async def test_the_words_are_those_of_the_moment_at_which_they_would_have_gone(stages: Opening):
    async with stages(OBSERVING) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.to("wed 18:00")
        [subject] = _shown(stage)
        letter = [line for line in read_raw(stage.inbox()[subject].raw).text.splitlines() if line.startswith("  | ")]
        assert any("Friday" in line for line in letter), letter


@pytest.mark.parametrize(
    ("said", "paused", "confirmed"),
    [
        ("pause", 1, "Paused: nothing is sent or moved"),
        ("Pause until friday.", 1, "Paused until Fri 28 Nov 09:00"),
        ("triaged pause", 1, "Paused: nothing is sent or moved"),
        ("triaged go send", 0, "“triaged go send” is not done by mail"),
    ],
)
async def test_it_is_answered_with_a_pause_and_never_with_more(stages: Opening, said: str, paused: int, confirmed: str):
    async with stages(OBSERVING) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "quick question")
        await stage.to("wed 18:00")
        [subject] = _shown(stage)
        ours = read_raw(stage.inbox()[subject].raw).message_id
        assert ours is not None
        _from_herself(stage, f"Re: {subject}", said, ours)
        await stage.later(minutes=11)
        assert confirmed in read_raw(stage.inbox()[f"Re: {subject}"].raw).text
        assert len(stage.events("service.paused")) == paused
        assert stage.daemon.settings.persons[0].accounts[0].mode is Mode.OBSERVE


async def test_a_pause_from_the_telephone_is_a_subject_and_so_is_its_end(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 15:10")
        _from_herself(stage, "triaged pause until friday", "")
        await stage.later(minutes=11)
        await stage.arrives(GARY, "quick question")
        await stage.later(hours=2)
        assert stage.sent() == []
        _from_herself(stage, "Triaged pause off", "")
        await stage.later(minutes=21)
        assert [mail["To"] for mail in stage.sent()] == ["gary@harbor.example"]
        assert {one["by"] for one in (*stage.events("service.paused"), *stage.events("service.resumed"))} == {"mail"}


@pytest.mark.parametrize(
    "subject", ["triaged pause at noon works for me", "Re: triaged pause", "pause", "triaged paused"]
)
async def test_a_subject_that_only_begins_so_is_no_pause(stages: Opening, subject: str):
    async with stages() as stage:
        await stage.to("tue 15:10")
        _from_herself(stage, subject, "")
        await stage.later(minutes=11)
        assert stage.events("service.paused") == []


async def test_a_delivered_mail_of_that_subject_pauses_nothing(stages: Opening):
    async with stages() as stage:
        await stage.to("tue 15:10")
        stage.store(DANA, "triaged pause", "", to=DANA)
        await stage.later(minutes=11)
        assert stage.events("service.paused") == []


def _from_herself(stage: Stage, subject: str, text: str, replies_to: str = "") -> None:
    stage.store(DANA, subject, text, replies_to=replies_to, to=DANA, folder="Sent", flags=["\\Seen"], return_path="")
    stage.daemon.sweep()


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
