"""Who rang: where a number ends, which layouts telephone systems have, and the numbers of clients in a believed notice."""

import pytest

from triaged.core.address import Glob
from triaged.core.message import Message, read_raw
from triaged.core.telephone import Callers, Notice, read_notice

PBX = (Glob.parse("pbx@roth.example"),)
BERLIN, GARY = "+493022334455", "+442079460018"


def mail(subject: str, body: str = "x", *, sender: str = "pbx@roth.example", audio: str = "") -> Message:
    lines = [f"From: {sender}", f"Subject: {subject}"]
    if audio:
        body = f"--b\n\n{body}\n--b\nContent-Type: {audio}\n\nx\n--b--"
        lines.append("Content-Type: multipart/mixed; boundary=b")
    return read_raw("\n".join([*lines, "", body, ""]).encode())


def read(message: Message, *, senders: tuple[Glob, ...] = PBX, region: str = "DE") -> Notice | None:
    callers = Callers(senders, region, lambda number: number in (BERLIN, GARY))
    return read_notice(message, callers, authenticated=True)


@pytest.mark.parametrize(
    "caller",
    [
        "030 22334455 (0:12)",
        "030 22334455 - 15:04",
        "030 22334455 24.11.2026 15:04",
        "030 22334455, 24.11.2026, 15:04 Uhr",
        "030/22334455",
        "030/22334455 am 24.11.2026 um 15.04 Uhr",
        "(030) 22334455 (12 Sekunden)",
        "030 2233 4455 (34 seconds)",
        "+49 30 22334455 2026-11-24 15:04:10",
        "0049-30-22334455 11/24/2026 3:04 PM",
        "Anna Berg (030 22334455) 0:12",
        "030 22334455",
    ],
)
def test_the_number_ends_where_it_ends(caller: str) -> None:
    found = read(mail(f"Voicemail von {caller}"))
    assert found is not None
    assert found.number == BERLIN
    assert found.name in {"", "Anna Berg"}


@pytest.mark.parametrize(
    ("number", "expected"), [("01 23 45 67 89 15:04", "+33123456789"), ("01.23.45.67.89 (0:12)", "+33123456789")]
)
def test_numbers_in_pairs_are_no_dates(number: str, expected: str) -> None:
    found = read(mail(f"Message vocal de {number}"), region="FR")
    assert found is not None
    assert found.number == expected


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        # Exchange and Teams
        ("Voice Mail from Gary Smith +44 20 7946 0018 (10 seconds)", "voicemail"),
        ("Voicemail von Gary Smith +44 20 7946 0018 (10 Sekunden)", "voicemail"),
        ("Message vocal de +44 20 7946 0018 (10 secondes)", "voicemail"),
        ("Correo de voz de +44 20 7946 0018 (10 segundos)", "voicemail"),
        ("Messaggio vocale da +44 20 7946 0018 (10 secondi)", "voicemail"),
        ("Voicemail van +44 20 7946 0018 (10 seconden)", "voicemail"),
        ("Missed call from +44 20 7946 0018", "missed-call"),
        ("Verpasster Anruf von +44 20 7946 0018", "missed-call"),
        ("Appel manqué de +44 20 7946 0018", "missed-call"),
        ("Llamada perdida de +44 20 7946 0018", "missed-call"),
        ("Chiamata persa da +44 20 7946 0018", "missed-call"),
        ("Gemiste oproep van +44 20 7946 0018", "missed-call"),
        # Cisco, Avaya, BroadWorks, 3CX, FRITZ!Box, FreePBX, sipgate, SprachBox
        ("Message from Gary Smith (+442079460018)", "voicemail"),
        ("Voicemail Message (Gary > 1001) From:+442079460018", "voicemail"),
        ("Voice Message From Gary Smith (+442079460018)", "voicemail"),
        ("Neue Voicemail von Gary (+44 20 7946 0018)", "voicemail"),
        ("Nuovo messaggio vocale da Gary (+44 20 7946 0018)", "voicemail"),
        ("FRITZ!Box: Anruf von +44 20 7946 0018", "missed-call"),
        ("Anruf von +44 20 7946 0018 auf Ihrem FRITZ!Box-Anrufbeantworter", "voicemail"),
        ("Cisco Unity Connection: Message from +44 20 7946 0018", "voicemail"),
        ("Voicemail from (442079460018)", "voicemail"),
        ("Voicemail from 44 20 7946 0018", "voicemail"),
        ('Voicemail from "Gary" <442079460018>', "voicemail"),
        ("[FRITZ!Box] Neue Nachricht auf dem Anrufbeantworter von +44 20 7946 0018", "voicemail"),
        ("New VoiceMail from +442079460018 in mailbox 1001", "voicemail"),
        ("Neue Nachricht in Ihrer SprachBox von +44 20 7946 0018", "voicemail"),
        ("Voicemail von +44 20 7946 0018 (1 Minute 2 Sekunden)", "voicemail"),
        ("Segreteria telefonica da +44 20 7946 0018 (12 secondi)", "voicemail"),
        ("FRITZ!Box-Anrufbeantworter: neue Nachricht von +44 20 7946 0018 (0:12)", "voicemail"),
        ("Ihre SprachBox: 1 neue Nachricht von +44 20 7946 0018", "voicemail"),
        ("Nouveau message sur votre répondeur de +44 20 7946 0018", "voicemail"),
        ("Nuevo mensaje en el buzón de voz de +44 20 7946 0018", "voicemail"),
        ("Nieuw bericht in uw voicemail van +44 20 7946 0018", "voicemail"),
        ('New message 1 in mailbox 1001 from "Gary Smith" <442079460018>', "voicemail"),
        # the number of a client, in whatever words
        ("Anruf +44 20 7946 0018 um 15:04 verpasst", "missed-call"),
        ("CLI 442079460018 -> 1001: +442079460018", "missed-call"),
        ("AB: +44 20 7946 0018, Sprachnachricht", "voicemail"),
    ],
)
def test_layouts_of_telephone_systems_name_the_caller(subject: str, kind: str) -> None:
    found = read(mail(subject))
    assert found is not None
    assert (found.kind, found.number) == (kind, GARY)


