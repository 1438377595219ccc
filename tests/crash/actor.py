"""Daemons on demand, each in a process of its own that may die: forked from one that has imported everything already.

A connection to the socket is one daemon. First line: where its configuration is, what time it is, where to die. Then each
line is an order ("leap TO", "wake", "stop"), answered by a line when the daemon rests again; a dead daemon answers no more.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faults.power import Disk
from scenarios.stage import BERLIN, rest
from server.clock import DrivenClock
from triaged import crash
from triaged.config import load
from triaged.core.language import detect
from triaged.core.wording import when
from triaged.log.events import captured
from triaged.person.pushwords import Push
from triaged.service.daemon import Daemon


def main(path: str) -> None:
    """Listen, and fork a daemon for each connection."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    detect("Can you ring me?", ("en", "de"))  # what is imported when it is needed, once for all
    when(datetime.now(UTC), "de", BERLIN, datetime.now(UTC))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(50)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listening.close()
                _play(connection)
            connection.close()


def _play(connection: socket.socket) -> None:
    """One daemon's life; never returns."""
    status = 1
    try:
        status = asyncio.run(_live(connection))
    except BaseException:  # noqa: BLE001 — a child must not go back to listening; what happened is on standard error
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


async def _live(connection: socket.socket) -> int:
    reader, writer = await asyncio.open_connection(sock=connection)
    asked: dict[str, Any] = json.loads(await reader.readline())
    crash._AT, crash._LOG, crash._passed = asked["die_at"], asked["log"], 0
    if asked["synced"]:
        Disk(Path(asked["synced"])).watch()
    clock = DrivenClock(datetime.fromisoformat(asked["now"]))
    events, lines = captured()
    daemon = Daemon(load(Path(asked["config"]), now=clock.now()), events, clock=clock, send=_push)
    run = asyncio.create_task(daemon.run())
    ready = asyncio.create_task(daemon.ready.wait())
    await asyncio.wait({run, ready}, return_when=asyncio.FIRST_COMPLETED)
    await rest(daemon, run)
    writer.write(b"ready\n")
    while order := (await reader.readline()).decode().split():
        match order:
            case ["leap", to]:
                await clock.leap(datetime.fromisoformat(to) - clock.now())
            case ["wake"]:
                daemon.wake()
            case _:
                daemon.stop()
                status = await run
                writer.write(json.dumps([line for line in lines if line["level"] != "debug"]).encode() + b"\n")
                await writer.drain()
                return status
        await rest(daemon, run)
        writer.write(b"rests\n")
    return 1


async def _push(_url: str, _push: Push) -> None:
    """The phone, which takes everything."""


if __name__ == "__main__":
    main(sys.argv[1])
