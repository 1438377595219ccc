"""What submission servers say, and when to try again."""

from datetime import timedelta

import pytest

from triaged.core.backoff import REPLY, SUBMISSION_MOST
from triaged.core.providers import submission_at
from triaged.delivery import Deferred, Refused, Sent
from triaged.delivery.smtp import is_loopback
from triaged.delivery.verdict import outcome_of, refuses_null_sender
from triaged.outbox.schedule import pause_after


def test_a_full_mailbox_and_a_vague_five_are_tried_three_times():
    for code, text in ((552, "5.2.2 mailbox full"), (550, "5.5.0 try again")):
        outcome = outcome_of(code, text, "rcpt")
        assert isinstance(outcome, Deferred)
        assert outcome.most_tries == 3
        assert not outcome.account_wide


def test_a_server_that_names_its_backoff_is_obeyed_within_bounds():
    outcome = outcome_of(451, "4.7.500 Server busy. Suggested Backoff Time: 90000 milliseconds", "mail")
    assert isinstance(outcome, Deferred)
    assert (outcome.retry_after, outcome.cause) == (timedelta(seconds=90), "throttle")
    long = outcome_of(451, "Suggested Backoff Time: 999999999 milliseconds", "mail")
    assert isinstance(long, Deferred)
    assert long.retry_after == timedelta(hours=6)


def test_a_duplicate_that_the_server_recognises_was_sent():
    assert isinstance(outcome_of(554, "5.2.0 STOREDRV; MapiExceptionDuplicateDelivery", "body"), Sent)


def test_basic_authentication_that_is_switched_off_stops_the_account():
    outcome = outcome_of(550, "5.7.30 Basic authentication is not supported", "auth")
    assert isinstance(outcome, Deferred)
    assert outcome.cause == "auth"


def test_words_of_a_server_are_one_bounded_line():
    outcome = outcome_of(554, "no\r\n\tway " + "x" * 1000, "rcpt")
    assert isinstance(outcome, Refused)
    assert outcome.text.startswith("no way x")
    assert len(outcome.text) == 300


@pytest.mark.parametrize(
    ("code", "stage", "expected"),
    [(501, "mail", True), (554, "rcpt", True), (451, "mail", False), (550, "data", False), (535, "mail", False)],
)
def test_which_refusals_may_be_about_the_null_sender(code: int, stage: str, *, expected: bool):
    assert refuses_null_sender(code, stage) is expected  # type: ignore[arg-type]  # a column of the table


def test_retries_grow_with_some_jitter_and_stay_at_the_last():
    assert [REPLY.after(tries, 0.5) for tries in range(1, 8)] == list(REPLY.steps)
    assert REPLY.after(99, 0.5) == REPLY.steps[-1]
    assert REPLY.after(1, 0.0) == REPLY.steps[0] * 0.9
    assert REPLY.after(1, 1.0) == REPLY.steps[0] * 1.1


def test_an_accounts_rest_doubles_up_to_six_hours_but_for_what_the_server_says():
    wrong = Deferred(535, "no", timedelta(minutes=15), account_wide=True, cause="auth")
    assert [pause_after(wrong, n) for n in (1, 2, 3)] == [timedelta(minutes=m) for m in (15, 30, 60)]
    assert pause_after(wrong, 50) == SUBMISSION_MOST
    throttled = Deferred(432, "4.3.2", timedelta(hours=1), account_wide=True, cause="throttle")
    assert pause_after(throttled, 9) == timedelta(hours=1)


def test_providers_are_known_by_their_host():
    assert submission_at("SMTP.gmail.com").null_sender is False
    assert submission_at("smtp.office365.com").saves_sent
    assert submission_at("smtp.office365.com").per_minute == 30
    assert submission_at("smtp.roth.example").null_sender is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.9", True), ("[::1]", True), ("10.0.0.1", False), ("mail.example", False)],
)
def test_which_hosts_are_this_machine(host: str, *, expected: bool):
    assert is_loopback(host) is expected
