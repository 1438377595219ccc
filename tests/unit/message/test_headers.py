"""Header fields: read in order, decoded when asked for, bounded, their defects named."""

from datetime import UTC, datetime

import pytest

from triaged.core.address import NullSender
from triaged.core.message import DEFECTS, REFUSING, Message, read, read_raw

GOOD = b"From: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\nMessage-ID: <1@harbor.example>\r\nDate: Tue, 24 Nov 2026 15:10:00 +0100\r\nSubject: Offer\r\n"


def with_fields(extra: bytes) -> Message:
    return read(GOOD + extra + b"\r\n", b"Hello\r\n")


def test_ordinary_mail_has_no_defects() -> None:
    assert with_fields(b"").defects == ()


def test_fields_keep_their_order_and_are_found_without_regard_to_case() -> None:
    fields = with_fields(b"X-One: a\r\nx-one: b\r\n").fields

    assert fields.all("X-ONE") == ("a", "b")
    assert fields.raw("x-One") == (b"a", b"b")
    assert fields.first("X-One") == "a"
    assert "x-ONE" in fields
    assert "x-two" not in fields
    assert fields.first("x-two") is None
    assert [name for name, _ in fields][-2:] == ["x-one", "x-one"]
    assert len(fields) == 7


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_folded_fields_are_one_line(end: bytes) -> None:
    fields = read(end.join([b"Subject: one", b" two", b"\tthree", b"X: y", b""])).fields

    assert fields.raw("subject") == (b"one two\tthree",)
    assert fields.first("subject") == "one two three"
    assert fields.first("x") == "y"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"=?utf-8?q?R=C3=BCckfrage?= zum Angebot", "Rückfrage zum Angebot"),
        (b"=?UTF-8?B?UsO8Y2s=?= =?utf-8?b?ZnJhZ2U=?=", "Rückfrage"),
        (b"=?utf-8?b?ww==?= =?utf-8?b?vA==?=", "ü"),  # a character split between two words
        (b"=?utf-8*de?q?gr=C3=BCn?=", "grün"),
        (b"=?iso-8859-15?q?10_=A4?=", "10 €"),
        (b"a =?utf-8?q?b?= c", "a b c"),
        (b"=?utf-8?q?a?= or =?utf-8?q?b?=", "a or b"),
        (b"=?utf-8?q?=C3=BC?= =?iso-8859-1?q?=FC?=", "üü"),
        (b"=?unheard-of?q?=C3=BC?=", "ü"),
        (b"=?utf-7?q?+ADw-script+AD4-?= x", "x"),
        (b"=?utf-8?q?broken", "=?utf-8?q?broken"),
        (b"=?utf-8?q?two words?=", "two words"),
        (b"R\xc3\xbcckfrage", "Rückfrage"),
        (b"R\xfcckfrage", "Rückfrage"),
        (b"=?utf-8?q?a=0D=0ABcc:_evil?=", "a Bcc: evil"),
        (b"=?utf-8?b?4oCuZ25pdHNldA==?=", "gnitset"),
        (b"ur\xe2\x80\x8bgent", "urgent"),
        (b"a\x00b\x1bc", "a b c"),
    ],
)
def test_subjects_are_decoded_and_cleaned(raw: bytes, expected: str) -> None:
    assert read(b"Subject: " + raw + b"\r\n\r\n").subject == expected


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Offer", "Offer"),
        ("AW: RE: Antwort: Offer", "Offer"),
        ("RE[2]: Fwd: Offer", "Offer"),
        ("Re (3): Offer", "Offer"),
        ("WG: Offer", "Offer"),
        ("SV: VS: Offer", "Offer"),
        ("回复：Offer", "Offer"),
        ("Regarding: Offer", "Regarding: Offer"),
        ("Offer re: you", "Offer re: you"),
        ("[EXT] Re: Offer", "[EXT] Offer"),
        ("AW: [Ticket#7] RE: [EXT] Offer", "[Ticket#7] [EXT] Offer"),
        ("[P1] Server", "[P1] Server"),
        ("Re: [open Offer", "[open Offer"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_a_bare_subject_has_no_prefixes(subject: str, bare: str) -> None:
    assert read(f"Subject: {subject}\r\n\r\n".encode()).bare_subject == bare


@pytest.mark.parametrize(
    ("extra", "defect"),
    [
        (b"From: tom@harbor.example\r\n", "two-from"),
        (b"Return-Path: <a@b.example>\r\nReturn-Path: <a@b.example>\r\n", "two-return-path"),
        (b"Return-Path: <a b@c.example>\r\n", "malformed-return-path"),
        (b"Message-ID: <2@harbor.example>\r\n", "two-message-id"),
        (b"Date: Tue, 24 Nov 2026 15:10:00 +0100\r\n", "two-date"),
        (b"Subject: x\r\n", "two-subject"),
        (b"To: x@y.example\r\n", "two-to"),
        (b"Content-Type: text/plain\r\nContent-Type: text/html\r\n", "two-content-type"),
        (b"this is no field\r\n", "junk-in-header"),
        (b"X-Y : z\r\n", "blank-before-colon"),
        (b"X-Y: a\0b\r\n", "nul"),
        (b"X-Y: a\rb\r\n", "bare-cr"),
        (b"X-Y: " + b"z" * 20_000 + b"\r\n", "limit-field"),
        (b"X-Y: z\r\n" * 1_001, "limit-fields"),
        ((b"X-Y: " + b"z" * 1_000 + b"\r\n") * 300, "limit-header"),
        (b"Cc: " + b"a@b.example," * 600 + b"\r\n", "limit-addresses"),
        (b"Content-Type: nonsense\r\n", "bad-content-type"),
        (b"Content-Type: multipart/mixed\r\n", "no-boundary"),
        (b"Content-Type: multipart/mixed; boundary=x\r\n", "missing-part"),
        (b"Content-Type: text/plain; charset=utf-7\r\n", "unknown-charset"),
        (b"Content-Transfer-Encoding: rot13\r\n", "unknown-encoding"),
    ],
)
def test_each_defect_is_named(extra: bytes, defect: str) -> None:
    assert with_fields(extra).defects == (defect,)
    assert defect in DEFECTS


def test_what_is_missing_is_named() -> None:
    assert set(read(b"", b"x").defects) == {"no-from", "no-message-id", "bad-date"}
    assert read(GOOD, b"Hel", complete=False).defects == ("truncated",)
    assert "malformed-from" in read(b"From: a, b@c.example\r\n\r\n").defects


def test_what_puts_the_identity_in_doubt_refuses_and_a_cut_body_does_not() -> None:
    assert {"two-from", "malformed-from", "limit-header", "no-message-id", "limit-parts"} <= REFUSING
    assert not {"truncated", "unclosed-part", "bad-base64", "bad-date"} & REFUSING


def test_two_from_fields_give_no_sender() -> None:
    message = with_fields(b"From: tom@harbor.example\r\n")

    assert message.sender is None
    assert message.sender_defect == "two From fields"


def test_the_topmost_return_path_counts() -> None:
    message = read(b"Return-Path: <>\r\nReturn-Path: <a@b.example>\r\n\r\n")

    assert message.return_path is NullSender.NULL
    assert message.return_path_defect == ""
    assert read(b"X: y\r\n\r\n").return_path is None


def test_a_separator_line_of_an_mbox_file_is_no_field() -> None:
    message = read_raw(
        b"From gary@harbor.example Tue Nov 24 15:10:00 2026\n" + GOOD.replace(b"\r\n", b"\n") + b"\nHello\n"
    )

    assert message.defects == ()
    assert message.text == "Hello\n"


def test_a_continuation_without_a_field_is_junk() -> None:
    assert "junk-in-header" in read(b" x: y\r\n" + GOOD + b"\r\n").defects


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Tue, 24 Nov 2026 15:10:00 +0100", datetime(2026, 11, 24, 14, 10, tzinfo=UTC)),
        (b"24 Nov 2026 15:10 GMT", datetime(2026, 11, 24, 15, 10, tzinfo=UTC)),
        (b"Tue, 24 Nov 26 15:10:07 EST", datetime(2026, 11, 24, 20, 10, 7, tzinfo=UTC)),
        (b"Tue, 24 Nov 126 15:10:07 -0000 (x)", datetime(2026, 11, 24, 15, 10, 7, tzinfo=UTC)),
        (b"Tue (today), 24 November 2026 15:10:60 +0000", datetime(2026, 11, 24, 15, 10, 59, tzinfo=UTC)),
        (b"24-Nov-2026 15:10:00 XYZ", datetime(2026, 11, 24, 15, 10, tzinfo=UTC)),
        (b"yesterday", None),
        (b"32 Nov 2026 15:10:00 +0000", None),
        (b"24 Nov 9999 15:10:00 +0000", None),
        (b"24 Nov 1899 15:10:00 +0000", None),
        (b"24 Nov 2026 15:10:00 +9900", None),
        (b"24 Foo 2026 15:10:00 +0000", None),
    ],
)
def test_dates_are_utc_or_nothing(raw: bytes, expected: datetime | None) -> None:
    assert read(b"Date: " + raw + b"\r\n\r\n").date == expected


