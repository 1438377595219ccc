"""The settings in force, by account. A reload swaps them; steps in flight keep what they were handed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce

from triaged.config import Loaded
from triaged.core.settings import Account, Person
from triaged.ledger.entries import AccountOverview
from triaged.person.outagewatch import Patience, patience_of
from triaged.service.departures import Absence, put_aside
from triaged.service.healthserver import LeftOut

Change = Callable[[Person], Person]
"""A person as configured to the person as she is now: what her calendars say, days on which she is away by her own word."""


@dataclass(slots=True)
class CurrentSettings:
    """Whoever asks gets the person and the account as they are at this instant.

    `loaded` is the configuration as it was read, `persons` what holds: each of hers with everything that is laid over it.
    """

    loaded: Loaded
    persons: tuple[Person, ...] = field(init=False)
    _over: dict[str, Change] = field(init=False, default_factory=dict)
    absent: tuple[Absence, ...] = field(init=False, default=())  # who is left out
    _by_login: dict[str, tuple[Person, Account]] = field(init=False)
    _known: dict[str, None] = field(init=False)  # in the order of the configuration

    def __post_init__(self) -> None:
        """Index what is loaded."""
        self._by_login = {}
        self.swap(self.loaded)

    def swap(self, loaded: Loaded) -> None:
        """Put other settings in force."""
        self.loaded = loaded
        self._put_in_force()

    def lay_over(self, name: str, change: Change) -> None:
        """What beside the files decides how a person is now; another of the same name gives way to it."""
        self._over[name] = change
        self._put_in_force()

    def _put_in_force(self) -> None:
        self.persons = tuple(
            reduce(lambda one, change: change(one), self._over.values(), p) for p in self.loaded.persons
        )
        self._known = dict.fromkeys(account.login for person in self.persons for account in person.accounts)
        self._by_login |= {account.login: (person, account) for person in self.persons for account in person.accounts}

    def leave_out(self, absent: tuple[Absence, ...]) -> None:
        """Who is left out now; the accounts of those whose mail is to be brought back are served for that alone."""
        self.absent = absent
        for person in self.resting:
            self._by_login |= {one.login: (person, one) for one in person.accounts if one.login not in self._known}

    @property
    def resting(self) -> tuple[Person, ...]:
        """Persons who are left out and whose mail is brought back all the same, or who can be told."""
        return tuple(one.person for one in self.absent if one.person is not None)

    def left_out(self, overview: Sequence[AccountOverview]) -> tuple[LeftOut, ...]:
        """Who is left out and why, with what the ledger has put aside for them."""
        aside = put_aside(overview)
        return tuple(one.told(aside) for one in self.absent)

    def of(self, login: str) -> tuple[Person, Account]:
        """The settings of an account. One that is being taken down keeps its last ones."""
        return self._by_login[login]

    def knows(self, login: str) -> bool:
        """Whether the account is configured."""
        return login in self._known or any(
            account.login == login for person in self.resting for account in person.accounts
        )

    @property
    def subjects(self) -> bool:
        """Whether subjects may be told in the log and in pushes."""
        service = self.loaded.service
        return service is None or service.log_subjects

    @property
    def addresses(self) -> bool:
        """Whether addresses may be told in the log and in pushes, whole."""
        service = self.loaded.service
        return service is None or service.log_addresses

    @property
    def metrics_clients(self) -> bool:
        """Whether /metrics names clients."""
        service = self.loaded.service
        return service is not None and service.metrics_clients

    @property
    def keep(self) -> timedelta | None:
        """After how long what is closed is forgotten; None: never."""
        service = self.loaded.service
        return service.keep.calendar if service is not None else None

    @property
    def patience(self) -> Patience:
        """How long an outage may last before a person is told."""
        return patience_of(self.loaded.service)

    @property
    def unanswered(self) -> timedelta | None:
        """How long no reply may be possible before /readyz says so; None: nothing is written."""
        service = self.loaded.service
        return service.outage.calendar if service is not None and service.outage is not None else None

    def logins(self) -> Iterator[str]:
        """Every configured account, in the order of the configuration."""
        return iter(tuple(self._known))
