"""What `init` says: every text that it asks for is there, none is there for nothing, and answers are understood in each language."""

import re
from pathlib import Path

import pytest

import triaged
from triaged.setup.firstwords import FirstWords
from triaged.setup.hourswords import hours_lines
from triaged.setup.situations import SITUATIONS
from triaged.words import LEXICON

ROOM = Path(triaged.__file__).parent
SPEAKERS = [*(ROOM / "cli" / "beginning").glob("*.py"), ROOM / "cli" / "init.py", ROOM / "cli" / "talk.py"]
SOURCE = "\n".join(file.read_text(encoding="utf-8") for file in [*SPEAKERS, *(ROOM / "setup").glob("*facts.py")])
ASKED = set(re.findall(r"words(?:\.counted)?\(\s*f?[\"']([\w{}.]+)[\"']", SOURCE))
TEXTS = {key for key, text in LEXICON.section("en", "init").items() if isinstance(text, str)}


def is_said(key: str) -> bool:
    counted = key.removesuffix("_one").removesuffix("_many")
    begun = {one.partition("{")[0] for one in ASKED if "{" in one}
    return any(f"{mark}{one}{mark}" in SOURCE for one in (key, counted) for mark in "\"'") or any(
        map(key.startswith, begun)
    )


def test_every_text_is_said_somewhere_and_what_is_said_is_there():
    assert {key for key in TEXTS if not is_said(key)} == set()
    assert {one for one in ASKED if "{" not in one and one not in TEXTS} <= {"mails", "days", "events"}


@pytest.mark.parametrize("language", LEXICON.writing("init"))
def test_situations_and_hints_have_words(language: str):
    words = FirstWords(language)
    assert all(words.of("situations", one.name) != one.name for one in SITUATIONS)


@pytest.mark.parametrize(
    ("tag", "said", "meant"),
    [
        ("de_DE.UTF-8", "Mo-Do 09:00-12:30, 13:30-17:00; Fr 9:00-13:00 Uhr", "mon-thu 09:00-12:30, 13:30-17:00; fri 9:00-13:00"),
        ("de", "dienstags 10:00 für 45 Minuten", "tue 10:00 for 45 minutes"),
        ("fr", "lun-jeu 09:00-17:00", "mon-thu 09:00-17:00"),
        ("es", "lun-vie 09:00-14:00", "mon-fri 09:00-14:00"),
        ("en", "mon-thu 09:00-17:00", "mon-thu 09:00-17:00"),
        ("pt", "mon 09:00-17:00", "mon 09:00-17:00"),
    ],
)  # fmt: skip
def test_times_are_understood_as_they_are_said(tag: str, said: str, meant: str):
    assert FirstWords(tag[:2]).times_meant(said) == meant


@pytest.mark.parametrize("language", LEXICON.writing("init"))
def test_the_examples_that_it_shows_are_taken(language: str):
    words = FirstWords(language)
    shown = words("hours_explained").replace("`", "").rstrip(".").partition(" ")[2].removeprefix("Sie ")
    examples = re.split(r", (?:or|oder|ou|o) ", shown)
    assert len(examples) == 2
    for one in examples:
        assert hours_lines(words.times_meant(one))


def test_a_word_means_the_same_in_every_language_and_only_where_it_may_be_answered():
    words = FirstWords("de")
    assert words.meant("Keine", ("none", "all")) == "none"
    assert words.meant("nein", ("yes", "no")) == "no"
    assert words.meant("none", ("none",)) == "none"
    assert words.meant("keine", ("yes", "no")) == "keine"
    assert (words.shown("none", ("none",)), words.shown("none", ())) == ("keine", "none")
