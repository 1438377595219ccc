"""One account's loop: connect, see what is new, act on what is due, wait; and begin again whenever the connection ends.

Everything that needs the connection happens here, one step at a time, so that two steps never disagree about the mailbox.
Each step is given a `Visit` and keeps it. Nothing is acted on that is not in the ledger first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from triaged.account import carryout, owed, snoozefolders
from triaged.account.connectionstate import ConnectionState
from triaged.account.context import Context
from triaged.account.folderlayout import Layout, acts, lay_out
from triaged.account.health import Attention, Health
from triaged.account.intervals import STATUS_EVERY, LastChecks
from triaged.account.jobs import Jobs
from triaged.account.lookaround import look
from triaged.account.memory import LASTING, Memory
from triaged.account.quickcheck import quick_check
from triaged.account.unknownmoves import find_out
from triaged.account.visit import Visit
from triaged.account.watch import more_has_come, sweep
from triaged.clock import WakeEvent
from triaged.core import backoff
from triaged.core.errors import TriagedError
from triaged.core.provider import Profile
from triaged.core.settings import Account, Person
from triaged.ledger import Ledger, LedgerBusy, LedgerDamaged, LedgerError, LedgerFull, LedgerUnavailable
from triaged.ledger.entries import AccountRow
from triaged.log.events import Events
from triaged.mailbox import Backoff, IdleEnd, Lost, MailboxError, PollInstead, Refused, Session
from triaged.mailbox.rests import HEALTHY_AFTER

T = TypeVar("T")


@dataclass(slots=True)
class AccountLoop:
    """One account of one person. `settings` is asked at the start of each step, so a reload reaches the next one."""

    context: Context
    row: AccountRow
    settings: Callable[[], tuple[Person, Account]]
    connect: Callable[[Account], Session]
    events: Events
    siblings: Callable[[], Mapping[str, int]]  # the person's account labels and their ids in the ledger
    memory: Memory
    on_news: Callable[[], None] = lambda: None  # the ledger has something new for the other loops
    on_state: Callable[[], None] = lambda: None  # `health.state` is another one
    wake: WakeEvent = field(default_factory=WakeEvent)
    tried: WakeEvent = field(default_factory=WakeEvent)
    layout: Layout | None = None  # None: not connected
    profile: Profile | None = None  # the server's habits, as the last connection showed them
    waiting: bool = False  # nothing is in hand: it waits for mail, for what falls due, or to connect again
    _state: ConnectionState = field(init=False)
    _jobs: Jobs = field(default_factory=Jobs)
    _retry: WakeEvent = field(default_factory=WakeEvent)
    _opened_for: tuple[Account, bool, object] | None = None
    _looking: bool = False  # a look was begun and has not ended well
    _look_now: bool = False
    _stopping: bool = False
    _worked: bool = False
    _attention: Attention = field(default_factory=Attention)

    def __post_init__(self) -> None:
        """Keep the state of the connection beside it."""
        self._state = ConnectionState(self.context, self.health, self.events, self._has_changed)

    def _has_changed(self) -> None:
        self.on_state()

    # --- from outside -------------------------------------------------------------------------------------------

    @property
    def health(self) -> Health:
        """How the account is."""
        return self.memory.health

    async def do(self, act: Callable[[Visit], Awaitable[T]]) -> T:
        """Have something done over this connection, after what is in hand.

        Raises:
            TriagedError: there is no connection, or it ended first.
        """
        if self.layout is None:
            raise self._not_connected()
        if self._state.degraded:
            raise TriagedError(f"{self.row.login} does nothing until it can be written down")
        answer = self._jobs.add(act)
        self.wake.set()
        return await answer

    def _not_connected(self) -> TriagedError:
        return TriagedError(f"{self.row.login} is not connected")

    async def learn(self, **facts: Any) -> None:
        """Remember something about its servers, for the next start and from now on."""
        await self.context.write(Ledger.learn, self.row.id, **facts)
        self.memory.learned.update(facts)

    def stop(self) -> None:
        """Finish the step in hand, then end."""
        self._stopping = True
        self.nudge()

    @property
    def at_rest(self) -> bool:
        """Whether nothing is in hand and nothing has been asked for."""
        able = self.layout is not None and not self._state.degraded  # else there is nothing to wake for
        woken = able and self.wake.is_set()
        return self.waiting and not woken and not self._jobs

    def nudge(self) -> None:
        """Look around now; a loop that waits to connect again does so at once."""
        self._look_now = True
        self._retry.set()
        self.wake.set()

    def is_news(self, trouble: str) -> bool:
        """Whether a trouble has not been said within the last hour."""
        return self.memory.said.is_news(trouble, self.context.now())

    # --- connections --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until stopped, whatever the server does."""
        backoff = Backoff()
        clock = self.context.clock
        while not self._stopping:
            self._retry.clear()
            await self._pause(backoff.before_login(clock.elapsed()))
            began = clock.elapsed()
            backoff = backoff.signing_in(began)
            try:
                await self._connected()
            except LedgerDamaged:
                raise
            except Exception as error:  # noqa: BLE001 — an account's trouble ends here: close, say it, back off
                if self._worked and clock.elapsed() - began >= HEALTHY_AFTER.total_seconds():
                    backoff = backoff.healthy()
                ours = error if isinstance(error, MailboxError) else Lost(str(error))
                backoff, pause = backoff.failed(ours, self.context.chance.random)
                pause = max(pause, timedelta(seconds=backoff.before_login(clock.elapsed())))
                self._state.failed(error, pause)
                self.tried.set()
                await self._pause(pause.total_seconds())

    async def _pause(self, seconds: float) -> None:
        """Wait before connecting (again); `nudge` ends it."""
        self.waiting = True
        try:
            await self.context.clock.sleep(seconds, self._retry)
        finally:
            self.waiting = False

    async def _connected(self) -> None:
        _, account = self.settings()
        session = self.connect(account)
        self._worked = False
        try:
            await self._open(session)
            look = heard = True
            while not self._stopping and self._opened_for == self._wanted():
                self.wake.clear()
                try:
                    due = await self._round(session, look=look, heard=heard)
                except (LedgerBusy, LedgerFull, LedgerUnavailable) as error:
                    look = heard = True
                    await self._wait_for_the_ledger(error)
                    continue
                self._worked = True
                self._state.watching()
                self.tried.set()
                look, heard = await self._wait(session, due)
        finally:
            self.layout = None
            self._jobs.refuse(self._not_connected)
            await session.close()

    def _wanted(self) -> tuple[Account, bool, object]:
        """What a connection is opened for: when a reload changes it, another one is opened."""
        person, account = self.settings()
        return account, acts(person, account), person.snooze

    async def _open(self, session: Session) -> None:
        self._opened_for = account, makes, _ = self._wanted()
        session.learned.update({name: fact for name, fact in self.memory.learned.items() if name in LASTING})
        await session.open()
        self.profile = session.profile
        self.health.connects += 1
        self.layout = await lay_out(session, account, self.events, make=makes)
        self.memory.older_mark = await self.context.write(Ledger.older_mark)
        self.layout = await snoozefolders.laid_out(self._visit(session), make=makes)
        self.memory.checks = LastChecks()
        self._state.connected()
        await find_out(self._visit(session))

    async def _wait_for_the_ledger(self, error: LedgerError) -> None:
        """What cannot be written down must not be done: keep the connection, and try again in a while."""
        self._state.out_of_ledger(error)
        self.tried.set()
        self._jobs.refuse(self._not_connected)
        self._retry.clear()
        if not self._stopping:
            await self._pause(backoff.LEDGER.after().total_seconds())

    # --- steps --------------------------------------------------------------------------------------------------

    def _visit(self, session: Session) -> Visit:
        """Everything that the next step may use, by the settings of this instant."""
        assert self.layout is not None
        person, account = self.settings()
        return Visit(
            context=self.context,
            row=self.row,
            person=person,
            account=account,
            siblings=self.siblings(),
            session=session,
            layout=self.layout,
            events=self.events,
            memory=self.memory,
            on_news=self.on_news,
        )

    async def _round(self, session: Session, *, look: bool, heard: bool) -> datetime | None:
        """A step, or a quick check where the server has said nothing; the instant at which something falls due next."""
        seen = None if heard or self._jobs else await quick_check(self._visit(session), look=look)
        if seen is not None:
            self.health.proven_alive = self.context.now()
            return seen.due
        await self._see_drags(session)
        while await self._step(session, look=look):
            look = False
        return await self.context.write(Ledger.next_at, self.row.id, self.context.now())

    async def _see_drags(self, session: Session) -> None:
        """What was dragged to a snooze folder is understood at once; not with each step, which ends where it began."""
        try:
            if not await snoozefolders.look_into(self._visit(session)):
                self.layout = await snoozefolders.laid_out(self._visit(session), make=False)
                await snoozefolders.look_into(self._visit(session))
        except Refused as refusal:
            if self.is_news(f"drags {refusal}"):
                self.events.emit("account.degraded", error=str(refusal), reason="a snooze folder cannot be seen")

    async def _step(self, session: Session, *, look: bool) -> bool:
        """See what is new, look where asked, act on what is due. True when there may be more to do."""
        visit = await self._with_folders_found(self._visit(session))
        await sweep(visit)
        due = await owed.due(visit) if self._looking or not look else owed.NOTHING
        if look or due.wants_look:
            if self._looking:  # the last look ended a connection: what is due must not wait for the next
                await carryout.carry_out(visit, due)
            await self._look(visit)
            due = await owed.due(visit)  # less, or more, by what was seen
        acted = await carryout.carry_out(visit, due)
        self.layout = replace(visit.layout, movable=visit.layout.movable and session.can_move)
        served = await self._jobs.do_all(lambda: self._visit(session))
        self.health.proven_alive = self.context.now()
        return acted or served or await more_has_come(visit)

    async def _with_folders_found(self, visit: Visit) -> Visit:
        """Watched folders that were not there may have come; one that has gone must not stand for the others."""
        if not (self.health.unwatched and self.memory.checks.others_due(visit.now())):
            return visit
        self.layout = await lay_out(visit.session, visit.account, self.events, make=False)
        self.layout = await snoozefolders.laid_out(replace(visit, layout=self.layout), make=False)
        return replace(visit, layout=self.layout)

    async def _look(self, visit: Visit) -> None:
        """Look around; a folder that the server refuses to show must not keep the others from being served."""
        self.memory.checks.looked = self.context.now()
        self._looking = True
        try:
            await look(visit)
            self._looking = False
        except Refused as refusal:
            if self.is_news(f"look {refusal}"):
                self.events.emit(
                    "account.degraded", error=str(refusal), reason="what was done by hand cannot be seen; no reply goes"
                )

    # --- waiting ------------------------------------------------------------------------------------------------

    async def _wait(self, session: Session, due: datetime | None) -> tuple[bool, bool]:
        """Idle, or poll, until something may have happened: whether it is time to look around, whether the server spoke."""
        spoke = False
        limit = self._longest_wait(session)
        end = self.context.now() + timedelta(seconds=limit)
        self.context.timers.set(self.wake, min(each for each in (due, end) if each))
        self.waiting = True
        try:
            spoke = await self._listen(session, limit)
            if pause := self._attention.pause(spoke, self.health.last_message):
                await self.context.clock.sleep(pause, self.wake)
        except PollInstead:
            await self.context.clock.sleep(min(limit, session.profile.poll.total_seconds()), self.wake)
        finally:
            self.waiting = False
            self.context.timers.drop(self.wake)
        look, self._look_now = self._look_now, False
        return look or self.memory.checks.look_due(self.context.now()), spoke

    async def _listen(self, session: Session, limit: float) -> bool:
        """IDLE in the selected folder: whether the server spoke. Where no watched folder is there, none can tell of news."""
        if session.selected is None:
            raise PollInstead("no folder is selected")
        return await session.idle(self.wake, limit) is IdleEnd.READABLE

    def _longest_wait(self, session: Session) -> float:
        """Seconds until IDLE is to be renewed, or another watched folder to be asked."""
        _, account = self.settings()
        limit = session.profile.reidle.total_seconds() * self.context.chance.uniform(0.85, 1.0)
        alone = account.watch == ("INBOX",) and not (self.layout and self.layout.snooze)
        return limit if alone else min(limit, STATUS_EVERY.total_seconds())
