"""How she writes to somebody is read from her own mail; what is not clear stays open."""

import pytest

from triaged.setup.hourswords import hours_lines, no_hours, proposed_hours
from triaged.setup.ownway import greeted, signed_with, way_of

DU = "Liebe Petra,\n\nkannst du mir den Vertrag bitte bis Freitag schicken? Ich warte noch auf deine Zahlen.\n\nDana"
SIE = (
    "Sehr geehrte Frau Sommer,\n\nkönnen Sie mir den Vertrag bitte bis Freitag schicken? Ich danke Ihnen.\n\nDana Roth"
)
ENGLISH = "Hi Gary,\n\nI will have a look at the figures tomorrow and send you an answer.\n\nDana"


@pytest.mark.parametrize(
    ("texts", "language", "form", "names"),
    [
        ([DU] * 3, "de", "familiar", ("Petra",)),
        ([SIE] * 3, "de", "formal", ("Frau Sommer",)),
        ([SIE, DU], "de", "mixed", ("Frau Sommer", "Petra")),
        ([SIE] * 5 + [DU], "de", "formal", ("Frau Sommer",)),
        ([ENGLISH] * 2, "en", "", ("Gary",)),
        (["Dear Ines,\n\nI am not, sorry.\n\nDana", "Dear Ines,\n\nYes, I have them.\n\nDana"], "en", "", ("Ines",)),
        ([], "", "", ()),
    ],
)
def test_language_form_and_name_are_those_of_her_own_mails(
    texts: list[str], language: str, form: str, names: tuple[str, ...]
):
    way = way_of(texts)
    assert (way.language, way.form, way.names) == (language, form, names)


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ("Hallo zusammen,", ""), ("Hello all", ""), ("Dear Mr Hale,", "Mr Hale"), ("Bonjour Chloé,", "Chloé"),
        ("Hi Gary, quick question", "Gary"), ("Guten Morgen Herr Dr. Weiß!", "Herr Dr. Weiß"), ("Danke für die Zahlen.", ""),
        ("Hello 4711,", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_greeting_names_somebody_or_nobody(first: str, name: str):
    assert greeted(f"\n{first}\n\nText.") == name


def test_numbers_below_their_mails_are_theirs_unless_they_are_mine_or_stand_in_a_quote():
    text = "Can you ring me?\n\nGary Hale\nTel. 020 7946 0018\nInvoice 4711 0815 99\n> Tel. +49 30 901820\nFax none\nMobile: +44 7700 900123"
    assert signed_with([text, text], "GB", ["+447700900123"]) == ("+442079460018",)
    assert signed_with([text], "GB", []) == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("09:00-17:00", [("mon-fri", ["09:00-17:00"])]),
        (
            "mon-thu 09:00-12:30, 13:30-17:00; fri 09:00-13:00",
            [("mon-thu", ["09:00-12:30", "13:30-17:00"]), ("fri", ["09:00-13:00"])],
        ),
        ("Mon,Wed: 10:00-14:00", [("mon,wed", ["10:00-14:00"])]),
        ("9-17", [("mon-fri", ["09:00-17:00"])]),
        (
            "mon-thu 8.30 bis 12, 13:00 – 17; fri 9 to 13",
            [("mon-thu", ["08:30-12:00", "13:00-17:00"]), ("fri", ["09:00-13:00"])],
        ),
    ],
)
def test_hours_are_understood_as_they_are_said(text: str, lines: object):
    assert no_hours(text) == ""
    assert hours_lines(text) == lines


@pytest.mark.parametrize("text", ["nine to five", "09:00", "17:00-09:00", "9 to 5", "foo 09:00-10:00", "mon 9-"])
def test_what_are_no_hours_is_told_with_what_to_write(text: str):
    assert "Write" in no_hours(text)


def test_hours_are_never_inferred_from_how_late_she_works():
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    nights = [datetime(2026, 11, 2, 22, tzinfo=UTC) + timedelta(days=n % 5) for n in range(40)]
    assert proposed_hours(nights, ZoneInfo("UTC")) == "09:00-17:00"
    no_fridays = [datetime(2026, 11, 2, 10, tzinfo=UTC) + timedelta(days=n % 4) for n in range(40)]
    assert proposed_hours(no_fridays, ZoneInfo("UTC")) == "mon,tue,wed,thu 09:00-17:00"
