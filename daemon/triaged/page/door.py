"""Who may come in: links that sign in once within ten minutes, and the devices that have come in by one.

Both live in the memory of the daemon and end with it; of a token only its hash is kept. Links are made in the daemon's
own thread and used in the page's: one lock is held for each step.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

LINK: Final = timedelta(minutes=10)
"""How long a link signs in; once."""
DEVICE: Final = timedelta(days=30)
"""How long a device stays signed in from its last use."""
_MOST_LINKS: Final = 20
"""Links of a person that may be open at a time: the oldest gives way."""


@dataclass(slots=True)
class Device:
    """A browser that is signed in as the person who has the account `login`."""

    login: str
    used_at: datetime
    token: str = field(default_factory=secrets.token_urlsafe)  # every form of its pages holds it
    said: str = ""  # what its last act came to, told once


class Door:
    """Links and devices, by the hash of their tokens."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._links: dict[str, tuple[str, datetime]] = {}
        self._devices: dict[str, Device] = {}

    def link(self, login: str) -> str:
        """The token of a new link for the person who has this account."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._forget_the_old()
            own = [name for name, (of, _) in self._links.items() if of == login]
            for name in own[: len(own) + 1 - _MOST_LINKS]:
                del self._links[name]
            self._links[_hash(token)] = (login, self._now())
        return token

    def enter(self, token: str) -> str | None:
        """Use a link up: the token of the device that is signed in by it; None: it is none any more."""
        with self._lock:
            self._forget_the_old()
            login, _ = self._links.pop(_hash(token), ("", None))
            if not login:
                return None
            own = secrets.token_urlsafe(32)
            self._devices[_hash(own)] = Device(login, self._now())
            return own

    def device(self, token: str) -> Device | None:
        """The device that shows this token, used now."""
        with self._lock:
            self._forget_the_old()
            found = self._devices.get(_hash(token))
            if found is not None:
                found.used_at = self._now()
            return found

    def leave(self, token: str) -> None:
        """Sign a device out."""
        with self._lock:
            self._devices.pop(_hash(token), None)

    def _forget_the_old(self) -> None:
        now = self._now()
        self._links = {name: one for name, one in self._links.items() if now - one[1] < LINK}
        self._devices = {name: one for name, one in self._devices.items() if now - one.used_at < DEVICE}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
