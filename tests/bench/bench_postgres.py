"""What the ledger costs in PostgreSQL beside SQLite: a backlog in windows, live mail one by one, replies; the same work in turns.

Run alone: `python tests/bench/bench_postgres.py`. A server on loopback that waits for its disk, as SQLite does; what a network adds is
not in it: a statement there and back is printed, and how many of them a message takes.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import bench_ledger as work

from server.postgres import Postgres
from support.ledgerkit import MONDAY, World
from triaged.ledger import Ledger
from triaged.ledger.postgresopening import make_ready

MESSAGES = 2000
ROUNDS = 3
REACH, LIMIT = 4.0, 30.0
"""Of windows, times SQLite: what it is to come down to, and what it is not to exceed."""

Measured = tuple[float, float]  # seconds a message, replies a second
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def measured(ledger: Ledger, measure: Callable[[World, work.Letters], float]) -> Measured:
    world = World.new(ledger)
    taken = measure(world, work.letters(world))
    count, seconds = work.replies(world)
    return taken / MESSAGES, count / seconds


def in_sqlite(measure: Callable[[World, work.Letters], float]) -> Measured:
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "triaged.db", now=MONDAY) as ledger:
        return measured(ledger, measure)


def in_postgres(server: Postgres, measure: Callable[[World, work.Letters], float]) -> Measured:
    uri = server.new_database()
    make_ready(uri)
    with Ledger.open(uri) as ledger:
        return measured(ledger, measure)


def there_and_back(server: Postgres) -> float:
    """Seconds of a statement that finds nothing."""
    uri = server.new_database()
    make_ready(uri)
    with Ledger.open(uri) as ledger:
        begun = time.perf_counter()
        for _ in range(1000):
            ledger.item(1)
        return (time.perf_counter() - begun) / 1000


def main() -> int:
    """Print the table; 1 where the limit is missed."""
    work.MESSAGES = MESSAGES
    server = Postgres(DURABLE)
    ratios: list[float] = []
    try:
        server.start()
        print(f"a statement there and back {there_and_back(server) * 1e6:6.0f} us")
        for name, measure in (("windows", work.in_windows), ("one by one", work.live)):
            turns = [(in_sqlite(measure), in_postgres(server, measure)) for _ in range(ROUNDS)]
            lite, there = (statistics.median(turn[at][0] for turn in turns) * 1e6 for at in (0, 1))
            rates = [statistics.median(turn[at][1] for turn in turns) for at in (0, 1)]
            ratios.append(there / lite)
            print(
                f"{name:<12} SQLite {lite:6.0f} us a message, PostgreSQL {there:6.0f}: {ratios[-1]:5.1f}x (reach {REACH:g});"
                f" replies a second {rates[0]:5.0f} and {rates[1]:5.0f}"
            )
    finally:
        server.close()
    return int(ratios[0] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
