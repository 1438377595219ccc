"""A client writes ten thousand mails: one reply, each decided once, and neither memory nor threads nor the log grow beyond measure.

A few hundred in every run; the ten thousand with TRIAGED_TORTURE=1.
"""

import asyncio
import gc
import os
import threading
import time
from email.utils import format_datetime
from pathlib import Path

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT
from scenarios.stage import Stage

LOADS = 10_000
MANY = LOADS if os.environ.get("TRIAGED_TORTURE") == "1" else 400
MEBI = 1 << 20


def pour(stage: Stage, count: int, offset: int = 0) -> None:
    """So many mails at once, straight into the Maildir as a delivery agent would."""
    new = stage.dovecot.root / "mail" / stage.users[0] / "maildir" / "new"
    owner = new.stat()
    date = format_datetime(stage.clock.now())
    stamp = stage.clock.now().timestamp()
    for number in range(offset, offset + count):
        file = new.with_name("tmp") / f"{int(stamp)}.{number}.bomb"
        file.write_text(
            f"Return-Path: <gary@harbor.example>\nFrom: Gary <gary@harbor.example>\nTo: dana@roth.example\nDate: {date}\n"
            f"Subject: again {number}\nMessage-ID: <{number}@harbor.example>\n\nCan you ring me? This is the {number}th time.\n"
        )
        os.chown(file, owner.st_uid, owner.st_gid)
        os.utime(file, (stamp, stamp))
        file.rename(new / file.name)


def resident() -> int:
    """Octets."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def rest(stage: Stage, seconds: float) -> None:
    """Until all of it is decided and put aside."""
    end = time.monotonic() + seconds
    while len(stage.events("message.deferred")) < MANY or not stage.daemon.at_rest:
        assert time.monotonic() < end, f"{len(stage.events('message.deferred'))} of {MANY}"
        await asyncio.sleep(0.05)


async def test_ten_thousand_mails_of_one_client_get_one_reply_within_bounds(stages: Opening):
    second = '[account.second]\nmode = "send"\naddresses = ["dana@second.example"]\nimap = $IMAP2\nsmtp = $SMTP\n'
    stage = stages(CONSULTANT + second)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives("may@lindenhof.example", "first of the day")
    gc.collect()
    memory, files, threads, said = resident(), descriptors(), threading.active_count(), len(stage.lines.lines)
    pour(stage, MANY)
    stage.daemon.sweep()
    stage.store("petra@lindenhof.example", "in between", user=stage.users[1], to="dana@second.example")
    stage.daemon.wake()
    await stage.until(lambda: list(stage.inbox("Deferred", user=stage.users[1])) == ["in between"])
    assert MANY < LOADS or not stage.daemon.at_rest  # the other account did not wait for the end of it
    await rest(stage, 60 + MANY / 20)
    lines = stage.lines.lines[said:]
    stage.lines.lines[said:] = [line for line in lines if line["event"] != "message.deferred"]
    await stage.to("wed 09:00")
    replies = [one for one in stage.sink.received if "gary@harbor.example" in one.recipients]
    assert len(replies) == 1
    assert len(lines) <= 2 * MANY + 50  # a verdict each, and what it plans
    assert descriptors() <= files + 8
    assert threading.active_count() <= threads + 24
    del lines
    gc.collect()
    assert resident() - memory < 96 * MEBI + MANY * 4096
    with stage.dovecot.client(stage.users[0], "Deferred") as client:
        assert len(client.search("ALL")) == MANY + 1


async def test_a_bomb_that_arrives_while_the_reply_is_due_still_gets_one(stages: Opening):
    stage = stages(ANSWERS)
    await stage.open()
    await stage.to("tue 15:10")
    for wave in range(4):
        pour(stage, 30, wave * 30)
        stage.daemon.sweep()
        await stage.later(minutes=25)
    await stage.to("wed 09:00")
    assert len(stage.sent()) == 1
