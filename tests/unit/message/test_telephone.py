"""Voicemail and missed-call notices: of each system, of configured senders, and not of anybody who writes like one."""

import pytest

from triaged.core.address import Glob
from triaged.core.callnumbers import e164
from triaged.core.message import Message, read_raw
from triaged.core.telephone import Callers, Notice, read_notice

ASTERISK_TEXT = (
    "Dear Dana:\n\n\tJust wanted to let you know you were just left a 0:12 long message (number 3)\n"
    'in mailbox 1001 from "Gary" <+442079460018>, on Tuesday, so you might\nwant to check it when you get a chance.\n'
)


def mail(sender: str, subject: str, *fields: str, body: str = "x", audio: str = "") -> Message:
    lines = [f"From: {sender}", f"Subject: {subject}", *fields]
    if audio:
        body = f"--b\n\n{body}\n--b\nContent-Type: {audio}\n\nx\n--b--"
        lines.append("Content-Type: multipart/mixed; boundary=b")
    return read_raw("\n".join([*lines, "", body, ""]).encode())


def notice(message: Message, *senders: str, region: str | None = "US", authenticated: bool = True) -> Notice | None:
    callers = Callers(tuple(Glob.parse(sender) for sender in senders), region)
    return read_notice(message, callers, authenticated=authenticated)


GOOGLE = "Google Voice <voice-noreply@google.com>"
RING = "RingCentral <notify@ringcentral.com>"
CLASS = "Content-Class: voice"
CALLING = "X-CallingTelephoneNumber: +442079460018"
ASTERISK_ID = "Message-ID: <Asterisk-3-1-1001@pbx.example>"
GARY = "+442079460018"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (mail(GOOGLE, "New voicemail from (917) 359-5785 at 3:18 PM"), Notice("voicemail", "+19173595785", "", "Google Voice")),
        (mail(GOOGLE, "New voicemail from Pat Sample at 7:40 PM"), Notice("voicemail", None, "Pat Sample", "Google Voice")),
        (mail(GOOGLE, "New missed call from (212) 555-0177"), Notice("missed-call", "+12125550177", "", "Google Voice")),
        (mail(RING, "New Voice Message from Jane Example (212) 555-1234 on 11/2/2026 3:04 PM"), Notice("voicemail", "+12125551234", "Jane Example", "RingCentral")),
        (mail(RING, "New Call from Jane Example (212) 555-1234"), Notice("missed-call", "+12125551234", "Jane Example", "RingCentral")),
        (mail(RING, "New Voice Message from <No CallerID> on 11/2/2026 3:04 PM"), Notice("voicemail", None, "", "RingCentral")),
        (mail("Asterisk PBX <asterisk@pbx.example>", "[PBX]: New message 3 in mailbox 1001", ASTERISK_ID, body=ASTERISK_TEXT), Notice("voicemail", GARY, "Gary", "Asterisk")),
        (mail("pbx@pbx.example", "New voicemail from 2125551234 in mailbox 1001", ASTERISK_ID), Notice("voicemail", "+12125551234", "", "Asterisk")),
        (
            mail("pbx@pbx.example", "New message 3 in mailbox 1001", "X-Asterisk-VM-Caller-ID-Num: +442079460018", "X-Asterisk-VM-Caller-ID-Name: Gary"),
            Notice("voicemail", GARY, "Gary", "Asterisk"),
        ),
        (mail("voicemail@sipgate.de", "sipgate Voicemail: Sie haben eine neue Nachricht"), Notice("voicemail", None, "", "sipgate")),
        (mail("gary@harbor.example", "Voice mail from Gary", CLASS, CALLING, "X-VoiceMessageSenderName: Gary S"), Notice("voicemail", GARY, "Gary S", "Exchange")),
        (mail("um@harbor.example", "Verpasster Anruf von Gary", "Content-Class: missedcall", CALLING), Notice("missed-call", GARY, "Gary", "Exchange")),
        (mail("um@harbor.example", "Call", "Content-Class: missedcall", CALLING), Notice("missed-call", GARY, "", "Exchange")),
        (mail("noreply@skype.voicemail.microsoft.com", "Voicemail (34 seconds)", audio="audio/mp3"), Notice("voicemail", None, "", "Teams")),
        (mail("noreply@skype.voicemail.microsoft.com", "Voice Mail (12 seconds)", body="You received a voice mail from +44 20 7946 0018."), Notice("voicemail", GARY, "", "Teams")),
        (mail("pbx@pbx.example", "New message 3 in mailbox 1001", ASTERISK_ID, body="Vous avez un message vocal de +44 20 7946 0018."), Notice("voicemail", GARY, "", "Asterisk")),
        (mail("noreply@3cx.net", "New Voicemail from Gary (212) 555-1234"), Notice("voicemail", "+12125551234", "Gary", "3CX")),
        (mail("noreply@3cx.net", "Neue Sprachnachricht"), Notice("voicemail", None, "", "3CX")),
        (mail("vm@pbx.example", 'Voicemail from "GARY" <+442079460018> 0:32', "X-Voicemail-Length: 32"), Notice("voicemail", GARY, "GARY", "FreeSWITCH")),
        (mail("a@justcall.io", "New voicemail", body="You have a new voicemail from Gary(+442079460018) on 3 May."), Notice("voicemail", GARY, "Gary", "JustCall")),
        (mail("no-reply@zoom.us", "x", audio="audio/mpeg"), Notice("voicemail", None, "", "Zoom Phone")),
        (mail("pbx@harbor.example", "Message vocal de +442079460018", audio='application/x; name="m.wav"'), Notice("voicemail", GARY, "", "telephone system")),
        (mail("pbx@harbor.example", "Nouveau message vocal de Gary", audio="audio/x-wav"), Notice("voicemail", None, "Gary", "telephone system")),
        (mail("pbx@harbor.example", "Mensaje de voz de desconocido", audio="audio/x-wav"), Notice("voicemail", None, "", "telephone system")),
        (mail("pbx@harbor.example", "Sprachnachricht von unterdrückt", audio="audio/x-wav"), Notice("voicemail", None, "", "telephone system")),
    ],
)  # fmt: skip
def test_the_notices_of_each_system_are_read(message: Message, expected: Notice) -> None:
    assert notice(message) == expected


