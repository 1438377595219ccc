"""Maintenance: the watchdog is fed, the ledger is folded in, checked and rid of what is old.

It ends only with the daemon: with a damaged ledger it takes the daemon down; any other trouble of the ledger is the accounts'
loops' to tell.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triaged.account.context import Context
from triaged.clock import LONGEST_NAP, WakeEvent
from triaged.ledger import Ledger, LedgerBusy, LedgerDamaged, LedgerFull, LedgerUnavailable
from triaged.service.sdnotify import SdNotifier

FOLD_EVERY = timedelta(hours=1)
"""How often the write-ahead log is folded in, and the ledger's generation raised."""
TIDY_EVERY = timedelta(days=1)
"""How often the file is checked, and what is older than `keep` is forgotten."""


@dataclass(slots=True)
class Maintenance:
    """One loop beside all others."""

    context: Context
    notifier: SdNotifier
    summary: Callable[[], str]  # the line for `systemctl status`
    keep: Callable[[], timedelta | None]
    """After how long what is closed is forgotten (None: never); asked anew each time, since a reload may change it."""
    wake: Callable[[frozenset[int]], None]
    """Is told which accounts have something due: one that missed the news of it is a minute late, and none asks for itself."""
    _folded: datetime = field(init=False)
    _tidied: datetime = field(init=False)

    def __post_init__(self) -> None:
        """The start has just folded in; reading a large file must not hold it up."""
        self._folded = self.context.now()
        self._tidied = self._folded - TIDY_EVERY + FOLD_EVERY

    async def run(self, stopping: WakeEvent) -> None:
        """Go round until the daemon stops.

        Raises:
            LedgerDamaged: the file is not sound any more.
        """
        while not stopping.is_set():
            await self.once()
            await self.context.clock.sleep(self.notifier.watchdog_seconds or LONGEST_NAP, stopping)

    async def once(self) -> None:
        """Say that the loop runs and the ledger's thread answers, then do what is due.

        Raises:
            LedgerDamaged: the file is not sound any more.
        """
        with contextlib.suppress(LedgerBusy, LedgerFull, LedgerUnavailable):  # an answer too: the thread is well
            self.wake(await self.context.write(Ledger.accounts_due, self.context.now()))
        self.notifier.alive(self.summary())
        self.context.steady.unsure_for(0)  # nobody else may have asked for long
        with contextlib.suppress(LedgerBusy, LedgerFull, LedgerUnavailable):  # at the next round then
            await self._fold_in()
            await self._tidy_up()

    async def _fold_in(self) -> None:
        now = self.context.now()
        if _due(self._folded, now, FOLD_EVERY):
            await self.context.write(Ledger.checkpoint, now)
            self._folded = now

    async def _tidy_up(self) -> None:
        now = self.context.now()
        if not _due(self._tidied, now, TIDY_EVERY):
            return
        if not await self.context.write(Ledger.check):
            raise LedgerDamaged("the daily check of the ledger has found it damaged: put a copy of it back")
        keep = self.keep()
        if keep is not None:
            await self.context.write(Ledger.purge, now, keep)
        self._tidied = now


def _due(last: datetime, now: datetime, every: timedelta) -> bool:
    # a clock that was set back must not stop it for as long
    return not timedelta() <= now - last <= every
