"""Reading a tree of values by a description: typed values come out, every misfit goes among the findings.

It knows the description language, not our tables. A value that does not fit is left out of the result, so that the
rest is still read and every problem is told at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from typing import Any, assert_never

from triaged.config.document import Node, as_text
from triaged.config.files import beside
from triaged.config.misfits import header, instead_of, missing, name_of, shown, wrong_characters, wrong_key, wrong_word
from triaged.config.problems import Findings, Place
from triaged.config.spec import (
    Either,
    Flag,
    Many,
    Raw,
    Spec,
    Table,
    Text,
    Whole,
    words_of,
)

Path = tuple[str | int, ...]
_NOTHING = object()
_PATTERN = Text(pattern=True)


@dataclass(frozen=True, slots=True)
class Section:
    """A table that was read: the values that fit, by key, and the tree they came from."""

    values: Mapping[str, Any]
    node: Node
    path: Path = ()

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default` where it does not stand or did not fit."""
        return self.values.get(key, default)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def label(self) -> str:
        """The name that the person gave it: `harbor` of [client.harbor]."""
        return str(self.path[-1])

    def place(self, *path: str | int) -> Place:
        """Where the value stands, or what exists nearest above it."""
        return self.node.find(*path).at

    def key_place(self, *path: str | int) -> Place:
        """Where the key stands, or what exists nearest above it."""
        return self.node.find(*path).key

    def sections(self) -> Iterator[tuple[str, "Section"]]:
        """The tables inside it, by key."""
        return ((key, value) for key, value in self.values.items() if isinstance(value, Section))


@dataclass(frozen=True, slots=True)
class _Here:
    """The table that is being read, where it stands, and the tables around it, outermost first."""

    table: Table
    path: Path
    above: tuple[Table, ...]


