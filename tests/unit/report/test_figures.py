"""Figures of a report, against what a person would count by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from support.reportkit import DAY, HOUR, MONDAY, report, row, told
from triaged.core.worktime import WorkTime, merge_week, parse_slots
from triaged.ledger.reporting import ReceivedRow
from triaged.report.agreed import Agreement
from triaged.report.figures import Figures, arrived_when


def _figures(*rows: ReceivedRow) -> Figures:
    return report(*rows).whole.figures


def test_the_clock_of_an_answer_starts_at_the_first_question_of_the_thread_that_was_not_answered():
    answered = MONDAY + 5 * HOUR
    found = _figures(
        row(1, MONDAY, thread="t", answered_at=answered),
        row(2, MONDAY + 3 * HOUR, thread="t", answered_at=answered),
    )
    assert (found.received, found.questions) == (2, 1)
    assert (found.answered.elapsed.count, found.answered.elapsed.median) == (1, 5 * HOUR)


def test_what_is_asked_after_an_answer_is_another_question():
    found = _figures(
        row(1, MONDAY, thread="t", answered_at=MONDAY + HOUR),
        row(2, MONDAY + 2 * HOUR, thread="t", answered_at=MONDAY + 5 * HOUR),
        row(3, MONDAY + 6 * HOUR, thread="t"),
    )
    assert found.questions == 3
    assert found.answered.elapsed.worst == 3 * HOUR
    assert [one.since for one in found.waiting] == [MONDAY + 6 * HOUR]


def test_an_automatic_reply_acknowledges_and_does_not_answer():
    found = _figures(row(1, MONDAY, acknowledged_at=MONDAY + timedelta(minutes=10)))
    assert found.acknowledged.elapsed.median == timedelta(minutes=10)
    assert found.answered.elapsed.count == 0
    assert [one.item for one in found.waiting] == [1]


def test_the_acknowledgement_counts_from_the_question_and_once_for_all_that_it_covers():
    reply = MONDAY + 2 * HOUR
    found = _figures(
        row(1, MONDAY, thread="t", acknowledged_at=reply), row(2, MONDAY + HOUR, thread="t", acknowledged_at=reply)
    )
    assert (found.acknowledged.elapsed.count, found.acknowledged.elapsed.median) == (1, 2 * HOUR)


def test_an_automatic_reply_after_the_answer_acknowledges_nothing():
    found = _figures(row(1, MONDAY, acknowledged_at=MONDAY + 2 * HOUR, answered_at=MONDAY + HOUR))
    assert found.acknowledged.elapsed.count == 0


def test_robots_and_thanks_are_no_questions():
    found = _figures(row(1, MONDAY, automatic=True), row(2, MONDAY, kind=("reply", "courtesy")))
    assert (found.received, found.questions) == (2, 0)
    assert found.waiting == ()


def test_median_ninety_percent_and_worst_are_those_of_ten_answers():
    times = _figures(*(row(n, MONDAY, answered_at=MONDAY + n * HOUR) for n in range(1, 11))).answered.elapsed
    assert (times.count, times.median, times.worst) == (10, 5.5 * HOUR, 10 * HOUR)
    assert (times.p90, times.within_p90, times.within_median) == (9 * HOUR, 9, 5)


def test_a_question_from_before_the_period_is_answered_in_it_and_counts_in_neither():
    found = report(
        row(1, MONDAY - HOUR, thread="t", answered_at=MONDAY + 2 * HOUR),
        row(2, MONDAY + HOUR, thread="t", answered_at=MONDAY + 2 * HOUR),
        row(3, MONDAY - DAY),
    ).whole.figures
    assert (found.received, found.questions, found.answered.elapsed.count) == (1, 0, 0)
    assert (found.waiting, found.older) == ((), 1)


def test_promises_count_by_when_they_were_told_and_in_five_ways():
    promises = [
        told(1, state="kept"), told(2, state="late"), told(3, state="overdue"), told(4, MONDAY + 8 * DAY),
        told(5, state="settled"), told(6, state="kept"),
    ]  # fmt: skip
    found = report(row(1, MONDAY), promises=promises).whole.figures
    assert found.promises == {"kept": 2, "late": 1, "broken": 1, "open": 1, "settled": 1}
    assert found.told == 6


def test_a_promise_whose_moment_passed_while_no_daemon_ran_is_open_no_more():
    answer, call = told(1), told(2, kind="call")
    before = report(row(1, MONDAY), promises=[answer, call], now=MONDAY + DAY - HOUR).whole
    after = report(row(1, MONDAY), promises=[answer, call], now=MONDAY + DAY).whole
    assert (before.figures.promises["open"], before.figures.promises["broken"]) == (2, 0)
    for kept in (after.figures.promises, after.series.stretches[0].promises):
        assert kept == {"kept": 1, "late": 0, "broken": 1, "open": 0, "settled": 0}


def test_what_was_promised_for_a_call_that_came_while_no_daemon_ran_waits_no_more():
    found = _figures(row(1, MONDAY, promise=told(7, MONDAY + DAY, kind="call")))
    assert (found.waiting, found.talked) == ((), 1)


def test_three_messages_in_twenty_minutes_are_one_burst_and_a_fourth_makes_no_second():
    assert _figures(*(row(n, MONDAY + timedelta(minutes=n * 4)) for n in range(4))).bursts == 1


def test_a_burst_that_goes_on_for_an_hour_is_still_one():
    rows = [row(n, MONDAY + timedelta(minutes=n * 8)) for n in range(8)]
    assert _figures(*rows).bursts == 1
    again = [row(n + 8, MONDAY + timedelta(hours=3, minutes=n)) for n in range(3)]
    assert _figures(*rows, *again).bursts == 2


def test_exactly_twenty_minutes_apart_is_within_them():
    assert _figures(*(row(n, MONDAY + timedelta(minutes=n * 10)) for n in range(3))).bursts == 1


def test_what_was_promised_for_a_call_that_took_place_waits_no_more():
    call = told(7, MONDAY + DAY, kind="call", state="kept", closed_at=MONDAY + DAY)
    found = _figures(row(1, MONDAY, promise=call))
    assert (found.waiting, found.talked) == ((), 1)


def test_what_was_answered_before_its_call_was_answered():
    call = told(7, MONDAY + DAY, kind="call", state="kept", closed_at=MONDAY + DAY)
    found = _figures(row(1, MONDAY, promise=call, answered_at=MONDAY + HOUR))
    assert (found.talked, found.answered.elapsed.median) == (0, HOUR)


def test_what_was_deleted_or_settled_or_marked_as_answered_waits_no_more():
    settled = told(7, state="settled", closed_at=MONDAY + HOUR)
    found = _figures(row(1, MONDAY, state="gone"), row(2, MONDAY, promise=settled), row(3, MONDAY, settled=True))
    assert (found.questions, found.waiting) == (3, ())


def _agreement(**more: object) -> Agreement:
    week = merge_week({"mon-fri": parse_slots("09:00-17:00")})
    time = WorkTime(ZoneInfo("UTC"), week, holidays="DE-BE", **more)
    return Agreement(time, time)


def test_each_message_counts_under_one_heading_of_time():
    agreement = _agreement(away=((datetime(2026, 11, 26).date(),) * 2,))  # noqa: DTZ001 — a date
    christmas = datetime(2026, 12, 25, 10, tzinfo=UTC)
    at = {
        "office": MONDAY, "off": MONDAY + 10 * HOUR, "weekend": MONDAY + 5 * DAY, "away": MONDAY + 3 * DAY,
        "holiday": christmas,
    }  # fmt: skip
    assert {name: arrived_when(row(1, when), agreement) for name, when in at.items()} == {name: name for name in at}


def test_a_saturday_with_hours_of_its_own_is_in_agreed_hours():
    saturday = MONDAY + 5 * DAY
    agreement = _agreement(on={saturday.date(): parse_slots("08:00-12:00")})
    assert arrived_when(row(1, saturday), agreement) == "office"
    assert arrived_when(row(1, saturday + 6 * HOUR), agreement) == "weekend"


def test_every_client_has_a_part_of_its_own_and_they_add_up():
    found = report(row(1, MONDAY), row(2, MONDAY, client="lindenhof"), row(3, MONDAY, client="lindenhof"))
    assert [(part.figures.client, part.figures.received) for part in found.clients] == [("harbor", 1), ("lindenhof", 2)]
    assert found.whole.figures.received == 3
