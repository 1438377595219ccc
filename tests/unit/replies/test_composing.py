"""Replies as octets: which fields, which words in them, and nothing that a stranger could have put there."""

from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest

from support.replykit import DANA, NOW, ORIGIN, letter
from triaged.core import reply
from triaged.core.address import Address, Mailbox, read_address
from triaged.core.reply import (
    ComposeError,
    Head,
    Origin,
    PassedOn,
    compose,
    compose_forward,
    compose_note,
    references,
    reply_headers,
    write,
)
from triaged.core.template import Rendered

ID = "<triaged.1f@roth.example>"


def composed(subject: str = "Re: quick question", text: str = "Hello.\n", **changed: object) -> bytes:
    return compose(letter(**changed), Rendered(subject, text, "en"))


def test_an_automatic_reply_carries_what_the_standard_asks_for_in_order():
    assert reply_headers(composed()) == {
        "From": "Dana Roth <dana@roth.example>",
        "To": "gary@harbor.example",
        "Subject": "Re: quick question",
        "Date": "Tue, 24 Nov 2026 14:20:00 +0000",
        "Message-ID": "<triaged.1f@roth.example>",
        "In-Reply-To": "<hello@harbor.example>",
        "References": "<first@harbor.example> <hello@harbor.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-Triaged": "7",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "7bit",
    }


def test_a_new_message_to_a_caller_is_generated_and_refers_to_nothing():
    headers = reply_headers(composed(kind="auto-generated", origin=None))
    assert headers["Auto-Submitted"] == "auto-generated"
    assert "In-Reply-To" not in headers
    assert "References" not in headers


def test_a_draft_carries_no_robots_fields():
    headers = reply_headers(composed(kind="draft", precedence="bulk"))
    assert not {"Auto-Submitted", "X-Auto-Response-Suppress", "X-Triaged", "Precedence"} & headers.keys()
    assert headers["In-Reply-To"] == "<hello@harbor.example>"


def test_precedence_is_written_where_it_is_asked_for():
    assert reply_headers(composed(precedence="bulk"))["Precedence"] == "bulk"


def test_a_message_without_an_id_is_answered_without_references():
    assert "In-Reply-To" not in reply_headers(composed(origin=Origin(None, ("<a@b>",), ("<a@b>",))))
    assert "In-Reply-To" not in reply_headers(composed(origin=Origin("<a@b> <c@d>")))


def test_references_are_the_parents_then_the_message_none_twice():
    assert references(Origin("<m@x>", ("<p@x>",), ("<a@x>", "<a@x>", "<p@x>"))) == ("<a@x>", "<p@x>", "<m@x>")
    assert references(Origin("<m@x>", ("<p@x>",))) == ("<p@x>", "<m@x>")
    assert references(Origin("<m@x>", ("<p@x>", "<q@x>"))) == ("<m@x>",)
    assert references(Origin("<m@x>", (), ("<ü@x>", "<a b@x>", "<m@x>", f"<{'l' * 300}@x>"))) == ("<m@x>",)


