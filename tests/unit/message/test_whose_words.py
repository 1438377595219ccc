"""Whose words they are: quotes, separators and footers as the mail programs of many languages write and fold them."""

import pytest

from triaged.core.message import read
from triaged.core.newtext import cuts_of, scan

OLD = "> Shall we take the offer?\n> Tell me soon."
UNMARKED = "Shall we take the offer?\nTell me soon.\n"


def new(text: str) -> str:
    return scan(text).new_text


SEPARATORS = [
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "-------- Original Message --------\nFrom: Dana Roth\nDate: 24/11/2026 10:00 (GMT+01:00)\nTo: Gary\nSubject: Offer",
    "------- Original Message -------\nOn Tuesday, November 24th, 2026 at 10:00 AM, Dana Roth <dana@roth.example> wrote:\n",
    "Von: Dana Roth\nGesendet: Dienstag, 24. November 2026 10:00\nAn: Gary\nBetreff: Angebot",
    "---------- Forwarded message ---------\nFrom: Dana Roth <dana@roth.example>\nSubject: Offer\nTo: gary@harbor.example",
    "Begin forwarded message:\n",
    "---- On Tue, 24 Nov 2026 10:00:00 +0100 Dana Roth <dana@roth.example> wrote ----\n",
    "-----Dana Roth/Roth schrieb: -----\n",
]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_what_stands_below_marked_quotes_is_new_whatever_separates_them(separator: str) -> None:
    below = "Nein, auf keinen Fall, Ausfall!"
    assert new(f"{separator}\n{OLD}\n\n{below}\n") == below
    assert new(f"Hallo.\n\n{separator}\n\n{OLD}\n{below}\n").split() == ["Hallo.", *below.split()]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_where_no_mark_follows_all_below_a_separator_is_old(separator: str) -> None:
    assert new(f"Hallo.\n\n{separator}\n{UNMARKED}\n> and older still\nolder\n") == "Hallo."


