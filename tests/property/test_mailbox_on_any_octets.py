"""Whatever a server sends: our own errors or an answer, bounded, and the same however it is cut into segments."""

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakes.imap import Mail, fetch_response
from fakes.octets import Connection
from triaged.core.heard import Hidden, heard
from triaged.mailbox import MailboxError, authenticate, capabilities, folders, idle, moves, selecting, storing
from triaged.mailbox.certificates import not_after
from triaged.mailbox.errors import AuthFailed, Lost, refusal, sign_in_refusal
from triaged.mailbox.exchange import read_set, uid_sets
from triaged.mailbox.fetched import NO_DATE
from triaged.mailbox.fetching import HEADER_OCTETS, TEXT_OCTETS, Extent, fetch, internal_date
from triaged.mailbox.rests import Backoff
from triaged.mailbox.structure import boundary, filled, leaves, shows_text, text_leaf
from triaged.mailbox.wire import CHUNK

ITEMS = b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.%d> BODY.PEEK[TEXT]<0.%d>)" % (
    HEADER_OCTETS,
    TEXT_OCTETS,
)
UIDS = [1, 2, 3, 7]
WORDS = [
    b"A1 OK done\r\n", b"A1 NO [INUSE] x\r\n", b"A1 BAD\r\n", b"* BYE x\r\n", b"* OK [COPYUID 9 1:3 4:6] x\r\n", b"+ go\r\n",
    b"* 1 FETCH (UID 1 ", b"* 2 FETCH (", b"UID 2", b"FLAGS (\\Seen a)", b"BODY[HEADER]<0> ", b"BODY[TEXT] ", b"BODY[1.MIME] ",
    b"{3}\r\n", b"{0}\r\n", b"{99999999999}\r\n", b"BODYSTRUCTURE ", b'("text" "plain" NIL NIL NIL "7bit" 3 1)', b"NIL", b'"q\\"x"',
    b"(", b")", b")\r\n", b" ", b"\r\n", b"\n", b"* SEARCH 1 2 99\r\n", b'* LIST () "/" {5}\r\n', b"* LIST (\\Sent) NIL x\r\n",
    b'* NAMESPACE (("" "/")) NIL NIL\r\n', b"* 3 EXISTS\r\n", b"* OK [UIDVALIDITY 7] x\r\n", b"* STATUS x (UIDNEXT 3)\r\n",
    b'INTERNALDATE " 1-Jan-2026 00:00:00 +0000"', b"RFC822.SIZE 10", b"abc", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n",
]  # fmt: skip
speech = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=12)), max_size=25).map(b"".join)
COMMANDS: list[Callable[[Connection], object]] = [
    lambda c: list(fetch(c, UIDS, Extent(text=True, parts=True))),  # type: ignore[arg-type]
    lambda c: list(fetch(c, UIDS, Extent(text=False))),  # type: ignore[arg-type]
    lambda c: moves.move(c, capabilities.read(["MOVE"]), UIDS, b"X", uid_expunge=True),  # type: ignore[arg-type]
    lambda c: moves.move(c, capabilities.read(["UIDPLUS"]), UIDS, b"X", uid_expunge=True),  # type: ignore[arg-type]
    lambda c: folders.folders(c, capabilities.read(["SPECIAL-USE", "LIST-EXTENDED"])),  # type: ignore[arg-type]
    lambda c: folders.naming(c, capabilities.read(["NAMESPACE"])),  # type: ignore[arg-type]
    lambda c: folders.status(c, "x"),  # type: ignore[arg-type]
    lambda c: selecting.select(c, "x", keywords=None),  # type: ignore[arg-type]
    lambda c: selecting.uids_from(c, 2),  # type: ignore[arg-type]
    lambda c: selecting.find(c, "<a@b>", 1, rewritten=True),  # type: ignore[arg-type]
    lambda c: storing.append(c, "x", b"y", [], NO_DATE),  # type: ignore[arg-type]
    lambda c: storing.store(c, UIDS, add=["\\Flagged"], remove=[]),  # type: ignore[arg-type]
    idle.begin,  # type: ignore[arg-type]
    lambda c: idle.done(c, b"A1"),  # type: ignore[arg-type]
]


def outcome(command: Callable[[Connection], object], said: bytes, cut: int) -> object:
    connection = Connection(*(said[at : at + cut] for at in range(0, len(said), cut)))
    try:
        result = command(connection)
    except MailboxError as error:
        # how much of the rest had arrived is told in no error
        return type(error)
    assert connection.sock.largest <= CHUNK
    return result if not (isinstance(result, tuple) and isinstance(result[-1], bool)) else result[0]


@given(command=st.sampled_from(COMMANDS), said=speech, cut=st.integers(1, 40))
@settings(max_examples=600)
@example(command=COMMANDS[0], said=b"* 1 FETCH (UID 1 BODY[HEADER] {3}\r\nabc)\r\nA1 OK\r\n", cut=1)
def test_any_answer_ends_in_a_value_or_an_error_of_ours_however_it_is_cut(
    command: Callable[[Connection], object], said: bytes, cut: int
):
    assert outcome(command, said, cut) == outcome(command, said, 1_000_000)


