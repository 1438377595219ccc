"""A session against a well-behaved server, and everything about its connection and its ends."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes.imap import PASSWORD, FakeImap, Mail, Talk
from triaged.clock import WakeEvent
from triaged.mailbox import (
    AuthFailed,
    FolderStatus,
    IdleEnd,
    Insecure,
    Lost,
    MailboxError,
    NotMovable,
    Patience,
    Place,
    PollInstead,
    Pools,
    Refused,
    Session,
    Throttled,
    Unavailable,
)

Make = Callable[..., Session]
HASTE = Patience(connect=0.15, address=0.3, command=0.3, done=0.3, goodbye=0.3, slowest=1e9)
RAW = b"From: gary@harbor.example\r\nMessage-ID: <m1@x>\r\nSubject: hi\r\n\r\nhello\r\n"


def mails(count: int = 3) -> list[Mail]:
    return [Mail(uid, RAW.replace(b"m1", b"m%d" % uid)) for uid in range(1, count + 1)]


async def test_a_day_with_one_connection(session_with: Make):
    async with FakeImap(mails=mails()) as server:
        session = session_with(server)
        await session.open()
        selected = await session.select("INBOX")
        assert (selected.uidvalidity, selected.uidnext, selected.exists, selected.keywords) == (7, 4, 3, True)
        assert await session.uids_from(2) == [2, 3]
        assert await session.uids_from(9) == []
        (one, two) = await session.fetch([1, 2, 77], text=True)
        assert (one.uid, one.body, one.complete) == (1, b"hello\r\n", True)
        assert [m.body for m in await session.headers([2])] == [b""]
        await session.store([1], add=["\\Flagged", "$Triaged"])
        assert await session.flags([1, 2, 77]) == {1: {"\\Flagged", "$Triaged"}, 2: frozenset()}
        assert await session.move([2], "Deferred") == {2: Place(9, 1002)}
        assert await session.find("<m3@x>", 1) == [3]
        assert await session.append("Drafts", RAW, ["\\Seen"], datetime(2026, 1, 1, tzinfo=UTC)) == Place(7, 4)
        assert await session.raw(3, 10) == RAW.replace(b"m1", b"m3")[:10]
        await session.noop()
        await session.close()
        assert server.commands[-1] == "LOGOUT"
    assert two.uid == 2


async def test_a_closed_session_can_be_opened_again(session_with: Make):
    async with FakeImap(mails=mails()) as server:
        session = session_with(server)
        for _ in range(2):
            await session.open()
            assert (await session.select("INBOX")).exists == 3
            await session.close()
        await session.close()
        assert not session.is_open
        assert server.commands.count("LOGIN") == 2
        with pytest.raises(Lost, match="closed"):
            await session.noop()


async def test_opening_an_open_session_starts_anew(session_with: Make):
    async with FakeImap() as server:
        session = session_with(server)
        await session.open()
        await session.open()
        assert server.commands.count("LOGOUT") == 1


async def test_calls_from_two_tasks_take_turns(session_with: Make):
    async with FakeImap(mails=mails(20)) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        answers = await asyncio.gather(*(session.fetch([uid], text=True) for uid in range(1, 21)))
    assert [[m.uid for m in answer] for answer in answers] == [[uid] for uid in range(1, 21)]


async def test_a_missing_message_has_no_octets(session_with: Make):
    async with FakeImap() as server:
        session = session_with(server)
        await session.open()
        with pytest.raises(Refused, match="not there"):
            await session.raw(5, 100)
        assert session.is_open


# -- signing in --


async def test_the_secret_is_asked_for_at_each_sign_in(session_with: Make):
    asked: list[int] = []

    async def secret() -> str:
        asked.append(1)
        return PASSWORD

    async with FakeImap() as server:
        session = session_with(server, secret=secret)
        await session.open()
        await session.open()
    assert len(asked) == 2


async def test_a_wrong_password_is_told_and_not_repeated(session_with: Make):
    async def secret() -> str:
        return "hunter2-is-wrong"

    async def login(talk: Talk, tag: bytes, rest: bytes) -> None:
        await talk.send(tag + b" BAD I do not understand LOGIN " + rest)

    for on in ({}, {"LOGIN": login}):
        async with FakeImap(on=on) as server:
            with pytest.raises(AuthFailed) as caught:
                await session_with(server, secret=secret).open()
            assert "hunter2" not in str(caught.value)
            assert caught.value.__cause__ is None


@pytest.mark.parametrize("secret_text", ["pässwort", 'a "quoted\\ one', "with\r\nline"])
async def test_any_password_is_sent_whole(session_with: Make, secret_text: str):
    said: list[bytes] = []

    async def authenticate(talk: Talk, tag: bytes, rest: bytes) -> None:
        assert rest == b"PLAIN"
        await talk.send(b"+ ")
        import base64

        said.append(base64.b64decode(await talk.line()))
        await talk.send(tag + b" OK")

    async def login(talk: Talk, tag: bytes, rest: bytes) -> None:
        said.append(rest)
        await talk.send(tag + b" OK")

    async def secret() -> str:
        return secret_text

    async with FakeImap(on={"AUTHENTICATE": authenticate, "LOGIN": login}) as server:
        await session_with(server, secret=secret).open()
    plain = f"\0dana\0{secret_text}".encode()
    quoted = b'"' + secret_text.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    assert said[0] in (plain, b"dana " + quoted, b'"dana" ' + quoted)
    assert len(server.commands) == 3


async def test_a_password_that_the_server_cannot_take_is_never_sent_in_pieces(session_with: Make):
    async def secret() -> str:
        return "a\r\nA2 DELETE INBOX"

    async with FakeImap(capabilities=b"IMAP4rev1") as server:
        with pytest.raises(AuthFailed, match="characters"):
            await session_with(server, secret=secret).open()
        assert server.commands == ["CAPABILITY"]


async def test_a_server_that_takes_no_password_gets_none(session_with: Make):
    async with FakeImap(capabilities=b"IMAP4rev1 LOGINDISABLED") as server:
        with pytest.raises(Insecure, match="LOGINDISABLED"):
            await session_with(server).open()
        assert server.commands == ["CAPABILITY"]


@pytest.mark.parametrize("mechanism", [b"XOAUTH2", b"OAUTHBEARER"])
async def test_a_token_signs_in(session_with: Make, mechanism: bytes):
    import base64

    said: list[bytes] = []

    async def authenticate(talk: Talk, tag: bytes, rest: bytes) -> None:
        await talk.send(b"+ ")
        said.extend((rest, base64.b64decode(await talk.line())))
        await talk.send(tag + b" OK")

    async def token() -> str:
        return "ya29.token"

    capabilities = b"IMAP4rev1 AUTH=" + mechanism
    async with FakeImap(on={"AUTHENTICATE": authenticate}, capabilities=capabilities) as server:
        await session_with(server, token=token).open()
    expected = {
        b"XOAUTH2": b"user=dana\x01auth=Bearer ya29.token\x01\x01",
        b"OAUTHBEARER": b"n,a=dana,\x01auth=Bearer ya29.token\x01\x01",
    }
    assert said == [mechanism, expected[mechanism]]


@pytest.mark.parametrize(("mechanism", "last"), [(b"XOAUTH2", b""), (b"OAUTHBEARER", b"\x01")])
async def test_a_refused_token_tells_why(session_with: Make, mechanism: bytes, last: bytes):
    import base64

    said: list[bytes] = []

    async def authenticate(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"+ ")
        await talk.line()
        challenge = b'{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}'
        await talk.send(b"+ " + base64.b64encode(challenge))
        said.append(base64.b64decode(await talk.line()))
        await talk.send(tag + b" NO [AUTHENTICATIONFAILED] SASL authentication failed")

    async def token() -> str:
        return "ya29.token"

    capabilities = b"IMAP4rev1 AUTH=" + mechanism
    async with FakeImap(on={"AUTHENTICATE": authenticate}, capabilities=capabilities) as server:
        with pytest.raises(AuthFailed, match=r"scope https://mail\.example/") as caught:
            await session_with(server, token=token).open()
    assert said == [last]
    assert "ya29" not in str(caught.value)


async def test_without_a_way_to_use_a_token_none_is_sent(session_with: Make):
    async def token() -> str:
        return "ya29.token"

    async with FakeImap() as server:
        with pytest.raises(MailboxError, match="OAuth"):
            await session_with(server, token=token).open()
        assert server.commands == ["CAPABILITY"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"NO [ALERT] Too many simultaneous connections. (Failure)", Unavailable),
        (b"BAD User is authenticated but not connected.", Unavailable),
        (b"NO Request is throttled. Suggested Backoff Time: 89000 milliseconds", Throttled),
        (b"NO [UNAVAILABLE] Temporary authentication failure.", Unavailable),
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials", AuthFailed),
    ],
)
async def test_a_sign_in_is_refused_for_many_reasons(session_with: Make, text: bytes, kind: type[MailboxError]):
    async def login(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" " + text)

    async with FakeImap(on={"LOGIN": login}) as server:
        session = session_with(server)
        with pytest.raises(MailboxError) as caught:
            await session.open()
    assert type(caught.value) is kind
    assert not session.is_open


@pytest.mark.parametrize("how", ["bye", "fin", "rst"])
async def test_a_connection_lost_while_signing_in_is_no_wrong_password(session_with: Make, how: str):
    async def login(talk: Talk, *_: bytes) -> None:
        if how == "bye":
            await talk.send(b"* BYE internal error")
        if how == "rst":
            talk.reset()
        talk.close()

    async with FakeImap(on={"LOGIN": login}) as server:
        with pytest.raises(Lost):
            await session_with(server).open()


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [
        (b"* BYE [ALERT] Too many connections from your address", Unavailable),
        (b"* BYE server shutting down", Unavailable),
        (b"HTTP/1.1 400 Bad Request", Lost),
        (b"\x16\x03\x01", Lost),
    ],
)
async def test_an_unfriendly_greeting_is_told(session_with: Make, greeting: bytes, kind: type[MailboxError]):
    async with FakeImap(greeting=greeting) as server:
        with pytest.raises(MailboxError) as caught:
            await session_with(server).open()
    assert type(caught.value) is kind


async def test_a_preauthenticated_connection_needs_no_password(session_with: Make):
    async with FakeImap(greeting=b"* PREAUTH welcome back") as server:
        session = session_with(server)
        await session.open()
        assert "LOGIN" not in server.commands


@pytest.mark.parametrize("greeting", [b"* OK ready", b"* PREAUTH come in"])
async def test_encryption_that_the_server_does_not_offer_is_not_done_without(session_with: Make, greeting: bytes):
    async with FakeImap(greeting=greeting) as server:
        server.tls = "starttls"
        with pytest.raises(Insecure):
            await session_with(server).open()
        assert "LOGIN" not in server.commands


async def test_encryption_that_the_server_refuses_is_not_done_without(session_with: Make):
    async def starttls(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" NO not today")

    async with FakeImap(on={"STARTTLS": starttls}, capabilities=b"IMAP4rev1 STARTTLS") as server:
        server.tls = "starttls"
        with pytest.raises(Insecure, match="not today"):
            await session_with(server).open()
        assert "LOGIN" not in server.commands


async def test_a_session_without_user_or_secret_connects_to_nobody(pools: Pools):
    async with FakeImap() as server:
        with pytest.raises(Insecure, match="neither password nor OAuth"):
            await Session(server, pools).open()
        server.user = ""
        with pytest.raises(Insecure, match="no user"):
            await Session(server, pools, secret=secret).open()
        assert server.talks == []


async def test_a_server_that_wants_to_know_us_is_told_before_anything_else(session_with: Make):
    async def identify(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b'* ID ("name" "x")', tag + b" OK done")

    async with FakeImap(on={"ID": identify}, capabilities=b"IMAP4rev1 ID") as server:
        server.profile = "netease"
        await session_with(server, secret=secret).open()
        assert server.commands[-1] == "ID"


async def test_keywords_that_would_not_stay_are_not_sent(session_with: Make):
    async with FakeImap(mails=mails()) as server:
        server.profile = "exchange"
        session = session_with(server, secret=secret)
        await session.open()
        assert not (await session.select("INBOX")).keywords
        await session.store([1], add=["$Triaged"])
        assert "UID STORE" not in server.commands
        await session.store([1], add=["$Triaged", "\\Flagged"])
        assert server.mails[0].flags == {"\\Flagged"}


@pytest.mark.parametrize("code", [b"", b"[LIMIT] "])
async def test_a_folder_that_offers_keywords_and_refuses_one_keeps_none_until_the_next_connection(
    session_with: Make, code: bytes
):
    async def store(talk: Talk, tag: bytes, rest: bytes) -> None:
        await (
            talk.send(tag + b" NO %stoo many" % code) if b"triaged-" in rest else server.do_uid_store(talk, tag, rest)
        )

    async with FakeImap(mails=mails(), on={"UID STORE": store}) as server:
        session = session_with(server, secret=secret)
        await session.open()
        await session.select("INBOX")
        assert session.keeps_keywords
        await session.try_keyword(1, "triaged-back")
        assert not session.keeps_keywords
        assert not (await session.select("INBOX")).keywords
        asked = server.commands.count("UID STORE")
        assert await session.mark([1], "triaged-abc") == await session.mark_once([1], "triaged-said") == set()
        await session.try_keyword(1, "triaged-back")
        assert server.commands.count("UID STORE") == asked
        await session.store([1], add=["\\Flagged", "triaged-back"])
        assert server.mails[0].flags == {"\\Flagged"}
        await session.open()
        await session.select("INBOX")
        with pytest.raises(Refused):
            await session.store([1], add=["triaged-back"])


async def test_a_keyword_that_was_tried_is_taken_off_and_tried_once(session_with: Make):
    async with FakeImap(mails=mails()) as server:
        session = session_with(server, secret=secret)
        await session.open()
        await session.select("INBOX")
        for _ in range(2):
            await session.try_keyword(1, "triaged-back")
        assert session.keeps_keywords
        assert server.mails[0].flags == set()
        assert server.commands.count("UID STORE") == 2


async def test_octets_that_follow_the_answer_to_starttls_are_an_attack(session_with: Make):
    async def starttls(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" OK begin", b"* CAPABILITY IMAP4rev1 AUTH=EVIL")

    async with FakeImap(on={"STARTTLS": starttls}, capabilities=b"IMAP4rev1 STARTTLS") as server:
        server.tls = "starttls"
        with pytest.raises(Insecure, match="in between"):
            await session_with(server).open()
        assert "LOGIN" not in server.commands


async def test_cleartext_is_only_for_this_machine(session_with: Make, monkeypatch: pytest.MonkeyPatch):
    import socket

    async with FakeImap() as server:
        monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("192.0.2.7", 143))
        with pytest.raises(Insecure, match=r"192\.0\.2\.7"):
            await session_with(server).open()
        assert server.commands == []
        server.allow_cleartext = True
        await session_with(server).open()
        assert "LOGIN" in server.commands


async def test_nobody_listening_is_told_with_host_and_port(session_with: Make):
    async with FakeImap() as server:
        pass
    with pytest.raises(Lost, match=f"127.0.0.1:{server.port} cannot be reached"):
        await session_with(server).open()


async def test_a_host_without_an_address_is_told(session_with: Make):
    server = FakeImap()
    server.host, server.port = "no-such-host.invalid", 1
    with pytest.raises(Lost, match=r"no-such-host\.invalid"):
        await session_with(server).open()


# -- the connection --


async def test_the_connection_is_kept_alive_and_undelayed(session_with: Make):
    import socket

    async with FakeImap() as server:
        session = session_with(server)
        await session.open()
        assert session._line is not None
        sock = session._line.imap.sock
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000


@pytest.mark.parametrize("silent", ["GREETING", "CAPABILITY", "LOGIN", "SELECT", "UID FETCH", "UID MOVE", "NOOP"])
async def test_a_server_that_falls_silent_is_given_up_by_the_clock(session_with: Make, silent: str):
    async def say_nothing(talk: Talk, *_: bytes) -> None:
        await talk.reader.read()

    async with FakeImap(on={silent: say_nothing}, mails=mails()) as server:
        session = session_with(server, HASTE)
        with pytest.raises(Lost):
            await whole_session(session)
        assert not session.is_open


async def whole_session(session: Session) -> None:
    await session.open()
    await session.select("INBOX")
    await session.fetch(await session.uids_from(1), text=True)
    await session.move([1], "Deferred")
    await session.noop()
    await session.close()


@pytest.mark.parametrize("slow", ["GREETING", "LOGIN", "UID FETCH"])
async def test_a_server_that_trickles_is_given_up_by_the_clock_and_frees_the_thread(session_with: Make, slow: str):
    async def trickle(talk: Talk, *_: bytes) -> None:
        with contextlib.suppress(OSError):
            while True:
                await talk.octets(b"*")
                await asyncio.sleep(0.02)

    async with FakeImap(on={slow: trickle}, mails=mails()) as server:
        session = session_with(server, HASTE)
        with pytest.raises(Lost):
            await asyncio.wait_for(whole_session(session), 20)


async def test_an_endless_flood_of_responses_is_given_up(session_with: Make):
    async def flood(talk: Talk, *_: bytes) -> None:
        with contextlib.suppress(OSError):
            while True:
                await talk.octets(b"* OK still busy\r\n" * 2000)

    for name in ("LOGIN", "UID FETCH"):
        async with FakeImap(on={name: flood}, mails=mails()) as server:
            with pytest.raises(Lost):
                await asyncio.wait_for(whole_session(session_with(server)), 20)


async def test_a_literal_of_ninety_nine_gigabytes_is_not_believed(session_with: Make):
    async def fetch(talk: Talk, *_: bytes) -> None:
        await talk.send(b"* 1 FETCH (UID 1 BODY[HEADER]<0> {99000000000}")

    async def capability(talk: Talk, *_: bytes) -> None:
        await talk.send(b"* CAPABILITY {99000000000}")

    for on in ({"UID FETCH": fetch}, {"CAPABILITY": capability}):
        async with FakeImap(on=on, mails=mails()) as server:
            with pytest.raises(Lost):
                await whole_session(session_with(server, HASTE))


async def test_a_cancelled_call_closes_the_connection_and_frees_the_thread(session_with: Make):
    asked = asyncio.Event()

    async def fetch(talk: Talk, *_: bytes) -> None:
        asked.set()
        await talk.reader.read()

    async with FakeImap(on={"UID FETCH": fetch}, mails=mails()) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        task = asyncio.create_task(session.fetch([1], text=True))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not session.is_open


async def test_closing_while_a_call_is_under_way_ends_the_call(session_with: Make):
    asked = asyncio.Event()

    async def noop(talk: Talk, *_: bytes) -> None:
        asked.set()
        await talk.reader.read()

    async with FakeImap(on={"NOOP": noop}) as server:
        session = session_with(server)
        await session.open()
        task = asyncio.create_task(session.noop())
        await asked.wait()
        await session.close()
        with pytest.raises(Lost):
            await task


async def test_a_refusal_leaves_the_connection_in_use_and_nonsense_does_not(session_with: Make):
    async def refuse(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" NO [OVERQUOTA] full")

    async def nonsense(talk: Talk, *_: bytes) -> None:
        await talk.send(b"* 1 FETCH (UID 1 what? ever")

    async with FakeImap(on={"UID MOVE": refuse, "UID FETCH": nonsense}, mails=mails()) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        with pytest.raises(Refused) as caught:
            await session.move([1], "Deferred")
        assert caught.value.code == "OVERQUOTA"
        await session.noop()
        with pytest.raises(Lost):
            await session.fetch([1], text=True)
        assert not session.is_open
        assert len(server.talks) == 1


async def test_a_message_that_the_server_reads_only_is_told_and_not_an_error(session_with: Make):
    async def select(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"* 0 EXISTS", b"* OK [UIDVALIDITY 1] x", tag + b" OK [READ-ONLY] only to look at")

    async with FakeImap(on={"SELECT": select}) as server:
        session = session_with(server)
        await session.open()
        assert (await session.select("INBOX")).read_only
        await session.noop()


async def test_a_reused_uid_is_another_message_and_is_read_as_it_is_now(session_with: Make):
    async with FakeImap(mails=[Mail(5, RAW)]) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        (before,) = await session.fetch([5], text=True)
        server.mails[:] = [Mail(5, RAW.replace(b"hello", b"other"))]
        server.uidvalidity = 8
        (after,) = await session.fetch([5], text=True)
        assert (before.body, after.body) == (b"hello\r\n", b"other\r\n")
        assert (await session.select("INBOX")).uidvalidity == 8


async def test_a_folder_that_is_selected_is_not_asked_for_its_status(session_with: Make):
    async def status(talk: Talk, tag: bytes, rest: bytes) -> None:
        if b"Other" in rest:
            line = b"* STATUS {5}\r\nOther (MESSAGES 3 UIDNEXT 12 UIDVALIDITY 4)"
            await talk.send(line, tag + b" OK done")
        else:
            await talk.send(tag + b" NO no such folder")

    async with FakeImap(on={"STATUS": status}, mails=mails()) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        assert await session.status("INBOX") == FolderStatus(7, 4, 3)
        assert "STATUS" not in server.commands
        assert await session.status("Other") == FolderStatus(4, 12, 3)
        assert await session.status("Nowhere") is None


async def test_what_was_learned_outlives_the_connection(session_with: Make):
    async def refuse(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" NO not here")

    capabilities = b"IMAP4rev1 UIDPLUS"
    async with FakeImap(on={"UID EXPUNGE": refuse}, capabilities=capabilities, mails=mails()) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        assert session.can_move
        with pytest.raises(NotMovable, match="copied"):
            await session.move([1], "Deferred")
        assert server.mails[0].flags == set()
        await session.open()
        await session.select("INBOX")
        assert not session.can_move
        with pytest.raises(NotMovable):
            await session.move([1], "Deferred")
        assert server.commands.count("UID COPY") == 1


# -- waiting --


async def idling(session_with: Make, server: FakeImap, **options: object) -> Session:
    session = session_with(server, **options)
    await session.open()
    await session.select("INBOX")
    return session


async def test_idle_ends_when_the_server_speaks_when_woken_and_by_the_clock(session_with: Make):
    async with FakeImap(mails=mails()) as server:
        session, wake = await idling(session_with, server), WakeEvent()
        assert await session.idle(wake, 0.01) is IdleEnd.TIMED_OUT
        await session.noop()
        task = asyncio.create_task(session.idle(wake, 60))
        await server.idling.wait()
        await server.talks[0].send(b"* 4 EXISTS")
        assert await task is IdleEnd.READABLE
        await session.noop()
        task = asyncio.create_task(session.idle(wake, 60))
        await server.idling.wait()
        wake.set()
        assert await task is IdleEnd.WOKEN
        assert await session.idle(wake, 60) is IdleEnd.WOKEN
        assert await session.uids_from(3) == [3]


async def test_the_next_call_ends_idle_before_anything_else_and_so_does_another_wait(session_with: Make):
    async def status(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"* STATUS Archive (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)", tag + b" OK done")

    async with FakeImap(on={"STATUS": status}, mails=mails()) as server:
        session = await idling(session_with, server)
        for _ in range(2):
            assert await session.idle(WakeEvent(), 0.01) is IdleEnd.TIMED_OUT
        assert await session.news_from(2, ["Archive"]) == ([2, 3], [FolderStatus(7, 1, 0)])
        assert await session.idle(WakeEvent(), 0.01) is IdleEnd.TIMED_OUT
        await session.close()
        said = server.commands[server.commands.index("IDLE") :]
    # the server of the test takes nothing but DONE within IDLE
    assert said == ["IDLE", "IDLE", "NOOP", "UID SEARCH", "STATUS", "IDLE", "LOGOUT"]


@pytest.mark.parametrize("cut", range(len(b"* 4 EXISTS\r\n") + 1))
async def test_a_line_split_anywhere_is_neither_lost_nor_misread(session_with: Make, cut: int):
    line = b"* 4 EXISTS\r\n"
    async with FakeImap(mails=mails()) as server:
        session, wake = await idling(session_with, server), WakeEvent()
        task = asyncio.create_task(session.idle(wake, 60))
        await server.idling.wait()
        await server.talks[0].octets(line[:cut])
        for _ in range(5):
            await asyncio.sleep(0)
        await server.talks[0].octets(line[cut:])
        assert await task is IdleEnd.READABLE
        assert await session.uids_from(1) == [1, 2, 3]


async def test_news_in_the_same_segment_as_the_continuation_is_seen_at_once(session_with: Make):
    async def idle(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"+ idling", b"* 4 EXISTS")
        assert await talk.line() == b"DONE"
        await talk.send(tag + b" OK done")

    async with FakeImap(on={"IDLE": idle}, mails=mails()) as server:
        session = await idling(session_with, server)
        assert await session.idle(WakeEvent(), 60) is IdleEnd.READABLE
        await session.noop()


async def test_news_before_the_continuation_is_seen_at_once(session_with: Make):
    async def idle(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"* 1 FETCH (FLAGS ())", b"* 4 EXISTS", b"+ idling")
        assert await talk.line() == b"DONE"
        await talk.send(tag + b" OK done")

    async with FakeImap(on={"IDLE": idle}, mails=mails()) as server:
        session = await idling(session_with, server)
        assert await session.idle(WakeEvent(), 60) is IdleEnd.READABLE
        await session.noop()


@pytest.mark.parametrize("answer", [b"NO not now", b"BAD what is IDLE?", b"OK done already"])
async def test_a_refused_idle_says_poll_and_is_not_tried_again_soon(session_with: Make, answer: bytes):
    async def idle(talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" " + answer)

    async with FakeImap(on={"IDLE": idle}, mails=mails()) as server:
        session = await idling(session_with, server)
        for _ in range(2):
            with pytest.raises(PollInstead):
                await session.idle(WakeEvent(), 60)
        assert server.commands.count("IDLE") == 1
        await session.noop()
        assert session.is_open


async def test_without_idle_nothing_is_sent(session_with: Make):
    async with FakeImap(capabilities=b"IMAP4rev1") as server:
        session = await idling(session_with, server)
        with pytest.raises(PollInstead):
            await session.idle(WakeEvent(), 60)
        assert "IDLE" not in server.commands


async def test_signs_of_life_do_not_end_the_wait(session_with: Make):
    async with FakeImap(mails=mails()) as server:
        session, wake = await idling(session_with, server), WakeEvent()
        task = asyncio.create_task(session.idle(wake, 60))
        await server.idling.wait()
        for piece in (b"* OK Still here\r\n", b"* OK Still here\r\n* OK And now\r\n"):
            await server.talks[0].octets(piece)
            done, _ = await asyncio.wait((task,), timeout=0.02)
            assert not done
        await server.talks[0].octets(b"* 4 EXISTS\r\n")
        assert await task is IdleEnd.READABLE


@pytest.mark.parametrize("how", ["fin", "rst", "bye"])
async def test_the_end_of_the_connection_ends_the_wait_at_once(session_with: Make, how: str):
    async with FakeImap(mails=mails()) as server:
        session = await idling(session_with, server)
        task = asyncio.create_task(session.idle(WakeEvent(), 60))
        await server.idling.wait()
        talk = server.talks[0]
        if how == "bye":
            await talk.send(b"* BYE going down")
        if how == "rst":
            talk.reset()
        talk.close()
        if how == "bye":  # the last words are heard first
            assert await asyncio.wait_for(task, 20) is IdleEnd.READABLE
            task = asyncio.create_task(session.noop())
        with pytest.raises(Lost):
            await asyncio.wait_for(task, 20)
        assert not session.is_open


async def test_a_server_that_does_not_hear_done_is_given_up(session_with: Make):
    async def idle(talk: Talk, *_: bytes) -> None:
        await talk.send(b"+ idling")
        await talk.reader.read()

    async with FakeImap(on={"IDLE": idle}, mails=mails()) as server:
        patience = Patience(done=0.3)  # the end of IDLE is not waited for as long as the command behind it
        session = await idling(session_with, server, patience=patience, secret=secret)
        assert await session.idle(WakeEvent(), 0.01) is IdleEnd.TIMED_OUT
        with pytest.raises(Lost):
            await asyncio.wait_for(session.noop(), 30)
        assert not session.is_open


async def secret() -> str:
    return PASSWORD


async def test_a_wait_that_is_cancelled_closes_the_connection_and_watches_nothing(session_with: Make):
    async with FakeImap(mails=mails()) as server:
        session = await idling(session_with, server)
        task = asyncio.create_task(session.idle(WakeEvent(), 60))
        await server.idling.wait()
        assert session._line is not None
        descriptor = session._line.imap.sock.fileno()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not asyncio.get_running_loop().remove_reader(descriptor)
        assert not session.is_open


async def test_many_mailboxes_wait_without_a_thread_each(session_with: Make):
    async with FakeImap(mails=mails()) as server:
        sessions = [await idling(session_with, server) for _ in range(30)]
        wake = WakeEvent()
        tasks = [asyncio.create_task(session.idle(wake, 60)) for session in sessions]
        while server.commands.count("IDLE") < 30:  # noqa: ASYNC110 — the server tells nobody
            await asyncio.sleep(0)
        assert sum(thread.name.startswith("imap") for thread in threading.enumerate()) <= 12
        wake.set()
        assert set(await asyncio.gather(*tasks)) == {IdleEnd.WOKEN}


async def test_dead_servers_do_not_take_the_places_of_living_ones(pools: Pools, session_with: Make):
    buried = asyncio.Event()

    async def say_nothing(talk: Talk, *_: bytes) -> None:
        await buried.wait()
        talk.reset()

    async with FakeImap(on={"GREETING": say_nothing}) as dead, FakeImap(mails=mails()) as living:
        session = await idling(session_with, living)
        waiting = [asyncio.create_task(session_with(dead).open()) for _ in range(8)]
        await session.fetch([1, 2, 3], text=True)
        assert not any(task.done() for task in waiting)
        buried.set()
        assert all(isinstance(e, Lost) for e in await asyncio.gather(*waiting, return_exceptions=True))


async def test_where_a_server_knows_no_star_in_a_search_the_uids_are_asked_for_by_number(session_with: Make):
    async def search(talk: Talk, tag: bytes, rest: bytes) -> None:
        low, _, high = rest.removeprefix(b"UID ").partition(b":")
        known = high.isdigit()  # mailutils: `n:*` names nothing
        uids = [mail.uid for mail in talk.server.mails if known and int(low) <= mail.uid <= int(high)]
        await talk.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids), tag + b" OK done")

    async with FakeImap(on={"UID SEARCH": search}, mails=mails()) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        assert await session.uids_from(2) == [2, 3]
        assert await session.uids_from(4) == []


async def test_what_comes_later_is_found_too_where_a_server_knows_no_star(session_with: Make):
    async def search(talk: Talk, tag: bytes, rest: bytes) -> None:
        uids = [mail.uid for mail in talk.server.mails if rest == b"ALL"]
        await talk.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids), tag + b" OK done")

    async with FakeImap(on={"UID SEARCH": search}, mails=mails()) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        server.mails.append(replace(server.mails[-1], uid=4))
        assert await session.news_from(4) == ([4], [])


@pytest.mark.parametrize("said", [b'""', b"NIL", b"{0}\r\n"])
async def test_a_header_that_comes_back_empty_is_asked_for_again_alone(session_with: Make, said: bytes):
    asked: list[bytes] = []

    async def fetch(talk: Talk, tag: bytes, rest: bytes) -> None:
        asked.append(rest.partition(b" ")[0])
        if len(asked) > 1:
            await talk.server.do_uid_fetch(talk, tag, rest)
            return
        for number, mail in enumerate(talk.server.mails, 1):
            await talk.octets(b"* %d FETCH (UID %d RFC822.SIZE 700 BODY[HEADER]<0> %s)\r\n" % (number, mail.uid, said))
        await talk.send(tag + b" OK done")

    async with FakeImap(on={"UID FETCH": fetch}, mails=mails()) as server:
        session = session_with(server)
        await session.open()
        await session.select("INBOX")
        found = await session.headers([2, 3])
    assert asked[1:] == [b"2", b"3"]
    assert not any(one.is_withheld for one in found)