def test_the_topmost_received_field_tells_the_arrival() -> None:
    message = read(
        b"Received: by a; x; Tue, 24 Nov 2026 15:10:00 +0100\r\nReceived: by b; Mon, 23 Nov 2026 15:10:00 +0100\r\n\r\n"
    )

    assert message.received == datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
    assert read(b"Received: by a\r\n\r\n").received is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"<1@harbor.example>", "<1@harbor.example>"),
        (b" <1@harbor.example> (added)", "<1@harbor.example>"),
        (b"<[abc]@[127.0.0.1]>", "<[abc]@[127.0.0.1]>"),
        (b"1@harbor.example", None),
        (b"<no at>", None),
        (b"<\xfc@harbor.example>", None),
        (b"<a@b", None),
        (b"", None),
    ],
)
def test_a_message_id_is_an_id_or_nothing(raw: bytes, expected: str | None) -> None:
    assert read(b"Message-ID: " + raw + b"\r\n\r\n").message_id == expected


def test_references_are_in_order_none_twice_and_end_with_what_is_answered() -> None:
    message = read(b"References: <a@x> <b@x>\r\n <a@x> junk <\xfc@x>\r\nIn-Reply-To: <c@x>\r\n\r\n")

    assert message.references == ("<a@x>", "<b@x>", "<c@x>")
    assert message.in_reply_to == ("<c@x>",)


