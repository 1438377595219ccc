"""A session on a real Dovecot, in all its variants."""

import asyncio
import contextlib
import dataclasses
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.certificates import Authority, Certificate
from server.dovecot import PASSWORD, USUAL, Dovecot, Variant
from server.processes import until
from triaged.clock import WakeEvent
from triaged.mailbox import (
    AuthFailed,
    CertificateRejected,
    IdleEnd,
    Insecure,
    Lost,
    NotMovable,
    Place,
    PollInstead,
    Pools,
    Refused,
    Session,
    Unavailable,
)

pytestmark = pytest.mark.server
Dovecots = Callable[[Variant], Dovecot]
RAW = b"From: Gary <gary@harbor.example>\r\nMessage-ID: <%d@x>\r\nSubject: hi\r\n\r\nhello\r\n"


@dataclass(frozen=True)
class Where:
    host: str
    port: int
    tls: str
    user: str
    trust_ca: Path | None = None
    allow_cleartext: bool = False
    profile: str | None = None


@pytest.fixture
def pools() -> Iterator[Pools]:
    made = Pools(commands=8, connects=4)
    yield made
    made.close()
    made.commands.shutdown(wait=True)
    made.connects.shutdown(wait=True)


@pytest.fixture
async def session_on(pools: Pools) -> AsyncIterator[Callable[..., Session]]:
    """`session_on(dovecot, user)`: not open yet, without TLS unless said otherwise."""
    made: list[Session] = []

    def make(dovecot: Dovecot, user: str, tls: str = "none", trust_ca: Path | None = None, password: str = PASSWORD):
        async def secret() -> str:
            return password

        port = dovecot.imaps if tls == "implicit" else dovecot.imap
        made.append(Session(Where("localhost", port, tls, user, trust_ca), pools, secret=secret))
        return made[-1]

    yield make
    for session in made:
        await session.close()


Make = Callable[..., Session]


async def opened(make: Make, dovecot: Dovecot, user: str, folder: str = "INBOX", **options: object) -> Session:
    session = make(dovecot, user, **options)
    await session.open()
    await session.select(folder)
    return session


def filled(dovecot: Dovecot, count: int = 3, user: str = "") -> str:
    user = user or dovecot.new_user()
    with dovecot.client(user) as client:
        for number in range(1, count + 1):
            client.append("INBOX", RAW % number)
    return user


ROADS = {
    "usual": USUAL,
    "without MOVE": Variant(hidden=("MOVE",)),
    "mdbox": Variant(storage="mdbox"),
    "mdbox without MOVE": Variant(hidden=("MOVE",), storage="mdbox"),
    "inbox namespace": Variant(separator=".", prefix="INBOX."),
}


@pytest.mark.parametrize("variant", ROADS.values(), ids=ROADS)
async def test_messages_are_moved_with_proof_and_nothing_else_is_touched(
    dovecots: Dovecots, session_on: Make, variant: Variant
):
    dovecot = dovecots(variant)
    user = filled(dovecot, 5)
    dovecot.flag(user, "INBOX", 5, "\\Deleted")  # by the person, who may want it back
    session = await opened(session_on, dovecot, user)
    target = await session.ensure("Clients/Deferred")
    assert await session.ensure("Clients/Deferred") == target
    places = await session.move([1, 3, 99], target)
    assert places.pop(99, None) is None
    assert set(places) == {1, 3}
    there = await session.select(target)
    for uid, place in places.items():
        assert place is not None
        assert place.uidvalidity == there.uidvalidity
        assert RAW % uid == (await session.fetch([place.uid], text=True))[0].header + b"hello\r\n"
    assert [m.uid for m in dovecot.messages(user)] == [2, 4, 5]
    assert dovecot.messages(user)[-1].flags == {"\\Deleted"}
    assert target in dovecot.folders(user)


async def test_without_move_and_uidplus_nothing_is_moved(dovecots: Dovecots, session_on: Make):
    dovecot = dovecots(Variant(hidden=("MOVE", "UIDPLUS")))
    user = filled(dovecot, 1)
    session = await opened(session_on, dovecot, user)
    assert not session.can_move
    with pytest.raises(NotMovable):
        await session.move([1], "Trash")
    assert [m.flags for m in dovecot.messages(user)] == [frozenset()]
    await session.store([1], add=["\\Flagged"])
    assert dovecot.messages(user)[0].flags == {"\\Flagged"}


@pytest.mark.parametrize("variant", [USUAL, ROADS["without MOVE"]], ids=["MOVE", "COPY"])
async def test_a_message_that_somebody_else_took_is_told_as_gone(
    dovecots: Dovecots, session_on: Make, variant: Variant
):
    dovecot = dovecots(variant)
    user = filled(dovecot, 3)
    session = await opened(session_on, dovecot, user)
    dovecot.delete(user, "INBOX", 2)
    moved = await session.move([1, 2, 3], "Trash")
    assert moved[2] is None
    assert isinstance(moved[1], Place)
    assert isinstance(moved[3], Place)
    assert await session.flags([1, 2, 3]) == {}
    assert len(dovecot.messages(user, "Trash")) == 2