@pytest.mark.parametrize(
    "header",
    [
        # as Gmail folds them at some 75 columns
        "On Tue, Nov 24, 2026 at 10:00 AM Dana Roth of Roth Partners <dana@roth.example\n> wrote:",
        "Am Di., 24. Nov. 2026 um 10:00 Uhr schrieb Dana Roth <dana@roth.example\n>:",
        "On Tue,\nNov 24, 2026 at 10:00 AM Dana Roth <dana@roth.example> wrote:",
        "On Tue, Nov 24, 2026\nat 10:00 AM Dana Roth <dana@roth.example> wrote:",
        "Le mar. 24\nnov. 2026 à 10:00, Dana Roth <dana@roth.example> a écrit :",
        "On Tuesday, 24 November 2026 at 10:00, Dana Roth of Roth Partners\nand Friends <\ndana@roth.example>\nwrote:",
        "Dana Roth <dana@roth.example> schrieb am Di., 24. Nov. 2026\num 10:00 Uhr:",
        "Dana Roth <dana@roth.example> schrieb am\nDi., 24. Nov. 2026, 10:00:",
        "Dana Roth\n<dana@roth.example> schrieb am Di., 24. Nov. 2026 um 10:00:",
        "24.11.2026 10:00, Dana Roth\n<dana@roth.example> wrote:",
        # Tutanota, Zoho, Notes, "sent"
        "24. Nov. 2026, 10:00 von dana@roth.example:",
        "24 Nov 2026, 10:00 by dana@roth.example:",
        "---- On Tue, 24 Nov 2026 10:00:00 +0100 Dana Roth <dana@roth.example> wrote ----",
        "---- On Tue, 24 Nov 2026 10:00:00 +0100 Dana Roth\n<dana@roth.example> wrote ----",
        '-----"Dana Roth" <dana@roth.example> wrote: -----',
        "Dana Roth <dana@roth.example> sent:",
        # further languages
        "În mar., 24 nov. 2026 la 10:00, Dana Roth <dana@roth.example> a scris:",
        "Pe 24 nov. 2026, Dana Roth <dana@roth.example> a scris:",
        "Στις Τρί 24 Νοε 2026 στις 10:00 π.μ., ο χρήστης Dana Roth <dana@roth.example> έγραψε:",
        "вт, 24 лист. 2026 р. о 10:00 Dana Roth <dana@roth.example> пише:",
        "вт, 24 нояб. 2026 г. в 10:00, Dana Roth <dana@roth.example>:",
        "24 нояб. 2026 г. 10:00 пользователь Dana Roth <dana@roth.example> написал:",
        "Dana Roth <dana@roth.example> 于2026年11月24日周二 10:00写道：",
        "Dana Roth <dana@roth.example> 於 2026年11月24日 週二 上午10:00寫道：",
        "2026년 11월 24일 (화) 오전 10:00, Dana Roth <dana@roth.example>님이 작성:",
        "2026年11月24日(火) 10:00 Dana Roth <dana@roth.example>:",
        "út 24. 11. 2026 v 10:00 odesílatel Dana Roth <dana@roth.example> napsal:",
        "ut 24. 11. 2026 o 10:00 Dana Roth <dana@roth.example> napísal(a):",
        "Dana Roth <dana@roth.example> ezt írta (időpont: 2026. nov. 24., K, 10:00):",
        "Dana Roth <dana@roth.example>, 24 Kas 2026 Sal, 10:00 tarihinde şunu yazdı:",
        "ti 24. marrask. 2026 klo 10.00 Dana Roth (dana@roth.example) kirjoitti:",
        "El dt., 24 de nov. 2026, 10:00, Dana Roth <dana@roth.example> va escriure:",
        "На вт, 24.11.2026 г. в 10:00 Dana Roth <dana@roth.example> написа:",
        "uto, 24. stu 2026. u 10:00 Dana Roth <dana@roth.example> napisao je:",
        "tir. 24. nov. 2026 kl. 10:00 skrev Dana Roth <dana@roth.example>:",
        "Vào Th 3, 24 thg 11, 2026 vào lúc 10:00 Dana Roth <dana@roth.example> đã viết:",
        "Pada tanggal Sel, 24 Nov 2026 pukul 10.00 Dana Roth <dana@roth.example> menulis:",
    ],
)
def test_headers_are_known_as_programs_fold_and_translate_them(header: str) -> None:
    assert new(f"STOP\n\n{header}\n\n{OLD}\n") == "STOP"
    assert new(f"STOP\n\n{header}\n\n{UNMARKED}") == "STOP"
    assert new(f"STOP\n\n{header}\n{OLD}\n\nbelow it\n").split() == ["STOP", "below", "it"]


