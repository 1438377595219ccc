"""Digest, agenda and pushes under trouble: once per due time, late rather than never, and never in the way of triage."""

from email import message_from_bytes
from email.policy import default

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY, MAY
from scenarios.stage import Stage
from triaged.person.push import PushError
from triaged.person.pushwords import Push

DIGEST = '\n[digest]\nat = "16:30"\nagenda = "30m before next call"\n'
PHONE = '\n[notify.phone]\nurl = "json://phone.example/"\nevery = "20m"\n'
PUSHED = CONSULTANT.replace('then = "urgent"', 'then = "urgent"\nnotify = ["phone"]') + PHONE


def _text(stage: Stage, subject: str) -> str:
    page = message_from_bytes(stage.inbox()[subject].raw, policy=default)
    body = page.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


async def test_a_digest_missed_while_nothing_ran_is_merged_into_the_next(stages: Opening):
    async with stages(CONSULTANT + DIGEST) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "First question", "What about the roof?")
        await stage.close()
        await stage.clock.leap(stage.instant("thu 09:30") - stage.clock.now())
        await stage.open()
        digests = [name for name in stage.inbox() if name.endswith("put aside")]
        assert len(digests) == 1, "the newest one that was missed, late"
        assert b"What about the roof?" in stage.inbox()[digests[0]].raw


async def test_in_a_language_that_has_no_words_yet_the_whole_digest_is_english_and_says_so(stages: Opening):
    async with stages((CONSULTANT + DIGEST).replace('language = "en"', 'language = "it"', 1)) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "First question")
        await stage.to("tue 16:40")
        digest = stage.inbox()["1 put aside"]
        assert b'<html lang=3D"en">' in digest.raw


async def test_no_digest_on_a_day_without_office_hours_and_none_in_observe(stages: Opening):
    async with stages(CONSULTANT + DIGEST) as stage:
        await stage.to("fri 16:40")
        await stage.to("sat 12:00")
        await stage.arrives(GARY, "On Saturday")
        await stage.to("sun 20:00")
        assert stage.events("digest.delivered") == []
    async with stages((CONSULTANT + DIGEST).replace('mode = "send"', 'mode = "observe"')) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "Observed")
        await stage.to("tue 16:40")
        assert [name for name in stage.inbox() if name.startswith("Digest")] == []


async def test_an_agenda_is_delivered_once_also_over_a_restart(stages: Opening):
    async with stages(CONSULTANT + DIGEST) as stage:
        await stage.to("thu 10:00")
        await stage.arrives(GARY, "For the call")
        await stage.to("fri 09:31")
        await stage.close()
        await stage.open()
        await stage.to("fri 10:20")
        harbor = [line for line in stage.events("agenda.delivered") if line.get("client") == "harbor"]
        assert len(harbor) == 1


async def test_a_mail_of_triaged_to_myself_is_nobodys_answer_and_is_not_triaged(stages: Opening):
    async with stages(CONSULTANT + DIGEST) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 16:00")
        await stage.arrives(GARY, "A question")
        await stage.to("tue 16:35")
        assert len(stage.events("digest.delivered")) == 1
        assert stage.events("message.answered") == []
        assert stage.rows("SELECT count(*) FROM item") == [(1,)]


async def test_urgent_mail_is_pushed_once_in_twenty_minutes_and_the_next_push_tells_how_many(stages: Opening):
    async with stages(PUSHED) as stage:
        await stage.to("tue 10:00")
        for number in range(3):
            await stage.arrives(GARY, f"outage {number}")
        assert [push.title for push in stage.pushes] == ["Harbor Trust: urgent"]
        await stage.later(minutes=30)
        assert len(stage.pushes) == 2
        assert "2" in stage.pushes[1].title


async def test_a_push_that_is_not_taken_is_tried_again_and_holds_up_nothing(stages: Opening):
    refusals = 2

    async def send(url: str, push: Push) -> None:
        nonlocal refusals
        refusals -= 1
        if refusals >= 0:
            raise PushError("the service did not take the push")
        stage.pushes.append(push)

    stage = stages(PUSHED)
    async with stage:
        stage.daemon.pushes.send = send
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage")
        assert stage.flags("outage") == {"\\Flagged"}
        assert len(stage.events("notify.failed")) == 1
        await stage.later(minutes=10)
        assert len(stage.pushes) == 1
        assert len(stage.events("notify.sent")) == 1


async def test_the_digest_lists_as_put_aside_only_what_lies_there(stages: Opening):
    async with stages(CONSULTANT + DIGEST) as stage:
        await stage.to("thu 16:40")
        await stage.to("fri 09:40")
        await stage.arrives(GARY, "Before the call")
        await stage.to("fri 11:00")
        await stage.arrives(GARY, "After the call", "What about the roof?")
        await stage.arrives(MAY, "Dragged out")
        stage.drag("Dragged out", "Deferred", "INBOX")
        await stage.to("fri 16:40")
        digest = _text(stage, "1 put aside")
        assert "Put aside (1)" in digest
        assert "After the call" in digest
        assert "Before the call" not in digest
        assert "Dragged out" not in digest


async def test_the_digest_tells_of_replies_that_wait_for_me_and_how_to_end_them(stages: Opening):
    fuse = CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nreply_fuse = "1 per hour"').replace('"defer"', '"leave"')
    left = fuse.replace('until = ["1h before next call", "start of office hours"]\n', "")
    async with stages(left + DIGEST) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.arrives(MAY, "another question")
        await stage.to("tue 16:40")
        digest = _text(stage, "1 held")
        assert "Replies that did not go" in digest
        assert "another question" in digest
        assert "triaged send 2, or triaged cancel 2" in digest
        await stage.to("thu 16:40")
        assert len(stage.events("digest.delivered")) == 2, "told on the day after too, and then no more"


async def test_a_push_that_had_to_wait_for_its_turn_is_tried_as_often_as_any_other(stages: Opening):
    taken = True

    async def send(url: str, push: Push) -> None:
        if not taken:
            raise PushError("the service did not take the push")
        stage.pushes.append(push)

    stage = stages(PUSHED)
    async with stage:
        stage.daemon.pushes.send = send
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage one")
        await stage.later(minutes=1)
        await stage.arrives(GARY, "outage two")
        taken = False
        await stage.later(minutes=21)
        assert [line["reason"] for line in stage.events("notify.failed")] == ["it is tried again"]
        taken = True
        await stage.later(minutes=30)
        assert len(stage.pushes) == 2


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("fr", "Une réponse à Harbor Trust arrive à échéance : aujourd’hui à 17:30 (heure de Berlin)"),
        ("es", "Vence una respuesta a Harbor Trust: hoy a las 17:30 (hora de Berlín)"),
        ("de", "Eine Antwort an Harbor Trust wird fällig: heute um 17:30 Uhr (Ortszeit Berlin)"),
        ("it", "An answer to Harbor Trust falls due: today at 17:30 (Berlin time)"),
    ],
)
async def test_the_note_before_an_answer_falls_due_is_in_one_language(stages: Opening, language: str, subject: str):
    async with stages(ANSWERS.replace('language = "en"', f'language = "{language}"', 1)) as stage:
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question")
        await stage.later(minutes=15)
        await stage.to("thu 15:31")
        assert [name for name in stage.inbox() if "Harbor Trust" in name] == [subject]
