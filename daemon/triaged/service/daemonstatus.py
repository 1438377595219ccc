"""How the whole daemon is: one line for the service manager, values for `triaged status`, /readyz and /metrics."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from triaged import __version__
from triaged.account.accountloop import AccountLoop
from triaged.account.context import Context
from triaged.core.settings import Mode, Person
from triaged.ledger import Ledger
from triaged.service.accountstates import Instants, account_states, with_delays
from triaged.service.calendarkeeper import CalendarKeeper
from triaged.service.currentsettings import CurrentSettings
from triaged.service.healthserver import DaemonState
from triaged.service.statusview import Live, status_of
from triaged.service.supervisor import RunningAccount


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """Asks whoever knows, each time anew."""

    context: Context
    settings: CurrentSettings
    running: Mapping[str, RunningAccount]  # by login
    ready: asyncio.Event  # every account has been tried
    started_at: datetime
    lines_lost: Callable[[], int]
    calendars: CalendarKeeper

    def summary(self) -> str:
        """One line on how the accounts are."""
        served = [self.running[login] for login in self.settings.logins() if login in self.running]
        watching = sum(one.loop.health.state == "watching" for one in served)
        absent = self.settings.absent
        count = len(served) + sum(max(1, len(one.logins)) for one in absent)
        left_out = f"; left out: {', '.join(one.label for one in absent)}" if absent else ""
        return f"watching {watching} of {count} account{'s' if count != 1 else ''}{left_out}"

    async def for_people(self) -> Mapping[str, Any]:
        """What `triaged status` tells."""
        loaded, now = self.settings.loaded, self.context.now()
        live = self._live()
        return {
            "source": "daemon",
            "pid": os.getpid(),
            "version": __version__,
            "configuration": str(loaded.path),
            "started": self.started_at.astimezone(
                loaded.persons[0].worktime.zone if loaded.persons else None
            ).isoformat(timespec="seconds"),
            "ready": self.ready.is_set(),
            "people": await self.context.write(
                status_of, loaded, now, live, self.settings.absent, self.calendars.failures()
            ),
        }

    def of_one(self, ledger: Ledger, person: Person) -> Mapping[str, Any]:
        """The same of one person, over another thread's connection."""
        logins = {account.login for account in person.accounts}
        live = {login: one for login, one in self._live().items() if login in logins}
        alone = replace(self.settings.loaded, persons=(person,))
        return status_of(ledger, alone, self.context.clock.now(), live, ())[0]

    def _live(self) -> Mapping[str, Live]:
        return {
            login: Live(one.loop.health, _unmoved(one.loop), one.loop.memory.another_noticed, one.outbox.waits)
            for login, one in dict(self.running).items()
        }

    async def for_supervisors(self) -> DaemonState:
        """What /readyz and /metrics tell."""
        turned = time.monotonic()
        await asyncio.sleep(0)  # one turn of the loop
        lag = time.monotonic() - turned
        loaded, overview = self.settings.loaded, await self.context.write(Ledger.overview)
        health = {login: one.loop.health for login, one in self.running.items()}
        watched = account_states(health, self.settings, overview)
        at = Instants(self.context.now(), self.started_at)
        delayed = with_delays(watched, health, self.settings, overview, at)
        accounts = tuple(replace(one, another=(one.person, one.account) in self._shared()) for one in delayed)
        outdated = sum(loaded.person(label) is not None for label in loaded.refused)
        left_out = self.settings.left_out(overview)
        return DaemonState(
            self.started_at, self.ready.is_set(), accounts, self.lines_lost(), lag, left_out, outdated=outdated
        )

    def _shared(self) -> frozenset[tuple[str, str]]:
        """Person and account of the mailboxes on which another triaged works."""
        shared = (self.settings.of(login) for login, one in self.running.items() if one.loop.memory.another_noticed)
        return frozenset((person.label, account.label) for person, account in shared)


def _unmoved(loop: AccountLoop) -> str:
    """Why this account moves nothing, although it should; "" it does, or is not connected."""
    _, account = loop.settings()
    if loop.layout is None or loop.layout.movable or account.mode is Mode.OBSERVE:
        return ""
    return loop.layout.why or "there is no folder to put messages into"
