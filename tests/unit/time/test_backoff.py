"""The curves by which everything is tried again: they never get shorter, and end in a wait that holds."""

from datetime import timedelta

import pytest

from triaged.core import backoff
from triaged.core.backoff import Curve, doubled

MINUTE = timedelta(minutes=1)
TABLE = {name: curve for name, curve in vars(backoff).items() if isinstance(curve, Curve)}


@pytest.mark.parametrize("name", TABLE)
def test_no_curve_gets_shorter_or_ends(name: str):
    curve = TABLE[name]
    waits = [curve.after(failures) for failures in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[0] > timedelta(0)
    assert waits[-1] == waits[len(curve.steps) - 1]


def test_a_wait_is_spread_between_its_ends():
    curve = Curve((10 * MINUTE,), (0.5, 1.0))
    assert [curve.after(chance=chance) for chance in (0.0, 0.5, 1.0)] == [5 * MINUTE, 7.5 * MINUTE, 10 * MINUTE]


def test_what_the_other_side_asks_for_wins_and_is_spread_too():
    assert backoff.THROTTLED.after(7, 0.0, asked=90 * MINUTE) == 90 * MINUTE
    assert backoff.THROTTLED.after(7, 1.0, asked=90 * MINUTE) == 99 * MINUTE


def test_doubling_ends_at_the_most():
    assert [doubled(MINUTE, 6 * MINUTE, failures) for failures in (1, 2, 3, 4, 5000)] == [
        MINUTE, 2 * MINUTE, 4 * MINUTE, 6 * MINUTE, 6 * MINUTE
    ]  # fmt: skip
    assert backoff.CONNECTION.steps[-1] == timedelta(minutes=5)
