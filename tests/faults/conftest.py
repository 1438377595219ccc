"""Stages for faults: the same as for plays, and sessions that lose patience soon."""

from functools import partial

import pytest

from scenarios.conftest import stages  # noqa: F401 — fixtures are found by their names here
from scenarios.stage import Stage
from triaged.mailbox import Patience, Session
from triaged.service import supervisor

HASTE = Patience(connect=2, address=2, command=2, done=0.5, goodbye=0.2, slowest=1e9)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon's sessions give a silent server up after two seconds, not after a minute."""
    monkeypatch.setattr(supervisor, "Session", partial(Session, patience=HASTE))


async def begin_to_watch(stage: Stage) -> None:
    """Open it, and see that the line is drawn: on a busy machine a good server may be given up in haste as well."""
    await stage.open()
    while not stage.events("account.idle"):
        await stage.later(minutes=6)
