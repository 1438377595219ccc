"""Messages as servers send them, read from octets."""

from datetime import UTC, datetime

import pytest

from fakes.octets import Connection
from triaged.mailbox.errors import Garbled, Lost, Refused
from triaged.mailbox.fetched import NO_DATE, Fetched
from triaged.mailbox.fetching import HEADER_OCTETS, TEXT_OCTETS, Extent, fetch, internal_date

HEADER = b"From: gary@harbor.example\r\nSubject: hi\r\n\r\n"
OK = b"A1 OK done\r\n"


def literal(section: bytes, data: bytes, partial: bytes = b"<0>") -> bytes:
    return b"BODY[%s]%s {%d}\r\n%s" % (section, partial, len(data), data)


def answer(
    uid: int = 5, header: bytes = HEADER, text: bytes = b"hello\r\n", size: int | None = None, flags: bytes = b""
) -> bytes:
    octets = len(header) + len(text) if size is None else size
    return (
        b'* 1 FETCH (UID %d FLAGS (%s) INTERNALDATE "22-Nov-2026 04:09:31 +0100" RFC822.SIZE %d ' % (uid, flags, octets)
        + literal(b"HEADER", header)
        + b" "
        + literal(b"TEXT", text)
        + b")\r\n"
    )


def read(*said: bytes, uids: tuple[int, ...] = (5,), text: bool = True, parts: bool = False) -> list[Fetched]:
    connection = Connection(*said)
    return [m for window in fetch(connection, uids, Extent(text, parts)) for m in window]  # type: ignore[arg-type]


def test_a_small_message_is_whole():
    (message,) = read(answer(flags=b"\\Seen $Work \\Recent") + OK)
    assert message == Fetched(
        uid=5,
        flags=frozenset({"\\Seen", "$Work"}),
        arrived=datetime(2026, 11, 22, 3, 9, 31, tzinfo=UTC),
        size=len(HEADER) + 7,
        header=HEADER,
        body=b"hello\r\n",
        complete=True,
    )


def test_nothing_is_ever_asked_for_in_a_way_that_marks_it_as_seen():
    connection = Connection(answer() + OK)
    list(fetch(connection, [5], Extent(text=True)))  # type: ignore[arg-type]
    asked = bytes(connection.sock.sent)
    assert b"BODY.PEEK[HEADER]" in asked
    assert b"BODY[" not in asked
    assert b"RFC822 " not in asked


def test_the_items_may_come_in_any_order_and_with_items_that_nobody_asked_for():
    said = (
        b"* 1 FETCH (MODSEQ (12345) "
        + literal(b"TEXT", b"hello\r\n")
        + b' X-GM-LABELS ("\\\\Inbox" {3}\r\na)b) ENVELOPE (NIL "x \\"y\\"" ((NIL NIL "a" "b"))) EMAILID (M1) '
        + literal(b"HEADER", HEADER, b"")
        + b' INTERNALDATE " 2-Nov-2026 04:09:31 +0000" RFC822.SIZE 46 FLAGS () UID 5)\r\n'
    )
    (message,) = read(said + OK)
    assert (message.uid, message.header, message.body) == (5, HEADER, b"hello\r\n")
    assert message.arrived == datetime(2026, 11, 2, 4, 9, 31, tzinfo=UTC)


def test_a_response_without_uid_belongs_to_nobody():
    other = b"* 1 FETCH (FLAGS (\\Deleted other))\r\n* 7 EXISTS\r\n* 3 EXPUNGE\r\n"
    (message,) = read(other + answer(flags=b"\\Seen") + other + OK)
    assert message.flags == {"\\Seen"}


def test_a_message_that_was_not_asked_for_is_dropped():
    assert [m.uid for m in read(answer(uid=4) + answer(uid=5) + answer(uid=6) + OK)] == [5]


def test_a_later_response_with_flags_alone_changes_the_flags_alone():
    (message,) = read(answer(flags=b"") + b"* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n" + OK)
    assert message.flags == {"\\Seen"}
    assert message.header == HEADER
    assert message.complete