def test_long_references_keep_the_first_and_the_last_nineteen():
    ids = tuple(f"<{number}@x>" for number in range(100))
    found = references(Origin("<m@x>", (), ids))
    assert (len(found), found[0], found[1], found[-1]) == (20, "<0@x>", "<82@x>", "<m@x>")
    raw = composed(origin=Origin("<m@x>", (), ids))
    assert reply_headers(raw)["References"] == " ".join(found)
    assert max(map(len, raw.split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    "name",
    [
        "Dana Röth",
        'Dr. "Dana" \\ Roth',
        "Roth, Dana",
        "=?utf-8?q?evil?=",
        "Röth <x@evil.example>",
        "王" * 60,
        "a\r\nBcc: x@y",
        "",
    ],
)
def test_names_of_all_sorts_stay_one_mailbox(name: str):
    raw = composed(sender=Mailbox(DANA.address, name))
    parsed = message_from_bytes(raw)
    from triaged.core.message import read_raw

    found = read_raw(raw).sender
    assert found is not None
    assert found.address == DANA.address
    assert found.name == name.replace("\r\n", " ")
    assert parsed.get_all("bcc") is None


@pytest.mark.parametrize(
    "subject", ["Grüße", "=?utf-8?q?a?=", "日本語" * 20, "a\r\nBcc: x@y.example", "a\0b", "e" * 119, "é" * 119, ""]
)
def test_subjects_of_all_sorts_come_out_as_they_went_in(subject: str):
    raw = composed(subject)
    found = str(make_header(decode_header(message_from_bytes(raw)["subject"].replace("\r\n ", " "))))
    assert found == " ".join(subject.replace("\r\n", " ").replace("\0", " ").split())
    assert message_from_bytes(raw).get_all("bcc") is None
    assert max(map(len, raw.split(b"\r\n"))) <= 140


def test_an_overlong_subject_is_cut():
    assert len(reply_headers(composed("x" * 500))["Subject"]) == 120


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("plain\n", "7bit"),
        ("ümlaut\n", "quoted-printable"),
        ("long " * 40 + "\n", "quoted-printable"),
        ("From here on\n", "quoted-printable"),
        (".\n..\nx\n", "7bit"),
        ("a\rb\r\nc\nd", "7bit"),
        ("= equals =\n", "7bit"),
    ],
)
def test_texts_travel_as_seven_bit_lines_and_come_out_as_they_went_in(text: str, encoding: str):
    raw = composed(text=text)
    parsed = message_from_bytes(raw)
    assert parsed["content-transfer-encoding"] == encoding
    body = parsed.get_payload(decode=True).decode()
    assert body == text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").replace("\n", "\r\n") + "\r\n"
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 76
    assert not any(line.startswith(b"From ") for line in raw.split(b"\r\n")[1:])


def test_what_only_smtputf8_could_carry_is_refused():
    beyond = read_address("gäry@harbor.example")
    assert beyond is not None
    with pytest.raises(ComposeError, match="SMTPUTF8"):
        composed(to=beyond)
    with pytest.raises(ComposeError, match="SMTPUTF8"):
        composed(sender=Mailbox(beyond, "x"))


@pytest.mark.parametrize("message_id", ["", "x@y", "<x@y>\r\nBcc: <a@b>", "<ü@y>", "<x y@z>"])
def test_a_message_id_that_is_none_is_refused(message_id: str):
    with pytest.raises(ComposeError, match="no message id"):
        composed(message_id=message_id)


@pytest.mark.parametrize(
    "to",
    [
        Address("gary", "harbor.example\r\nBcc: x@evil.example"),
        Address("gary>,<x", "harbor.example"),
        Address("a,b@c", "harbor.example"),
        Address("gary", "harbor.example, x@evil.example"),
    ],
)
def test_an_address_that_is_more_than_one_is_refused(to: Address):
    with pytest.raises((ComposeError, ValueError)):
        composed(to=to)


@pytest.mark.parametrize(
    "field", [b"Bcc: x@evil.example\r\n", b"To: x@evil.example\r\n", b"X: a\r\n\r\nnew body", b"junk\r\n"]
)
def test_the_check_after_writing_finds_a_field_too_many(field: bytes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reply, "date_field", lambda at: field)
    with pytest.raises(ComposeError, match="would not be clean"):
        composed()


def test_the_check_after_writing_finds_a_bare_line_end(monkeypatch: pytest.MonkeyPatch):
    good = reply.text_part
    monkeypatch.setattr(reply, "text_part", lambda text: good(text) + b"smuggled\n.\r\n")
    with pytest.raises(ComposeError, match="bare CR or LF"):
        composed()


def test_equal_letters_are_equal_octets_and_show_the_same_words():
    made = write(letter("Until {{ promise | when }}, {{ sender.name }}.\n"))
    assert made.raw == write(letter("Until {{ promise | when }}, {{ sender.name }}.\n")).raw
    assert made.rendered.text.encode() in made.raw.replace(b"\r\n", b"\n")
    assert reply_headers(made.raw)["Subject"] == made.rendered.subject == "Re: quick question"


