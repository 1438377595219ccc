"""Problems of configuration files: what was found, where, and what to write instead. Values only.

Every part of reading adds to one `Findings`; nothing stops at the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A character in a file; line and column count from 1."""

    file: Path
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """`FILE:LINE:COL`, as editors and compilers write it."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (`error`) or probably not meant (`warning`), at its place."""

    file: Path
    line: int
    column: int
    severity: Severity
    text: str

    def __str__(self) -> str:
        """The line that `triaged check` prints."""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.text}"

    @property
    def is_error(self) -> bool:
        """Whether the file cannot be used as it is."""
        return self.severity == "error"


@dataclass(slots=True)
class Findings:
    """Problems while they are being collected. The same text at the same place is kept once."""

    _found: dict[Problem, None] = field(default_factory=dict)

    def error(self, place: Place, text: str) -> None:
        self._found[Problem(place.file, place.line, place.column, "error", text)] = None

    def warning(self, place: Place, text: str) -> None:
        """Something that works, but probably not as it was meant."""
        self._found[Problem(place.file, place.line, place.column, "warning", text)] = None

    def add(self, problem: Problem) -> None:
        """One that is known already."""
        self._found[problem] = None

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def tells_of(self, place: Place) -> bool:
        """Whether there is a problem at that very place."""
        return any((one.file, one.line, one.column) == (place.file, place.line, place.column) for one in self._found)

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self._found)

    def in_order(self) -> tuple[Problem, ...]:
        """Files as they were first met, lines and columns ascending."""
        files: dict[Path, int] = {}
        for problem in self._found:
            files.setdefault(problem.file, len(files))
        return tuple(sorted(self._found, key=lambda one: (files[one.file], one.line, one.column, not one.is_error)))
