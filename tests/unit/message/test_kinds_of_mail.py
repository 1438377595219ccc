"""What sort of message it is: courtesy, invitation, report, automatic answer, list; robots; STOP."""

import pytest

from triaged.core import robots
from triaged.core.address import Address
from triaged.core.courtesy import is_thanks
from triaged.core.kinds import AUTOMATIC, is_automatic, is_stop, kinds_of
from triaged.core.message import Message, read_raw
from triaged.core.telephone import Notice


def mail(body: str = "Hello Dana, please ring me.", *fields: str, subject: str = "Re: Offer") -> Message:
    lines = (
        "From: Gary Smith <gary@harbor.example>",
        "To: Dana Roth <dana@roth.example>",
        f"Subject: {subject}",
        *fields,
    )
    return read_raw("\n".join((*lines, "", body, "")).encode())


def kinds(message: Message) -> set[str]:
    return set(kinds_of(message, None))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Thanks!",
            "thanks dana",
            "Thank you so much, Dana!",
            "Thanks for your quick reply!",
            "Many thanks.\n\nBest regards,\nGary Smith",
        ),
        *(
            "ok",
            "OK, thanks",
            "Great",
            "Perfect, thank you!",
            "Got it, thanks.",
            "That's great, thanks a lot for your help!",
            "Thx :)",
            "👍",
            "🙏 thank you",
        ),
        *(
            "Danke!",
            "Vielen Dank, Dana!",
            "Danke für die schnelle Antwort.",
            "Alles klar, danke dir!\n\nLG Gary",
            "Ok, passt.",
            "Super, danke",
            "Besten Dank\nMit freundlichen Grüßen\nG. Smith",
        ),
        *(
            "Merci",
            "Merci beaucoup pour votre aide",
            "D'accord, merci",
            "Parfait, merci !\n\nCordialement,\nGary",
            "C’est noté.",
        ),
        *("Gracias", "Muchas gracias por tu ayuda", "Vale, gracias", "Perfecto. Un saludo, Gary", "De acuerdo"),
        "Thanks!\n\nOn Tue, 24 Nov 2026 at 10:00, Dana <dana@roth.example> wrote:\n> Can you send the invoice?\n",
        "Thanks!\n-- \nGary Smith\nHarbor Trust\n",
        "Thanks!\n\nBest regards,\nGary\nDirector, Harbor Trust\n+44 20 7946 0018",
        "Thanks,\nGary\nHead of Finance\nwww.harbor.example",
        "Danke!\n\nMit freundlichen Grüßen\nGary\nLeiter der Harbor GmbH\nTel. 030 123456 | info@harbor.example",
    ],
)
def test_nothing_but_thanks_is_a_courtesy(text: str) -> None:
    assert kinds(mail(text)) == {"courtesy"}
    assert not is_automatic(mail(text), frozenset({"courtesy"}))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Thanks?",
            "Thanks, but it is still broken",
            "ok, call me",
            "no thanks",
            "Not ok",
            "Thanks. When will you call?",
            "Thanks, urgent!",
        ),
        *(
            "Gary",
            "Hello Dana",
            "yes",
            "Yes please",
            "Please ring me",
            "help",
            "Thanks, help!",
            "Thank you for calling me back today",
            "Danke, aber nein",
            "Danke nein",
        ),
        *(
            "",
            ">",
            "Thanks " * 40,
            "Best regards\nGary",
            "Merci de me rappeler",
            "Gracias, pero no funciona",
            "the quick reply",
        ),
        "Thanks!\n\nBest regards,\nGary\n\nPS: please ring me on +44 20 7946 0018",
        "Thanks!\n\nBest regards,\nGary\n\nCan you ring me today\n+44 20 7946 0018",
        "Thank you\n\nGary\nCall me\n+44 20 7946 0018",
        "Thanks\nGary\nURGENT",
    ],
)
def test_one_word_more_and_it_is_none(text: str) -> None:
    assert "courtesy" not in kinds(mail(text))


def test_thanks_below_a_subject_of_its_own_may_close_a_request() -> None:
    assert kinds(mail("Thanks!", subject="Server down")) == set()
    assert kinds(mail("Thanks!", subject="Thank you")) == {"courtesy"}
    assert kinds(mail("Thanks!", "References: <1@roth.example>", subject="Server down")) == {"courtesy"}


