"""The mode of an account or a client, written into a configuration file. Text in, text out; all else in it stays as it is."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import tomli

from triaged.config.positions import positions
from triaged.core.errors import TriagedError
from triaged.core.settings import Mode

_VALUE = re.compile(r"""\"(?:[^"\\\n]|\\.)*\"|'[^'\n]*'""")
Table = tuple[str, str]
"""Which table: ("account", "work") or ("client", "harbor")."""


class NotWritten(TriagedError):
    """The file cannot be changed safely; `line` is what a person would write, and where."""

    def __init__(self, file: Path, table: Table, mode: Mode, why: str) -> None:
        super().__init__(f"{file} is not changed: {why}")
        self.line = f'[{".".join(table)}]\nmode = "{mode}"'


def with_mode(file: Path, text: str, tables: Sequence[Table], mode: Mode) -> str:
    """The text of a file with this mode in these tables.

    Raises:
        NotWritten: it is no plain value of a table with a header, or the result would say something else besides.
    """
    for table in tables:
        text = _with_mode(file, text, table, mode)
    return text


def _with_mode(file: Path, text: str, table: Table, mode: Mode) -> str:
    ends = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n")
    new = _edited(plain, table, mode)
    if new is None or not _says(plain, new, table, mode):
        raise NotWritten(file, table, mode, f"[{'.'.join(table)}] is not written as a table with a header of its own")
    return new.replace("\n", ends)


def _edited(text: str, table: Table, mode: Mode) -> str | None:
    there = positions(text)
    if (known := there.get((*table, "mode"))) is not None:
        found = _VALUE.match(text, known.value)
        return f'{text[: found.start()]}"{mode}"{text[found.end() :]}' if found else None
    header = there.get(table)
    if header is None or not text.startswith("[", header.value):
        return None
    end = text.find("\n", header.value)
    head, rest = (text, "") if end < 0 else (text[:end], text[end + 1 :])
    return f'{head}\nmode = "{mode}"\n{rest}'


def _says(before: str, after: str, table: Table, mode: Mode) -> bool:
    """Whether it reads as before, but for the mode."""
    with suppress(tomli.TOMLDecodeError, KeyError, TypeError):
        old, new = tomli.loads(before), tomli.loads(after)
        kind, label = table
        if new[kind][label]["mode"] != mode:
            return False
        old[kind][label]["mode"] = str(mode)
        return bool(old == new)
    return False