@dataclass(slots=True)
class Reader:
    """One reading of one tree. `homes` says in which tables a key is at home: `name` -> `[me]`, `[client.NAME]`."""

    findings: Findings
    homes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, table: Table, node: Node) -> Section:
        """Read a whole document."""
        return self._table(table, node, (), ())

    # -- one value

    def _value(self, spec: Spec, node: Node, path: Path, above: tuple[Table, ...]) -> Any:  # noqa: PLR0911  # one return a sort of description
        """The value, or _NOTHING where it does not fit (and that has been said)."""
        match spec:
            case Table():
                return self._table(spec, node, path, above) if fits(spec, node) else self._misfit(spec, node, path)
            case Raw():
                return self._raw(node, path) if fits(spec, node) else self._misfit(spec, node, path)
            case Many():
                return self._many(spec, node, path, above)
            case Either(choices):
                return self._either(choices, node, path, above)
            case Text():
                return self._text(spec, node, path)
            case Flag():
                return node.value if isinstance(node.value, bool) else self._misfit(spec, node, path)
            case Whole():
                return self._whole(spec, node, path)
            case _:  # pragma: no cover
                assert_never(spec)

    def _either(self, choices: tuple[Spec, ...], node: Node, path: Path, above: tuple[Table, ...]) -> Any:
        for choice in choices:
            if fits(choice, node):
                return self._value(choice, node, path, above)
        return self._misfit(Either(choices), node, path)

    def _many(self, spec: Many, node: Node, path: Path, above: tuple[Table, ...]) -> Any:
        if not isinstance(node.value, list):
            if not spec.alone and isinstance(node.value, dict) and isinstance(spec.item, Table):
                self.findings.error(node.at, f"{header(path)} needs two brackets: write [{header(path)}]")
                return _NOTHING
            if not spec.alone:
                return self._misfit(spec, node, path)
            value = self._value(spec.item, node, path, above)
            return value if value is _NOTHING else (value,)
        if len(node.value) < spec.least:
            self.findings.error(node.at, f"{name_of(path)} is empty: write {words_of(spec.item)}")
        values = [self._value(spec.item, one, (*path, index), above) for index, one in enumerate(node.value)]
        return tuple(value for value in values if value is not _NOTHING)

    def _whole(self, spec: Whole, node: Node, path: Path) -> Any:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int):
            return self._misfit(spec, node, path)
        if not spec.low <= value <= spec.high:
            self.findings.error(node.at, f"{name_of(path)} is {value}: write a number from {spec.low} to {spec.high}")
            return _NOTHING
        return value

    def _text(self, spec: Text, node: Node, path: Path) -> Any:
        value = as_text(node.value) if isinstance(node.value, date | time) else node.value
        if not isinstance(value, str):
            return self._misfit(spec, node, path)
        if told := wrong_characters(value, spec) or wrong_word(value, spec):
            self.findings.error(node.at, f"{name_of(path)}: {told}")
            return _NOTHING
        if spec.path:
            return beside(value, node.at)
        if spec.parse is None or not value:
            return value
        try:
            return spec.parse(value)
        except ValueError as error:
            self.findings.error(node.at, f"{name_of(path)}: {error}")
            return _NOTHING

    def _raw(self, node: Node, path: Path) -> Node:
        """The table as it stands; text in it is matched against mail, so a control character was meant otherwise."""
        for at, one in texts(node, path):
            if told := wrong_characters(str(one.value), _PATTERN):
                self.findings.error(one.at, f"{name_of(at)}: {told}")
        return node

    def _misfit(self, spec: Spec, node: Node, path: Path) -> Any:
        self.findings.error(node.at, f"{name_of(path)} is {shown(node)}: write {instead_of(spec, node)}")
        return _NOTHING

    # -- tables

    def _table(self, table: Table, node: Node, path: Path, above: tuple[Table, ...]) -> Section:
        values: dict[str, Any] = {}
        here = _Here(table, path, above)
        for name, one in node.table.items():
            spec = self._spec(here, name, one)
            value = _NOTHING if spec is None else self._value(spec, one, (*path, name), (*above, table))
            if value is not _NOTHING:
                values[name] = value
        self._complete(table, node, path)
        return Section(values, node, path)

    def _spec(self, here: _Here, name: str, node: Node) -> Spec | None:
        """What describes a key; None for one that is not known here, and that has been said."""
        table, others = here.table, here.table.others
        if name in table.keys:
            return table.keys[name].spec
        told = None if others is None else wrong_key(others, name)
        if others is not None and told is None:
            return others.spec
        if others is None or name in self.homes or any(name in outer.keys for outer in here.above):
            told = self._unknown(here, name, node)
        elif close := get_close_matches(name, table.keys, n=1):
            told = f'unknown key "{name}" in {header(here.path)}; did you mean "{close[0]}"?'
        self.findings.error(node.key, told or "")
        return None

    def _unknown(self, here: _Here, name: str, node: Node) -> str:
        table, above, title = here.table, here.above, header(here.path)
        close = get_close_matches(name.casefold(), sorted(table.keys), n=1)
        if not here.path and node.table and close:  # a table of the file's own: [replies.x] is no `replies` of a client
            return f'there is no table "{name}"; did you mean "{close[0]}"?'
        if any(name in outer.keys for outer in above[1:]):
            return f'"{name}" is inside {title}; move it above that line'
        if above and name in above[0].keys:
            return f'"{name}" is no key of {title} but a table of its own: write [{name}]'
        if name in self.homes:
            return f'"{name}" is no key of {title}; it belongs in {" or ".join(self.homes[name][:3])}'
        if close:
            return f'unknown key "{name}" in {title}; did you mean "{close[0]}"?'
        return f'unknown key "{name}" in {title}; it takes {", ".join(sorted(table.keys))}'

    def _complete(self, table: Table, node: Node, path: Path) -> None:
        for name, key in table.keys.items():
            if key.required and name not in node.table and not _slipped(node, name):
                told = (
                    f"{header(path)} has no {name}: {missing(name, key)}" if path else f"there is no [{name}]: add it"
                )
                self.findings.error(node.at, told)
        if table.one_of and len(set(table.one_of) & set(node.table)) != 1 and set(node.table) <= set(table.keys):
            self.findings.error(node.at, f"{name_of(path)} takes exactly one of {', '.join(table.one_of)}")


def texts(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """Every text inside, with its path."""
    if isinstance(node.value, dict):
        for name, one in node.value.items():
            yield from texts(one, (*path, name))
    elif isinstance(node.value, list):
        for index, one in enumerate(node.value):
            yield from texts(one, (*path, index))
    elif isinstance(node.value, str):
        yield path, node


def fits(spec: Spec, node: Node) -> bool:
    """Whether a value is of the TOML type that a description asks for."""
    match spec:
        case Table() | Raw():
            return isinstance(node.value, dict)
        case Many(item, alone):
            return isinstance(node.value, list) or (alone and fits(item, node))
        case Either(choices):
            return any(fits(choice, node) for choice in choices)
        case Text():
            return isinstance(node.value, str | date | time)
        case Flag():
            return isinstance(node.value, bool)
        case Whole():
            return isinstance(node.value, int) and not isinstance(node.value, bool)


def _slipped(node: Node, name: str) -> bool:
    """Whether a key that is missed stands one table too deep, which is told there."""
    return any(name in one.table for one in node.table.values() if isinstance(one.value, dict))
