"""`triaged doctor` on real servers, good and bad."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.certificates import Authority
from server.courier import PLAIN_COURIER
from server.cyrus import CyrusVariant
from server.dovecot import Dovecot, Variant
from server.fixtures import AnyVariant
from server.mailboxes import Mailboxes
from server.postfix import Postfix, Routes
from server.sink import Sink
from server.workplace import Workplace

pytestmark = pytest.mark.server
LETTER = (
    b"Authentication-Results: mx.roth.example; dmarc=pass header.from=harbor.example\r\n"
    b"From: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\nSubject: hello\r\nMessage-ID: <1@harbor.example>\r\n\r\nHi.\r\n"
)


def imap(dovecot: Dovecot, user: str, authority: Authority, password: str = "") -> str:
    return (
        f'{{ host = "localhost", port = {dovecot.imaps}, user = "{user}", password = "{password or dovecot.password}",'
        f' trust_ca = "{authority.ca}" }}'
    )


def smtp(postfix: Postfix) -> str:
    return f'{{ host = "localhost", port = {postfix.smtp}, tls = "starttls" }}'


def findings(place: Workplace, *more: str) -> dict[str, dict[str, str]]:
    [found] = place.rows("doctor", *more)
    return {one["topic"]: one for one in found["findings"]}


def test_a_good_account_has_nothing_that_stops_it(
    dovecot: Dovecot, user: str, authority: Authority, postfixes: Callable[..., Postfix], sink: Sink, tmp_path: Path
):
    place = Workplace(tmp_path)
    postfix = postfixes(Routes(others=sink))
    place.write(imap(dovecot, user, authority), smtp=smtp(postfix), more='authserv_id = "mx.roth.example"')
    dovecot.deliver(user, LETTER, sender="gary@harbor.example")
    page = place.run("doctor")
    assert (page.returncode, page.stderr) == (0, "")
    assert "Everything is as it should be." in page.stdout
    [found] = place.rows("doctor", "work")
    assert found["works"] is True
    assert {
        "idle": True,
        "move": True,
        "uidplus": True,
        "condstore": True,
        "special_use": True,
    }.items() <= found.items()
    assert (found["folder_sent"], found["folder_drafts"]) == ("Sent", "Drafts")
    assert (found["null_sender"], found["saves_sent"]) == (True, False)
    assert found["latency_ms"] > 0
    assert sink.received == []
    assert dovecot.messages(user)[0].flags == frozenset()


def test_the_authserv_id_to_write_is_told(dovecot: Dovecot, user: str, authority: Authority, tmp_path: Path):
    place = Workplace(tmp_path)
    place.write(imap(dovecot, user, authority), mode="observe")
    dovecot.deliver(user, LETTER, sender="gary@harbor.example")
    assert "too little to go by" in findings(place)["senders"]["follows"]
    for number in range(20):
        letter = LETTER.replace(b"harbor.example", b"sender%d.example" % (number % 5))
        dovecot.append(user, "INBOX", letter, datetime.now(UTC) - timedelta(hours=5))
    assert 'Write authserv_id = "mx.roth.example".' in findings(place)["senders"]["follows"]


def test_a_submission_server_that_refuses_the_null_sender_is_known_without_a_mail(
    dovecot: Dovecot, user: str, authority: Authority, postfixes: Callable[..., Postfix], sink: Sink, tmp_path: Path
):
    place = Workplace(tmp_path)
    place.write(imap(dovecot, user, authority), smtp=smtp(postfixes(Routes(others=sink), refuses_null_sender=True)))
    found = findings(place)["null sender"]
    assert (found["level"], found["found"]) == ("ok", "refused by this server")
    assert sink.received == []


def test_a_wrong_password_and_a_dead_way_out_stop_the_job(
    dovecot: Dovecot, user: str, authority: Authority, tmp_path: Path
):
    place = Workplace(tmp_path)
    place.write(imap(dovecot, user, authority, "not this one"))
    page = place.run("doctor")
    assert page.returncode == 1
    assert "✗ sign-in" in page.stdout
    assert "✗ submission" in page.stdout
    assert "not this one" not in page.stdout + page.stderr


def test_a_certificate_of_somebody_unknown_is_never_ignored(dovecot: Dovecot, user: str, tmp_path: Path):
    place = Workplace(tmp_path)
    place.write(f'{{ host = "localhost", port = {dovecot.imaps}, user = "{user}", password = "x" }}', mode="observe")
    found = findings(place)["sign-in"]
    assert found["level"] == "stop"
    assert "trust_ca" in found["follows"]


def test_a_server_that_cannot_move_or_wait_is_told_with_what_follows(
    dovecots: Callable[[Variant], Dovecot], authority: Authority, tmp_path: Path
):
    dovecot = dovecots(Variant(hidden=("MOVE", "UIDPLUS", "IDLE")))
    place = Workplace(tmp_path)
    place.write(imap(dovecot, dovecot.new_user(), authority), mode="draft")
    found = findings(place)
    assert found["MOVE"]["level"] == "warning"
    assert "Nothing is put aside" in found["MOVE"]["follows"]
    assert "looked for every" in found["IDLE"]["follows"]


def test_a_watched_folder_that_is_not_there_stops_the_job(
    dovecot: Dovecot, user: str, authority: Authority, tmp_path: Path
):
    place = Workplace(tmp_path)
    place.write(imap(dovecot, user, authority), mode="observe", more='watch = ["INBOX", "Clients"]')
    page = place.run("doctor")
    assert page.returncode == 1
    assert "there is no such folder to watch" in page.stdout


def test_an_unknown_account_is_told_with_the_known_ones(
    dovecot: Dovecot, user: str, authority: Authority, tmp_path: Path
):
    place = Workplace(tmp_path)
    place.write(imap(dovecot, user, authority))
    done = place.run("doctor", "elsewhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert "known are work" in done.stderr


def test_a_ledger_that_is_gone_is_told_as_the_daemon_would(
    dovecot: Dovecot, user: str, authority: Authority, tmp_path: Path
):
    place = Workplace(tmp_path)
    place.write(imap(dovecot, user, authority), mode="observe")
    assert place.run("run", "--once").returncode == 0
    for file in place.state.glob("triaged.db*"):
        file.unlink()
    done = place.run("doctor")
    assert done.returncode == 74
    assert "restore it from a backup" in done.stderr


def test_mail_that_lay_there_before_the_first_look_is_held_against_no_clock(
    dovecot: Dovecot, user: str, authority: Authority, tmp_path: Path
):
    place = Workplace(tmp_path)
    dovecot.append(user, "INBOX", LETTER, datetime.now(UTC) - timedelta(hours=5))
    place.write(imap(dovecot, user, authority), mode="observe", more='start = "all"')
    assert place.run("run", "--once").returncode == 0
    assert findings(place)["clock"]["level"] == "ok"


@pytest.mark.parametrize(
    ("variant", "real", "idle"),
    [
        (CyrusVariant(slashes=False, beside=False), "INBOX.Later.Deferred", "only after a minute: Cyrus without idled"),
        (PLAIN_COURIER, "INBOX.Later.Deferred", "only after a minute: Courier without"),
        (Variant(separator=".", prefix="INBOX."), "INBOX.Later.Deferred", "as soon as the server tells of it"),
        (Variant(), "Later/Deferred", "as soon as the server tells of it"),
    ],
    ids=["Cyrus", "Courier", "Dovecot, INBOX. and dots", "Dovecot"],
)
def test_folders_are_told_by_their_names_on_the_server_and_idle_by_what_it_keeps(
    servers: Callable[[AnyVariant], Mailboxes], tmp_path: Path, variant: AnyVariant, real: str, idle: str
):
    server = servers(variant)
    user = server.new_user()
    place = Workplace(tmp_path)
    signed_in = (
        f'host = "127.0.0.1", port = {server.imap}, tls = "none", user = "{user}", password = "{server.password}"'
    )
    place.write(f"{{ {signed_in} }}", mode="draft", more='folders = { deferred = "Later/Deferred" }')
    found = findings(place)
    assert found["folder deferred"]["found"] == f"{real} is not there yet; the daemon makes it"
    assert idle in f"{found['IDLE']['found']} {found['IDLE']['follows']}"