@pytest.mark.parametrize(
    "text",
    [
        "I asked Bob on 24/11/2026 and he wrote:\nthe server is down",
        "As you wrote on 24/11/2026 at 10:00:\nthe server is down",
        "Bob, in his mail of 24/11/2026, wrote:\nthe server is down",
        "Here is what we sent:\nthree boxes",
        "Please write before 24/11/2026 to info@harbor.example:\nthey need it",
        "On Tuesday 24/11/2026 you said that you would call, and then wrote:\nnothing",
        "Am 24.11.2026 brauchen wir das Angebot, wie der Chef schrieb:\nbitte heute noch",
        "Termine:\n24.11.2026 10:00 Anna\n25.11.2026 11:00 Bob",
        "From: 10:00\nTo: 11:00\nRoom: 4\nwe meet",
        "-- this is what I need --\nthe offer",
        "----- wichtig -----\nruf an",
        "Sent from my phone, please call now!",
        "Sent from my iPhone. Please call me at once.",
        "Get Outlook working again today, please",
        "Von unterwegs kann ich nicht antworten",
        "Sent by post yesterday",
        "Von meinem Anwalt wurde gestern Klage gesendet, bitte rufen Sie an",
    ],
)
def test_a_sentence_of_a_person_is_no_header_and_no_footer(text: str) -> None:
    assert new(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "On Monday at 15:10 the customer wrote:", "On 24 November our tenant wrote:", "Am 24.11.2026 um 15:10 schrieb der Kunde:",
        "Am 24.11.2026 schrieb mir der Vermieter:", "Gestern um 15:10 schrieb der Kunde folgendes:", "Heute um 9:30 schrieb Herr Müller:",
        "Le 24/11 le client a écrit :", "El 24 de noviembre el cliente escribió:", "Il 24 novembre il cliente ha scritto:",
        "Op 24 november schreef de huurder:", "Em 24 de novembro o cliente escreveu:",
    ],
)  # fmt: skip
def test_who_tells_what_somebody_wrote_is_not_cut(line: str) -> None:
    text = f"Hello,\n{line}\nthe server is down.\nGary"
    assert new(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "On 24/11/2026 15:10, gary wrote:", "On 24/11/2026 15:10, Khalid El Amrani wrote:", "On 24/11/2026 15:10, Le Nguyen wrote:",
        "Am 24.11.2026 um 15:10 schrieb von der Leyen, Anna:", "Le 24/11/2026 à 15:10, Jean de la Fontaine a écrit :",
        "Dana Roth a écrit le 24/11/2026 à 15:10 :", "Dana Roth escribió el martes, 24 de noviembre de 2026:",
        "Dana Roth ha scritto il giorno 24/11/2026 alle 15:10:", "Il 24/11/2026 15:10, Lo Russo ha scritto:",
        "Op 24-11-2026 om 15:10 schreef Jan de Vries:", "Em 24/11/2026 15:10, João da Silva escreveu:",
        "Dana Roth pisze o 24.11.2026 15:10:",
    ],
)  # fmt: skip
def test_names_that_begin_like_articles_are_names(line: str) -> None:
    assert new(f"STOP\n\n{line}\n\n{UNMARKED}") == "STOP"


@pytest.mark.parametrize(
    "fields",
    [
        ("Od: Dana Roth", "Odesláno: úterý 24. listopadu 2026 10:00", "Komu: Gary", "Předmět: Nabídka"),
        ("Feladó: Dana Roth", "Elküldve: 2026. november 24., kedd 10:00", "Címzett: Gary", "Tárgy: Ajánlat"),
        ("Kimden: Dana Roth", "Gönderildi: 24 Kasım 2026 Salı 10:00", "Kime: Gary", "Konu: Teklif"),
        ("De la: Dana Roth", "Trimis: marți, 24 noiembrie 2026 10:00", "Către: Gary", "Subiect: Ofertă"),
        ("Από: Dana Roth", "Στάλθηκε: Τρίτη, 24 Νοεμβρίου 2026 10:00", "Προς: Gary", "Θέμα: Προσφορά"),
        ("De: Dana Roth", "Enviat el: dimarts, 24 de novembre de 2026 10:00", "Per a: Gary", "Assumpte: Oferta"),
        ("发件人: Dana Roth", "发送时间: 2026年11月24日 10:00", "收件人: Gary", "主题: 报价"),
        ("寄件者： Dana Roth", "寄件日期： 2026年11月24日 10:00", "收件者： Gary", "主旨： 報價"),
        ("差出人: Dana Roth", "送信日時: 2026年11月24日 10:00", "宛先: Gary", "件名: 見積"),
        ("보낸 사람: Dana Roth", "보낸 날짜: 2026년 11월 24일 10:00", "받는 사람: Gary", "제목: 견적"),
        ("Od: Dana Roth", "Wysłano: wtorek, 24 listopada 2026 10:00", "Do: Gary", "Temat: Oferta"),
        ("От: Dana Roth", "Отправлено: 24 ноября 2026 г. 10:00", "Кому: Gary", "Тема: Предложение"),
        ("Від: Dana Roth", "Надіслано: 24 листопада 2026 р. 10:00", "Кому: Gary", "Тема: Пропозиція"),
        ("Van: Dana Roth", "Verzonden: dinsdag 24 november 2026 10:00", "Aan: Gary", "Onderwerp: Offerte"),
        ("De: Dana Roth", "Enviado: 24 de novembro de 2026 10:00", "Para: Gary", "Assunto: Oferta"),
        ("Da: Dana Roth", "Inviato: martedì 24 novembre 2026 10:00", "A: Gary", "Oggetto: Offerta"),
        ("Från: Dana Roth", "Skickat: den 24 november 2026 10:00", "Till: Gary", "Ämne: Offert"),
        ("Fra: Dana Roth", "Sendt: tirsdag 24. november 2026 10:00", "Til: Gary", "Emne: Tilbud"),
        (
            "Lähettäjä: Dana Roth",
            "Lähetetty: tiistai 24. marraskuuta 2026 10:00",
            "Vastaanottaja: Gary",
            "Aihe: Tarjous",
        ),
        (
            "Message du : 24/11/2026 10:00",
            'De : "Dana Roth" <dana@roth.example>',
            "A : gary@harbor.example",
            "Sujet : Offre",
        ),
    ],
)
def test_outlooks_block_is_known_in_every_language(fields: tuple[str, ...]) -> None:
    block = "\n".join(fields)
    assert new(f"STOP\n\n{block}\n\n{UNMARKED}") == "STOP"
    assert new(f"STOP\n\n________________________________\n{block}\n\n{UNMARKED}") == "STOP"
    assert new(f"{block}\n\n{OLD}\n\nbelow it\n") == "below it"


