"""What is too large or too deep is the trouble of one message, or of one line: the others are read, the connection lives."""

from datetime import UTC, datetime

import pytest

from fakes.octets import Connection
from triaged.core.message import read
from triaged.core.message.defects import REFUSING
from triaged.mailbox import capabilities, folders, moves, selecting
from triaged.mailbox.exchange import exchange, ignore
from triaged.mailbox.fetched import Fetched
from triaged.mailbox.fetching import TEXT_OCTETS, Extent, fetch
from triaged.mailbox.storing import append

OK = b"A1 OK done\r\n"
MIXED = b'From: g@h.example\r\nMessage-ID: <1@h.example>\r\nContent-Type: multipart/mixed; boundary="edge"\r\n\r\n'
FIRST = b"--edge\r\nContent-Type: application/pdf\r\n\r\n" + b"A" * TEXT_OCTETS
LARGE = 20_000_000
PDF = b'("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 400000 NIL ("attachment" ("filename" "a.pdf")))'
TEXT = b'("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 40 2)'
ORDINARY = b"(" + PDF + TEXT + b' "mixed")'


def nested(levels: int, inner: bytes = TEXT) -> bytes:
    return b"(" * levels + inner + b' "mixed" ("boundary" "edge") NIL NIL NIL)' * levels


def parts(count: int, part: bytes = PDF) -> bytes:
    return b"(" + part * count + b' "mixed" ("boundary" "edge") NIL NIL NIL)'


def beginning(uid: int) -> bytes:
    said = b'* 1 FETCH (UID %d FLAGS () INTERNALDATE "22-Nov-2026 04:09:31 +0100" RFC822.SIZE %d ' % (uid, LARGE)
    return said + b"BODY[HEADER]<0> {%d}\r\n%s BODY[TEXT]<0> {%d}\r\n%s)\r\n" % (
        len(MIXED), MIXED, TEXT_OCTETS, FIRST[:TEXT_OCTETS],
    )  # fmt: skip


def two(first: bytes, second: bytes = ORDINARY, *, uid_last: bool = False) -> list[Fetched]:
    """Messages 5 and 6 with those structures, and the text that the ordinary one has."""
    shape = b"* 1 FETCH (BODYSTRUCTURE %s UID %d)\r\n" if uid_last else b"* 1 FETCH (UID %d BODYSTRUCTURE %s)\r\n"
    pairs = [(first, 5), (second, 6)] if uid_last else [(5, first), (6, second)]
    text = b"* 1 FETCH (UID 6 BODY[2.MIME]<0> {26}\r\nContent-Type: text/plain\r\n BODY[2]<0> {7}\r\ncall me)\r\n"
    connection = Connection(beginning(5) + beginning(6) + OK, b"".join(shape % pair for pair in pairs) + OK, text + OK)
    return [m for window in fetch(connection, [5, 6], Extent(text=True)) for m in window]  # type: ignore[arg-type]


BOMBS = {
    "150 levels": nested(150),
    "10,000 levels": nested(10_000),
    "3,600 parts": parts(3_600),
    "200,000 tokens": parts(12_000),
    "a line of 21 MB": parts(200_000),
    "a name of 3 MB": parts(2, b'("application" "pdf" ("name" "%s") NIL NIL "base64" 4 NIL)' % (b"n" * 3_000_000)),
    "names as literals": parts(3_600, b'("application" "pdf" ("name" {5}\r\na.pdf) NIL NIL "base64" 4 NIL)'),
    "a literal of 2 MB": parts(2, b'("application" "pdf" ("name" {2000000}\r\n%s) NIL NIL "base64" 4 NIL)' % (b"(" * 2_000_000)),
}  # fmt: skip


@pytest.mark.parametrize("uid_last", [False, True])
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_structure_beyond_measure_is_a_defect_of_its_own_message(bomb: bytes, uid_last: bool):  # noqa: FBT001
    first, second = two(bomb, uid_last=uid_last)
    assert "limit-structure" in first.as_message().defects
    assert first.as_message().defects[0] in REFUSING
    assert first.body == FIRST[:TEXT_OCTETS]
    assert second.as_message().new_text == "call me"
    assert REFUSING.isdisjoint(second.as_message().defects)


def test_two_hundred_structures_just_within_measure_are_not_all_read_and_a_small_one_behind_them_is():
    large = parts(1_000)
    said = b"".join(b"* 1 FETCH (UID %d BODYSTRUCTURE %s)\r\n" % (uid, large) for uid in range(7, 207))
    said += b"* 1 FETCH (UID 207 BODYSTRUCTURE %s)\r\n" % ORDINARY
    text = b"* 1 FETCH (UID 207 BODY[2.MIME]<0> NIL BODY[2]<0> {7}\r\ncall me)\r\n"
    connection = Connection(*map(beginning, range(7, 208)), OK, said + OK, text + OK)
    found = [m for window in fetch(connection, range(7, 208), Extent(text=True)) for m in window]  # type: ignore[arg-type]
    defects = [message.as_message().defects for message in found]
    assert "limit-parts" in defects[0]
    assert "limit-structure" not in defects[0]
    assert all("limit-structure" in each for each in defects[20:200])
    assert REFUSING.isdisjoint(defects[200])
    assert found[200].as_message().new_text == "call me"


