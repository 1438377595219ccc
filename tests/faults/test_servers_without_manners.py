"""Mail servers that never answer, never stop, or answer nonsense, beside one that works: it does not notice them."""

import asyncio
import resource
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fakes.imap import PASSWORD, FakeImap, Mail, Talk, fetch_response, members
from faults.conftest import begin_to_watch
from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.process import Process
from scenarios.stage import Stage, letter
from server.certificates import Authority
from server.dovecot import Dovecot
from server.sink import Sink
from triaged.clock import WakeEvent
from triaged.config import load
from triaged.core.settings import Server, TextSecret, Tls
from triaged.mailbox import Lost, Pools, Session
from triaged.service.daemon import Daemon

MEBI = 1 << 20


def beside(port: int, number: int = 0, mode: str = "observe") -> str:
    """An account on a server of ours on that port."""
    return f"""
[account.beside{number}]
mode = "{mode}"
addresses = ["dana{number}@beside.example"]
imap = {{ host = "127.0.0.1", port = {port}, tls = "none", user = "{f"dana{number}" if number else "dana"}", password = "{PASSWORD}" }}
"""


@contextmanager
def black_hole() -> Iterator[int]:
    """A port where every attempt to connect is left hanging: nobody accepts, and the queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)  # noqa: FBT003 — the library takes it so
            one.connect_ex(("127.0.0.1", port))
        yield port
        for one in waiting:
            one.close()


async def begin(stage: Stage) -> None:
    """Start the daemon without waiting until every account has been tried."""
    stage.write_config()
    stage.daemon = Daemon(load(stage.path, now=stage.clock.now()), stage.lines.events, clock=stage.clock)
    stage._run = asyncio.create_task(stage.daemon.run(), name="daemon")


async def test_twenty_servers_that_never_answer_do_not_keep_the_one_that_does_from_its_mail(stages: Opening):
    with black_hole() as port:
        stage = stages(CONSULTANT + "".join(beside(port, number) for number in range(1, 21)))
        await begin(stage)
        await stage.until(lambda: stage.events("account.idle"))
        for number in range(10):
            stage.store(GARY, f"question {number}")
            stage.daemon.wake()
            await stage.until(lambda number=number: len(stage.events("message.deferred")) == number + 1)
        assert not stage.events("account.disconnected")  # all twenty still hang
        assert len(stage.inbox("Deferred")) == 10
        assert await stage.close() == 0


def test_a_stop_waits_for_no_server_that_never_answers(dovecot: Dovecot, sink: Sink, tmp_path: Path):
    with black_hole() as port:
        stage = Stage(CONSULTANT + "".join(beside(port, number) for number in range(1, 11)), dovecot, sink, tmp_path)
        stage.write_config()
        process = Process(stage)
        process.wait_for("account.idle")
        process.popen.terminate()
        assert process.end() == 0
    names = process.lines().names()
    assert "account.disconnected" not in names[names.index("service.stopping") :]  # it waited for no attempt to fail


async def test_a_server_that_floods_is_given_up_in_bounded_memory_and_the_other_goes_on(stages: Opening, hasty: None):
    async def flood(talk: Talk, tag: bytes, rest: bytes) -> None:
        while True:
            await talk.octets(b"* OK still here\r\n" * 4000)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with FakeImap(on={"SELECT": flood}) as server:
        stage = stages(CONSULTANT + beside(server.port))
        await begin_to_watch(stage)
        assert stage.events("account.disconnected", account="beside0")
        for number in range(3):
            await stage.arrives(f"g{number}@harbor.example", "question")
            await stage.later(minutes=6)
        assert len(stage.events("message.deferred")) == 3
        assert 2 <= len(stage.events("account.disconnected", account="beside0")) <= 20
        await stage.close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


async def test_a_message_that_the_server_sends_as_nonsense_gets_its_strikes_and_the_next_one_its_verdict(
    stages: Opening,
):
    server = FakeImap()

    async def garble(talk: Talk, tag: bytes, rest: bytes) -> None:
        chosen = rest.split(b" ")[0]
        if chosen in (b"1", b"1:2"):
            await talk.send(b"* 1 FETCH (UID 1 RFC822.SIZE (((((", tag + b" OK done")
            return
        await server.do_uid_fetch(talk, tag, rest)

    server.on["UID FETCH"] = garble
    async with server:
        stage = stages(CONSULTANT + beside(server.port))
        await stage.open()
        for number in (1, 2):
            raw = letter(GARY, f"question {number}", "?", at=stage.clock.now(), message_id=f"<{number}@h.example>")
            server.mails.append(Mail(number, raw, arrived="24-Nov-2025 08:00:00 +0000"))
        stage.daemon.sweep()
        await stage.quiet()
        for _ in range(12):
            await stage.later(minutes=10)
        assert [line["uid"] for line in stage.events("message.unreadable")] == [1]
        assert [line["uid"] for line in stage.events("message.deferred")] == [2]
        await stage.close()


async def test_mail_that_an_idle_server_never_tells_about_is_found_at_the_next_look(stages: Opening):
    async with FakeImap() as server:
        stage = stages(CONSULTANT + beside(server.port))
        await stage.open()
        raw = letter(GARY, "question", "?", at=stage.clock.now(), message_id="<1@h.example>")
        server.mails.append(Mail(1, raw, arrived="24-Nov-2025 08:00:00 +0000"))
        await stage.later(minutes=9)
        assert len(stage.events("message.deferred")) == 1
        await stage.close()


async def test_a_server_that_speaks_all_the_time_with_nothing_to_say_is_not_listened_to_all_the_time(stages: Opening):
    waits = 0

    async def babble(talk: Talk, tag: bytes, rest: bytes) -> None:
        nonlocal waits
        waits += 1
        await talk.send(b"+ idling", b"* 0 EXISTS")
        await talk.line()  # DONE
        await talk.send(tag + b" OK done")

    async with FakeImap(on={"IDLE": babble}) as server:
        stage = stages(CONSULTANT + beside(server.port))
        await stage.open()
        await stage.until(lambda: waits >= 10)
        await stage.quiet()
        told = waits
        await stage.arrives(GARY, "question")  # the other account works as ever, and no time passes
        assert list(stage.inbox("Deferred")) == ["question"]
        raw = letter(GARY, "news", "?", at=stage.clock.now(), message_id="<1@h.example>")
        server.mails.append(Mail(1, raw, arrived="24-Nov-2025 08:00:00 +0000"))
        await stage.later(seconds=6)
        assert len(stage.events("message.deferred", account="beside0")) == 1  # it is found all the same
        assert waits <= told + 20
        await stage.close()


async def test_a_server_that_gives_uids_a_second_time_gets_nothing_decided_twice(stages: Opening):
    async with FakeImap() as server:
        stage = stages(CONSULTANT + beside(server.port))
        await stage.open()

        def mail(uid: int, name: str, clock: str) -> Mail:
            raw = letter(GARY, name, "?", at=stage.clock.now(), message_id=f"<{name}@h.example>")
            return Mail(uid, raw, arrived=f"24-Nov-2025 {clock} +0000")

        server.mails += [mail(uid, f"q{uid}", "08:00:00") for uid in (1, 2, 3)]
        stage.daemon.sweep()
        await stage.quiet()
        assert len(stage.events("message.deferred")) == 3
        # a broken restore: same UIDVALIDITY, UIDNEXT fell back, the third has another number, and one is new
        server.mails[:] = [mail(1, "q3", "08:00:00"), mail(2, "new", "08:30:00")]
        await stage.later(minutes=40)
        told = [line["message_id"] for line in stage.events("message.deferred")]
        assert sorted(told[3:]) == ["<new@h.example>"]
        assert any("numbered the folder anew" in line.get("error", "") for line in stage.events("account.degraded"))
        await stage.close()


async def test_a_server_that_numbers_its_folder_anew_each_minute_is_told_of_once_an_hour(stages: Opening):
    async with FakeImap(capabilities=b"IMAP4rev1 UIDPLUS AUTH=PLAIN") as server:
        stage = stages(CONSULTANT + beside(server.port))
        await stage.open()
        raw = letter(GARY, "q1", "?", at=stage.clock.now(), message_id="<q1@h.example>")
        server.mails.append(Mail(1, raw, arrived="24-Nov-2025 08:00:00 +0000"))
        for _ in range(50):
            server.uidvalidity += 1
            for talk in server.talks:
                talk.close()
            await stage.later(minutes=1)
        told = [one for one in stage.events("account.degraded") if "numbered the folder anew" in one.get("error", "")]
        assert len(told) == 1
        assert len(stage.events("message.deferred", account="beside0")) <= 1
        await stage.close()


async def test_a_message_whose_header_stays_empty_is_unreadable_and_those_beside_it_are_decided(stages: Opening):
    async def fetch(talk: Talk, tag: bytes, rest: bytes) -> None:
        if b"HEADER" not in rest:
            await talk.server.do_uid_fetch(talk, tag, rest)
            return
        for number, mail in enumerate(talk.server.mails, 1):
            if mail.uid in members(rest.partition(b" ")[0]):
                whole = fetch_response(number, mail, rest.partition(b" ")[2])
                await talk.octets(
                    whole if mail.uid != 2 else b'* 2 FETCH (UID 2 RFC822.SIZE 700 BODY[HEADER]<0> "")\r\n'
                )
        await talk.send(tag + b" OK done")

    async with FakeImap(on={"UID FETCH": fetch}) as server:
        stage = stages(CONSULTANT)
        stage.imap = (
            f'{{ host = "127.0.0.1", port = {server.port}, tls = "none", user = "dana", password = "{PASSWORD}" }}'
        )
        await stage.open()
        at = stage.clock.now()
        server.mails += [
            Mail(
                uid,
                letter(GARY, f"q{uid}", "?", at=at, message_id=f"<q{uid}@h.example>"),
                arrived=f"{at:%d-%b-%Y %H:%M:%S} +0000",
            )
            for uid in (1, 2, 3)
        ]
        stage.daemon.sweep()
        await stage.until(lambda: stage.events("message.unreadable"))
        (told,) = stage.events("message.unreadable")
        assert (told["uid"], told["verdict"]) == (2, "urgent")
        assert told["error"] == "the server gives no header of this message"
        await stage.until(lambda: "\\Flagged" in server.mails[1].flags)
        decided = stage.rows("SELECT message_id FROM item WHERE state <> 'unreadable' ORDER BY id")
        assert [row[0] for row in decided] == ["<q1@h.example>", "<q3@h.example>"]
        await stage.close()


async def test_a_server_that_says_goodbye_in_tls_and_keeps_the_line_is_noticed(authority: Authority):
    async with _half_closing(authority) as port:
        pools = Pools()
        server = Server("localhost", port, Tls.IMPLICIT, "dana", TextSecret(PASSWORD), trust_ca=authority.ca)
        session = Session(server, pools, secret=_password)
        await session.open()
        await session.select("INBOX")
        with pytest.raises(Lost):
            await session.idle(WakeEvent(), 30)
        await session.close()
        pools.close()


class _half_closing:  # noqa: N801 — used as a function
    """An IMAP server that, while its client waits, ends TLS but not TCP."""

    def __init__(self, authority: Authority) -> None:
        self._context = authority.valid().server_context()
        self._done = threading.Event()

    async def __aenter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return int(self._listener.getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        self._done.set()
        self._listener.close()
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        plain, _ = self._listener.accept()
        with plain.dup() as kept, self._context.wrap_socket(plain, server_side=True) as line:
            line.sendall(b"* OK [CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN] ready\r\n")
            lines = line.makefile("rb")
            for said in lines:
                tag, _, command = said.strip().partition(b" ")
                if command.startswith(b"SELECT"):
                    line.sendall(b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 1] x\r\n")
                if command == b"CAPABILITY":
                    line.sendall(b"* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN\r\n")
                if command == b"IDLE":
                    line.sendall(b"+ idling\r\n")
                    line.setblocking(False)  # noqa: FBT003 — the library takes it so
                    with suppress(ssl.SSLWantReadError, OSError):
                        line.unwrap()
                    self._done.wait(30)
                    break
                line.sendall(tag + b" OK done\r\n")
            assert kept.fileno() >= 0


async def _password() -> str:
    return PASSWORD
