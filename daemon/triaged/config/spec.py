"""A small language to say what a table may hold. The loader, the JSON Schema and the reference are made from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Parse = Callable[[str], Any]
"""Text to value; refuses with a ValueError whose message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text. `words`: only these; `shape`: a regular expression that every valid text fits, for editors."""

    kind: str = "text"
    parse: Parse | None = None
    words: tuple[str, ...] = ()
    example: str = ""
    shape: str = ""
    empty: bool = False
    lines: bool = False  # line ends and tabs may stand in it
    path: bool = False  # a file, relative to the one that names it
    pattern: bool = False  # it is matched against mail: a control character in it was meant as a backslash


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    low: int = 0
    high: int = 2**31


@dataclass(frozen=True, slots=True)
class Many:
    """A list; with `alone`, one value may stand without brackets. Read as a tuple."""

    item: "Spec"
    alone: bool = True
    least: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: what it takes, what it means, what holds where it is not written."""

    spec: "Spec"
    about: str
    default: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Others:
    """Keys that are named by the person: labels, weekdays, dates, languages."""

    spec: "Spec"
    about: str
    kind: str  # what such a key is, in words: "a label"
    parse: Parse | None = None
    shape: str = ""
    example: str = "NAME"


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `one_of`: exactly one of these keys must stand in it."""

    keys: Mapping[str, Key] = field(default_factory=lambda: MappingProxyType({}))
    others: Others | None = None
    one_of: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """A value of one TOML type or of another: the specs are told apart by type alone."""

    choices: tuple["Spec", ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """A table of conditions, which `triaged.core.conditions` reads: it is handed on as it stands."""


Spec = Text | Flag | Whole | Many | Table | Either | Raw


def words_of(spec: Spec) -> str:  # noqa: PLR0911  # one return a sort of description
    """What a value must be, in a few words, for messages and the reference."""
    match spec:
        case Text(words=(_, *_) as words):
            return one_of(words)
        case Text(kind=kind):
            return kind
        case Flag():
            return "true | false"
        case Whole():
            return "a whole number"
        case Many(item, alone):
            return f"{words_of(item)}, or a list" if alone else f"a list of {words_of(item)}"
        case Table() | Raw():
            return "a table"
        case Either(choices):
            return " or ".join(words_of(choice) for choice in choices)


def one_of(words: tuple[str, ...]) -> str:
    """`"a", "b" or "c"`."""
    quoted = [f'"{word}"' for word in words]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]


def example_of(spec: Spec) -> str:
    """A value as TOML writes it, "" where the description has no example."""
    match spec:
        case Text(example=example) if example:
            return f'"{example}"'
        case Many(item) if example := example_of(item):
            return f"[{example}]"
        case Table(keys) if example := ", ".join(
            f"{name} = {example_of(key.spec)}" for name, key in keys.items() if key.required
        ):
            return f"{{ {example} }}"
        case _:
            return ""
