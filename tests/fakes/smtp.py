"""An SMTP server that misbehaves on request, at any stage of a transaction, and counts what it got."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

from triaged.core.settings import Server, TextSecret, Tls

Stage = Literal["connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "rset", "quit", "answer"]


@dataclass(frozen=True, slots=True)
class Say:
    """An answer; `then` is done after it."""

    text: str
    then: Literal["", "fin", "rst"] = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Half an answer without its line end, then the end."""

    text: str = "25"
    how: Literal["fin", "rst"] = "fin"


@dataclass(frozen=True, slots=True)
class End:
    """No answer: the connection ends."""

    how: Literal["fin", "rst"] = "fin"


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer at all."""


@dataclass(frozen=True, slots=True)
class Late:
    """The answer, when the test lets it out by `server.now`."""

    text: str


Act = Say | Part | End | Silence | Late

USUAL: Mapping[Stage, str] = {
    "connect": "220 fake.example ESMTP",
    "ehlo": "250-fake.example\r\n250-DSN\r\n250 SIZE 100000",
    "starttls": "220 go on",
    "auth": "235 2.7.0 welcome",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go on",
    "body": "250 2.0.0 queued as 1",
    "rset": "250 2.0.0 ok",
    "quit": "221 2.0.0 bye",
    "answer": "500 5.5.2 what?",
}


@dataclass
class ScriptedSmtp:
    """`script` says what happens at a stage: one act for always, or a list for one occasion after the other."""

    script: dict[Stage, Act | list[Act]] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    lines: list[str] = field(default_factory=list)  # every command, on all connections
    bodies: list[bytes] = field(default_factory=list)  # every body that arrived whole, whatever was answered
    accepted: list[bytes] = field(default_factory=list)  # those for which a whole 2xx went out
    now: asyncio.Event = field(default_factory=asyncio.Event)
    got_body: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)  # a client said goodbye
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def settings(self) -> Server:
        """As a configuration says it: loopback, cleartext, a user and a password."""
        return Server(self.host, self.port, Tls.NONE, "dana", TextSecret("right"))

    @property
    def senders(self) -> list[str]:
        """The reverse paths asked for."""
        return [line.split(":", 1)[1].split(" ")[0] for line in self.lines if line.startswith("MAIL FROM:")]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            if await self._act("connect", writer):
                while await self._command(reader, writer):
                    pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _command(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = (await reader.readuntil(b"\r\n")).decode().rstrip("\r\n")
        self.lines.append(line)
        stage = self._stage(line.split(" ")[0].lower())
        if stage == "quit":
            self.left.set()
        if not await self._act(stage, writer):
            return False
        if stage == "data" and self._went == "354":
            body = await reader.readuntil(b"\r\n.\r\n")
            self.bodies.append(body)
            self.got_body.set()
            if not await self._act("body", writer):
                return False
        return stage != "quit"

    def _stage(self, verb: str) -> Stage:
        known: dict[str, Stage] = {
            "ehlo": "ehlo", "helo": "ehlo", "starttls": "starttls", "auth": "auth", "mail": "mail", "rcpt": "rcpt",
            "data": "data", "rset": "rset", "quit": "quit",
        }  # fmt: skip
        return known.get(verb, "answer")  # else what a sign-in asks for

    def _next(self, stage: Stage) -> Act:
        planned = self.script.get(stage, Say(USUAL[stage]))
        if isinstance(planned, list):
            return planned.pop(0) if planned else Say(USUAL[stage])
        return planned

    async def _act(self, stage: Stage, writer: asyncio.StreamWriter) -> bool:
        """Do what the script says; False: the connection is over."""
        self._went = ""
        match self._next(stage):
            case Say(text, then):
                if stage == "body" and text.startswith("2"):
                    self.accepted.append(self.bodies[-1])
                await self._say(text + "\r\n", writer)
                return not then or await self._end(then, writer)
            case Late(text):
                await self.now.wait()
                if stage == "body" and text.startswith("2"):
                    self.accepted.append(self.bodies[-1])
                await self._say(text + "\r\n", writer)
                return True
            case Part(text, how):
                await self._say(text, writer)
                return await self._end(how, writer)
            case End(how):
                return await self._end(how, writer)
            case Silence():
                await asyncio.Event().wait()
        return False

    async def _say(self, text: str, writer: asyncio.StreamWriter) -> None:
        self._went = text[:3]
        writer.write(text.encode())
        await writer.drain()

    async def _end(self, how: str, writer: asyncio.StreamWriter) -> bool:
        if how == "rst":
            writer.transport.abort()
        else:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        return False
