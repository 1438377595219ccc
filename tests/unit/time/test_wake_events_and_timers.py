"""What wakes those that wait: an event, and timers at instants of the wall clock."""

import asyncio
from datetime import timedelta

from server.clock import START, DrivenClock, settle
from triaged.clock import SystemClock, Timers, WakeEvent


async def test_an_event_that_is_set_holds_nobody_up_until_it_is_cleared():
    event = WakeEvent()
    event.set()
    await event.wait()
    event.clear()
    waiting = [asyncio.create_task(event.wait()) for _ in range(2)]
    await settle()
    assert not any(task.done() for task in waiting)
    event.set()
    await asyncio.gather(*waiting)


async def test_a_wait_ends_by_its_time_and_leaves_nothing_with_the_event():
    event = WakeEvent()
    await event.wait(0.001)
    await SystemClock().sleep(0.001, event)
    assert not event.is_set()
    assert event._waiting == ()


async def test_a_wait_ends_when_something_else_ends_it():
    event, other = WakeEvent(), asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(event.wait(60, other=other))
    await settle()
    other.set_result(None)
    await waiting
    assert not event.is_set()


async def test_one_who_is_cancelled_waits_no_more():
    event = WakeEvent()
    waiting = asyncio.create_task(event.wait(60))
    await settle()
    waiting.cancel()
    await asyncio.wait([waiting])
    event.set()
    assert event._waiting == ()


async def test_timers_go_off_at_their_instants_and_a_later_word_counts():
    clock = DrivenClock()
    timers, early, late, dropped, moved = Timers(clock), WakeEvent(), WakeEvent(), WakeEvent(), WakeEvent()
    running = asyncio.create_task(timers.run())
    timers.set(late, START + timedelta(minutes=3))
    timers.set(moved, START + timedelta(minutes=1))
    await settle()
    timers.set(early, START + timedelta(minutes=1))
    timers.set(dropped, START + timedelta(minutes=1))
    timers.set(moved, START + timedelta(minutes=3))
    timers.drop(dropped)
    await clock.advance(timedelta(minutes=2))
    assert [event.is_set() for event in (early, late, dropped, moved)] == [True, False, False, False]
    await clock.advance(timedelta(minutes=1))
    assert [event.is_set() for event in (late, dropped, moved)] == [True, False, True]
    running.cancel()


async def test_a_timer_set_nearer_goes_off_once_and_one_set_farther_again_and_again_is_kept_once():
    clock, event, other = DrivenClock(), WakeEvent(), WakeEvent()
    timers = Timers(clock)
    running = asyncio.create_task(timers.run())
    timers.set(event, START + timedelta(minutes=5))
    for minute in range(10, 1000):
        timers.set(other, START + timedelta(minutes=minute))
    assert len(timers._order) == 2
    timers.set(event, START + timedelta(minutes=2))
    await clock.advance(timedelta(minutes=2))
    assert event.is_set()
    event.clear()
    await clock.advance(timedelta(minutes=10))
    assert not event.is_set()
    timers.set(event, START + timedelta(minutes=13))
    await clock.advance(timedelta(minutes=1))
    assert event.is_set()
    assert not other.is_set()
    running.cancel()


async def test_a_wall_clock_set_forward_is_seen_within_a_minute():
    clock, event = DrivenClock(), WakeEvent()
    timers = Timers(clock)
    running = asyncio.create_task(timers.run())
    timers.set(event, START + timedelta(hours=3))
    await settle()
    clock.set_wall(START + timedelta(hours=4))
    await clock.advance(timedelta(minutes=1))
    assert event.is_set()
    running.cancel()
