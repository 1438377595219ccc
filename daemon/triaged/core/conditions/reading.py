"""What every reader of a condition uses: problems at their places, lists of texts, words of a closed list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from triaged.core.timewords import nearest

T = TypeVar("T")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a `when`: the keys to it, indices of lists included, and what to write instead."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a `when` may refer to: labels of clients and their tiers; and the keys of the rule around it."""

    clients: tuple[str, ...]
    tiers: tuple[str, ...]
    around: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """One `when` being read. `counting`: the kinds it names, for bursts; `problems`: what was wrong so far."""

    known: Known | None
    counting: frozenset[str]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: Path, text: str) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(path, text))

    def values(self, value: object, path: Path, read: Callable[[str], T], what: str) -> tuple[T, ...]:
        """Each text of a text or list of texts, read; what cannot be read becomes a problem at its place."""
        several = isinstance(value, list)
        items = value if isinstance(value, list) else [value]
        if not items:
            self.wrong(path, "an empty list never matches: leave the condition out, or name something")
        found = []
        for place, item in enumerate(items):
            at = (*path, place) if several else path
            if not isinstance(item, str):
                self.wrong(at, f"{written(item)}: write {what} in quotes")
                continue
            try:
                found.append(read(item))
            except ValueError as error:
                self.wrong(at, str(error))
        return tuple(found)

    def one(self, value: object, path: Path, read: Callable[[str], T], what: str) -> T | None:
        """One text, read; None where it is a problem."""
        if isinstance(value, list):
            self.wrong(path, f"one value, no list: write {what}")
            return None
        return next(iter(self.values(value, path, read, what)), None)

    def truth(self, value: object, path: Path) -> bool:
        """A value that is true or false."""
        if not isinstance(value, bool):
            self.wrong(path, f"{written(value)}: write true or false, without quotes")
        return value is True


@dataclass(frozen=True, slots=True)
class ConditionWord:
    """A word of `when`: how its value is read, and how the reference and editors describe it.

    `example` is a line of TOML; `form` the type of the value, or a name for what has none; `words` those it may be.
    """

    name: str
    read: Callable[[Reading, object, Path], Any]
    takes: str
    example: str
    sentence: str
    form: object = tuple[str, ...]
    words: tuple[str, ...] = ()


def written(value: object) -> str:
    """A value as a person wrote it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "a table" if isinstance(value, Mapping) else str(value)


def hint(word: str, allowed: tuple[str, ...]) -> str:
    """What to write instead of a word that is not allowed: the nearest, else all."""
    return nearest(word, allowed) or (f"; write {', '.join(allowed)}" if allowed else "")


def word_of(text: str, *, allowed: tuple[str, ...], what: str) -> str:
    """The text if it is allowed.

    Raises:
        ValueError: it is not; the message names the nearest word.
    """
    if text not in allowed:
        raise ValueError(f'"{text}" is no {what}{hint(text, allowed)}')
    return text
