"""The servers of the tests do what tests rely on."""

import contextlib
import os
import signal
import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

import imapclient
import pytest

from server.certificates import Authority, Certificate
from server.dovecot import Dovecot, Variant
from server.processes import until
from server.sink import PASSWORD, Accepted, Sink, refuse_null_sender

pytestmark = pytest.mark.server
RAW = b"From: Gary <gary@harbor.example>\r\nSubject: hi\r\n\r\nhello\r\n"
Dovecots = Callable[[Variant], Dovecot]


def test_a_delivered_message_has_what_a_mail_server_adds(dovecot: Dovecot, user: str):
    dovecot.deliver(user, RAW)
    (message,) = dovecot.messages(user)
    assert message.raw.startswith(b"Return-Path: <gary@harbor.example>\r\n")
    assert b"\r\nReceived: " in message.raw
    assert message.raw.endswith(RAW)
    assert message.flags == frozenset()


def test_a_null_sender_is_delivered_as_one(dovecot: Dovecot, user: str):
    dovecot.deliver(user, RAW, sender="")
    assert dovecot.messages(user)[0].raw.startswith(b"Return-Path: <>\r\n")


def test_a_stored_message_keeps_its_date_and_flags(dovecot: Dovecot, user: str):
    then = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    uid = dovecot.append(user, "Größe/Unter", RAW, then, ["\\Seen", "custom"])
    assert dovecot.messages(user, "Größe/Unter") == [(uid, {"\\Seen", "custom"}, RAW, then)]


def test_each_mailbox_starts_empty_with_its_special_folders(dovecot: Dovecot):
    one, other = dovecot.new_user(), dovecot.new_user()
    dovecot.deliver(one, RAW)
    assert dovecot.messages(other) == []
    assert dovecot.messages(other, "No such folder") == []
    assert "\\Sent" in dovecot.folders(other)["Sent"]


def test_a_person_can_flag_move_and_delete(dovecot: Dovecot, user: str):
    uid = dovecot.append(user, "INBOX", RAW)
    dovecot.flag(user, "INBOX", uid, "\\Seen", "\\Flagged")
    dovecot.flag(user, "INBOX", uid, remove=["\\Seen"])
    assert dovecot.messages(user)[0].flags == {"\\Flagged"}
    dovecot.move(user, "INBOX", uid, "Trash")
    assert dovecot.messages(user) == []
    dovecot.delete(user, "Trash", dovecot.messages(user, "Trash")[0].uid)
    assert dovecot.messages(user, "Trash") == []


@pytest.mark.parametrize("how", ["kick", "kill"])
def test_sessions_can_be_ended_by_the_server_and_by_a_signal(dovecot: Dovecot, user: str, how: str):
    with socket.create_connection((dovecot.host, dovecot.imap)) as connection, connection.makefile("rb") as lines:
        connection.sendall(f'a LOGIN {user} "{dovecot.password}"\r\n'.encode())
        while not lines.readline().startswith(b"a OK"):
            pass
        (pid,) = until(lambda: dovecot.session_pids(user), 20, "the session is on the server's list")
        if how == "kick":
            dovecot.kill_sessions(user)
        else:
            os.kill(pid, signal.SIGKILL)
        said = lines.read()
    assert said.startswith(b"* BYE") if how == "kick" else said == b""


def test_a_changed_password_holds_at_once(dovecot: Dovecot, user: str):
    for password in ("another pass", "a third passw", "one more pass"):
        dovecot.set_password(user, password)
        with imapclient.IMAPClient(dovecot.host, dovecot.imap, ssl=False) as client:
            client.login(user, password)
    with (
        imapclient.IMAPClient(dovecot.host, dovecot.imap, ssl=False) as client,
        pytest.raises(imapclient.exceptions.LoginError),
    ):
        client.login(user, dovecot.password)


def test_a_server_comes_back_on_its_ports_with_its_mail(own_dovecot: Dovecots):
    dovecot = own_dovecot(Variant())
    user = dovecot.new_user()
    dovecot.deliver(user, RAW)
    dovecot.stop()
    with pytest.raises(OSError, match="refused"):
        imapclient.IMAPClient(dovecot.host, dovecot.imap, ssl=False)
    dovecot.start()
    assert len(dovecot.messages(user)) == 1


