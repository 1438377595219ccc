"""The digest as she reads it on a telephone: the headline counts what stands below, and each number is a message."""

import re
import tomllib
from email import message_from_bytes
from email.policy import default

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY, MAY, PETRA
from scenarios.stage import Stage
from triaged.ledger import Line

AT = '\n[digest]\nat = ["start of office hours", "16:30"]\n'
EVENING = '\n[digest]\nat = "16:30"\nagenda = "30m before next call"\n'
TELEPHONE = '\n[telephone]\nfrom = ["voicemail@sipgate.example"]\n'
CALLS = CONSULTANT.replace(
    'calls = ["fri 10:00 for 45m"]', 'calls = ["fri 10:00 for 45m"]\nphones = ["+44 20 7946 0018"]'
)


def page(stage: Stage, subject: str) -> tuple[str, str, str]:
    """The Message-ID, the text and the HTML of the newest mail of that subject."""
    mail = message_from_bytes(stage.inbox()[subject].raw, policy=default)
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return str(mail["Message-ID"]), text.get_content().replace("\r\n", "\n"), html.get_content()


async def ring(stage: Stage, number: int) -> None:
    await stage.arrives(
        "Sipgate <voicemail@sipgate.example>", "Voicemail from +44 20 7946 0018", f"Call {number}: Hi, it's me. Call me back.",
        headers={"Authentication-Results": "mx.roth.example; dmarc=pass header.from=sipgate.example"},
    )  # fmt: skip


