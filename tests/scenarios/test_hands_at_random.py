"""A few seconds of what `make torture HANDS=1` does for an hour."""

import random

import pytest

from scenarios.conftest import Opening
from scenarios.handsatrandom import TWO, steps, walk
from scenarios.handstorture import SERVERS
from server.fixtures import AnyVariant


@pytest.mark.timeout(300)  # an hour's walks never rest for long, but a busy machine makes a minute of a few seconds
@pytest.mark.parametrize("variant", SERVERS.values(), ids=SERVERS.keys())
async def test_whatever_hands_do_nothing_is_lost_doubled_stranded_read_or_answered(
    stages: Opening, variant: AnyVariant
):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 — pytest shows it where it fails
    await walk(stages(TWO, variant=variant), steps(seed, 30))
