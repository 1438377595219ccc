"""Commands and their answers: sets, completions, copies, folders, searches."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from fakes.octets import Connection
from triaged.core.heard import Hidden
from triaged.core.provider import GENERIC
from triaged.core.providers import profile_of, recognise
from triaged.core.settings import Server, Tls
from triaged.mailbox import authenticate, capabilities, folders, moves, selecting, storing, structure
from triaged.mailbox.certificates import not_after
from triaged.mailbox.errors import AuthFailed, Garbled, NotMovable, Refused, Unavailable
from triaged.mailbox.exchange import completion, read_set, uid_sets
from triaged.mailbox.fetched import Place

BOTH = capabilities.read([b"MOVE", b"UIDPLUS"])
PLUS = capabilities.read([b"UIDPLUS"])


def sent(connection: Connection) -> list[bytes]:
    return bytes(connection.sock.sent).splitlines()


# -- sets --


def test_neighbouring_uids_are_asked_for_as_a_range():
    assert list(uid_sets([9, 1, 2, 3, 7, 2])) == [(b"1:3,7,9", [1, 2, 3, 7, 9])]


def test_a_set_names_at_most_five_hundred_uids_and_stays_below_eight_kilobytes():
    sparse = [4_000_000_000 + 2 * n for n in range(1000)]
    sets = list(uid_sets(sparse))
    assert [uid for _, window in sets for uid in window] == sparse
    assert all(len(text) <= 8_000 and len(window) <= 500 for text, window in sets)


def test_no_uids_make_no_set():
    assert list(uid_sets([])) == []


def test_a_set_in_an_answer_keeps_its_order():
    assert read_set(b"304,319:320,7:5", 10) == [304, 319, 320, 7, 6, 5]


@pytest.mark.parametrize("text", [b"", b"1:", b":1", b"*", b"1,,2", b"a", b"1:4000000000"])
def test_what_is_no_set_or_too_large_is_none(text: bytes):
    assert read_set(text, 100) is None


# -- completions --


def test_a_completion_has_a_code_with_arguments_and_a_text():
    done = completion(b"OK [APPENDUID 38505 3955] APPEND completed\r\n")
    assert (done.code, done.arguments, done.text) == (b"APPENDUID", b"38505 3955", b"APPEND completed")


@pytest.mark.parametrize(
    ("line", "code"), [(b"NO [OVERQUOTA] full\r\n", "OVERQUOTA"), (b"BAD what?\r\n", "BAD"), (b"no\r\n", "")]
)
def test_a_no_or_bad_is_raised(line: bytes, code: str):
    with pytest.raises(Refused) as caught:
        completion(line)
    assert caught.value.code == code


def test_a_server_that_wants_to_be_left_alone_is_told_apart():
    with pytest.raises(Unavailable):
        completion(b"NO [INUSE] locked\r\n")


# -- moving --


def test_a_move_is_proved_by_copyuid():
    connection = Connection(b"* OK [COPYUID 9 5,7:8 1001:1003] Moved\r\n* 1 EXPUNGE\r\nA1 OK done\r\n")
    moved = moves.move(connection, BOTH, [5, 7, 8], b'"Deferred"', uid_expunge=True)  # type: ignore[arg-type]
    assert moved == {5: Place(9, 1001), 7: Place(9, 1002), 8: Place(9, 1003)}
    assert sent(connection) == [b'A1 UID MOVE 5,7:8 "Deferred"']


def test_an_ok_without_copyuid_proves_nothing_and_the_folder_is_asked():
    connection = Connection(b"A1 OK done\r\n", b"* 1 FETCH (UID 7 FLAGS ())\r\nA1 OK done\r\n")
    moved = moves.move(connection, BOTH, [5, 7], b"X", uid_expunge=True)  # type: ignore[arg-type]
    assert moved == {5: None}


def test_one_vanished_message_does_not_keep_the_others():
    connection = Connection(
        b"A1 NO [EXPUNGEISSUED] some are gone\r\n",
        b"* 1 FETCH (UID 7 FLAGS ())\r\nA1 OK done\r\n",
        b"A1 OK [COPYUID 9 7 1007] done\r\n",
    )
    assert moves.move(connection, BOTH, [5, 7], b"X", uid_expunge=True) == {5: None, 7: Place(9, 1007)}  # type: ignore[arg-type]


def test_without_move_a_copy_is_proved_before_anything_is_removed():
    connection = Connection(
        b"A1 OK [COPYUID 9 5 1005] copied\r\n",
        b"A1 OK stored\r\n",
        b"* 1 EXPUNGE\r\nA1 OK expunged\r\n",
        b"* 2 FETCH (UID 7 FLAGS ())\r\nA1 OK done\r\n",
    )
    moved = moves.move(connection, PLUS, [5, 7], b"X", uid_expunge=True)  # type: ignore[arg-type]
    assert moved == {5: Place(9, 1005)}
    assert sent(connection) == [
        b"A1 UID COPY 5,7 X",
        b"A1 UID STORE 5 +FLAGS.SILENT (\\Deleted)",
        b"A1 UID EXPUNGE 5",
        b"A1 UID FETCH 7 (UID FLAGS)",
    ]


def test_a_copy_without_proof_removes_nothing():
    connection = Connection(b"A1 OK copied\r\n", b"* 1 FETCH (UID 5 FLAGS ())\r\nA1 OK done\r\n")
    assert moves.move(connection, PLUS, [5], b"X", uid_expunge=True) == {}  # type: ignore[arg-type]
    assert not any(b"STORE" in line or b"EXPUNGE" in line for line in sent(connection))


def test_a_refused_uid_expunge_takes_the_mark_back():
    connection = Connection(
        b"A1 OK [COPYUID 9 5 1005] copied\r\n", b"A1 OK stored\r\n", b"A1 NO not here\r\n", b"A1 OK stored\r\n"
    )
    with pytest.raises(NotMovable, match="UID EXPUNGE"):
        moves.move(connection, PLUS, [5], b"X", uid_expunge=True)  # type: ignore[arg-type]
    assert sent(connection)[-1] == b"A1 UID STORE 5 -FLAGS.SILENT (\\Deleted)"


@pytest.mark.parametrize(("can", "uid_expunge"), [(capabilities.read([]), True), (PLUS, False)])
def test_a_server_that_cannot_move_is_asked_nothing(can: capabilities.Capabilities, uid_expunge: bool):  # noqa: FBT001
    connection = Connection()
    with pytest.raises(NotMovable):
        moves.move(connection, can, [5], b"X", uid_expunge=uid_expunge)  # type: ignore[arg-type]
    assert sent(connection) == []


@pytest.mark.parametrize("arguments", [b"9 5 1001 x", b"x 5 1001", b"9 5:6 1001", b"9 * 1", b"9 6 1001", b"", b"9 5"])
def test_a_copyuid_that_does_not_fit_proves_nothing(arguments: bytes):
    assert moves.copied([(b"COPYUID", arguments), (b"OTHER", b"9 5 1001")], [5]) == {}


# -- folders --


@pytest.mark.parametrize(
    ("delimiter", "prefix", "name", "written"),
    [
        ("/", "", "Clients/Deferred", "Clients/Deferred"),
        (".", "", "Clients/Deferred", "Clients.Deferred"),
        (".", "INBOX.", "Clients/Deferred", "INBOX.Clients.Deferred"),
        (".", "INBOX.", "INBOX/Deferred", "INBOX.Deferred"),
        (".", "INBOX.", "INBOX.Deferred", "INBOX.Deferred"),
        (".", "INBOX.", "inbox", "INBOX"),
        ("", "", "A/B", "A/B"),
    ],
)
def test_a_configured_name_is_written_as_the_server_joins_names(delimiter: str, prefix: str, name: str, written: str):
    assert folders.Naming(delimiter, prefix).as_written(name) == written


def test_names_are_sent_in_modified_utf_7_and_quoted():
    assert folders.quoted('Büro & "Co"') == b'"B&APw-ro &- \\"Co\\""'
    assert folders.quoted("inbox") == b"INBOX"
    assert b"\r" not in folders.quoted("a\r\nb")


LISTED = (
    b'* LIST (\\HasNoChildren) "/" inbox\r\n'
    b'* LIST (\\HasNoChildren \\Sent) "/" "Gesendete Objekte"\r\n'
    b'* LIST (\\HasNoChildren) "/" {7}\r\nB&APw-r\r\n'
    b'* LIST (\\Noselect) "/" Clients\r\n'
    b'* LIST () "/" "Clients/Drafts"\r\n'
    b'* LIST () "/" Entw&APw-rfe\r\n'
    b'* LIST () "/" Sent\r\n'
    b"* LIST () NIL 123\r\n"
    b'* LIST () "/" "broken &!!!-"\r\n'
    b"A1 OK done\r\n"
)


def test_folders_are_listed_with_their_uses_by_the_servers_word_or_a_usual_name():
    found = {f.name: f for f in folders.folders(Connection(LISTED), capabilities.read([]))}  # type: ignore[arg-type]
    assert {name: f.role for name, f in found.items() if f.role} == {
        "Gesendete Objekte": "sent",
        "Sent": "sent",
        "Entwürfe": "drafts",
    }
    assert folders.by_role(list(found.values()), "sent")[0] == "Gesendete Objekte"
    assert set(found) >= {"INBOX", "Bür", "Clients", "123"}
    assert not found["Clients"].selectable
    assert found["123"].delimiter == ""


def test_of_two_folders_of_a_usual_name_the_upper_one_is_it():
    said = b'* LIST () "/" "Old/Drafts"\r\n* LIST () "/" Drafts\r\n* LIST () "/" "Other/Drafts"\r\nA1 OK done\r\n'
    found = folders.folders(Connection(said), capabilities.read([]))  # type: ignore[arg-type]
    assert folders.by_role(found, "drafts") == ["Drafts"]


def test_special_uses_are_asked_for_where_the_server_tells_them_only_then():
    connection = Connection(b"A1 BAD what?\r\n", LISTED)
    assert folders.folders(connection, capabilities.read(["SPECIAL-USE", "LIST-EXTENDED"]))  # type: ignore[arg-type]
    assert sent(connection) == [b'A1 LIST "" "*" RETURN (SPECIAL-USE)', b'A1 LIST "" "*"']


@pytest.mark.parametrize(
    ("said", "naming"),
    [
        (b'* NAMESPACE (("INBOX." ".")) NIL NIL\r\nA1 OK done\r\n', folders.Naming(".", "INBOX.")),
        (b'* NAMESPACE (("" "/")("#x" "/")) (("~" "/")) NIL\r\nA1 OK done\r\n', folders.Naming("/", "")),
    ],
)
def test_the_namespace_tells_how_names_are_joined(said: bytes, naming: folders.Naming):
    assert folders.naming(Connection(said), capabilities.read(["NAMESPACE"])) == naming  # type: ignore[arg-type]


def test_without_a_namespace_the_list_tells_the_delimiter():
    said = [b"* NAMESPACE NIL NIL NIL\r\nA1 OK done\r\n", b'* LIST (\\Noselect) "." ""\r\nA1 OK done\r\n']
    assert folders.naming(Connection(*said), capabilities.read(["NAMESPACE"])) == folders.Naming(".", "")  # type: ignore[arg-type]


def test_a_folder_that_exists_after_all_is_no_failure_of_creating_it():
    connection = Connection(b"A1 NO [ALREADYEXISTS] there\r\n", b"A1 NO not subscribable\r\n")
    assert folders.create(connection, folders.Naming("/", ""), "Deferred") == "Deferred"  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_created_is_told():
    connection = Connection(b"A1 NO [CANNOT] bad name\r\n", b"A1 OK none\r\n")
    with pytest.raises(Refused, match="bad name"):
        folders.create(connection, folders.Naming("/", ""), "a//b")  # type: ignore[arg-type]


# -- selecting and searching --

SELECTED = (
    b"* 3 EXISTS\r\n* FLAGS (\\Seen \\Flagged Junk)\r\n* OK [UIDVALIDITY 77] ok\r\n* OK [UIDNEXT 12] ok\r\n"
    b"%s"
    b"* 4 EXISTS\r\nA1 OK [READ-WRITE] done\r\n"
)


@pytest.mark.parametrize(
    ("permanent", "told", "any_keyword", "kept"),
    [
        (b"* OK [PERMANENTFLAGS (\\Seen \\Flagged \\*)] x\r\n", None, True, {"\\Flagged", "$Triaged", "Junk"}),
        (b"* OK [PERMANENTFLAGS (\\Seen JUNK)] x\r\n", None, False, {"\\Flagged", "Junk"}),
        (b"* OK [PERMANENTFLAGS ()] none\r\n", None, False, {"\\Flagged"}),
        (b"", None, False, {"\\Flagged", "Junk"}),
        (b"* OK [PERMANENTFLAGS (\\Seen \\* Junk)] x\r\n", False, False, {"\\Flagged"}),
    ],
)
def test_only_keywords_that_stay_are_stored_but_flagged_always(
    permanent: bytes,
    told: bool | None,  # noqa: FBT001 — a column of the table
    any_keyword: bool,  # noqa: FBT001
    kept: set[str],
):
    folder = selecting.select(Connection(SELECTED % permanent), "INBOX", keywords=told)  # type: ignore[arg-type]
    assert folder.selected.keywords is any_keyword
    assert {flag for flag in ("\\Flagged", "$Triaged", "Junk") if folder.keeps(flag)} == kept


def test_the_selected_folder_is_told_by_its_latest_figures():
    folder = selecting.select(Connection(SELECTED % b""), "INBOX", keywords=None)  # type: ignore[arg-type]
    assert (folder.selected.uidvalidity, folder.selected.uidnext, folder.selected.exists) == (77, 12, 4)
    assert not folder.selected.read_only


def test_a_folder_that_can_only_be_read_and_has_no_next_uid_is_told_so():
    said = b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\nA1 OK [READ-ONLY] done\r\n"
    selected = selecting.select(Connection(said), "X", keywords=None).selected  # type: ignore[arg-type]
    assert selected.read_only
    assert selected.uidnext is None


def test_a_folder_without_uidvalidity_is_refused():
    with pytest.raises(Refused) as caught:
        selecting.select(Connection(b"* 0 EXISTS\r\nA1 OK done\r\n"), "X", keywords=None)  # type: ignore[arg-type]
    assert caught.value.code == "NOUIDVALIDITY"


def test_the_last_message_is_no_news_although_the_range_names_it():
    assert selecting.uids_from(Connection(b"* SEARCH 9\r\nA1 OK done\r\n"), 10) == []  # type: ignore[arg-type]
    connection = Connection(b"* 12 EXISTS\r\n* SEARCH 12 10\r\n* SEARCH 11 9\r\nA1 OK done\r\n")
    assert selecting.uids_from(connection, 10) == [10, 11, 12]  # type: ignore[arg-type]


def test_a_search_over_a_very_large_folder_is_read():
    uids = b" ".join(b"%d" % uid for uid in range(1_000_000, 1_200_000))
    found = selecting.uids_from(Connection(b"* SEARCH " + uids + b"\r\nA1 OK done\r\n"), 1)  # type: ignore[arg-type]
    assert len(found) == 200_000


def test_a_found_message_id_is_compared_in_full():
    first, second = b"Message-ID: <abc123@x>\r\n\r\n", b"message-id:\r\n <abc1@x>\r\n\r\n"
    connection = Connection(
        b"* SEARCH 5 7 3\r\nA1 OK done\r\n",
        b"* 1 FETCH (UID 5 BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n%s)\r\n" % (len(first), first)
        + b'* 2 FETCH (UID 7 BODY[HEADER.FIELDS ("Message-Id")] {%d}\r\n%s)\r\nA1 OK done\r\n' % (len(second), second),
    )
    assert selecting.find(connection, "<abc1@x>", 4, rewritten=False) == [7]  # type: ignore[arg-type]
    assert sent(connection)[0] == b'A1 UID SEARCH UID 4:* HEADER MESSAGE-ID "<abc1@x>"'


def test_a_message_id_that_a_provider_replaced_is_found_where_it_keeps_it():
    header = b"Message-ID: <new@ms>\r\nX-Microsoft-Original-Message-ID: <mine@x>\r\n\r\n"
    connection = Connection(
        b"* SEARCH\r\nA1 OK done\r\n",
        b"* SEARCH 5\r\nA1 OK done\r\n",
        b"* SEARCH\r\nA1 OK done\r\n",
        b"* 1 FETCH (UID 5 BODY[HEADER.FIELDS (MESSAGE-ID X-MICROSOFT-ORIGINAL-MESSAGE-ID X-GOOGLE-ORIGINAL-MESSAGE-ID)]"
        b" {%d}\r\n%s)\r\nA1 OK done\r\n" % (len(header), header),
    )
    assert selecting.find(connection, "<mine@x>", 1, rewritten=True) == [5]  # type: ignore[arg-type]


@pytest.mark.parametrize("message_id", ["<a\r\nA2 DELETE INBOX@x>", "<ü@x>", "", "<a b@x>", "<" + "a" * 2000 + ">"])
def test_a_message_id_that_could_be_a_command_is_never_sent(message_id: str):
    connection = Connection()
    assert selecting.find(connection, message_id, 1, rewritten=False) == []  # type: ignore[arg-type]
    assert sent(connection) == []


# -- storing --


def test_an_append_keeps_the_arrival_and_tells_the_place():
    connection = Connection(b"* 4 EXISTS\r\n+ go on\r\n", b"A1 OK [APPENDUID 7 12] stored\r\n")
    at = datetime(2026, 1, 5, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    place = storing.append(connection, "Drafts", b"x: y\r\n\r\nz", ["\\Seen"], at)  # type: ignore[arg-type]
    assert place == Place(7, 12)
    assert bytes(connection.sock.sent) == (
        b'A1 APPEND "Drafts" (\\Seen) " 5-Jan-2026 08:30:00 +0000" {9}\r\nx: y\r\n\r\nz\r\n'
    )


def test_an_append_that_is_refused_sends_nothing():
    connection = Connection(b"A1 NO [TRYCREATE] no such folder\r\n")
    with pytest.raises(Refused) as caught:
        storing.append(connection, "Nowhere", b"x", [], datetime(2026, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]
    assert caught.value.code == "TRYCREATE"
    assert len(sent(connection)) == 1


def test_an_append_without_appenduid_has_no_known_place():
    connection = Connection(b"+ go on\r\nA1 OK stored\r\n")
    assert storing.append(connection, "X", b"x", [], datetime(2026, 1, 1, tzinfo=UTC)) is None  # type: ignore[arg-type]


def test_a_flag_for_a_vanished_message_is_no_error():
    connection = Connection(b"A1 NO [EXPUNGEISSUED] gone\r\n", b"A1 OK done\r\n")
    storing.store(connection, [5], add=["\\Flagged", "$Triaged"], remove=["\\Seen"])  # type: ignore[arg-type]
    assert sent(connection) == [
        b"A1 UID STORE 5 +FLAGS.SILENT (\\Flagged $Triaged)",
        b"A1 UID STORE 5 -FLAGS.SILENT (\\Seen)",
    ]


# -- profiles, challenges, structures, certificates --


@pytest.mark.parametrize(
    ("host", "greeting", "marks", "name"),
    [
        ("imap.gmail.com", "Gimap ready", [], "gmail"),
        ("imap.own-domain.example", "Gimap ready", ["X-GM-EXT-1"], "gmail"),
        ("outlook.office365.com", "The Microsoft Exchange IMAP4 service is ready. [xyz]", [], "microsoft365"),
        ("imap.gmx.net", "", [], "gmx"),
        ("IMAP.WEB.DE.", "", [], "gmx"),
        ("mail.example", "Dovecot (Debian) ready.", [], "dovecot"),
        ("mail.example", "Courier-IMAP ready", [], "courier"),
        ("127.0.0.1", "Proton Mail Bridge 03.04 - gluon session ID", [], "proton-bridge"),
        ("mail.example", "hello", [], "generic"),
        ("gmail.com.evil.example", "hello", [], "generic"),
    ],
)
def test_a_provider_is_known_by_host_marks_or_greeting(host: str, greeting: str, marks: list[str], name: str):
    assert recognise(host, greeting, capabilities.read(marks).names).name == name


def test_a_profile_can_be_named():
    assert profile_of(Server("imap.gmail.com", 993, Tls.IMPLICIT, "dana", None, profile="generic")) is GENERIC
    assert profile_of(Server("imap.gmail.com", 993, Tls.IMPLICIT, "dana", None)).name == "gmail"


def test_equal_capabilities_are_one_value():
    assert capabilities.read([b"IDLE", b"move"]) is capabilities.read(["MOVE", "idle"])


@pytest.mark.parametrize(
    ("challenge", "told"),
    [
        (b'{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}', "scope https://mail.google.com/"),
        (b"eyJzdGF0dXMiOiI0MDAifQ==", "status 400"),
        (b"[1, 2]", "[1, 2]"),
        (b'{"a": ', '{"a":'),
        (b"nonsense", "nonsense"),
    ],
)
def test_an_oauth_challenge_is_told_in_words(challenge: bytes, told: str):
    error = authenticate._with_challenge(AuthFailed("refused"), [challenge], Hidden("dana", "ya29.secret"))
    assert told in str(error)


def test_a_token_in_a_challenge_is_not_repeated():
    error = authenticate._with_challenge(
        AuthFailed("refused"), [b"bad token ya29.secret"], Hidden("dana", "ya29.secret")
    )
    assert "ya29" not in str(error)


def test_a_structure_that_nests_without_end_is_refused():
    connection = Connection(b"A1 OK\r\n")
    with pytest.raises(Garbled):
        structure.Cursor(connection.wire, b"(" * 100_000).value()


def test_the_parts_of_a_structure_are_numbered_as_fetch_wants_them():
    said = b'(("text" "plain" NIL NIL NIL "7bit" 1 1)(("text" "html" NIL NIL NIL "7bit" 2 1)("image" "png" NIL NIL NIL "base64" 9) "related") "mixed")\r\n'
    parts = structure.leaves(structure.Cursor(Connection().wire, said).value())
    assert [(p.number, p.kind, p.size) for p in parts] == [
        (b"1", b"text/plain", 1),
        (b"2.1", b"text/html", 2),
        (b"2.2", b"image/png", 9),
    ]
    text = structure.text_leaf(parts)
    assert text is not None
    assert text.number == b"1"


def test_an_attached_text_is_not_the_text():
    said = (
        b'(("text" "plain" ("name" "log.txt") NIL NIL "7bit" 1 1 NIL ("ATTACHMENT" ("filename" "log.txt")) NIL NIL)'
        b'("text" "html" NIL NIL NIL "7bit" 2 1) "mixed")\r\n'
    )
    text = structure.text_leaf(structure.leaves(structure.Cursor(Connection().wire, said).value()))
    assert text is not None
    assert text.number == b"2"


def test_what_is_no_certificate_has_no_end():
    assert not_after(b"") is None
    assert not_after(b"\x30\x03\x30\x01\xa0") is None


def test_a_message_taken_between_two_commands_is_gone_and_no_error():
    gone = b"A1 NO [EXPUNGEISSUED] gone\r\n"
    here = b"* 1 FETCH (UID 5 FLAGS ())\r\n* 2 FETCH (UID 7 FLAGS ())\r\nA1 OK done\r\n"
    connection = Connection(gone, here, gone, b"A1 OK [COPYUID 9 7 1007] done\r\n")
    assert moves.move(connection, BOTH, [5, 7], b"X", uid_expunge=True) == {5: None, 7: Place(9, 1007)}  # type: ignore[arg-type]


def test_a_full_folder_stops_the_rest_of_a_move():
    connection = Connection(
        b"A1 NO [EXPUNGEISSUED] gone\r\n",
        b"* 1 FETCH (UID 7 FLAGS ())\r\nA1 OK done\r\n",
        b"A1 NO [OVERQUOTA] full\r\n",
    )
    with pytest.raises(Refused, match="full"):
        moves.move(connection, BOTH, [5, 7], b"X", uid_expunge=True)  # type: ignore[arg-type]


def test_a_refused_namespace_is_no_namespace():
    said = [b"A1 NO not for you\r\n", b'* LIST (\\Noselect) "/" ""\r\nA1 OK done\r\n']
    assert folders.naming(Connection(*said), capabilities.read(["NAMESPACE"])) == folders.Naming("/", "")  # type: ignore[arg-type]


def test_a_status_that_is_refused_for_an_existing_folder_is_told():
    connection = Connection(b"A1 NO [NOPERM] hands off\r\n", b'* LIST () "/" Theirs\r\nA1 OK done\r\n')
    with pytest.raises(Refused, match="hands off"):
        folders.status_if_there(connection, "Theirs")  # type: ignore[arg-type]


def test_an_existing_folder_that_cannot_be_selected_is_told_as_the_server_does():
    connection = Connection(b"A1 NO busy with something\r\n", b'* LIST () "/" Theirs\r\nA1 OK done\r\n')
    with pytest.raises(Refused) as caught:
        selecting.select_or_say(connection, "Theirs", keywords=None)  # type: ignore[arg-type]
    assert caught.value.code == ""