def test_a_letter_without_origin_answers_a_call():
    made = write(letter("I have your voicemail.\n", origin=None, kind="auto-generated"))
    assert made.rendered.subject == "Your call"
    assert reply_headers(made.raw)["Auto-Submitted"] == "auto-generated"


TOM = Address("tom", "roth-partners.example")
ORIGINAL = b"From: gary@harbor.example\r\nSubject: extra project\r\n\r\nCan you?\r\n"


def forwarded(original: bytes | None, language: str = "en") -> bytes:
    head = Head(DANA, TOM, "extra project", ID, NOW)
    return compose_forward(head, PassedOn(9, language, "Tom", original))


def test_a_forward_attaches_the_message_as_it_came():
    parsed = message_from_bytes(forwarded(ORIGINAL))
    assert parsed["to"] == "tom@roth-partners.example"
    assert parsed["subject"] == "Fwd: extra project"
    assert parsed["auto-submitted"] == "auto-generated"
    words, attached = parsed.get_payload()
    assert "Hello Tom," in words.get_payload()
    assert attached.get_content_type() == "message/rfc822"
    assert ORIGINAL in forwarded(ORIGINAL)


@pytest.mark.parametrize(
    "original",
    ["From: ä\r\n\r\nü\r\n".encode("latin-1"), b"a: b\n\nbare", b"a: b\r\n\r\n" + b"x" * 2000, b"a: \0\r\n\r\n"],
)
def test_what_cannot_travel_as_seven_bit_is_attached_as_a_file(original: bytes):
    _, attached = message_from_bytes(forwarded(original)).get_payload()
    assert attached.get_content_type() == "application/octet-stream"
    assert attached.get_filename() == "message.eml"
    assert attached.get_payload(decode=True) == original


def test_a_message_that_is_too_large_or_gone_is_told_about(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reply, "LARGEST_FORWARD", len(ORIGINAL) - 1)
    for raw in (forwarded(ORIGINAL), forwarded(None)):
        parsed = message_from_bytes(raw)
        assert not parsed.is_multipart()
        assert "too large to attach" in parsed.get_payload()


@pytest.mark.parametrize(("language", "prefix"), [("de", "WG: "), ("fr", "TR : "), ("es-MX", "RV: "), ("it", "Fwd: ")])
def test_a_forward_is_written_in_my_language(language: str, prefix: str):
    assert reply_headers(forwarded(ORIGINAL, language=language))["Subject"] == f"{prefix}extra project"


def test_a_boundary_occurs_in_no_part():
    first = message_from_bytes(forwarded(ORIGINAL)).get_boundary()
    assert first is not None
    nested = b"a: b\r\n\r\n--" + first.encode() + b"--\r\n"
    parsed = message_from_bytes(forwarded(nested))
    assert parsed.get_boundary() != first
    assert len(parsed.get_payload()) == 2


def test_a_note_to_myself_has_a_text_and_the_same_in_html():
    raw = compose_note(
        Head(DANA, DANA.address, "Digest — 2 waiting", ID, NOW),
        text="Zwei Nachrichten für dich",
        html="<p>Zwei Nachrichten für dich</p>",
    )
    parsed = message_from_bytes(raw)
    assert parsed.get_content_type() == "multipart/alternative"
    plain, html = parsed.get_payload()
    assert plain.get_payload(decode=True).decode().strip() == "Zwei Nachrichten für dich"
    assert html.get_content_type() == "text/html"
    assert parsed["auto-submitted"] == "auto-generated"
    only = compose_note(Head(DANA, DANA.address, "x", ID, NOW), "y", origin=ORIGIN)
    assert message_from_bytes(only).get_content_type() == "text/plain"
    assert reply_headers(only)["In-Reply-To"] == ORIGIN.message_id


def test_a_reply_id_and_a_draft_do_not_change_the_words():
    sent, draft = write(letter()), write(replace(letter(), kind="draft"))
    assert sent.rendered == draft.rendered
