"""What a check-up makes of clocks and of servers that vouch for senders."""

from datetime import UTC, datetime, timedelta

import pytest

from triaged.core.settings import Server, Tls
from triaged.setup import mailcheck
from triaged.setup.expiry import Certificate
from triaged.setup.finding import Finding
from triaged.setup.vouching import line_to_write, together, usable

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def clock(newest: datetime | None, *decided_after: timedelta) -> Finding:
    [finding] = mailcheck._clock(newest, decided_after, NOW, {})
    return finding


def test_a_stamp_from_the_future_is_a_server_that_is_ahead():
    finding = clock(NOW + 10 * MINUTE)
    assert finding.level == "warning"
    assert "10 minutes ahead of this machine" in finding.found


def test_decisions_that_came_before_the_stamp_are_a_server_that_is_ahead():
    assert "5 minutes ahead of" in clock(NOW, -5 * MINUTE, MINUTE).found


def test_when_even_the_quickest_decision_came_late_the_server_is_behind():
    assert "7 minutes behind" in clock(NOW - 60 * MINUTE, 7 * MINUTE, 90 * MINUTE).found


def test_one_quick_decision_shows_that_the_clocks_agree():
    assert clock(NOW - MINUTE, timedelta(seconds=1), 90 * MINUTE).level == "ok"


def test_without_mail_nothing_is_concluded():
    assert clock(None).level == "note"


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (["mx.roth.example"], 'authserv_id = "mx.roth.example"'),
        (["mx1.mail.example", "mx2.mail.example"], 'authserv_id = "*.mail.example"'),
        (["mx.roth.example", "localhost"], 'authserv_id = "mx.roth.example"'),
        (["microsoft365"], 'authserv_id = "microsoft365"'),
        (["localhost"], ""),
        ([], ""),
    ],
)
def test_the_line_to_write_names_the_server_that_is_nearest_and_never_what_anybody_could_claim(
    seen: list[str], line: str
):
    assert line_to_write(usable(dict.fromkeys(together(seen).values()))) == line


def test_a_certificate_that_ends_soon_is_told():
    place = Server("mail.example", 993, Tls.IMPLICIT, "dana", None)
    [finding] = Certificate("certificate", place, NOW + timedelta(days=5)).at(NOW)
    assert finding.level == "warning"
    assert "5 days" in finding.found
