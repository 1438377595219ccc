"""A mark that one of several sessions gets: with CONDSTORE, without, and beside servers that do not keep to their word."""

import pytest

from fakes.octets import Connection
from triaged.mailbox.errors import Refused
from triaged.mailbox.marking import Marks, mark, mark_once

OURS = "triaged-aaaaaaaaaa"
OLD_ONE = "triaged-cccccccccc"
THEIRS = b"triaged-bbbbbbbbbb"


def sent(connection: Connection) -> list[bytes]:
    return bytes(connection.sock.sent).splitlines()


def marked(connection: Connection, *uids: int, condstore: bool = True) -> set[int]:
    return mark(connection, uids, Marks(OURS, frozenset({OURS, OLD_ONE})), condstore=condstore)  # type: ignore[arg-type]


def test_messages_without_a_mark_get_ours_if_they_are_still_as_they_were_read():
    connection = Connection(
        b"* 1 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (12))\r\n* 2 FETCH (UID 7 MODSEQ (15) FLAGS ())\r\nA1 OK done\r\n",
        b"* 1 FETCH (UID 5 MODSEQ (16))\r\nA1 OK stored\r\n",
    )
    assert marked(connection, 5, 7) == set()
    assert sent(connection) == [
        b"A1 UID FETCH 5,7 (UID FLAGS MODSEQ)",
        b"A1 UID STORE 5,7 (UNCHANGEDSINCE 15) +FLAGS.SILENT (triaged-aaaaaaaaaa)",
    ]


def test_another_s_mark_is_left_alone_and_told():
    connection = Connection(b"* 1 FETCH (UID 5 FLAGS (Triaged-BBBBBBBBBB) MODSEQ (12))\r\nA1 OK done\r\n")
    assert marked(connection, 5) == {5}
    assert len(sent(connection)) == 1


def test_our_own_mark_is_not_set_again():
    connection = Connection(b"* 1 FETCH (UID 5 FLAGS (triaged-aaaaaaaaaa) MODSEQ (12))\r\nA1 OK done\r\n")
    assert marked(connection, 5) == set()
    assert len(sent(connection)) == 1


def test_what_another_marks_between_reading_and_marking_is_its():
    connection = Connection(
        b"* 1 FETCH (UID 5 FLAGS () MODSEQ (12))\r\n* 2 FETCH (UID 7 FLAGS () MODSEQ (13))\r\nA1 OK done\r\n",
        b"A1 OK [MODIFIED 7] Conditional STORE failed\r\n",
        b"* 2 FETCH (UID 7 FLAGS (%s) MODSEQ (14))\r\nA1 OK done\r\n" % THEIRS,
    )
    assert marked(connection, 5, 7) == {7}
    assert sent(connection)[-1] == b"A1 UID FETCH 7 (UID FLAGS MODSEQ)"


def test_what_a_person_flags_meanwhile_is_marked_at_the_second_attempt():
    connection = Connection(
        b"* 1 FETCH (UID 5 FLAGS () MODSEQ (12))\r\nA1 OK done\r\n",
        b"A1 OK [MODIFIED 5] Conditional STORE failed\r\n",
        b"* 1 FETCH (UID 5 FLAGS (\\Flagged) MODSEQ (14))\r\nA1 OK done\r\n",
        b"A1 OK stored\r\n",
    )
    assert marked(connection, 5) == set()
    assert b"(UNCHANGEDSINCE 14)" in sent(connection)[-1]


@pytest.mark.parametrize(
    "answers",
    [
        [b"* 1 FETCH (UID 5 FLAGS ())\r\nA1 OK done\r\n"],
        [b"* 1 FETCH (UID 5 FLAGS () MODSEQ (12))\r\nA1 OK done\r\n", b"A1 OK [MODIFIED 5] failed\r\n"] * 3,
        [b"* 1 FETCH (UID 5 FLAGS () MODSEQ (12))\r\nA1 OK done\r\n", b"A1 NO [MODIFIED 5] failed\r\n"] * 3,
    ],
    ids=["no MODSEQ", "always modified", "always modified, as NO"],
)
def test_a_server_that_offers_condstore_and_does_not_keep_to_it_is_asked_as_one_without(answers: list[bytes]):
    connection = Connection(*answers, b"* 1 FETCH (UID 5 FLAGS (triaged-aaaaaaaaaa))\r\nA1 OK stored\r\n")
    assert marked(connection, 5) == set()
    assert sent(connection)[-1] == b"A1 UID STORE 5 +FLAGS (triaged-aaaaaaaaaa)"