@pytest.mark.parametrize("name", ["MOVE", "UIDPLUS", "IDLE"])
def test_a_capability_can_be_hidden(dovecots: Dovecots, name: str):
    dovecot = dovecots(Variant(hidden=("MOVE", "UIDPLUS", "IDLE")))
    with dovecot.client(dovecot.new_user()) as client:
        assert not client.has_capability(name)
        assert client.has_capability("SPECIAL-USE")


def test_the_usual_server_hides_nothing(dovecot: Dovecot, user: str):
    with dovecot.client(user) as client:
        assert all(client.has_capability(name) for name in ("MOVE", "UIDPLUS", "IDLE", "CONDSTORE"))


def test_storage_prefix_and_separator_vary(dovecots: Dovecots):
    dovecot = dovecots(Variant(storage="mdbox", separator=".", prefix="INBOX.", special_use=False))
    user = dovecot.new_user()
    dovecot.deliver(user, RAW)
    dovecot.append(user, "INBOX.Deferred", RAW)
    assert set(dovecot.folders(user)) == {"INBOX", "INBOX.Deferred"}


def test_a_full_mailbox_takes_no_more(dovecots: Dovecots):
    dovecot = dovecots(Variant(quota="1k"))
    user = dovecot.new_user()
    with pytest.raises(imapclient.exceptions.IMAPClientError, match="OVERQUOTA"):
        dovecot.append(user, "INBOX", RAW + b"x" * 5000)


def test_certificates_are_good_and_bad_as_their_names_say(authority: Authority):
    context = ssl.create_default_context(cafile=str(authority.ca))

    def connect(certificate: Certificate) -> bytes:
        with contextlib.closing(Dovecot(certificate)) as server:
            server.start()
            with (
                socket.create_connection((server.host, server.imaps)) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as connection,
            ):
                return connection.recv(4)

    assert connect(authority.valid()) == b"* OK"
    for bad, why in (
        (authority.expired(), "expired"),
        (authority.wrong_host(), "mismatch"),
        (authority.self_signed(), "self-signed"),
    ):
        with pytest.raises(ssl.SSLCertVerificationError, match=why):
            connect(bad)


def test_a_session_can_start_tls(dovecot: Dovecot, user: str, authority: Authority):
    with imapclient.IMAPClient(dovecot.host, dovecot.imap, ssl=False) as client:
        client.starttls(ssl.create_default_context(cafile=str(authority.ca)))
        client.login(user, dovecot.password)


def test_the_sink_records_envelope_and_bytes(sink: Sink):
    with smtplib.SMTP(sink.host, sink.port, local_hostname="here") as client:
        client.sendmail("", ["gary@harbor.example"], RAW)
    (message,) = sink.wait_for(1)
    assert message == Accepted("", ("gary@harbor.example",), RAW, "")


def test_the_sink_refuses_what_a_test_says(sink: Sink):
    sink.answer = refuse_null_sender
    with smtplib.SMTP(sink.host, sink.port, local_hostname="here") as client:
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("", ["gary@harbor.example"], RAW)
        client.sendmail("dana@roth.example", ["gary@harbor.example"], RAW)
    assert [message.sender for message in sink.received] == ["dana@roth.example"]
    with pytest.raises(TimeoutError, match="1 of 2"):
        sink.wait_for(2, 0.01)


def test_the_sink_asks_for_a_password_over_tls(authority: Authority):
    sink = Sink(tls="starttls", context=authority.valid().server_context(), auth=True)
    sink.start()
    try:
        with smtplib.SMTP(sink.host, sink.port, local_hostname="here") as client:
            client.starttls(context=ssl.create_default_context(cafile=str(authority.ca)))
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("dana", "wrong")
            client.login("dana", PASSWORD)
            client.sendmail("dana@roth.example", ["gary@harbor.example"], RAW)
    finally:
        sink.stop()
    assert sink.received[0].user == "dana"
