"""Dates and times as a language writes them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from triaged.core.wording import at_time, on_date, reply_prefix, short_date, smooth, when
from triaged.words import LEXICON

BERLIN, LONDON, YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
CALL = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Friday 27 November at 10:00"),
        ("en-GB", "Friday 27 November at 10:00"),
        ("en-US", "Friday, November 27 at 10:00 AM"),
        ("de", "Freitag, 27. November um 10:00 Uhr"),
        ("fr", "vendredi 27 novembre à 10:00"),
        ("es", "viernes 27 de noviembre a las 10:00"),
        ("it", "venerdì 27 novembre 2026 10:00"),
        ("nl", "vrijdag 27 november 2026, 10:00"),
        ("tlh", "2026-11-27 10:00"),
        ("", "2026-11-27 10:00"),
    ],
)
def test_date_and_time_are_written_as_the_language_does(language: str, words: str):
    assert when(CALL, language, BERLIN, NOW, BERLIN) == words
    assert when(CALL, language, BERLIN, NOW) == words


@pytest.mark.parametrize(
    ("language", "today", "tomorrow"),
    [
        ("en", "today at 16:30", "tomorrow at 09:00"),
        ("de", "heute um 16:30 Uhr", "morgen um 09:00 Uhr"),
        ("fr", "aujourd’hui à 16:30", "demain à 09:00"),
        ("es", "hoy a las 16:30", "mañana a las 9:00"),
        ("pl", "wtorek, 24 listopada 2026 16:30", "środa, 25 listopada 2026 09:00"),
    ],
)
def test_today_and_tomorrow_are_words_where_we_have_them(language: str, today: str, tomorrow: str):
    assert when(datetime(2026, 11, 24, 15, 30, tzinfo=UTC), language, BERLIN, NOW) == today
    assert when(datetime(2026, 11, 25, 8, 0, tzinfo=UTC), language, BERLIN, NOW) == tomorrow


def test_today_is_today_where_the_client_is():
    late = datetime(2026, 11, 25, 3, tzinfo=UTC)  # 22:00 on Tuesday in New York, 04:00 on Wednesday in Berlin
    assert when(late, "en", YORK, NOW, YORK) == "today at 22:00"
    assert when(late, "en", BERLIN, NOW, BERLIN) == "tomorrow at 04:00"


def test_yesterday_is_a_date():
    assert when(NOW - timedelta(days=1), "en", BERLIN, NOW) == "Monday 23 November at 15:10"


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", LONDON, "Friday 27 November at 09:00 (London time)"),
        ("de", LONDON, "Freitag, 27. November um 09:00 Uhr (Ortszeit London)"),
        ("fr", LONDON, "vendredi 27 novembre à 09:00 (heure de Londres)"),
        ("fr", ZoneInfo("Europe/Athens"), "vendredi 27 novembre à 11:00 (heure d’Athènes)"),
        ("fr", ZoneInfo("Asia/Hong_Kong"), "vendredi 27 novembre à 17:00 (heure de Hong Kong)"),
        ("fr", ZoneInfo("Europe/Helsinki"), "vendredi 27 novembre à 11:00 (heure d’Helsinki)"),
        ("fr", ZoneInfo("Africa/Cairo"), "vendredi 27 novembre à 11:00 (heure du Caire)"),
        ("es", YORK, "viernes 27 de noviembre a las 4:00 (hora de Nueva York)"),
        ("it", LONDON, "venerdì 27 novembre 2026 09:00 (Londra)"),
        ("en", ZoneInfo("UTC"), "Friday 27 November at 09:00 (UTC)"),
        ("en", ZoneInfo("Etc/GMT+3"), "Friday 27 November at 06:00 (UTC-03:00)"),
        ("en", ZoneInfo("America/Argentina/Buenos_Aires"), "Friday 27 November at 06:00 (Buenos Aires time)"),
        ("tlh", YORK, "2026-11-27 04:00 (UTC-05:00)"),
    ],
)
def test_a_zone_that_differs_from_mine_is_named(language: str, zone: ZoneInfo, words: str):
    assert when(CALL, language, zone, NOW, BERLIN) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 12, 31, 9, tzinfo=UTC), "Thursday 31 December at 10:00"),
        (datetime(2027, 1, 8, 9, tzinfo=UTC), "Friday 8 January 2027 at 10:00"),
        (datetime(2026, 3, 3, 9, tzinfo=UTC), "Tuesday 3 March 2026 at 10:00"),
    ],
)
def test_the_year_stands_where_it_could_be_mistaken(at: datetime, words: str):
    assert when(at, "en", BERLIN, NOW) == words


def test_french_counts_the_first_of_a_month_and_spanish_knows_one_o_clock():
    first = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    assert when(first, "fr", BERLIN, NOW) == "mardi 1er décembre à 01:30"
    assert when(first, "es", BERLIN, NOW) == "martes 1 de diciembre a la 1:30"
    assert when(first + timedelta(hours=12), "es", BERLIN, NOW) == "martes 1 de diciembre a las 13:30"


def test_a_date_alone_is_never_today():
    assert on_date(NOW, "en", BERLIN, NOW) == "Tuesday 24 November"
    assert on_date(NOW, "de", BERLIN, NOW) == "Dienstag, 24. November"
    assert on_date(CALL, "tlh", BERLIN, NOW) == "2026-11-27"


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Fri 27 Nov"), ("de", "Fr. 27.11."), ("fr", "ven. 27 nov."), ("es", "vie 27 nov"), ("tlh", "2026-11-27")],
)
def test_a_date_in_a_list_is_short_and_in_the_order_of_its_language(language: str, words: str):
    assert short_date(CALL, language, BERLIN) == words


def test_a_time_alone_names_the_zone_too():
    assert at_time(CALL, "en", BERLIN, BERLIN) == "10:00"
    assert at_time(CALL, "de", BERLIN) == "10:00 Uhr"
    assert at_time(CALL, "en", LONDON, BERLIN) == "09:00 (London time)"
    assert at_time(CALL, "ja", BERLIN) == "10:00"


@pytest.mark.parametrize(
    ("language", "text", "smoothed"),
    [
        ("en", "until our call on today at 16:30?", "until our call today at 16:30?"),
        ("en", "On tomorrow at 10:00 we talk.", "Tomorrow at 10:00 we talk."),
        ("en", "It is on today's list.", "It is on today's list."),
        ("de", "Unser Gespräch am morgen um 10:00 Uhr", "Unser Gespräch morgen um 10:00 Uhr"),
        ("de", "am Morgen um 10", "am Morgen um 10"),
        ("fr", "le demain à 10:00", "demain à 10:00"),
        ("es", "el mañana a las 9:00", "mañana a las 9:00"),
        ("it", "il oggi", "il oggi"),
        ("de", "Hat es Zeit bis zum heute um 14:00 Uhr?", "Hat es Zeit bis heute um 14:00 Uhr?"),
        ("de", "vom morgen um 09:00 Uhr an", "von morgen um 09:00 Uhr an"),
        ("de", "jeden Morgen um 10", "jeden Morgen um 10"),
        ("fr", "réponse d’ici au aujourd’hui à 16:30.", "réponse aujourd’hui avant 16:30."),
        ("fr", "D'ici aujourd’hui à 16:30, oui.", "Aujourd’hui avant 16:30, oui."),
        ("fr", "d’ici au demain à 16:30", "d’ici demain à 16:30"),
        ("fr", "jusqu'au aujourd’hui à 16:30", "jusqu’à aujourd’hui à 16:30"),
        ("fr", "l’appel du aujourd’hui à 9:00", "l’appel d’aujourd’hui à 9:00"),
        ("fr", "d’ici au jeudi 3 décembre à 10:00", "d’ici au jeudi 3 décembre à 10:00"),
        ("es", "la llamada del hoy a las 16:30", "la llamada de hoy a las 16:30"),
        ("es", "del jueves 3 de diciembre a las 9:00", "del jueves 3 de diciembre a las 9:00"),
    ],
)
def test_a_preposition_before_today_is_smoothed_away(language: str, text: str, smoothed: str):
    assert smooth(text, language) == smoothed


@pytest.mark.parametrize("language", LEXICON.writing("replies"))
def test_a_date_and_today_are_smoothed_in_the_words_that_when_writes(language: str):
    preposition = {"en": "on", "de": "am", "fr": "le", "es": "el"}[language]
    for at in (NOW + timedelta(hours=1), NOW + timedelta(days=1)):
        words = when(at, language, BERLIN, NOW)
        assert smooth(f"x {preposition} {words}", language) == f"x {words}"
    dated = f"x {preposition} {when(CALL, language, BERLIN, NOW)}"
    assert smooth(dated, language) == dated


@pytest.mark.parametrize(
    ("language", "prefix"), [("en", "Re: "), ("de", "AW: "), ("de-AT", "AW: "), ("sv", "SV: "), ("tlh", "Re: ")]
)
def test_a_language_has_its_reply_prefix(language: str, prefix: str):
    assert reply_prefix(language) == prefix


def test_every_zone_has_a_name_in_every_language():
    for key in sorted(available_timezones()):
        if key in {"Factory", "localtime"}:
            continue
        for language in LEXICON.writing("replies"):
            words = when(CALL, language, ZoneInfo(key), NOW, ZoneInfo("Antarctica/Troll"))
            assert "Unknown" not in words, key
            assert words.endswith(")") or key == "Antarctica/Troll"


def test_every_hour_of_a_year_can_be_written():
    at = datetime.combine(date(2026, 1, 1), datetime.min.time(), UTC)
    for language in LEXICON.writing("replies"):
        texts = {when(at + timedelta(hours=37 * n), language, BERLIN, NOW) for n in range(237)}
        assert len(texts) == 237
