"""The settings in force, by account. A reload swaps them; steps in flight keep what they were handed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from triaged.config import Loaded
from triaged.core.settings import Account, Person
from triaged.person.outagewatch import Patience, patience_of


@dataclass(slots=True)
class CurrentSettings:
    """Whoever asks gets the person and the account as they are configured at this instant."""

    loaded: Loaded
    _by_login: dict[str, tuple[Person, Account]] = field(init=False)
    _known: dict[str, None] = field(init=False)  # in the order of the configuration

    def __post_init__(self) -> None:
        """Index what is loaded."""
        self._by_login = {}
        self.swap(self.loaded)

    def swap(self, loaded: Loaded) -> None:
        """Put other settings in force."""
        self.loaded = loaded
        self._known = dict.fromkeys(account.login for person in loaded.persons for account in person.accounts)
        self._by_login |= {account.login: (person, account) for person in loaded.persons for account in person.accounts}

    def of(self, login: str) -> tuple[Person, Account]:
        """The settings of an account. One that is being taken down keeps its last ones."""
        return self._by_login[login]

    def knows(self, login: str) -> bool:
        """Whether the account is configured."""
        return login in self._known

    @property
    def subjects(self) -> bool:
        """Whether subjects may be told in the log and in pushes."""
        service = self.loaded.service
        return service is None or service.log_subjects

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

    def logins(self) -> Iterator[str]:
        """Every configured account, in the order of the configuration."""
        return iter(tuple(self._known))