def test_a_message_that_is_gone_is_missing_even_if_its_flags_are_told():
    flags_only = b"* 1 FETCH (UID 5 FLAGS (\\Deleted))\r\n"
    assert read(flags_only + OK, OK) == []


def test_a_message_whose_header_the_server_will_not_give_is_unreadable():
    bare = b"* 1 FETCH (UID 5 FLAGS () RFC822.SIZE 100)\r\n"
    (message,) = read(bare + OK, bare + OK)
    assert message.header == b""
    assert not message.complete


def test_short_values_may_be_quoted_or_nil():
    said = b'* 1 FETCH (UID 5 BODY[HEADER]<0> "Subject: \\"hi\\"" BODY[TEXT]<0> NIL)\r\n'
    (message,) = read(said + OK)
    assert message.header == b'Subject: "hi"'
    assert message.body == b""


@pytest.mark.parametrize(("octets", "complete"), [(TEXT_OCTETS - 1, True), (TEXT_OCTETS, True)])
def test_a_text_that_just_fits_is_whole(octets: int, complete: bool):  # noqa: FBT001 — a column of the table
    (message,) = read(answer(text=b"x" * octets) + OK)
    assert message.complete is complete


def test_a_larger_message_is_cut_and_says_so():
    (message,) = read(answer(text=b"x" * TEXT_OCTETS, size=500_000) + OK)
    assert (message.size, len(message.body), message.complete) == (500_000, TEXT_OCTETS, False)


def test_headers_alone_are_never_the_whole_message():
    said = b"* 1 FETCH (UID 5 RFC822.SIZE 1000 " + literal(b"HEADER", HEADER) + b")\r\n"
    (message,) = read(said + OK, text=False)
    assert (message.header, message.body, message.complete, message.size) == (HEADER, b"", False, 1000)


def test_a_server_that_ignores_the_bound_costs_no_memory():
    huge = HEADER + b"X: " + b"y" * (HEADER_OCTETS * 2)
    (message,) = read(answer(header=huge, text=b"z" * 100_000) + OK)
    assert len(message.header) == HEADER_OCTETS
    assert len(message.body) == TEXT_OCTETS
    assert not message.complete


@pytest.mark.parametrize(
    "said",
    [
        b"* 1 FETCH (UID 5 BODY[HEADER]<0> {99000000000}\r\n",
        b"* 1 FETCH (UID 5 BODY[HEADER]<0> {10}\r\nshort",
        b"* 1 FETCH (UID 5 BODY[HEADER]<0> {5}\r\n0123456789)\r\n" + OK,
        b"* 1 FETCH (UID five)\r\n" + OK,
        b"* 1 FETCH (UID 5 X-DEEP " + b"(" * 200 + b")" * 200 + b")\r\n" + OK,
        b"* 1 FETCH (UID 5 X-OPEN (\r\n" + OK,
        b"\x00\xff garbage\r\n",
        b"+ more?\r\n",
        b"A2 OK of another command\r\n",
        b"A1 MAYBE\r\n",
        b"* BYE so long\r\n",
        b"",
    ],
    ids=range(12),
)
def test_nonsense_ends_the_connection(said: bytes):
    with pytest.raises(Lost):
        read(said)


def test_nonsense_in_a_literal_is_the_senders_business():
    (message,) = read(answer(text=b"* BYE\r\nA1 NO [X]\r\n)\x00\xff{12}\r\n") + OK)
    assert message.body == b"* BYE\r\nA1 NO [X]\r\n)\x00\xff{12}\r\n"


def test_a_refused_fetch_is_a_clean_refusal():
    with pytest.raises(Refused, match="SERVERSAYS"):
        read(b"A1 NO [SERVERSAYS] no\r\n")


def test_a_tagged_ok_without_text_is_an_ok():
    assert len(read(answer() + b"A1 OK\r\n")) == 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"17-Jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
        (b" 7-jul-1996 23:59:60 +0000", datetime(1996, 7, 7, 23, 59, 59, tzinfo=UTC)),
        (b"25-Oct-2026 02:30:00 +0200", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (b"31-Feb-2026 00:00:00 +0000", NO_DATE),
        (b"1-Xxx-2026 00:00:00 +0000", NO_DATE),
        (b"01-Jan-0001 00:00:00 +2300", NO_DATE),
        (b"1-Jan-2026 00:00:00 +9999", NO_DATE),
        (b"yesterday", NO_DATE),
        (b"", NO_DATE),
    ],
)
def test_an_arrival_is_utc_and_an_unreadable_one_is_very_old(raw: bytes, expected: datetime):
    assert internal_date(raw) == expected


