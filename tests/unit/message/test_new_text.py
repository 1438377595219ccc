"""The new part of a text: quotes, signatures, banners and footers cut, what is new below them kept."""

import pytest

from triaged.core.html import Mark
from triaged.core.message import read
from triaged.core.newtext import Scan, cuts_of, scan
from triaged.core.unlistedheaders import Thread

QUOTE = "> Can we talk about the offer?\n> It is urgent."


def scanned(text: str, *, forwarding: bool = False) -> Scan:
    return scan(text, thread=lambda: Thread(forwarding=forwarding))


def new(text: str, *, forwarding: bool = False) -> str:
    return scanned(text, forwarding=forwarding).new_text


def kinds(text: str, *, forwarding: bool = False) -> list[str]:
    return [cut.kind for cut in cuts_of(text, scanned(text, forwarding=forwarding).kinds)]


@pytest.mark.parametrize(
    "header",
    [
        "On Tue, 24 Nov 2026 at 10:00, Dana Roth <dana@roth.example> wrote:",
        "On Tue, 24 Nov 2026 at 10:00, Dana Roth\n<dana@roth.example> wrote:",
        "On Tue, 24 Nov 2026 at 10:00, Dana Roth <\ndana@roth.example>\nwrote:",
        "On 11/24/26 10:00 AM, Dana Roth wrote:",
        "Dana Roth <dana@roth.example> wrote:",
        "Dana Roth wrote on 24/11/2026 10:00:",
        "At 10:00 24.11.2026, you wrote:",
        "In message <1@roth.example> Dana Roth wrote:",
        "Am 24.11.2026 um 10:00 schrieb Dana Roth:",
        "Am Di., 24. Nov. 2026 um 10:00 Uhr schrieb Dana Roth <\ndana@roth.example>:",
        "Dana Roth <dana@roth.example> schrieb am Di., 24. Nov. 2026, 10:00:",
        "Am 24.11.2026 haben Sie geschrieben:",
        "Zitat von Dana Roth <dana@roth.example>:",
        "Le mar. 24 nov. 2026 à 10:00, Dana Roth <dana@roth.example> a écrit :",
        "Le 24/11/2026 à 10:00, Dana Roth a écrit\u00a0:",
        "El mar, 24 nov 2026 a las 10:00, Dana Roth (<dana@roth.example>) escribió:",
        "Op di 24 nov 2026 om 10:00 schreef Dana Roth <dana@roth.example>:",
        "Il giorno mar 24 nov 2026 alle ore 10:00 Dana Roth <dana@roth.example> ha scritto:",
        "Em ter., 24 de nov. de 2026 às 10:00, Dana Roth <dana@roth.example> escreveu:",
        "W dniu 24.11.2026 o 10:00, Dana Roth pisze:",
        "Den tis 24 nov. 2026 kl 10:00 skrev Dana Roth <dana@roth.example>:",
        '24.11.2026, 10:00, "Dana Roth" <dana@roth.example>:',
        "2026-11-24 10:00 GMT+01:00 Dana Roth <dana@roth.example>:",
    ],
)
def test_quotes_go_with_their_headers_in_many_languages(header: str) -> None:
    assert new(f"Please ring me.\n\n{header}\n{QUOTE}\n") == "Please ring me."
    assert new(f"Please ring me.\n\n{header}\n\nCan we talk?\nIt is urgent.\n") == "Please ring me."