def test_a_message_that_is_gone_is_nobody_s():
    connection = Connection(b"A1 OK done\r\n")
    assert marked(connection, 5) == set()
    assert len(sent(connection)) == 1


def test_without_condstore_the_flags_are_read_with_the_mark():
    connection = Connection(b"* 1 FETCH (UID 5 FLAGS (triaged-aaaaaaaaaa \\Seen))\r\nA1 OK stored\r\n")
    assert marked(connection, 5, condstore=False) == set()
    assert sent(connection) == [b"A1 UID STORE 5 +FLAGS (triaged-aaaaaaaaaa)"]


def test_without_condstore_whoever_reads_another_s_mark_takes_its_own_away():
    connection = Connection(
        b"* 1 FETCH (UID 5 FLAGS (triaged-aaaaaaaaaa))\r\n"
        b"* 2 FETCH (UID 7 FLAGS (triaged-aaaaaaaaaa %s))\r\nA1 OK stored\r\n" % THEIRS,
        b"A1 OK stored\r\n",
    )
    assert marked(connection, 5, 7, condstore=False) == {7}
    assert sent(connection)[-1] == b"A1 UID STORE 7 -FLAGS.SILENT (triaged-aaaaaaaaaa)"


def test_flags_that_a_server_does_not_tell_with_the_store_are_asked_for():
    connection = Connection(
        b"A1 OK stored\r\n",
        b"* 1 FETCH (UID 5 FLAGS (triaged-aaaaaaaaaa %s))\r\nA1 OK done\r\n" % THEIRS,
        b"A1 OK stored\r\n",
    )
    assert marked(connection, 5, condstore=False) == {5}


def test_a_folder_that_may_only_be_read_says_so():
    connection = Connection(
        b"* 1 FETCH (UID 5 FLAGS () MODSEQ (12))\r\nA1 OK done\r\n", b"A1 NO [READ-ONLY] not here\r\n"
    )
    with pytest.raises(Refused):
        marked(connection, 5)


@pytest.mark.parametrize("flag", [b"triaged-back", b"triaged-said", b"Triaged-Said-slip", b"triaged-cccccccccc"])
def test_what_says_how_far_a_message_is_and_the_mark_of_an_earlier_version_are_not_another_s(flag: bytes):
    connection = Connection(b"* 1 FETCH (UID 5 FLAGS (%s) MODSEQ (12))\r\nA1 OK done\r\n" % flag, b"A1 OK stored\r\n")
    assert marked(connection, 5) == set()


def once(connection: Connection, *, condstore: bool = True) -> set[int]:
    return mark_once(connection, [5], "triaged-said", condstore=condstore)  # type: ignore[arg-type]


def test_a_mark_that_is_set_once_is_set_where_the_message_is_as_it_was_read():
    connection = Connection(b"* 1 FETCH (UID 5 FLAGS () MODSEQ (12))\r\nA1 OK done\r\n", b"A1 OK stored\r\n")
    assert once(connection) == set()
    assert sent(connection)[-1] == b"A1 UID STORE 5 (UNCHANGEDSINCE 12) +FLAGS.SILENT (triaged-said)"


def test_a_mark_that_is_set_once_and_is_there_is_told_and_nothing_is_set():
    connection = Connection(b"* 1 FETCH (UID 5 FLAGS (Triaged-SAID) MODSEQ (12))\r\nA1 OK done\r\n")
    assert once(connection) == {5}
    assert len(sent(connection)) == 1


def test_of_two_that_set_it_at_the_same_instant_the_second_is_told():
    connection = Connection(
        b"* 1 FETCH (UID 5 FLAGS () MODSEQ (12))\r\nA1 OK done\r\n",
        b"A1 OK [MODIFIED 5] Conditional STORE failed\r\n",
        b"* 1 FETCH (UID 5 FLAGS (triaged-said) MODSEQ (13))\r\nA1 OK done\r\n",
    )
    assert once(connection) == {5}


def test_without_condstore_it_is_read_and_set():
    connection = Connection(b"* 1 FETCH (UID 5 FLAGS ())\r\nA1 OK done\r\n", b"A1 OK stored\r\n")
    assert once(connection, condstore=False) == set()
    assert sent(connection) == [b"A1 UID FETCH 5 (UID FLAGS)", b"A1 UID STORE 5 +FLAGS.SILENT (triaged-said)"]
