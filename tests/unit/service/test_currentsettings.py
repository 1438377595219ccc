"""What is laid over the configuration holds beside it, and outlives a reload."""

from dataclasses import replace
from pathlib import Path

from triaged.config import load
from triaged.service.currentsettings import Change, CurrentSettings

CONFIGURATION = """
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"

[account.work]
addresses = ["dana@roth.example"]
imap = { host = "127.0.0.1", tls = "none", user = "dana", password = "x" }
"""


def settings(folder: Path) -> CurrentSettings:
    (folder / "triaged.toml").write_text(CONFIGURATION)
    return CurrentSettings(load(folder / "triaged.toml"))


def renamed(name: str) -> Change:
    return lambda person: replace(person, name=f"{person.name} {name}")


def test_what_is_laid_over_the_files_holds_for_the_person_and_her_accounts(tmp_path: Path) -> None:
    current = settings(tmp_path)
    current.lay_over("calendar", renamed("on Monday"))
    current.lay_over("away", renamed("away"))
    login = current.persons[0].accounts[0].login
    assert current.persons[0].name == current.of(login)[0].name == "Dana Roth on Monday away"
    assert current.loaded.persons[0].name == "Dana Roth"


def test_what_is_laid_over_is_replaced_by_its_name_and_survives_a_reload(tmp_path: Path) -> None:
    current = settings(tmp_path)
    current.lay_over("calendar", renamed("on Monday"))
    current.lay_over("calendar", renamed("on Tuesday"))
    current.swap(load(tmp_path / "triaged.toml"))
    assert current.persons[0].name == "Dana Roth on Tuesday"
