"""What comes back after a reply: STOP, reports, robots, copies of another triaged; and answers from any account."""

from base64 import b64encode

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY, PETRA, SIGNED_IN
from scenarios.stage import Stage, letter

ME_TOO = CONSULTANT.replace('mode = "send"', 'mode = "send"\nenvelope = "me"')
SECOND = """
[account.second]
mode = "send"
addresses = ["dana@second.example"]
imap = $IMAP2
smtp = $SMTP
"""
REPORT = """\
Reporting-MTA: dns; mx.harbor.example

Final-Recipient: rfc822; gary@harbor.example
Action: {action}
Status: {status}

Message-ID: {message_id}
Subject: Re: question
"""


async def answered(stages: Opening, config: str = CONSULTANT, at: str = "tue 15:25") -> tuple[Stage, str]:
    """Gary has asked on Tuesday and has got his reply: its Message-ID."""
    stage = stages(config)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    await stage.to(at)
    (reply,) = stage.sent()
    return stage, str(reply["Message-ID"])


async def test_stop_alone_in_an_answer_ends_replies_for_him(stages: Opening):
    stage, reply = await answered(stages)
    await stage.arrives(GARY, "Re: question", "STOP\n", replies_to=reply)
    assert len(stage.events("reply.opted_out", to="gary@harbor.example")) == 1
    await stage.to("thu 10:00")
    await stage.arrives(GARY, "another question")
    await stage.later(hours=1)
    assert len(stage.sent()) == 1
    assert stage.events("message.deferred", subject="another question")[0]["no_reply"] == "opted-out"


async def test_stop_in_german_and_for_her_only(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.arrives(PETRA, "Frage")
    await stage.later(minutes=15)
    (reply,) = stage.sent()
    await stage.arrives(PETRA, "AW: Frage", "Stopp", replies_to=str(reply["Message-ID"]))
    assert len(stage.events("reply.opted_out")) == 1
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)
    assert len(stage.sent()) == 2


async def test_stop_is_understood_in_the_language_in_which_the_reply_went(stages: Opening):
    french = 'text.fr = """\nBonjour,\n\nVotre message est arrivé. Réponse : {{ promise | when }}.\n"""\ntext.de = """'
    config = CONSULTANT.replace('text.de = """', french).replace('language = "en"\ntimezone = "Europe/London"\n', "")
    stage = stages(config)
    await stage.open()
    await stage.arrives(GARY, "Question", "Bonjour, pourriez-vous me rappeler au sujet de la facture d'hier ? Merci.")
    await stage.later(minutes=30)
    (reply,) = stage.sent()
    assert "Bonjour" in reply.get_content()
    await stage.arrives(GARY, "Re: Question", "Arrêtez", replies_to=str(reply["Message-ID"]))
    assert len(stage.events("reply.opted_out", to="gary@harbor.example")) == 1


async def test_a_report_that_a_reply_came_back_ends_replies_to_that_address_for_sixty_days(stages: Opening):
    stage, reply = await answered(stages, ME_TOO)
    report = REPORT.format(action="failed", status="5.1.1", message_id=reply)
    headers = {"Auto-Submitted": "auto-replied"}
    await stage.arrives("mailer-daemon@mx.example", "Undelivered", report, headers=headers, return_path="<>")
    assert len(stage.events("reply.failed", to="gary@harbor.example")) == 1
    await stage.later(days=59)
    await stage.arrives(GARY, "after 59 days")
    await stage.later(hours=1)
    assert len(stage.sent()) == 1
    await stage.later(days=2)
    await stage.arrives(GARY, "after 61 days")
    await stage.later(hours=1)
    assert len(stage.sent()) == 2


async def test_a_report_of_a_delay_ends_nothing(stages: Opening):
    stage, reply = await answered(stages, ME_TOO)
    report = REPORT.format(action="delayed", status="4.4.7", message_id=reply)
    await stage.arrives("mailer-daemon@mx.example", "Delayed", report, return_path="<>")
    assert stage.events("reply.failed") == []
    assert stage.rows("SELECT count(*) FROM correspondent WHERE bounced_until IS NOT NULL") == [(0,)]


async def test_a_machine_that_answers_a_reply_at_once_is_told_and_its_next_message_with_words_is_answered(
    stages: Opening,
):
    stage, reply = await answered(stages, at="tue 15:21")
    machine = {"Auto-Submitted": "auto-replied"}
    await stage.arrives(GARY, "Re: Re: question", "Ticket 4711 was opened.", replies_to=reply, headers=machine)
    (muted,) = stage.events("reply.muted")
    assert (muted["to"], muted["level"]) == ("gary@harbor.example", "warning")
    await stage.to("thu 10:00")
    await stage.arrives(GARY, "is there any news?")
    await stage.later(hours=1)
    assert len(stage.sent()) == 2


@pytest.mark.parametrize("words", ["No, it cannot wait.", "Thanks!", "Ticket 4711 was opened."])
async def test_a_person_who_answers_at_once_is_no_machine(stages: Opening, words: str):
    stage, reply = await answered(stages, at="tue 15:21")
    await stage.arrives(GARY, "Re: Re: question", words, replies_to=reply)
    assert stage.events("reply.muted") == []
    await stage.to("thu 10:00")
    await stage.arrives(GARY, "another question")
    await stage.later(hours=1)
    assert len(stage.sent()) == 2


