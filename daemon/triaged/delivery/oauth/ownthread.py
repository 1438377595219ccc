"""Blocking work in a thread of its own, which the end of the process does not wait for: an endpoint may hang."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], under_way: set[asyncio.Future[None]] | None = None) -> T:
    """Run it, and hand over what it returns or raises.

    `under_way`: has a future in it for as long as the thread runs, also when nobody waits for its answer any more.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()
    ended: asyncio.Future[None] = loop.create_future()
    running = set() if under_way is None else under_way
    running.add(ended)

    def settle(result: T | None, error: BaseException | None) -> None:
        running.discard(ended)
        ended.set_result(None)
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # None only where T is

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 — handed over to whoever waits
            error = raised
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:  # the loop has ended: nobody waits
            return

    threading.Thread(target=run, name="tokens", daemon=True).start()
    return await answer