@pytest.mark.parametrize(
    "message",
    [
        mail(GOOGLE, "New text message from John Doe (212) 555-4567"),
        mail(RING, "New Fax Message from Jane Example (212) 555-1234"),
        mail("gary@harbor.example", "New Call from Gary (212) 555-1234"),
        mail("noreply@3cx.net", "Your 3CX Report is ready"),
        mail("noreply@sipgate.de", "News", audio="audio/mpeg"),
        mail("gary@harbor.example", "Voice message from Bob"),
        mail("gary@harbor.example", "Fwd: Voicemail from Bob"),
        mail("gary@harbor.example", "song", audio="audio/mpeg"),
        mail("gary@harbor.example", "Recall: offer", "X-CallingTelephoneNumber: IPM.Note", "X-VoiceMessageDuration: 1"),
        mail("gary@harbor.example", "Voicemail from Bob", "X-CallingTelephoneNumber: IPM.Note"),
        mail("gary@harbor.example", "Fax", "Content-Class: fax", CALLING),
        mail("a, b@c.example", "Voicemail from Bob", CLASS, CALLING),
    ],
)  # fmt: skip
def test_what_is_no_notice_is_none(message: Message) -> None:
    assert notice(message) is None


def test_nobody_is_believed_unless_authenticated_or_configured() -> None:
    forged = mail(GOOGLE, "New voicemail from (917) 359-5785", audio="audio/mpeg")

    assert notice(forged, authenticated=False) is None
    assert notice(forged, "voice-noreply@google.com", authenticated=False) is not None


@pytest.mark.parametrize(
    "subject", ["Verpasster Anruf von 030 1234567", "FRITZ!Box: Anruf von 030 1234567", "Call from 030 1234567"]
)
def test_a_configured_sender_may_write_its_own_way(subject: str) -> None:
    message = mail("box@fritz.example", subject)

    assert notice(message, "box@fritz.example", region="DE", authenticated=False) == Notice(
        "missed-call", "+49301234567", "", "telephone system"
    )
    assert notice(message, "else@fritz.example", region="DE", authenticated=False) is None


def test_other_mail_of_a_configured_sender_is_no_notice() -> None:
    assert notice(mail("box@fritz.example", "Your monthly report"), "box@fritz.example") is None


def test_headers_name_the_caller_before_the_subject_does() -> None:
    message = mail(
        "um@harbor.example", "Voice mail from Tom (212) 555-1234", CLASS, "X-CallingTelephoneNumber: tel:+442079460018"
    )

    assert notice(message) == Notice("voicemail", GARY, "Tom", "Exchange")


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("+44 20 7946 0018", None, GARY),
        ("020 7946 0018", "GB", GARY),
        ("020 7946 0018", None, None),
        ("030 / 123 45 67", "DE", "+49301234567"),
        ("0049 30 1234567", "DE", "+49301234567"),
        ("110", "DE", None),
        ("102", "US", None),
        ("anonymous", "DE", None),
        ("9" * 400, "DE", None),
        ("", "DE", None),
    ],
)
def test_numbers_become_e164(number: str, region: str | None, expected: str | None) -> None:
    assert e164(number, region) == expected
