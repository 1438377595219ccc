"""Who works on which account: a loop, an outbox and their tasks for each, started and stopped as the configuration says.

In: the settings in force, and what all accounts share. Out: running accounts, by login. What one of them has news of reaches
the others through here.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from triaged.account.accountloop import AccountLoop
from triaged.account.context import Context
from triaged.account.memory import Memory
from triaged.account.preparing import ReplyPreparer
from triaged.config import ask_secret
from triaged.core.providers import takes_null_sender
from triaged.core.settings import Account, Person, Secret, Server
from triaged.delivery import Delivery, SmtpDelivery
from triaged.ledger import Ledger
from triaged.ledger.entries import AccountRow
from triaged.mailbox import Pools, Session
from triaged.outbox import Outbox
from triaged.service.currentsettings import CurrentSettings
from triaged.service.tokens import Tokens

_GOODBYE = 1.0
"""Seconds that a submission server has to answer QUIT."""


@dataclass(slots=True)
class RunningAccount:
    """One account at work: its loop, its outbox, and their tasks."""

    row: AccountRow
    loop: AccountLoop
    outbox: Outbox
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    delivery: tuple[object, Delivery | None] = (None, None)  # what it was made from, and the way out

    def wake(self) -> None:
        """Look at what is due."""
        self.loop.wake.set()
        self.outbox.wake()

    def sweep(self) -> None:
        """Look at the mailbox now, and at what is due."""
        self.loop.nudge()
        self.outbox.wake()

    def try_now(self) -> None:
        """Sign in and send now, whatever pause is kept."""
        self.loop.nudge()
        self.outbox.try_now()

    def stop(self) -> None:
        """Finish the step in hand, then end."""
        self.outbox.stop()
        self.loop.stop()

    @property
    def at_rest(self) -> bool:
        """Whether it waits: nothing is in hand, nothing is due that can be done now."""
        return self.loop.at_rest and self.outbox.at_rest

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
class Supervisor:
    """Starts and stops accounts; `running` has those that are at work."""

    running: dict[str, RunningAccount]
    settings: CurrentSettings
    context: Context
    pools: Pools
    tokens: Tokens
    group: asyncio.TaskGroup
    one_by_one: bool  # the last run ended in disorder: one message at a time at first
    unsure_before: datetime | None  # the ledger may be an older copy, which does not know what was done before this
    on_news: Callable[[], None]  # the ledger has something new for those who look after all accounts
    on_state: Callable[[], None]  # an account's state is another one
    leaving: list[asyncio.Task[None]] = field(default_factory=list)
    _siblings: dict[str, Mapping[str, int]] = field(
        default_factory=dict
    )  # by login: the ids of the same person's accounts

    async def apply(self) -> None:
        """Start every account that is configured and not running, and stop those that are configured no longer."""
        taken: set[str] = set()
        for person in (*self.settings.persons, *self.settings.resting):
            logins = [account.login for account in person.accounts]
            now = self.context.now()
            rows = await self.context.write(Ledger.register, person.label, logins, now, taken=taken)
            taken |= {row.person for row in rows.values()}
            await self.context.write(Ledger.ruleset, person.ruleset_hash, person.ruleset_text, now)
            siblings = {account.label: rows[account.login].id for account in person.accounts}
            self._siblings.update(dict.fromkeys(logins, siblings))
            for account in person.accounts:
                if account.login not in self.running:
                    self._start(person, account, rows[account.login])
        for login in [login for login in self.running if not self.settings.knows(login)]:
            leaving = self.running.pop(login)
            leaving.stop()
            self.leaving.append(self.group.create_task(leaving.leave(), name=f"leave {login}"))

    async def left(self) -> None:
        """Wait until those accounts that were stopped have ended."""
        while self.leaving:
            await self.leaving.pop()

    def _start(self, person: Person, account: Account, row: AccountRow) -> None:
        loop = self._loop(person, account, row)
        outbox = self._outbox(loop)

        def news() -> None:
            outbox.wake()
            self.on_news()

        def state() -> None:
            if loop.health.state == "watching":
                outbox.look_again()
            self.on_state()

        loop.on_news, loop.on_state = news, state
        loop.health.stuck, loop.health.went_at = lambda: outbox.stuck, lambda: outbox.went_at
        self.running[row.login] = RunningAccount(
            row,
            loop,
            outbox,
            [
                self.group.create_task(loop.run(), name=f"mailbox {row.login}"),
                self.group.create_task(_once_tried(loop, outbox), name=f"outbox {row.login}"),
            ],
        )

    def _loop(self, person: Person, account: Account, row: AccountRow) -> AccountLoop:
        return AccountLoop(
            context=self.context,
            row=row,
            settings=lambda: self.settings.of(row.login),
            connect=self._session,
            events=self.context.events.within(person.worktime.zone).bind(person=person.label, account=account.label),
            siblings=lambda: self._siblings[row.login],
            memory=Memory.of(row.learned, one_by_one=self.one_by_one, unsure_before=self.unsure_before),
        )

    def _outbox(self, loop: AccountLoop) -> Outbox:
        login = loop.row.login

        def others() -> list[AccountLoop]:
            return [one.loop for one in self._of_owner(login).values() if one.loop is not loop]

        def served() -> None:
            loop.wake.set()
            self.on_news()

        context = self.context
        return Outbox(
            loop.row.id,
            ReplyPreparer(loop, lambda account: self._delivery(login, account), others),
            book=context.book,
            clock=context.clock,
            events=loop.events,
            chance=context.chance,
            on_served=served,
            steady=context.steady,
        )

    def _of_owner(self, login: str) -> Mapping[str, RunningAccount]:
        """The running accounts of the person whose account this is, by their labels."""
        owner, _ = self.settings.of(login)
        return {one.label: self.running[one.login] for one in owner.accounts if one.login in self.running}

    def _session(self, account: Account) -> Session:
        server = account.imap
        signing = self.tokens.of_mailbox(account)
        if signing is not None:
            return Session(server, self.pools, token=signing.token, token_refused=signing.refused)
        return Session(server, self.pools, secret=_asking(server.password, server))

    def _delivery(self, login: str, account: Account) -> Delivery | None:
        """The account's way out; a new one when its settings have changed, none when it is being stopped."""
        server, running = account.smtp, self.running.get(login)
        if running is None:
            return None
        made_from, delivery = running.delivery
        if made_from != (server, account.envelope):
            delivery = None if server is None else self._submission(server, account, running)
            running.delivery = ((server, account.envelope), delivery)
        return delivery

    def _submission(self, server: Server, account: Account, running: RunningAccount) -> Delivery:
        signing = self.tokens.of_submission(account)
        return SmtpDelivery(
            server,
            password=_asking(server.password, server),
            token=signing.token if signing else None,
            token_refused=signing.refused if signing else None,
            envelope=account.envelope,
            null_sender=takes_null_sender(server, running.loop.memory.learned),
        )


async def _once_tried(loop: AccountLoop, outbox: Outbox) -> None:
    """Serve replies as soon as the mailbox can be looked at: a look before that would cost them a minute."""
    await loop.tried.wait()
    await outbox.run()


def _asking(secret: Secret | None, server: Server) -> Callable[[], Awaitable[str]] | None:
    """Who is asked for the password; None: there is none."""
    if secret is None:
        return None

    async def ask() -> str:
        return await ask_secret(secret, user=server.user or "", service=server.host)

    return ask
