"""Text patterns: words, phrases, globs inside words, and regular expressions that cannot run away."""

import re

import pytest

from triaged.core.patterns import Haystack, PatternSet, compile_glob, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("outage", "An OUTAGE since nine", "OUTAGE"),
        ("störung", "Böse STÖRUNG", "STÖRUNG"),
        ("straße", "in der HAUPTSTRASSE 3, STRASSE 4", "STRASSE"),
        ("straße", "Straße 4, ganz groß", "strasse"),
        ("heute noch", "bitte heute\n  noch anrufen", "heute noch"),
        ("dring*", "es ist Dringend!", "Dringend"),
        ("*zahlung", "die Ratenzahlung fehlt", "Ratenzahlung"),
        ("ru*n", "wir rufen an, ruin", "rufen"),
        ("障害", "システム障害が発生", "障害"),
        ("장애", "시스템 장애가 발생", "장애"),
        ("vpn", "VPN障害", "VPN"),
        ("c++", "knows C++ well", "C++"),
        ("can't", "I can’t log in", "can’t"),
        ("p1", "ticket (P1)", "P1"),
        ("🔥", "all is on 🔥🔥", "🔥"),
        ("über", "ein Überblick über alles", "über"),
        ("/\\bP[12]\\b/", "a p1 case", "p1"),
        ("/stör(ung|fall)/", "Ein STÖRFALL", "STÖRFALL"),
        ("/^re: /", "RE: offer", "RE:"),
    ],
)
def test_a_pattern_finds_what_it_means(pattern: str, text: str, found: str):
    assert compile_pattern(pattern).search(text) == found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("down", "a download, countdown and downtime"),
        ("stör", "Störung"),
        ("ung", "Störung"),
        ("stör", "zerstört"),
        ("urgent", "nonurgent"),
        ("heute noch", "heutenoch"),
        ("dring*", "eindringlich"),
        ("ru*n", "ru n"),
        ("a.c", "abc"),
        ("/\\bP[12]\\b/", "P13"),
        ("über", "hinüber"),
    ],
)
def test_a_pattern_keeps_to_words(pattern: str, text: str):
    assert compile_pattern(pattern).search(text) is None


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("/(a/", "missing \\)"),
        ("/[z-a]/", "invalid character class range"),
        ("/(?=x)/", "invalid perl operator"),
        ("/a/i", "no letters after the last slash"),
        ("/\\bP[12]\\b", "the last one is missing"),
        ("\bP1\b", r"control character \(\\b in double quotes\): write regular expressions in single quotes"),
        ("", "an empty pattern"),
        ("   ", "an empty pattern"),
        ("*", "nothing to look for"),
        ("x" * 2001, "at most 2000"),
        ("/a{1000}{1000}/", "bad repetition|too large|repetition"),
    ],
)
def test_a_bad_pattern_is_refused_with_its_reason(pattern: str, words: str):
    with pytest.raises(ValueError, match=words):
        compile_pattern(pattern)


def test_a_path_or_a_fraction_is_no_regular_expression():
    assert compile_pattern("24/7").search("we work 24/7 here") == "24/7"
    assert compile_pattern("/etc").search("in /etc now") == "/etc"


def test_nested_repetition_takes_no_exponential_time():
    haystack = Haystack("a" * 100_000 + "!")
    assert compile_pattern("/(a+)+$/").search(haystack) is None
    assert compile_pattern("*a*a*a*a*b").search(haystack) is None


def test_a_long_match_is_shortened():
    found = compile_pattern("/x+/").search("x" * 500)
    assert found is not None
    assert len(found) == 60
    assert found.endswith("…")


def test_a_set_finds_every_pattern_that_occurs():
    patterns = [compile_pattern(text) for text in ("outage", "down", "störung", "dring*")]
    assert sorted(PatternSet(patterns, words=True).find(Haystack("Dringend: STÖRUNG, not a countdown"))) == [2, 3]


def test_a_set_finds_nothing_where_nothing_occurs():
    assert list(PatternSet([compile_pattern("/a+b/")], words=False).find(Haystack("ccc"))) == []


def test_a_set_too_large_for_its_memory_still_finds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("triaged.core.patterns._SET_MEMORY", 10_000)
    monkeypatch.setattr("triaged.core.patterns._PATTERN_MEMORY", 0)
    patterns = [compile_pattern("/[a-z]{3}x[0-9]{4}.{100}y/"), compile_pattern("/needle/")]
    assert list(PatternSet(patterns, words=False).find(Haystack("a needle"))) == [1]


@pytest.mark.parametrize("answer", [None, [], [1]])
def test_a_set_whose_automaton_gave_up_is_searched_one_by_one(answer: list[int] | None):
    patterns = PatternSet([compile_pattern("needle"), compile_pattern("hay")], words=True)
    patterns._match = lambda octets: answer  # what RE2 says when its memory is used up while it searches
    assert list(patterns.find(Haystack("a needle"))) == [0]


def test_lone_surrogates_do_no_harm():
    assert compile_pattern("/urgent/").search("\ud800 urgent") == "urgent"
    assert compile_pattern("urgent").search("\ud800 urgent") == "urgent"


@pytest.mark.parametrize(
    ("glob", "value"),
    [
        ("1*", "1 (Highest)"),
        ("*", ""),
        ("high", "HIGH"),
        ("?ü*", "aÜber"),
        ("[ext]*", "[EXT] mail"),
        ("a*z", "a\tb  z"),
    ],
)
def test_a_glob_fits_a_whole_value(glob: str, value: str):
    assert compile_glob(glob).matches(value)


@pytest.mark.parametrize(("glob", "value"), [("1", "1 (Highest)"), ("?", "ab"), ("high", "higher"), ("[12]*", "1")])
def test_a_glob_does_not_fit_a_part(glob: str, value: str):
    assert not compile_glob(glob).matches(value)


def test_a_control_character_in_a_glob_is_refused():
    with pytest.raises(ValueError, match=re.escape(r"control character (\x01")):
        compile_glob("a\x01")
