"""What the verbs need of a database: statements in, rows out, and the few things that engines do each in its own way.

A statement stands once, in SQL that both know, with `?`, `?1` or `:name` where a value goes; `sqlite` and `postgres` are the engines.
Text is made fit at this border, whoever hands it in: no NUL, no lone surrogate. No server and no sender is held to Unicode: a folder's
name in modified UTF-7, a header, an argument of a command may hold half a character. UTF-8 has no octets for it, and not every
engine takes a NUL: one hostile subject would fail a window.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

INSTEAD = "\N{REPLACEMENT CHARACTER}"
_UNFIT = re.compile("[\0\ud800-\udfff]")

Params = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fence:
    """That a person is served here: of each taking there is another token, which only its owner knows."""

    person: str
    token: str


class Cursor(Protocol):
    """What a statement has found or done."""

    @property
    def rowcount(self) -> int:
        """How many rows it has changed."""

    def fetchone(self) -> Any:
        """The next row as a tuple, or None."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """One connection, used by one thread at a time."""

    @property
    def failures(self) -> type[Exception]:
        """What the driver raises, whatever went wrong; `raise_ours` makes our own error of it."""

    @property
    def conflict(self) -> type[Exception]:
        """Which of these says that a statement would break a uniqueness or a reference."""

    @property
    def in_transaction(self) -> bool:
        """Whether one has begun and not ended; an engine may have undone it by itself."""

    @property
    def shares_commits(self) -> bool:
        """Whether unrelated verbs are put into one transaction, because each alone would wait for the disk."""

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Do it."""

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """Do it with each."""

    def insert(self, sql: str, parameters: Any, /) -> int:
        """Add a row to a table whose key is `id`; which number it got."""

    def begin(self, *, synced: bool = True) -> None:
        """Begin a transaction that writes, alone until it ends. Not `synced`: its end does not wait for the disk."""

    def hold(self, fence: Fence) -> None:
        """Inside a transaction: until it ends, nobody else comes to serve this person. Raises LeaseLost where somebody does already."""

    def finish(self) -> None:
        """Write it durably. When this returns it is written; when it raises it is not, or the error says that nobody knows."""

    def undo(self) -> None:
        """Nothing of it has been. May be called when none has begun."""

    def raise_ours(self, error: Exception) -> NoReturn:
        """Raise our own error for one of the driver's, keeping it as the cause. A mistake of ours stays what it is."""

    def tables(self) -> list[str]:
        """The names of all tables of the ledger, sorted."""

    def columns(self, table: str) -> list[str]:
        """The columns of one of them, in their order."""

    def let_references_wait(self) -> None:
        """Inside a transaction: rows that belong together go in any order; whether none is missed is looked at when it ends."""

    def be_patient(self) -> None:
        """Inside a transaction: it goes through everything, and may take its time."""

    def count_on(self) -> None:
        """Inside a transaction: numbers of new rows go on after the highest that is there, however those came."""

    def forget_thoroughly(self) -> None:
        """What is deleted from now on is overwritten, not only given up: somebody wants to be forgotten."""

    def fold_in(self) -> None:
        """What was committed stands in the file itself, not only in the log beside it."""

    def is_sound(self) -> bool:
        """Whether what is kept is whole, as far as a quick look finds."""

    def close(self) -> None:
        """Let go of it. May be repeated."""


def fit(parameters: Params) -> Params:
    """The same, or where a text among them is not fit, with what cannot be kept replaced."""
    named = isinstance(parameters, dict)
    for value in parameters.values() if named else parameters:  # type: ignore[union-attr]  # said by `named`
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
