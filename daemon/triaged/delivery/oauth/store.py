"""Tokens on disk: one file a login in the state folder, 0600, replaced whole, one writer at a time.

In: a login, a `Token`. Out: the `Token` that is there. Two processes (the daemon and `triaged auth`) share the folder: who
spends a refresh token holds the lock, since a provider that rotates them takes each only once.
Never: half a file, a file that others can read, a token in an error.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from triaged import crash
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
    refused_at: datetime | None = None


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
            told = json.loads(file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{file} cannot be read: {error.strerror}") from error
        except ValueError:
            raise StoreError(f"{file} is damaged: sign in again, `triaged auth login`") from None
        return _from_json(told, file)

    def write(self, login: str, token: Token) -> None:
        """Put a token in place of the one that is there, durably. Hold `lock` around reading and writing.

        Raises:
            StoreError: it cannot be written; what was there is still there.
        """
        file = self.file(login)
        new = file.with_suffix(".new")
        try:
            self._make_folder()
            crash.point("tokens.write.before")
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                os.fchmod(descriptor, 0o600)
                _give_to_owner_of(self.folder.parent, descriptor)
                opened.write(json.dumps(_to_json(token), indent=1).encode() + b"\n")
                opened.flush()
                os.fsync(descriptor)
            crash.point("tokens.rename.before")
            new.replace(file)
            _sync(self.folder)
        except OSError as error:
            raise StoreError(f"{file} cannot be written: {error.strerror}") from error
        crash.point("tokens.write.after")

    @contextlib.contextmanager
    def lock(self, login: str) -> Iterator[None]:
        """Be the only one, of all processes, who writes this login's token. Blocking.

        Raises:
            StoreError: another process has held it for a minute.
        """
        file = self.file(login).with_suffix(".lock")
        try:
            self._make_folder()
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            _give_to_owner_of(self.folder.parent, descriptor)
        except OSError as error:
            raise StoreError(f"{file} cannot be used: {error.strerror}") from error
        try:
            _take(descriptor, file)
            yield
        finally:
            os.close(descriptor)

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.folder.stat().st_mode & 0o077:
            self.folder.chmod(0o700)
        _give_to_owner_of(self.folder.parent, self.folder)


def _give_to_owner_of(folder: Path, made: int | Path) -> None:
    """What root writes by `triaged auth login` the daemon must be able to read."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(made, owner.st_uid, owner.st_gid)


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


def _sync(folder: Path) -> None:
    """A rename is durable when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        known["scopes"] = tuple(known.get("scopes", ()))
        return Token(**known)
    except (TypeError, ValueError, KeyError, AttributeError):
        raise StoreError(f"{file} is damaged: sign in again, `triaged auth login`") from None
