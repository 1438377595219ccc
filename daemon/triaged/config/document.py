"""TOML files as trees of values that know where they stand. The only module that knows tomli.

A path goes in, a `Node` comes out, or None with the syntax error among the findings. It never raises for what a file
holds, and it does not know what the keys mean, but for how a person's file lies over the common one (`merge`).
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import tomli

from triaged.config.positions import Lines, positions
from triaged.config.problems import Findings, Place
from triaged.core.timewords import WEEKDAYS, parse_weekdays

_LARGEST = 4_000_000
_MOST_MISTAKES = 100
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_CURLY = ("“", "”", "„", "«", "»", "‘", "’")  # what word processors and web pages make of quotes
Scalar = str | int | float | bool | datetime | date | time
Value = Scalar | list["Node"] | dict[str, "Node"]
_WHOLE = frozenset({"password", "url", "oauth", "client_secret"})
"""Tables of which one key excludes the others: the person's replaces the common one whole."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value, where it begins, and where its key does (for a table with a header: in the header)."""

    value: Value
    at: Place
    key: Place
    text_line: int = 0  # the line where the first line of a text stands, if it was written over several

    @property
    def table(self) -> dict[str, "Node"]:
        """The keys of a table; nothing for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    def find(self, *path: str | int) -> "Node":
        """What lies there, or the nearest that exists above it."""
        node = self
        for step in path:
            if isinstance(step, str) and step in node.table:
                node = node.table[step]
            elif isinstance(step, int) and isinstance(node.value, list) and step < len(node.value):
                node = node.value[step]
            else:
                break
        return node

    def has(self, *path: str) -> bool:
        """Whether something is written there."""
        node = self
        for step in path:
            if step not in node.table:
                return False
            node = node.table[step]
        return True

    def plain(self) -> Any:
        """The bare value, dates and times as the text they would be."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return as_text(self.value) if isinstance(self.value, date | time) else self.value


