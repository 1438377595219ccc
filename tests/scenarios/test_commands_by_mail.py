"""Commands by mail: what she answers to a mail of ours is done within a look, and confirmed in the same thread."""

import base64
import json
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, GARY, MAY
from scenarios.stage import Stage
from triaged.ledger import Ledger, Line, NewEffect

DANA = "Dana Roth <dana@roth.example>"
NOTE = "<triaged.aaaaaaaaaaaaaaaaaaaaaaaaaa@roth.example>"
WAITING = ANSWERS.replace('until = "start of office hours"', 'until = "in 4 days"')


async def opened(stages: Opening, config: str = WAITING) -> Stage:
    stage = stages(config)
    await stage.open()
    await stage.to("tue 15:10")
    return stage


async def noted(stage: Stage, *lines: Line) -> None:
    """A mail of ours with numbered entries lies in her inbox."""
    raw = f"From: dana@roth.example\r\nTo: dana@roth.example\r\nSubject: Digest\r\nMessage-ID: {NOTE}\r\n\r\nx\r\n"
    args = {"raw": base64.b64encode(raw.encode()).decode(), "message_id": NOTE, "folder": "INBOX", "flags": []}
    now = stage.clock.now()
    effect = NewEffect("digest:test", "append", "dana", now, 1, args=args, lines=dict(enumerate(lines, 1)))
    assert stage.daemon.parts is not None
    assert await stage.daemon.parts.context.write(Ledger.plan, effect) is not None
    stage.daemon.wake()
    await stage.quiet()
    assert "Digest" in stage.inbox()


async def answered(stage: Stage, text: str, *, replies_to: str = NOTE, **more: Any) -> str:
    """She answers from her telephone."""
    given = {"to": DANA, "folder": "Sent", "flags": ["\\Seen"], "return_path": "", **more}
    message_id = stage.store(DANA, given.pop("subject", "Re: Digest"), text, replies_to=replies_to, **given)
    stage.daemon.sweep()
    await stage.quiet()
    return message_id


def confirmed(stage: Stage, subject: str = "Re: Digest") -> tuple[str, bool]:
    """What the confirmation says, and whether it lies there read."""
    found = stage.inbox()[subject]
    return str(message_from_bytes(found.raw, policy=default).get_content()).strip(), "\\Seen" in found.flags  # type: ignore[attr-defined]


def item(stage: Stage, subject: str) -> int:
    [(number,)] = stage.rows("SELECT id FROM item WHERE subject = :subject", subject=subject)
    return int(number)


async def two_noted(stage: Stage) -> None:
    await stage.arrives(GARY, "question")
    await stage.arrives(MAY, "another")
    await noted(stage, Line((item(stage, "question"),)), Line((item(stage, "another"),)))


async def test_settled_by_number_is_settled_and_confirmed_read_in_the_thread(stages: Opening):
    stage = await opened(stages)
    await two_noted(stage)
    sent = await answered(stage, "2 settled\n\n-- \nDana Roth\n1 settled\n\n> 1 settled\n")
    [told] = stage.events("message.settled")
    assert (told["subject"], told["by"]) == ("another", "mail")
    assert len(stage.events("reply.cancelled")) == 0 or stage.events("reply.cancelled")[0]["by"] == "mail"
    assert confirmed(stage) == ("another: settled", True)
    assert sent.encode() in stage.inbox()["Re: Digest"].raw
    await stage.later(minutes=15)
    assert [reply["To"] for reply in stage.sent()] == ["gary@harbor.example"]


async def test_until_puts_off_each_of_them(stages: Opening):
    stage = await opened(stages)
    await two_noted(stage)
    await answered(stage, "1,2 until friday\n\nSent from my iPhone\n")
    assert [one["by"] for one in stage.events("message.snoozed")] == ["mail", "mail"]
    friday = stage.instant("fri 09:00").timestamp() * 1000
    assert stage.rows("SELECT DISTINCT due_at FROM effect WHERE kind = 'back' AND state = 'planned'") == [(friday,)]
    text, read = confirmed(stage)
    assert (text.count("comes back Fri 28 Nov 09:00"), read) == (2, True)


