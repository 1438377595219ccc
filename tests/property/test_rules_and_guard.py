"""Rules and guard on any input: total, deterministic, and never talked out of a refusal."""

import json
import re
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from support.rulekit import GARY, MINE, address, client, facts, mail, raw_mail, rule, sending, view, when
from triaged.core.address import organisation
from triaged.core.clients import Roster, globs_meet
from triaged.core.conditions import CONDITIONS, Problem, evaluate, parse_when
from triaged.core.folding import fold
from triaged.core.guard import REFUSALS, Refusal, Sending, destination, refusals
from triaged.core.message import read_raw
from triaged.core.patterns import Haystack, PatternSet, compile_glob, compile_pattern
from triaged.core.retelling import retold
from triaged.core.rules import RuleSet

organisation("harbor.example")  # reads its list of suffixes once, here and not within an example

REFUSING = (
    "Auto-Submitted: auto-generated",
    "X-Auto-Response-Suppress: All",
    "List-Id: <a.b>",
    "Precedence: bulk",
    "X-Autoreply: yes",
    "X-Loop: yes",
    "X-Spam-Flag: YES",
    "X-Triaged: 1",
    "Resent-From: x@y.example",
    "Reply-To: x@elsewhere.example",
    "Sender: mailer-daemon@harbor.example",
    "Content-Class: urn:content-classes:calendarmessage",
    "From: second@harbor.example",
    "Message-ID: <second@harbor.example>",
)
NAMES = (
    "From",
    "To",
    "Cc",
    "Subject",
    "Return-Path",
    "Message-ID",
    "Date",
    "Reply-To",
    "Sender",
    "References",
    "X-Loop",
    "Auto-Submitted",
)
VALUES = (
    "",
    MINE,
    GARY,
    "<>",
    f"<{GARY}>",
    "no",
    "no (x)",
    "(",
    '"',
    "=?utf-8?q?=00?=",
    "a,b;c:<d@e>",
    "\t",
    "\x00",
    "ü",
    "<triaged.x@roth.example>",
)
LINES = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map(lambda pair: f"{pair[0]}: {pair[1]}")
RAW = st.one_of(
    st.binary(max_size=300),
    st.lists(LINES, max_size=12).map(lambda lines: "\r\n".join([*lines, "", "text"]).encode()),
)
EVERY_CONDITION = tuple(
    condition
    for table in (
        {"client": "h*", "tier": "x"},
        {"from": "*@harbor.example", "to": "d*"},
        {"addressed": ["to", "none"], "subject": ["a", "/b+/"]},
        {"text": ["ü", "*x*"], "words": "> 1", "language": "de"},
        {"header": {"from": "*", "X-Loop": "?"}, "important": False},
        {"attachment": "*", "size": "< 5 KB", "authenticated": False},
        {"between": "22:00-06:00", "hours": ["off", "holiday"]},
        {"kind": "new", "burst": "2 in 5m", "not": {"any": [{"subject": "x"}, {"body": "y"}]}},
    )
    for condition in (when(**{key: value}) for key, value in table.items())
)
TEXT = st.text(st.sampled_from("aAbB üÜßİ\u0301\u200b’'-.障害1*"), max_size=30)
WORDS = st.sampled_from(["a", "ab", "b*", "ü", "ß", "障", "/a+b/", "/^b/", "a b", "ab'"])
TABLES = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "subject": st.lists(WORDS, min_size=1, max_size=3),
            "body": WORDS,
            "text": st.lists(WORDS, min_size=1, max_size=2),
            "client": st.sampled_from(["harbor", "lindenhof", "h*", "*"]),
            "tier": st.sampled_from(["gold", "none"]),
            "from": st.sampled_from(["gary@*", "x@*"]),
        },
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=6,
)
ANY_VALUE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=12),
        st.sampled_from(["3 in 20m", "> 5 MB", "office"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=5), st.sampled_from([word.name for word in CONDITIONS])), inner, max_size=3
        ),
    ),
    max_leaves=8,
)


def of(raw: bytes) -> Sending:
    return sending(read_raw(raw))


@given(RAW)
def test_the_guard_answers_any_octets_in_the_order_of_its_codes(raw: bytes):
    found = refusals(of(raw))
    order = [REFUSALS.index(refusal.code) for refusal in found]
    assert order == sorted(order)
    assert all(isinstance(refusal, Refusal) and refusal.reason for refusal in found)
    assert found == refusals(of(raw))


@given(RAW)
def test_whatever_is_answered_has_one_plain_address_to_go_to(raw: bytes):
    asked = of(raw)
    if not refusals(asked):
        found = destination(asked)
        assert found is not None
        assert re.fullmatch(r"[!-~]+@[a-z0-9.-]+", found.spec)


@given(RAW, st.lists(st.sampled_from(REFUSING), max_size=3))
def test_a_refusing_header_never_turns_a_refusal_into_a_reply(raw: bytes, lines: list[str]):
    before = refusals(of(raw))
    after = refusals(of("".join(f"{line}\r\n" for line in lines).encode() + raw))
    assert after or not before


@given(st.lists(st.sampled_from(REFUSING), min_size=1, max_size=3), st.booleans())
def test_one_refusing_header_is_enough_wherever_it_stands(lines: list[str], above: bool):  # noqa: FBT001  # hypothesis passes by name
    raw = "".join(f"{line}\r\n" for line in lines).encode() + raw_mail("x") if above else raw_mail("x", *lines)
    assert refusals(of(raw))


