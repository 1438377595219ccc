"""The accounts at work: a desk, an outbox and their tasks for each, put to work and sent home as the configuration says.

In: the settings in force, and what all accounts share. Out: stations, by login. What a station does is its desk's and its
outbox's; what one of them has news of reaches the others through here.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from triaged.account.accountloop import AccountLoop
from triaged.account.context import Context
from triaged.account.memory import Memory
from triaged.account.preparing import ReplyPreparer
from triaged.config import ask_secret
from triaged.core.settings import Account, Person, Secret, Server
from triaged.delivery import Delivery, SmtpDelivery
from triaged.ledger import Ledger
from triaged.ledger.values import AccountRow
from triaged.mailbox import Pools, Session
from triaged.outbox import Outbox
from triaged.service.currentsettings import Board
from triaged.service.tokens import Tokens

_GOODBYE = 1.0
"""Seconds that a submission server has to answer QUIT."""


@dataclass(slots=True)
class Station:
    """One account at work: its desk, its outbox, and their tasks."""

    row: AccountRow
    desk: AccountLoop
    outbox: Outbox
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    delivery: tuple[object, Delivery | None] = (None, None)  # what it was made from, and the way out

    def wake(self) -> None:
        """Look at what is due."""
        self.desk.wake.set()
        self.outbox.wake()

    def sweep(self) -> None:
        """Look at the mailbox now, and at what is due."""
        self.desk.nudge()
        self.outbox.wake()

    def stop(self) -> None:
        """Finish the step in hand, then end."""
        self.outbox.stop()
        self.desk.stop()

    @property
    def at_rest(self) -> bool:
        """Whether it waits: nothing is in hand, nothing is due that can be done now."""
        return self.desk.at_rest and self.outbox.at_rest

    async def hang_up(self) -> None:
        """Leave the submission server, however the work came to its end."""
        _, delivery = self.delivery
        if delivery is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(delivery.close(), _GOODBYE)

    async def leave(self) -> None:
        """Hang up when what is in hand has been ended."""
        await asyncio.wait(self.tasks)
        await self.hang_up()


@dataclass(frozen=True, slots=True)
class Stations:
    """Puts accounts to work; `at_work` has those that are."""

    at_work: dict[str, Station]
    board: Board
    office: Context
    pools: Pools
    tokens: Tokens
    group: asyncio.TaskGroup
    careful: bool  # the last run ended in disorder: one message at a time at first
    on_news: Callable[[], None]  # the ledger has something new for those who look after all accounts
    on_state: Callable[[], None]  # an account's state is another one

    async def man(self) -> None:
        """Put a desk and an outbox to work for each account that has none, and send home those that have no account."""
        taken: set[str] = set()
        for person in self.board.loaded.persons:
            logins = [account.login for account in person.accounts]
            now = self.office.now()
            rows = await self.office.write(Ledger.register, person.label, logins, now, taken=taken)
            taken |= {row.person for row in rows.values()}
            await self.office.write(Ledger.ruleset, person.ruleset_hash, person.ruleset_text, now)
            for account in person.accounts:
                if account.login not in self.at_work:
                    self._start(person, account, rows[account.login])
        for login in [login for login in self.at_work if not self.board.knows(login)]:
            station = self.at_work.pop(login)
            station.stop()
            self.group.create_task(station.leave(), name=f"leave {login}")

    def _start(self, person: Person, account: Account, row: AccountRow) -> None:
        desk = self._desk(person, account, row)
        outbox = self._outbox(desk)

        def news() -> None:
            outbox.wake()
            self.on_news()

        def state() -> None:
            if desk.health.state == "watching":
                outbox.look_again()
            self.on_state()

        desk.on_news, desk.on_state = news, state
        self.at_work[row.login] = Station(
            row,
            desk,
            outbox,
            [
                self.group.create_task(desk.run(), name=f"desk {row.login}"),
                self.group.create_task(_once_tried(desk, outbox), name=f"outbox {row.login}"),
            ],
        )

    def _desk(self, person: Person, account: Account, row: AccountRow) -> AccountLoop:
        return AccountLoop(
            context=self.office,
            row=row,
            settings=lambda: self.board.of(row.login),
            connect=self._session,
            events=self.office.events.within(person.worktime.zone).bind(person=person.label, account=account.label),
            siblings=lambda: {label: station.row.id for label, station in self._of_owner(row.login).items()},
            memory=Memory.of(row.learned, one_by_one=self.careful),
        )

    def _outbox(self, desk: AccountLoop) -> Outbox:
        login = desk.row.login

        def others() -> list[AccountLoop]:
            return [station.desk for station in self._of_owner(login).values() if station.desk is not desk]

        def served() -> None:
            desk.wake.set()
            self.on_news()

        post = ReplyPreparer(desk, lambda account: self._delivery(login, account), others)
        office = self.office
        return Outbox(
            desk.row.id,
            post,
            book=office.book,
            clock=office.clock,
            events=desk.events,
            chance=office.chance,
            on_served=served,
        )

    def _of_owner(self, login: str) -> Mapping[str, Station]:
        """The stations of the person whose account this is, by the accounts' labels."""
        owner, _ = self.board.of(login)
        return {one.label: self.at_work[one.login] for one in owner.accounts if one.login in self.at_work}

    def _session(self, account: Account) -> Session:
        server = account.imap
        signing = self.tokens.of_mailbox(account)
        if signing is not None:
            return Session(server, self.pools, token=signing.token, token_refused=signing.refused)
        return Session(server, self.pools, secret=_asking(server.password, server))

    def _delivery(self, login: str, account: Account) -> Delivery | None:
        """The account's way out; a new one when its settings have changed, none when it is being sent home."""
        server, station = account.smtp, self.at_work.get(login)
        if station is None:
            return None
        made_from, delivery = station.delivery
        if made_from != (server, account.envelope):
            delivery = None if server is None else self._submission(server, account, station)
            station.delivery = ((server, account.envelope), delivery)
        return delivery

    def _submission(self, server: Server, account: Account, station: Station) -> Delivery:
        signing = self.tokens.of_submission(account)
        return SmtpDelivery(
            server,
            password=_asking(server.password, server),
            token=signing.token if signing else None,
            token_refused=signing.refused if signing else None,
            envelope=account.envelope,
            null_sender=station.row.learned.get("null_sender"),
        )


async def _once_tried(desk: AccountLoop, outbox: Outbox) -> None:
    """Serve replies as soon as the mailbox can be looked at: a look before that would cost them a minute."""
    await desk.tried.wait()
    await outbox.run()


def _asking(secret: Secret | None, server: Server) -> Callable[[], Awaitable[str]] | None:
    """Who is asked for the password; None: there is none."""
    if secret is None:
        return None

    async def ask() -> str:
        return await ask_secret(secret, user=server.user or "", service=server.host)

    return ask
