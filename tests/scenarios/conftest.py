"""A stage for each play, closed when the play is over."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest_asyncio

from scenarios.plays import CONSULTANT
from scenarios.stage import START, Stage
from server.dovecot import USUAL, Dovecot
from server.fixtures import AnyVariant
from server.mailboxes import Mailboxes
from server.sink import Sink

Opening = Callable[..., "Stage"]


@pytest_asyncio.fixture
async def stages(servers: Callable[[AnyVariant], Mailboxes], sink: Sink, tmp_path: Path) -> AsyncIterator[Opening]:
    """`stages(config, variant=…)`: a stage that is not open yet; its daemon is stopped when the test is over."""
    made: list[Stage] = []

    def give(
        config: str = CONSULTANT,
        *,
        variant: AnyVariant = USUAL,
        dovecot: Dovecot | None = None,
        start: datetime = START,
    ) -> Stage:
        folder = tmp_path / f"stage{len(made)}"
        folder.mkdir()
        made.append(Stage(config, dovecot or servers(variant), sink, folder, start))
        return made[-1]

    yield give
    for stage in made:
        await stage.close()