async def test_a_missing_folder_is_refused_with_its_code(dovecot: Dovecot, session_on: Make):
    session = await opened(session_on, dovecot, filled(dovecot, 1))
    with pytest.raises(Refused) as caught:
        await session.move([1], "No such folder")
    assert caught.value.code == "TRYCREATE"
    with pytest.raises(Refused) as caught:
        await session.append("No such folder", RAW % 9, [], datetime.now(UTC))
    assert caught.value.code == "TRYCREATE"
    with pytest.raises(Refused) as caught:
        await session.select("No such folder")
    assert caught.value.code == "NONEXISTENT"
    assert await session.status("No such folder") is None
    assert await session.locate("No such folder") is None


async def test_a_full_mailbox_is_refused_with_its_code_and_keeps_the_message(dovecots: Dovecots, session_on: Make):
    dovecot = dovecots(Variant(quota="20k", hidden=("MOVE",)))
    user = dovecot.new_user()
    dovecot.append(user, "INBOX", RAW % 1 + b"x" * 15_000)
    session = await opened(session_on, dovecot, user)
    with pytest.raises(Refused) as caught:
        await session.append("Drafts", RAW % 2 + b"x" * 15_000, [], datetime.now(UTC))
    assert caught.value.code == "OVERQUOTA"
    with pytest.raises(Refused) as caught:
        await session.move([1], "Trash")
    assert caught.value.code == "OVERQUOTA"
    assert len(dovecot.messages(user)) == 1


async def test_reading_marks_nothing_as_seen(dovecot: Dovecot, session_on: Make):
    user = filled(dovecot, 2)
    session = await opened(session_on, dovecot, user)
    await session.fetch([1, 2], text=True, parts=True)
    await session.headers([1])
    await session.raw(2, 1_000_000)
    assert await session.find("<1@x>", 1) == [1]
    assert {m.flags for m in dovecot.messages(user)} == {frozenset()}


async def test_a_message_is_read_as_it_is_stored(dovecot: Dovecot, user: str, session_on: Make):
    then = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    raw = b"From: a@b.example\r\nSubject: \xff\xfe raw\r\nX: {12}\r\n\r\n) A1 OK\r\n\x00 nul\r\n"
    dovecot.append(user, "INBOX", raw.replace(b"\x00", b""), then, ["\\Answered", "$Work"])
    session = await opened(session_on, dovecot, user)
    (message,) = await session.fetch([1], text=True)
    assert message.header + message.body == raw.replace(b"\x00", b"")
    assert (message.complete, message.size, message.arrived) == (True, len(raw) - 1, then)
    assert message.flags == {"\\Answered", "$Work"}


async def test_the_text_of_a_large_message_is_found_behind_its_attachment(
    dovecot: Dovecot, user: str, session_on: Make
):
    edge = b"--=_edge"
    attachment = (
        b"Content-Type: application/pdf; name=plan.pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\n"
    )
    raw = b"\r\n".join((
        b'From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_edge"\r\n',
        edge, attachment, b"QUJD" * 18 + b"\r\n" + (b"QUJD" * 18 + b"\r\n") * 1000, edge,
        b'Content-Type: multipart/alternative; boundary="=_inner"\r\n\r\n--=_inner',
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ncan you ring m=65?",
        b"--=_inner\r\nContent-Type: text/html\r\n\r\n<p>no</p>\r\n--=_inner--\r\n", edge + b"--\r\n",
    ))  # fmt: skip
    dovecot.append(user, "INBOX", raw)
    session = await opened(session_on, dovecot, user)
    (message,) = await session.fetch([1], text=True)
    assert not message.complete
    assert message.size == len(raw)
    assert b"quoted-printable\r\n\r\ncan you ring m=65?\r\n--=_edge" in message.body
    assert b"filename=plan.pdf" in message.body
    from triaged.core.message import read

    understood = read(message.header, message.body, size=message.size, complete=message.complete)
    assert understood.text.strip() == "can you ring me?"


async def test_a_backlog_is_read_in_windows_and_whole(dovecot: Dovecot, user: str, session_on: Make):
    folder = dovecot.root / "mail" / user / "maildir" / "new"
    dovecot.append(user, "INBOX", RAW % 0)
    owner = (folder.stat().st_uid, folder.stat().st_gid)
    for number in range(1, 1200):
        path = folder / f"1700000000.M{number:06}.made"
        path.write_bytes(RAW % number)
        os.chown(path, *owner)
    session = await opened(session_on, dovecot, user)
    uids = await session.uids_from(1)
    assert len(uids) == 1200
    assert [m.uid for m in await session.fetch(uids, text=True)] == uids
    assert len(await session.flags(uids)) == 1200


