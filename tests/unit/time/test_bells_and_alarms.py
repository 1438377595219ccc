"""What wakes those that wait: a bell, and alarms at instants of the wall clock."""

import asyncio
from datetime import timedelta

from server.clock import START, DrivenClock, settle
from triaged.clock import Alarms, Bell, SystemClock


async def test_a_bell_that_has_rung_holds_nobody_up_until_it_is_cleared():
    bell = Bell()
    bell.set()
    await bell.wait()
    bell.clear()
    waiting = [asyncio.create_task(bell.wait()) for _ in range(2)]
    await settle()
    assert not any(task.done() for task in waiting)
    bell.set()
    await asyncio.gather(*waiting)


async def test_a_wait_ends_by_its_time_and_leaves_nothing_with_the_bell():
    bell = Bell()
    await bell.wait(0.001)
    await SystemClock().sleep(0.001, bell)
    assert not bell.is_set()
    assert bell._waiting == ()


async def test_a_wait_ends_when_something_else_ends_it():
    bell, other = Bell(), asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(bell.wait(60, other=other))
    await settle()
    other.set_result(None)
    await waiting
    assert not bell.is_set()


async def test_one_who_is_cancelled_waits_no_more():
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(60))
    await settle()
    waiting.cancel()
    await asyncio.wait([waiting])
    bell.set()
    assert bell._waiting == ()


async def test_alarms_ring_at_their_instants_and_a_later_word_counts():
    clock = DrivenClock()
    alarms, early, late, dropped, moved = Alarms(clock), Bell(), Bell(), Bell(), Bell()
    ringing = asyncio.create_task(alarms.run())
    alarms.set(late, START + timedelta(minutes=3))
    alarms.set(moved, START + timedelta(minutes=1))
    await settle()
    alarms.set(early, START + timedelta(minutes=1))
    alarms.set(dropped, START + timedelta(minutes=1))
    alarms.set(moved, START + timedelta(minutes=3))
    alarms.drop(dropped)
    await clock.advance(timedelta(minutes=2))
    assert [bell.is_set() for bell in (early, late, dropped, moved)] == [True, False, False, False]
    await clock.advance(timedelta(minutes=1))
    assert [bell.is_set() for bell in (late, dropped, moved)] == [True, False, True]
    ringing.cancel()


async def test_an_alarm_set_nearer_rings_once_and_one_set_farther_again_and_again_is_kept_once():
    clock, bell, other = DrivenClock(), Bell(), Bell()
    alarms = Alarms(clock)
    ringing = asyncio.create_task(alarms.run())
    alarms.set(bell, START + timedelta(minutes=5))
    for minute in range(10, 1000):
        alarms.set(other, START + timedelta(minutes=minute))
    assert len(alarms._order) == 2
    alarms.set(bell, START + timedelta(minutes=2))
    await clock.advance(timedelta(minutes=2))
    assert bell.is_set()
    bell.clear()
    await clock.advance(timedelta(minutes=10))
    assert not bell.is_set()
    alarms.set(bell, START + timedelta(minutes=13))
    await clock.advance(timedelta(minutes=1))
    assert bell.is_set()
    assert not other.is_set()
    ringing.cancel()


async def test_a_wall_clock_set_forward_is_seen_within_a_minute():
    clock, bell = DrivenClock(), Bell()
    alarms = Alarms(clock)
    ringing = asyncio.create_task(alarms.run())
    alarms.set(bell, START + timedelta(hours=3))
    await settle()
    clock.set_wall(START + timedelta(hours=4))
    await clock.advance(timedelta(minutes=1))
    assert bell.is_set()
    ringing.cancel()
