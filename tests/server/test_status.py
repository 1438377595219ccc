"""`triaged status` with and without a running daemon."""

from pathlib import Path

import pytest

from server.dovecot import Dovecot
from server.workplace import Workplace

pytestmark = pytest.mark.server
LETTER = b"From: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\nSubject: %s\r\nMessage-ID: <%s@harbor.example>\r\n\r\n%s\r\n"


def letter(subject: str, text: str = "Can you ring me?") -> bytes:
    return LETTER % (subject.encode(), subject.encode(), text.encode())


@pytest.fixture
def place(dovecot: Dovecot, user: str, tmp_path: Path) -> Workplace:
    made = Workplace(tmp_path)
    made.write(imap(dovecot, user))
    return made


def imap(dovecot: Dovecot, user: str, password: str = "") -> str:
    password = password or dovecot.password
    return (
        f'{{ host = "{dovecot.host}", port = {dovecot.imap}, tls = "none", user = "{user}", password = "{password}" }}'
    )


def test_a_daemon_at_work_tells_its_accounts_messages_and_passes(place: Workplace, dovecot: Dovecot, user: str):
    with place.daemon():
        dovecot.deliver(user, letter("budget"), sender="gary@harbor.example")
        dovecot.deliver(user, letter("sign", "Please, today!"), sender="gary@harbor.example")
        page = place.eventually("status", shows=["1 put aside", "harbor 1 of 2 this week"])
        [found] = place.rows("status")
    assert page.returncode == 0
    assert "running since" in page.stdout
    assert found["source"] == "daemon"
    assert found["ready"] is True
    [account] = found["accounts"]
    assert (account["account"], account["state"], account["aside"]) == ("work", "watching", 1)
    assert account["last_message"] is not None
    assert found["passes"] == [{"client": "harbor", "left": 1, "total": 2, "period": "week"}]
    assert found["attention"] == []


def test_without_a_daemon_the_ledger_tells_and_a_person_is_needed(place: Workplace, dovecot: Dovecot, user: str):
    with place.daemon():
        dovecot.deliver(user, letter("budget"), sender="gary@harbor.example")
        place.eventually("status", shows=["1 put aside"])
    page = place.run("status")
    [found] = place.rows("status")
    assert page.returncode == 1
    assert "no daemon is running" in page.stdout
    assert "1 put aside" in page.stdout
    assert found["source"] == "ledger"
    assert found["attention"] == ["the daemon is not running: nothing is watched"]


def test_a_password_that_is_not_taken_needs_a_person(place: Workplace, dovecot: Dovecot, user: str):
    place.write(imap(dovecot, user, "not this one"))
    with place.daemon(after="account.auth_failed"):
        page = place.eventually("status", shows=["signed out"])
    assert page.returncode == 1
    assert "! work: cannot sign in" in page.stdout
    assert "not this one" not in page.stdout


def test_before_the_first_run_it_says_what_to_do(place: Workplace):
    done = place.run("status")
    assert (done.returncode, done.stdout) == (1, "")
    assert "it comes with the first `triaged run`" in done.stderr


def test_of_a_ledger_that_is_gone_it_says_so_and_promises_no_new_one(place: Workplace, dovecot: Dovecot, user: str):
    with place.daemon():
        pass
    [ledger] = place.folder.rglob("triaged.db")
    for file in ledger.parent.glob("triaged.db*"):
        file.unlink()
    done = place.run("status")
    assert (done.returncode, done.stdout) == (74, "")
    assert "restore it from a backup" in done.stderr


def test_somebody_unknown_is_told_who_is_known(place: Workplace):
    done = place.run("status", "--person", "nobody")
    assert done.returncode == 1
    assert "known are dana" in done.stderr
