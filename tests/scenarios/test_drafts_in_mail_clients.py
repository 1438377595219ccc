"""Drafts as mail clients send them: under another Message-ID, changed here and there, the original quoted below."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY
from scenarios.stage import Stage

DRAFTS = ANSWERS.replace('mode = "send"', 'mode = "draft"')
QUOTE = "\n\nOn Tue, Gary Stone wrote:\n> Can you ring me?\n"


def _send(stage: Stage, subject: str, change: str = "{}", *, text: str | None = None) -> None:
    """What Thunderbird does: another Message-ID, the draft gone, a copy in Sent."""
    draft = message_from_bytes(stage.inbox("Drafts")[subject].raw, policy=default)
    assert isinstance(draft, EmailMessage)
    sent = EmailMessage()
    for name in ("From", "To", "Subject", "Date", "In-Reply-To", "References"):
        sent[name] = draft[name]
    sent["Message-ID"] = "<0d1f-4711@roth.example>"
    sent.set_content(text or change.format(draft.get_content()))
    stage.dovecot.append(stage.users[0], "Sent", sent.as_bytes(policy=SMTP), stage.clock.now(), ["\\Seen"])
    stage.delete(subject, "Drafts")


async def _drafted(stage: Stage) -> None:
    await stage.to("tue 10:00")
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)


@pytest.mark.parametrize("change", ["{}", "{}" + QUOTE, "Dear Gary,\n\nsorry for the wait.\n{}\nBest, Dana\n"])
async def test_a_draft_that_is_sent_under_another_id_tells_its_promise_and_answers_nothing(
    stages: Opening, change: str
):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        _send(stage, "Re: question", change)
        await stage.later(minutes=15)
        assert stage.events("message.answered") == []
        [sent] = stage.events("reply.sent")
        assert (sent["by"], sent["reply"]) == ("person", 1)
        [made] = stage.events("promise.made")
        assert (made["item"], made["reply"]) == (1, 1)
        await stage.to("thu 18:00")
        assert len(stage.events("promise.overdue")) == 1


async def test_an_answer_of_her_own_below_the_drafts_subject_is_an_answer(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        _send(
            stage, "Re: question", text="Hello Gary,\n\nI have rung you just now: the boiler is repaired on Friday.\n"
        )
        await stage.later(minutes=15)
        assert len(stage.events("message.answered")) == 1
        assert stage.events("promise.made") == []


async def test_a_draft_writes_dates_and_never_tomorrow(stages: Opening):
    async with stages(DRAFTS.replace('promise = "2 business days"', 'promise = "1 business day"')) as stage:
        await _drafted(stage)
        draft = message_from_bytes(stage.inbox("Drafts")["Re: question"].raw, policy=default)
        assert isinstance(draft, EmailMessage)
        assert "Wednesday 26 November at 16:30 (London time)" in " ".join(draft.get_content().split())


async def test_a_draft_counts_from_when_she_sent_it(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        await stage.to("wed 12:00")
        _send(stage, "Re: question")
        await stage.to("wed 13:00")
        assert stage.rows("SELECT (ended_at - made_at) / 3600000 FROM reply") == [(26,)]
        await stage.arrives(GARY, "another")
        await stage.later(minutes=15)
        assert stage.inbox("Drafts") == {}, "within a day of that he gets no second one"


async def test_a_draft_that_was_sent_before_urgent_mail_came_keeps_its_promise(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        _send(stage, "Re: question")
        await stage.arrives(GARY, "outage", "The site.")
        await stage.later(hours=1)
        assert stage.rows("SELECT state FROM reply WHERE kind = 'ack'") == [("sent",)]
        assert stage.rows("SELECT state FROM promise") == [("open",)]


async def test_a_draft_that_a_mail_program_saves_anew_is_the_same_draft(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        draft = message_from_bytes(stage.inbox("Drafts")["Re: question"].raw, policy=default)
        draft.replace_header("Message-ID", "<autosaved-1@roth.example>")
        stage.dovecot.append(stage.users[0], "Drafts", draft.as_bytes(policy=SMTP), stage.clock.now(), ["\\Draft"])
        first = min(one.uid for one in stage.dovecot.messages(stage.users[0], "Drafts"))
        stage.dovecot.delete(stage.users[0], "Drafts", first)
        await stage.later(hours=3)
        assert stage.events("reply.cancelled") == []
        _send(stage, "Re: question")
        await stage.later(minutes=15)
        assert len(stage.events("promise.made")) == 1


async def test_a_phone_that_takes_the_draft_away_before_the_copy_lies_in_sent_has_sent_it(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        raw = stage.inbox("Drafts")["Re: question"].raw
        stage.delete("Re: question", "Drafts")
        await stage.later(minutes=40)
        assert stage.events("reply.cancelled") == []
        stage.dovecot.append(stage.users[0], "Sent", raw, stage.clock.now(), ["\\Seen"])
        await stage.later(minutes=30)
        assert len(stage.events("promise.made")) == 1


async def test_a_draft_that_is_thrown_away_is_cancelled_and_does_not_count(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        stage.delete("Re: question", "Drafts")
        await stage.later(hours=3)
        assert [line["reason"] for line in stage.events("reply.cancelled")] == ["the draft was thrown away"]
        assert stage.rows("SELECT state FROM promise") == [("void",)]
        await stage.arrives(GARY, "another")
        await stage.later(minutes=15)
        assert list(stage.inbox("Drafts")) == ["Re: another"]


async def test_a_draft_that_turns_up_in_sent_after_all_is_sent(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        raw = stage.inbox("Drafts")["Re: question"].raw
        stage.delete("Re: question", "Drafts")
        await stage.later(hours=3)
        stage.dovecot.append(stage.users[0], "Sent", raw, stage.clock.now(), ["\\Seen"])
        await stage.later(hours=1)
        assert stage.rows("SELECT state FROM reply") == [("sent",)]
        assert stage.rows("SELECT state FROM promise") == [("open",)]


async def test_what_comes_while_a_draft_lies_there_makes_no_second_one(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        await stage.arrives(GARY, "another")
        await stage.later(minutes=15)
        assert list(stage.inbox("Drafts")) == ["Re: question"]


async def _by_now(stage: Stage, kind: str) -> tuple[str, str | None]:
    [(state, reason)] = stage.rows(f"SELECT state, reason FROM reply WHERE kind = '{kind}'")
    return state, reason


async def _slip_drafted(stage: Stage) -> str:
    """A promise is broken, and the apology lies in Drafts; its subject."""
    await _drafted(stage)
    await stage.to("fri 09:30")
    [subject] = stage.inbox("Drafts")
    return subject


async def test_an_apology_that_she_has_sent_is_not_taken_back_by_her_answer(stages: Opening):
    async with stages(ANSWERS + '\n[promises]\nslip = "draft"\n') as stage:
        subject = await _slip_drafted(stage)
        asked = stage.inbox("INBOX")["question"]
        _send(stage, subject)
        stage.answers(message_from_bytes(asked.raw, policy=default)["Message-ID"])
        await stage.later(minutes=15)
        assert await _by_now(stage, "slip") == ("sent", None)
        assert stage.events("reply.cancelled") == []


async def test_an_apology_that_she_has_not_sent_is_taken_back_once_she_has_answered(stages: Opening):
    async with stages(ANSWERS + '\n[promises]\nslip = "draft"\n') as stage:
        await _slip_drafted(stage)
        asked = stage.inbox("INBOX")["question"]
        stage.answers(message_from_bytes(asked.raw, policy=default)["Message-ID"])
        await stage.later(minutes=15)
        assert await _by_now(stage, "slip") == ("cancelled", "answered")
        assert [line["reason"] for line in stage.events("reply.cancelled")] == ["answered"]
        assert stage.inbox("Drafts") == {}


MOVING = CONSULTANT + '\n[promises]\nslip = "draft"\n'


async def _notice_drafted(stage: Stage) -> str:
    """The promised call has moved to noon, and the notice lies in Drafts; its subject."""
    await _drafted(stage)
    await stage.reload(MOVING.replace("fri 10:00", "fri 12:00"))
    await stage.later(hours=2)
    [subject] = stage.inbox("Drafts")
    return subject


async def test_a_notice_that_she_has_sent_was_sent_although_the_call_moves_again(stages: Opening):
    async with stages(MOVING) as stage:
        _send(stage, await _notice_drafted(stage))
        await stage.reload(MOVING.replace("fri 10:00", "fri 14:00"))
        await stage.later(hours=2)
        assert stage.rows("SELECT state FROM reply WHERE kind = 'moved' ORDER BY id") == [("sent",), ("drafted",)]
        assert stage.events("reply.cancelled") == []
        [subject] = stage.inbox("Drafts")
        said = message_from_bytes(stage.inbox("Drafts")[subject].raw, policy=default)
        assert isinstance(said, EmailMessage)
        assert "at 13:00 (London time)" in " ".join(said.get_content().split())


async def test_a_notice_that_she_has_not_sent_makes_room_for_the_next_or_for_none(stages: Opening):
    async with stages(MOVING) as stage:
        await _notice_drafted(stage)
        await stage.reload(MOVING.replace("fri 10:00", "fri 14:00"))
        await stage.later(hours=2)
        assert stage.rows("SELECT state FROM reply WHERE kind = 'moved' ORDER BY id") == [("cancelled",), ("drafted",)]
        assert len(stage.inbox("Drafts")) == 1
        await stage.reload(MOVING)
        await stage.later(hours=2)
        assert stage.inbox("Drafts") == {}
        assert [one["reason"] for one in stage.events("reply.cancelled")] == ["moved again", "moved back"]


async def test_one_that_was_taken_back_and_turns_up_under_another_id_was_sent(stages: Opening):
    async with stages(DRAFTS) as stage:
        await _drafted(stage)
        kept = stage.inbox("Drafts")["Re: question"].raw
        stage.delete("Re: question", "Drafts")
        await stage.later(hours=3)
        assert [line["reason"] for line in stage.events("reply.cancelled")] == ["the draft was thrown away"]
        stage.dovecot.append(stage.users[0], "Drafts", kept, stage.clock.now(), ["\\Draft"])
        _send(stage, "Re: question")
        await stage.later(hours=1)
        assert stage.rows("SELECT state FROM reply") == [("sent",)]
        assert stage.rows("SELECT state FROM promise") == [("open",)]
        assert stage.events("message.answered") == []
