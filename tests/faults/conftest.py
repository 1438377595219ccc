"""Stages for faults: the same as for plays, and sessions that lose patience soon."""

from functools import partial

import pytest

from scenarios.conftest import stages  # noqa: F401 — fixtures are found by their names here
from triaged.mailbox import Patience, Session
from triaged.service import stations

HASTE = Patience(connect=1, address=0.5, command=1, done=0.3, goodbye=0.2, slowest=1e9)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon's sessions give a silent server up after a second, not after a minute."""
    monkeypatch.setattr(stations, "Session", partial(Session, patience=HASTE))
