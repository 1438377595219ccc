"""Drafts as mail clients send them: under another Message-ID, changed here and there, the original quoted below."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, GARY
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
