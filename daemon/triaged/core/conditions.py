"""Conditions of rules: what a message must be like."""

from dataclasses import dataclass

from triaged.core.address import Address
from triaged.core.authres import Authentication
from triaged.core.clients import Client
from triaged.core.facts import Facts
from triaged.core.message import Message
from triaged.core.telephone import Notice
from triaged.core.worktime import WorkTime


@dataclass(frozen=True)
class View:
    """What a rule looks at."""

    message: Message
    facts: Facts
    worktime: WorkTime
    authentication: Authentication
    client: Client | None = None
    kinds: frozenset[str] = frozenset()  # those that follow from the message alone
    automatic: bool = False  # no person wrote it
    notice: Notice | None = None
    mine: tuple[Address, ...] = ()
    languages: tuple[str, ...] = ()  # that a message may be in


@dataclass(frozen=True, slots=True)
class Condition:
    """Stub."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a condition holds, and why in words."""

    matched: bool
    because: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a `when`: the keys to it from the top of the table, and what to write instead."""

    path: tuple[str | int, ...]
    text: str


def evaluate(condition: Condition, view: View) -> Outcome:
    """Whether a condition holds."""
    return Outcome(True, "")


def parse_when(table: object, path: tuple[str | int, ...] = ()) -> Condition | list[Problem]:
    """Read a `when` table."""
    return Condition()