PART = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
MIXED = b'From: g@h.example\r\nContent-Type: multipart/mixed;\r\n boundary="edge=1"\r\n\r\n'
STRUCTURE = (
    b'(("application" "pdf" ("name" "plan \\"A\\".pdf") NIL NIL "base64" 400000 NIL ("attachment" ("filename" "plan.pdf")))'
    b'(("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 40 2)("text" "html" NIL NIL NIL "7bit" 90 3) "alternative")'
    b'("message" "rfc822" NIL NIL NIL "7bit" 500 NIL (("text" "plain" NIL NIL NIL "7bit" 1 1) "mixed") 9) "mixed" ("boundary" "edge=1"))'
)


def far_text(structure: bytes = STRUCTURE) -> list[bytes]:
    first = b"--edge=1\r\nContent-Type: application/pdf\r\n\r\n" + b"A" * TEXT_OCTETS
    text = b"* 1 FETCH (UID 5 BODY[2.1.MIME]<0> {%d}\r\n%s BODY[2.1]<0> {8}\r\ncall me!)\r\n" % (len(PART), PART)
    return [
        answer(header=MIXED, text=first[:TEXT_OCTETS], size=500_000) + OK,
        b"* 1 FETCH (UID 5 BODYSTRUCTURE " + structure + b")\r\n" + OK,
        text + OK,
    ]


def test_the_text_behind_a_large_attachment_is_fetched_by_the_structure():
    (message,) = read(*far_text())
    assert not message.complete
    assert message.size == 500_000
    assert message.body.startswith(b'--edge=1\r\nContent-Type: application/pdf; name="plan A.pdf"\r\n')
    assert b"Content-Disposition: attachment; filename=plan.pdf\r\n\r\n" in message.body
    assert b"--edge=1\r\n" + PART + b"call me!\r\n" in message.body
    assert b"\r\nContent-Type: message/rfc822\r\n" in message.body
    assert message.body.endswith(b"\r\n--edge=1--\r\n")


def test_what_is_put_together_reads_as_a_message():
    from triaged.core.message import read as read_message

    (fetched,) = read(*far_text())
    message = read_message(fetched.header, fetched.body, size=fetched.size, complete=fetched.complete)
    assert message.text.strip() == "call me!"
    assert [a.name for a in message.attachments][:1] == ["plan.pdf"]


@pytest.mark.parametrize("structure", [b"NIL", b"()", b'("text")', b'(NIL NIL "mixed")', b'"x"', b"((((()))))"])
def test_a_useless_structure_leaves_the_first_octets(structure: bytes):
    (message,) = read(*far_text(structure)[:2])
    assert message.body.startswith(b"--edge=1\r\nContent-Type: application/pdf\r\n\r\nAAA")


def test_a_text_within_the_first_octets_needs_no_structure():
    body = b"--edge=1\r\n" + PART + b"call me\r\n--edge=1\r\nContent-Type: image/png\r\n\r\n" + b"A" * TEXT_OCTETS
    (message,) = read(answer(header=MIXED, text=body[:TEXT_OCTETS], size=900_000) + OK)
    assert message.body == body[:TEXT_OCTETS]


def test_the_names_of_all_parts_are_fetched_when_rules_want_them():
    body = b"--edge=1\r\n" + PART + b"call me\r\n--edge=1\r\nContent-Type: image/png\r\n\r\n" + b"A" * TEXT_OCTETS
    said = far_text()
    said[0] = answer(header=MIXED, text=body[:TEXT_OCTETS], size=900_000) + OK
    (message,) = read(*said, parts=True)
    assert b"filename=plan.pdf" in message.body


def test_an_answer_that_never_ends_its_line_is_refused():
    with pytest.raises(Garbled):
        read(b"* 1 FETCH (UID 5 FLAGS (" + b"x" * 3_000_000)
