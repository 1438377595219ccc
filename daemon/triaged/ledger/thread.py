"""The ledger's own thread: the daemon's loop never waits for a disk.

In: a function over the ledger. Out: what it returns, awaited. One at a time, in the order they were asked for.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from triaged.ledger.book import Ledger

P = ParamSpec("P")
T = TypeVar("T")


class LedgerThread:
    """Runs every use of one ledger in one thread."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")

    async def call(self, use: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `use(ledger, *args)` in the thread.

        A caller that is cancelled does not interrupt it: a step that was begun is ended and written, and only then is
        the caller's cancellation raised.
        """
        work = asyncio.get_running_loop().run_in_executor(self._pool, lambda: use(self._ledger, *args, **kwargs))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            if not work.done():
                await asyncio.wait([work])
            if not work.cancelled():
                work.exception()  # looked at, so that asyncio does not complain about it
            raise

    async def close(self) -> None:
        """End what was asked for, then close the ledger."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._ledger.close)
        self._pool.shutdown(wait=True)