async def test_a_stored_message_keeps_arrival_and_flags_and_tells_its_place(
    dovecot: Dovecot, user: str, session_on: Make
):
    then = datetime(2026, 1, 5, 9, 30, 15, tzinfo=UTC)
    session = await opened(session_on, dovecot, user)
    drafts = await session.special("drafts")
    assert drafts == "Drafts"
    for message_id in (1, 12):
        place = await session.append(drafts, RAW % message_id, ["\\Draft", "\\Seen"], then + timedelta(days=1))
    status = await session.status(drafts)
    assert status is not None
    assert place == Place(status.uidvalidity, status.uidnext - 1)
    stored = dovecot.messages(user, "Drafts")[-1]
    assert (stored.arrived, stored.flags, stored.raw) == (then + timedelta(days=1), {"\\Draft", "\\Seen"}, RAW % 12)
    await session.select(drafts)
    assert await session.find("<2@x>", 1) == []
    assert await session.find("<12@x>", 1) == [2]
    assert await session.find("<12@x>", 3) == []


@pytest.mark.parametrize("tls", ["implicit", "starttls", "none"])
async def test_new_mail_ends_the_wait(dovecot: Dovecot, session_on: Make, authority: Authority, tls: str):
    user = dovecot.new_user()
    session = await opened(session_on, dovecot, user, tls=tls, trust_ca=authority.ca)
    assert (await session.uids_from(1), await session.find("<1@x>", 1)) == ([], [])
    for count in (1, 2):
        task = asyncio.create_task(session.idle(WakeEvent(), 60))
        await asyncio.to_thread(dovecot.deliver, user, RAW % count)
        assert await task is IdleEnd.READABLE
        assert await session.uids_from(count) == [count]
    assert await session.idle(WakeEvent(), 0) is IdleEnd.TIMED_OUT


async def test_without_idle_the_session_says_poll(dovecots: Dovecots, session_on: Make):
    dovecot = dovecots(Variant(hidden=("IDLE",)))
    session = await opened(session_on, dovecot, dovecot.new_user())
    with pytest.raises(PollInstead):
        await session.idle(WakeEvent(), 60)


@pytest.mark.parametrize("how", ["kick", "kill"])
async def test_a_session_that_the_server_ends_is_noticed_while_waiting(dovecot: Dovecot, session_on: Make, how: str):
    user = dovecot.new_user()
    session = await opened(session_on, dovecot, user)
    task = asyncio.create_task(session.idle(WakeEvent(), 60))
    (pid,) = await asyncio.to_thread(until, lambda: dovecot.session_pids(user), 20, "it is on the server's list")
    if how == "kick":
        await asyncio.to_thread(dovecot.kill_sessions, user)
    else:
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(Lost):
        await _to_the_end(session, task)
    assert not session.is_open


async def _to_the_end(session: Session, task: asyncio.Task[IdleEnd]) -> None:
    """Its last words, where it has any, end the wait; whoever asks on learns that it has gone."""
    if await asyncio.wait_for(task, 20) is IdleEnd.READABLE:
        await session.noop()


async def test_a_folder_deleted_under_the_session_ends_it(dovecot: Dovecot, session_on: Make):
    user = dovecot.new_user()
    dovecot.append(user, "Doomed", RAW % 1)
    session = await opened(session_on, dovecot, user, "Doomed")
    with dovecot.client(user) as client:
        client.delete_folder("Doomed")
    with contextlib.suppress(Refused):  # NO first, then BYE
        with pytest.raises(Lost):
            await session.fetch([1], text=True)
        return
    with pytest.raises((Lost, Refused)):
        await session.select("Doomed")


async def test_a_wrong_password_and_one_that_was_changed(dovecot: Dovecot, session_on: Make):
    user = dovecot.new_user()
    with pytest.raises(AuthFailed) as caught:
        await session_on(dovecot, user, password="wrong").open()
    assert caught.value.code == "AUTHENTICATIONFAILED"
    assert "wrong" not in str(caught.value)
    await session_on(dovecot, user).open()


@pytest.mark.parametrize("password", ["pässwörd", 'quo"ted \\ and spaced'])
async def test_any_password_signs_in(dovecot: Dovecot, session_on: Make, password: str):
    user = dovecot.new_user(password=password)
    session = session_on(dovecot, user, password=password)
    await session.open()
    assert session.is_open


