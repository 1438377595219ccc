"""What the daemon knows of itself, put together for /readyz and /metrics.

In: the accounts' health, the settings, and the ledger's overview. Out: a value for `triaged.service.healthserver`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triaged.account.health import Health
from triaged.core.settings import Account, Person
from triaged.ledger.entries import AccountOverview
from triaged.service.currentsettings import CurrentSettings
from triaged.service.healthserver import FIGURES, AccountState

_OF_THE_PERSON = ("promises_open", "promises_overdue")

UNANSWERED = timedelta(minutes=15)
"""So long may no reply be possible before /readyz says so, where `outage` says nothing else."""


@dataclass(frozen=True, slots=True)
class Instants:
    """By which it is reckoned for how long something has been so."""

    now: datetime
    started: datetime


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
        # a person's promises belong to no account: they are told once, so that sums over accounts are right
        names = FIGURES if person.label not in told else tuple(set(FIGURES) - set(_OF_THE_PERSON))
        told.add(person.label)
        states.append(_state(person, account, health[login], _figures(known.get(login), names)))
    return tuple(states)


def with_delays(
    states: Sequence[AccountState],
    health: Mapping[str, Health],
    settings: CurrentSettings,
    overview: Sequence[AccountOverview],
    at: Instants,
) -> tuple[AccountState, ...]:
    """The states with all that has been so for too long; `states` are those of `account_states`."""
    known = {row.account.login: row for row in overview}
    logins = (login for login in settings.logins() if login in health)
    most = settings.unanswered or UNANSWERED
    return tuple(
        _delayed(state, health[login], known.get(login), at, most) for state, login in zip(states, logins, strict=True)
    )


def _delayed(
    state: AccountState, health: Health, row: AccountOverview | None, at: Instants, most: timedelta
) -> AccountState:
    stuck = health.stuck()
    return replace(
        state,
        no_reply=stuck.error if stuck is not None and at.now - stuck.since >= most else "",
        due_reply=_seconds(row.first_reply if row else None, at.now),
        due_return=_seconds(row.first_return if row else None, at.now),
        smtp_worked=_seconds(health.went_at() or at.started, at.now),
    )


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


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
        unadopted=health.unadopted,
        doubts={folder: one.why for folder, one in health.doubts.items()},
    )
