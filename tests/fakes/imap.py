"""A scripted IMAP server in the test's own loop: well-behaved by default, and every answer can be replaced.

`FakeImap(on={"UID FETCH": answer})`, where `answer(talk, tag, rest)` is a coroutine that writes what it likes.
"""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

PASSWORD = "correct horse"


@dataclass
class Mail:
    """A message in the only folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)
    arrived: str = "22-Nov-2026 03:09:31 +0000"

    @property
    def header(self) -> bytes:
        head, blank, _ = self.raw.partition(b"\r\n\r\n")
        return head + blank

    @property
    def text(self) -> bytes:
        return self.raw[len(self.header) :]


class Talk:
    """One connection, as the server sees it."""

    def __init__(self, server: "FakeImap", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer

    async def send(self, *lines: bytes) -> None:
        """Lines, in one segment."""
        self.writer.write(b"".join(line + b"\r\n" for line in lines))
        await self.writer.drain()

    async def octets(self, data: bytes) -> None:
        """Octets as they stand."""
        self.writer.write(data)
        await self.writer.drain()

    async def line(self) -> bytes:
        """What the client says next, without its ending. Raises `EOFError` at the end."""
        said = await self.reader.readline()
        if not said.endswith(b"\r\n"):
            raise EOFError
        return said[:-2]

    def close(self) -> None:
        """FIN."""
        self.writer.close()

    def reset(self) -> None:
        """RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.writer.transport.abort()


Answer = Callable[[Talk, bytes, bytes], Awaitable[None]]


