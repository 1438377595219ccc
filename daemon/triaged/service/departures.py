"""Persons who are left out: an invalid file at a start, a file that was removed while mail is put aside.

In: the configuration that was read, what was in force last, what the ledger has put aside. Out: who they are and why, and for those
whose file is there, as much of their settings as brings their mail back. A removed file means no sign-in.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from triaged.config import Essentials, Loaded, remains, state_file
from triaged.core.settings import Person
from triaged.ledger import Ledger
from triaged.ledger.entries import AccountOverview
from triaged.service.healthserver import LeftOut
from triaged.service.inforce import InForce, logins_of

_COMMON = "common.toml"


@dataclass(frozen=True, slots=True)
class Absence:
    """One person who is left out."""

    label: str
    why: str
    logins: frozenset[str]
    person: Person | None = None  # by whom her mail is brought back; None: nobody can, or nobody may

    def told(self, aside: Mapping[str, int]) -> LeftOut:
        """As it is told, with what is put aside for her. `aside`: login -> how many messages."""
        count = sum(aside.get(login, 0) for login in self.logins)
        if not count:
            return LeftOut(self.label, self.why)
        comes = all(login in _served(self.person) for login in self.logins if aside.get(login))
        follows = "comes back all the same" if comes else "is brought back by nobody"
        return LeftOut(self.label, f"{self.why}; what is put aside ({count}) {follows}", count)


def _served(person: Person | None) -> frozenset[str]:
    return frozenset(account.login for account in person.accounts) if person is not None else frozenset()


@dataclass(frozen=True, slots=True)
class Gone:
    """By their keys in the ledger: who was moved to another ledger, and where; who is to be forgotten, and comes back first."""

    moved: Mapping[str, str] = field(default_factory=dict)
    to_forget: Mapping[str, bool] = field(default_factory=dict)


def still_here(loaded: Loaded, overview: Sequence[AccountOverview], gone: Gone) -> tuple[Loaded, tuple[Absence, ...]]:
    """The configuration without those who have gone; those of them whose files are there all the same."""
    keys = {row.account.login: row.account.person for row in overview}
    leaving = {
        person.label: key
        for person in loaded.persons
        if (key := next((keys[one.login] for one in person.accounts if one.login in keys), ""))
        in {*gone.moved, *gone.to_forget}
    }
    if not leaving:
        return loaded, ()
    why = "her ledger was moved to {}: take her file out of this configuration"
    told = [
        Absence(label, why.format(gone.moved[key]), frozenset()) for label, key in leaving.items() if key in gone.moved
    ]
    return replace(
        loaded,
        persons=tuple(person for person in loaded.persons if person.label not in leaving),
        essentials={label: known for label, known in loaded.essentials.items() if label not in leaving},
    ), tuple(told)


def absences(
    loaded: Loaded, before: Mapping[str, Essentials], overview: Sequence[AccountOverview], gone: Gone = Gone()
) -> tuple[Absence, ...]:
    """Everybody who is left out, the invalid files first."""
    overview = [row for row in overview if row.account.person not in gone.moved]
    owed = {row.account.login for row in overview if row.aside}
    taken = {account.login for person in loaded.persons for account in person.accounts}
    found = []
    for label, problem in loaded.refused.items():
        if loaded.person(label) is None:
            absence = _invalid(loaded.path, label, before.get(label), overview)
            free = absence.logins - taken
            taken |= free
            why = f"the configuration is not valid: {problem}; see `triaged check`"
            found.append(Absence(label, why, free, _with_these(absence.person, free & owed)))
    others = [row for row in overview if row.account.login not in taken]
    return (
        *found,
        *_removed(
            before,
            [row for row in others if row.account.person not in gone.to_forget],
            {person.label for person in loaded.persons},
        ),
        *_leaving(loaded.path, before, [row for row in others if gone.to_forget.get(row.account.person)]),
    )


def _invalid(path: Path, label: str, before: Essentials | None, overview: Sequence[AccountOverview]) -> Absence:
    file = path / f"{label}.toml" if path.is_dir() else path
    person = remains(file, file.with_name(_COMMON), before)
    hers = {row.account.login for row in overview if row.account.person == label}
    return Absence(label, "", frozenset(_served(person) | hers), person)


def _with_these(person: Person | None, logins: Collection[str]) -> Person | None:
    """The person with those of her accounts from which something is to be brought back."""
    if person is None:
        return None
    return replace(person, accounts=tuple(account for account in person.accounts if account.login in logins))


def _removed(
    before: Mapping[str, Essentials], rows: Sequence[AccountOverview], present: Collection[str]
) -> tuple[Absence, ...]:
    """Whose accounts are nobody's any more, while mail of them is put aside. `present`: who has a file all the same."""
    owners = {login: label for label, known in before.items() for login in logins_of(known)}
    logins: dict[str, set[str]] = {}
    for row in rows:
        if row.aside:
            logins.setdefault(owners.get(row.account.login, row.account.person), set()).add(row.account.login)
    return tuple(
        Absence(
            label,
            f"{', '.join(sorted(some))} is not configured any more: {_mend(label, some, present)}",
            frozenset(some),
        )
        for label, some in sorted(logins.items())
    )


def _leaving(path: Path, before: Mapping[str, Essentials], rows: Sequence[AccountOverview]) -> tuple[Absence, ...]:
    """Who is to be forgotten, and has mail put aside that comes back first: by the settings that held last."""
    owners = {login: label for label, known in before.items() for login in logins_of(known)}
    labels = {owners.get(row.account.login, row.account.person): row.account.person for row in rows if row.aside}
    found = []
    for label, key in labels.items():
        logins = frozenset(row.account.login for row in rows if row.aside and row.account.person == key)
        file = path / f"{label}.toml"
        person = _with_these(remains(file, file.with_name(_COMMON), before.get(label)), logins)
        found.append(Absence(label, "she is being forgotten", logins, person))
    return tuple(found)


def _mend(label: str, logins: Collection[str], present: Collection[str]) -> str:
    if label in present:
        return f"put the account back, or `triaged release --all {min(logins)}`"
    return f"put the file back, or `triaged forget {label}`"


def key_of_absent(loaded: Loaded, ledger: Ledger, label: str) -> str | None:
    """The ledger's key of a person who is left out, or was; None: nobody is known by that name."""
    before = InForce(state_file(loaded).parent).read()
    logins = logins_of(before.get(label, {}))
    rows = ledger.accounts()
    hers = (row.person for row in rows if row.login in logins)
    return next(hers, next((row.person for row in rows if row.person == label), None))


def put_aside(overview: Sequence[AccountOverview]) -> Mapping[str, int]:
    """Login -> how many messages are put aside for it."""
    return {row.account.login: row.aside for row in overview}


def aside(ledger: Ledger) -> Mapping[str, int]:
    """Login -> how many messages are put aside for it."""
    return {row.login: len(ledger.items_aside(row.id)) for row in ledger.accounts()}