@pytest.mark.parametrize(
    "label",
    [
        "Nummer:",
        "Rufnummer:",
        "Anrufer:",
        "Number:",
        "Caller ID:",
        "From:",
        "Numéro :",
        "Número:",
        "Numero:",
        "Telefoonnummer:",
    ],
)
def test_the_text_may_name_the_caller_after_a_word_for_a_number(label: str) -> None:
    found = read(
        mail("Ihre Telefonanlage meldet", f"Datum: 24.11.2026 15:04\n{label} +44 20 7946 0018\nNebenstelle: 12\n")
    )
    assert found is not None
    assert (found.kind, found.number) == ("missed-call", GARY)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Fax from +44 20 7946 0018", "x"),
        ("Your monthly report", "In November +44 20 7946 0018 rang you twice."),
        ("+44 20 7946 0018 and 030 22334455", "x"),
        ("Anruf um 15:04", "Nummer: 089 1234567"),
    ],
)
def test_what_names_no_single_client_is_no_notice_by_its_number(subject: str, body: str) -> None:
    assert read(mail(subject, body)) is None


def test_only_a_believed_sender_is_heard_by_the_number_alone() -> None:
    assert read(mail("AB +44 20 7946 0018", sender="gary@harbor.example")) is None
    assert read(mail("+44 20 7946 0018", sender="notify@ringcentral.com")) is not None


LEFT = (
    "Gary:\n\n\tJust wanted to let you know you were just left a 0:12 long message (number 3)\n"
    "in mailbox 1001 from +442079460018, on Tuesday.\n\n\t\t--Asterisk\n"
)


@pytest.mark.parametrize(
    ("message", "number"),
    [
        (mail("New message 3 in mailbox 1001", LEFT, sender="Asterisk PBX <asterisk@harbor.example>"), GARY),
        (mail("[PBX]: New message 3 in mailbox 1001", sender="asterisk@harbor.example"), None),
        (mail("PBX", LEFT, sender="asterisk@harbor.example"), GARY),
        (mail("PBX", LEFT.replace("from +", "from "), sender="asterisk@harbor.example"), GARY),
        (mail("New voicemail from +442079460018", sender="freepbx@harbor.example"), GARY),
        (mail("Message vocal", sender="pbx@harbor.example", audio="audio/x-wav"), None),
    ],
)
def test_the_exchange_of_a_client_writes_voicemail_and_no_question(message: Message, number: str | None) -> None:
    found = read(message, senders=())
    assert found is not None
    assert (found.kind, found.number) == ("voicemail", number)


@pytest.mark.parametrize(
    "message",
    [
        mail("New message in mailbox 1001, please ring", sender="gary@harbor.example"),
        mail("Server report", sender="asterisk@harbor.example"),
        mail("Message from our chairman", sender="gary@harbor.example", audio="audio/mpeg"),
        mail("I left a message", "I just left a long message on your telephone", sender="gary@harbor.example"),
    ],
)
def test_a_person_who_writes_about_messages_is_none(message: Message) -> None:
    assert read(message, senders=()) is None


def test_a_number_of_abroad_in_a_header_needs_no_sign_where_it_is_known() -> None:
    message = read_raw(
        b"From: pbx@roth.example\nSubject: New message\nX-Asterisk-VM-Caller-ID-Num: 442079460018\n\nx\n"
    )
    found = read(message)
    assert found is not None
    assert found.number == GARY
