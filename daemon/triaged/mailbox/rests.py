"""When to try an account again: a pure policy.

In: what went wrong, how often in a row, a random number. Out: how long to wait.
Never: a clock or a random source of its own; more than two sign-ins within two minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from triaged.core import backoff
from triaged.mailbox.errors import (
    AuthFailed,
    Insecure,
    MailboxError,
    SignInNeeded,
    Throttled,
    TokenLater,
    TokenNotTaken,
    Unavailable,
    Unreachable,
)

LOGINS, LOGIN_WINDOW = 2, timedelta(seconds=120)
HEALTHY_AFTER = timedelta(seconds=60)
"""A connection counts as healthy, and the failures as over, after this long and one good SELECT."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """What one account remembers of its failures. Times are `Clock.elapsed()` seconds."""

    failures: int = 0  # in a row: connection lost, server unavailable
    refusals: int = 0  # in a row: credentials refused
    logins: tuple[float, ...] = ()  # the latest sign-ins that were begun

    def failed(self, error: MailboxError, random: Callable[[], float]) -> tuple["Backoff", timedelta]:
        """The state after `error`, and how long to wait; `random` gives [0, 1)."""
        match error:
            case AuthFailed():
                curve = backoff.TOKEN_REFUSED if isinstance(error, TokenNotTaken) else backoff.SIGN_IN
                logins, refusals = self._asked(error), self.refusals + 1
                return replace(self, refusals=refusals, logins=logins), curve.after(refusals, random())
            case Throttled():
                curve = backoff.THROTTLED
            case Unavailable():
                curve = backoff.SERVER
            case Insecure():
                curve = backoff.INSECURE
            case _:
                curve = backoff.CONNECTION
        failures, asked = self.failures + 1, error.retry_after if isinstance(error, Throttled) else None
        return replace(self, failures=failures, logins=self._asked(error)), curve.after(failures, random(), asked=asked)

    def _asked(self, error: MailboxError) -> tuple[float, ...]:
        """The sign-ins that a server has seen: an attempt that asked none does not count."""
        return self.logins[:-1] if isinstance(error, Unreachable | SignInNeeded | TokenLater) else self.logins

    def before_login(self, at: float) -> float:
        """Seconds to wait at `at` before the next sign-in, so that two minutes see at most two."""
        if len(self.logins) < LOGINS:
            return 0.0
        return max(0.0, self.logins[-LOGINS] + LOGIN_WINDOW.total_seconds() - at)

    def signing_in(self, at: float) -> "Backoff":
        """The state when a sign-in begins at `at`."""
        return replace(self, logins=(*self.logins, at)[-LOGINS:])

    def healthy(self) -> "Backoff":
        """The state once the connection has proved itself (`HEALTHY_AFTER`, one good SELECT)."""
        return replace(self, failures=0, refusals=0)
