"""`triaged queue` of replies that are due and do not go: why, and when they are tried next."""

from pathlib import Path

import pytest

from server.dovecot import Dovecot
from server.workplace import Workplace

pytestmark = pytest.mark.server


@pytest.fixture
def place(dovecot: Dovecot, user: str, tmp_path: Path) -> Workplace:
    """Replies go at once, but nobody listens where they are to be submitted."""
    made = Workplace(tmp_path)
    server = f'host = "{dovecot.host}", port = {dovecot.imap}, tls = "none"'
    made.write(f'{{ {server}, user = "{user}", password = "{dovecot.password}" }}')
    made.config.write_text(made.config.read_text().replace("[reply.later]", '[reply.later]\nsend = "now"'))
    return made


def deliver(dovecot: Dovecot, user: str, sender: str) -> None:
    raw = f"From: {sender}@harbor.example\r\nTo: dana@roth.example\r\nSubject: {sender}\r\nMessage-ID: <{sender}@x>\r\n\r\nWhen?\r\n"
    dovecot.deliver(user, raw.encode(), sender=f"{sender}@harbor.example")


def test_each_says_why_it_waits_and_when_the_next_try_is(place: Workplace, dovecot: Dovecot, user: str):
    with place.daemon():
        deliver(dovecot, user, "gary")
        place.eventually("queue", "--json", shows=["Connect call failed"])
        deliver(dovecot, user, "may")
        page = place.eventually("queue", shows=["may@harbor.example", "next try"])
        first, second = sorted(place.rows("queue"), key=lambda row: row["to"])
    assert [first["to"], second["to"]] == ["gary@harbor.example", "may@harbor.example"]
    assert (first["tries"] > 0, second["tries"]) == (True, 0)
    assert "Connect call failed" in first["waits"]
    assert second["waits"] == first["waits"]  # nothing was tried for it: the account rests
    assert second["reason"] is None
    assert first["next_try"] == second["next_try"] > first["send_at"]
    assert page.stdout.count("Connect call failed") == 2


def test_without_a_daemon_that_is_why(place: Workplace, dovecot: Dovecot, user: str):
    with place.daemon():
        deliver(dovecot, user, "gary")
        place.eventually("queue", "--json", shows=["Connect call failed"])
    [row] = place.rows("queue")
    assert row["waits"] == "no daemon is running that would send it"
    assert "Connect call failed" in row["reason"]


def test_one_that_is_not_due_waits_for_its_time_alone(place: Workplace, dovecot: Dovecot, user: str):
    place.config.write_text(place.config.read_text().replace('send = "now"', 'send = "in 10m"'))
    with place.daemon():
        deliver(dovecot, user, "gary")
        page = place.eventually("queue", shows=["gary@harbor.example"])
        [row] = place.rows("queue")
    assert (row["waits"], row["next_try"]) == (None, row["send_at"])
    assert "next try" not in page.stdout
