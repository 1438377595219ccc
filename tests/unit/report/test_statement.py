"""What a client is shown: facts in the client's language, and nothing that is not the client's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from support.reportkit import DAY, HOUR, MONDAY, dana, quarter, report, row, told
from triaged.core.calls import parse_call
from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report import htmlpage as page
from triaged.report.reportwords import client_words_of
from triaged.report.statement import as_html, as_text, language_of, statement
from triaged.report.summary import Past, Report, tell

LONDON = '{"me":{"timezone":"Europe/Berlin"},"client":{"harbor":{"hours":{"mon-fri":"07:00-20:00"},"timezone":"Europe/London"}}}'


def _done(*rows: ReceivedRow, promises: Sequence[ToldPromise] = ()) -> str:
    return " ".join(statement(report(*rows, promises=promises), None).done)


def test_it_says_what_came_and_what_became_of_it(tmp_path: Path):
    person = dana(tmp_path)
    found = statement(
        report(
            row(1, MONDAY, acknowledged_at=MONDAY + timedelta(minutes=10), answered_at=MONDAY + 2 * HOUR),
            row(2, MONDAY + 12 * HOUR, answered_at=MONDAY + DAY + HOUR),
            row(3, MONDAY + 5 * DAY),
            promises=[told(1, state="kept"), told(2, state="late")],
            person=person,
        ),
        person.roster.by_label("harbor"),
    )
    assert found.title == "Our correspondence, 23–30 Nov 2026"
    assert found.between == "Harbor Trust and Dana Roth"
    assert dict(found.agreed) == {
        "Hours": ("Mon–Fri 08:00–18:00 (London time)",),
        "Calls": (
            "Fri 09:00 (London time), 45 minutes",
            "Tue and Thu 15:00 (London time), every 2 weeks, 30 minutes",
        ),
    }
    assert found.done == (
        "3 messages arrived from you.",
        "1 came within the agreed hours, 2 at other times.",
        "3 questions were asked.",
        "One question was acknowledged, within 10 minutes.",
        "2 questions were answered in writing, all within 2 hours of agreed hours.",
        "2 answers and calls were announced for a certain time; kept: 1.",
        "One came later than announced.",
        "One question is open, from Saturday 28 November.",
    )
    assert found.paragraph.startswith("Our correspondence, 23–30 Nov 2026: 3 messages arrived from you.")


def test_hours_that_changed_in_the_period_are_told_as_they_were(tmp_path: Path):
    person = dana(tmp_path)
    rows = [row(1, MONDAY, ruleset="old"), row(2, MONDAY + DAY, ruleset="old"), row(3, MONDAY + 2 * DAY)]
    past = Past(MONDAY, MONDAY + 7 * DAY, rows, [], {"old": LONDON})
    found = statement(tell(past, person, MONDAY + 7 * DAY), person.roster.by_label("harbor"))
    assert dict(found.agreed)["Hours"] == (
        "until 24 November 2026: Mon–Fri 07:00–20:00 (London time)",
        "Mon–Fri 08:00–18:00 (London time)",
    )


def test_my_hours_are_named_in_my_zone_where_the_clients_is_another(tmp_path: Path):
    person = dana(tmp_path)
    client = person.roster.by_label("lindenhof")
    found = statement(report(row(1, MONDAY, client="lindenhof"), person=person), client)
    assert dict(found.agreed)["Zeiten"] == ("Mo–Do 09:00–12:30, 13:30–17:30; Fr 09:00–15:00 (Ortszeit Berlin)",)


def test_one_is_said_of_one_and_many_of_many():
    assert _done(row(1, MONDAY)).startswith("One message arrived from you. One question is open")
    assert "No question is open." in _done(row(1, MONDAY, answered_at=MONDAY + HOUR))
    assert "One question was answered in writing, within 1 hour of agreed hours." in _done(
        row(1, MONDAY, answered_at=MONDAY + HOUR)
    )
    kept = [told(1, state="kept")]
    assert "One answer or call was announced for a certain time, and kept." in _done(row(1, MONDAY), promises=kept)
    missed = [told(1, state="overdue")]
    assert "One has not been kept yet." in _done(row(1, MONDAY), promises=missed)
    assert "One answer or call was announced for a certain time. One has not been kept yet." in _done(
        row(1, MONDAY), promises=missed
    ), "the sentence has its subject when nothing was kept, too"
    two = [told(1, state="overdue"), told(2, state="late")]
    assert "2 answers and calls were announced for a certain time; kept: 0." in _done(row(1, MONDAY), promises=two)
    assert "announced" not in _done(row(1, MONDAY), promises=[told(1, MONDAY + 30 * DAY)]), "nothing is decided yet"


def test_how_fast_is_said_in_whole_messages_and_never_too_well():
    answers = [
        row(n, MONDAY, thread=f"t{n}", answered_at=MONDAY + n * HOUR + timedelta(seconds=1)) for n in range(1, 12)
    ]
    said = _done(*answers)
    assert "6 of 11 within 6 hours 1 minute, 10 of 11 within 10 hours 1 minute." in said


def test_what_was_on_the_agenda_of_a_call_or_only_marked_is_never_called_answered():
    friday = MONDAY + 4 * DAY
    said = _done(
        row(1, MONDAY, thread="a", call_at=friday, settled_at=friday + HOUR, settled_by="agenda"),
        row(2, MONDAY, thread="b", promise=told(1, friday, kind="call", state="kept", closed_at=friday)),
        row(3, MONDAY, thread="c", answered_at=MONDAY + HOUR, answered_by="flag"),
        row(4, MONDAY, thread="d", settled_at=MONDAY + HOUR, settled_by="command"),
    )
    assert "2 questions were on the agenda of our call on Friday 27 November." in said
    assert "One question is marked as answered; no mail was found for it." in said
    assert "One question was settled without a written answer." in said
    assert "answered in writing" not in said
    assert said.endswith("No question is open.")


def test_what_she_settles_after_the_call_was_on_its_agenda():
    friday = MONDAY + 4 * DAY
    said = _done(row(1, MONDAY, call_at=friday, settled_at=friday + 2 * HOUR, settled_by="mail"))
    assert "One question was on the agenda of our call on Friday 27 November." in said


def test_of_a_time_before_triaged_nothing_is_said_about_acknowledgements():
    before = {"verdict": None, "rule": None, "item": None}
    found = report(row(1, MONDAY, answered_at=MONDAY + HOUR, **before), row(2, MONDAY + DAY, **before))
    text = as_text(statement(found, None), "en").partition("What was done")[2]
    for form in (text, page.as_html(found), page.as_text(found), as_html(found, None)):
        assert "acknowledgement</" not in form
        assert "First acknowledgement" not in form
        assert "acknowledged" not in form.replace("Automatic replies acknowledge a message", "")


def test_machines_are_not_said_to_have_come_from_the_client_and_thanks_are_counted():
    said = _done(
        row(1, MONDAY, answered_at=MONDAY + HOUR),
        row(2, MONDAY, automatic=True, kind=("new", "auto-reply")),
        row(3, MONDAY, kind=("reply", "courtesy")),
        row(4, MONDAY, automatic=True, kind=("new", "voicemail")),
    )
    assert said.startswith(
        "3 messages arrived from you. One of them was thanks alone. One of them was a call."
        " All of it came within the agreed hours. One automatic message came beside them."
    )


def test_what_was_agreed_is_told_on_the_clients_clock(tmp_path: Path):
    person = dana(tmp_path)
    client = person.roster.by_label("lindenhof")
    assert client is not None
    there = replace(client, zone=ZoneInfo("Asia/Tokyo"), calls=(parse_call("fri 17:00"),))
    found = statement(report(row(1, MONDAY, client="lindenhof"), person=person), there)
    late = "17:00–20:30, 21:30–24:00"
    assert dict(found.agreed) == {
        "Zeiten": (f"Mo {late}; Di–Do 00:00–01:30, {late}; Fr 00:00–01:30, 17:00–23:00 (Ortszeit Tokio)",),
        "Gespräche": ("Sa 01:00 (Ortszeit Tokio), 30 Minuten",),
    }


def test_of_a_time_without_mail_it_says_so():
    assert _done() == "No message arrived in this time."


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_language_says_all_of_it(tmp_path: Path, language: str):
    person = dana(tmp_path)
    client = replace(person.roster.by_label("harbor"), language=language)
    whole = quarter(person, ["harbor"])
    assert language_of(whole, client) == language
    found = statement(whole, client)
    text = as_text(found, language)
    assert "{" not in text
    words = client_words_of(language)
    assert words.agreed in text
    assert words.paste in text
    assert len(found.done) == 10


def test_a_language_without_words_of_ours_is_english(tmp_path: Path):
    person = dana(tmp_path)
    client = replace(person.roster.by_label("harbor"), language="nl")
    assert language_of(quarter(person, ["harbor"]), client) == "en"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, str]:
    person = dana(tmp_path_factory.mktemp("shown"))
    whole = quarter(person, ["harbor"])
    return whole, as_html(whole, person.roster.by_label("harbor"))


def test_no_subject_no_rule_and_nobody_else_is_in_it(shown: tuple[Report, str]):
    whole, page = shown
    subjects = {one.row.subject for one in whole.arrivals}
    assert len(subjects) == 400
    for word in (*subjects, "Lindenhof", "lindenhof", "deferrable", "moved by hand", "gary@harbor.example"):
        assert str(word) not in page


def test_the_page_is_in_the_clients_language(tmp_path: Path):
    person = dana(tmp_path)
    page = as_html(quarter(person, ["lindenhof"]), person.roster.by_label("lindenhof"))
    assert '<html lang="de">' in page
    assert "Wann Nachrichten kamen" in page
    assert "Wie gezählt wurde" in page