def test_thanks_with_an_attachment_bring_something() -> None:
    body = '--b\n\nThanks!\n--b\nContent-Type: application/pdf; name="invoice.pdf"\n\nx\n--b--\n'

    assert kinds(mail(body, "Content-Type: multipart/mixed; boundary=b")) == set()


def test_names_are_those_that_are_given() -> None:
    assert is_thanks("thanks zoe", frozenset({"zoe"}))
    assert not is_thanks("thanks zoe", frozenset())


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (mail("x", "Content-Type: text/calendar; method=REQUEST", subject="Invitation: call"), {"invitation"}),
        (
            mail(
                "--b\n\nx\n--b\nContent-Type: text/calendar\n\nx\n--b--",
                "Content-Type: multipart/alternative; boundary=b",
            ),
            {"invitation"},
        ),
        (mail("x", "Content-class: urn:content-classes:calendarmessage"), {"invitation"}),
        (mail("x", "Content-Type: multipart/report; boundary=b"), {"delivery-report"}),
        (
            mail("--b\nContent-Type: message/delivery-status\n\nx\n--b--", "Content-Type: multipart/mixed; boundary=b"),
            {"delivery-report"},
        ),
        (mail("x", "X-Failed-Recipients: a@b.example"), {"delivery-report"}),
        (mail("x", "Return-Path: <>", subject="Undelivered Mail Returned to Sender"), {"delivery-report"}),
        (mail("x", "Auto-Submitted: auto-replied", subject="Gelesen: Offer"), {"delivery-report"}),
        (mail("x", "Auto-Submitted: auto-replied (vacation)"), {"auto-reply"}),
        (mail("x", "Auto-Submitted: Auto-Replied; owner-email=x"), {"auto-reply"}),
        (mail("x", "X-Autoreply: yes"), {"auto-reply"}),
        (mail("x", "X-Apple-Action: VACATION", "X-Apple-Criteria: x"), {"auto-reply"}),
        (mail("x", "X-Apple-Action: MOVE_TO_FOLDER/INBOX"), set()),
        (mail("x", "Precedence: auto_reply"), {"auto-reply"}),
        (mail("x", "X-POST-MessageClass: 9; Autoresponder"), {"auto-reply"}),
        (mail("x", "Delivered-To: Autoresponder"), {"auto-reply"}),
        (mail("x", subject="Automatic reply: Offer"), {"auto-reply"}),
        (mail("x", subject="Automatische Antwort: Angebot"), {"auto-reply"}),
        (mail("x", subject="AW: Abwesenheitsnotiz: Angebot"), {"auto-reply"}),
        (mail("x", subject="Réponse automatique : Offre"), {"auto-reply"}),
        (mail("x", subject="Respuesta automática: Oferta"), {"auto-reply"}),
        (mail("x", "List-Id: <team.harbor.example>"), {"list"}),
        (mail("x", "List-Unsubscribe: <mailto:x@y.example>"), {"list"}),
        (mail("x", "Precedence: list"), {"list"}),
        (mail("x", "Auto-Submitted: no"), set()),
        (mail("x", "Auto-Submitted: auto-generated"), set()),
        (mail("x", subject="Can we talk about the undelivered goods?"), set()),
        (mail(), set()),
    ],
)
def test_the_kinds_that_a_message_tells_by_itself(message: Message, expected: set[str]) -> None:
    assert kinds(message) == expected


def test_a_notice_gives_its_kind() -> None:
    assert kinds_of(mail("Thanks!"), Notice("missed-call", None, "", "x")) == {"missed-call"}