printable = st.text("abcXYZ019", min_size=1, max_size=10)
mail = st.builds(
    lambda header, body, flags: (b"X: " + header.replace(b"\r\n\r\n", b"") + b"\r\n\r\n", body, flags),
    st.binary(max_size=300),
    st.binary(max_size=300),
    st.sets(printable, max_size=3),
)


@given(mails=st.dictionaries(st.integers(1, 4_000_000_000), mail, max_size=6), cut=st.integers(1, 5_000))
@settings(max_examples=150)
def test_messages_come_out_as_they_were_put_in(mails: dict[int, tuple[bytes, bytes, set[str]]], cut: int):
    put = [Mail(uid, header + body, set(flags)) for uid, (header, body, flags) in sorted(mails.items())]
    said = b"".join(fetch_response(n, m, ITEMS) for n, m in enumerate(put, 1)) + b"A1 OK done\r\n"
    connection = Connection(*(said[at : at + cut] for at in range(0, len(said), cut)))
    got = [m for window in fetch(connection, list(mails), Extent(text=True)) for m in window]  # type: ignore[arg-type]
    assert [(m.uid, m.header + m.body, set(m.flags), m.size) for m in got] == [
        (m.uid, m.raw, m.flags, len(m.raw)) for m in put
    ]
    assert all(m.complete for m in got)


@given(said=speech)
@settings(max_examples=300)
def test_no_answer_moves_what_was_not_asked_for_or_removes_what_was_not_copied(said: bytes):
    connection = Connection(said)
    try:
        moved = moves.move(connection, capabilities.read(["UIDPLUS"]), [2, 3], b"X", uid_expunge=True)  # type: ignore[arg-type]
    except MailboxError:
        moved = {}
    assert set(moved) <= {2, 3}
    proved = moves.copied([(b"COPYUID", b"9 1:3 4:6")] if b"COPYUID" in said else [], [2, 3])
    for line in bytes(connection.sock.sent).splitlines():
        if b"EXPUNGE" in line or b"STORE" in line:
            assert set(read_set(line.split()[3], 10) or []) <= set(proved)


@given(uids=st.lists(st.integers(1, 4_294_967_295), max_size=1500))
def test_sets_name_each_uid_once_and_are_short(uids: list[int]):
    sets = list(uid_sets(uids))
    assert [uid for _, window in sets for uid in window] == sorted(set(uids))
    for text, window in sets:
        assert len(text) <= 8_000
        assert read_set(text, 500) == window


@given(raw=st.binary(max_size=80))
def test_an_arrival_is_always_an_aware_instant(raw: bytes):
    assert internal_date(raw).utcoffset() == NO_DATE.utcoffset()


@given(raw=st.binary(max_size=400))
def test_any_octets_are_a_certificate_or_none(raw: bytes):
    until = not_after(raw)
    assert until is None or until.tzinfo is not None


@given(raw=st.binary(max_size=400))
def test_any_challenge_is_told_in_one_line(raw: bytes):
    told = str(authenticate._with_challenge(AuthFailed("refused"), [raw], Hidden("dana", "secret")))
    assert told.isprintable() or heard(told) == told


@given(text=st.text(max_size=400))
def test_any_refusal_is_an_error_of_ours(text: str):
    for error in (refusal("NO", text), refusal("BAD", text), sign_in_refusal(text)):
        assert isinstance(error, MailboxError)
        assert not isinstance(error, Lost)
        assert "\n" not in str(error)


@given(header=st.binary(max_size=600), body=st.binary(max_size=600))
def test_any_header_has_a_boundary_or_none(header: bytes, body: bytes):
    edge = boundary(b"Content-Type: multipart/mixed; " + header + b"\r\n\r\n")
    assert edge is None or 0 < len(edge) <= 200
    assert shows_text(body) in (True, False)


values = st.recursive(
    st.one_of(st.none(), st.binary(max_size=12)), lambda inner: st.lists(inner, max_size=9), max_leaves=40
)


@given(structure=values, mime=st.binary(max_size=50), content=st.binary(max_size=50))
def test_any_structure_gives_a_body_of_whole_lines(structure: object, mime: bytes, content: bytes):
    parts = leaves(structure)  # type: ignore[arg-type]
    body = filled(b"edge", parts, text_leaf(parts), mime, content)
    assert body.endswith(b"--edge--\r\n")
    assert body.count(b"--edge\r\n") >= len(parts)


@given(
    waits=st.lists(st.tuples(st.sampled_from(["lost", "auth"]), st.floats(0, 0.999)), max_size=60),
)
def test_two_minutes_never_see_three_sign_ins(waits: list[tuple[str, float]]):
    state, now, at = Backoff(), 1000.0, []
    for kind, chance in waits:
        now += state.before_login(now)
        at.append(now)
        state = state.signing_in(now)
        error = Lost("x") if kind == "lost" else AuthFailed("x")
        state, pause = state.failed(error, lambda chance=chance: chance)
        now += pause.total_seconds()
        assert pause.total_seconds() <= 6 * 3600 * 1.1
    assert all(third - first >= 119.999 for first, third in zip(at, at[2:], strict=False))
