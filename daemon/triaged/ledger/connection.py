"""The connection to the file. Text is made fit at this border, whoever hands it in: no NUL, no lone surrogate.

No server and no sender is held to Unicode: a folder's name in modified UTF-7, a header, an argument of a command may hold
half a character. UTF-8 has no octets for it, and not every engine takes a NUL: one hostile subject would fail a window.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

INSTEAD = "\N{REPLACEMENT CHARACTER}"
_UNFIT = re.compile("[\0\ud800-\udfff]")


class Connection(sqlite3.Connection):
    """One of sqlite3's, whose parameters are made fit."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As in `sqlite3`."""
        return super().execute(sql, fit(parameters) if parameters else parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As in `sqlite3`."""
        return super().executemany(sql, map(fit, parameters))


def fit(parameters: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
    """The same, or where a text among them is not fit, with what cannot be kept replaced."""
    named = isinstance(parameters, dict)
    for value in parameters.values() if named else parameters:  # type: ignore[union-attr]
        if type(value) is str and not _is_fit(value):
            break
    else:
        return parameters
    if isinstance(parameters, Mapping):
        return {name: _fit(value) for name, value in parameters.items()}
    return tuple(map(_fit, parameters))


def _is_fit(text: str) -> bool:
    return "\0" not in text if text.isascii() else _UNFIT.search(text) is None


def _fit(value: Any) -> Any:
    return _UNFIT.sub(INSTEAD, value) if isinstance(value, str) else value
