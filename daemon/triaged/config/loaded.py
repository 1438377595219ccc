"""What reading a configuration gives: persons ready to be worked for, and every problem that was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from triaged.config.problems import Place, Problem
from triaged.core.rules import Example
from triaged.core.settings import Person, Secret, Service


@dataclass(frozen=True, slots=True)
class Case:
    """An example that a rule carries, and where each of its expectations stands (`expect.then` -> place)."""

    person: str
    rule: str
    example: Example
    at: Place
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret, where it is named, and what it opens: a user's sign-in at a server, or a channel."""

    secret: Secret
    at: Place
    user: str
    service: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration as read. `persons` are the valid ones; `refused` says of each that is not why."""

    path: Path
    service: Service | None
    persons: tuple[Person, ...]
    problems: tuple[Problem, ...]
    refused: Mapping[str, Problem] = field(default_factory=dict)  # by label
    cases: tuple[Case, ...] = ()
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()  # good to know, nothing to mend
    secrets: tuple[Kept, ...] = ()  # of the valid persons
    essentials: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict, repr=False
    )  # of the valid persons: config.remains

    @property
    def rejected(self) -> tuple[str, ...]:
        """The labels of those who are refused."""
        return tuple(self.refused)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep something from being used."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def usable(self) -> bool:
        """Whether there is anything to run: a valid service and at least one valid person."""
        return self.service is not None and bool(self.persons)

    def person(self, label: str) -> Person | None:
        return next((person for person in self.persons if person.label == label), None)
