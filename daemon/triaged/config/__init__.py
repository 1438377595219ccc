"""The configuration: TOML files in, `Loaded` out, with every problem at its place. The one door to tomli."""

from collections.abc import Mapping
from pathlib import Path

from triaged.config.answersfile import read_answers
from triaged.config.load import load
from triaged.config.loaded import Case, Loaded
from triaged.config.problems import Place, Problem
from triaged.config.remains import Essentials, remains
from triaged.config.secrets import SecretError, ask_calendar, ask_secret, read_secret, unreadable
from triaged.config.service import default_path, first_path, make_service

__all__ = [
    "Case",
    "Essentials",
    "Loaded",
    "Place",
    "Problem",
    "SecretError",
    "ask_calendar",
    "ask_secret",
    "changes",
    "default_path",
    "first_path",
    "load",
    "read_answers",
    "read_secret",
    "remains",
    "state_file",
    "unreadable",
    "vanished",
]


def changes(old: Loaded, new: Loaded) -> tuple[str, ...]:
    """What a reload changes, in words for the log; nothing: it says the same as before."""
    from triaged.config.differences import differences  # only a reload needs it

    return differences(old, new)


def state_file(loaded: Loaded) -> Path:
    service = loaded.service or make_service(None)
    assert service.state is not None  # the loader fills it
    return service.state


def vanished(loaded: Loaded, aside: Mapping[str, int]) -> tuple[Problem, ...]:
    """An error for every account that is configured no more while mail of it is put aside.

    Args:
        loaded: the configuration.
        aside: login -> how many messages the ledger has put aside for it.
    """
    if loaded.rejected:  # one of these may be its person
        return ()
    known = {account.login for person in loaded.persons for account in person.accounts}
    return tuple(
        Problem(
            loaded.path,
            1,
            1,
            "error",
            f"the account {login} is gone, but {count} of its messages {'is' if count == 1 else 'are'} put aside: "
            f"put it back and run `triaged release --all {login}` first",
        )
        for login, count in sorted(aside.items())
        if count and login not in known
    )
