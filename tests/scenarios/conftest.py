"""A stage for each play, closed when the play is over."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest_asyncio

from scenarios.plays import CONSULTANT
from scenarios.stage import START, Stage
from server.dovecot import USUAL, Dovecot, Variant
from server.sink import Sink

Opening = Callable[..., "Stage"]


@pytest_asyncio.fixture
async def stages(dovecots: Callable[[Variant], Dovecot], sink: Sink, tmp_path: Path) -> AsyncIterator[Opening]:
    """`stages(config, variant=…)`: a stage that is not open yet; its daemon is stopped when the test is over."""
    made: list[Stage] = []

    def give(
        config: str = CONSULTANT, *, variant: Variant = USUAL, dovecot: Dovecot | None = None, start: datetime = START
    ) -> Stage:
        folder = tmp_path / f"stage{len(made)}"
        folder.mkdir()
        made.append(Stage(config, dovecot or dovecots(variant), sink, folder, start))
        return made[-1]

    yield give
    for stage in made:
        await stage.close()