async def test_the_street_below_a_signature_is_no_entry(stages: Opening):
    stage = await opened(stages)
    await two_noted(stage)
    await answered(stage, "“2 settled”\n\nDana Roth\n12 High Street\nEnviado desde mi iPhone\n")
    assert confirmed(stage) == ("another: settled", True)


async def test_do_not_send_cancels_the_waiting_reply_and_nothing_else(stages: Opening):
    stage = await opened(stages)
    await two_noted(stage)
    await answered(stage, "1 do not send")
    [cancelled] = stage.events("reply.cancelled")
    assert cancelled["by"] == "mail"
    await stage.later(minutes=15)
    assert [reply["To"] for reply in stage.sent()] == ["may@harbor.example"]
    assert len(stage.inbox("Deferred")) == 2


async def test_too_late_for_do_not_send_is_told_with_when_it_went(stages: Opening):
    stage = await opened(stages)
    await two_noted(stage)
    await stage.later(minutes=15)
    await answered(stage, "1 do not send")
    text, read = confirmed(stage)
    assert "question: left as it is, the reply went on Tue 25 Nov 15:20" in text
    assert not read


async def test_all_settled_asks_back_and_settles_nothing(stages: Opening):
    stage = await opened(stages)
    await two_noted(stage)
    await answered(stage, "all settled")
    text, read = confirmed(stage)
    assert (text.startswith("All? Open are 1,2. To settle them write: 1,2 settled"), read) == (True, False)
    assert stage.events("message.settled") == []


async def test_what_has_changed_since_is_left_and_told(stages: Opening):
    stage = await opened(stages)
    await two_noted(stage)
    stage.answers("<1@harbor.example>")
    stage.daemon.sweep()
    await stage.quiet()
    await answered(stage, "1 settled\n2 settled")
    text, read = confirmed(stage)
    assert ("question: left as it is, you have answered it" in text, "another: settled" in text, read) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize(
    "text", ["Thank you, that helps.", "I settled both by telephone.", "Nothing until friday please", "> 1 settled"]
)
async def test_prose_does_nothing_and_is_not_answered(stages: Opening, text: str):
    stage = await opened(stages)
    await two_noted(stage)
    await answered(stage, text)
    assert "Re: Digest" not in stage.inbox()
    assert (stage.events("message.settled"), stage.events("message.snoozed")) == ([], [])


@pytest.mark.parametrize("text", ["1 setled", "7 settled", "1 until yesterday", "settled"])
async def test_what_is_not_understood_is_told_unread(stages: Opening, text: str):
    stage = await opened(stages)
    await two_noted(stage)
    await answered(stage, text)
    said, read = confirmed(stage)
    assert ("3 settled · 2,5 until friday · 4 do not send" in said, read) == (True, False)
    assert stage.events("message.settled") == []


