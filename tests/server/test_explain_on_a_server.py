"""`triaged explain ACCOUNT:UID`: a message that lies on the server, read as the daemon reads it."""

from pathlib import Path

import pytest

from server.dovecot import Dovecot
from server.workplace import Workplace

pytestmark = pytest.mark.server
LETTER = (
    b"From: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\nSubject: outage in the shop\r\n"
    b"Message-ID: <1@harbor.example>\r\n\r\nNothing works.\r\n"
)


@pytest.fixture
def place(dovecot: Dovecot, user: str, tmp_path: Path) -> Workplace:
    made = Workplace(tmp_path)
    made.write(
        f'{{ host = "{dovecot.host}", port = {dovecot.imap}, tls = "none", user = "{user}", password = "{dovecot.password}" }}'
    )
    dovecot.deliver(user, LETTER, sender="gary@harbor.example")
    return made


def test_a_message_is_fetched_explained_and_not_marked_as_seen(place: Workplace, dovecot: Dovecot, user: str):
    [stored] = dovecot.messages(user)
    [found] = place.rows("explain", f"work:{stored.uid}")
    assert (found["file"], found["verdict"], found["rule"]) == (f"work:{stored.uid}", "urgent", "Outage")
    assert found["message_id"] == "<1@harbor.example>"
    assert "item" not in found
    assert dovecot.messages(user)[0].flags == frozenset()


def test_the_page_tells_the_rules_from_the_top(place: Workplace, dovecot: Dovecot, user: str):
    [stored] = dovecot.messages(user)
    page = place.run("explain", f"work/INBOX:{stored.uid}")
    assert page.returncode == 0
    assert "outage in the shop" in page.stdout
    assert "✓ Outage" in page.stdout


def test_what_the_daemon_has_decided_about_it_is_one_command_away(place: Workplace, dovecot: Dovecot, user: str):
    with place.daemon():
        dovecot.deliver(user, LETTER.replace(b"<1@", b"<2@"), sender="gary@harbor.example")
        [item] = wait_for_item(place)
    assert item["verdict"] == "urgent"


def wait_for_item(place: Workplace) -> list[dict[str, object]]:
    for _ in range(100):
        found = place.rows("explain", "work:2")
        if found and "item" in found[0]:
            return place.rows("explain", str(found[0]["item"]))
    raise AssertionError("the daemon did not decide")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("work:99", "work has no message with UID 99 in INBOX"),
        ("elsewhere:1", "there is no account 'elsewhere'; known are work"),
        ("work/Nowhere:1", "work has no folder 'Nowhere'"),
    ],
)
def test_what_is_not_there_is_told(place: Workplace, asked: str, told: str):
    done = place.run("explain", asked)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_cannot_be_reached_is_told_in_one_line(place: Workplace):
    place.write('{ host = "127.0.0.1", port = 9, tls = "none", user = "dana", password = "x" }')
    done = place.run("explain", "work:1")
    assert done.returncode == 1
    assert done.stderr.startswith("triaged: ")
    assert len(done.stderr.splitlines()) == 1
