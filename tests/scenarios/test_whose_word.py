"""Attacks that worked, on the running daemon; and the ordinary mail beside each, which must go on working."""

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY, SIGNED_IN
from scenarios.stage import Stage

ME = "Dana Roth <dana@roth.example>"
MY_SERVER = 'mode = "send"\nauthserv_id = "mx.roth.example"'
SERVER = CONSULTANT.replace('mode = "send"', MY_SERVER, 1)
ANSWERING = ANSWERS.replace('mode = "send"', MY_SERVER, 1)
VOUCHED = {"Authentication-Results": "mx.roth.example; dmarc=pass header.from=harbor.example"}
OUTSIDE = {
    "Received": "from mail.evil.example (mail.evil.example [203.0.113.9]) by mx.roth.example with ESMTPS id 1; Tue, 24 Nov 2026 15:30:00 +0100"
}


async def promised(stages: Opening, config: str = ANSWERING) -> tuple[Stage, str]:
    """Gary has asked, and has been told when an answer comes."""
    stage = stages(config)
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question", headers=VOUCHED)
    await stage.to("tue 15:30")
    assert len(stage.events("promise.made")) == 1
    return stage, question


async def test_a_mail_from_me_that_came_from_outside_keeps_no_promise(stages: Opening):
    stage, question = await promised(stages)
    await stage.arrives(ME, "Re: question", "Done.", to=GARY, replies_to=question, headers=OUTSIDE)
    assert stage.events("promise.kept") == []
    assert stage.events("message.answered") == []


async def test_a_blind_copy_to_myself_keeps_it(stages: Opening):
    for config in (ANSWERING, ANSWERS):
        stage, question = await promised(stages, config)
        await stage.arrives(ME, "Re: question", "Done.", to=GARY, replies_to=question, headers=SIGNED_IN)
        assert len(stage.events("promise.kept")) == 1


async def test_a_forged_answer_stops_the_reply_and_nothing_is_kept(stages: Opening):
    stage = stages(SERVER)
    await stage.open()
    question = await stage.arrives(GARY, "question", headers=VOUCHED)
    await stage.arrives(ME, "Re: question", "Done.", to=GARY, replies_to=question, headers=OUTSIDE)
    await stage.later(hours=1)
    assert stage.sent() == []
    assert len(stage.events("reply.cancelled")) == 1
    assert stage.events("message.answered") == []


async def test_what_is_delivered_into_sent_is_no_answer_of_mine(stages: Opening):
    stage, question = await promised(stages)
    stage.store(
        ME,
        "Re: question",
        "Done.",
        to=GARY,
        replies_to=question,
        headers=OUTSIDE,
        folder="Sent",
        return_path="x@evil.example",
    )
    await stage.later(minutes=30)
    assert stage.events("promise.kept") == []
    stage.answers(question)
    await stage.later(minutes=30)
    assert len(stage.events("promise.kept")) == 1


async def test_a_draft_is_not_sent_by_somebody_who_delivers_its_id(stages: Opening):
    stage = stages(SERVER.replace('mode = "send"', 'mode = "draft"', 1))
    await stage.open()
    question = await stage.arrives(GARY, "question", headers=VOUCHED)
    await stage.later(minutes=15)
    ((draft,),) = stage.rows("SELECT message_id FROM reply WHERE state = 'drafted'")
    await stage.arrives(
        ME,
        "Re: question",
        "Done.",
        to=GARY,
        replies_to=question,
        headers=OUTSIDE | {"X-Triaged": "1"},
        message_id=draft,
    )
    assert stage.rows("SELECT state FROM reply") == [("drafted",)]


async def test_a_forger_neither_joins_nor_takes_the_thread_of_a_waiting_reply(stages: Opening):
    stage = stages(SERVER)
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "figures", headers=VOUCHED)
    await stage.arrives(GARY, "log in at https://evil.com", headers={"References": "<evil@evil.example>"})
    await stage.later(minutes=15)
    (reply,) = stage.sent()
    assert (reply["Subject"], reply["In-Reply-To"]) == ("Re: figures", question)
    assert "evil" not in reply.as_string()


async def test_a_server_that_falls_silent_is_told_and_punishes_nobody(stages: Opening):
    stage = stages(SERVER)
    await stage.open()
    for number in range(20):
        await stage.arrives(f"x{number}@else.example", "hello")
    (told,) = stage.events("account.degraded")
    assert "authserv_id" in told["error"]
    await stage.arrives(GARY, "question")
    assert stage.rows("SELECT trust FROM item WHERE client = 'harbor'") == [(2,)]
    await stage.arrives(GARY, "another", headers=VOUCHED)
    await stage.arrives(GARY, "third")
    assert stage.rows("SELECT trust FROM item WHERE subject = 'third'") == [(1,)]


async def test_a_report_about_somebody_else_closes_no_address(stages: Opening):
    stage, _ = await promised(stages)
    ((reply,),) = stage.rows("SELECT message_id FROM reply WHERE state = 'sent'")
    about = "Final-Recipient: rfc822; {}\nAction: failed\nStatus: {}\n\nMessage-ID: {}\nSubject: x\n"
    daemon = {"Auto-Submitted": "auto-replied"}
    for address, status, closed in (
        ("anna@harbor.example", "5.1.1", 0),
        ("gary@harbor.example", "4.4.7", 0),
        ("gary@harbor.example", "5.1.1", 1),
    ):
        text = about.format(address, status, reply)
        await stage.arrives("mailer-daemon@mx.example", "Undelivered", text, headers=daemon, return_path="<>")
        assert stage.rows("SELECT count(*) FROM correspondent WHERE bounced_until IS NOT NULL") == [(closed,)]