@settings(max_examples=60)
@given(RAW)
def test_every_condition_answers_any_octets_and_always_the_same(raw: bytes):
    seen, again = view(read_raw(raw), languages=("en", "de")), view(read_raw(raw), languages=("en", "de"))
    for condition in EVERY_CONDITION:
        outcome = evaluate(condition, seen)
        assert outcome.because
        assert outcome == evaluate(condition, again)


@given(st.lists(TABLES, min_size=1, max_size=5), TEXT, TEXT, st.sampled_from([None, "gold"]))
def test_the_index_changes_nothing_but_the_time(
    tables: list[dict[str, object]], subject: str, text: str, tier: str | None
):
    rules = RuleSet(tuple(rule(str(number), when=when(**table)) for number, table in enumerate(tables)))
    harbor = client(tier=tier)
    message = mail(text, Subject=subject.strip() or "x")
    quick, slow = rules.match(view(message, harbor)), rules.match(view(message, harbor), trace=True)
    assert (quick.rule, quick.because) == (slow.rule, slow.because)
    assert len(slow.trace) == (int(slow.rule.name) + 1 if slow.rule else len(tables))


@given(st.lists(TABLES, min_size=1, max_size=5), TEXT, TEXT, st.sampled_from([None, "gold"]))
def test_what_the_index_left_out_can_be_told_from_the_rules_alone(
    tables: list[dict[str, object]], subject: str, text: str, tier: str | None
):
    rules = RuleSet(tuple(rule(str(number), when=when(**table)) for number, table in enumerate(tables)))
    remembered = {
        "client": {"harbor": {"tier": tier}},
        "rule": [{"name": str(number), "when": table} for number, table in enumerate(tables)],
    }
    message, harbor = mail(text, Subject=subject.strip() or "x"), client(tier=tier)
    quick, slow = rules.match(view(message, harbor)), rules.match(view(message, harbor), trace=True)
    told = retold(json.dumps(remembered), "harbor", quick.trace)
    assert [(line.rule, line.matched) for line in told] == [(line.rule, line.matched) for line in slow.trace]
    assert all(line.because for line in told)
    assert retold(None, "harbor", quick.trace) == quick.trace


@given(ANY_VALUE)
def test_reading_a_condition_never_raises(table: object):
    read = parse_when(table)
    if isinstance(read, list):
        assert all(isinstance(problem, Problem) and problem.text for problem in read)
    else:
        assert evaluate(read, view()).because


@given(st.text(max_size=40))
def test_folded_text_is_ascii_and_folding_knows_no_case(text: str):
    assert fold(text).isascii()
    assert fold(text.upper()) == fold(text.upper().lower().upper())


@given(st.text(st.characters(categories=["Ll", "Lu", "Lo"]), min_size=1, max_size=8))
def test_every_word_is_found_among_others_and_in_capitals(word: str):
    if fold(word).strip("\x01 "):
        pattern = compile_pattern(word)
        assert pattern.search(f"well, {word}!") is not None


@given(st.lists(WORDS, min_size=1, max_size=6), TEXT)
def test_a_set_finds_what_each_pattern_finds_alone(words: list[str], text: str):
    patterns = [compile_pattern(word) for word in words]
    haystack = Haystack(text)
    for kind in (True, False):
        some = [pattern for pattern in patterns if pattern.words is kind]
        alone = [place for place, pattern in enumerate(some) if pattern.search(haystack) is not None]
        assert sorted(PatternSet(some, words=kind).find(haystack)) == alone


@given(st.text(max_size=60))
def test_any_text_is_a_pattern_or_told_why_not(text: str):
    try:
        pattern = compile_pattern(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017  # most texts are patterns: none need raise
    else:
        assert pattern.search("") is None or not pattern.words


SMALL = st.text(st.sampled_from("ab*?"), max_size=4)
ALL_SHORT = tuple("".join(letters) for length in range(5) for letters in product("ab", repeat=length))


@given(SMALL, SMALL)
def test_two_globs_meet_where_some_text_fits_both(one: str, two: str):
    both = any(compile_glob(one).matches(text) and compile_glob(two).matches(text) for text in ALL_SHORT)
    assert globs_meet(one, two) == globs_meet(two, one)
    if both:
        assert globs_meet(one, two)
    if globs_meet(one, two) and len(one.replace("*", "")) + len(two.replace("*", "")) <= 4:
        assert both


@given(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), st.from_regex(r"[a-z]{2,8}", fullmatch=True))
def test_no_lookalike_of_a_domain_is_the_client(before: str, after: str):
    roster = Roster((client(),))
    for domain in (
        f"{before}harbor.example",
        f"{before}.harbor.example",
        f"harbor.example.{after}",
        f"harbor.{after}x",
    ):
        assert roster.find(address(f"gary@{domain}")) is None


@given(st.integers(min_value=0, max_value=3))
def test_equal_facts_give_equal_refusals(replies: int):
    one = sending(facts=facts(replies_in_fuse=replies), fuse=2)
    assert refusals(one) == refusals(sending(facts=facts(replies_in_fuse=replies), fuse=2))
    assert bool(refusals(one)) is (replies >= 2)
