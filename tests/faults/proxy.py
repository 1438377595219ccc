"""A proxy on loopback that breaks what passes through it: cut, reset, stall or trickle, after so many octets."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True)
class Fault:
    """What happens to the server's octets: after `after` of them the line is cut, reset, falls silent, or trickles."""

    how: Literal["none", "fin", "rst", "stall", "trickle"] = "none"
    after: int = 0


class FaultProxy:
    """Use as `async with FaultProxy(port) as proxy`; `proxy.fault` may be replaced at any time, for new connections."""

    # where a session finds it, as `core.settings.Server` says it
    host = "127.0.0.1"
    tls = "none"
    user = "dana"
    trust_ca = None
    allow_cleartext = False
    profile = None

    def __init__(self, target: int, fault: Fault = Fault()) -> None:
        self.target = target
        self.fault = fault
        self.port = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.connections = 0
        self.passed = 0  # octets from the server to the client, over all connections
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stall(self) -> None:
        """From now on nothing comes through from the server, on any connection."""
        self._flowing.clear()

    def flow(self) -> None:
        """Let everything through again."""
        self._flowing.set()

    def cut_all(self) -> None:
        """Reset every connection that is open."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            upstream, downstream = await asyncio.open_connection(self.host, self.target)
        except OSError:  # nobody is there now
            writer.transport.abort()
            return
        self._writers += [writer, downstream]
        there = asyncio.create_task(_copy(reader, downstream))
        self._tasks.add(there)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._back(upstream, writer, self.fault)
        there.cancel()
        writer.close()
        downstream.close()

    async def _back(self, upstream: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        left = fault.after
        while data := await upstream.read(65_536):
            await self._flowing.wait()
            if fault.how == "trickle" and left <= 0:
                await self._trickle(data, writer)
                continue
            if fault.how == "trickle":
                left -= len(data)
            elif fault.how != "none":
                data, left = data[:left], left - len(data)
            writer.write(data)
            self.passed += len(data)
            await writer.drain()
            if fault.how not in ("none", "trickle") and left <= 0:
                break
        else:
            return
        if fault.how == "rst":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()
        elif fault.how == "stall":
            await asyncio.Event().wait()  # for ever

    async def _trickle(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """An octet now and then: too often for a silence, too seldom for an answer."""
        for octet in data:
            writer.write(bytes([octet]))
            self.passed += 1
            await writer.drain()
            await asyncio.sleep(0.05)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.CancelledError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
