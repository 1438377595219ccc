"""A reload: the configuration is read again, and each person's part that is valid is put in force.

A person whose part is not valid keeps what she had; nobody else waits for her. A failing example of a rule is a mistake
like any other, and so is an account that would leave while mail of it is put aside.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from triaged.account.context import Context
from triaged.config import Loaded, load, vanished
from triaged.core.settings import Person
from triaged.rehearse.examples import run_examples
from triaged.service.currentsettings import CurrentSettings
from triaged.service.departures import aside


async def reload(context: Context, settings: CurrentSettings, apply: Callable[[], Awaitable[None]]) -> bool:
    """Read it; `apply` does what follows from other settings. False: not all that stands in the files is in force.

    Raises:
        LedgerBusy, LedgerFull, LedgerUnavailable, LedgerDamaged.
    """
    before = settings.loaded
    read = await asyncio.to_thread(read_again, before.path)
    new = in_force(read, before, await context.write(aside))
    settings.swap(new)
    for problem in new.errors:
        whose = [label for label, why in new.refused.items() if why == problem]
        told = {label: "what was in force before stays" if new.person(label) else "left out" for label in whose}
        for label, reason in told.items() or [(None, None)]:
            context.events.emit("config.rejected", person=label, error=str(problem), reason=reason)
    if new.persons is before.persons:
        return False
    await apply()
    _say(context, before, new)
    return not new.refused


def _say(context: Context, before: Loaded, new: Loaded) -> None:
    from triaged.config import changes  # only a reload compares

    same = () if new.refused else ("nothing has changed",)
    for change in changes(before, new) or same:
        context.events.emit("config.reloaded", reason=change)


def read_again(path: Path) -> Loaded:
    """What stands in the files; whoever fails an example of a rule of hers is refused, too."""
    loaded = load(path)
    refused = dict(loaded.refused)
    told = dict.fromkeys(loaded.problems)
    for person in loaded.persons:
        hers = tuple(case for case in loaded.cases if case.person == person.label)
        failures = run_examples(replace(loaded, cases=hers))
        told |= dict.fromkeys(failures)
        if failures:
            refused[person.label] = failures[0]
    valid = tuple(person for person in loaded.persons if person.label not in refused)
    return replace(loaded, persons=valid, refused=refused, problems=tuple(told))


def in_force(new: Loaded, old: Loaded, aside: Mapping[str, int]) -> Loaded:
    """What is to be in force: of each person what was read now, else what she had; the very `old.persons` where nothing can be.

    Args:
        new: as it stands in the files.
        old: as it is in force.
        aside: login -> how many messages are put aside for it.
    """
    new = replace(new, persons=_keeping(new, old))
    known = {account.login for person in old.persons for account in person.accounts}
    owed = {login: count for login, count in aside.items() if count and login in known}
    if leaving := vanished(replace(new, refused={}), owed):
        gone = owed.keys() - _logins(new.persons).keys()
        owners = [person for person in old.persons if any(account.login in gone for account in person.accounts)]
        refused = {**new.refused, **{person.label: leaving[0] for person in owners}}
        new = replace(new, refused=refused, problems=(*new.problems, *leaving))
        new = replace(new, persons=_keeping(new, old))
    if new.service is None or not new.persons or max(_logins(new.persons).values()) > 1:
        everybody = {person.label: new.refused.get(person.label, new.errors[0]) for person in old.persons}
        return replace(old, problems=new.problems, refused=everybody)
    return new


def _keeping(new: Loaded, old: Loaded) -> tuple[Person, ...]:
    """The new persons, with the old settings of those who are refused."""
    kept = tuple(person for label in new.refused if (person := old.person(label)) is not None)
    return (*(person for person in new.persons if person.label not in new.refused), *kept)


def _logins(persons: tuple[Person, ...]) -> Counter[str]:
    return Counter(account.login for person in persons for account in person.accounts)
