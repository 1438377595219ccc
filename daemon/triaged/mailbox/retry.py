"""When to try an account again: a pure policy.

In: what went wrong, how often in a row, a random number. Out: how long to wait.
Never: a clock or a random source of its own; more than two sign-ins within two minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from triaged.mailbox.errors import AuthFailed, Insecure, MailboxError, Throttled, Unavailable, Unreachable

BASE, CAP = timedelta(seconds=2), timedelta(seconds=300)
AUTH_BASE, AUTH_CAP = timedelta(minutes=15), timedelta(hours=6)
LATER_BASE, LATER_CAP = timedelta(minutes=5), timedelta(hours=1)
INSECURE = timedelta(minutes=15)
THROTTLED = timedelta(minutes=5)
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
                pause = _doubled(AUTH_BASE, AUTH_CAP, self.refusals)
                return replace(self, refusals=self.refusals + 1), pause * (1 + random() / 10)
            case Throttled(retry_after=wanted):
                # a little more than was asked for, so that not everybody comes back in the same second
                return replace(self, failures=self.failures + 1), (wanted or THROTTLED) * (1 + random() / 10)
            case Unavailable():
                pause = _doubled(LATER_BASE, LATER_CAP, self.failures)
                return replace(self, failures=self.failures + 1), pause * (0.5 + random() / 2)
            case Insecure():
                return replace(self, failures=self.failures + 1), INSECURE * (1 + random() / 10)
            case _:
                # full jitter: five hundred accounts that lost the network together come back spread out
                pause = _doubled(BASE, CAP, self.failures)
                logins = self.logins[:-1] if isinstance(error, Unreachable) else self.logins
                return replace(self, failures=self.failures + 1, logins=logins), pause * random()

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


def _doubled(base: timedelta, cap: timedelta, times: int) -> timedelta:
    return min(cap, base * float(2 ** min(times, 20)))
