"""One person over all her accounts: what the rounds need to know of her, gathered from the service at each step."""

from collections.abc import Mapping
from dataclasses import dataclass

from triaged.account.accountloop import AccountLoop
from triaged.account.lookaround import sweep_and_look
from triaged.core.address import Address, Mailbox
from triaged.core.errors import TriagedError
from triaged.core.settings import Person
from triaged.log.events import Events


@dataclass(frozen=True, slots=True)
class Household:
    """A person, her key in the ledger, and her desks by account label, in the order of the configuration."""

    key: str
    person: Person
    desks: Mapping[str, AccountLoop]
    events: Events

    @property
    def home(self) -> AccountLoop | None:
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
                await desk.do(sweep_and_look)
            except TriagedError:
                unseen.add(desk.row.id)
        return frozenset(unseen)
