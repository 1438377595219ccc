"""Tokens on disk: one file a login in the state folder, 0600, replaced whole, one writer at a time.

In: a login, a `Token`. Out: the `Token` that is there. Two processes (the daemon and `triaged auth`) share the folder: who
spends a refresh token holds the lock, since a provider that rotates them takes each only once.
Never: half a file, a file that others can read, a token in an error.
"""

import contextlib
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from triaged import crash, statefolder
from triaged.core.errors import TriagedError

VERSION = 1
_LOCK_PATIENCE = 60.0  # seconds; longer than a request may take
_LOCK_NAP = 0.05


class StoreError(TriagedError):
    """The folder or a file in it cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is remembered of one sign-in. Instants are aware UTC; None: not known, or never."""

    provider: str
    client_id: str
    grant: str
    access_token: str = field(repr=False)
    expires_at: datetime | None
    refresh_token: str | None = field(default=None, repr=False)
    refresh_expires_at: datetime | None = None  # as the provider said
    signed_in_at: datetime | None = None
    renewed_at: datetime | None = None
    testing: bool = False  # a Google app whose publishing status is Testing
    token_url: str = ""  # where it was had
    scopes: tuple[str, ...] = ()
    refused: str = ""  # why the provider takes it no longer; "" while it does
    refused_code: str = ""
    refused_at: datetime | None = None  # when it was last asked in vain
    first_refused_at: datetime | None = None
    refresh_slides: bool | None = None  # whether each renewal puts the told end off; None: not known yet
    asked: tuple[str, ...] = ()  # the scopes that were asked for at the sign-in
    question: str = ""  # what stood in the configuration when the provider was last asked (`renewal.question`)


_INSTANTS = tuple(each.name for each in fields(Token) if each.name.endswith("_at"))


class Store:
    """The folder `tokens` in the state folder; made when something is first written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, login: str) -> Path:
        """Where a login's token lies."""
        return self.folder / (quote(login, safe="@+ ") + ".json")

    def read(self, login: str) -> Token | None:
        """The login's token; None if there is none.

        Raises:
            StoreError: it cannot be read.
        """
        file = self.file(login)
        try:
            with self._opened() as folder:
                told = json.loads(statefolder.read_in(folder, file.name))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{file} cannot be read: {statefolder.why(error)}") from error
        except ValueError:
            raise StoreError(f"{file} is damaged: sign in again, `triaged auth login`") from None
        return _from_json(told, file)

    def write(self, login: str, token: Token) -> None:
        """Put a token in place of the one that is there, durably. Hold `lock` around reading and writing.

        Raises:
            StoreError: it cannot be written; what was there is still there.
        """
        file = self.file(login)
        content = json.dumps(_to_json(token), indent=1).encode() + b"\n"
        try:
            with self._opened(make=True) as folder:
                crash.point("tokens.write.before")
                statefolder.replace_in(folder, file.name, content, lambda: crash.point("tokens.rename.before"))
        except OSError as error:
            raise StoreError(f"{file} cannot be written: {statefolder.why(error)}") from error
        crash.point("tokens.write.after")

    @contextlib.contextmanager
    def lock(self, login: str) -> Iterator[None]:
        """Be the only one, of all processes, who writes this login's token. Blocking.

        Raises:
            StoreError: another process has held it for a minute.
        """
        file = self.file(login).with_suffix(".lock")
        try:
            with self._opened(make=True) as folder:
                descriptor = statefolder.open_in(folder, file.name, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise StoreError(f"{file} cannot be used: {statefolder.why(error)}") from error
        try:
            _take(descriptor, file)
            yield
        finally:
            os.close(descriptor)

    def make_private(self) -> list[str]:
        """Take from everybody else what they may read of it; the names of what was open, as in the state folder."""
        state, name = self.folder.parent, self.folder.name
        inside = [f"{name}/{file.name}" for file in self.folder.glob("*")] if self.folder.is_dir() else []
        return statefolder.make_private(state, [name, *sorted(inside)])

    @contextlib.contextmanager
    def _opened(self, *, make: bool = False) -> Iterator[int]:
        with statefolder.opened(self.folder.parent, self.folder.name, make=make) as folder:
            if make and stat.S_IMODE(os.fstat(folder).st_mode) & 0o077:
                os.fchmod(folder, statefolder.PRIVATE_FOLDER)
            yield folder


def _take(descriptor: int, file: Path) -> None:
    end = time.monotonic() + _LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise StoreError(f"{file} is held by another process") from None
            time.sleep(_LOCK_NAP)
        else:
            return


def _to_json(token: Token) -> dict[str, Any]:
    told = asdict(token) | {"version": VERSION}
    for name in _INSTANTS:
        at = told[name]
        told[name] = at.isoformat() if at is not None else None
    return told


def _from_json(told: Any, file: Path) -> Token:
    try:
        known = {each.name: told[each.name] for each in fields(Token) if each.name in told}
        for name in _INSTANTS:
            text = known.get(name)
            known[name] = datetime.fromisoformat(text).astimezone(UTC) if text else None
        for name in ("scopes", "asked"):
            known[name] = tuple(known.get(name, ()))
        return Token(**known)
    except (TypeError, ValueError, KeyError, AttributeError):
        raise StoreError(f"{file} is damaged: sign in again, `triaged auth login`") from None
