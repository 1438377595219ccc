"""How long an account is left alone after trouble."""

from datetime import timedelta

import pytest

from triaged.mailbox import AuthFailed, Backoff, CertificateRejected, Lost, MailboxError, Throttled, Unavailable
from triaged.mailbox.errors import Unreachable


def pauses(error: MailboxError, times: int, chance: float) -> list[timedelta]:
    state, found = Backoff(), []
    for _ in range(times):
        state, pause = state.failed(error, lambda: chance)
        found.append(pause)
    return found


def test_a_lost_connection_doubles_its_pause_up_to_five_minutes():
    seconds = [p.total_seconds() for p in pauses(Lost("gone"), 10, 1.0)]
    assert seconds == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_the_pause_after_a_lost_connection_is_anything_from_nothing_to_the_whole():
    assert pauses(Lost("gone"), 3, 0.0) == [timedelta(0)] * 3
    assert pauses(Lost("gone"), 1, 0.25) == [timedelta(seconds=0.5)]


def test_wrong_credentials_are_tried_after_a_quarter_of_an_hour_and_then_ever_more_seldom():
    minutes = [p.total_seconds() / 60 for p in pauses(AuthFailed("no"), 7, 0.0)]
    assert minutes == [15, 30, 60, 120, 240, 360, 360]


def test_a_throttling_server_is_obeyed():
    wanted = timedelta(minutes=50)
    state, pause = Backoff().failed(Throttled("slow down", retry_after=wanted), lambda: 0.0)
    assert pause == wanted
    assert state.failures == 1
    assert Backoff().failed(Throttled("slow down"), lambda: 0.0)[1] == timedelta(minutes=5)


def test_an_unavailable_server_is_left_alone_for_minutes():
    minutes = [p.total_seconds() / 60 for p in pauses(Unavailable("too many connections"), 6, 1.0)]
    assert minutes == [5, 10, 20, 40, 60, 60]
    assert pauses(Unavailable("later"), 1, 0.0) == [timedelta(minutes=2.5)]


def test_a_rejected_certificate_is_looked_at_again_after_a_quarter_of_an_hour():
    assert pauses(CertificateRejected("expired"), 2, 0.0) == [timedelta(minutes=15)] * 2


def test_wrong_credentials_do_not_make_a_lost_connection_wait_longer():
    state, _ = Backoff().failed(AuthFailed("no"), lambda: 0.0)
    assert state.failed(Lost("gone"), lambda: 1.0)[1] == timedelta(seconds=2)


def test_a_healthy_connection_forgets_the_failures_but_not_the_sign_ins():
    state = Backoff().signing_in(10.0)
    for error in (Lost("gone"), AuthFailed("no")):
        state, _ = state.failed(error, lambda: 1.0)
    assert state.healthy() == Backoff(logins=(10.0,))


@pytest.mark.parametrize(("at", "wait"), [(20.0, 100.0), (119.0, 1.0), (120.0, 0.0), (500.0, 0.0)])
def test_the_third_sign_in_waits_until_two_minutes_after_the_first(at: float, wait: float):
    state = Backoff().signing_in(0.0)
    assert state.before_login(1.0) == 0.0
    assert state.signing_in(10.0).before_login(at) == wait


def test_what_reached_nobody_is_no_sign_in_and_so_a_server_that_is_back_is_found_within_its_pause():
    state, _ = Backoff().signing_in(0.0).signing_in(10.0).failed(Unreachable("no route"), lambda: 1.0)
    assert state.logins == (0.0,)
    assert state.before_login(12.0) == 0.0
    assert Backoff().signing_in(0.0).signing_in(10.0).failed(Lost("gone"), lambda: 1.0)[0].before_login(12.0) == 108.0