class FakeImap:
    """Use as `async with FakeImap(…) as server`."""

    host = "127.0.0.1"
    tls = "none"
    user = "dana"
    profile: str | None = None
    trust_ca = None
    allow_cleartext = False

    def __init__(
        self,
        *,
        on: Mapping[str, Answer] | None = None,
        greeting: bytes = b"* OK fake ready",
        capabilities: bytes = b"IMAP4rev1 IDLE MOVE UIDPLUS AUTH=PLAIN",
        mails: list[Mail] | None = None,
        context: ssl.SSLContext | None = None,
        uidvalidity: int = 7,
    ) -> None:
        self.on = dict(on or {})
        self.greeting = greeting
        self.capabilities = capabilities
        self.mails = mails if mails is not None else []
        self.context = context
        self.uidvalidity = uidvalidity
        self.port = 0
        self.commands: list[str] = []
        self.talks: list[Talk] = []
        self.idling = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self.context, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self.talks:
            talk.writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        talk = Talk(self, reader, writer)
        self.talks.append(talk)
        with contextlib.suppress(EOFError, OSError, asyncio.CancelledError, ssl.SSLError):
            if "GREETING" in self.on:
                await self.on["GREETING"](talk, b"", b"")
            else:
                await talk.send(self.greeting)
            while True:
                await self._one(talk, await talk.line())
        writer.close()

    async def _one(self, talk: Talk, said: bytes) -> None:
        tag, _, rest = said.partition(b" ")
        first, _, arguments = rest.partition(b" ")
        name = first.decode().upper()
        if name == "UID":
            second, _, arguments = arguments.partition(b" ")
            name = f"UID {second.decode().upper()}"
        self.commands.append(name)
        answer = self.on.get(name) or getattr(self, "do_" + name.lower().replace(" ", "_"), None)
        if answer is None:
            await talk.send(tag + b" BAD unknown command")
        else:
            await answer(talk, tag, arguments)

    # -- the default answers --

    async def do_capability(self, talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"* CAPABILITY " + self.capabilities, tag + b" OK done")

    async def do_login(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        if rest != f'{self.user} "{PASSWORD}"'.encode() and rest != f'"{self.user}" "{PASSWORD}"'.encode():
            await talk.send(tag + b" NO [AUTHENTICATIONFAILED] wrong")
        else:
            await talk.send(tag + b" OK welcome")

    async def do_noop(self, talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(tag + b" OK done")

    async def do_logout(self, talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"* BYE see you", tag + b" OK done")
        talk.close()

    async def do_select(self, talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(
            b"* FLAGS (\\Seen \\Flagged \\Deleted)",
            b"* %d EXISTS" % len(self.mails),
            b"* OK [PERMANENTFLAGS (\\Seen \\Flagged \\Deleted \\*)] kept",
            b"* OK [UIDVALIDITY %d] valid" % self.uidvalidity,
            b"* OK [UIDNEXT %d] next" % self.uidnext,
            tag + b" OK [READ-WRITE] selected",
        )

    async def do_uid_search(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        found = re.match(rb"UID (\d+):\*", rest)
        low = int(found[1]) if found else 1
        uids = [mail.uid for mail in self.mails if mail.uid >= low] or [mail.uid for mail in self.mails[-1:]]
        await talk.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids), tag + b" OK done")

    async def do_uid_fetch(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        chosen, _, items = rest.partition(b" ")
        wanted = members(chosen)
        for number, mail in enumerate(self.mails, 1):
            if mail.uid in wanted:
                await talk.octets(fetch_response(number, mail, items))
        await talk.send(tag + b" OK done")

    async def do_uid_store(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        chosen, operation, *flags = rest.replace(b"(", b"").replace(b")", b"").decode().split()
        for mail in self.mails:
            if mail.uid in members(chosen.encode()):
                mail.flags = mail.flags | set(flags) if operation[0] == "+" else mail.flags - set(flags)
        await talk.send(tag + b" OK done")

    async def do_uid_move(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        there = [mail.uid for mail in self.mails if mail.uid in members(rest.split()[0])]
        self.mails[:] = [mail for mail in self.mails if mail.uid not in there]
        if there:
            sources = b",".join(b"%d" % uid for uid in there)
            targets = b",".join(b"%d" % (uid + 1000) for uid in there)
            await talk.send(b"* OK [COPYUID 9 %s %s] moved" % (sources, targets))
        await talk.send(tag + b" OK done")

    async def do_uid_copy(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        there = [mail.uid for mail in self.mails if mail.uid in members(rest.split()[0])]
        code = b"[COPYUID 9 %s %s] " % (
            b",".join(b"%d" % uid for uid in there),
            b",".join(b"%d" % (uid + 1000) for uid in there),
        )
        await talk.send(tag + b" OK " + (code if there else b"") + b"copied")

    async def do_uid_expunge(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        chosen = members(rest)
        self.mails[:] = [m for m in self.mails if not (m.uid in chosen and "\\Deleted" in m.flags)]
        await talk.send(tag + b" OK done")

    async def do_append(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        announced = re.search(rb"\{(\d+)\}$", rest)
        assert announced
        await talk.send(b"+ go on")
        self.mails.append(Mail(self.uidnext, await talk.reader.readexactly(int(announced[1]))))
        await talk.line()
        await talk.send(tag + b" OK [APPENDUID %d %d] stored" % (self.uidvalidity, self.mails[-1].uid))

    async def do_idle(self, talk: Talk, tag: bytes, _: bytes) -> None:
        await talk.send(b"+ idling")
        self.idling.set()
        assert await talk.line() == b"DONE"
        self.idling.clear()
        await talk.send(tag + b" OK done")

    async def do_list(self, talk: Talk, tag: bytes, rest: bytes) -> None:
        if rest == b'"" ""':
            await talk.send(b'* LIST (\\Noselect) "/" ""', tag + b" OK done")
        else:
            await talk.send(b'* LIST (\\HasNoChildren) "/" INBOX', tag + b" OK done")

    @property
    def uidnext(self) -> int:
        return max((mail.uid for mail in self.mails), default=0) + 1


def members(chosen: bytes) -> set[int]:
    """The UIDs of a set."""
    found: set[int] = set()
    for part in chosen.split(b","):
        low, _, high = part.partition(b":")
        found.update(range(int(low), int(high or low) + 1))
    return found


def fetch_response(number: int, mail: Mail, items: bytes) -> bytes:
    """A FETCH response for the items that triaged asks for."""
    said = [b"UID %d" % mail.uid]
    if b"FLAGS" in items:
        said.append(b"FLAGS (" + " ".join(sorted(mail.flags)).encode() + b")")
    if b"INTERNALDATE" in items:
        said.append(b'INTERNALDATE "' + mail.arrived.encode() + b'"')
    if b"RFC822.SIZE" in items:
        said.append(b"RFC822.SIZE %d" % len(mail.raw))
    for section, size in re.findall(rb"BODY\.PEEK\[([^\]]*)\](?:<0\.(\d+)>)?", items):
        whole = {b"HEADER": mail.header, b"TEXT": mail.text, b"": mail.raw}.get(section)
        if whole is None:
            whole = b"\r\n".join(x for x in mail.header.split(b"\r\n") if x.lower().startswith(b"message-id"))
        part = whole[: int(size)] if size else whole
        said.append(b"BODY[%s]%s {%d}\r\n%s" % (section, b"<0>" if size else b"", len(part), part))
    return b"* %d FETCH (%s)\r\n" % (number, b" ".join(said))
