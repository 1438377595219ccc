"""The page, and the same figures as a mail and as text."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from support.reportkit import MONDAY, dana, quarter, report, row
from triaged.config import load
from triaged.report.htmlpage import as_html, as_text, title_of
from triaged.report.phrases import duration, duration_in_prose, period, share, short_day
from triaged.report.reportwords import words_of


def test_the_page_needs_nothing_from_outside(tmp_path: Path):
    page = as_html(quarter(dana(tmp_path)))
    assert all(target.startswith("#") for target in re.findall(r"""(?:src|href|action)=["']?([^"'>]*)""", page))
    assert "<script" not in page
    assert "url(" not in page.replace("url(#", "")
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_what_others_wrote_is_text_and_no_markup():
    page = as_html(report(row(1, MONDAY, subject="<script>alert(1)</script>", client="<b>x</b>")))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_it_is_written_in_my_language(tmp_path: Path):
    text = dana(tmp_path).source.read_text("utf-8").replace('language = "en"', 'language = "fr"', 1)
    folder = tmp_path / "fr"
    folder.mkdir()
    (folder / "dana.toml").write_text(text, "utf-8")
    person = load(folder / "dana.toml").persons[0]
    found = quarter(person)
    assert title_of(found).startswith("Réactivité, ")
    assert '<html lang="fr">' in as_html(found, pictures=False)
    assert "Promesses faites" in as_text(found)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_language_has_a_word_for_each_thing_that_is_counted(language: str):
    words, english = words_of(language), words_of("en")
    assert words.language == language
    for name in ("arrived", "verdicts", "kept", "steps"):
        assert getattr(words, name).keys() == getattr(english, name).keys()
    assert "{zone}" in words.how_when
    assert "{count}" in words.median_of
    assert "{moved}" in words.moved_of
    assert "{decided}" in words.moved_of


def test_one_client_alone_is_not_told_twice(tmp_path: Path):
    page = as_html(quarter(dana(tmp_path), ["harbor"]), pictures=False)
    assert page.count("<section>") == 1
    assert "All clients" not in page


def test_durations_read_as_people_say_them():
    minutes = (0, 12, 60, 185, 3120, 20000)
    assert [duration(timedelta(minutes=m)) for m in minutes] == [
        "0 min", "12 min", "1 hr", "3 hr 5 min", "2 days 4 hr", "13 days 21 hr",
    ]  # fmt: skip
    assert duration(timedelta(hours=52), days=False) == "52 hr"
    assert duration(None) == "–"
    assert [duration(timedelta(seconds=4), one) for one in ("en", "de")] == ["<1 min", "<1 Min."], "no zero for a time"
    assert [duration_in_prose(timedelta(seconds=s), "en") for s in (0, 4, 119)] == ["1 minute", "1 minute", "2 minutes"]
    assert [duration(timedelta(hours=52), one) for one in ("de", "fr", "es")] == [
        "2 Tage 4 Std.",
        "2 jours 4 h",
        "2 días 4 h",
    ]
    assert duration_in_prose(timedelta(minutes=61), "de") == "1 Stunde 1 Minute"


def test_dates_and_shares_read_as_people_say_them():
    zone = ZoneInfo("Europe/Berlin")
    first, last = datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert period(first, last, "en", zone) == "1–30 Nov 2026"
    assert period(first, last, "de", zone) == "1.–30. Nov. 2026"
    assert period(first, first + timedelta(hours=5), "en", zone) == "1 November 2026"
    assert (share(1, 4, "en"), share(1, 4, "de"), share(0, 0, "en")) == ("25%", "25\xa0%", "–")
    assert short_day(date(2026, 11, 2), "fr") == "2 nov."


def test_holidays_and_days_away_are_marked_in_the_plots_and_named_in_the_key(tmp_path: Path):
    text = dana(tmp_path).source.read_text("utf-8")
    begin = datetime(2026, 12, 21, tzinfo=UTC)
    came = [
        row(n, begin + timedelta(days=n, hours=10), answered_at=begin + timedelta(days=n, hours=11)) for n in range(7)
    ]
    pages = {}
    for name, more in (("off", 'holidays = "DE-BE"\naway = ["2026-12-22"]'), ("none", "")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "dana.toml").write_text(text.replace("[hours]", f"[hours]\n{more}"), "utf-8")
        person = load(folder / "dana.toml").persons[0]
        found = report(*came, person=person, since=begin, until=begin + timedelta(days=7))
        pages[name] = as_html(found)
        marked = found.whole.series.days_off
        assert len(marked) == (2 if name == "off" else 0), "on a Saturday there are no hours that would be missed"
        off = sum(map(sum, found.whole.grid.days_off))
        assert off == (3 if name == "off" else 0), "what came then is of another colour"
    drawn = {name: len(re.findall(r'<rect[^>]*fill="var\(--off\)"', page)) for name, page in pages.items()}
    assert drawn["off"] > drawn["none"]
    assert "holiday or day away" in pages["off"]
    assert "holiday or day away" not in pages["none"]
