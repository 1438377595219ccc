"""One person over all her accounts: what a step for her may use, gathered from the service when the step begins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from triaged.account.accountloop import AccountLoop
from triaged.account.context import Context
from triaged.account.lookaround import sweep_and_look
from triaged.core.address import Address, Mailbox
from triaged.core.clients import Client
from triaged.core.errors import TriagedError
from triaged.core.settings import Account, Mode, Person
from triaged.ledger import Ledger
from triaged.log.events import Events

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One of her accounts: as it is configured at this step, and the loop that works on it."""

    settings: Account
    loop: AccountLoop

    @property
    def id(self) -> int:
        """Its id in the ledger."""
        return self.loop.row.id

    def mode_with(self, client: Client | None) -> Mode:
        """How far triaged goes with a client's mail here."""
        return self.settings.mode_with(client)


@dataclass(frozen=True, slots=True)
class PersonContext:
    """A person, her key in the ledger, and those of her accounts that are at work: one at least, as they are configured."""

    context: Context
    key: str
    person: Person
    accounts: Mapping[str, OwnAccount]  # by label
    events: Events

    async def write(self, verb: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one verb of the ledger in its thread. A step writes by this alone."""
        return await self.context.write(verb, *args, **kwargs)

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        return self.context.now()

    @property
    def home(self) -> OwnAccount:
        """The first account: mails to myself go into its inbox."""
        return next(iter(self.accounts.values()))

    def account_of(self, number: int | None) -> OwnAccount | None:
        """The account with that id in the ledger; None: it is no longer configured."""
        return next((one for one in self.accounts.values() if one.id == number), None)

    @property
    def me(self) -> Mailbox:
        """Who writes mails to myself, and to whom."""
        return Mailbox(self.address, self.person.name)

    @property
    def address(self) -> Address:
        """My first address."""
        return self.person.accounts[0].addresses[0]

    async def look(self) -> frozenset[int]:
        """Look at all her mailboxes; the ids of those that could not be looked at: an answer may lie there unseen."""
        unseen: set[int] = set()
        for one in self.accounts.values():
            try:
                await one.loop.do(sweep_and_look)
            except TriagedError:
                unseen.add(one.id)
        return frozenset(unseen)
