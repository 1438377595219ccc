"""From the server's notice of a message to the message filed: one at a time, and in a burst over 200 mailboxes.

The whole daemon over a real Dovecot. A relay in a process of its own stands between them and takes the time: from the first
`* n EXISTS` that Dovecot says to a connection that waits, to its OK to the MOVE of that message. In between lie the look for
what is new, the fetch, the decision, the commits, and the move. Dovecot's own half second before it notices is not counted.

    python tests/bench/bench_notice.py [MAILBOXES]
"""

import asyncio
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, process_time

from kit import OF_MANY, Table, dovecot

from server.dovecot import Dovecot
from triaged.config import load
from triaged.log.events import silent
from triaged.service.daemon import Daemon

SINGLES = 100
LIMIT_ONE_MS, LIMIT_BURST_MS = 20.0, 150.0
PATIENCE = 60.0
_APART = 0.1  # seconds between two that come one at a time
_HEAD = """
[service]
state = "sqlite:{folder}/triaged.db"
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
language = "en"
[[rule]]
name = "Everything"
then = "defer"
until = "in 2h"
"""
_ACCOUNT = """
[account.a{number}]
mode = "send"
addresses = ["dana@roth.example"]
smtp = {{ host = "127.0.0.1", port = 9, tls = "none" }}
imap = {{ host = "{host}", port = {port}, tls = "none", user = "{user}", password = "{password}" }}
"""
_MAIL = (
    b"Return-Path: <gary@harbor.example>\r\nFrom: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\n"
    b"Subject: question %d\r\nMessage-ID: <%d@harbor.example>\r\nDate: Tue, 24 Nov 2026 15:10:00 +0100\r\n\r\nCan you ring me?\r\n"
)


# --- the relay ------------------------------------------------------------------------------------------------------


class Relay:
    """One connection's two directions; tells how long each message took from notice to filed."""

    def __init__(self, tell: Connection) -> None:
        self._tell = tell
        self._noticed: float | None = None
        self._moving: bytes | None = None

    def from_client(self, octets: bytes) -> None:
        """Remember the tag of a MOVE."""
        if found := re.search(rb"(?m)^(\S+) UID MOVE ", octets):
            self._moving = found[1] + b" OK"

    def from_server(self, octets: bytes) -> None:
        """Notice, or filed."""
        if self._noticed is None and b" EXISTS\r\n" in octets:
            self._noticed = monotonic()
        if self._moving is not None and self._noticed is not None and self._moving in octets:
            self._tell.send(monotonic() - self._noticed)
            self._noticed = self._moving = None

    def forget(self) -> None:
        """What a SELECT says is no notice."""
        self._noticed = None


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, see: "Relay", *, client: bool) -> None:
    while octets := await reader.read(65_536):
        if client:
            see.from_client(octets)
            if b" IDLE\r\n" in octets:
                see.forget()
        else:
            see.from_server(octets)
        writer.write(octets)
    writer.close()


def _relay(port: int, tell: Connection) -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        see = Relay(tell)
        await asyncio.gather(
            _pump(reader, back, see, client=True), _pump(there, writer, see, client=False), return_exceptions=True
        )

    async def run() -> None:
        server = await asyncio.start_server(meet, "127.0.0.1", 0, backlog=1000)
        tell.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def relay(port: int) -> Iterator[tuple[int, Connection]]:
    """A relay before a port; gives its own port, and where it tells the seconds."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_relay, args=(port, theirs), daemon=True)
    process.start()
    try:
        yield int(ours.recv()), ours
    finally:
        process.terminate()
        process.join()


# --- the messages ---------------------------------------------------------------------------------------------------


class Mailboxes:
    """Mailboxes that get their mail as files: all at once where that is wanted."""

    def __init__(self, server: Dovecot, count: int) -> None:
        self.users = [server.new_user() for _ in range(count)]
        self._root = server.root / "mail"
        self._number = 0

    def deliver(self, user: str) -> None:
        """A message into `new`, as a delivery agent puts it there (written elsewhere, then renamed)."""
        self._number += 1
        maildir = self._root / user / "maildir"
        owner = maildir.stat()
        written = maildir / "tmp" / f"{self._number}.bench"
        written.write_bytes(_MAIL % (self._number, self._number))
        os.chown(written, owner.st_uid, owner.st_gid)
        written.rename(maildir / "new" / f"{1_800_000_000 + self._number}.M{self._number}.bench")


def configuration(server: Dovecot, users: Sequence[str], port: int, folder: Path) -> Path:
    """One person with an account for each mailbox, reached through the relay."""
    given = {"host": "127.0.0.1", "port": port, "password": server.password}
    accounts = "".join(_ACCOUNT.format(number=number, user=user, **given) for number, user in enumerate(users))
    file = folder / "dana.toml"
    file.write_text(_HEAD.format(folder=folder) + accounts, "utf-8")
    file.chmod(0o600)
    return file


async def _told(tell: Connection, count: int) -> list[float]:
    """So many figures of the relay, in seconds."""
    found: list[float] = []
    began = monotonic()
    while len(found) < count:
        if tell.poll():
            found.append(float(tell.recv()))
        elif monotonic() - began > PATIENCE:
            raise SystemExit(f"{len(found)} of {count} messages filed within {PATIENCE:g} s")
        else:
            await asyncio.sleep(0.01)
    return found


async def measured(file: Path, mailboxes: Mailboxes, tell: Connection) -> tuple[list[float], list[float], float]:
    """Seconds from notice to filed, one at a time and all at once, and of our processor for each of the latter."""
    loaded = load(file)
    if not loaded.usable:
        raise SystemExit("\n".join(map(str, loaded.problems)))
    daemon = Daemon(loaded, silent())
    running = asyncio.create_task(daemon.run())
    await daemon.ready.wait()
    await asyncio.sleep(2)
    users = mailboxes.users
    for number in range(SINGLES):
        mailboxes.deliver(users[number % len(users)])
        await asyncio.sleep(_APART)
    singles = await _told(tell, SINGLES)
    for user in users:
        mailboxes.deliver(user)
    began = process_time()
    burst = await _told(tell, len(users))
    each = (process_time() - began) / len(users)
    daemon.stop()
    await running
    return singles, burst, each


def main(count: int) -> int:
    """Measure, and print the table."""
    with dovecot(OF_MANY) as server, relay(server.imap) as (port, tell), tempfile.TemporaryDirectory() as folder:
        mailboxes = Mailboxes(server, count)
        for user in mailboxes.users:
            with server.client(user, "INBOX"):
                pass  # makes the Maildir
        file = configuration(server, mailboxes.users, port, Path(folder))
        singles, burst, each = asyncio.run(measured(file, mailboxes, tell))
    table = Table(f"from notice to filed, {count} mailboxes, milliseconds")
    for what, found, limit in (("one at a time", singles, LIMIT_ONE_MS), ("a burst over all", burst, LIMIT_BURST_MS)):
        p99 = sorted(found)[max(0, round(len(found) * 0.99) - 1)] * 1000
        table.row(f"{what}, p50", f"{statistics.median(found) * 1000:.1f}")
        table.row(f"{what}, p99", f"{p99:.1f}", f"<= {limit:g}", reached=p99 <= limit)
    table.row("our processor for one of the burst", f"{each * 1000:.1f}")
    return table.code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