async def test_a_warning_needs_no_number(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    await stage.to("thu 16:00")
    [(args,)] = stage.rows("SELECT args FROM effect WHERE key LIKE 'warn:%'")
    await answered(stage, "settled", replies_to=json.loads(args)["message_id"], subject="Re: warning")
    assert [one["by"] for one in stage.events("message.settled")] == ["mail"]
    assert [one["by"] for one in stage.events("promise.settled")] == ["mail"]


@pytest.mark.parametrize(
    "more",
    [
        {"to": "Dana Roth <dana@roth.example>, gary@harbor.example"},
        {"replies_to": "<triaged.bbbbbbbbbbbbbbbbbbbbbbbbbb@roth.example>"},
        {"replies_to": "<1@harbor.example>"},
        {"headers": {"Received": "from mx.else.example (mx.else.example [192.0.2.1]) by mx.roth.example; Tue, 25 Nov 2025 15:00:00 +0000"}},
        {"return_path": "gary@harbor.example"},
        {"folder": "INBOX"},
    ],
)  # fmt: skip
async def test_nobody_else_can_say_it(stages: Opening, more: dict[str, Any]):
    stage = await opened(stages)
    await two_noted(stage)
    await answered(stage, "1 settled", **more)
    assert stage.events("message.settled") == []


async def test_said_once_it_is_done_once_whatever_else_files_a_copy(stages: Opening):
    stage = await opened(stages)
    await two_noted(stage)
    message_id = await answered(stage, "1 until friday")
    await answered(stage, "1 until friday", message_id=message_id)
    assert len(stage.events("message.snoozed")) == 1


async def test_away_is_a_mail_to_herself(stages: Opening):
    stage = await opened(stages)
    await answered(stage, "", replies_to="", subject="triaged away until friday")
    assert len(stage.events("config.reloaded", by="mail")) == 1
    assert confirmed(stage, "Re: triaged away until friday")[1]
    await stage.arrives(GARY, "question")
    assert stage.daemon.settings.persons[0].worktime.is_away(stage.instant("fri 12:00").date())
    [(due,)] = stage.rows("SELECT due_at FROM promise")
    assert due == datetime(2025, 12, 2, 16, 30, tzinfo=UTC).timestamp() * 1000  # the second office day from then


async def test_days_that_are_none_are_told_unread(stages: Opening):
    stage = await opened(stages)
    await answered(stage, "", replies_to="", subject="triaged away sometime")
    assert not confirmed(stage, "Re: triaged away sometime")[1]


async def test_away_to_somebody_else_as_well_is_no_command(stages: Opening):
    stage = await opened(stages)
    await answered(stage, "", replies_to="", subject="triaged away today", to=f"{DANA}, gary@harbor.example")
    assert stage.events("config.reloaded") == []


async def test_i_take_it_before_the_reply_goes_and_none_goes(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    stage.drag("question", "Deferred", "INBOX")
    await stage.later(minutes=15)
    assert stage.sent() == []
    assert list(stage.inbox()) == ["question"]


async def test_i_take_it_too_late_and_am_told_at_once_when_it_went(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1
    stage.drag("question", "Deferred", "INBOX")
    stage.daemon.sweep()
    await stage.quiet()
    text, read = confirmed(stage, "Too late: question")
    assert ("gary@harbor.example went on Tue 25 Nov 15:20" in text, read) == (True, False)


async def test_taking_it_back_another_day_is_no_haste(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "question")
    await stage.to("wed 10:00")
    stage.drag("question", "Deferred", "INBOX")
    stage.daemon.sweep()
    await stage.quiet()
    assert list(stage.inbox()) == ["question"]


async def test_a_digest_shows_what_would_go_in_full_and_its_numbers_can_be_answered(stages: Opening):
    stage = await opened(stages, WAITING + '\n[digest]\nat = "16:30"\n')
    await stage.to("tue 16:25")
    await stage.arrives(GARY, "question")
    await stage.to("tue 16:31")
    [(args,)] = stage.rows("SELECT args FROM effect WHERE key LIKE 'digest:%' ORDER BY id DESC LIMIT 1")
    raw = base64.b64decode(json.loads(args)["raw"])
    part = message_from_bytes(raw, policy=default).get_body(("plain",))  # type: ignore[attr-defined]
    text = str(part.get_content())
    assert "| Hello Gary," in text
    assert "| I have your message. Can it wait until our call on" in text
    assert re.search(r"^1\.  Tue 25 Nov 16:35  gary@harbor\.example", text, re.MULTILINE)
    await answered(stage, "1 do not send", replies_to=json.loads(args)["message_id"])
    await stage.later(minutes=15)
    assert stage.sent() == []
    assert confirmed(stage)[1]
