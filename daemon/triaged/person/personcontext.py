"""One person over all her accounts: what the rounds need to know of her, gathered from the service at each step."""

from collections.abc import Mapping
from dataclasses import dataclass

from triaged.account import lookaround
from triaged.account.accountloop import Desk
from triaged.core.address import Address, Mailbox
from triaged.core.errors import TriagedError
from triaged.core.settings import Person
from triaged.log.events import Events
from triaged.mailbox import Session


@dataclass(frozen=True, slots=True)
class Household:
    """A person, her key in the ledger, and her desks by account label, in the order of the configuration."""

    key: str
    person: Person
    desks: Mapping[str, Desk]
    events: Events

    @property
    def home(self) -> Desk | None:
        """The desk of the first account: mails to myself go into its inbox."""
        return next(iter(self.desks.values()), None)

    @property
    def me(self) -> Mailbox:
        """Who writes mails to myself, and to whom."""
        account = self.person.accounts[0]
        return Mailbox(account.addresses[0], self.person.name)

    @property
    def address(self) -> Address:
        """My first address."""
        return self.person.accounts[0].addresses[0]

    async def look(self) -> frozenset[int]:
        """Look at all her mailboxes; the ids of those that could not be looked at: an answer may lie there unseen."""
        unseen: set[int] = set()
        for desk in self.desks.values():
            try:
                await desk.ask(_look)
            except TriagedError:
                unseen.add(desk.row.id)
        return frozenset(unseen)


async def _look(desk: Desk, session: Session) -> None:
    person, account = desk.settings()
    await desk.sweep(session, person, account, everywhere=True)
    await lookaround.look(desk, session, person, account)
