"""What a mail's evidence changes for the person: how often the telephone rings, what digest, agenda and `doctor` tell."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from fakes.smtp import Say, ScriptedSmtp
from scenarios.conftest import Opening
from scenarios.plays import ANY_HOUR, GARY, MAY
from scenarios.stage import Stage
from scenarios.test_whose_word import ANSWERING, SERVER, VOUCHED
from server.sink import Sink
from support.explaining import run

FORGED = {"Authentication-Results": "mx.roth.example; dmarc=fail (p=reject) header.from=harbor.example"}
DOUBTED = {"Authentication-Results": "mx.roth.example; spf=softfail smtp.mailfrom=harbor.example"}
URGENT = 'then = "urgent"'
PHONE = '\n[notify.phone]\nurl = "json://phone.example/"\n'
RINGING = SERVER.replace(URGENT, f'{URGENT}\nnotify = ["phone"]') + PHONE
SELDOM = f'{RINGING}every = "20m"\n'
DIGEST = '\n[digest]\nat = "16:30"\nagenda = "30m before next call"\n'
NOT_VERIFIED = "(sender not verified)"


async def outages(stage: Stage, times: int, headers: dict[str, str], **apart: float) -> None:
    for number in range(times):
        await stage.arrives(GARY, f"outage {number}", headers=headers)
        await stage.later(**(apart or {"minutes": 30}))


def page(stage: Stage, begins: str) -> str:
    """The newest mail to myself whose subject begins so (else the newest digest), as one line."""
    (*_, subject) = [name for name in stage.inbox() if name.startswith(begins)] or stage.digests()
    body = message_from_bytes(stage.inbox()[subject].raw, policy=default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


# --- the telephone ----------------------------------------------------------------------------------------------------


async def test_what_my_server_vouches_for_rings_each_time_and_without_a_word_about_it(stages: Opening):
    stage = stages(RINGING)
    await stage.open()
    await outages(stage, 5, VOUCHED)
    assert len(stage.pushes) == 5
    assert not any(NOT_VERIFIED in push.text for push in stage.pushes)


@pytest.mark.parametrize("apart", [{"minutes": 30}, {"seconds": 5}, {"seconds": 0}], ids=["slowly", "fast", "at once"])
@pytest.mark.parametrize("asked", [True, False], ids=["unverified", "unknown"])
async def test_what_nobody_vouches_for_rings_three_times_a_day_and_says_so(
    stages: Opening, apart: dict[str, float], *, asked: bool
):
    stage = stages(RINGING if asked else RINGING.replace('authserv_id = "mx.roth.example"\n', ""))
    await stage.open()
    await outages(stage, 6, DOUBTED, **apart)
    assert [push.text.count(NOT_VERIFIED) for push in stage.pushes] == [1, 1, 1]
    assert ["The last today" in push.text for push in stage.pushes] == [False, False, True]
    assert all("\\Flagged" in stage.flags(f"outage {number}") for number in range(6))
    await stage.to("tue 10:00")
    await outages(stage, 1, DOUBTED)
    assert len(stage.pushes) == 4


async def test_a_forgers_rings_take_none_of_the_clients(stages: Opening):
    stage = stages(SELDOM)
    await stage.open()
    await stage.arrives(GARY, "outage forged", headers=DOUBTED)
    await stage.arrives(GARY, "outage real", headers=VOUCHED)
    assert ["forged" in push.text for push in stage.pushes] == [True, False]
    await stage.later(minutes=1)
    await stage.arrives(GARY, "outage forged again", headers=DOUBTED)
    await stage.arrives(GARY, "outage real again", headers=VOUCHED)
    assert len(stage.pushes) == 2
    await stage.later(minutes=25)
    assert [push.text.splitlines()[0] for push in stage.pushes[2:]] == [
        "gary@harbor.example: outage forged again",
        "gary@harbor.example: outage real again",
    ]


async def test_forged_mail_never_rings(stages: Opening):
    stage = stages(RINGING)
    await stage.open()
    await outages(stage, 2, FORGED)
    assert stage.pushes == []


# --- forged mail is told ----------------------------------------------------------------------------------------------


async def test_forged_mail_in_a_clients_name_is_told_in_the_digest_without_what_it_lures_with(stages: Opening):
    stage = stages(SERVER + DIGEST)
    await stage.open()
    await stage.to("mon 16:40")
    await stage.to("tue 10:00")
    await stage.arrives(GARY, "new account, see https://evil.example", headers=FORGED)
    await stage.arrives("stranger@else.example", "hello", headers=FORGED)
    await stage.to("tue 16:40")
    told = page(stage, "Digest for")
    assert "Forged in the name of Harbor Trust" in told
    assert "1 in all" in told
    assert "new account, see …" in told
    assert "evil.example" not in told
    assert "hello" not in told
    await stage.to("wed 16:40")
    assert len(stage.events("digest.delivered")) == 1, "told once"


async def test_a_hundred_forged_mails_are_a_few_lines_of_a_digest(stages: Opening):
    stage = stages(SERVER + DIGEST)
    await stage.open()
    await stage.to("mon 16:40")
    for number in range(100):
        stage.store(GARY, f"forged {number}", headers=FORGED)
    await stage.arrives(GARY, "forged 100", headers=FORGED)
    await stage.to("tue 16:40")
    told = page(stage, "Digest for")
    assert "101 in all" in told
    assert told.count("gary@harbor.example") == 5


async def test_doctor_tells_of_forged_mail_in_a_clients_name_also_when_it_was_deleted(stages: Opening):
    stage = stages(SERVER, start=datetime.now(UTC))
    await stage.open()
    await stage.arrives(GARY, "new account", headers=FORGED)
    await stage.arrives("stranger@else.example", "hello", headers=FORGED)
    assert (await doctor(stage))["forged"] == {"Harbor Trust": 1}
    stage.delete("new account")
    found = await doctor(stage)
    (told,) = [one for one in found["findings"] if one["topic"] == "forged"]
    assert told["found"].startswith("forged in the name of Harbor Trust (1), the last ")
    assert found["works"]


async def test_doctor_finds_it_in_the_inbox_before_the_daemon_has_ever_run(stages: Opening):
    stage = stages(SERVER)
    stage.write_config()
    stage.store(GARY, "new account", headers=FORGED)
    stage.store(GARY, "question", headers=VOUCHED)
    assert (await doctor(stage))["forged"] == {"Harbor Trust": 1}


async def doctor(stage: Stage) -> dict[str, Any]:
    """What `triaged doctor --json` says of the only account."""
    code, out, err = await asyncio.to_thread(run, "doctor", "-c", str(stage.path), "--json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


# --- a reply that did not arrive --------------------------------------------------------------------------------------

REPORT = "Final-Recipient: rfc822; gary@harbor.example\nAction: failed\nStatus: {}\n\nMessage-ID: {}\nSubject: x\n"


async def returned(stages: Opening, status: str) -> Stage:
    """Gary has asked on Tuesday, and the reply that promises him an answer has come back."""
    stage = stages(ANSWERING + DIGEST + '[promises]\nwarn = "2h"\nslip = "send"\n')
    await stage.open()
    await stage.to("tue 10:00")
    await stage.arrives(GARY, "question", headers=VOUCHED)
    await stage.later(minutes=30)
    ((reply,),) = stage.rows("SELECT message_id FROM reply WHERE state = 'sent'")
    text = REPORT.format(status, reply)
    daemon = {"Auto-Submitted": "auto-replied"}
    await stage.arrives("mailer-daemon@mx.example", "Undelivered", text, headers=daemon, return_path="<>")
    return stage


async def test_a_promise_whose_reply_came_back_stays_hers_and_is_told_and_nothing_more_goes_there(stages: Opening):
    stage = await returned(stages, "5.1.1")
    assert [line["promise"] for line in stage.events("reply.failed")] == ["2025-11-27T17:30:00+01:00"]
    assert stage.rows("SELECT state FROM promise") == [("open",)]
    await stage.to("tue 16:40")
    told = page(stage, "Digest for")
    assert "Replies that did not arrive" in told
    assert "did not arrive (a reply came back 5.1.1): nothing was acknowledged" in told
    assert "what it promised stays yours: Thu 27 Nov 17:30" in told
    assert "no automatic mail goes there until Sat 24 Jan" in told
    await stage.arrives(GARY, "second question", headers=VOUCHED)
    await stage.to("thu 15:31")
    await stage.to("thu 18:00")
    assert len(stage.sent()) == 1, "neither a second reply nor an apology"
    assert len(stage.events("promise.warned")) == 1
    assert len(stage.events("promise.overdue")) == 1


async def test_a_reply_that_may_arrive_another_time_closes_nothing_and_is_told(stages: Opening):
    stage = await returned(stages, "4.4.7")
    await stage.to("tue 16:40")
    told = page(stage, "Digest for")
    assert "did not arrive (a reply came back 4.4.7)" in told
    assert "no automatic mail goes there" not in told


async def test_a_reply_that_the_server_refuses_at_once_is_told_as_well(stages: Opening, sink: Sink):
    stage = stages(ANSWERING + DIGEST)
    async with ScriptedSmtp({"rcpt": Say("550 5.1.1 no such user")}) as smtp:
        stage.smtp = f'{{ host = "127.0.0.1", port = {smtp.port}, tls = "none" }}'
        await stage.open()
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "question", headers=VOUCHED)
        await stage.to("tue 16:40")
    told = page(stage, "Digest for")
    assert "Replies that did not arrive" in told
    assert "no such user" in told, told
    assert sink.received == []


# --- who gets no automatic mail any more ----------------------------------------------------------------------------


async def replied(stages: Opening, sender: str = GARY) -> tuple[Stage, str]:
    """She has had a reply on Tuesday: its Message-ID."""
    stage = stages(ANSWERING + DIGEST)
    await stage.open()
    await stage.to("tue 10:00")
    await stage.arrives(sender, "question", headers=VOUCHED)
    await stage.to("tue 10:11")
    (reply,) = stage.sent()
    return stage, str(reply["Message-ID"])


@pytest.mark.parametrize(
    ("words", "headers", "refers", "told"),
    [
        ("STOP", {}, True, "gary@harbor.example → wrote STOP; triaged unmute gary@harbor.example lifts it"),
        ("STOP", {}, False, "wrote STOP about nothing of yours: replies pause until Tue 9 Dec 10:11"),
        (
            "Ticket 1",
            {"Auto-Submitted": "auto-replied"},
            True,
            "left alone until Wed 26 Nov 10:11; triaged unmute gary@",
        ),
    ],
    ids=["stop", "pause", "machine"],
)
async def test_who_is_not_written_to_any_more_stands_in_the_digest(
    stages: Opening,
    words: str,
    headers: dict[str, str],
    *,
    refers: bool,
    told: str,
):
    stage, reply = await replied(stages)
    await stage.arrives(GARY, "Re: question", words, replies_to=reply if refers else None, headers=VOUCHED | headers)
    await stage.to("tue 16:40")
    assert told in page(stage, "Digest")


@pytest.mark.parametrize(
    ("words", "headers", "refers", "what", "days"),
    [
        ("STOP", {}, True, "opted out", None),
        ("STOP", {}, False, "paused", 14),
        ("Ticket 1", {"Auto-Submitted": "auto-replied"}, True, "muted", 1),
        ("", {"Auto-Submitted": "auto-replied"}, True, "bounced", 60),
    ],
    ids=["opted out", "paused", "muted", "bounced"],
)
async def test_whoever_is_not_written_to_is_listed_with_until_and_why_and_lifted_by_one_command(
    stages: Opening, words: str, headers: dict[str, str], what: str, days: int | None, *, refers: bool
):
    stage = stages(ANY_HOUR, start=datetime.now(UTC))
    await stage.open()
    await stage.arrives(GARY, "question")
    await stage.later(minutes=11)
    (sent,) = stage.sent()
    reply = str(sent["Message-ID"])
    if what == "bounced":
        report, daemon = REPORT.format("5.1.1", reply), "mailer-daemon@mx.example"
        await stage.arrives(daemon, "Undelivered", report, headers=headers, return_path="<>")
    else:
        await stage.arrives(GARY, "Re: question", words, replies_to=reply if refers else None, headers=headers)
    (listed,) = map(
        json.loads, (await asyncio.to_thread(run, "opt-outs", "-c", str(stage.path), "--json"))[1].splitlines()
    )
    assert (listed["address"], listed["what"]) == ("gary@harbor.example", what)
    assert listed["why"]
    until = listed["until"] and datetime.fromisoformat(listed["until"]) - stage.clock.now()
    assert (until and round(until / timedelta(days=1))) == days
    assert (await asyncio.to_thread(run, "unmute", "-c", str(stage.path), "gary@harbor.example"))[0] == 0
    assert (await asyncio.to_thread(run, "opt-outs", "-c", str(stage.path), "--json"))[1] == ""


async def test_three_people_who_answer_at_once_are_muted_by_nobody(stages: Opening):
    stage = stages(ANSWERING + DIGEST)
    await stage.open()
    await stage.to("tue 10:00")
    people = (GARY, MAY, "Anna <anna@harbor.example>")
    for person in people:
        await stage.arrives(person, "question", headers=VOUCHED)
    await stage.to("tue 10:11")
    for person, words in zip(people, ("No, it cannot wait.", "Thanks!", "Friday is fine."), strict=True):
        (reply,) = [one for one in stage.sent() if one["To"] in person]
        await stage.arrives(person, "Re: question", words, replies_to=str(reply["Message-ID"]), headers=VOUCHED)
    assert stage.events("reply.muted") == []
    await stage.to("thu 10:00")
    for person in people:
        await stage.arrives(person, "another question", headers=VOUCHED)
    await stage.later(minutes=11)
    assert len(stage.sent()) == 6


# --- the agenda -------------------------------------------------------------------------------------------------------


async def test_a_forgers_points_stand_apart_on_the_agenda_and_are_not_counted(stages: Opening):
    stage = stages(SERVER + DIGEST)
    await stage.open()
    await stage.to("thu 10:00")
    await stage.arrives(GARY, "figures", headers=VOUCHED)
    await stage.arrives(MAY, "pay us elsewhere", headers=DOUBTED)
    await stage.arrives(GARY, "forged", headers=FORGED)
    await stage.to("fri 09:40")
    told = page(stage, "Agenda: Harbor Trust")
    assert "1 open" in told
    assert "forged" not in told
    assert told.index("figures") < told.index("Open, sender not verified") < told.index("pay us elsewhere")


async def test_a_charity_for_which_no_server_ever_vouches_has_an_ordinary_agenda(stages: Opening):
    stage = stages(SERVER + DIGEST)
    await stage.open()
    await stage.to("thu 10:00")
    await stage.arrives(GARY, "figures", headers=DOUBTED)
    await stage.arrives(MAY, "garden", headers=DOUBTED)
    await stage.to("fri 09:40")
    told = page(stage, "Agenda: Harbor Trust")
    assert "2 open" in told
    assert "not verified" not in told
