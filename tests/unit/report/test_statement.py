"""What a client is shown: facts in the client's language, and nothing that is not the client's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from support.reportkit import DAY, HOUR, MONDAY, dana, quarter, report, row, told
from triaged.ledger.reporting import ReceivedRow, ToldPromise
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
        "Hours": ("Mon–Fri 08:00–18:00",),
        "Calls": (
            "Fri 10:00 (Berlin time), 45 minutes",
            "Tue and Thu 16:00 (Berlin time), every 2 weeks, 30 minutes",
        ),
    }
    assert found.done == (
        "3 messages arrived from you.",
        "1 came within the agreed hours, 2 at other times.",
        "A first acknowledgement went out within 10 minutes (median).",
        "2 questions were answered in writing: half of them within 2 hours of agreed hours, nine in ten within 2 hours.",
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
    assert dict(found.agreed)["Hours"] == ("until 24 November 2026: Mon–Fri 07:00–20:00", "Mon–Fri 08:00–18:00")


def test_my_hours_are_named_in_my_zone_where_the_clients_is_another(tmp_path: Path):
    person = dana(tmp_path)
    client = person.roster.by_label("lindenhof")
    found = statement(report(row(1, MONDAY, client="lindenhof"), person=person), client)
    assert dict(found.agreed)["Zeiten"] == ("Mo–Do 09:00–12:30, 13:30–17:30; Fr 09:00–15:00",)


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
    assert "announced" not in _done(row(1, MONDAY), promises=missed)


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
    assert len(found.done) == 8


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
