"""The daemon: everything that is composed, started, watched over and stopped. No decision is made here.

A loaded configuration goes in; it ends with an exit code. One TaskGroup holds all tasks; one account's trouble stays in
that account's loop, and only a damaged ledger ends the whole.
"""

import asyncio
import contextlib
import random
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from triaged.account.context import Context
from triaged.account.loglines import of_reply
from triaged.account.regaining import adopt
from triaged.account.visit import Visit
from triaged.clock import LONGEST_NAP, Clock, SystemClock, WakeEvent
from triaged.config import Loaded, state_file, vanished
from triaged.core.awaywords import Days, with_away
from triaged.core.errors import TriagedError
from triaged.core.settings import Person
from triaged.delivery.oauth import Store
from triaged.installkey import known_or_new
from triaged.ledger import (
    Ledger,
    LedgerBusy,
    LedgerDamaged,
    LedgerFull,
    LedgerThread,
    LedgerUnavailable,
    StateLock,
)
from triaged.ledger.entries import NotDone, Recovery
from triaged.log.events import Events
from triaged.mailbox import Pools
from triaged.outbox.outbox import CLOCK_PAUSE
from triaged.person.peopleloop import PeopleLoop
from triaged.person.personcontext import OwnAccount, PersonContext
from triaged.person.push import Pushes, Send, send_by_apprise
from triaged.service.calendarkeeper import CalendarKeeper
from triaged.service.currentsettings import CurrentSettings
from triaged.service.daemonstatus import DaemonStatus
from triaged.service.departures import aside
from triaged.service.farewells import Farewells
from triaged.service.inforce import InForce
from triaged.service.listeners import Listeners
from triaged.service.maintenance import Maintenance
from triaged.service.reloading import reload
from triaged.service.sdnotify import SdNotifier
from triaged.service.supervisor import RunningAccount, Supervisor
from triaged.service.tokens import FOLDER, Tokens
from triaged.statefolder import make_private

EX_OK, EX_FAILED = 0, 1

_SOON = 1.0
"""Seconds until it is looked again whether all has come back of whoever is to be forgotten."""

PATIENCE = 3.5
"""Seconds that a stop waits for the steps in hand before it cuts their connections."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the daemon is composed of while it runs."""

    context: Context
    status: DaemonStatus
    tokens: Tokens
    supervisor: Supervisor
    people: PeopleLoop
    farewells: Farewells
    calendars: CalendarKeeper


