"""Signals that come before the daemon can act on them: kept, and told to it when it can. None of them kills a start."""

import signal
from collections.abc import Callable, Mapping
from types import FrameType

_HELD = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
_come: list[signal.Signals] = []


def hold() -> None:
    """From now on they are only kept. In the main thread."""
    for number in _HELD:
        signal.signal(number, _keep)


def _keep(number: int, _frame: FrameType | None) -> None:
    _come.append(signal.Signals(number))


def has_come(number: signal.Signals) -> bool:
    """Whether one of that number was kept."""
    return number in _come


def hand_over(acts: Mapping[signal.Signals, Callable[[], None]]) -> None:
    """Do what those that were kept ask for, in their order; whoever calls has handlers of its own now."""
    come = list(_come)
    _come.clear()
    for number in come:
        if number in acts:
            acts[number]()
