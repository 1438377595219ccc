"""What the daemon knows of itself, put together for /readyz and /metrics.

In: the desks' health, the settings, and the ledger's overview. Out: a value for `triaged.service.healthserver`.
"""

from collections.abc import Iterable, Mapping, Sequence

from triaged.account.health import Health
from triaged.ledger.values import AccountOverview
from triaged.service.currentsettings import Board
from triaged.service.healthserver import FIGURES, AccountState

_OF_THE_PERSON = ("promises_open", "promises_overdue")


def account_states(
    health: Mapping[str, Health], board: Board, overview: Sequence[AccountOverview]
) -> tuple[AccountState, ...]:
    """One state an account, in the order of the configuration. Both mappings are by login (`user@host`)."""
    known = {row.account.login: row for row in overview}
    states: list[AccountState] = []
    told: set[str] = set()
    for login in board.logins():
        if login not in health:
            continue
        person, account = board.of(login)
        row = known.get(login)
        # a person's promises belong to no account: they are told once, so that sums over accounts are right
        names = FIGURES if person.label not in told else tuple(set(FIGURES) - set(_OF_THE_PERSON))
        told.add(person.label)
        states.append(_state(person.label, account.label, account.mode.value, health[login], _figures(row, names)))
    return tuple(states)


def _figures(row: AccountOverview | None, names: Iterable[str]) -> dict[str, int]:
    return {} if row is None else {name: getattr(row, name) for name in names}


def _state(person: str, account: str, mode: str, health: Health, figures: Mapping[str, int]) -> AccountState:
    return AccountState(
        person=person,
        account=account,
        mode=mode,
        state=health.state,
        error=health.error,
        since=health.since,
        proven_alive=health.proven_alive,
        last_message=health.last_message,
        connects=health.connects,
        failures=health.failures,
        figures=figures,
    )