@pytest.mark.parametrize(
    "separator",
    [
        "-----Original-Nachricht-----\nBetreff: Angebot",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
        "*-------- Original Message --------*",
        "-------- Originele bericht --------",
        "-------- Oryginalna wiadomość --------",
        "-------- Původní zpráva --------",
        "-------- Исходное сообщение --------",
        "-------- 原始邮件 --------",
        "------------------ 원본 메일 ------------------",
        "##- Please type your reply above this line -##",
        "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##",
    ],
)
def test_separators_of_further_programs(separator: str) -> None:
    assert new(f"STOP\n\n{separator}\n{UNMARKED}") == "STOP"


def test_a_bare_separator_of_signatures_is_measured_to_the_quote() -> None:
    quote = "\n".join(f"> line {number}" for number in range(40))
    for header in (
        "Am 24.11.2026 um 10:00 schrieb Dana Roth:",
        "On Tue, Nov 24, 2026, Dana <dana@roth.example\n> wrote:",
    ):
        text = f"Danke.\n\n--\nGary Smith\nDringend Express GmbH\n\n{header}\n{quote}\n"
        assert new(text) == "Danke."
        assert "signature" in [cut.kind for cut in cuts_of(text, scan(text).kinds)]
    assert new(f"Danke.\n--\nGary\n\n-----Original Message-----\n{UNMARKED * 20}") == "Danke."
    long = "a\n--\n" + "\n".join(f"item {number}" for number in range(40))
    assert new(long) == long


