"""One account's day: connect, see what is new, act on what is due, wait; and begin again whenever the connection ends.

Everything that needs the connection happens here, one thing at a time, so that two steps never disagree about the mailbox.
It never acts on anything that is not in the ledger first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from triaged.account import carryout, lookaround, watch
from triaged.account.context import Office
from triaged.account.folderlayout import Layout, acts, lay_out
from triaged.account.health import Attention, Health, Said
from triaged.account.intervals import STATUS_EVERY, Rhythm
from triaged.account.jobs import Ask
from triaged.account.quickcheck import glance
from triaged.clock import Bell
from triaged.core.errors import TriagedError
from triaged.core.provider import Profile
from triaged.core.settings import Account, Person
from triaged.ledger import Ledger, LedgerBusy, LedgerDamaged, LedgerError, LedgerFull, LedgerUnavailable
from triaged.ledger.values import AccountRow, EffectRow
from triaged.log.events import Events
from triaged.mailbox import (
    AuthFailed,
    Backoff,
    IdleEnd,
    Lost,
    MailboxError,
    NotMovable,
    PollInstead,
    Refused,
    Session,
    SignInNeeded,
)
from triaged.mailbox.retry import HEALTHY_AFTER

T = TypeVar("T")

_SOON = 120  # seconds
_LEARNED = ("uid_expunge",)

LEDGER_AGAIN = timedelta(seconds=30)
"""After the ledger could take nothing."""


@dataclass(slots=True)
class Desk:
    """One account of one person. `settings` is asked at the start of each step, so a reload reaches the next one."""

    office: Office
    row: AccountRow
    settings: Callable[[], tuple[Person, Account]]
    connect: Callable[[Account], Session]
    events: Events
    siblings: Callable[[], Mapping[str, int]]  # the person's account labels and their ids in the ledger
    on_news: Callable[[], None] = lambda: None  # the ledger has something new for the other loops
    on_state: Callable[[], None] = lambda: None  # `health.state` is another one
    wake: Bell = field(default_factory=Bell)
    health: Health = field(default_factory=Health)
    tried: Bell = field(default_factory=Bell)
    layout: Layout | None = None
    profile: Profile | None = None  # the server's habits, as the last connection showed them
    waiting: bool = False  # nothing is in hand: it waits for mail, for what falls due, or to connect again
    _asks: list[Ask] = field(default_factory=list)
    _retry: Bell = field(default_factory=Bell)
    foreign_noticed: bool = False  # another triaged on this mailbox has been told about
    mark: str = ""  # our keyword on what is going to be answered
    rhythm: Rhythm = field(default_factory=Rhythm)
    careful: bool = False  # one message at a time, each with its strike before it is looked at
    _opened_for: tuple[Account, bool] | None = None
    _degraded: bool = False
    _looking: bool = False  # a look was begun and has not ended well
    _said: Said = field(default_factory=Said)
    missing: frozenset[str] = frozenset()  # folders that could not be looked at
    _look_now: bool = False
    _stopping: bool = False
    _worked: bool = False
    _idle_told: bool = False
    _attention: Attention = field(default_factory=Attention)

    # --- from outside -------------------------------------------------------------------------------------------

    async def ask(self, act: Callable[["Desk", Session], Awaitable[T]]) -> T:
        """Have something done over this connection, after what is in hand.

        Raises:
            TriagedError: there is no connection, or it ended first.
        """
        if self.layout is None:
            raise TriagedError(f"{self.row.login} is not connected")
        if self._degraded:
            raise TriagedError(f"{self.row.login} does nothing until it can be written down")
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asks.append(Ask(act, answer))
        self.wake.set()
        return await answer

    def stop(self) -> None:
        """Finish the step in hand, then end."""
        self._stopping = True
        self.nudge()

    @property
    def learned(self) -> Mapping[str, bool]:
        """What the mail server turned out to do otherwise than it says (`Session.learned`), over all connections."""
        return {name: bool(self.row.learned[name]) for name in _LEARNED if name in self.row.learned}

    async def learn(self, session: Session) -> None:
        """Keep what this connection has learned, if it is new."""
        if any(self.learned.get(name) != fact for name, fact in session.learned.items()):
            self.row = replace(self.row, learned={**self.row.learned, **session.learned})
            await self.office.write(Ledger.learn, self.row.id, **session.learned)
        if self.layout is not None:
            self.layout = replace(self.layout, movable=self.layout.movable and session.can_move)

    @property
    def at_rest(self) -> bool:
        """Whether nothing is in hand and nothing has been asked for."""
        able = self.layout is not None and not self._degraded  # else there is nothing to wake for
        woken = able and self.wake.is_set()
        return self.waiting and not woken and not self._asks

    def nudge(self) -> None:
        """Look around now; a desk that waits to connect again does so at once."""
        self._look_now = True
        self._retry.set()
        self.wake.set()

    # --- the loop -----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until stopped, whatever the server does."""
        backoff = Backoff()
        clock = self.office.clock
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
                backoff, pause = backoff.failed(ours, self.office.chance.random)
                self._say_trouble(error, pause)
                self.tried.set()
                await self._pause(pause.total_seconds())

    async def _pause(self, seconds: float) -> None:
        """Wait before connecting (again); `nudge` ends it."""
        self.waiting = True
        try:
            await self.office.clock.sleep(seconds, self._retry)
        finally:
            self.waiting = False

    async def _connected(self) -> None:
        _, account = self.settings()
        session = self.connect(account)
        self._worked = False
        try:
            await self._open(session)
            look = heard = True
            while not self._stopping and self._opened_for == self._asked_of():
                self.wake.clear()
                try:
                    due = await self._round(session, look=look, heard=heard)
                except (LedgerBusy, LedgerFull, LedgerUnavailable) as error:
                    look = heard = True
                    await self._wait_for_the_ledger(error)
                    continue
                self._worked = True
                self._degraded = False
                self._say_idle()
                self.tried.set()
                look, heard = await self._wait(session, due)
        finally:
            self.layout = None
            self._refuse_asks()
            await session.close()

    def _asked_of(self) -> tuple[Account, bool]:
        """What a connection is opened for: when a reload changes it, another one is opened."""
        person, account = self.settings()
        return account, acts(person, account)

    async def _wait_for_the_ledger(self, error: LedgerError) -> None:
        """What cannot be written down must not be done: keep the connection, and try again in a while."""
        if not self._degraded:
            self._degraded = True
            self._is("degraded", str(error))
            self.events.emit(
                "account.degraded", error=str(error), reason="nothing is done until it can be written down"
            )
        self.tried.set()
        self._refuse_asks()
        self._retry.clear()
        if not self._stopping:
            await self._pause(LEDGER_AGAIN.total_seconds())

    async def _open(self, session: Session) -> None:
        self._opened_for = account, makes = self._asked_of()
        session.learned.update(self.learned)
        await session.open()
        self.profile = session.profile
        self.health.connects += 1
        self.layout = await lay_out(session, account, self.events, make=makes)
        self.rhythm = Rhythm()
        self._idle_told = False
        self._is("connected")
        self.events.emit("account.connected")
        await carryout.settle(self, session, account)

    async def _round(self, session: Session, *, look: bool, heard: bool) -> datetime | None:
        """A step, or a glance where the server has said nothing; the instant at which something falls due next."""
        seen = None if heard or self._asks else await glance(self, session, look=look)
        if seen is not None:
            self.health.proven_alive = self.office.now()
            return seen.due
        await self._step(session, look=look)
        return await self.office.write(Ledger.next_at, self.row.id, self.office.now())

    async def _step(self, session: Session, *, look: bool) -> None:
        """See what is new, look where asked, act on what is due; again while there is more."""
        while True:
            person, account = self.settings()
            await self.sweep(session, person, account)
            owed = await carryout.due(self) if self._looking or not look else carryout.NOTHING
            if look or owed.wants_look:
                if self._looking:  # the last look ended a connection: what is due must not wait for the next
                    await carryout.carry_out(self, session, account, owed)
                await self._look(session, person, account)
                look = False
                owed = await carryout.due(self)  # less, or more, by what was seen
            acted = await carryout.carry_out(self, session, account, owed)
            served = await self._serve(session)
            self.health.proven_alive = self.office.now()
            if not acted and not served and not await self._more(session, account):
                return

    async def _look(self, session: Session, person: Person, account: Account) -> None:
        """Look around; a folder that the server refuses to show must not keep the others from being served."""
        self.rhythm.looked = self.office.now()
        self._looking = True
        try:
            await lookaround.look(self, session, person, account)
            self._looking = False
        except Refused as refusal:
            if self.is_news(f"look {refusal}"):
                self.events.emit(
                    "account.degraded", error=str(refusal), reason="what was done by hand cannot be seen; no reply goes"
                )

    async def sweep(self, session: Session, person: Person, account: Account, *, everywhere: bool = False) -> None:
        """Take in what is new in every watched folder. `everywhere`: also in those that were asked a moment ago.

        So it is before a look: what a filter has moved to another watched folder was not taken away by a hand.
        """
        now = self.office.now()
        others_due = everywhere or self.rhythm.others_due(now)
        rows, struck = await self.office.write(Ledger.standing, self.row.id, now)
        for number, folder in enumerate(account.watch):
            row, again = rows.get(folder), [item for item in struck if item.folder == folder]
            if number and not again and not (others_due and await watch.has_news(session, folder, row)):
                continue
            try:
                await watch.sweep(self, session, person, account, folder, row, again)
                self.found(folder)
            except Refused as refusal:
                self.say_missing(folder, str(refusal), "this folder is not watched")
        self.careful = False
        if others_due:
            self.rhythm.asked_others = now

    async def _more(self, session: Session, account: Account) -> bool:
        """Go back to the first watched folder; True when it has something that was not seen yet."""
        if session.selected == account.watch[0]:
            return False
        return await watch.arrive_at(self, session, account.watch[0])

    async def _serve(self, session: Session) -> bool:
        asks, self._asks = self._asks, []
        for number, ask in enumerate(asks):
            try:
                result = await ask.act(self, session)
            except (Refused, NotMovable) as refusal:
                ask.fail(refusal)
            except BaseException:
                self._asks = asks[number:] + self._asks
                raise
            else:
                ask.succeed(result)
        return bool(asks)

    async def _wait(self, session: Session, due: datetime | None) -> tuple[bool, bool]:
        """Idle, or poll, until something may have happened: whether it is time to look around, whether the server spoke."""
        _, account = self.settings()
        spoke = False
        limit = session.profile.reidle.total_seconds() * self.office.chance.uniform(0.85, 1.0)
        if len(account.watch) > 1:
            limit = min(limit, STATUS_EVERY.total_seconds())
        end = self.office.now() + timedelta(seconds=limit)
        self.office.alarms.set(self.wake, min(each for each in (due, end) if each))
        self.waiting = True
        try:
            spoke = await session.idle(self.wake, limit) is IdleEnd.READABLE
            if pause := self._attention.pause(spoke, self.health.last_message):
                await self.office.clock.sleep(pause, self.wake)
        except PollInstead:
            await self.office.clock.sleep(min(limit, session.profile.poll.total_seconds()), self.wake)
        finally:
            self.waiting = False
            self.office.alarms.drop(self.wake)
        look, self._look_now = self._look_now, False
        return look or self.rhythm.look_due(self.office.now()), spoke

    def appended(self, effect: EffectRow) -> None:
        """A mail to myself lies in its folder: say so, where it is one that people wait for."""
        event = effect.args.get("event")
        if event:
            self.events.emit(event, folder=effect.args.get("folder"), client=effect.args.get("client"))

    # --- what is said -------------------------------------------------------------------------------------------

    def _is(self, state: str, error: str = "") -> None:
        changed = state != self.health.state
        if changed:
            self.health.since = self.office.now()
        self.health.state = state
        self.health.error = error
        if changed:
            self.on_state()

    def _say_idle(self) -> None:
        self._is("watching")
        if not self._idle_told:
            self._idle_told = True
            self.events.emit("account.idle")

    def is_news(self, trouble: str) -> bool:
        """Whether a trouble has not been said within the last hour: one line is enough for all that it concerns."""
        return self._said.is_news(trouble, self.office.now())

    def say_missing(self, folder: str, why: str = "there is no such folder", what: str = "") -> None:
        """Say once that a folder cannot be looked at, until it is found again."""
        if folder not in self.missing:
            self.missing |= {folder}
            self.events.emit(
                "account.degraded", folder=folder, error=why, reason=what or "nothing is concluded from that"
            )

    def found(self, folder: str) -> None:
        """The folder is there (again)."""
        self.missing -= {folder}

    def _say_trouble(self, error: Exception, pause: timedelta) -> None:
        self.health.failures += 1
        words = str(error) or type(error).__name__
        again = f"trying again in {_in_words(pause)}"
        if isinstance(error, SignInNeeded):  # the keeper of the tokens has said so, once
            self._is("signed out", words)
            return
        if isinstance(error, AuthFailed):
            self._is("signed out", words)
            self.events.emit("account.auth_failed", error=words, reason=again)
            return
        expected = isinstance(error, TriagedError)
        if not expected:
            words = f"{type(error).__name__}: {words}"
        self._is("disconnected", words)
        self.events.emit("account.disconnected", level=None if expected else "error", error=words, reason=again)

    def _refuse_asks(self) -> None:
        asks, self._asks = self._asks, []
        for ask in asks:
            ask.fail(TriagedError(f"{self.row.login} is not connected"))


def _in_words(pause: timedelta) -> str:
    seconds = pause.total_seconds()
    return f"{seconds:.0f} s" if seconds < _SOON else f"{seconds / 60:.0f} min"