def test_addressees_sender_field_and_resending_are_read() -> None:
    message = with_fields(
        b"Cc: tom@x.example\r\nBcc: b@x.example\r\nReply-To: r@x.example\r\nSender: Bot <bot@x.example>\r\nResent-To: q@x.example\r\nResent-Cc: s@x.example\r\n"
    )

    assert [one.spec for one in (*message.to, *message.cc, *message.bcc, *message.reply_to)] == [
        "dana@roth.example", "tom@x.example", "b@x.example", "r@x.example"
    ]  # fmt: skip
    assert message.submitter is not None
    assert message.submitter.address.spec == "bot@x.example"
    assert message.resent
    assert not with_fields(b"").resent


def test_the_digest_is_the_same_however_a_message_is_fetched() -> None:
    whole = read_raw(GOOD + b"Received: by a;\r\n\tx\r\n\r\nHello\r\n")

    assert read(GOOD + b"Received: by a;\r\n\tx\r\n").digest == whole.digest
    assert read(GOOD + b"Received: by a;\n\tx\n\n", b"other").digest == whole.digest
    assert read(GOOD + b"X: y\r\nReceived: by a;\r\n\tx\r\n\r\n").digest == whole.digest
    assert read(GOOD + b"Received: by b\r\n\r\n").digest != whole.digest
    assert len(whole.digest) == 64


def test_without_message_id_and_received_the_whole_header_is_the_digest() -> None:
    draft = read(b"From: a@b.example\r\nSubject: x\r\n\r\n", b"Hello")

    assert draft.digest == read(b"From: a@b.example\nSubject: x\n").digest
    assert draft.digest != read(b"From: a@b.example\r\nSubject: y\r\n\r\n", b"Hello").digest


def test_a_message_is_a_value() -> None:
    one, two = with_fields(b""), with_fields(b"")
    assert one.text == "Hello\n"

    assert one == two
    with pytest.raises(AttributeError):
        one.size = 3


def test_the_size_is_what_the_server_said() -> None:
    assert read(GOOD, b"Hello", size=9_000_000, complete=False).size == 9_000_000
    assert read(b"a: b\r\n\r\n", b"xyz").size == 11


def test_a_doubled_carriage_return_ends_no_header() -> None:
    message = read_raw(b"From: gary@harbor.example\r\r\nSubject: x\r\r\n\r\nHello\r\n")

    assert message.subject == "x"
    assert "bare-cr" in message.defects
    assert message.text == "Hello\n"


def test_carriage_returns_alone_end_lines_where_nothing_else_does() -> None:
    message = read_raw(b"From: gary@harbor.example\rSubject: x\r\rHello\rDana\r")

    assert (message.subject, message.text) == ("x", "Hello\nDana\n")


def test_a_whole_message_may_come_as_its_header() -> None:
    assert read(GOOD + b"\r\nHello\r\n") == read_raw(GOOD + b"\r\nHello\r\n")
    assert read(GOOD + b"\r\nHello\r\n").text == "Hello\n"
