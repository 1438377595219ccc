"""What the daemon knows of itself, put together for /readyz and /metrics.

In: the accounts' health, the settings, and the ledger's overview. Out: a value for `triaged.service.healthserver`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from triaged.account.health import Health
from triaged.core.settings import Account, Person
from triaged.ledger.entries import AccountOverview
from triaged.service.currentsettings import CurrentSettings
from triaged.service.healthserver import FIGURES, AccountState

_OF_THE_PERSON = ("promises_open", "promises_overdue")


def account_states(
    health: Mapping[str, Health], settings: CurrentSettings, overview: Sequence[AccountOverview]
) -> tuple[AccountState, ...]:
    """One state an account, in the order of the configuration. Both mappings are by login (`user@host`)."""
    known = {row.account.login: row for row in overview}
    states: list[AccountState] = []
    told: set[str] = set()
    for login in settings.logins():
        if login not in health:
            continue
        person, account = settings.of(login)
        row = known.get(login)
        # a person's promises belong to no account: they are told once, so that sums over accounts are right
        names = FIGURES if person.label not in told else tuple(set(FIGURES) - set(_OF_THE_PERSON))
        told.add(person.label)
        states.append(_state(person, account, health[login], _figures(row, names)))
    return tuple(states)


def without_replies(
    states: Sequence[AccountState], health: Mapping[str, Health], settings: CurrentSettings, now: datetime
) -> tuple[AccountState, ...]:
    """The states, those of accounts whose replies cannot go for too long with the reason."""
    told = []
    for state, login in zip(states, (login for login in settings.logins() if login in health), strict=True):
        stuck = health[login].stuck()
        late = stuck is not None and now - stuck.since >= settings.patience.replies
        told.append(replace(state, no_reply=stuck.error) if stuck is not None and late else state)
    return tuple(told)


def _figures(row: AccountOverview | None, names: Iterable[str]) -> dict[str, int]:
    return {} if row is None else {name: getattr(row, name) for name in names}


def _state(person: Person, account: Account, health: Health, figures: Mapping[str, int]) -> AccountState:
    return AccountState(
        person=person.label,
        account=account.label,
        mode=account.mode.value,
        state=health.state,
        error=health.error,
        since=health.since,
        proven_alive=health.proven_alive,
        last_message=health.last_message,
        connects=health.connects,
        failures=health.failures,
        figures=figures,
        unwatched={folder: one.why for folder, one in health.unwatched.items()},
    )
