"""The one door to the terminal and to pipes: whatever servers and messages said, it moves no cursor and turns no text around."""

import csv
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

_BIDI = "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_UNPRINTABLE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}]|\r(?!\n)")
_COLOUR = r"\x1b(?!\[[0-9;]{0,30}m)"
_UNPRINTABLE_BUT_COLOURS = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f{_BIDI}]|\r(?!\n)|{_COLOUR}")
_HIDDEN_IN_JSON = re.compile(rf"[\x7f-\x9f{_BIDI}]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    """The text with a sign for each character that a terminal would obey."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(written: str) -> str:
    """JSON in which what a terminal would obey is escaped: the same values, and nothing happens to who looks at it."""
    return _HIDDEN_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def write_rows(file: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """A heading and rows as CSV, in which no text is taken for a formula (OWASP: CSV injection)."""
    writer = csv.DictWriter(file, columns, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    return printable(f"'{value}" if value.startswith(_FORMULA) else value)


class _Door:
    """A stream behind which nothing unprintable goes; colours do where there are some."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        coloured = stream.isatty() or bool(os.environ.get("FORCE_COLOR"))
        self._unprintable = _UNPRINTABLE_BUT_COLOURS if coloured else _UNPRINTABLE

    def write(self, text: str) -> int:
        return self._stream.write(self._unprintable.sub("\N{REPLACEMENT CHARACTER}", text))

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def behind_the_door() -> Iterator[None]:
    """Standard output and standard error as long as a command runs."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Door(before[0]), _Door(before[1])
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
