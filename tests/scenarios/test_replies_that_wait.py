"""A reply waits and the world goes on: the moment that it would tell passes, it is held, newer mail comes."""

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY

BACK_BY_DEFAULT = CONSULTANT.replace('until = ["1h before next call", "start of office hours"]\n', "").replace(
    'promise = ["next call", "2 business days"]\n', ""
)
"""Neither `until` nor `promise` is written: both are the start of office hours."""


async def test_a_moment_by_default_that_passes_before_it_was_told_is_computed_anew(stages: Opening):
    async with stages(BACK_BY_DEFAULT) as stage:
        await stage.to("tue 08:54")
        await stage.arrives(GARY, "question")
        await stage.to("tue 09:10")
        (reply,) = stage.sent()
        assert "today at 12:30 (London time)" in " ".join(reply.get_content().split())
