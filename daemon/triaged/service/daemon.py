"""The daemon: everything that is composed, started, watched over and stopped. No decision is made here.

A loaded configuration goes in; it ends with an exit code. One TaskGroup holds all tasks; one account's trouble stays in
that account's desk, and only a damaged ledger ends the whole.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from triaged import __version__
from triaged.account.accountloop import AccountLoop
from triaged.account.context import Context
from triaged.account.loglines import of_reply
from triaged.account.visit import Visit
from triaged.clock import Bell, Clock, SystemClock
from triaged.config import Loaded, load, state_file
from triaged.core.errors import TriagedError
from triaged.core.settings import Mode
from triaged.ledger import (
    Ledger,
    LedgerBusy,
    LedgerDamaged,
    LedgerFull,
    LedgerThread,
    LedgerUnavailable,
    StateLock,
    Waker,
)
from triaged.ledger.values import Recovery
from triaged.log.events import Events
from triaged.mailbox import Pools
from triaged.person.peopleloop import PeopleLoop
from triaged.person.personcontext import OwnAccount, PersonContext
from triaged.person.push import Pushes, Send, send_by_apprise
from triaged.service.accountstates import account_states
from triaged.service.currentsettings import Board, keeping
from triaged.service.departures import left_behind
from triaged.service.healthserver import DaemonState, HealthServer
from triaged.service.maintenance import Care
from triaged.service.metrics import exporter
from triaged.service.sdnotify import Notifier
from triaged.service.statussocket import Inside
from triaged.service.statusview import Live, standing
from triaged.service.supervisor import Station, Stations
from triaged.service.tokens import Tokens

EX_OK, EX_FAILED = 0, 1

_UNHEARD = "/healthz, /readyz and /metrics are not there until the next start"

PATIENCE = 3.5
"""Seconds that a stop waits for the steps in hand before it cuts their connections."""


class Daemon:
    """One process, one state folder, all persons."""

    def __init__(
        self,
        loaded: Loaded,
        events: Events,
        *,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        notifier: Notifier | None = None,
        send: Send = send_by_apprise,
        lines_lost: Callable[[], int] = lambda: 0,
    ) -> None:
        self.board = Board(loaded)
        self.events = events
        self.clock = clock or SystemClock()
        self.chance = chance or random.SystemRandom()
        self.notifier = notifier or Notifier.from_environment()
        self.send = send
        self.lines_lost = lines_lost
        self.people_loop: PeopleLoop | None = None
        self.tokens: Tokens | None = None
        self.pools = Pools()
        self.stations: dict[str, Station] = {}  # by login
        self.stopping = Bell()
        self.ready = asyncio.Event()
        self.started_at = self.clock.now()
        self._reloading = asyncio.Event()
        self._office: Context | None = None
        self._health: HealthServer | None = None
        self._staff: Stations | None = None

    # --- from start to stop -------------------------------------------------------------------------------------

    async def run(self, *, once: bool = False) -> int:
        """Work until told to stop; `once`: until what is there and what is due is done.

        Raises:
            StateHeld, LedgerNewer, LedgerBusy, LedgerFull, LedgerUnavailable, LedgerDamaged.
        """
        path = state_file(self.board.loaded)
        with StateLock(path.parent, self.clock.now()):
            self.events.emit("service.started", reason=f"state in {path.parent}")
            book = LedgerThread(await asyncio.to_thread(Ledger.open, path))
            try:
                return await self._work(book, path.parent, once=once)
            finally:
                await book.close()
                self.pools.close()
                self.events.emit("service.stopped")

    async def _work(self, book: LedgerThread, folder: Path, *, once: bool) -> int:
        office = self._office = Context(book, self.clock, self.events, self.chance)
        now = self.clock.now()
        recovery = await office.write(Ledger.recover, now)
        tokens = self.tokens = Tokens(folder, office, self.board, self._signed_in_again, self._look_around)
        waker = Waker(folder)
        loop = asyncio.get_running_loop()
        inside = Inside(self._standing, folder)
        if not once:
            waker.listen(loop, self.wake)
            self._listen_to_signals(loop)
            if trouble := await inside.open():
                self.events.emit("account.degraded", error=trouble, reason="`triaged status` asks the ledger instead")
            await self._listen_for_supervisors()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(tokens.keeper.run(), name="tokens")
                alarms = group.create_task(office.alarms.run(), name="alarms")
                self._staff = self._staffed(office, tokens, group, careful=recovery.unclean)
                await self._staff.man()
                self._say_recovered(recovery)
                for problem in await left_behind(office, self.board.loaded):
                    self.events.emit("config.rejected", error=str(problem), reason="nobody brings that mail back")
                ready = group.create_task(self._say_ready(), name="ready")
                pushes = Pushes(self.send, self._says_subjects)
                people = self.people_loop = PeopleLoop(office, self.people, pushes)
                if not once:
                    group.create_task(people.run(), name="people")
                if once:
                    group.create_task(self._once(), name="once")
                else:
                    group.create_task(self._reload_when_told(), name="reload")
                    care = Care(office, self.notifier, self.summary, self._keep, self._wake_due)
                    group.create_task(care.run(self.stopping), name="care")
                await self.stopping.wait()
                await self._stop(once=once)
                alarms.cancel()
                ready.cancel()  # accounts that were never tried would be waited for
        except* LedgerDamaged as damaged:
            self.events.emit("service.stopping", level="error", error=str(damaged.exceptions[0]))
            raise damaged.exceptions[0] from None
        finally:
            for station in self.stations.values():
                await station.hang_up()
            await inside.close()
            if self._health is not None:
                await self._health.close()
            waker.close()
        stopped = self.clock.now()
        with contextlib.suppress(LedgerBusy, LedgerFull, LedgerUnavailable):  # the next start is careful then
            await office.write(Ledger.stopping, stopped)
        return EX_FAILED if once and any(s.desk.health.failures for s in self.stations.values()) else EX_OK

    def _staffed(self, office: Context, tokens: Tokens, group: asyncio.TaskGroup, *, careful: bool) -> Stations:
        return Stations(
            at_work=self.stations,
            board=self.board,
            office=office,
            pools=self.pools,
            tokens=tokens,
            group=group,
            careful=careful,
            on_news=self._look_around,
            on_state=self._say_state,
        )

    def stop(self) -> None:
        """Finish what is in hand, and end."""
        self.stopping.set()

    def _signed_in_again(self, login: str) -> None:
        station = self.stations.get(login)
        if station is not None:
            station.sweep()

    def _look_around(self) -> None:
        if self.people_loop is not None:
            self.people_loop.wake()

    def wake(self) -> None:
        """The ledger has changed: everybody looks at what is due."""
        if self.tokens is not None:
            self.tokens.keeper.wake()
        for station in self.stations.values():
            station.wake()
        if self.people_loop is not None:
            self.people_loop.wake()

    def _wake_due(self, accounts: frozenset[int]) -> None:
        for station in self.stations.values():
            if station.row.id in accounts:
                station.wake()

    def people(self) -> list[PersonContext]:
        """Every person with those of her accounts that are at work, as configured at this instant."""
        assert self._office is not None
        found: list[PersonContext] = []
        for person in self.board.loaded.persons:
            mine = {
                account.label: OwnAccount(account, self.stations[account.login].desk)
                for account in person.accounts
                if account.login in self.stations
            }
            if mine:
                key = next(iter(mine.values())).loop.row.person
                events = self.events.within(person.worktime.zone).bind(person=person.label)
                found.append(PersonContext(self._office, key, person, mine, events))
        return found

    def _says_subjects(self) -> bool:
        service = self.board.loaded.service
        return service is None or service.log_subjects

    def sweep(self) -> None:
        """Look at every mailbox now."""
        for station in self.stations.values():
            station.sweep()

    @property
    def at_rest(self) -> bool:
        """Whether every account waits: nothing is in hand, nothing is due that can be done now."""
        if self.people_loop is None or not self.people_loop.at_rest:
            return False
        if self.tokens is not None and not self.tokens.keeper.at_rest:
            return False
        return all(station.at_rest for station in self.stations.values())

    async def _once(self) -> None:
        await self.ready.wait()
        for station in list(self.stations.values()):
            await station.outbox.once()
        if self.people_loop is not None:
            await self.people_loop.once()
        for station in list(self.stations.values()):
            with contextlib.suppress(TriagedError):  # what the replies left to do: copies, drafts taken back
                await station.desk.do(_nothing)
        self.stop()

    def _say_recovered(self, recovery: Recovery) -> None:
        """What the last run left open: replies that may have gone, and those that a person has to look at."""
        by_account = {station.row.id: station.desk.events for station in self.stations.values()}
        if recovery.restored:
            self.events.emit(
                "account.degraded", reason="the ledger is older than the last run: it was restored; what waited is held"
            )
        for reply in recovery.in_doubt:
            by_account.get(reply.account, self.events).emit("reply.in_doubt", **of_reply(reply), error=reply.reason)
        for reply in recovery.held:
            by_account.get(reply.account, self.events).emit(
                "reply.held", **of_reply(reply), reason="the ledger was restored"
            )

    async def _stop(self, *, once: bool) -> None:
        if not once:
            self.events.emit("service.stopping")
        self.notifier.stopping()
        tasks = [task for station in self.stations.values() for task in station.tasks]
        for station in self.stations.values():
            station.stop()
        if self.people_loop is not None:
            self.people_loop.stop()
        if self.tokens is not None:
            self.tokens.keeper.stop()
        self._reloading.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=PATIENCE)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    # --- what is told from outside ------------------------------------------------------------------------------

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGINT, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._reloading.set)
        loop.add_signal_handler(signal.SIGUSR1, self.sweep)

    async def _say_ready(self) -> None:
        """Ready is when each account has been tried, whatever came of it."""
        await asyncio.gather(*(station.desk.tried.wait() for station in self.stations.values()))
        self.events.emit("service.ready", reason=self.summary())
        self.notifier.ready(self.summary())
        self.ready.set()

    def summary(self) -> str:
        """One line on how the accounts are."""
        watching = sum(station.desk.health.state == "watching" for station in self.stations.values())
        return f"watching {watching} of {len(self.stations)} account{'s' if len(self.stations) != 1 else ''}"

    async def _standing(self) -> Mapping[str, Any]:
        """How everything is, for `triaged status`."""
        assert self._office is not None
        loaded, now = self.board.loaded, self.clock.now()
        desks = {login: station.desk for login, station in self.stations.items()}
        live = {login: Live(desk.health, _unmoved(desk), desk.memory.another_noticed) for login, desk in desks.items()}
        return {
            "source": "daemon",
            "pid": os.getpid(),
            "version": __version__,
            "configuration": str(loaded.path),
            "started": self.started_at.astimezone(loaded.persons[0].worktime.zone).isoformat(timespec="seconds"),
            "ready": self.ready.is_set(),
            "people": await self._office.write(standing, loaded, now, live),
        }

    async def _state(self) -> DaemonState:
        """How everything is, for supervisors."""
        assert self._office is not None
        turned = time.monotonic()
        await asyncio.sleep(0)  # one turn of the loop
        lag = time.monotonic() - turned
        overview = await self._office.write(Ledger.overview)
        health = {login: station.desk.health for login, station in self.stations.items()}
        accounts = account_states(health, self.board, overview)
        return DaemonState(self.started_at, self.ready.is_set(), accounts, self.lines_lost(), lag)

    async def _listen_for_supervisors(self) -> None:
        service = self.board.loaded.service
        if service is None or service.listen is None:
            return
        host, port = service.listen
        self._health = HealthServer(self._state, exporter(self.events.counts))
        try:
            await self._health.open(host, port)
        except OSError as error:
            why = error.strerror or str(error)
            self.events.emit("account.degraded", error=f"{host}:{port} cannot be listened at: {why}", reason=_UNHEARD)

    def _say_state(self) -> None:
        if self.ready.is_set() and not self.stopping.is_set():
            self.notifier.status(self.summary())

    async def _reload_when_told(self) -> None:
        while not self.stopping.is_set():
            await self._reloading.wait()
            self._reloading.clear()
            if not self.stopping.is_set():
                self.notifier.reloading()
                try:
                    await self.reload()
                except (LedgerBusy, LedgerFull, LedgerUnavailable) as error:
                    self.events.emit("config.rejected", error=str(error), reason="reload again when that is over")
                self.notifier.ready(self.summary())

    async def reload(self) -> bool:
        """Read the configuration again and put it in force whole; a bad one changes nothing."""
        before = self.board.loaded
        loaded = await asyncio.to_thread(load, before.path)
        assert self._office is not None
        leaving = await left_behind(self._office, loaded, before) if loaded.usable else ()
        for problem in (*loaded.errors, *leaving):
            self.events.emit("config.rejected", error=str(problem))
        same = () if loaded.errors else ("nothing has changed",)
        loaded = keeping(loaded, before)
        if leaving or not loaded.usable:
            self.events.emit(
                "config.rejected", error="the configuration is not valid", reason="the old one stays in force"
            )
            return False
        from triaged.config import changes

        assert self._staff is not None
        self.board.swap(loaded)
        self.events.threshold.subjects = self._says_subjects()
        await self._staff.man()
        for change in changes(before, loaded) or same:
            self.events.emit("config.reloaded", reason=change)
        if self.people_loop is not None:
            self.people_loop.reloaded()
        self.sweep()
        return True

    def _keep(self) -> timedelta | None:
        service = self.board.loaded.service
        return service.keep.calendar if service is not None else None


def _unmoved(desk: AccountLoop) -> str:
    """Why this account moves nothing, although it should; "" it does, or is not connected."""
    _, account = desk.settings()
    if desk.layout is None or desk.layout.movable or account.mode is Mode.OBSERVE:
        return ""
    return desk.layout.why or "there is no folder to put messages into"


async def _nothing(_visit: Visit) -> None:
    """Being asked is enough: what is due is done before."""
