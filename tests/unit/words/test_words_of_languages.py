"""The files of the languages: complete where they write, known in every key, and a new one is a new file."""

import re
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from triaged.core.newtext import scan
from triaged.core.notation import any_of, spellings
from triaged.core.quotesigns import QuoteSigns
from triaged.words import LEXICON, Lexicon

FULL = ("en", "de", "es", "fr")
ENGLISH = LEXICON.table("en")
WRITTEN = ("moments", "replies", "confirm", "observed", "mails", "push", "digest", "report", "statement", "init")
PLACES = re.compile(r"\{\{?\s*(\w+)|\{% ")


def shape(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: shape(value) if isinstance(value, Mapping) else type(value) for key, value in table.items()}


def phrases(language: str) -> list[str]:
    sections = (table for name, table in LEXICON.table(language).items() if name not in WRITTEN)
    lists = (value for table in sections for value in table.values() if isinstance(value, list))
    return list(chain.from_iterable(lists))


def places(text: str) -> set[str]:
    return {found[1] for found in PLACES.finditer(text) if found[1]}


@pytest.mark.parametrize("language", FULL)
def test_the_languages_that_are_written_have_all_keys(language: str):
    assert shape(LEXICON.table(language)) == shape(ENGLISH)


@pytest.mark.parametrize("language", LEXICON.languages)
def test_every_language_has_known_keys_alone(language: str):
    for section, table in LEXICON.table(language).items():
        known = shape(ENGLISH[section])
        found = shape(table)
        assert found == {key: known.get(key) for key in found}, section
        if section in WRITTEN:
            assert set(found) == set(known), f"{section} is there whole, or not at all"


def test_languages_that_write_one_thing_write_all_of_it():
    assert {LEXICON.writing(section) for section in WRITTEN if section != "moments"} == {FULL}


@pytest.mark.parametrize("language", FULL)
@pytest.mark.parametrize("section", WRITTEN[2:])
def test_what_is_filled_in_is_the_same_in_every_language(language: str, section: str):
    for key, text in LEXICON.section(language, section).items():
        english = ENGLISH[section][key]
        if isinstance(text, str):
            assert places(text) <= places(english), key
        else:
            assert {name: places(one) for name, one in text.items()} == {n: places(one) for n, one in english.items()}


def written(value: object) -> list[str]:
    """Every text of a section."""
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in written(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("section", WRITTEN[1:])
def test_french_has_a_space_that_does_not_break_before_its_marks(section: str):
    table = {name: one for name, one in LEXICON.section("fr", section).items() if name != "forward_subject"}
    prose = [re.sub(r"\{[{%].*?[}%]\}|`.*?`", "", text) for text in written(table)]
    odd = re.compile(r"[ \w](?=[?!;»])| (?=[:%])|«(?!\u00a0)|(?<=[a-zé])(?<!triaged):(?! *\d)|(?<=\d)%")
    assert {text: found[0] for text in prose if (found := odd.search(text))} == {}


@pytest.mark.parametrize("language", ["de", "es"])
def test_a_unit_stays_on_the_line_of_its_number(language: str):
    texts = written({section: LEXICON.section(language, section) for section in WRITTEN[2:]})
    assert [text for text in texts if re.search(r"\d %", text)] == []


@pytest.mark.parametrize("language", LEXICON.languages)
def test_every_phrase_is_one_that_can_be_looked_for(language: str):
    for phrase in phrases(language):
        assert phrase.strip()
        re.compile(any_of([phrase]))


@pytest.mark.parametrize("language", LEXICON.languages)
def test_no_list_says_anything_twice(language: str):
    for section, table in LEXICON.table(language).items():
        for key, value in table.items():
            if isinstance(value, list) and section not in WRITTEN:
                written = [one for phrase in value for one in spellings(phrase)]
                assert sorted(written) == sorted(set(written)), f"{section}.{key}"


def test_a_language_is_added_by_adding_its_file(tmp_path: Path):
    (tmp_path / "en.toml").write_text((Path(LEXICON.folder) / "en.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "tlh.toml").write_text('[quotes]\nopens = ["DaH"]\nwrote = ["ghItlh(pu|)"]\n', "utf-8")
    lexicon = Lexicon(tmp_path)
    assert lexicon.languages == ("en", "tlh")
    text = "Qapla'!\n\nDaH 24.11.2026, mara@lind.example ghItlhpu:\n\nwhat was said before\n"
    assert scan(text, signs=QuoteSigns(lexicon)).new_text == "Qapla'!"
    assert "what was said before" in scan(text).new_text
    assert lexicon.section("tlh", "replies") == lexicon.section("en", "replies")


def test_a_tag_with_a_region_is_its_own_file_else_that_of_the_language():
    assert LEXICON.section("en-US", "moments")["clock"] == "h:mm a"
    assert LEXICON.section("en_US", "replies") == LEXICON.section("en", "replies")
    assert LEXICON.section("de-AT", "moments") == LEXICON.section("de", "moments")
    assert LEXICON.own("tlh", "moments") is None


@pytest.mark.parametrize(
    ("phrase", "yes", "no"),
    [
        ("out of (the |)office", ["out of office", "Out of the  office"], ["out of the offices", "about office"]),
        ("vertraulich*", ["vertraulich", "Vertraulicher"], ["unvertraulich"]),
        ("von … gesendet", ["von meinem Telefon gesendet"], ["von gesendet"]),
        ("napisał(a)", ["napisał(a)"], ["napisała", "napisał"]),
        ("message d'absence", ["message d'absence", "message d’absence"], ["message dabsence"]),
    ],
)
def test_phrases_are_read_as_the_english_file_says(phrase: str, yes: list[str], no: list[str]):
    expression = re.compile(any_of([phrase]), re.IGNORECASE)
    assert all(expression.search(text) for text in yes)
    assert not any(expression.search(text) for text in no)


def test_nothing_is_found_where_there_are_no_phrases():
    assert re.search(any_of([]), "anything") is None