def as_text(value: date | time) -> str:
    """An unquoted TOML date or time as the text it stands for: "2026-12-24", "16:30", "2026-11-24 15:10"."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    return value.isoformat()


def empty(file: Path) -> Node:
    """A document without keys."""
    return Node({}, Place(file), Place(file))


def read(file: Path, findings: Findings) -> Node | None:
    """Read one file; None if there is no TOML to be had from it, and then the findings say why."""
    text = _text(file, findings)
    return None if text is None else read_text(file, text, findings)


def read_text(file: Path, text: str, findings: Findings) -> Node | None:
    """The same of a text that stands in for a file, or that was read from it."""
    try:
        document = tomli.loads(text)
        return _Tree(file, text).node(document)
    except tomli.TOMLDecodeError as error:
        line, column = Lines(text).of(min(error.pos, len(text)))
        findings.error(Place(file, line, column), _syntax(error, text))
    except RecursionError:
        findings.error(Place(file), "values are nested too deeply")
    except ValueError as error:  # int() refuses more than 4300 digits
        findings.error(Place(file), f"a number that nobody can have meant: {error}")
    return None


def read_in_part(file: Path) -> Node:
    """As much of a file as is TOML: a table with a mistake is left out, up to the next header."""
    text = _text(file, Findings())
    for _ in range(_MOST_MISTAKES) if text else ():
        assert text is not None
        try:
            return _Tree(file, text).node(tomli.loads(text))
        except tomli.TOMLDecodeError as error:
            text = _without_table(text, min(error.pos, len(text)))
        except (RecursionError, ValueError):
            break
    return empty(file)


def _without_table(text: str, at: int) -> str:
    """The text without the table in which this position is."""
    headers = [found.start() for found in _HEADER.finditer(text)]
    start = max((one for one in headers if one < at), default=0)
    end = min((one for one in headers if one > max(start, at - 1)), default=len(text))
    return text[:start] + text[end:]


def _text(file: Path, findings: Findings) -> str | None:
    try:
        with file.open("rb") as opened:
            raw = opened.read(_LARGEST + 1)
    except FileNotFoundError:
        findings.error(
            Place(file), "there is no such file; `triaged init` makes one, -c PATH or $TRIAGED_CONFIG names another"
        )
        return None
    except OSError as error:
        findings.error(Place(file), f"cannot be read: {error.strerror or error}")
        return None
    if len(raw) > _LARGEST:
        findings.error(Place(file), "is larger than 4 MB; this is no configuration")
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        line, column = Lines(before).of(len(before))
        findings.error(Place(file, line, column), "is not UTF-8 from here on; save the file as UTF-8")
        return None


def _syntax(error: tomli.TOMLDecodeError, text: str) -> str:
    """What the reader says, and what it most likely means."""
    line = text[text.rfind("\n", 0, error.pos) + 1 :].partition("\n")[0]
    message = error.msg[:1].lower() + error.msg[1:]
    hint = ""
    if error.msg.startswith(("Unescaped", "Invalid hex")):
        hint = "; write regular expressions (and paths with \\) in single quotes"
    elif error.msg in ("Illegal character '\\n'", "Unterminated string"):
        return "no valid TOML: this text does not end: its closing quote is missing"
    elif error.msg in ("Invalid value", "Expected newline or end of document after a statement"):
        hint = _value_hint(text[error.pos :]) if "=" in line else ""
    elif error.msg.startswith("Cannot overwrite") and line.startswith("[["):
        hint = "; a list of tables has two brackets each time, and one above has [ ]"
    elif error.msg.startswith("Cannot declare"):
        return f"no valid TOML: {line.partition('#')[0].strip()} stands above already: put all of it there"
    elif error.msg.startswith(("Cannot overwrite", "Duplicate")):
        hint = "; this key or table stands above already"
    elif error.msg.startswith("Expected '=' after a key"):
        hint = "; a key with other characters than letters, digits, - and _ needs quotes"
    return f"no valid TOML: {message}{hint}"


def _value_hint(rest: str) -> str:
    """What to write instead of a value that is none: `rest` begins with it."""
    if rest[:1] in _CURLY:
        return '; quotes have to be straight: "…"'
    word = rest.partition("\n")[0].partition("#")[0].strip().casefold()
    if word in ("yes", "no", "on", "off", "true", "false"):
        return "; write true or false, in small letters and without quotes"
    return "; text needs quotes, a list needs [ ]"


class _Tree:
    """The values of one file with their places."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.text = text
        self.lines = Lines(text)
        self.positions = positions(text)

    def node(self, value: Any, path: tuple[str | int, ...] = (), above: Place | None = None) -> Node:
        position = self.positions.get(path)
        at = self._place(position.value) if position else above or Place(self.file)
        key = self._place(position.key) if position else at
        if isinstance(value, dict):
            return Node({name: self.node(one, (*path, name), at) for name, one in value.items()}, at, key)
        if isinstance(value, list):
            return Node([self.node(one, (*path, index), at) for index, one in enumerate(value)], at, key)
        return Node(value, at, key, self._text_line(position.value) if position else 0)

    def _text_line(self, offset: int) -> int:
        if self.text[offset : offset + 3] not in ('"""', "'''"):
            return 0
        # a line end right behind the quotes is no part of the text (TOML 1.0)
        return self.lines.of(offset)[0] + (self.text[offset + 3 : offset + 4] == "\n")

    def _place(self, offset: int) -> Place:
        return Place(self.file, *self.lines.of(offset))


def merge(common: Node, own: Node, path: tuple[str, ...] = ()) -> Node:
    """Lay a person's tables over the common ones, key by key; the person's rules come before the common ones."""
    if not isinstance(common.value, dict) or not isinstance(own.value, dict) or (path and path[-1] in _WHOLE):
        if path == ("rule",) and isinstance(common.value, list) and isinstance(own.value, list):
            return replace(own, value=[*own.value, *common.value])
        return own
    below = _rest_of_week(common.value, own.value) if path and path[-1] in ("hours", "focus") else common.value
    merged = {
        key: merge(node, own.value[key], (*path, key)) if key in own.value else node for key, node in below.items()
    }
    return replace(own, value={**merged, **{key: node for key, node in own.value.items() if key not in merged}})


def _rest_of_week(common: Mapping[str, Node], own: Mapping[str, Node]) -> dict[str, Node]:
    """The common hours without the days that the person's own ranges name."""
    taken = {day for key in own for day in _days(key) if len(_days(key)) > 1}
    below: dict[str, Node] = {}
    for key, node in common.items():
        days = _days(key)
        if len(days) > 1 and taken & set(days) and key not in own:
            below.update({WEEKDAYS[day]: node for day in days if day not in taken and WEEKDAYS[day] not in own})
        else:
            below[key] = node
    return below


def _days(key: str) -> tuple[int, ...]:
    with suppress(ValueError):
        return parse_weekdays(key)
    return ()
