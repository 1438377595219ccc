"""Configurations for tests: the least that is valid, written to a folder of the test's own, and what is wrong with others."""

from datetime import UTC, datetime
from pathlib import Path

from triaged.config import Loaded, load

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""

ME = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
"""
HOURS = """[hours]
mon-fri = "09:00-17:00"
holidays = ""
"""
ACCOUNT = """
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = { host = "imap.roth.example", user = "dana", password = { credential = "work" } }
smtp = { host = "smtp.roth.example" }
"""
CLIENT = """
[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
language = "en"
calls = ["fri 10:00"]
tier = "standard"
"""
REPLY = """
[reply.later]
text.en = "You hear from me {{ promise | when }}."
"""
RULE = """
[[rule]]
name = "Everything"
then = "defer"
until = ["start of office hours"]
promise = ["2 business days"]
reply = "later"
"""
WHOLE = ME + HOURS + ACCOUNT + CLIENT + REPLY + RULE
"""A valid configuration without anything to warn of."""


def write(folder: Path, text: str, name: str = "dana.toml") -> Path:
    """Write a configuration file that only its owner can read."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def loaded(folder: Path, text: str) -> Loaded:
    """Read a configuration of one file, on that Monday, with an environment of its own."""
    return load(write(folder, text), environ={"XDG_STATE_HOME": str(folder / "state")}, now=NOW)


def told(folder: Path, text: str) -> list[str]:
    """What is wrong with a configuration: `LINE:COL: severity: text`."""
    path = str(folder / "dana.toml")
    return [str(problem).removeprefix(f"{path}:") for problem in loaded(folder, text).problems]
