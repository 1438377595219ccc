"""config/README.md says what the code does: its tables are generated, its moments and words are read by the code."""

import re
from pathlib import Path

import pytest

from triaged.config.layout import SINGLE, tables
from triaged.config.reference import with_tables
from triaged.core.calls import parse_call
from triaged.core.moments import parse_moment
from triaged.core.spans import parse_span
from triaged.core.template import NAMES

README = Path(__file__).parents[3] / "config" / "README.md"
TEXT = README.read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_its_tables_are_those_of_today():
    assert with_tables(TEXT) == TEXT, "run: python -m triaged.config.reference config/README.md"


def test_a_table_that_went_stale_is_written_anew():
    stale = TEXT.replace("| `timezone` |", "| `timezon` |")
    assert stale != TEXT
    assert with_tables(stale) == TEXT


@pytest.mark.parametrize("header", [header for header, _ in tables()])
def test_every_table_has_its_place(header: str):
    assert TEXT.count(f"\n### `{header}`\n") == 1


def test_every_top_level_table_is_described():
    named = {re.split(r"\W+", header)[1] for header, _ in tables()}
    assert named == set(SINGLE.keys)


def test_every_moment_it_names_is_one():
    named = [
        word
        for row in section("Moments").splitlines()
        if row.startswith("| `")
        for word in re.findall(r"`([^`]+)`", row.split("|")[1])
    ]
    assert len(named) >= 14
    assert [parse_moment(word).text for word in named] == named


def test_every_duration_and_call_it_names_is_one():
    durations = re.findall(r"`(\d[^`]*)`", TEXT.split("**Values.**")[1].split("a day is 24 hours")[0])
    calls = re.findall(r"`((?:fri|tue)[^`]*)`", TEXT.split("- **calls**")[1].split("\n- **")[0])
    assert [parse_span(word).text for word in durations] == durations
    assert [parse_call(word).text for word in calls] == calls
    assert (len(durations), len(calls)) == (11, 4)


def test_every_variable_of_a_text_is_in_it_and_no_other():
    named = re.findall(r"^\| `(\w+)` \|", section("Reply texts").split("### When no reply goes")[0], re.MULTILINE)
    assert sorted(named) == sorted(NAMES)


def test_every_file_it_names_is_there():
    named = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert len(named) >= 7
    assert [name for name in named if not (README.parent / name).exists()] == []
