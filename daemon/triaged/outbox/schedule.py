"""When to try again: the number of attempts and an outcome go in, a duration comes out."""

from datetime import timedelta

from triaged.delivery import Deferred

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
"""From one attempt to the next; the last for all that follow. Greylisting wants 5 to 30 minutes among the first."""

JITTER = 0.1
LONGEST_PAUSE = timedelta(hours=6)


def retry_after(tries: int, chance: float) -> timedelta:
    """How long after the `tries`-th attempt (from 1) the next comes. `chance`: from 0 to 1."""
    step = RETRIES[min(max(tries, 1), len(RETRIES)) - 1]
    return step * (1 + JITTER * (2 * chance - 1))


def pause_after(deferred: Deferred, failures: int) -> timedelta:
    """How long the account rests after its `failures`-th trouble in a row (from 1): doubling, at most 6 hours.

    A server that says how long it wants to be left alone is left alone for so long.
    """
    first = deferred.retry_after or RETRIES[0]
    if deferred.cause == "throttle":
        return min(first, LONGEST_PAUSE)
    return min(first * int(2 ** min(failures - 1, 10)), LONGEST_PAUSE)
