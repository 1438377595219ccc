"""How long admitting takes: facts, decision by hand, and all rows of a message; ours beside bare INSERTs of the same rows.

Run alone: `python tests/bench/bench_ledger.py`. Every message is put aside and acknowledged, two thirds refer to another,
40 clients with 300 people write. In memory one by one (as `replay` does), in a file in windows of 500 (a backlog) and one
by one (live mail); then replies claimed, marked and sent. Prints medians; microseconds of this machine, and ratios.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.ledgerkit import DAY, HOUR, MONDAY, Choose, World, answered, daily, joining, mail
from triaged.core.address import Address
from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.core.message import Message
from triaged.ledger import Accepted, Arriving, Attempt, Claimed, Ledger, Response

MESSAGES = 10_000
WINDOW = 500
ROUNDS = 3
ROWS_A_MESSAGE = 4
LIMIT_US = 200
LIMIT_GROWTH = 1.5

Letters = list[tuple[Arriving, Choose]]
_BURST = timedelta(minutes=20)


def letters(world: World) -> Letters:
    found: Letters = []
    for number in range(MESSAGES):
        world.now = MONDAY + timedelta(minutes=number)
        who, client = Address(f"p{number % 300}", "harbor.example"), f"c{number % 40}"
        message = mail(number, at=world.now, references=(f"<{number - 1}@client>",) if number % 3 else ())
        warm(message)
        decision = replace(answered(world.now, promise=world.now + DAY, to=who), client=client)
        arriving = world.arriving(message, correspondent=who.key, client=client)
        found.append((arriving, joining(decision)))
    return found


def warm(message: Message) -> None:
    """Read what the ledger will ask for: reading is measured elsewhere."""
    assert message.digest
    assert message.date
    assert message.subject
    assert message.message_id
    assert message.new_text
    assert isinstance(message.references, tuple)


def one_by_one(world: World, written: Letters) -> list[float]:
    """Seconds of each tenth."""
    marks = [time.process_time()]
    for number, (arriving, decide) in enumerate(written, 1):
        window = world.window(arriving, now=arriving.arrived_at, next_uid=number + 1, lookback=_BURST)
        world.ledger.admit(window, decide)
        if number % (MESSAGES // 10) == 0:
            marks.append(time.process_time())
    return [after - before for before, after in pairwise(marks)]


def in_windows(world: World, written: Letters) -> float:
    begun = time.perf_counter()
    for start in range(0, MESSAGES, WINDOW):
        window = written[start : start + WINDOW]
        decides = {id(arriving): decide for arriving, decide in window}

        def ask(arriving: Arriving, facts: Facts, decides: dict[int, Choose] = decides) -> Decision:
            return decides[id(arriving)](arriving, facts)

        arriving = [a for a, _ in window]
        now, next_uid = arriving[-1].arrived_at, start + WINDOW
        world.ledger.admit(world.window(*arriving, now=now, next_uid=next_uid, lookback=_BURST), ask)
    return time.perf_counter() - begun


def live(world: World, written: Letters) -> float:
    begun = time.perf_counter()
    one_by_one(world, written)
    return time.perf_counter() - begun


def bare_inserts() -> float:
    """What SQLite itself needs for as many rows, without an index and without a question."""
    with sqlite3.connect(":memory:", isolation_level=None) as db:
        db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c INTEGER, d TEXT, e INTEGER)")
        begun = time.process_time()
        for number in range(MESSAGES * ROWS_A_MESSAGE):
            db.execute(
                "INSERT INTO t (a, b, c, d, e) VALUES (?,?,?,?,?)", ("a" * 40, "b" * 20, number, "d" * 60, number)
            )
        return time.process_time() - begun


def replies(world: World) -> tuple[int, float]:
    """Claim, body, outcome of everything that waits: how many, and the seconds."""
    now = MONDAY + timedelta(minutes=MESSAGES) + HOUR
    due = world.ledger.due_replies(now)
    begun = time.perf_counter()
    for reply in due:
        claim = world.ledger.claim(reply.id, Attempt(b"x" * 2000, now, now + HOUR, daily))
        assert isinstance(claim, Claimed)
        world.ledger.mark_data(reply.id)
        world.ledger.sent(reply.id, Accepted(now, Response(250), saves_copy=True))
    return len(due), time.perf_counter() - begun


def in_a_file(measure: Callable[[World, Letters], float]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "triaged.db", now=MONDAY) as ledger:
        world = World.new(ledger)
        taken = measure(world, letters(world))
        count, seconds = replies(world)
        return taken, count / seconds


def main() -> int:
    """Print the table; 1 where a figure is missed."""
    tenths: list[list[float]] = []
    for _ in range(ROUNDS):
        with Ledger.open(":memory:") as ledger:
            world = World.new(ledger)
            tenths.append(one_by_one(world, letters(world)))
    bare = statistics.median(bare_inserts() for _ in range(ROUNDS))
    memory = statistics.median(sum(round_) for round_ in tenths)
    growth = statistics.median(round_[-1] / round_[1] for round_ in tenths)
    backlog, rate = in_a_file(in_windows)
    single, _ = in_a_file(live)
    each = memory / MESSAGES * 1e6
    print(
        f"in memory, one by one      {each:7.0f} us a message   {memory / bare:5.1f}x bare INSERTs   (reach {LIMIT_US} us)"
    )
    print(f"  last tenth / second tenth  {growth:5.2f}               (reach {LIMIT_GROWTH})")
    print(
        f"in a file, windows of {WINDOW}  {backlog / MESSAGES * 1e6:7.0f} us a message   {backlog / memory:5.1f}x memory"
    )
    print(f"in a file, one by one      {single / MESSAGES * 1e6:7.0f} us a message   {single / memory:5.1f}x memory")
    print(f"replies: claim, body, sent {rate:7.0f} a second       (reach 600)")
    return int(each > LIMIT_US or growth > LIMIT_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