@pytest.mark.parametrize(
    "text",
    [
        "Bob wrote:\nthe server is down",
        "On Monday I will call you:\nplease be there",
        "This is what I need:\n1. the offer",
        "On your host run:\n\n  telnet\n\nand tell me",
        "From: Berlin\nTo: Paris\nDate: 3 May\nplease book",
        "Caution: the server is down",
        "Achtung: Server ist ausgefallen!",
        "Hinweis: wir brauchen heute eine Antwort",
        "External audit tomorrow, call me",
        "Confidential: please call me today",
        "Sent from my desk, which is much easier than from my mobile phone.",
        "a -- b\n--\nc\n" + "more\n" * 20,
        "__________\nshort rule",
        "first\n____________________________\nsecond\n" + "more\n" * 10,
        "The e-mail server is down",
        "Warning: the e-mail server is down!",
        "Achtung: Der E-Mail-Server ist ausgefallen",
        "Diese E-Mail kann ich nicht lesen, bitte rufen Sie mich an",
        "This message is intended to ask you for a call",
        "Important notice: your message did not reach us",
        "Attention: the links are broken",
        "Note: x\nTime: 10:00\nPlace: y",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert scan(text) == Scan(text.strip())


@pytest.mark.parametrize(
    "block",
    [
        "From: Dana Roth <dana@roth.example>\nSent: Tuesday, November 24, 2026 10:00 AM\nTo: Gary\nSubject: Offer",
        "*From:* Dana Roth\n*Sent:* Tuesday\n*To:* Gary\n*Subject:* Offer",
        "________________________________\nFrom: Dana Roth\nSent: Tuesday\nTo: Gary\nSubject: Offer",
        "Von: Dana Roth\nGesendet: Dienstag, 24. November 2026 10:00\nAn: Gary\nCc: Tom\nBetreff: Angebot",
        "De\u00a0: Dana Roth\nEnvoyé\u00a0: mardi\nÀ\u00a0: Gary\nObjet\u00a0: Offre",
        "De: Dana\nEnviado el: martes\nPara: Gary\nAsunto: Oferta",
        "Da: Dana\nInviato: martedì\nA: Gary\nOggetto: Offerta",
        "Van: Dana\nVerzonden: dinsdag\nAan: Gary\nOnderwerp: Offerte",
        "De: Dana\nEnviada em: terça\nPara: Gary\nAssunto: Oferta",
        "Date: Tue, 24 Nov 2026\nSubject: Offer\nFrom: dana@roth.example\nTo: gary@harbor.example",
        "-----Original Message-----\nFrom: Dana",
        "-----Ursprüngliche Nachricht-----\nVon: Dana",
        "-------- Original Message --------\nSubject: x",
    ],
)
def test_outlook_blocks_and_separators_cut_to_the_end(block: str) -> None:
    assert new(f"Please ring me.\n\n{block}\n\nIt is urgent.\nvery\n") == "Please ring me."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{QUOTE}\n\nYes, at ten.\n\n> Where?\n\nHere.\n", "Yes, at ten.\n\n\nHere."),
        (f"On 3 May, Dana wrote:\n{QUOTE}\n\nbelow it\n", "below it"),
        ("Please ring.\n-- \nGary Smith\nurgent care Ltd\n", "Please ring."),
        ("Please ring.\n--\nGary\n", "Please ring."),
        ("Please ring.\n-- \nGary: 030 1234\n> old\nbelow\n", "Please ring.\nbelow"),
        (
            "1. x\n____________________________\n" + "2. y\n" * 9,
            "1. x\n____________________________\n" + "2. y\n" * 8 + "2. y",
        ),
        (f"Please ring.\n-- \nGary\nOn 3 May 2026, Dana wrote:\n{QUOTE}\n", "Please ring."),
        ("Please ring.\n\nSent from my iPhone\n", "Please ring."),
        ("Ring mig.\n\nSendt fra min iPhone\n", "Ring mig."),
        ("Ring mig.\n\nSkickat från min iPhone\n", "Ring mig."),
        ("Please ring.\n\nGet Outlook for iOS<https://x>\n", "Please ring."),
        ("Bitte anrufen.\n\nVon meinem iPhone gesendet\n", "Bitte anrufen."),
        ("Bitte anrufen.\n\nGesendet mit der GMX Mail App\n", "Bitte anrufen."),
        ("Appelez.\n\nEnvoyé de mon iPhone\n", "Appelez."),
        ("Llama.\n\nEnviado desde mi iPhone\n", "Llama."),
        (
            "Please ring.\n\nThis e-mail is confidential and intended\nsolely for the addressee. Urgent!\n\nbelow\n",
            "Please ring.\n\n\nbelow",
        ),
        ("Hallo.\n\nDiese E-Mail enthält vertrauliche Informationen.\n", "Hallo."),
        ("Bonjour.\n\nCe message et ses pièces jointes sont confidentiels.\n", "Bonjour."),
        ("Hi.\n\n*** Confidentiality notice: intended recipient only ***\n", "Hi."),
        ("Hi.\n\nDisclaimer\n", "Hi."),
        (
            "CAUTION: This email originated from outside of the organization.\nDo not click links.\n\nPlease ring.\n",
            "Please ring.",
        ),
        ("CAUTION: External email\nPlease ring me today.\n", "Please ring me today."),
        ("[EXTERNAL]\nPlease ring.\n", "Please ring."),
        ("Achtung: Diese E-Mail kommt von einem externen Absender.\n\nPlease ring.\n", "Please ring."),
        ("You don't often get email from gary@harbor.example. Learn why\n\nPlease ring.\n", "Please ring."),
        (
            "Please ring.\n_______________________________________________\nteam mailing list\nhttps://x\n",
            "Please ring.",
        ),
        (
            "Can you look?\n\n---------- Forwarded message ---------\nFrom: Tom <t@x.example>\n\nurgent\n",
            "Can you look?",
        ),
        ("Can you look?\n\nBegin forwarded message:\n\nFrom: Tom\n", "Can you look?"),
        ("Thanks!\n\nOn 3 May 2026, Dana wrote:\n> x\n", "Thanks!"),
        ("STOP\n> x\n", "STOP"),
        ("👍\n> x\n", "👍"),
        ("5\n> how many?\n", "5"),
    ],
)
def test_what_is_new_is_kept_and_nothing_else(text: str, expected: str) -> None:
    assert new(text) == expected


