"""What a person answers to a mail of ours: a line is a command, or it is prose and nobody's business."""

import pytest

from triaged.core.mailcommands import Answer, Command, answer, away_command


def commands(text: str, language: str = "en") -> list[tuple[tuple[int, ...], str, str]]:
    found = answer(text, language)
    assert found.unclear == ()
    return [(one.numbers, one.act, one.words) for one in found.commands]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("3 settled", ((3,), "settled", "")),
        ("3. Settled.", ((3,), "settled", "")),
        ("3: done", ((3,), "settled", "")),
        ("#3 settled", ((3,), "settled", "")),
        ("- 3 settled!", ((3,), "settled", "")),
        ("2,5 until friday", ((2, 5), "until", "friday")),
        ("2, 5 until friday 15:00", ((2, 5), "until", "friday 15:00")),
        ("2 5 settled", ((2, 5), "settled", "")),
        ("2 and 5 settled", ((2, 5), "settled", "")),
        ("2-4 settled", ((2, 3, 4), "settled", "")),
        ("4 do not send", ((4,), "not_send", "")),
        ("4 don't send", ((4,), "not_send", "")),
        ("settled", ((), "settled", "")),
        ("until tomorrow", ((), "until", "tomorrow")),
        ("3 until 2026-12-04 15:00", ((3,), "until", "2026-12-04 15:00")),
    ],
)
def test_a_line_that_is_a_command(line: str, found: tuple[tuple[int, ...], str, str]):
    assert commands(line) == [found]


@pytest.mark.parametrize(
    ("line", "language", "found"),
    [
        ("3 erledigt", "de", ((3,), "settled", "")),
        ("2 und 5 bis Freitag", "de", ((2, 5), "until", "freitag")),
        ("4 nicht senden", "de", ((4,), "not_send", "")),
        ("3 réglé", "fr", ((3,), "settled", "")),
        ("2 et 5 jusqu’à vendredi", "fr", ((2, 5), "until", "vendredi")),
        ("4 ne pas envoyer", "fr", ((4,), "not_send", "")),
        ("3 resuelto", "es", ((3,), "settled", "")),
        ("2 y 5 hasta el viernes", "es", ((2, 5), "until", "viernes")),
        ("4 no enviar", "es", ((4,), "not_send", "")),
        ("3 settled", "de", ((3,), "settled", "")),
    ],
)
def test_also_in_the_persons_language(line: str, language: str, found: tuple[tuple[int, ...], str, str]):
    assert commands(line, language) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "I settled that with Gary yesterday.",
        "We are settled now",
        "Not settled",
        "Please do not send him anything before I have spoken to him.",
        "I am busy until friday",
        "Nothing until friday, thanks",
        "All is settled",
        "Thank you!",
        "",
        "settled?",
        "3",
        "erledigt",
    ],
)
def test_prose_is_no_command(text: str):
    assert answer(text, "en").commands == ()


@pytest.mark.parametrize(
    "text", ["3 setled", "3", "2,5 until", "4 send", "3 is settled, I think", "2 days ago he rang"]
)
def test_what_begins_with_a_number_and_is_no_command_is_told(text: str):
    assert answer(text, "en") == Answer((), (text,))


@pytest.mark.parametrize(
    "line",
    [
        "2–4 settled", "2—4 settled", "2‑4 settled", "2 − 4 settled", "2…4 settled", "2..4 settled", "4-2 settled", "2 to 4 settled",
        "2 through 4 – settled", "(2-4) settled.", "“2-4 settled”", "*2-4 settled*", "№ 2-4 settled", "2-4 ‘settled’", "settled: 2-4",
        "\ufeff2-4 settled\u200b", "2\u00a0-\u202f4\u2009settled", "２－４ settled", "✅ 2-4 settled 👍🏽", "2, 3, and 4 settled…", "2、3、4 = settled",
        "[2] [3] [4] → settled;", "no. 2-4: settled",
    ],
)  # fmt: skip
def test_whatever_signs_a_keyboard_makes_of_it(line: str):
    assert commands(line) == [((2, 3, 4), "settled", "")]


@pytest.mark.parametrize(
    ("line", "language", "found"),
    [
        ("„3 erledigt“", "de", ((3,), "settled", "")),
        ("2 bis 4 erledigt", "de", ((2, 3, 4), "settled", "")),
        ("2 bis 4.12.", "de", ((2,), "until", "4.12.")),
        ("2 bis 15:00", "de", ((2,), "until", "15:00")),
        ("Nr. 3: bis Freitag", "de", ((3,), "until", "freitag")),
        ("2 bis 4 bis 15.12.", "de", ((2, 3, 4), "until", "15.12.")),
        ("« 3 réglé »", "fr", ((3,), "settled", "")),
        ("n° 3 réglé", "fr", ((3,), "settled", "")),
        ("2 à 4 jusqu’à vendredi", "fr", ((2, 3, 4), "until", "vendredi")),
        ("4 n‘envoie pas", "fr", ((4,), "not_send", "")),
        ("nº 3 resuelto", "es", ((3,), "settled", "")),
        ("4 no envi\u0301es", "es", ((4,), "not_send", "")),
        ("4 don’t send", "en", ((4,), "not_send", "")),
    ],
)
def test_with_the_signs_of_each_language(line: str, language: str, found: tuple[tuple[int, ...], str, str]):
    assert commands(line, language) == [found]


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("3 settled; 4 until friday", [(3,), (4,)]),
        ("3 settled, 5 until friday", [(3,), (5,)]),
        ("3 settled. 4 settled.", [(3,), (4,)]),
        ("2, 5 until friday; 7 do not send", [(2, 5), (7,)]),
    ],
)
def test_a_line_may_hold_several(line: str, numbers: list[tuple[int, ...]]):
    assert [found for found, _, _ in commands(line)] == numbers


@pytest.mark.parametrize(
    "line", ["2.5 until friday", "1-999 settled", "2/5 settled", "2026 settled", "3 settled, thanks"]
)
def test_what_could_be_meant_in_two_ways_is_told_and_not_done(line: str):
    assert answer(line, "en") == Answer((), (line,))


@pytest.mark.parametrize(
    "line", ["> 3 settled", "10:00 is fine", "24/7 they ring", "the 3rd settled", "3pm settled nothing"]
)
def test_a_quote_or_a_time_of_day_is_no_command(line: str):
    assert answer(line, "en").commands == ()


def test_all_is_asked_back():
    assert answer("all settled", "en").commands == (Command((), "settled", everything=True),)
    assert answer("Alle erledigt.", "de").commands == (Command((), "settled", everything=True),)


def test_several_lines_are_several_commands_between_prose():
    text = "Hello,\n\n1 settled\n2,3 until friday\n\nThe rest I shall look at tomorrow.\n"
    assert [one.numbers for one in answer(text, "en").commands] == [(1,), (2, 3)]


@pytest.mark.parametrize(
    ("subject", "language", "days"),
    [
        ("triaged away until friday", "en", "until friday"),
        ("Triaged away today", "en", "today"),
        ("triaged abwesend bis Freitag", "de", "bis freitag"),
        ("triaged away 2026-12-24..2027-01-03", "de", "2026-12-24..2027-01-03"),
        ("Re: triaged away today", "en", None),
        ("triaged away", "en", None),
        ("away today", "en", None),
        ("my triaged away today", "en", None),
    ],
)
def test_days_away_are_a_subject_that_says_nothing_else(subject: str, language: str, days: str | None):
    assert away_command(subject, language) == days
