"""The line above a quote as the programs of the world write it, folded anywhere, and what else sets a quote apart."""

import pytest

from triaged.core.newtext import scan

WHO = "Dana Roth <dana@roth.example>"
MARKED = "> Shall we take the offer?\n> Tell me soon.\n"
UNMARKED = "\nShall we take the offer?\nTell me soon.\n"


def new(text: str) -> str:
    return scan(text).new_text


HEADERS = [
    f"On Tue, Nov 24, 2026 at 10:00 AM {WHO} wrote:",
    "On Tue, Nov 24, 2026 at 10:00 AM, Dana Roth < dana@roth.example > wrote:",
    f"On 24 Nov 2026, 10:00 +0100, {WHO}, wrote:",
    "On Tue, 2026-11-24 at 10:00 +0100, Dana Roth wrote:",
    "On November 24, 2026 at 10:00 AM GMT+1 dana@roth.example wrote:",
    f"Am Di., 24. Nov. 2026 um 10:00 Uhr schrieb {WHO}:",
    f"Am Dienstag, 24. November 2026 um 10:00:00 MEZ hat {WHO} Folgendes geschrieben:",
    "Am Dienstag, dem 24.11.2026 um 10:00 +0100 schrieb Dana Roth:",
    f"{WHO} schrieb am Dienstag, 24. November 2026 um 10:00:",
    f"Le mar. 24 nov. 2026 à 10:00, {WHO} a écrit :",
    f"Le mardi 24 novembre 2026 à 10:00:00 UTC+1, {WHO} a écrit :",
    "El mar, 24 nov 2026 a las 10:00, Dana Roth (<dana@roth.example>) escribió:",
    f"En martes, 24 de noviembre de 2026, 10:00:00 CET, {WHO} escribió:",
    f"Il giorno mar 24 nov 2026 alle ore 10:00 {WHO} ha scritto:",
    f"Il martedì 24 novembre 2026 alle ore 10:00:00 CET, {WHO} ha scritto:",
    f"Op di 24 nov 2026 om 10:00 schreef {WHO}:",
    f"Op 24 nov. 2026 om 10:00 heeft {WHO} het volgende geschreven:",
    f"Em ter., 24 de nov. de 2026 às 10:00, {WHO} escreveu:",
    f"{WHO} escreveu (terça, 24/11/2026 à(s) 10:00):",
    f"No dia 24/11/2026, às 10:00, {WHO} escreveu:",
    "Às 10:00 de 24/11/2026, Dana Roth escreveu:",
    f"wt., 24 lis 2026 o 10:00 {WHO} napisał(a):",
    f"Wiadomość napisana przez {WHO} w dniu 24.11.2026, o godz. 10:00:",
    f"Den tis 24 nov. 2026 kl 10:00 skrev {WHO}:",
    f"Den tirs. 24. nov. 2026 kl. 10.00 skrev {WHO}:",
    "ti 24. marrask. 2026 klo 10.00 Dana Roth (dana@roth.example) kirjoitti:",
    f"út 24. 11. 2026 v 10:00 odesílatel {WHO} napsal:",
    f"{WHO} ezt írta (időpont: 2026. nov. 24., K, 10:00):",
    f"În mar., 24 nov. 2026 la 10:00, {WHO} a scris:",
    f"На вт, 24.11.2026 г. в 10:00 {WHO} написа:",
    f"uto, 24. stu 2026. u 10:00 {WHO} napisao je:",
    f"2026-11-24, an, 10:00 {WHO} rašė:",
    f"Kuupäev T, 24. november 2026 kell 10:00 kirjutas {WHO}:",
    f"Στις Τρί 24 Νοε 2026 στις 10:00 π.μ., ο χρήστης {WHO} έγραψε:",
    f"вт, 24 лист. 2026 р. о 10:00 {WHO} пише:",
    f"24 нояб. 2026 г., в 10:00, {WHO} написал(а):",
    f"{WHO}, 24 Kas 2026 Sal, 10:00 tarihinde şunu yazdı:",
    f"Pada tanggal Sel, 24 Nov 2026 pukul 10.00 {WHO} menulis:",
    f"Missatge de {WHO} del dia dt., 24 de nov. 2026 a les 10:00:",
    f"2026년 11월 24일 (화) 오전 10:00, {WHO}님이 작성:",
    f"在 2026年11月24日，10:00，{WHO} 写道：",
    f"2026/11/24 10:00、{WHO}のメール:",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_is_known_wherever_it_is_folded(header: str) -> None:
    words = header.split(" ")
    for fold in range(len(words)):
        folded = " ".join(words[:fold]) + "\n" * bool(fold) + " ".join(words[fold:])
        assert new(f"STOP\n\n{folded}\n{MARKED}") == "STOP", folded
        assert new(f"STOP\n\n{folded}\n{UNMARKED}") == "STOP", folded
        assert new(f"STOP\n\n{folded}\n{MARKED}\nJa.\n").split() == ["STOP", "Ja."], folded


@pytest.mark.parametrize(
    "header",
    [
        f"On Tue, 24 Nov 2026 10:00:00 +0100 {WHO} wrote",  # without its colon
        "2026-11-24 10:00 GMT+01:00 Dana Roth",
        "On Tue, 24 Nov 2026 at 10:00 Dana Roth\n\n<\nmailto:Dana Roth <dana@roth.example>\n> wrote:",
        '30.11.2026, 18.30, "Dana - Roth" <dana@roth.example>:',
        '11:00 AM, November 24, 2026, "Dana Roth" <dana@roth.example>:',
        "24 nov. 2026, 10:00 par dana@roth.example:",
        f"Citeren {WHO}:",
        f"Cytowanie {WHO}:",
        "-----Antwort Nachricht-----",
        "From: dana@roth.example\nDate: Tue, 24 Nov 2026 10:00:02 +0100",
        "Date: Tue, 24 Nov 2026 10:00:02 +0100\nTo: gary@harbor.example",
    ],
)
def test_headers_that_lack_something_are_headers(header: str) -> None:
    assert new(f"Please ring me.\n\n{header}\n{UNMARKED}") == "Please ring me."


@pytest.mark.parametrize(
    ("below", "rest"),
    [
        ("2026/11/24 Dana Roth <dana@roth.example>\n\n> Shall we?", ""),
        ("2026/11/24 dana via Board <board@roth.example>\n\n| Shall we?\n|\n| Tell me.", ""),
        ("Tuesday, November 24, 2026, 10:00, you wrote:\n\nDR> Shall we?\n\nDR> Tell me.\n\nYes.", "Yes."),
        (
            (
                "On 3 May 2026, Dana wrote:\n> The offer stands until the end of the month, and so do the other prices\n"
                "mentioned there.\n> Tell me."
            ),
            "",
        ),
    ],
)
def test_quotes_are_known_by_other_marks_and_when_programs_break_their_lines(below: str, rest: str) -> None:
    assert new(f"Please ring me.\n\n{below}\n").split() == ["Please", "ring", "me.", *rest.split()]


@pytest.mark.parametrize(
    "text",
    [
        ">>> here <<<\nis what to click",
        "Visit us:\n>>> >>> www.harbor.example <<<",
        "As you wrote on 24/11/2026 at 10:00:\nthe server is down",
        "Wie Sie am 24.11.2026 schrieben:\nder Server steht",
        "Comme vous avez écrit le 24/11/2026 :\nrien ne marche",
        "Our boss gary@harbor.example wrote:\nthe server is down",
        "Please write before 24/11/2026 to info@harbor.example:\nthey need it",
        "Am 24.11.2026 um 10:00 bitte an info@harbor.example:\ndas Angebot",
        "2026/11/24 Gary <gary@harbor.example>\nhas the key",
        "24.11.2026 10:00 Anna\nund danach Bob",
        "2026-11-24 10:00 we meet at the office",
        "From: Berlin\nDate: Tue 24 Nov 2026 10:00\nbook it",
        "DR> what is this\nand that",
        "| a | b |\n| 1 | 2 |",
        "From my side it is fine\nring me",
    ],
)
def test_what_a_person_writes_is_kept_beside_them(text: str) -> None:
    assert new(f"Hello,\n{text}\n") == f"Hello,\n{text}"
    assert new(f"{text}\n") == text


def test_an_answer_amid_a_quote_is_kept_where_the_line_above_it_was_whole() -> None:
    text = "> Shall we meet on Friday at ten in the office, or would you rather come on Monday?\nmonday\n> Bring the key.\n"
    assert new(text) == "monday"


def test_words_before_a_header_on_its_line_are_kept_and_what_is_below_is_old() -> None:
    line = "yes please On Tue, Nov 24, 2026 at 10:00 AM, dana@roth.example wrote:"
    assert new(f"{line}\n{MARKED}") == line
    assert new(f"Hello,\n{line}\n{UNMARKED}") == f"Hello,\n{line}"


def test_with_nothing_above_a_header_what_is_below_it_may_be_the_answer() -> None:
    assert new(f"On 24/11/2026 10:00, Dana Roth wrote:\n{UNMARKED}\nI say no.\n").endswith("I say no.")
    assert new(f"On 24/11/2026 10:00, Dana Roth wrote:\n\n{MARKED}\nI say no.\n") == "I say no."


@pytest.mark.parametrize(
    "footer",
    [
        "From my iPhone 6",
        "<<sent by galaxy>>",
        "Sent from [mail](https://go.example/?LinkId=55) for windows 10",
        "Get [Outlook for Android](https://aka.example/x)",
        "\u1427",
    ],
)
def test_footers_with_links_and_signs_are_footers(footer: str) -> None:
    assert new(f"Please ring me.\n\n{footer}\n") == "Please ring me."
