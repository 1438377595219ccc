"""Figures of a report, against what a person would count by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from triaged.cli.report import _hints
from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report.agreed import Agreements
from triaged.report.figures import figures
from triaged.report.page import as_html, words

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _row(number: int, at: datetime, **more: Any) -> ReceivedRow:
    values: dict[str, Any] = {
        "item": number, "person": "dana", "login": "dana@imap", "client": "harbor", "correspondent": "gary@harbor.example",
        "sender": "gary@harbor.example", "message_id": f"<{number}@h>", "thread": f"<{number}@h>", "arrived_at": at,
        "kind": ("new",), "automatic": False, "subject": f"question {number}", "verdict": "deferrable", "rule": "all",
        "ruleset": None, "mode": "send", "state": "here", "answered_at": None, "acknowledged_at": None,
        "returned_at": None, "by_hand": None, "pass_spent": False, "promise": None,
    }  # fmt: skip
    return ReceivedRow(**{**values, **more})


def _figures(*rows: ReceivedRow):
    return figures(rows, Agreements(None, lambda _: None), client="harbor")


def test_the_clock_of_an_answer_starts_at_the_first_question_of_the_thread_that_was_not_answered():
    answered = MONDAY + timedelta(hours=5)
    found = _figures(
        _row(1, MONDAY, thread="t", answered_at=answered),
        _row(2, MONDAY + timedelta(hours=3), thread="t", answered_at=answered),
    )
    assert found.answered.count == 1
    assert found.answered.median == timedelta(hours=5)


def test_an_automatic_reply_acknowledges_and_does_not_answer():
    found = _figures(_row(1, MONDAY, acknowledged_at=MONDAY + timedelta(minutes=10)))
    assert found.acknowledged.median == timedelta(minutes=10)
    assert found.answered.count == 0
    assert [one.item for one in found.waiting] == [1]


def test_robots_and_thanks_are_no_questions():
    found = _figures(_row(1, MONDAY, automatic=True), _row(2, MONDAY, kind=("reply", "courtesy")))
    assert (found.received, found.questions) == (2, 0)
    assert found.waiting == ()


def test_median_ninety_percent_and_worst_are_those_of_ten_answers():
    rows = [_row(n, MONDAY, answered_at=MONDAY + timedelta(hours=n)) for n in range(1, 11)]
    times = _figures(*rows).answered
    assert (times.count, times.median, times.worst) == (10, timedelta(hours=5.5), timedelta(hours=10))
    assert times.p90 == timedelta(hours=9.1)


def test_a_promise_counts_once_however_many_messages_it_covers():
    told = ToldPromise(7, "answer", MONDAY, "kept", MONDAY, MONDAY)
    found = _figures(_row(1, MONDAY, promise=told), _row(2, MONDAY, promise=told))
    assert found.promises == {"kept": 1, "late": 0, "broken": 0, "open": 0}


def test_three_messages_in_twenty_minutes_are_one_burst_and_a_fourth_makes_no_second():
    rows = [_row(n, MONDAY + timedelta(minutes=n * 4)) for n in range(4)]
    assert _figures(*rows).bursts == 1


def test_a_burst_that_goes_on_for_an_hour_is_still_one():
    rows = [_row(n, MONDAY + timedelta(minutes=n * 8)) for n in range(8)]
    assert _figures(*rows).bursts == 1
    again = [_row(n + 8, MONDAY + timedelta(hours=3, minutes=n)) for n in range(3)]
    assert _figures(*rows, *again).bursts == 2


def test_what_was_promised_for_a_call_that_took_place_waits_no_more():
    told = ToldPromise(7, "call", MONDAY, "kept", MONDAY, MONDAY)
    assert _figures(_row(1, MONDAY, promise=told)).waiting == ()


def test_a_rule_whose_verdict_was_undone_comes_with_the_lines_to_type(capsys: pytest.CaptureFixture[str]):
    rows = [_row(1, MONDAY), _row(2, MONDAY, by_hand="back")]
    _hints(_figures(*rows), rows, Path("mine.toml"))
    said = capsys.readouterr().out
    assert '"all": moved by hand 1 of 2 times' in said
    assert "triaged explain -c mine.toml 2\n" in said
    assert "--against mine.toml imap:dana@imap/INBOX\n" in said


def test_each_message_counts_under_one_heading_of_time():
    found = _figures(_row(1, MONDAY), _row(2, MONDAY + timedelta(days=5)))
    assert found.arrived == {"office": 1, "weekend": 1}


def test_the_page_needs_nothing_from_outside_and_escapes_what_others_wrote():
    f = _figures(_row(1, MONDAY, client="<b>harbor</b>"))
    page = as_html(f, [], MONDAY, MONDAY + timedelta(days=7))
    assert "http" not in page
    assert "<script" not in page
    assert page.count("<h1>") == 1


def test_durations_read_as_people_say_them():
    assert [words(timedelta(minutes=m)) for m in (12, 185, 3120)] == ["12 min", "3 h 05 min", "2 d 4 h"]
