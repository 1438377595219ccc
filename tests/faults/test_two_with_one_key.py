"""A second daemon with a copy of the key, on another machine and the same mailbox: a standby that was started too early.

Its mark is the same, so that it takes what the first has in hand for its own: nobody may be answered twice for that.
"""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from faults.test_a_process_under_pressure import NOW, Process, aside, deliver, eventually
from faults.test_a_state_folder_rolled_back import copied
from scenarios.conftest import Opening
from scenarios.plays import GARY, MAY
from scenarios.stage import Stage
from server.dovecot import Dovecot
from server.sink import Sink
from triaged.installkey import NAME, known_or_new


@pytest.fixture
def pair(dovecot: Dovecot, sink: Sink, tmp_path: Path) -> tuple[Stage, Stage]:
    first = Stage(NOW, dovecot, sink, tmp_path / "first")
    second = Stage(NOW, dovecot, sink, tmp_path / "second", users=list(first.users))
    for stage in (first, second):
        stage.folder.mkdir()
        stage.write_config()
    known_or_new(first.path, first.state.parent)
    shutil.copy(first.path.parent / NAME, second.path.parent / NAME)
    return first, second


def test_two_that_see_every_message_at_the_same_instant_answer_nobody_twice(pair: tuple[Stage, Stage], sink: Sink):
    processes = [Process(one) for one in pair]
    try:
        for process in processes:
            process.wait_for("service.ready")
        for number in range(1, 13):
            deliver(pair[0], number)
            eventually(lambda number=number: aside(pair[0]) == number, "it is put aside")
        sink.wait_for(12)
    finally:
        for process in processes:
            process.popen.terminate()
    assert [process.end() for process in processes] == [0, 0]
    answered = Counter(recipient for one in sink.received for recipient in one.recipients)
    assert answered == {f"g{number}@harbor.example": 1 for number in range(1, 13)}
    assert len(pair[0].inbox("Deferred")) == 12


@pytest.mark.parametrize("state", ["no state", "a copy of the state"])
async def test_a_standby_beside_the_one_that_runs_answers_nobody_twice_and_nothing_is_lost(stages: Opening, state: str):
    both = first, second = stages(), stages()
    await first.open()
    await first.to("tue 15:10")
    await first.arrives(GARY, "before")
    second.users, second.server, second.clock = list(first.users), first.server, first.clock
    second.write_config()
    shutil.copy(first.folder / NAME, second.folder / NAME)
    if state == "a copy of the state":
        copied(first).rename(second.state.parent)
    await second.open()
    first.store(MAY, "after")
    for one in both:
        one.daemon.wake()
        await one.quiet()
    for moment in ("tue 15:20", "tue 15:30", "tue 16:00", "wed 12:00"):
        await first.to(moment)
        await second.quiet()
    answered = Counter(str(one["To"]) for one in first.sent())
    assert answered == {"gary@harbor.example": 1, "may@harbor.example": 1}
    assert set(first.inbox("Deferred")) == {"before", "after"}
    await first.to("fri 09:30")
    await second.quiet()
    assert set(first.inbox()) == {"before", "after"}  # two that move one message at one instant may leave a copy of it