async def test_too_many_connections_are_no_wrong_password(dovecots: Dovecots, session_on: Make):
    dovecot = dovecots(Variant(connections=1))
    user = dovecot.new_user()
    await session_on(dovecot, user).open()
    await asyncio.to_thread(until, lambda: dovecot.session_pids(user), 20, "it is on the server's list")
    with pytest.raises(Unavailable):
        await session_on(dovecot, user).open()


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_a_server_of_our_own_authority_is_trusted_and_no_other(
    dovecot: Dovecot, session_on: Make, authority: Authority, tls: str
):
    user = dovecot.new_user()
    session = session_on(dovecot, user, tls=tls, trust_ca=authority.ca)
    await session.open()
    assert session.capabilities.move
    assert session.profile.name == "dovecot"
    with pytest.raises(CertificateRejected) as caught:
        await session_on(dovecot, user, tls=tls).open()
    assert caught.value.fingerprint is not None
    assert caught.value.fingerprint in str(caught.value)


Issue = Callable[[Authority], Certificate]


@pytest.mark.parametrize(
    ("issue", "word"),
    [(Authority.expired, "2020-02-01"), (Authority.wrong_host, "match"), (Authority.self_signed, "self")],
    ids=["expired", "wrong host", "self-signed"],
)
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_a_bad_certificate_is_rejected_in_words(
    authority: Authority, session_on: Make, issue: Issue, word: str, tls: str
):
    dovecot = Dovecot(issue(authority), dataclasses.replace(USUAL))
    try:
        dovecot.start()
        user = dovecot.new_user()
        with pytest.raises(CertificateRejected, match=word) as caught:
            await session_on(dovecot, user, tls=tls, trust_ca=authority.ca).open()
        assert caught.value.fingerprint
        assert caught.value.expires
        assert user not in dovecot.log()
    finally:
        dovecot.close()


async def test_a_self_signed_certificate_can_be_pinned(authority: Authority, session_on: Make):
    certificate = authority.self_signed()
    dovecot = Dovecot(certificate, USUAL)
    try:
        dovecot.start()
        await session_on(dovecot, dovecot.new_user(), tls="implicit", trust_ca=certificate.chain).open()
    finally:
        dovecot.close()


async def test_a_file_of_authorities_that_is_none_is_told(dovecot: Dovecot, session_on: Make, tmp_path: Path):
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    for file in (broken, tmp_path / "missing.pem"):
        with pytest.raises(Insecure, match=r"trust_ca .*\.pem"):
            await session_on(dovecot, "nobody", tls="implicit", trust_ca=file).open()


async def test_folders_are_found_by_their_use_and_by_configured_names(dovecots: Dovecots, session_on: Make):
    dovecot = dovecots(ROADS["inbox namespace"])
    user = dovecot.new_user()
    session = await opened(session_on, dovecot, user)
    assert await session.special("sent") == "INBOX.Sent"
    assert await session.special("trash") == "INBOX.Trash"
    assert await session.locate("inbox") == "INBOX"
    assert await session.locate("Sent") == "INBOX.Sent"
    assert await session.locate("INBOX/Sent") == "INBOX.Sent"
    assert await session.ensure("Kunden/Zurückgestellt & Co") == "INBOX.Kunden.Zurückgestellt & Co"
    assert "INBOX.Kunden.Zurückgestellt & Co" in dovecot.folders(user)
    with dovecot.client(user) as client:
        assert "INBOX.Kunden.Zurückgestellt & Co" in [name for _, _, name in client.list_sub_folders()]


async def test_folders_without_uses_are_found_by_usual_names(dovecots: Dovecots, session_on: Make):
    dovecot = dovecots(Variant(special_use=False))
    user = dovecot.new_user()
    dovecot.append(user, "Gesendete Objekte", RAW % 1)
    session = await opened(session_on, dovecot, user)
    assert await session.special("sent") == "Gesendete Objekte"
    assert await session.special("drafts") is None


async def test_keywords_stay_on_the_message_when_it_is_moved(dovecot: Dovecot, session_on: Make):
    user = filled(dovecot, 1)
    session = await opened(session_on, dovecot, user)
    await session.store([1, 99], add=["\\Flagged", "$Triaged"])
    await session.store([1], remove=["\\Flagged"])
    await session.move([1], "Trash")
    assert dovecot.messages(user, "Trash")[0].flags == {"$Triaged"}


async def test_a_new_uidvalidity_is_told(own_dovecot: Callable[[], Dovecot], session_on: Make):
    dovecot = own_dovecot()
    user = filled(dovecot, 1)
    session = await opened(session_on, dovecot, user)
    before = (await session.select("INBOX")).uidvalidity
    await session.close()
    maildir = dovecot.root / "mail" / user / "maildir"
    uidlist = maildir / "dovecot-uidlist"
    uidlist.write_text(uidlist.read_text().replace(f"V{before}", f"V{before + 1}"))
    for path in maildir.glob("dovecot.index*"):
        path.unlink()
    await session.open()
    assert (await session.select("INBOX")).uidvalidity == before + 1
