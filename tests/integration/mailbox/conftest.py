"""Sessions with a fake server, with short patience."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from fakes.imap import PASSWORD, FakeImap
from triaged.mailbox import Patience, Pools, Session

LEISURE = Patience()


@pytest.fixture
def pools() -> Iterator[Pools]:
    made = Pools(commands=8, connects=4)
    yield made
    made.close()
    # every thread must come to its end: a stuck one would be a call without a deadline
    made.commands.shutdown(wait=True)
    made.connects.shutdown(wait=True)


async def password() -> str:
    return PASSWORD


@pytest.fixture
async def session_with(pools: Pools) -> AsyncIterator[Callable[..., Session]]:
    """`session_with(server)`: a session, not open yet; closed in the end."""
    made: list[Session] = []

    def make(server: FakeImap, patience: Patience = LEISURE, **options: object) -> Session:
        options = options or {"secret": password}
        made.append(Session(server, pools, patience=patience, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for session in made:
        await asyncio.wait_for(session.close(), 20)
