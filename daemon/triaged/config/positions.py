"""Where everything stands in a TOML document, which its reader does not tell.

In goes the text of a document that the reader accepted, out comes line and column of every key and value by its path.
One pass, linear in the text. It checks nothing: on a text that is no TOML the places are meaningless, but it still ends.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

Path = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t\n]*(?:#[^\n]*\n?[ \t\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_COMMENT = re.compile(r"[^\n]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^\s,\]}#=]+(?: (?=[0-9]{2}:[0-9]{2})[^\s,\]}#=]+)?")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*+"?')
_LITERAL = re.compile(r"'[^'\n]*+'?")
# Up to two quotation marks may stand right before the closing three.
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*+(?:"{3,5}|\Z)', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']|'{1,2}(?!'))*+(?:'{3,5}|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


@dataclass(frozen=True, slots=True)
class Position:
    """Offsets into the text: of the key (of its own part, in a dotted key) and of the value."""

    key: int
    value: int


def positions(text: str) -> dict[Path, Position]:
    r"""Offsets of every key and value of a TOML document by path; `()` is the document.

    A table that has a header stands at its `[`; one that only dotted keys make, at the first of them; an array of
    tables at its first `[[`. Indices count from 0. Line ends must be `\n`.
    """
    return _Scan(text).run()


class Lines:
    """Line and column of an offset into a text, both from 1, in characters."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def of(self, offset: int) -> tuple[int, int]:
        """The line, and the column in it."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class _Scan:
    """One pass over a text. `table` is the path that keys are relative to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, Position] = {(): Position(0, 0)}
        self.lengths: dict[Path, int] = {}  # of arrays of tables
        self.table: Path = ()

    def run(self) -> dict[Path, Position]:
        while self._skip(_BLANK) < len(self.text):
            before = self.at
            if self.text[self.at] == "[":
                self._header()
            else:
                self._pair(self.table)
            self._skip(_SPACE)
            if self.at < len(self.text) and self.text[self.at] == "#":
                self._skip(_COMMENT)
            if self.at == before:  # no TOML: go on behind whatever it is
                self.at += 1
        return self.found

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _looking_at(self, what: str) -> bool:
        return self.text.startswith(what, self.at)

    def _note(self, path: Path, key: int, value: int) -> None:
        self.found.setdefault(path, Position(key, value))

    # -- headers and keys

    def _header(self) -> None:
        start = self.at
        many = self._looking_at("[[")
        self.at += 2 if many else 1
        parts = self._key()
        self._skip(_SPACE)
        self.at += 2 if many and self._looking_at("]]") else int(self._looking_at("]"))
        path: Path = ()
        for number, (name, key) in enumerate(parts, 1):
            path = (*path, name)
            self._note(path, key, start)
            if number < len(parts):
                path = self._newest(path)
        if not many:
            if parts:
                self.found[path] = self._header_position(path, parts[-1][1], start)
            self.table = path
            return
        index = self.lengths.get(path, 0)
        self.lengths[path] = index + 1
        self.table = (*path, index)
        self._note(self.table, parts[-1][1] if parts else start, start)

    def _header_position(self, path: Path, key: int, start: int) -> Position:
        """A table's own header wins over a subtable's that came before it."""
        known = self.found[path]
        return known if known.value == start else Position(key, start)

    def _newest(self, path: Path) -> Path:
        """Inside an array of tables, keys go into the newest element."""
        return (*path, self.lengths[path] - 1) if path in self.lengths else path

    def _key(self) -> list[tuple[str, int]]:
        """The parts of a dotted key with their offsets."""
        parts: list[tuple[str, int]] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self._looking_at('"'):
                self._skip(_BASIC)
                parts.append((_unescaped(self.text[start + 1 : self.at - 1]), start))
            elif self._looking_at("'"):
                self._skip(_LITERAL)
                parts.append((self.text[start + 1 : self.at - 1], start))
            elif self._skip(_BARE) > start:
                parts.append((self.text[start : self.at], start))
            self._skip(_SPACE)
            if not self._looking_at("."):
                return parts
            self.at += 1

    def _pair(self, table: Path) -> None:
        parts = self._key()
        if self._looking_at("="):
            self.at += 1
        self._skip(_SPACE)
        path = table
        for number, (name, key) in enumerate(parts, 1):
            path = (*path, name)
            self._note(path, key, self.at if number == len(parts) else key)
        self._value(path)

    # -- values

    def _value(self, path: Path) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self._enclosed("]", lambda index: self._element((*path, index)))
        elif opening == "{":
            self._enclosed("}", lambda _: self._pair(path))
        elif opening == '"':
            self._skip(_LONG_BASIC if self._looking_at('"""') else _BASIC)
        elif opening == "'":
            self._skip(_LONG_LITERAL if self._looking_at("'''") else _LITERAL)
        else:
            self._skip(_SCALAR)

    def _element(self, path: Path) -> None:
        self._note(path, self.at, self.at)
        self._value(path)

    def _enclosed(self, closing: str, read: Callable[[int], None]) -> None:
        """Read what stands between brackets or braces, comments and line ends included."""
        self.at += 1
        index = 0
        while self._skip(_BLANK) < len(self.text) and not self._looking_at(closing):
            before = self.at
            read(index)
            index += 1
            self._skip(_BLANK)
            if self._looking_at(",") or self.at == before:
                self.at += 1
        self.at += 1


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    return chr(min(int(digits, 16), 0x10FFFF)) if digits else _ESCAPED.get(match[4], match[4])