@pytest.mark.parametrize(
    "text", [QUOTE, f"On 3 May 2026, Dana wrote:\n{QUOTE}", f"...\n{QUOTE}\n-- \nGary", "", "   \n"]
)
def test_where_nothing_wordlike_is_left_the_whole_text_counts(text: str) -> None:
    assert new(text) == text.strip()


def test_a_forward_without_a_comment_is_read_and_said_to_be_one() -> None:
    text = "---------- Forwarded message ---------\nFrom: Tom <t@x.example>\nSubject: outage\n\nall is down\n"
    block = "From: Tom\nSent: Tuesday\nTo: Gary\nSubject: outage\n\nall is down\n"

    assert scan(text).forwarded
    assert new(text) == text.strip()
    assert scanned(block, forwarding=True).forwarded
    assert not scan(block).forwarded
    assert not scan("look\n\n" + text).forwarded
    assert read(f"Subject: WG: outage\r\n\r\n{block}".encode()).forwarded


def test_cuts_say_what_was_cut_and_where() -> None:
    text = f"[EXTERN]\nring me\nSent from my iPhone\n\nOn 3 May 2026, Dana wrote:\n{QUOTE}\n-- \nGary\n"

    assert kinds(text) == ["banner", "footer", "quote", "signature"]
    cuts = cuts_of(text, scan(text).kinds)
    assert text[cuts[1].start : cuts[1].end] == "Sent from my iPhone"
    assert text[cuts[2].start : cuts[2].end].endswith("It is urgent.")
    assert kinds("all new") == []


def test_what_the_markup_marked_is_cut_by_whole_lines() -> None:
    text = "new\nold one\nold two\nmore\n"

    assert scan(text, (Mark("quote", 4, 20),)).new_text == "new\nmore"
    assert scan("old\nnew", (Mark("quote", 0, 4),)).new_text == "new"


def test_a_quote_header_above_a_marked_quote_does_not_cut_what_is_below() -> None:
    html = "<div>On 3 May 2026, Dana wrote:<br></div><blockquote type=cite>old</blockquote><div>below</div>"

    assert read(b"Content-Type: text/html\r\n\r\n", html.encode()).new_text == "below"


def test_the_words_of_a_message_are_those_of_its_new_text() -> None:
    message = read(b"Subject: x\r\n\r\n", f"ring me now\n{QUOTE}\n".encode())

    assert message.words == 3
    assert message.cuts[0].kind == "quote"
