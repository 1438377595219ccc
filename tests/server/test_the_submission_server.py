"""Postfix takes mail from people who sign in, and brings it where a test says."""

import smtplib
import ssl
from collections.abc import Callable

import pytest

from server.certificates import Authority
from server.dovecot import PASSWORD, Dovecot
from server.postfix import Postfix, Routes
from server.processes import until
from server.sink import Sink

pytestmark = pytest.mark.server
RAW = b"From: Dana <dana@roth.example>\r\nTo: gary@harbor.example\r\nSubject: Re: hi\r\n\r\nhello\r\n"
Postfixes = Callable[..., Postfix]


def submit(postfix: Postfix, user: str, authority: Authority, *, sender: str, to: str) -> None:
    with smtplib.SMTP(postfix.host, postfix.smtp, local_hostname="here") as client:
        client.starttls(context=ssl.create_default_context(cafile=str(authority.ca)))
        client.login(user, PASSWORD)
        client.sendmail(sender, [to], RAW)


def test_mail_reaches_the_sink_with_a_null_sender(postfixes: Postfixes, user: str, sink: Sink, authority: Authority):
    postfix = postfixes(Routes(others=sink))
    submit(postfix, user, authority, sender="", to="gary@harbor.example")
    (message,) = sink.wait_for(1)
    assert (message.sender, message.recipients) == ("", ("gary@harbor.example",))
    assert message.raw.endswith(b"\r\n\r\nhello\r\n")
    with (
        smtplib.SMTP(postfix.host, postfix.smtp, local_hostname="here") as client,
        pytest.raises(smtplib.SMTPRecipientsRefused),
    ):
        client.sendmail("a@b.example", ["gary@harbor.example"], RAW)


def test_a_null_sender_can_be_refused_and_implicit_tls_is_offered(
    postfixes: Postfixes, dovecot: Dovecot, user: str, sink: Sink, authority: Authority
):
    postfix = postfixes(Routes(others=sink), refuses_null_sender=True)
    context = ssl.create_default_context(cafile=str(authority.ca))
    with smtplib.SMTP_SSL(postfix.host, postfix.smtps, local_hostname="here", context=context) as client:
        client.login(user, dovecot.password)
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="null sender"):  # Postfix tells it after RCPT
            client.sendmail("", ["gary@harbor.example"], RAW)
        client.sendmail("dana@roth.example", ["gary@harbor.example"], RAW)
    assert [message.sender for message in sink.wait_for(1)] == ["dana@roth.example"]


def test_what_cannot_be_delivered_comes_back_as_a_report(
    postfixes: Postfixes, dovecot: Dovecot, user: str, sink: Sink, authority: Authority
):
    sink.answer = lambda stage, _: "550 5.1.1 Nobody of that name" if stage == "rcpt" else None
    postfix = postfixes(Routes(others=sink, domains={"dovecot.example": dovecot}))
    submit(postfix, user, authority, sender=f"{user}@dovecot.example", to="nobody@harbor.example")
    (report,) = until(lambda: dovecot.messages(user), 20, "the report comes back")
    assert report.raw.startswith(b"Return-Path: <>\r\n")
    assert b"multipart/report" in report.raw
