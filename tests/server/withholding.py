"""A relay before an IMAP server that gives no headers in one folder: a damaged store, a gateway."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from typing import Self

_SELECTS = re.compile(rb'\S+ (?:SELECT|EXAMINE) "?([^"\r\n]+)"?', re.IGNORECASE)
_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


@dataclass
class Withholding:
    """Use as `async with Withholding(port, "Clients") as relay`: clients connect to `relay.port`."""

    server: int
    folder: str
    withholds: bool = True
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _listening: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listening is not None
        self._listening.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_server = await asyncio.open_connection("127.0.0.1", self.server)
        selected = [b""]
        for pump in (self._asks(reader, to_server, selected), self._answers(there, writer, selected)):
            self._tasks.add(asyncio.create_task(pump))

    async def _asks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, selected: list[bytes]) -> None:
        with contextlib.closing(writer):
            while line := await reader.readline():
                if found := _SELECTS.match(line):
                    selected[0] = found[1]
                writer.write(line)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, selected: list[bytes]) -> None:
        with contextlib.closing(writer):
            while line := await reader.readline():
                if found := _LITERAL.search(line):
                    octets = await reader.readexactly(int(found[1]))
                    hidden = self.withholds and selected[0] == self.folder.encode() and b"BODY[HEADER]" in line
                    line, octets = (line[: found.start()] + b"{0}\r\n", b"") if hidden else (line, octets)
                    writer.write(line + octets)
                else:
                    writer.write(line)
