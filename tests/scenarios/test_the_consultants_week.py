"""A week of the consultant, from config/consultant.toml: calls and voicemails, passes, an answer by hand, Friday's call."""

from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.stage import Stage
from scenarios.weeks import MONDAY, ON_EVERY_LAYOUT, AtWork, Post, credentials, shipped, text_of, verdicts

ME = "Mara Lind <mara@lind-consulting.example>"
GARY = "Gary Stone <gary@harbor.example>"
PETRA = "Petra Sommer <petra@lindenhof.example>"
INES = "Ines <ines@foodbank.example>"
PHONE = "sipgate <voicemail@sipgate.example>"
CALL = "Voicemail waits for the call"


@ON_EVERY_LAYOUT
def at_work(request: pytest.FixtureRequest, stages: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The stage with the shipped configuration, and who writes to her."""
    credentials(tmp_path / "credentials", monkeypatch, "ntfy-url")
    stage = stages(shipped("consultant.toml"), variant=request.param, start=MONDAY)
    return stage, Post(stage, ME, "mx.lind-consulting.example")


async def test_six_calls_and_three_voicemails_of_a_day_end_in_one_reply_that_names_fridays_call(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:10")
        for number in range(6):
            await post(PHONE, "Missed call from +44 20 7946 0018", "Missed call from +44 20 7946 0018.")
            await stage.later(minutes=1 + number % 2)
        for _ in range(3):
            await post(PHONE, "New voicemail from +44 20 7946 0018", "Hi, it's me. Call me back.")
            await stage.later(minutes=5)
        await stage.to("tue 10:30")
        assert {verdict for _, verdict, _ in verdicts(stage)} == {"deferrable"}
        assert [str(mail["To"]) for mail in stage.sent()] == ["gary@harbor.example"]
        said = text_of(stage, 0)
        assert "Hello Gary," in said
        assert "our call on Friday 20 November at 09:00 (London time)" in said
        assert len(stage.pushes) <= 2, "a burst is told as one, at most one push in 20 minutes"
        assert len(stage.inbox("Deferred")) == 2, "both subjects lie aside, nothing is left to ring in the inbox"


async def test_two_passes_get_through_and_the_third_does_not(at_work: AtWork):
    stage, post = at_work
    async with stage:
        for day in ("mon 10:00", "tue 10:00", "wed 14:00"):
            await stage.to(day)
            await post(GARY, f"Figures {day[:3]}", "I need this today, please.")
        assert verdicts(stage) == [
            ("Figures mon", "urgent", "A pass"),
            ("Figures tue", "urgent", "A pass"),
            ("Figures wed", "deferrable", "Everything else waits for the call"),
        ]
        assert [push.title for push in stage.pushes] == ["Harbor Trust: urgent", "Harbor Trust: urgent"]
        assert len(stage.events("pass.spent")) == 2
        assert len(stage.events("pass.exhausted")) == 1
        await stage.later(minutes=15)
        assert "can it wait until our call on Friday 20 November" in text_of(stage, 0)
        assert "last-minute" not in text_of(stage, 0), "none is left, so none is offered"


async def test_an_answer_by_hand_from_another_device_silences_the_robot(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 14:00")
        asked = await post(INES, "Invoice 7", "Which account should it go to?")
        post.answer(asked, "ines@foodbank.example")
        await stage.to("tue 15:00")
        assert stage.sent() == []
        assert len(stage.events("reply.cancelled")) == 1
        assert len(stage.events("message.answered")) == 1


async def test_fridays_call_keeps_its_promises_without_a_word_and_its_agenda_lists_what_waits(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:30")
        await post(GARY, "Budget for the spring", "Shall we print 500 or 800 leaflets?")
        await stage.to("wed 14:00")
        await post(PHONE, "New voicemail from +44 20 7946 0018", "Hi, it's me. Call me back.")
        await stage.to("fri 08:00")
        said = len(stage.sent())
        await stage.to("fri 09:45")
        agenda = [subject for subject in stage.inbox() if subject.startswith("Agenda")]
        assert agenda == ["Agenda: Harbor Trust, Fri 20 Nov 10:00"]
        page = stage.inbox()[agenda[0]].raw.decode()
        assert "Budget for the spring" in page
        assert "500 or 800 leaflets" in page
        assert "rang once" in page
        assert stage.flags("Budget for the spring") == set(), "it is back, unread, half an hour before the call"
        await stage.to("fri 10:30")
        assert {line["client"] for line in stage.events("promise.kept")} == {"harbor"}
        assert stage.events("promise.overdue") == []
        assert len(stage.sent()) == said, "the call needs no mail"


async def test_the_german_client_is_answered_in_german_with_her_own_call_and_thanks_are_left_alone(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 15:00")  # a day earlier a fortnightly call would be too far off
        asked = await post(PETRA, "Förderantrag", "Haben Sie den Entwurf schon gesehen?")
        await stage.later(minutes=12)
        said = text_of(stage, 0)
        assert "Guten Tag Frau Sommer," in said
        assert "Dienstag, 24. November um 14:00 Uhr" in said
        await post(PETRA, "AW: Förderantrag", "Vielen Dank!", replies_to=asked)
        assert verdicts(stage)[-1][1] == "left"
        await stage.later(hours=2)
        assert len(stage.sent()) == 1


async def test_asked_again_she_refers_to_her_promise_and_never_makes_it_later(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("mon 10:00")
        asked = await post(GARY, "The contract", "Have you signed it?")
        await stage.to("thu 11:00")
        await post(GARY, "Re: The contract", "And? Have you signed it by now?", replies_to=asked)
        await stage.later(minutes=15)
        assert len(stage.sent()) == 2
        assert "As promised, you will hear from me" in text_of(stage, 1)
        assert "09:00 (London time)" in text_of(stage, 1)
        told = stage.rows("SELECT count(*), max(due_at) = min(due_at) FROM promise WHERE state = 'open'")
        assert told == [(1, 1)]


async def test_the_digest_tells_what_was_put_aside_and_what_came_back(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("mon 16:31")
        await stage.to("tue 10:00")
        await post(INES, "A question about the roof", "Who pays for the ladder?")
        await stage.to("tue 16:31")
        digests = stage.digests()
        assert digests == ["1 put aside"]
        page = stage.inbox()[digests[0]].raw.decode()
        assert "City Food Bank" in page
        assert "Who pays for the ladder?" in page
        assert len(stage.events("digest.delivered")) == 1


PRIVATE = "Gary <gary.private@mail.example>"


def ours(stage: Stage, number: int = 0) -> str:
    """The Message-ID of the n-th mail that went out."""
    return str(stage.sent()[number]["Message-ID"])


async def test_who_says_no_gets_through_with_a_pass_and_rings_the_phone(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:30")
        await post(GARY, "Budget for the spring", "Shall we print 500 or 800 leaflets?")
        await stage.later(minutes=12)
        offer = 'write "today" in a short mail by today at 16:30 (London time): we have 2 last-minute passes left.'
        assert offer in text_of(stage, 0)
        await post(GARY, "Re: Budget for the spring", "No, it can't. The board meets tonight.", replies_to=ours(stage))
        assert verdicts(stage)[-1] == ("Re: Budget for the spring", "urgent", None)
        assert stage.flags("Re: Budget for the spring") == {"\\Flagged"}
        assert [push.title for push in stage.pushes] == ["Harbor Trust: urgent"]
        assert len(stage.events("pass.spent")) == 1
        await stage.later(hours=1)
        assert len(stage.sent()) == 1, "a person is at it"


async def test_who_writes_today_gets_a_pass_then_is_told_that_none_is_left_once_a_day(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:30")
        await post(GARY, "Leaflets", "Shall we print 500 or 800?")
        await stage.later(minutes=12)
        await post(GARY, "Leaflets again", "today")
        await stage.to("tue 14:00")
        await post(GARY, "Chairs", "Today, please.")
        assert [verdict for _, verdict, _ in verdicts(stage)] == ["deferrable", "urgent", "urgent"]
        await stage.to("wed 12:00")
        await post(GARY, "Tables", "I need them today.")
        await stage.later(minutes=1)
        assert verdicts(stage)[-1][1] == "deferrable"
        assert "passes that we agreed on are used up" in text_of(stage, 1)
        assert "in our call on Friday 20 November at 09:00 (London time)" in text_of(stage, 1)
        await post(GARY, "Lamps", "Those today as well.")
        await stage.to("wed 18:00")
        assert len(stage.sent()) == 2


async def test_who_writes_today_in_the_evening_is_told_when_it_counts(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:30")
        await post(GARY, "Leaflets", "Shall we print 500 or 800?")
        await stage.to("tue 19:00")
        await post(GARY, "Leaflets again", "today")
        await stage.later(minutes=1)
        assert "by tomorrow at 16:30 (London time): then it counts" in text_of(stage, 1)


async def test_who_writes_twice_from_two_addresses_gets_one_reply_that_names_both(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:30")
        first = await post(GARY, "Leaflets", "Shall we print 500 or 800?")
        await post(PRIVATE, "Chairs", "How many chairs are there?")
        await stage.to("tue 12:00")
        (reply,) = stage.sent()
        assert (str(reply["To"]), str(reply["In-Reply-To"])) == ("gary@harbor.example", first)
        assert 'I have your messages: "Leaflets", "Chairs".' in text_of(stage, 0)
        states = stage.rows("SELECT p.state FROM item i JOIN promise p ON p.id = i.promise ORDER BY i.id")
        assert states == [("open",), ("open",)]


async def test_who_thanks_for_the_reply_hears_nothing_more(at_work: AtWork):
    stage, post = at_work
    async with stage:
        await stage.to("tue 09:30")
        await post(GARY, "Leaflets", "Shall we print 500 or 800?")
        await stage.later(minutes=12)
        await post(GARY, "Re: Leaflets", "Thank you very much!", replies_to=ours(stage))
        await stage.to("tue 17:00")
        assert verdicts(stage)[-1][1] == "left"
        assert len(stage.sent()) == 1