@pytest.mark.parametrize(
    "field",
    [
        *(
            "Auto-Submitted: auto-generated",
            "Auto-Submitted: auto-notified",
            "Auto-Submitted: notification",
            "Precedence: bulk",
            "X-Precedence: junk",
            "Preference: bulk",
        ),
        *(
            "Return-Path: <>",
            "Return-Path: <bounce-12@mail.harbor.example>",
            "Sender: no-reply@harbor.example",
            "Feedback-ID: x",
            "X-GitHub-Reason: x",
            "X-Loop: yes",
        ),
        *("List-Id: x", "X-MS-Exchange-Inbox-Rules-Loop: x", "X-SES-Outgoing: x", "X-Mailer: vacation"),
    ],
)
def test_every_sign_of_a_robot_counts(field: str) -> None:
    message = mail("Hello", field)

    assert is_automatic(message, kinds_of(message, None))


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: no (a person)",
        "Precedence: first-class",
        "X-Loop: x",
        "X-MS-Has-Attach: yes",
        "X-Mailer: Mutt",
        "Return-Path: <gary@harbor.example>",
    ],
)
def test_a_person_is_no_robot(field: str) -> None:
    message = mail("Hello", field)

    assert not is_automatic(message, kinds_of(message, None))


@pytest.mark.parametrize("kind", sorted(AUTOMATIC))
def test_every_automatic_kind_counts(kind: str) -> None:
    assert is_automatic(mail(), frozenset({kind}))


def test_one_automatic_value_among_several_counts() -> None:
    assert (
        robots.auto_submitted(mail("x", "Auto-Submitted: no", "Auto-Submitted: Auto-Generated (x); y=z"))
        == "auto-generated"
    )


@pytest.mark.parametrize(
    "local",
    [
        *(
            "MAILER-DAEMON",
            "mailerdaemon",
            "postmaster",
            "no-reply",
            "noreply",
            "orders-noreply",
            "no_reply.2",
            "noreply+x",
            "donotreply",
            "nicht-antworten",
            "auto-confirm",
        ),
        *(
            "bounce-1",
            "x-bounces+y",
            "owner-list",
            "list-request",
            "notifications",
            "newsletter",
            "srs0=a=b=c=d",
            "microsoftexchange" + "0" * 32,
            "www-data",
            "root",
        ),
    ],
)
def test_local_parts_of_robots(local: str) -> None:
    assert robots.is_robot(Address(local, "harbor.example"))


@pytest.mark.parametrize(
    "local",
    [
        "gary",
        "info",
        "support",
        "admin",
        "norepl",
        "newsome",
        "rooth",
        "alerta.maria",
        "bounceback.mike",
        "systemsadmin",
    ],
)
def test_local_parts_of_people(local: str) -> None:
    assert not robots.is_robot(Address(local, "harbor.example"))


def test_outlook_recalls_are_known_by_subject_and_field() -> None:
    assert robots.is_recall(mail("x", "X-CallingTelephoneNumber: IPM.Note", subject="Recall: Offer"))
    assert not robots.is_recall(mail("x", subject="Rückruf: heute noch?"))


def test_receipts_are_known() -> None:
    assert robots.is_receipt(mail("x", subject="Read: Offer"))
    assert not robots.is_receipt(mail("x", subject="Reading: list"))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("STOP", "en", True),
        ("stop.", "de", True),
        ("Stop, merci", "fr", True),
        ("Désinscription", "fr", True),
        ("Stop, s'il vous plaît.", "fr", True),
        ("stop por favor", "es", True),
        ("Darme de baja", "es", True),
        ("Stopp, danke!", "de", True),
        ("stop merci de la réponse, et le toit ?", "fr", False),
        ("Stopp!", "de", True),
        ("Stopp!", "en", False),
        ("Arrêtez", "fr", True),
        ("Baja", "es", True),
        ("Unsubscribe", "fr", True),
        ("STOP\n\nOn 3 May 2026, Dana wrote:\n> I have your message\n", "en", True),
        ("Stop\n-- \nGary", "de-AT", True),
        ("Please stop sending me these, thank you.", "en", True),
        ("Arrêt, svp", "fr", True),
        ("Merci d'arrêter s'il te plaît", "fr", True),
        ("Bitte keine automatischen Mails mehr, danke!", "de", True),
        ("No más correos, por favor", "es", True),
        ("Muchas gracias. Baja, por favor.", "es", True),
        ("Thank you, please", "en", False),
        ("Bitte, danke", "de", False),
        ("Please stop the printer, thanks", "en", False),
        ("Stop the machine", "en", False),
        ("please do not stop", "en", False),
        ("", "en", False),
        ("x" * 200, "en", False),
    ],
)
def test_stop_alone_in_the_new_text(text: str, language: str, *, expected: bool) -> None:
    assert is_stop(mail(text), language) is expected
