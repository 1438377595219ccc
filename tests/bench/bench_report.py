"""How long the report of 100,000 messages takes, from the ledger's file to the page.

Run alone: `python tests/bench/bench_report.py`. It fills a ledger of its own, prints seconds of CPU (one process, one core: neighbours do not count) and what is to be reached.
"""

import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.ledgerkit import DAY, MONDAY
from triaged.ledger import Ledger, Period
from triaged.report.htmlpage import as_html
from triaged.report.summary import remembered, tell

MESSAGES, CLIENTS = 100_000, 20
APART = timedelta(seconds=78)  # a quarter of a year in all
LIMIT_S = 10
RULES = '{"me":{"timezone":"Europe/Berlin"},"hours":{"mon-fri":["09:00-12:30","13:30-17:30"],"holidays":"DE-BE"}}'


def filled(path: Path) -> Ledger:
    """Nine of ten messages are answered within three days, each has a promise that was kept."""
    ledger = Ledger.open(path)
    account = ledger.register("dana", ["dana@imap.example"], MONDAY)["dana@imap.example"].id
    ledger.ruleset("rules", RULES, MONDAY)
    chance = random.Random(1)  # the same mail in every run
    ledger.db.execute("BEGIN")
    for number in range(1, MESSAGES + 1):
        at = int((MONDAY + number * APART).timestamp() * 1000)
        answered = at + chance.randrange(60_000, 259_200_000) if chance.random() < 0.9 else None
        client = f"c{number % CLIENTS}"
        ledger.db.execute(
            "INSERT INTO promise (id, person, client, correspondent, kind, due_at, first_due_at, state, told_at)"
            " VALUES (?, 'dana', ?, 'x@c.example', 'answer', ?, ?, 'kept', ?)",
            (number, client, at, at, at),
        )
        ledger.db.execute(
            "INSERT INTO item (id, person, account, client, digest, thread, arrived_at, decided_at, kind, mode, verdict,"
            " rule, ruleset, state, promise, answered_at, subject) VALUES (?, 'dana', ?, ?, ?, ?, ?, ?, '[\"new\"]', 'send',"
            " 'deferrable', 'all', 'rules', 'here', ?, ?, 'a question')",
            (number, account, client, str(number), f"t{number // 2}", at, at, number, answered),
        )
    ledger.db.execute("COMMIT")
    return ledger


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder) / "ledger.db") as ledger:
        start = time.process_time()
        report = tell(remembered(ledger, Period(MONDAY, MONDAY + 200 * DAY)), None, MONDAY + 200 * DAY)
        page = as_html(report)
        taken = time.process_time() - start
        start = time.process_time()
        tell(remembered(ledger, Period(MONDAY + 30 * DAY, MONDAY + 60 * DAY)), None, MONDAY + 200 * DAY)
        month = time.process_time() - start
    assert report.whole.figures.received == MESSAGES
    assert len(report.clients) == page.count("<section>") - 1 == CLIENTS
    sys.stdout.write(
        f"{MESSAGES} messages: {taken:.1f} s of CPU in one process (reach {LIMIT_S}): {'yes' if taken <= LIMIT_S else 'NO'}\n"
    )
    sys.stdout.write(
        f"a month in the middle of it: {month:.1f} s (less than all): {'yes' if month < taken else 'NO'}\n"
    )
    return 0 if taken <= LIMIT_S and month < taken else 1


if __name__ == "__main__":
    sys.exit(main())