@pytest.mark.parametrize(
    "footer",
    [
        "Mit Proton Mail gesendet",
        "Gesendet mit der WEB.DE Mail App",
        "Sent with Proton Mail secure email.",
        "Sent from Proton Mail for iOS",
        "Sent with Spark",
        "Sent with Airmail",
        "Sent from BlueMail",
        "Get BlueMail for Android",
        "Get [Outlook for Android](https://aka.ms/x)",
        "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
        "Sent from my Verizon, Samsung Galaxy smartphone",
        "<sent from my phone>",
        "Von unterwegs gesendet",
        "Von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Gesendet mit Spark",
        "Gesendet von unterwegs. Bitte entschuldigen Sie Tippfehler.",
        "Envoyé depuis mon appareil Android avec K-9 Mail. Veuillez excuser ma brièveté.",
        "Envoyé à partir de Outlook pour iOS<https://aka.ms/x>",
        "Enviado con Proton Mail",
        "Enviado desde mi dispositivo Android con K-9 Mail.",
        "Inviato da iPhone",
        "Inviato dal mio dispositivo Android con K-9 Mail. Perdonate la brevità.",
        "Verzonden met Proton Mail",
        "Verstuurd vanaf mijn iPhone",
        "Enviado do meu iPhone",
        "Wysłano z iPhone'a",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Odesláno z iPhonu",
        "Отправлено с iPhone",
        "Надіслано з iPhone",
        "iPhone'umdan gönderildi",
        "发自我的iPhone",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
    ],
)
def test_footers_of_telephones_and_programs_are_cut(footer: str) -> None:
    assert new(f"STOP\n\n{footer}\n") == "STOP"
    assert new(f"STOP\n{footer}\n\nOn Tue, 24 Nov 2026 at 10:00, Dana <dana@roth.example> wrote:\n{OLD}\n") == "STOP"


def alternative(plain: str, html: str) -> str:
    parts = f"--b\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n--b\nContent-Type: text/html; charset=utf-8\n\n{html}\n--b--\n"
    return read(b"Content-Type: multipart/alternative; boundary=b\n\n", parts.encode()).new_text


HEADER = "Tuesday the 24th, Dana said this:"  # no program is known to write it
PLAIN = f"Please ring me.\n\n{HEADER}\nShall we take the offer?\nTell me soon.\n"


@pytest.mark.parametrize(
    "marked",
    [
        '<div class="gmail_quote">{}</div>',
        '<div class="yahoo_quoted">{}</div>',
        '<div class="protonmail_quote">{}</div>',
        '<div id="divRplyFwdMsg">{}</div>',
    ],
)
def test_where_the_html_part_marks_a_quote_the_plain_one_is_cut_at_the_same_words(marked: str) -> None:
    quote = f"{HEADER}<br><div>Shall we take the offer?<br>Tell me soon.</div>"
    html = f"<div>Please ring me.</div>{marked.format(quote)}"
    assert alternative(PLAIN, html) == "Please ring me."
    assert alternative(PLAIN, f"<div>Please ring me.</div><div>{quote}</div>") == PLAIN.strip()


def test_what_stands_below_the_marked_stretch_stays() -> None:
    html = f'<div class="gmail_quote">{HEADER}<br>Shall we take the offer?<br>Tell me soon.</div><div>No, it is too late for us.</div>'
    plain = f"{HEADER}\nShall we take the offer?\nTell me soon.\n\nNo, it is too late for us.\n"
    assert alternative(plain, html) == "No, it is too late for us."


def test_a_prefix_that_thunderbird_marks_is_cut_alone() -> None:
    html = f'<p>Yes.</p><div class="moz-cite-prefix">{HEADER}<br></div><p>And what else is there to say?</p>'
    assert alternative(f"Yes.\n\n{HEADER}\n\nAnd what else is there to say?\n", html).split() == [
        *("Yes.", "And", "what", "else", "is", "there", "to", "say?"),
    ]


def test_marks_whose_words_are_not_in_the_plain_part_cut_nothing() -> None:
    html = '<div>Please ring me.</div><div class="gmail_quote">Something else that is not in the plain part</div>'
    assert alternative(PLAIN, html) == PLAIN.strip()


@pytest.mark.parametrize(
    "text",
    ["Two things:\n--\nthe lift is stuck\n--\nthe door is open", "Offen:\n--\nder Aufzug steht\n--\nGary ruft an"],
)
def test_two_dashes_between_pieces_of_a_text_sign_nothing(text: str) -> None:
    assert new(text) == text


def test_a_second_line_of_two_dashes_below_a_signature_is_still_the_signatures() -> None:
    assert new("Thanks!\n\n--\nGary Smith\nHarbor Trust\n\n--\nRegistered in England") == "Thanks!"
    assert new("Thanks!\n\n--\ngary") == "Thanks!"
