"""A few seconds of what `make torture` does for an hour."""

import random

import pytest

from faults.field import Field
from faults.judging import table
from faults.torture import torture


@pytest.mark.timeout(300)  # it may rest for a minute and a half
def test_killed_at_random_under_load_nothing_is_lost_doubled_or_answered_twice():
    seed = random.randrange(1 << 32)
    field = Field(random.Random(seed), brief=True)
    try:
        wrong = torture(field, 8, patience=90)
        assert not wrong, f"seed {seed}\n{table(field, wrong)}"
        assert field.kills or field.faults
    finally:
        field.close()