async def test_the_subject_counts_what_stands_below_and_the_first_line_presses_most(stages: Opening):
    async with stages(ANSWERS + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage in Joliet", "Nothing works.")
        await stage.to("tue 16:00")
        await stage.arrives(PETRA, "Frage", "Welche?")
        await stage.to("tue 16:29")
        await stage.arrives(MAY, "A late one", "Which one?")
        await stage.to("tue 16:35")
        subject = "1 waits, 1 goes out, 2 put aside"
        message_id, text, html = page(stage, subject)
        assert text.startswith("Gary Stone (Harbor Trust): outage in Joliet\n\n")
        assert "Waiting: urgent, not answered yet (1)" in text
        assert "Going out (1)" in text
        assert "Put aside (2)" in text
        assert "→ back " in text
        assert "Watched without a gap since" in text
        for told in re.findall(r"^\d+\.\s+(.+?)$", text, re.MULTILINE):
            assert all(part in html for part in re.split(r"\s{2,}", told)), "both parts have the same content"
        items = {name: number for number, name in stage.rows("SELECT id, subject FROM item")}
        lines = {number: Line((item,), reply) if item else Line() for number, item, reply in stage.rows(
            "SELECT number, item, reply FROM line WHERE message_id = :id", id=message_id)}  # fmt: skip
        assert lines[1] == Line((items["outage in Joliet"],))
        assert len(lines) == len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == 4


async def test_what_is_urgent_is_told_until_it_is_answered_whenever_it_came(stages: Opening):
    async with stages(CONSULTANT + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        asked = await stage.arrives(GARY, "outage", "Nothing works.")
        for day in ("tue", "wed", "thu"):
            await stage.to(f"{day} 16:40")
        assert len(stage.events("digest.delivered")) == 3, "a day later too"
        stage.answers(asked)
        await stage.to("fri 16:40")
        assert len(stage.events("digest.delivered")) == 3


@pytest.mark.parametrize("rests", [0, 3])
async def test_what_is_urgent_and_was_put_aside_and_taken_back_is_told_again(stages: Opening, rests: int):
    async with stages(CONSULTANT + EVENING + '\n[snooze]\n"Next week" = "start of next week"\n') as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage", "Nothing works.")
        await stage.arrives(GARY, "outage again", "Nothing works either.")
        [folder] = [name for name in stage.server.folders(stage.users[0]) if name.endswith("Next week")]
        for subject, back in (("outage", "INBOX"), ("outage again", "Trash")):
            stage.drag(subject, "INBOX", folder)
            stage.daemon.sweep()
            await stage.later(minutes=rests)
            stage.drag(subject, "Deferred" if rests else folder, back)
            stage.daemon.sweep()
            await stage.quiet()
        await stage.to("tue 16:40")
        [text] = [page(stage, subject)[1] for subject in stage.inbox() if "waits" in subject]
        assert "Waiting: urgent, not answered yet (1)" in text


async def test_a_callers_voicemails_are_one_line_with_their_number(stages: Opening):
    async with stages(CALLS + TELEPHONE + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        for number in range(3):
            await ring(stage, number)
            await stage.later(minutes=6)
        await stage.to("tue 16:35")
        [subject] = stage.digests()
        message_id, text, _ = page(stage, subject)
        assert subject == "1 put aside"
        assert "Gary rang 3 times, Tue 25 Nov, 10:00–10:12" in text
        assert [n for n, _ in stage.rows("SELECT number, item FROM line WHERE message_id = :id", id=message_id)] == [
            1,
            1,
            1,
        ]


async def test_fifteen_are_shown_and_the_rest_is_counted(stages: Opening):
    async with stages(CONSULTANT + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        for number in range(18):
            await stage.arrives(GARY, f"outage {number}", "Nothing works.")
        await stage.to("tue 16:35")
        _, text, html = page(stage, "18 wait")
        assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == 15
        assert "… and 3 more" in text
        assert "… and 3 more" in html


async def test_the_mornings_is_short_and_not_written_when_there_is_nothing(stages: Opening):
    async with stages(CONSULTANT + AT) as stage:
        await stage.to("mon 17:00")
        await stage.arrives(GARY, "For the call", "Which one?")
        await stage.to("tue 09:30")
        assert stage.digests() == [], "what lies aside is no reason in the morning"
        await stage.arrives(GARY, "outage", "Nothing works.")
        await stage.to("tue 17:00")
        assert stage.digests() == ["1 waits, 1 put aside"]
        await stage.to("wed 09:30")
        assert stage.digests() == ["1 waits, 1 put aside", "1 waits"]


@pytest.mark.parametrize(
    ("language", "subject"),
    [("de", "1 wartet, 1 zurückgestellt"), ("fr", "1 en attente, 1 mis de côté"), ("es", "1 espera, 1 apartado")],
)
async def test_the_headline_is_in_her_language(stages: Opening, language: str, subject: str):
    async with stages((CONSULTANT + EVENING).replace('language = "en"', f'language = "{language}"', 1)) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "outage", "Nothing works.")
        await stage.to("tue 11:00")
        await stage.arrives(PETRA, "Frage", "Welche?")
        await stage.to("tue 16:35")
        _, text, html = page(stage, subject)
        assert f'<html lang="{language}">' in html
        assert "{" not in text


async def test_the_foot_names_the_time_in_which_nothing_was_watched(stages: Opening):
    async with stages(CONSULTANT + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "A question")
        await stage.close()
        await stage.clock.leap(stage.instant("tue 15:30") - stage.clock.now())
        await stage.open()
        await stage.to("tue 16:35")
        [subject] = stage.digests()
        _, text, _ = page(stage, subject)
        assert re.search(r"Not watched from Tue 25 Nov (09:5\d|10:0\d) to Tue 25 Nov 15:3\d\.", text), text


async def test_a_connection_made_anew_after_hours_of_watching_is_no_gap(stages: Opening):
    async with stages(CONSULTANT + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "A question")
        for hour in range(11, 16):
            await stage.to(f"tue {hour}:00")
            await stage.later(minutes=11)
        stage.dovecot.kill_sessions(stage.users[0])
        await stage.later(minutes=5)
        await stage.to("tue 16:35")
        [subject] = stage.digests()
        _, text, _ = page(stage, subject)
        assert "Watched without a gap since Mon 24 Nov 09:00." in text, text


async def test_somebody_on_no_roster_to_whom_she_wrote_three_times_may_be_a_client(stages: Opening):
    async with stages(CONSULTANT + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        for number in range(3):
            stage.answers(f"<stranger{number}@elsewhere.example>", "ann@elsewhere.example")
        await stage.to("tue 16:35")
        _, text, _ = page(stage, "Digest for Tuesday 25 November")
        assert "A client?" in text
        assert "ann@elsewhere.example" in text
        await stage.to("wed 16:35")
        assert len(stage.events("digest.delivered")) == 1, "said once"


async def test_the_same_correction_made_twice_names_the_rule_and_the_line_to_try(stages: Opening):
    async with stages(CONSULTANT + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        for number in range(2):
            await stage.arrives(MAY, f"Budget {number}")
            stage.drag(f"Budget {number}", "Deferred", "INBOX")
            await stage.later(minutes=20)
        await stage.to("tue 16:35")
        _, text, _ = page(stage, "Digest for Tuesday 25 November")
        shown = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("| ")]
        (rule,) = tomllib.loads("\n".join(shown))["rule"]
        assert rule == {"name": "may@harbor.example", "when": {"from": ["may@harbor.example"]}, "then": "urgent"}
        text = " ".join(text.split())
        assert "taken back 2 times after “Everything else waits for the call” had put it aside" in text
        assert "try above “Everything else waits for the call”" in text


async def test_from_the_second_return_of_a_day_one_note_says_what_came_back(stages: Opening):
    hourly = CONSULTANT.replace('until = ["1h before next call", "start of office hours"]', 'until = "in 2h"')
    async with stages(hourly + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 09:05")
        await stage.arrives(GARY, "First")
        await stage.to("tue 10:05")
        await stage.arrives(MAY, "Second")
        await stage.to("tue 11:10")
        assert [name for name in stage.inbox() if name.startswith("Back at")] == [], "the first is seen by itself"
        await stage.arrives(GARY, "Third")
        await stage.arrives(PETRA, "Vierte")
        await stage.to("tue 12:07")
        assert [name for name in stage.inbox() if name.startswith("Back at")] == ["Back at 12:05: 1"]
        assert stage.flags("Back at 12:05: 1") == set(), "unread"
        await stage.to("tue 13:15")
        assert [name for name in stage.inbox() if name.startswith("Back at")] == ["Back at 13:10: 2"]


DRAFTS = ANSWERS.replace('mode = "send"', 'mode = "draft"')


async def test_a_draft_that_waits_for_her_is_told_until_she_sends_it(stages: Opening):
    async with stages(DRAFTS + AT) as stage:
        await stage.to("mon 17:00")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "A question")
        await stage.to("tue 16:40")
        _, text, html = page(stage, "1 draft, 1 back")
        assert "Drafts that wait for you (1)" in text
        assert "lies in Drafts since Tue 25 Nov 10:1" in text
        assert "→ tells Thu 27 Nov 17:30" in text
        assert "Drafts that wait for you (1)" in html
        await stage.to("wed 09:10")
        assert "Drafts that wait for you (1)" in page(stage, "1 draft")[1], "in the morning, too"
        raw = stage.inbox("Drafts")["Re: A question"].raw
        stage.delete("Re: A question", "Drafts")
        stage.dovecot.append(stage.users[0], "Sent", raw, stage.clock.now(), ["\\Seen"])
        await stage.to("wed 16:40")
        assert not any("draft" in subject for subject in stage.digests()[2:])


NEW_THERE = CONSULTANT.replace('from = ["*@harbor.example"]', 'from = ["gary@harbor.example"]')


@pytest.mark.parametrize("known", ["gary@harbor.example", "g*@harbor.example"])
async def test_somebody_new_at_a_client_is_proposed_when_he_writes(stages: Opening, known: str):
    async with stages(NEW_THERE.replace('from = ["gary@harbor.example"]', f'from = ["{known}"]') + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(MAY, "I am new here")
        await stage.arrives(
            "Noreply <noreply@harbor.example>", "Your ticket", headers={"Auto-Submitted": "auto-generated"}
        )
        await stage.arrives("Eve <eve@elsewhere.example>", "Hello")
        await stage.to("tue 16:40")
        _, text, _ = page(stage, "Digest for Tuesday 25 November")
        assert "may@harbor.example" in text
        assert 'New at Harbor Trust? If so: [client.harbor] from = ["may@harbor.example"]' in " ".join(text.split())
        assert "noreply@" not in text
        assert "elsewhere" not in text
        await stage.arrives(MAY, "Once more")
        await stage.to("wed 16:40")
        assert len(stage.digests()) == 1, "said once"


@pytest.mark.parametrize(("result", "told"), [("pass", True), ("softfail", False), ("fail", False)])
async def test_nobody_is_proposed_for_whom_nobody_vouches(stages: Opening, result: str, told: bool):  # noqa: FBT001
    config = NEW_THERE.replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"') + EVENING
    seen = {"Authentication-Results": f"mx.roth.example; spf={result} smtp.mailfrom=harbor.example; dmarc={result if result != 'softfail' else 'none'} header.from=harbor.example"}  # fmt: skip
    async with stages(config) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(MAY, "I am new here", headers=seen)
        await stage.to("tue 16:40")
        assert ("may@harbor.example" in "".join(page(stage, one)[1] for one in stage.digests())) == told


async def test_a_provider_is_nobodys_domain(stages: Opening):
    config = CONSULTANT.replace('from = ["*@harbor.example"]', 'from = ["gary.stone@gmail.com"]')
    async with stages(config + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives("Anybody <anybody@gmail.com>", "Hello")
        await stage.to("tue 16:40")
        assert stage.digests() == []


async def test_it_tells_who_was_not_acknowledged_and_why_and_what_was_cancelled(stages: Opening):
    async with stages(ANSWERS + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        await stage.arrives(GARY, "First")
        await stage.later(minutes=20)
        await stage.arrives(GARY, "Second")
        await stage.arrives(PETRA, "Frage", "Welche?")
        await stage.arrives(PETRA, "outage", "Nichts geht.")
        await stage.to("tue 16:40")
        [subject] = stage.digests()
        text = " ".join(page(stage, subject)[1].split())
        silent = text.partition("Not acknowledged")[2].partition("Replies that were cancelled")[0]
        assert "Second" in silent
        assert "no reply: recently-replied" in silent
        assert "First" not in silent
        cancelled = text.partition("Replies that were cancelled")[2]
        assert "petra@lindenhof.example (Lindenhof e. V.)" in cancelled
        assert "Frage" in cancelled
        assert "cancelled: " in cancelled


async def test_it_tells_who_answered_her_with_nothing_left_to_do(stages: Opening):
    async with stages(CONSULTANT + EVENING) as stage:
        await stage.to("mon 16:40")
        await stage.to("tue 10:00")
        asked = await stage.arrives(GARY, "outage", "Nothing works.")
        await stage.later(minutes=5)
        mine = stage.answers(asked)
        await stage.later(minutes=5)
        await stage.arrives(
            GARY, "Re: outage", "Thank you!", headers={"In-Reply-To": mine, "References": f"{asked} {mine}"}
        )
        await stage.to("tue 16:40")
        [subject] = stage.digests()
        assert subject == "Digest for Tuesday 25 November", "nothing to be done"
        _, text, _ = page(stage, subject)
        assert "Answered you" in text
        assert "Re: outage" in text.partition("Answered you")[2]


@pytest.mark.parametrize(
    ("zone", "told"),
    [("Europe/Berlin", None), ("Europe/Warsaw", "All times are Warsaw time."), ("UTC", "All times are UTC.")],
)
async def test_the_times_are_named_where_a_client_has_others(stages: Opening, zone: str, told: str | None):
    config = CONSULTANT.replace('timezone = "Europe/London"\n', "").replace("Europe/Berlin", zone)
    other = (
        config if told is None else config.replace('people = { "petra', 'timezone = "Europe/Berlin"\npeople = { "petra')
    )
    async with stages(other + EVENING) as stage:
        await stage.to("mon 18:40")
        await stage.to("tue 11:00")
        await stage.arrives(PETRA, "Frage", "Welche?")
        await stage.to("tue 17:40")
        await stage.to("fri 11:40")
        found = [page(stage, one)[1] for one in stage.inbox() if one.startswith(("1 put aside", "Agenda: Lindenhof"))]
        assert len(found) == 2
        for text in found:
            assert ("All times are" in text) == (told is not None), text
            assert told is None or told in text
