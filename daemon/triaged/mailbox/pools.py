"""Threads for calls that block, and the wall clock over them.

In: a blocking call and a deadline. Out: its result, or the line cut. One pool for commands, another for connecting,
so that dead servers cannot take the places of living ones; both are shared by all sessions.
Never: a thread per mailbox; a wait without a deadline.
"""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from triaged.mailbox.connection import Lifeline

COMMANDS, CONNECTS = 16, 8

T = TypeVar("T")


class Pools:
    """The two thread pools of the process."""

    def __init__(self, commands: int = COMMANDS, connects: int = CONNECTS) -> None:
        self.commands = ThreadPoolExecutor(commands, thread_name_prefix="imap")
        self.connects = ThreadPoolExecutor(connects, thread_name_prefix="imap-connect")

    def close(self) -> None:
        """Let no more calls in. Those that run end by their deadlines; sessions are closed before."""
        self.commands.shutdown(wait=False, cancel_futures=True)
        self.connects.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Step:
    """A blocking call, and how many seconds it may take."""

    work: Callable[[], object]
    deadline: float


async def bounded(
    pool: Executor, work: Callable[[], T], *, deadline: float, lifeline: Lifeline, first: Step | None = None
) -> T:
    """Run `work` in the pool; `deadline` seconds after it began the line is cut, which ends it.

    `first` is done before in the same turn, by a deadline of its own. A task that is cancelled meanwhile cuts the line
    too: nobody is left to read the answer.
    """
    loop = asyncio.get_running_loop()
    until = math.inf  # time in the queue is not the server's fault
    timer: asyncio.TimerHandle

    def run() -> T:
        nonlocal until
        if first is not None:
            until = time.monotonic() + first.deadline
            first.work()
        until = time.monotonic() + deadline
        return work()

    def check() -> None:
        nonlocal timer  # the one that is cancelled in the end
        left = min(until - time.monotonic(), shortest)
        if left > 0:
            timer = loop.call_later(left, check)
        else:
            lifeline.cut()

    shortest = min(deadline, first.deadline) if first is not None else deadline
    timer = loop.call_later(shortest, check)
    running = pool.submit(run)
    try:
        return await asyncio.wrap_future(running)
    except asyncio.CancelledError:
        lifeline.cut()
        running.add_done_callback(lambda _: lifeline.close())
        raise
    finally:
        timer.cancel()
