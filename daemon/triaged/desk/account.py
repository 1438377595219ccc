"""One account's day: connect, see what is new, act on what is due, wait; and begin again whenever the connection ends.

Everything that needs the connection happens here, one thing at a time, so that two steps never disagree about the mailbox.
It never acts on anything that is not in the ledger first.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from triaged.core.errors import TriagedError
from triaged.core.settings import Account, Mode, Person
from triaged.desk import answers, effects, triage
from triaged.desk.folders import Layout, lay_out
from triaged.desk.office import Office
from triaged.ledger import AccountRow
from triaged.log.events import Events
from triaged.mailbox import AuthFailed, Backoff, PollInstead, Session, Unavailable

T = TypeVar("T")

LOOK_EVERY = timedelta(minutes=9)
"""How often sent mail, the deferred folder and flags are looked at when nothing else asks for it (every re-IDLE)."""

STATUS_EVERY = timedelta(seconds=60)
"""How often watched folders other than the first are asked for new mail."""

RECONCILE_EVERY = timedelta(minutes=30)
"""How often a selected folder is selected again, to see UIDVALIDITY and UIDNEXT with new eyes."""


@dataclass(slots=True)
class Ask:
    """Something another part of the daemon wants done over this connection."""

    act: Callable[["Desk", Session], Awaitable[Any]]
    answer: asyncio.Future[Any]


@dataclass(slots=True)
class Health:
    """How an account is, for `status` and the metrics."""

    state: str = "starting"
    since: datetime | None = None
    error: str = ""
    proven_alive: datetime | None = None
    connects: int = 0
    failures: int = 0
    last_message: datetime | None = None


@dataclass(slots=True)
class Desk:
    """One account of one person. `settings` is asked at the start of each step, so a reload reaches the next one."""

    office: Office
    row: AccountRow
    settings: Callable[[], tuple[Person, Account]]
    connect: Callable[[Account], Session]
    events: Events
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    health: Health = field(default_factory=Health)
    tried: asyncio.Event = field(default_factory=asyncio.Event)
    layout: Layout | None = None
    _asks: list[Ask] = field(default_factory=list)
    _looked_at: datetime | None = None
    _status_at: datetime | None = None
    _selected_at: datetime | None = None
    _stopping: bool = False
    _idle_told: bool = False

    # --- from outside -------------------------------------------------------------------------------------------

    async def ask(self, act: Callable[["Desk", Session], Awaitable[T]]) -> T:
        """Have something done over this connection, after what is in hand.

        Raises:
            TriagedError: the connection ended first, or there is none.
        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asks.append(Ask(act, answer))
        self.wake.set()
        return await answer

    def stop(self) -> None:
        """Finish the step in hand, then end."""
        self._stopping = True
        self.wake.set()

    # --- the loop -----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until stopped, whatever the server does."""
        backoff = Backoff(self.office.chance)
        while not self._stopping:
            pause = 0.0
            try:
                await self._connected(backoff)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 — the one place where an account's trouble ends: close, say, back off
                pause = backoff.after(error, self.office.clock.elapsed())
                self._say_trouble(error, pause)
            finally:
                self.tried.set()
                self._refuse_asks()
            if pause and not self._stopping:
                self.wake.clear()
                await self.office.clock.sleep(pause, self.wake)

    async def once(self) -> None:
        """Arrivals, then what is due, then end; raises what went wrong."""
        _, account = self.settings()
        session = self.connect(account)
        try:
            await self._open(session)
            await self._step(session, look=True)
        finally:
            await session.close()

    async def _connected(self, backoff: Backoff) -> None:
        _, account = self.settings()
        session = self.connect(account)
        try:
            await self._open(session)
            backoff.connected(self.office.clock.elapsed())
            look = True
            while not self._stopping:
                self.wake.clear()
                await self._step(session, look=look)
                backoff.worked(self.office.clock.elapsed())
                self._say_idle()
                self.tried.set()
                look = await self._wait(session)
        finally:
            self.layout = None
            await session.close()

    async def _open(self, session: Session) -> None:
        person, account = self.settings()
        await session.open()
        self.health.connects += 1
        self.layout = await lay_out(session, account, self.office, self.row, self.events)
        self._looked_at = self._status_at = self._selected_at = None
        self._idle_told = False
        self._is("connected")
        self.events.emit("account.connected")
        await effects.settle(self, session, person, account)

    async def _step(self, session: Session, *, look: bool) -> None:
        """See what is new, look where asked, act on what is due; again while there is more."""
        while True:
            person, account = self.settings()
            await self._sweep(session, person, account)
            if look or await effects.wants_look(self):
                await answers.look(self, session, person, account)
                self._looked_at = self.office.now()
                look = False
            acted = await effects.carry_out(self, session, person, account)
            served = await self._serve(session)
            self.health.proven_alive = self.office.now()
            if not acted and not served and not await self._more(session, account):
                return

    async def _sweep(self, session: Session, person: Person, account: Account) -> None:
        now = self.office.now()
        for number, folder in enumerate(account.watch):
            if number and self._status_at is not None and now - self._status_at < STATUS_EVERY:
                continue
            if number and not await triage.has_news(self, session, folder):
                continue
            await triage.sweep(self, session, person, account, folder)
        if len(account.watch) > 1:
            self._status_at = now

    async def _more(self, session: Session, account: Account) -> bool:
        """Go back to the first watched folder; True when it has something that was not seen yet."""
        if session.selected == account.watch[0]:
            return False
        return await triage.arrive_at(self, session, account.watch[0])

    async def _serve(self, session: Session) -> bool:
        asks, self._asks = self._asks, []
        for number, ask in enumerate(asks):
            try:
                result = await ask.act(self, session)
            except BaseException as error:
                self._asks = asks[number + 1 :] + self._asks
                if not ask.answer.done():
                    ask.answer.set_exception(error if isinstance(error, TriagedError) else TriagedError(str(error)))
                raise
            if not ask.answer.done():
                ask.answer.set_result(result)
        return bool(asks)

    async def _wait(self, session: Session) -> bool:
        """Idle, or poll, until something may have happened. True: it is time to look around."""
        _, account = self.settings()
        now = self.office.now()
        due = await self.office.write(lambda ledger: ledger.next_effect_due(self.row.id))
        limit = session.profile.reidle * self.office.chance.uniform(0.85, 1.0)
        if len(account.watch) > 1:
            limit = min(limit, STATUS_EVERY.total_seconds())
        alarm = asyncio.create_task(self._alarm(due, now), name=f"alarm {self.row.login}") if due else None
        try:
            await session.idle(self.wake, limit)
        except PollInstead:
            await self.office.clock.sleep(min(limit, session.profile.poll), self.wake)
        finally:
            if alarm:
                alarm.cancel()
        return self._looked_at is None or self.office.now() - self._looked_at >= LOOK_EVERY * 0.8

    async def _alarm(self, due: datetime, now: datetime) -> None:
        while (left := (due - self.office.now()).total_seconds()) > 0:
            await self.office.clock.sleep(min(left, 60.0))
        self.wake.set()

    # --- what is said -------------------------------------------------------------------------------------------

    def _is(self, state: str, error: str = "") -> None:
        if state != self.health.state:
            self.health.since = self.office.now()
        self.health.state = state
        self.health.error = error

    def _say_idle(self) -> None:
        self._is("watching")
        if not self._idle_told:
            self._idle_told = True
            self.events.emit("account.idle")

    def _say_trouble(self, error: Exception, pause: float) -> None:
        self.health.failures += 1
        words = str(error) or type(error).__name__
        if isinstance(error, AuthFailed):
            self._is("signed out", words)
            self.events.emit("account.auth_failed", error=words, reason=f"trying again in {_minutes(pause)}")
            return
        if not isinstance(error, TriagedError):
            words = f"{type(error).__name__}: {words}"
        self._is("disconnected", words)
        level = "error" if not isinstance(error, (TriagedError, Unavailable)) else None
        self.events.emit("account.disconnected", level=level, error=words, reason=f"trying again in {_minutes(pause)}")

    def _refuse_asks(self) -> None:
        asks, self._asks = self._asks, []
        for ask in asks:
            if not ask.answer.done():
                ask.answer.set_exception(TriagedError(f"{self.row.login} is not connected"))


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def touches(mode: Mode) -> bool:
    """Whether the mailbox is acted on in this mode."""
    return mode is not Mode.OBSERVE
