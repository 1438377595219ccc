"""Attacks that worked, on the running daemon; and the ordinary mail beside each, which must go on working."""

import pytest

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

REJECTED = {"Authentication-Results": "mx.roth.example; dmarc=fail (p=reject) header.from=roth.example"}


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


@pytest.mark.parametrize(("headers", "spoken"), [(OUTSIDE, 0), (OUTSIDE | REJECTED, 1)], ids=["unverified", "forged"])
async def test_a_forged_answer_stops_warning_and_apology_and_the_promise_stays_open(
    stages: Opening, headers: dict[str, str], spoken: int
):
    stage, question = await promised(stages, ANSWERING + '[promises]\nwarn = "2h"\nslip = "send"\n')
    await stage.arrives(ME, "Re: question", "Done.", to=GARY, replies_to=question, headers=headers)
    await stage.to("thu 15:31")
    await stage.to("fri 09:10")  # an apology goes in office hours
    assert len(stage.events("promise.warned")) == spoken
    assert len(stage.sent()) == 1 + spoken
    assert len(stage.events("promise.overdue")) == 1
    assert stage.events("promise.kept") == []


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


async def test_a_forger_who_uses_the_id_of_a_question_moves_no_answer_to_it_elsewhere(stages: Opening):
    stage, question = await promised(stages)
    await stage.arrives(GARY, "other", message_id=question, headers={"References": "<elsewhere@evil.example>"})
    await stage.arrives(
        ME, "Re: question", to=GARY, message_id=question, headers=OUTSIDE | {"References": "<else@evil>"}
    )
    stage.answers(question)
    await stage.later(minutes=30)
    assert len(stage.events("promise.kept")) == 1


async def test_a_mail_of_mine_that_was_forged_before_i_sent_it_is_what_i_sent(stages: Opening):
    """Whoever is written to knows the id before the copy in Sent is looked at."""
    stage, question = await promised(stages)
    mine = "<mine@roth.example>"
    await stage.arrives(ME, "Re: question", to=GARY, replies_to=question, message_id=mine, headers=OUTSIDE)
    stage.store(ME, "Other", to="mallory@else.example", folder="Sent", message_id=mine, return_path="")
    await stage.later(minutes=30)
    assert stage.events("promise.kept") == []
    ((thread, rcpts),) = stage.rows("SELECT thread, rcpts FROM sent WHERE message_id = :id", id=mine)
    assert thread == mine
    assert rcpts == '["mallory@else.example"]'


async def test_a_clients_own_mail_that_is_delivered_into_sent_is_no_answer_to_him(stages: Opening):
    stage, question = await promised(stages)
    stage.store(
        GARY,
        "Re: question",
        "More.",
        to=f"{ME}, may@harbor.example",
        replies_to=question,
        headers=VOUCHED | OUTSIDE,
        folder="Sent",
    )
    await stage.later(minutes=30)
    assert stage.events("promise.kept") == []


async def test_forged_mail_of_mine_to_many_makes_none_of_them_known(stages: Opening):
    stage = stages(SERVER)
    await stage.open()
    await stage.arrives("new@harbor.example", "question", headers=VOUCHED)
    await stage.arrives(ME, "hello", to="new@harbor.example", headers=OUTSIDE)
    new = "SELECT new_since IS NOT NULL FROM correspondent WHERE address = 'new@harbor.example'"
    assert stage.rows(new) == [(1,)]
    await stage.arrives(ME, "hello", to="new@harbor.example", headers=SIGNED_IN)
    assert stage.rows(new) == [(0,)]


async def test_a_colleague_with_a_triaged_of_her_own_is_no_second_one_on_my_mailbox(stages: Opening):
    stage = stages(SERVER)
    await stage.open()
    colleague = {"Authentication-Results": "mx.roth.example; dmarc=pass header.from=roth-partners.example"}
    mark = {"X-Triaged": "7", "Auto-Submitted": "auto-replied"}
    await stage.arrives("Tom <tom@roth-partners.example>", "Re: x", to=GARY, headers=colleague | mark)
    assert stage.events("account.degraded") == []
    own = {"Authentication-Results": "mx.roth.example; dmarc=pass header.from=roth.example"}
    await stage.arrives(ME, "Re: y", to=GARY, headers=OUTSIDE | mark)
    assert stage.events("account.degraded") == [], "nobody vouches for that"
    await stage.arrives(ME, "Re: z", to=GARY, headers=own | mark)
    assert len(stage.events("account.degraded")) == 1


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