class Daemon:
    """One process, one state folder, all persons."""

    def __init__(
        self,
        loaded: Loaded,
        events: Events,
        *,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        notifier: SdNotifier | None = None,
        send: Send = send_by_apprise,
        lines_lost: Callable[[], int] = lambda: 0,
    ) -> None:
        self.settings = CurrentSettings(loaded)
        self.events = events
        self.clock = clock or SystemClock()
        self.chance = chance or random.SystemRandom()
        self.notifier = notifier or SdNotifier.from_environment()
        self.lines_lost = lines_lost
        self.pushes = Pushes(send, lambda: self.settings.subjects, lambda: self.settings.addresses)
        self.pools = Pools()
        self.accounts: dict[str, RunningAccount] = {}  # by login
        self.parts: Parts | None = None
        self.stopping = WakeEvent()
        self.ready = asyncio.Event()
        self.started_at = self.clock.now()
        self._reloading = asyncio.Event()
        self._wanted = WakeEvent()
        self._set_back = asyncio.Event()
        self._away: Mapping[str, Sequence[Days]] = {}

    # --- from start to stop -------------------------------------------------------------------------------------

    async def run(self, *, once: bool = False) -> int:
        """Work until told to stop; `once`: until what is there and what is due is done.

        Raises:
            StateHeld, KeyUnreadable, LedgerNewer, LedgerBusy, LedgerFull, LedgerUnavailable, LedgerDamaged.
        """
        path = state_file(self.settings.loaded)
        with StateLock(path.parent, self.clock.now()):
            self.events.emit("service.started", reason=f"state in {path.parent}")
            self._make_private(path)
            install = known_or_new(self.settings.loaded.path, path.parent)
            book = LedgerThread(await asyncio.to_thread(Ledger.open, path))
            try:
                context = Context(book, self.clock, self.events, self.chance, install)
                context.steady.on_set = self._clock_was_set
                return await self._work(context, path.parent, once=once)
            finally:
                await book.close()
                self.pools.close()
                self.events.emit("service.stopped")

    def _make_private(self, ledger: Path) -> None:
        folder = ledger.parent
        names = [*sorted(file.name for file in folder.glob(f"{ledger.name}*")), "generation", "lock"]
        if mended := [*make_private(folder, names), *Store(folder / FOLDER).make_private()]:
            self.events.emit(
                "account.degraded",
                error=f"others could read {', '.join(mended)} in {folder}",
                reason="they cannot any more",
            )

    async def _work(self, context: Context, folder: Path, *, once: bool) -> int:
        recovery = await context.write(Ledger.recover, context.now())
        self._lay_away(await context.write(Ledger.aways))
        calendars = CalendarKeeper(context, self.settings, self._calls_have_moved)
        status = DaemonStatus(
            context, self.settings, self.accounts, self.ready, self.started_at, self.lines_lost, calendars
        )
        listeners = Listeners(folder, self.events, status, self.wake, self._signals())
        if not once:
            await listeners.open(self.settings.loaded.service)
        try:
            async with asyncio.TaskGroup() as group:
                parts = self.parts = self._composed(status, folder, group, recovery)
                endless = await self._start(parts, group, recovery)
                self._start_rounds(parts, group, once=once)
                await self.stopping.wait()
                await self._stop(parts, once=once)
                for task in endless:
                    task.cancel()
        except* LedgerDamaged as damaged:
            self.events.emit("service.stopping", level="error", error=str(damaged.exceptions[0]))
            raise damaged.exceptions[0] from None
        finally:
            for account in self.accounts.values():
                await account.hang_up()
            await listeners.close()
        stopped = self.clock.now()
        with contextlib.suppress(LedgerBusy, LedgerFull, LedgerUnavailable):  # the next start is careful then
            await context.write(Ledger.stopping, stopped)
        return EX_FAILED if once and any(one.loop.health.failures for one in self.accounts.values()) else EX_OK

    def _composed(self, status: DaemonStatus, folder: Path, group: asyncio.TaskGroup, recovery: Recovery) -> Parts:
        context = status.context
        tokens = Tokens(folder, context, self.settings, self._signed_in_again, self._look_around)
        supervisor = Supervisor(
            running=self.accounts,
            settings=self.settings,
            context=context,
            pools=self.pools,
            tokens=tokens,
            group=group,
            one_by_one=recovery.unclean,
            unsure_before=None if recovery.familiar else self.started_at,
            on_news=self._look_around,
            on_state=self._say_state,
        )
        people = PeopleLoop(context, self.people, self.pushes, lambda: self.settings.patience)
        people.left_out = self._left_out
        farewells = Farewells(context, self.settings, supervisor, InForce(folder))
        return Parts(context, status, tokens, supervisor, people, farewells, status.calendars)

    async def _start(
        self, parts: Parts, group: asyncio.TaskGroup, recovery: Recovery
    ) -> tuple[asyncio.Task[None], ...]:
        """Start the accounts; the tasks that end only when they are cancelled."""
        await parts.context.write(Ledger.wanted)  # of the time before: everything is tried now
        if await parts.context.write(Ledger.was_ahead, parts.context.now()):
            self._set_back.set()  # by the clock of the run before
        timers = group.create_task(parts.context.timers.run(), name="timers")
        await parts.farewells.leave_out()
        await parts.calendars.remember()
        await parts.supervisor.apply()
        group.create_task(parts.tokens.keeper.run(), name="tokens")  # whom its news are about is in the ledger now
        self._say_recovered(recovery)
        for problem in vanished(self.settings.loaded, await parts.context.write(aside)):
            self.events.emit("config.rejected", error=str(problem), reason="nobody brings that mail back")
        # accounts that were never tried would be waited for
        return timers, group.create_task(self._say_ready(parts.status), name="ready")

    def _start_rounds(self, parts: Parts, group: asyncio.TaskGroup, *, once: bool) -> None:
        if once:
            group.create_task(self._once(parts), name="once")
            return
        group.create_task(parts.people.run(), name="people")
        group.create_task(parts.calendars.run(self.stopping), name="calendars")
        group.create_task(self._reload_when_told(parts), name="reload")
        group.create_task(self._try_what_is_wanted(parts), name="wanted")
        group.create_task(self._mend_when_set_back(parts), name="clock")
        maintenance = Maintenance(
            parts.context, self.notifier, parts.status.summary, lambda: self.settings.keep, self._wake_due
        )
        group.create_task(maintenance.run(self.stopping), name="maintenance")

    async def _once(self, parts: Parts) -> None:
        await self.ready.wait()
        for account in list(self.accounts.values()):
            await account.outbox.once()
        await parts.calendars.once()
        await parts.people.once()
        for account in list(self.accounts.values()):
            with contextlib.suppress(TriagedError):  # what the replies left to do: copies, drafts taken back
                await account.loop.do(_nothing)
        self.stop()

    async def _stop(self, parts: Parts, *, once: bool) -> None:
        if not once:
            self.events.emit("service.stopping")
        self.notifier.stopping()
        tasks = [task for account in self.accounts.values() for task in account.tasks]
        for account in self.accounts.values():
            account.stop()
        parts.people.stop()
        parts.tokens.keeper.stop()
        self._reloading.set()
        self._wanted.set()
        self._set_back.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=PATIENCE)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    # --- what is told from outside ------------------------------------------------------------------------------

    def _signals(self) -> dict[signal.Signals, Callable[[], None]]:
        return {
            signal.SIGTERM: self.stop,
            signal.SIGINT: self.stop,
            signal.SIGHUP: self._reloading.set,
            signal.SIGUSR1: self.try_now,
        }

    def stop(self) -> None:
        """Finish what is in hand, and end."""
        self.stopping.set()

    def wake(self) -> None:
        """The ledger has changed: everybody looks at what is due."""
        if self.parts is not None:
            self.parts.tokens.keeper.wake()
        for account in self.accounts.values():
            account.wake()
        self._look_around()
        self._wanted.set()

    def try_now(self) -> None:
        """Sign in, look and send now, whatever pause is kept."""
        for login in self.accounts:
            self._try_now(login)

    def _try_now(self, login: str) -> None:
        if self.parts is not None and (account := self.accounts.get(login)) is not None:
            self.parts.tokens.retry(login)
            account.try_now()

    def sweep(self) -> None:
        """Look at every mailbox now."""
        for account in self.accounts.values():
            account.sweep()

    @property
    def at_rest(self) -> bool:
        """Whether every account waits: nothing is in hand, nothing is due that can be done now."""
        parts = self.parts
        if parts is None or not (parts.people.at_rest and parts.tokens.keeper.at_rest and parts.calendars.at_rest):
            return False
        return all(account.at_rest for account in self.accounts.values())

    async def _try_what_is_wanted(self, parts: Parts) -> None:
        """Commands wake the daemon, and the ledger says what they want to be tried."""
        while not self.stopping.is_set():
            self._wanted.clear()
            busy = False
            with contextlib.suppress(LedgerBusy, LedgerFull, LedgerUnavailable):
                for login in await parts.context.write(Ledger.wanted):
                    self._try_now(login)
                for login in await parts.context.write(Ledger.adoptions_wanted):
                    await self._adopt(parts, login)
                if await parts.context.write(Ledger.wants_reload):
                    self._reloading.set()
                await self._keep_away(parts)
                busy = await parts.farewells.forget()
            await self._wanted.wait(_SOON if busy else None)

    def _clock_was_set(self, by: float) -> None:
        """Say it; what a clock that was ahead has written is put in order when it is back."""
        words = (
            f"the clock of this machine was set {'ahead' if by > 0 else 'back'} by {timedelta(seconds=round(abs(by)))}"
        )
        reason = (
            "no promise is judged and nothing is sent by it for a while"
            if by > 0
            else "what it had computed is computed again"
        )
        self.events.emit("account.degraded", error=words, reason=reason)
        if by < 0:
            self._set_back.set()

    async def _mend_when_set_back(self, parts: Parts) -> None:
        while not self.stopping.is_set():
            await self._set_back.wait()
            self._set_back.clear()
            while not self.stopping.is_set() and (rest := parts.context.steady.unsure_for(CLOCK_PAUSE)):
                await self.clock.sleep(
                    min(rest, LONGEST_NAP), self.stopping
                )  # it may be wrong now, and was right before
            if self.stopping.is_set():
                return
            with contextlib.suppress(LedgerBusy, LedgerFull, LedgerUnavailable):
                await parts.context.write(Ledger.clock_set_back, parts.context.now())
                await parts.people.compute_again()
                self.wake()
                self.sweep()

    async def _adopt(self, parts: Parts, login: str) -> None:
        """Take in what lies aside in no row, and leave word of it for the command."""
        words: str | NotDone
        account = self.accounts.get(login)
        if account is None:
            words = NotDone(f"{login} is not at work")
        else:
            await account.loop.tried.wait()
            try:
                found = await account.loop.do(adopt)
                words = f"{found.waiting} decided again, {found.back} brought back"
                account.wake()
            except TriagedError as error:
                words = NotDone(str(error))
        await parts.context.write(Ledger.tell_adoption, login, words)

    async def _keep_away(self, parts: Parts) -> None:
        """Days on which somebody is away by her own word hold as if they stood in her configuration."""
        kept = await parts.context.write(Ledger.aways)
        if kept == self._away:
            return
        self._lay_away(kept)
        await parts.supervisor.apply()
        parts.people.reloaded()
        self.sweep()

    def _lay_away(self, kept: Mapping[str, Sequence[Days]]) -> None:
        self._away = kept
        self.settings.lay_over("away", lambda person: with_away(person, kept.get(person.accounts[0].login, ())))

    async def _reload_when_told(self, parts: Parts) -> None:
        while not self.stopping.is_set():
            await self._reloading.wait()
            self._reloading.clear()
            if not self.stopping.is_set():
                self.notifier.reloading()
                try:
                    await self.reload()
                    await parts.context.write(Ledger.reloaded)
                except (LedgerBusy, LedgerFull, LedgerUnavailable) as error:
                    self.events.emit("config.rejected", error=str(error), reason="reload again when that is over")
                self.notifier.ready(parts.status.summary())

    async def reload(self) -> bool:
        """Read the configuration again and put it in force whole; a bad one changes nothing."""
        parts = self.parts
        assert parts is not None

        async def apply() -> None:
            await parts.farewells.leave_out()
            self.events.threshold.subjects = self.settings.subjects
            self.events.threshold.addresses = self.settings.addresses
            await parts.supervisor.apply()

        done = await reload(parts.context, self.settings, apply)
        parts.tokens.keeper.reconsider()
        if done:
            parts.people.reloaded()
            self.sweep()
        return done

    # --- what the parts tell each other -------------------------------------------------------------------------

    def _signed_in_again(self, login: str) -> None:
        account = self.accounts.get(login)
        if account is not None:
            account.try_now()

    def _calls_have_moved(self) -> None:
        if self.parts is not None:
            self.parts.people.reloaded()

    def _look_around(self) -> None:
        if self.parts is not None:
            self.parts.people.wake()
            self._wanted.set()  # a mail to herself may have said when she is away

    def _wake_due(self, accounts: frozenset[int]) -> None:
        for account in self.accounts.values():
            if account.row.id in accounts:
                account.wake()

    def people(self) -> list[PersonContext]:
        """Every person with those of her accounts that are at work, as configured at this instant."""
        found = (self._context_of(person) for person in self.settings.persons)
        return [one for one in found if one.accounts]

    def _left_out(self) -> list[PersonContext]:
        """Those who are left out, as far as they can be told."""
        return [self._context_of(person) for person in self.settings.resting]

    def _context_of(self, person: Person) -> PersonContext:
        assert self.parts is not None
        mine = {
            account.label: OwnAccount(account, self.accounts[account.login].loop)
            for account in person.accounts
            if account.login in self.accounts
        }
        key = next((one.loop.row.person for one in mine.values()), person.label)
        events = self.events.within(person.worktime.zone).bind(person=person.label)
        return PersonContext(self.parts.context, key, person, mine, events)

    # --- what is said -------------------------------------------------------------------------------------------

    def _say_recovered(self, recovery: Recovery) -> None:
        """What the last run left open: replies that may have gone, and those that a person has to look at."""
        by_account = {account.row.id: account.loop.events for account in self.accounts.values()}
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

    async def _say_ready(self, status: DaemonStatus) -> None:
        """Ready is when each account has been tried, whatever came of it."""
        await asyncio.gather(*(account.loop.tried.wait() for account in self.accounts.values()))
        self.events.emit("service.ready", reason=status.summary())
        self.notifier.ready(status.summary())
        self.ready.set()

    def _say_state(self) -> None:
        if self.parts is not None and self.ready.is_set() and not self.stopping.is_set():
            self.notifier.status(self.parts.status.summary())


async def _nothing(_visit: Visit) -> None:
    """Being asked is enough: what is due is done before."""