def test_a_structure_that_is_not_told_is_a_defect_too():
    connection = Connection(beginning(5) + OK, b"* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n" + OK)
    (message,) = [m for window in fetch(connection, [5], Extent(text=True)) for m in window]  # type: ignore[arg-type]
    assert "limit-structure" in message.as_message().defects


@pytest.mark.parametrize(("levels", "deep"), [(20, False), (21, True), (60, True)])
def test_a_structure_is_as_deep_on_the_server_as_in_a_file(levels: int, deep: bool):  # noqa: FBT001
    text = b".".join([b"1"] * levels)
    said = b"* 1 FETCH (UID 5 BODY[%s.MIME]<0> NIL BODY[%s]<0> {7}\r\ncall me)\r\n" % (text, text)
    shape = b"* 1 FETCH (UID 5 BODYSTRUCTURE %s)\r\n" % nested(levels)
    connection = Connection(beginning(5) + OK, shape + OK, said + OK)
    (message,) = [m for window in fetch(connection, [5], Extent(text=True)) for m in window]  # type: ignore[arg-type]
    assert message.as_message().new_text == "call me"
    assert ("limit-depth" in message.as_message().defects) is deep
    inside = b"".join(
        b'--%d\r\nContent-Type: multipart/mixed; boundary="%d"\r\n\r\n' % (n, n + 1) for n in range(1, levels)
    )
    file = b'Content-Type: multipart/mixed; boundary="1"\r\n\r\n' + inside + b"--%d\r\n\r\ncall me\r\n" % levels
    assert ("limit-depth" in read(file).defects) is deep


def test_a_header_that_was_cut_is_too_long():
    header = b"From: g@h.example\r\nMessage-ID: <1@h.example>\r\n" + b"X: y\r\n" * 200_000
    for octets in (262_144, len(header)):
        assert "limit-header" in read(header[:octets], b"hello", complete=False).defects


def test_a_line_of_list_that_nests_without_end_leaves_out_that_folder_alone():
    deep = b'* LIST () "/" "Deep" ("X" ' + b"(" * 9_000 + b")" * 9_000 + b")\r\n"
    deeper = b"* LIST " + b"(" * 500_000 + b")" * 500_000 + b' "/" "Deeper"\r\n'
    broken = b'* LIST (\\HasNoChildren "/" "Broken"\r\n* LIST () "/" {3}\r\nSix\r\n'
    said = deeper + b'* LIST () "/" INBOX\r\n' + broken + deep + b'* LIST (\\Sent) "/" "Sent"\r\n' + OK
    connection = Connection(said)
    found = folders.folders(connection, capabilities.read([]))  # type: ignore[arg-type]
    assert [folder.name for folder in found] == ["INBOX", "Six", "Deep", "Sent"]


def test_a_namespace_that_nests_without_end_is_as_good_as_none():
    connection = Connection(b"* NAMESPACE " + b"(" * 9_000 + b")" * 9_000 + b"\r\n" + OK, b'* LIST () "." ""\r\n' + OK)
    assert folders.naming(connection, capabilities.read([b"NAMESPACE"])).delimiter == "."  # type: ignore[arg-type]


TWENTY = b"18446744073709551616"


def test_numbers_of_twenty_digits_are_told_by_nobody():
    status = b"* STATUS INBOX (MESSAGES 3 UIDNEXT %s UIDVALIDITY 7)\r\n" % TWENTY
    found = folders.status_if_there(Connection(status + OK), "INBOX")  # type: ignore[arg-type]
    assert found is not None
    assert (found.uidvalidity, found.uidnext, found.exists) == (7, None, 3)
    said = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %s] ok\r\n" % TWENTY
    selected = selecting.select(Connection(said + OK), "INBOX", keywords=None).selected  # type: ignore[arg-type]
    assert (selected.uidvalidity, selected.uidnext) == (7, None)
    hits = b"* SEARCH 4 %s 99999999999 5 %s\r\n" % (TWENTY, b"1" * 5_000)
    assert selecting.uids_from(Connection(hits + OK), 1) == [4, 5]  # type: ignore[arg-type]
    copied = [(b"COPYUID", b"7 5 " + TWENTY), (b"COPYUID", TWENTY + b" 5 6"), (b"COPYUID", b"7 5 " + b"1" * 5_000)]
    assert moves.copied(copied, [5]) == {}


def test_a_place_of_twenty_digits_is_no_place():
    said = b"+ go on\r\n", b"A1 OK [APPENDUID 7 %s] done\r\n" % TWENTY
    assert append(Connection(*said), "Drafts", b"a: b\r\n\r\n", (), datetime.now(UTC)) is None  # type: ignore[arg-type]


def test_a_size_that_no_ledger_holds_is_the_largest_one():
    said = b"* 1 FETCH (UID 5 RFC822.SIZE 9999999999999999999 BODY[HEADER]<0> {2}\r\n\r\n)\r\n"
    ((message,),) = fetch(Connection(said + OK), [5], Extent(text=False))  # type: ignore[arg-type]
    assert message.size == 2**63 - 1


def test_an_unasked_line_without_end_is_passed_over():
    said = b'* 1 FETCH (UID 5 X-LONG "' + b"x" * 3_000_000 + b'")\r\n* FLAGS (' + b"y " * 1_000_000 + b")\r\n"
    connection = Connection(said + b"A1 OK [READ-WRITE] done\r\n")
    done = exchange(connection, b"NOOP", ignore(connection.wire))  # type: ignore[arg-type]
    assert done.code == b"READ-WRITE"
