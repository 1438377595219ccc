"""The clock of the tests keeps the order of time."""

import asyncio
from datetime import timedelta

from server.clock import START, DrivenClock, settle
from triaged.clock import Clock, WakeEvent


async def test_sleepers_wake_in_order_and_at_their_own_instants():
    clock = DrivenClock()
    woken: list[tuple[str, timedelta]] = []

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.now() - START))

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper("a", 10, 10))
        group.create_task(sleeper("b", 15))
        await settle()
        assert clock.sleeping == 2
        await clock.advance(9)
        assert woken == []
        await clock.advance_to(START + timedelta(seconds=30))
    assert woken == [("a", timedelta(seconds=10)), ("b", timedelta(seconds=15)), ("a", timedelta(seconds=20))]
    assert clock.elapsed() == 30


async def test_a_wake_up_call_comes_before_the_alarm_and_leaves_nothing_behind():
    clock: Clock = (driven := DrivenClock())
    wake = WakeEvent()
    task = asyncio.create_task(clock.sleep(60, wake))
    await settle()
    wake.set()
    await task
    assert driven.sleeping == 0
    await clock.sleep(60, wake)
    await clock.sleep(0)


async def test_an_alarm_wakes_who_could_have_been_woken():
    clock = DrivenClock()
    task = asyncio.create_task(clock.sleep(60, WakeEvent()))
    await clock.advance(61)
    await task
    assert clock.sleeping == 0


async def test_a_leap_wakes_everybody_after_it():
    clock = DrivenClock()
    seen: list[float] = []

    async def sleeper(nap: float) -> None:
        await clock.sleep(nap)
        seen.append(clock.elapsed())

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper(10))
        group.create_task(sleeper(20))
        await settle()
        await clock.leap(timedelta(hours=1))
    assert seen == [3600, 3600]


async def test_setting_the_wall_clock_wakes_nobody():
    clock = DrivenClock()
    task = asyncio.create_task(clock.sleep(10))
    await settle()
    clock.set_wall(START + timedelta(days=1))
    await settle()
    assert not task.done()
    assert clock.elapsed() == 0
    await clock.advance(10)
    await task
