"""Who may come in: a link signs a device in, once; guesses are counted, and after too many nobody is let in for a while."""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from triaged.ledger import Ledger
from triaged.ledger.signedin import Device, NewDevice
from triaged.page.devicenames import name_of

_MOST_GUESSES: Final = 100
_GUESSED_IN: Final = timedelta(minutes=10)
"""So many wrong links in this time, by whomever, and no link is looked at until they are past."""


class TooManyGuesses(Exception):
    """No link is looked at now, not even one that is right; it is not used up."""


@dataclass(slots=True)
class Door:
    """Over the page's own connection: every answer is that of the ledger."""

    ledger: Ledger
    now: Callable[[], datetime]
    _guesses: deque[datetime] = field(default_factory=lambda: deque(maxlen=_MOST_GUESSES))

    def enter(self, link: str, browser: str) -> str | None:
        """Use a link up: the token of the device that is signed in by it; None: it is none any more.

        Raises:
            TooManyGuesses: there were too many that were none.
        """
        now = self.now()
        if len(self._guesses) == _MOST_GUESSES and now - self._guesses[0] < _GUESSED_IN:
            raise TooManyGuesses
        own = secrets.token_urlsafe(32)
        if self.ledger.sign_in(link, NewDevice(own, name_of(browser)), now) is None:
            self._guesses.append(now)
            return None
        return own

    def device(self, token: str) -> Device | None:
        """The device that shows this token, used now."""
        return self.ledger.device(token, self.now()) if token else None


def form_token(token: str) -> str:
    """What every form of a device's pages holds: made of its own token, and no way back to it."""
    return hmac.new(token.encode("utf-8", "replace"), b"form", hashlib.sha256).hexdigest()
