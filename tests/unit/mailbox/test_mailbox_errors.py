"""What servers say becomes the right kind of trouble."""

import imaplib
import ssl
from datetime import timedelta

import pytest

from triaged.core.errors import TriagedError
from triaged.core.heard import Hidden, heard
from triaged.mailbox.errors import (
    AuthFailed,
    Garbled,
    Insecure,
    Lost,
    MailboxError,
    Refused,
    Throttled,
    Unavailable,
    farewell,
    refusal,
    response_code,
    sign_in_refusal,
    translate,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[AUTHENTICATIONFAILED] Authentication failed.", AuthFailed),
        ("[AUTHORIZATIONFAILED] no such proxy", AuthFailed),
        ("[EXPIRED] password expired", AuthFailed),
        ("LOGIN failed.", AuthFailed),
        ("[UNAVAILABLE] Temporary authentication failure.", Unavailable),
        ("[LIMIT] Maximum number of connections from user+IP exceeded", Unavailable),
        ("[ALERT] Too many simultaneous connections. (Failure)", Unavailable),
        ("User is authenticated but not connected.", Unavailable),
        ("[INUSE] locked", Unavailable),
        ("Server Unavailable. 15", Unavailable),
        ("Zu viele Zugriffsversuche", Unavailable),
        ("Request is throttled. Suggested Backoff Time: 89123 milliseconds", Throttled),
        ("[PRIVACYREQUIRED] use TLS", Insecure),
    ],
)
def test_a_refused_sign_in_is_wrong_credentials_only_when_nothing_else_is_said(text: str, kind: type[MailboxError]):
    assert type(sign_in_refusal(text)) is kind


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ("Request is throttled. Suggested Backoff Time: 299000 milliseconds", timedelta(seconds=299)),
        ("throttled, Suggested Backoff Time: 12 seconds", timedelta(seconds=12)),
        ("Request is throttled.", None),
    ],
)
def test_a_throttling_server_names_its_own_pause(text: str, pause: timedelta | None):
    error = refusal("NO", text)
    assert isinstance(error, Throttled)
    assert error.retry_after == pause


@pytest.mark.parametrize("code", ["OVERQUOTA", "TRYCREATE", "NONEXISTENT", "CANNOT", "NOPERM", "EXPUNGEISSUED"])
def test_a_refusal_carries_its_code_and_the_words(code: str):
    error = refusal("NO", f"[{code}] because of reasons")
    assert isinstance(error, Refused)
    assert (error.code, error.text) == (code, f"[{code}] because of reasons")


def test_a_bad_without_a_code_is_told_as_such():
    error = refusal("BAD", "Command Argument Error. 11")
    assert isinstance(error, Refused)
    assert error.code == "BAD"


def test_a_goodbye_ends_the_connection_and_may_ask_for_a_pause():
    assert type(farewell("Autologout; idle for too long")) is Lost
    assert type(farewell("Request is throttled. Suggested Backoff Time: 5000 milliseconds")) is Throttled
    assert type(farewell("[UNAVAILABLE] maintenance")) is Unavailable


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (imaplib.IMAP4.abort("socket error: EOF"), Lost),
        (imaplib.IMAP4.readonly("mailbox status changed to READ-ONLY"), Lost),
        (imaplib.IMAP4.error("got more than 1000000 bytes"), Lost),
        (ConnectionResetError(104, "Connection reset by peer"), Lost),
        (TimeoutError("timed out"), Lost),
        (ssl.SSLEOFError("EOF occurred"), Lost),
        (EOFError(), Lost),
        (KeyError("FLAGS"), Garbled),
        (MemoryError(), Garbled),
        (ValueError("no number"), Garbled),
    ],
)
def test_whatever_a_library_raises_is_a_lost_connection(error: Exception, kind: type[MailboxError]):
    assert type(translate(error)) is kind
    assert isinstance(translate(error), TriagedError)


def test_a_servers_words_are_one_short_printable_line():
    assert heard(b"a\r\nb\x00c\x1b[31m " + b"x" * 1000).startswith("a b c [31m xxx")
    assert len(heard("y" * 10_000)) == 301


def test_a_secret_that_a_server_echoes_is_not_repeated():
    assert Hidden("dana", "hunter2").out_of('BAD unknown: LOGIN dana "hunter2"') == 'BAD unknown: LOGIN dana "…"'


def test_a_text_without_a_response_code_has_none():
    assert response_code("no [") == ""
    assert response_code("sorry [tryCreate x]") == "TRYCREATE"
