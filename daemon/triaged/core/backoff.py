"""How long to wait before something is tried again: every curve of the house, in one table. Pure: chance is handed in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Curve:
    """Waits after the first, the second, … failure in a row; the last holds for all that follow.

    `spread`: each wait is multiplied by something between the two, so that what failed together does not come back
    together.
    """

    steps: tuple[timedelta, ...]
    spread: tuple[float, float] = (1.0, 1.0)

    def after(self, failures: int = 1, chance: float = 0.5, *, asked: timedelta | None = None) -> timedelta:
        """How long to wait after so many failures in a row, from 1; or for what the other side has `asked`.

        `chance`: from 0 to 1.
        """
        least, most = self.spread
        step = asked or self.steps[min(max(failures, 1), len(self.steps)) - 1]
        return step * (least + (most - least) * chance)


def doubled(first: timedelta, most: timedelta, failures: int) -> timedelta:
    """`first`, twice that, four times that, … after so many failures in a row, from 1; never more than `most`."""
    return min(most, first * float(2 ** min(max(failures, 1) - 1, 20)))


def _doubling(first: timedelta, most: timedelta) -> tuple[timedelta, ...]:
    steps = [first]
    while steps[-1] < most:
        steps.append(min(most, 2 * steps[-1]))
    return tuple(steps)


def _minutes(*minutes: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=one) for one in minutes)


_HALF_A_MINUTE: Final = timedelta(seconds=30)
_A_LITTLE_MORE: Final = (1.0, 1.1)

# --- a mailbox, over IMAP ---

CONNECTION: Final = Curve(_doubling(timedelta(seconds=2), timedelta(minutes=5)), (0.0, 1.0))
"""It was lost or never came about. Full jitter: five hundred accounts lose the network together."""
SERVER: Final = Curve(_doubling(timedelta(minutes=5), timedelta(hours=1)), (0.5, 1.0))
"""The server says that it is not available."""
SIGN_IN: Final = Curve(_doubling(timedelta(minutes=15), timedelta(hours=6)), _A_LITTLE_MORE)
"""Credentials were refused: they must not be tried until the account is locked."""
TOKEN_REFUSED: Final = Curve(_doubling(timedelta(minutes=1), timedelta(hours=1)), _A_LITTLE_MORE)
"""A token that has just been had was refused. That locks nobody out, and at Microsoft it is often over in a minute."""
INSECURE: Final = Curve(_minutes(15), _A_LITTLE_MORE)
THROTTLED: Final = Curve(_minutes(5), _A_LITTLE_MORE)
"""Where the server does not say for how long it wants to be left alone."""

# --- what is owed to a mailbox ---

EFFECT: Final = Curve(_doubling(timedelta(minutes=1), timedelta(hours=1)))
"""A move or a flag."""
APPEND: Final = Curve(_minutes(5))
STRIKE: Final = Curve(_minutes(1, 10))
"""A message that could not be fetched, read or decided."""

# --- what goes out ---

REPLY: Final = Curve(_minutes(1, 5, 15, 30, 60, 120, 240), (0.9, 1.1))
"""Greylisting wants 5 to 30 minutes among the first."""
SUBMISSION_FIRST, SUBMISSION_MOST = timedelta(minutes=1), timedelta(hours=6)
"""An account's submission server is in trouble: doubling from what it asks for, or from the first."""
LOOK: Final = Curve(_minutes(1))
"""The mailbox could not be looked at before a reply."""
PUSH: Final = Curve(_minutes(1, 5, 15, 30, 60, 120, 240, 480))
TOKEN: Final = Curve(_doubling(_HALF_A_MINUTE, timedelta(minutes=15)), _A_LITTLE_MORE)

# --- the ledger ---

LEDGER: Final = Curve((_HALF_A_MINUTE,))
"""It is busy, full or away: nothing is taken up meanwhile."""
RECORD: Final = Curve((timedelta(seconds=5),))
"""What has already happened could not be written down."""
