"""Whatever the octets, reading returns; whatever is read, it holds what is promised about it."""

import sys
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triaged.core.address import Mailbox, addresses_in, read_mailbox
from triaged.core.authres import Trust, authenticate, read_field
from triaged.core.decoding import clean_line
from triaged.core.html import render
from triaged.core.kinds import is_automatic, is_stop, kinds_of
from triaged.core.message import DEFECTS, REFUSING, read, read_raw
from triaged.core.newtext import cuts_of, scan
from triaged.core.telephone import Callers, read_notice

TOKENS = st.sampled_from(
    [
        b"From: ",
        b"To: ",
        b"Subject: ",
        b"Content-Type: ",
        b"multipart/mixed; boundary=b",
        b"text/html",
        b"text/plain; charset=",
        b"utf-16",
        b"iso-2022-jp",
        b"utf-8",
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b" ",
        b"\t",
        b"--b",
        b"--b--",
        b"=?utf-8?q?",
        b"=?utf-8?b?",
        b"?=",
        b"=C3=BC",
        b"<",
        b">",
        b"@",
        b"a",
        b"b.example",
        b'"',
        b"\\",
        b"(",
        b")",
        b",",
        b";",
        b":",
        b"\0",
        b"\xff",
        b"\xc3\xbc",
        b"Content-Transfer-Encoding: ",
        b"base64",
        b"quoted-printable",
        b"x-uuencode",
        b"begin 644 x",
        b"Date: ",
        b"Tue, 24 Nov 2026 15:10:00 +0100",
        b"Message-ID: ",
        b"<1@x.example>",
        b"References: ",
        b"Return-Path: ",
        b"Received: ",
        b"name*0*=",
        b"utf-8''%",
        b"format=flowed",
        b"Authentication-Results: ",
        b"mx.roth.example; ",
        b"dmarc=pass",
        b"header.from=",
        b"<blockquote>",
        b"</blockquote>",
        b"<div id=appendonsend>",
        b"<!--",
        b"<a b='",
        b"&#x202e;",
        b"On 3 May, x wrote:\n",
        b"> x\n",
        b"-- \n",
        b"Sent: x\n",
        b"From: x\n",
        b"_____________________\n",
        b"Sent from my iPhone\n",
    ]
)
OCTETS = st.one_of(st.binary(max_size=400), st.lists(TOKENS, max_size=60).map(b"".join))
TEXT = st.one_of(
    st.text(max_size=300), st.lists(TOKENS, max_size=40).map(lambda pieces: b"".join(pieces).decode("latin-1"))
)


@given(OCTETS)
def test_reading_returns_whatever_the_octets(raw: bytes) -> None:
    message = read_raw(raw)
    kinds = kinds_of(message, read_notice(message, Callers(region="DE"), authenticated=True))

    assert set(message.defects) <= set(DEFECTS)
    assert len(message.digest) == 64
    assert isinstance(is_automatic(message, kinds), bool)
    assert isinstance(is_stop(message, "fr"), bool)
    assert authenticate(message, Trust(("mx.roth.example", "*.example", "microsoft365"))).why
    for text in (message.subject, message.bare_subject, *(one.name for one in message.attachments)):
        assert text == clean_line(text)
    for cut in message.cuts:
        assert 0 <= cut.start <= cut.end <= len(message.text)
    assert message.new_text.encode("utf-8", "strict") is not None


@given(OCTETS)
def test_what_it_is_not_answered_for_is_told_without_its_text(raw: bytes) -> None:
    message = read_raw(raw)
    assert message.doubts == tuple(word for word in message.defects if word in REFUSING)


@given(OCTETS, st.integers(min_value=0, max_value=400))
def test_a_cut_message_reads_as_well(raw: bytes, cut: int) -> None:
    header, _, body = raw.partition(b"\r\n\r\n")
    message = read(header, body[:cut], size=len(raw), complete=cut >= len(body))

    assert message.size == len(raw)
    assert not {"unclosed-part", "bad-base64", "missing-part"} & set(message.defects) or message.complete
    assert message == read(header, body[:cut], size=len(raw), complete=cut >= len(body))


@given(OCTETS)
def test_a_mailbox_that_is_read_is_the_one_that_the_standard_library_reads(raw: bytes) -> None:
    found = read_mailbox(raw)

    if isinstance(found, Mailbox) and found.address.is_ascii and raw.isascii():
        text = raw.decode("ascii").replace("\r\n", "").replace("\n", "")
        others = [address for _, address in getaddresses([text])]
        assert [address.lower() for address in others] == [found.address.spec.lower()]
    assert isinstance(found, str) or all(
        word not in found.address.spec for word in ("=?", "<", ">", " ", "\r", "\n", "\0", ",")
    )


@given(OCTETS)
def test_addressees_are_plain_addresses(raw: bytes) -> None:
    for found in addresses_in(raw):
        assert found.spec.count("@") == 1
        assert not any(character.isspace() for character in found.spec)


@given(TEXT)
def test_rendering_html_returns_ordered_marks_within_the_text(text: str) -> None:
    rendered = render(text)

    position = 0
    for mark in rendered.marks:
        assert position <= mark.start < mark.end <= len(rendered.text)
        position = mark.end


@given(TEXT)
def test_what_is_new_and_what_is_cut_make_up_the_text(text: str) -> None:
    found = scan(text)
    cuts = cuts_of(text, found.kinds)

    position = 0
    for cut in cuts:
        assert position <= cut.start <= cut.end <= len(text)
        position = cut.end
    assert bool(found.new_text) == bool(text.strip())
    if not cuts:
        assert found.new_text == text.strip()


@given(st.text(alphabet='mx.example;=()"\\ \tdkimarcpassf/1,', max_size=120))
def test_results_in_comments_and_quotes_never_count(text: str) -> None:
    hidden = read_field(
        f"mx.example; spf=none ({text.replace('(', '').replace(')', '').replace(chr(92), '')})".encode()
    )

    assert hidden is not None
    assert [result.method for result in hidden.results] == ["spf"]


@settings(max_examples=20)
@given(st.integers(min_value=1, max_value=6))
@pytest.mark.timeout(10)
def test_depth_never_exhausts_the_stack(power: int) -> None:
    depth = 4**power
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (level, level) for level in range(depth))

    assert read_raw(raw).part_types
    assert sys.getrecursionlimit() >= 1000