@pytest.mark.parametrize(
    ("number", "to", "message_id"),
    [
        ("4711", "may@harbor.example", "<rewritten@provider.example>"),
        ("1", "gary@harbor.example", "<triaged.elsewhere@roth.example>"),  # it counts its replies as we do
    ],
)
async def test_replies_of_another_triaged_in_sent_are_noticed(stages: Opening, number: str, to: str, message_id: str):
    stage, _ = await answered(stages)
    stage.store(
        "Dana Roth <dana@roth.example>",
        "Re: elsewhere",
        to=to,
        folder="Sent",
        headers={"X-Triaged": number, "Auto-Submitted": "auto-replied"},
        message_id=message_id,
        return_path="",
    )
    await stage.later(minutes=10)
    (line,) = stage.events("account.degraded")
    assert "another triaged" in line["reason"]
    assert stage.events("message.answered") == []


async def test_an_answer_from_the_other_account_silences_the_reply(stages: Opening):
    stage = stages(CONSULTANT + SECOND)
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    await stage.to("tue 15:19")
    stage.answers(question, user=stage.users[1])
    await stage.to("tue 15:30")
    assert stage.sent() == []
    assert len(stage.events("message.answered", item=1)) == 1


async def test_an_answer_of_the_team_keeps_the_promise(stages: Opening):
    stage = stages(ANSWERS)
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    await stage.to("tue 15:30")
    colleague = "Tom <tom@roth-partners.example>"
    await stage.arrives(
        colleague, "Re: question", "It is done.", to="gary@harbor.example, dana@roth.example", replies_to=question,
        headers=SIGNED_IN,
    )  # fmt: skip
    assert len(stage.events("promise.kept")) == 1
    assert len(stage.events("message.answered", item=1)) == 1


async def test_a_later_question_of_the_thread_is_never_promised_later_than_the_first(stages: Opening):
    stage = stages(ANSWERS)
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    await stage.to("tue 15:30")
    first = stage.lines.one("promise.made")["promise"]
    await stage.to("wed 16:00")
    await stage.arrives(GARY, "Re: question", "Any news on this?", replies_to=question)
    await stage.to("wed 17:00")
    assert len(stage.sent()) == 2
    assert {one["promise"] for one in stage.events("reply.sent")} == {first}
    assert stage.rows("SELECT count(*) FROM promise WHERE state <> 'void'") == [(1,)]


async def test_a_reply_in_doubt_is_found_in_sent(stages: Opening):
    stage = stages(CONSULTANT)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    stage.sink.answer = lambda stage_, _argument: "999 what?" if stage_ == "data" else None
    await stage.to("tue 15:25")
    assert len(stage.events("reply.in_doubt")) == 1
    assert len(stage.events("promise.made")) == 1
    (message_id,) = stage.rows("SELECT message_id FROM reply")[0]
    stage.store(
        "Dana Roth <dana@roth.example>", "Re: question", to="gary@harbor.example", folder="Sent", message_id=message_id,
        headers={"X-Triaged": "1"}, return_path="",
    )  # fmt: skip
    await stage.later(minutes=10)
    assert len(stage.events("reply.sent")) == 1
    await stage.later(days=1)
    assert stage.sink.attempts == 1


async def test_a_reply_in_doubt_is_never_sent_again(stages: Opening):
    stage = stages(CONSULTANT)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    stage.sink.answer = lambda stage_, _argument: "999 what?" if stage_ == "data" else None
    await stage.to("tue 15:25")
    stage.sink.clear()
    await stage.later(days=2)
    await stage.close()
    await stage.open()
    await stage.later(days=1)
    assert stage.sent() == []
    assert stage.rows("SELECT state FROM reply") == [("in_doubt",)]


async def test_a_thread_that_is_promised_an_earlier_moment_says_so_in_the_log(stages: Opening):
    bill = '[[rule]]\nname = "Bill"\nwhen = { text = ["bill"] }\nthen = "leave"\npromise = "in 1 day"\nreply = "until-call"\n\n'
    stage = stages(CONSULTANT.replace('[[rule]]\nname = "Everything', bill + '[[rule]]\nname = "Everything'))
    await stage.open()
    await stage.to("mon 10:00")
    question = await stage.arrives(GARY, "question")
    await stage.to("tue 10:30")
    await stage.arrives(GARY, "Re: question", "It is about the bill.", replies_to=question)
    await stage.to("tue 11:00")
    assert len(stage.sent()) == 2
    assert stage.lines.one("promise.made")["promise"] == "2025-11-28T10:00:00+01:00"
    moved = stage.lines.one("promise.moved")
    assert (moved["reply"], moved["promise"]) == (2, "2025-11-26T10:30:00+01:00")


async def test_a_garbled_subject_or_name_is_not_repeated_to_the_client(stages: Opening):
    echoes = CONSULTANT.replace(
        "Can it wait until our call", "About {{ subject or 'it' }}: can it wait until our call"
    ).replace('people = { "gary@harbor.example" = "Gary" }', "")
    stage = stages(echoes)
    await stage.open()
    await stage.to("tue 15:10")
    raw = letter(GARY, "SUBJECT", "Can you ring me?", at=stage.clock.now(), message_id="<1@harbor.example>")
    raw = raw.replace(
        b"Subject: SUBJECT", b"Subject: =?utf-8?B?" + b64encode("Gr\ufffd\ufffde aus K\ufffdln".encode()) + b"?="
    )
    raw = raw.replace(b"From: Gary Stone", b"From: =?utf-8?B?" + b64encode("G\ufffdry".encode()) + b"?=")
    stage.server.append(stage.users[0], "INBOX", raw, stage.clock.now())
    stage.daemon.wake()
    await stage.to("wed 09:00")
    (reply,) = stage.sent()
    assert "\ufffd" not in reply.as_string()
    assert "ln" not in str(reply["Subject"])
    assert "About it: can it wait" in reply.get_content()  # type: ignore[attr-defined]  # parsed with the modern policy
    assert reply.get_content().startswith("Hello there,")  # type: ignore[attr-defined]  # likewise
