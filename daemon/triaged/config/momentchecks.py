"""Warnings about the moments of rules, each computed once: thousands of rules name the same few moments.

Moments and clients go in, sentences come out; `triaged.core.momentwarnings` finds them.
"""

from datetime import date

from triaged.core.calls import Call, Schedule
from triaged.core.clients import Client
from triaged.core.momentwarnings import moment_warnings, order_warnings
from triaged.core.momentwords import Moment
from triaged.core.worktime import WorkTime

_MOST_CALLS = 12
"""Different sets of standing calls that one pair of moments is tried with."""

Moments = tuple[Moment, ...]


class MomentChecks:
    """The moments of one person's rules, from one day on."""

    def __init__(self, worktime: WorkTime, today: date) -> None:
        self._worktime = worktime
        self._today = today
        self._days: dict[Moment, tuple[str, ...]] = {}
        self._orders: dict[tuple[Moments, Moments], dict[tuple[Call, ...], tuple[str, ...]]] = {}

    def of_days(self, promise: Moments) -> tuple[str, ...]:
        """Wall clocks, promised, that can fall on a day without office hours."""
        for moment in promise:
            if moment not in self._days:
                self._days[moment] = moment_warnings(moment, self._worktime, self._today)
        return tuple(text for moment in promise for text in self._days[moment])

    def of_order(self, until: Moments, promise: Moments, clients: tuple[Client, ...]) -> tuple[str, ...]:
        """An `until` that can lie after its `promise`, for any of these clients. At most one sentence."""
        known = self._orders.setdefault((until, promise), {})
        for calls in dict.fromkeys(client.calls for client in clients) or {(): None}:
            if calls not in known and len(known) < _MOST_CALLS:
                known[calls] = order_warnings(until, promise, [Schedule(self._worktime, calls)], self._today)
            if found := known.get(calls):
                return found
        return ()
