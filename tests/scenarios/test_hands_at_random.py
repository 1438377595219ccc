"""A few seconds of what `make torture HANDS=1` does for an hour; and a month of it, which hypothesis makes as short as it can."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.conftest import Opening
from scenarios.handsatrandom import STEPS, TWO, Step, steps, walk
from scenarios.handstorture import SERVERS
from server.fixtures import AnyVariant
from server.sink import Sink


@pytest.mark.timeout(300)  # an hour's walks never rest for long, but a busy machine makes a minute of a few seconds
@pytest.mark.parametrize("variant", SERVERS.values(), ids=SERVERS.keys())
async def test_whatever_hands_do_nothing_is_lost_doubled_stranded_read_or_answered(
    stages: Opening, variant: AnyVariant
):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 — pytest shows it where it fails
    await walk(stages(TWO, variant=variant), steps(seed, 30))


_STEPS = st.builds(
    Step,
    st.sampled_from([what for what, weight in STEPS.items() for _ in range(weight)] + ["morning"] * 12),
    st.floats(0, 1, exclude_max=True),
    st.floats(0.01, 0.99),
)
"""A day is three or four of them."""


@pytest.mark.timeout(300)
@settings(
    max_examples=2, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(taken=st.lists(_STEPS, min_size=20, max_size=90))
async def test_a_month_of_drags_undone_and_of_clients_at_once_loses_and_doubles_nothing(
    stages: Opening, sink: Sink, taken: list[Step]
):
    sink.received.clear()  # what the walk before has sent
    await walk(stages(TWO), taken)
