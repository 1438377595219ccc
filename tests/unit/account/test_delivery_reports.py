"""A delivery report, and what it says about a reply of ours: whose recipient, that it failed, for good or for now."""

import pytest

from triaged.account.evidence import Failure, failures, returned_ids
from triaged.core.message import Message, read_raw

RETURNED = b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <triaged.1@roth.example>\r\n\r\nx\r\n--b--\r\n"


def report(*groups: str, header: str = "") -> tuple[Message, bytes]:
    body = "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n" + "\r\n\r\n".join(groups)
    raw = f"From: mailer-daemon@x.example\r\nTo: dana@roth.example\r\n{header}Subject: Undelivered\r\n\r\n".encode()
    text = body.encode() + b"\r\n\r\n" + RETURNED
    return read_raw(raw + text), text


def found(*groups: str, header: str = "") -> list[Failure]:
    return failures(*report(*groups, header=header))


GARY = "Final-Recipient: rfc822; Gary@harbor.example\r\nAction: failed\r\nStatus: 5.1.1"


def test_the_recipient_and_the_status_are_read():
    assert found(GARY) == [Failure(frozenset({"gary@harbor.example"}), "5.1.1")]
    assert returned_ids(report(GARY)[1], ()) == ("<triaged.1@roth.example>",)


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_what_has_not_failed_says_nothing(action: str):
    assert found(GARY.replace("failed", action)) == []


@pytest.mark.parametrize(("status", "lasting"), [("5.1.1", True), ("4.4.7", False), ("", True)])
def test_a_passing_trouble_is_no_dead_address(status: str, *, lasting: bool):
    [failure] = found(GARY.replace("Status: 5.1.1", f"Status: {status}" if status else "X: y"))
    assert failure.is_lasting is lasting


def test_each_recipient_has_a_group_of_its_own():
    anne = "Original-Recipient: rfc822;anne@harbor.example\r\nAction: delayed\r\nStatus: 4.2.2"
    assert [one.recipients for one in found(anne, GARY)] == [{"gary@harbor.example"}]


def test_exim_and_google_name_the_recipient_in_the_header():
    raw = b"From: mailer-daemon@x.example\r\nX-Failed-Recipients: gary@harbor.example\r\nSubject: Mail delivery failed\r\n\r\n"
    message = read_raw(raw + RETURNED)
    assert failures(message, RETURNED) == [Failure(frozenset({"gary@harbor.example"}), "")]


def test_an_ordinary_mail_says_nothing():
    assert failures(read_raw(b"From: a@b.example\r\n\r\nhello\r\n"), b"hello\r\n") == []
