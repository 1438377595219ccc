"""How long an account rests when its submission server is in trouble: an outcome goes in, a duration comes out."""

from datetime import timedelta

from triaged.core.backoff import SUBMISSION_FIRST, SUBMISSION_MOST, doubled
from triaged.delivery import Deferred


def pause_after(deferred: Deferred, failures: int) -> timedelta:
    """How long it rests after its `failures`-th trouble in a row (from 1): doubling, at most 6 hours.

    A server that says how long it wants to be left alone is left alone for so long.
    """
    first = deferred.retry_after or SUBMISSION_FIRST
    return doubled(first, SUBMISSION_MOST, 1 if deferred.cause == "throttle" else failures)
