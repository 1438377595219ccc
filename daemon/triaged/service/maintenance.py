"""The daemon's care of itself: the watchdog is fed, the ledger is folded in, checked and rid of what is old.

In: the office, the line to the service manager, and what is to be said there. It ends only with the daemon: with a damaged
ledger it takes the daemon down, any other trouble of the ledger is the desks' to tell.
"""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from triaged.account.context import Context
from triaged.clock import LONGEST_NAP, Bell
from triaged.ledger import Ledger, LedgerBusy, LedgerDamaged, LedgerFull, LedgerUnavailable
from triaged.service.sdnotify import Notifier

FOLD_EVERY = timedelta(hours=1)
"""How often the write-ahead log is folded in, and the ledger's generation raised."""
TIDY_EVERY = timedelta(days=1)
"""How often the file is checked, and what is older than `keep` is forgotten."""


class Care:
    """One loop beside all others.

    Args of the construction: `summary`, the line for `systemctl status`; `keep`, the time after which what is closed is
    forgotten (None: never), asked anew each time, since a reload may change it; `wake`, told which accounts have something
    due: one that missed the news of it is a minute late, and no account has to ask for itself.
    """

    def __init__(
        self,
        office: Context,
        notifier: Notifier,
        summary: Callable[[], str],
        keep: Callable[[], timedelta | None],
        wake: Callable[[frozenset[int]], None],
    ) -> None:
        self._office = office
        self._notifier = notifier
        self._summary = summary
        self._keep = keep
        self._wake = wake
        self._folded = office.now()  # the start has just done it
        self._tidied = office.now() - TIDY_EVERY + FOLD_EVERY  # reading a large file must not hold up the start

    async def run(self, stopping: Bell) -> None:
        """Go round until the daemon stops.

        Raises:
            LedgerDamaged: the file is not sound any more.
        """
        while not stopping.is_set():
            await self.once()
            await self._office.clock.sleep(self._notifier.watchdog_seconds or LONGEST_NAP, stopping)

    async def once(self) -> None:
        """Say that the loop runs and the ledger's thread answers, then do what is due.

        Raises:
            LedgerDamaged: the file is not sound any more.
        """
        with contextlib.suppress(LedgerBusy, LedgerFull, LedgerUnavailable):  # an answer too: the thread is well
            self._wake(await self._office.write(Ledger.accounts_due, self._office.now()))
        self._notifier.alive(self._summary())
        with contextlib.suppress(LedgerBusy, LedgerFull, LedgerUnavailable):  # at the next round then
            await self._fold_in()
            await self._tidy_up()

    async def _fold_in(self) -> None:
        now = self._office.now()
        if _due(self._folded, now, FOLD_EVERY):
            await self._office.write(Ledger.checkpoint, now)
            self._folded = now

    async def _tidy_up(self) -> None:
        now = self._office.now()
        if not _due(self._tidied, now, TIDY_EVERY):
            return
        if not await self._office.write(Ledger.check):
            raise LedgerDamaged("the daily check of the ledger has found it damaged: put a copy of it back")
        keep = self._keep()
        if keep is not None:
            await self._office.write(Ledger.purge, now, keep)
        self._tidied = now


def _due(last: datetime, now: datetime, every: timedelta) -> bool:
    # a clock that was set back must not stop it for as long
    return not timedelta() <= now - last <= every
